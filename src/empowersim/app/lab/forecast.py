"""What may become of an organisation from a week on: a few hundred futures, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Event
from typing import NamedTuple

import numpy as np

from empowersim import outcomes, scenarios
from empowersim.analysis import SPREAD
from empowersim.app.lab.life import Bytes, Cast, Life, Numbers, Onward, live
from empowersim.compiled import LANES
from empowersim.executors import in_threads
from empowersim.org_chart import sample
from empowersim.outcomes import REGIMES
from empowersim.random_streams import replicate_key

RUNS = 208
"""Futures: as many as fill the engine's lanes, and no fewer than 200."""
MOST_PERSON_WEEKS = 12_000_000
"""Lived for one forecast: a larger organisation gets fewer futures, and an answer as soon."""
FEWEST_RUNS = 2 * LANES
SUCCESS = 0.5
"""The change succeeds if more than this share of relations are partnerships in the end."""
FIRST_SCENARIO = "just-let-go"
WHOLE = 250
"""A share of 1, as a byte of a band."""


class Forecast(NamedTuple):
    """The futures of a life from a week on, its past being what it was.

    Attributes:
        week: the last week that all futures share.
        shares: of the regimes, (runs, weeks - week + 1, n_regimes).
    """

    week: int
    shares: Numbers

    @property
    def runs(self) -> int:
        """How many futures."""
        return len(self.shares)

    @property
    def ends(self) -> Numbers:
        """The share of partnerships in the last week of every future, (runs,)."""
        ends: Numbers = self.shares[:, -1, REGIMES.index("partnership")]
        return ends

    @property
    def chance(self) -> float:
        """The share of futures in which the change succeeds."""
        return float((self.ends > SUCCESS).mean())

    def middle(self) -> tuple[float, float, float]:
        """Mean share of partnerships in the end, and where nine futures in ten lie."""
        low, high = np.quantile(self.ends, _ENDS_OF_BAND)
        return float(self.ends.mean()), float(low), float(high)

    def bands(self) -> Bytes:
        """Mean, low and high end of each regime's band, week by week, (n_regimes, 3, weeks)."""
        low, high = np.quantile(self.shares, _ENDS_OF_BAND, axis=0)
        curves = np.stack([self.shares.mean(axis=0), low, high]).transpose(2, 0, 1)
        return np.rint(WHOLE * curves).astype(np.uint8)


_ENDS_OF_BAND = ((1 - SPREAD) / 2, (1 + SPREAD) / 2)


def forecast(life: Life, week: int, stop: Event | None = None, runs: int = RUNS) -> Forecast:
    """Futures of these very people from their state in a week on, each with luck of its own.

    Two policies that are forecast for the same luck meet the same luck, future by future.

    Raises:
        CancelledError: `stop` was set meanwhile.
    """
    left = life.weeks - week
    n_people = life.cast.people.n_people
    fit = MOST_PERSON_WEEKS // max(1, n_people * left) // LANES * LANES
    runs = max(min(runs, fit), min(runs, FEWEST_RUNS))
    now = life.measures[week, _COLUMNS]
    if left == 0:
        return Forecast(week, np.tile(now, (runs, 1, 1)))
    keys = [replicate_key(int(life.cast.key), future) for future in range(runs)]
    batches = [keys[first : first + LANES] for first in range(0, runs, LANES)]
    lived = np.concatenate(list(in_threads(partial(_lived, life, week, stop), batches)), axis=-1)
    shares = lived[:, _COLUMNS].transpose(2, 0, 1) / max(1, n_people - 1)
    starts = np.tile(now, (runs, 1, 1))
    return Forecast(week, np.concatenate([starts, shares], axis=1))


_COLUMNS = [outcomes.NAMES.index(regime) for regime in REGIMES]


def _lived(
    life: Life, week: int, stop: Event | None, keys: Sequence[np.uint64], crashed: Event
) -> Numbers:
    """Sums of the weeks left, (weeks, n_measures, runs)."""
    return Onward.after(life, week, keys, stop or crashed).sums_of(week + 1, life.weeks)


def reached(life: Life, futures: Forecast) -> int | None:
    """The first week in which the change has succeeded; None if it never does.

    So far in this life, and ahead on average over its futures.
    """
    ahead = futures.shares[:, :, REGIMES.index("partnership")].mean(axis=0)
    succeeded = np.append(life.share("partnership")[: futures.week], ahead) > SUCCESS
    return int(succeeded.argmax()) if succeeded.any() else None


def better_in(one: Forecast, other: Forecast) -> float:
    """The share of futures in which the other ends with more partnerships, luck being the same."""
    return float((other.ends > one.ends).mean())


def prepare() -> None:
    """Compile the engine (seconds, once on a machine) by asking for a first forecast."""
    forecast(live(scenarios.named(FIRST_SCENARIO), Cast.of(sample())), 0, runs=1)
