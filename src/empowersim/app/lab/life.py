"""One run of an organisation, person by person, and going on from any of its weeks.

A policy that changes at a week shares the weeks before with the policy that it was: these are kept,
and only what follows is lived anew. To the last bit it is the run that `simulate` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Event
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim import outcomes
from empowersim.compiled import LANES
from empowersim.ensemble import PERSON_WEEKS_AT_A_TIME, Batch
from empowersim.errors import RunError
from empowersim.org_chart import Chart, Hierarchy, hierarchy
from empowersim.parameters import Parameters
from empowersim.random_streams import replicate_key
from empowersim.scenarios import Scenario
from empowersim.simulation import STATES

type Numbers = NDArray[np.float64]
type Bytes = NDArray[np.uint8]

MOST_NUMBERS = 40_000_000
"""States of everyone in every week that a run may hold: 320 MB."""
HALF = 128
"""A frame's bytes from here on are shares above the threshold of the regimes, or on it."""


class Cast(NamedTuple):
    """An org chart with its index arrays, and the luck of the run that is watched."""

    chart: Chart
    people: Hierarchy
    seed: int
    replicate: int

    @classmethod
    def of(cls, chart: Chart, seed: int = 0, replicate: int = 0) -> Cast:
        """Number the people of a chart.

        Raises:
            OrgChartError: the chart is no tree.
        """
        return cls(chart, hierarchy(chart), seed, replicate)

    @property
    def key(self) -> np.uint64:
        """The key of the run's luck."""
        return replicate_key(self.seed, self.replicate)

    def is_same(self, other: Cast) -> bool:
        """Whether the people and their luck are the same."""
        return self.chart is other.chart and self[2:] == other[2:]


@dataclass(frozen=True, eq=False)
class Life:
    """What one run of a scenario was.

    Attributes:
        states: of everyone in every week, (weeks + 1, n_states, n_people), in the order of
            `simulation.STATES`.
        measures: of every week, (weeks + 1, n_measures), in the order of `outcomes.NAMES`.
    """

    scenario: Scenario
    cast: Cast
    states: Numbers
    measures: Numbers

    @property
    def weeks(self) -> int:
        """The last week."""
        return len(self.states) - 1

    def state(self, name: str) -> Numbers:
        """One state of everyone in every week, (weeks + 1, n_people)."""
        return self.states[:, STATES.index(name)]

    def share(self, regime: str) -> Numbers:
        """The share of relations in a regime in every week, (weeks + 1,)."""
        return self.measures[:, outcomes.NAMES.index(regime)]

    @cached_property
    def regimes(self) -> Bytes:
        """Which of `outcomes.REGIMES` each relation is in, (weeks + 1, n_people)."""
        threshold = self.scenario.parameters.regime_threshold
        room, takes_on = (self.state(name) >= threshold for name in ("autonomy", "responsibility"))
        return (room + 2 * takes_on).astype(np.uint8)

    @cached_property
    def newcomers(self) -> NDArray[np.bool_]:
        """Whether a newcomer has taken someone's place in a week, (weeks + 1, n_people).

        A newcomer is known by a state that nobody comes to by living.
        """
        p = self.scenario.parameters
        came: NDArray[np.bool_] = (
            (self.state("trust") == p.neutral_trust)
            & (self.state("appreciation") == p.neutral_appreciation)
            & (self.state("strain") == 0)
            & (self.state("willingness") == self.state("disposition"))
        )
        came[0] = came[:, 0] = False
        return came


class Onward(Batch):
    """Runs of a scenario under several lucks, from the start or from everyone's state in a week.

    What a phase reads of the week before is state: so runs go on from a week as if they had lived
    those before it.
    """

    def __init__(
        self,
        scenario: Scenario,
        cast: Cast,
        keys: Sequence[np.uint64],
        stop: Event,
    ) -> None:
        people = cast.people
        group = np.zeros(people.n_people, np.int32)
        delays = scenario.rollout.delays(people)
        super().__init__(people, delays, group, [scenario] * len(keys), keys, stop)

    @classmethod
    def after(cls, life: Life, week: int, keys: Sequence[np.uint64], stop: Event) -> Onward:
        """Runs that share the life up to a week."""
        batch = cls(from_week(life.scenario, week), life.cast, keys, stop)
        for of_lanes, now in zip(batch.state, life.states[week], strict=True):
            of_lanes[:] = now[:, np.newaxis]
        return batch

    def each_week(self, first: int, last: int) -> Iterator[tuple[int, Numbers, Numbers]]:
        """Live the weeks one by one: the week, the first run's states, and its sums."""
        row = np.empty((1, len(outcomes.NAMES), 1, LANES))
        for week in range(first, last + 1):
            self._live(week, week, week, row)
            yield week, np.array([of_lanes[:, 0] for of_lanes in self.state]), row[0, :, 0, 0]

    def sums_of(self, first: int, last: int) -> Numbers:
        """Live the weeks in one go; their sums, (weeks, n_measures, runs)."""
        rows = np.empty((last + 1 - first, len(outcomes.NAMES), 1, LANES))
        at_a_time = max(1, PERSON_WEEKS_AT_A_TIME // len(self.state.autonomy))
        for begin in range(first, last + 1, at_a_time):
            self._live(begin, min(begin + at_a_time - 1, last), first, rows)
        return rows[:, :, 0, : self.used]


def live(
    scenario: Scenario,
    cast: Cast,
    stop: Event | None = None,
    before: Life | None = None,
) -> Life:
    """The run of a scenario; the weeks that it shares with the run `before` are taken from it.

    Raises:
        TooMany: people and weeks to hold in memory.
        CancelledError: `stop` was set meanwhile.
    """
    people, weeks, stop = cast.people, scenario.weeks, stop or Event()
    _check_size(people.n_people, weeks)
    states = np.empty((weeks + 1, len(STATES), people.n_people))
    measures = np.empty((weeks + 1, len(outcomes.NAMES)))
    kept = _shared_weeks(before, scenario, cast)
    if before and kept >= 0:
        states[: kept + 1], measures[: kept + 1] = (
            each[: kept + 1] for each in (before.states, before.measures)
        )
        so_far = Life(scenario, cast, states, measures)
        batch = Onward.after(so_far, kept, [cast.key], stop)
    else:
        batch = Onward(scenario, cast, [cast.key], stop)
    for week, now, sums in batch.each_week(kept + 1, weeks):
        states[week] = now
        measures[week] = outcomes.means(sums, people.n_people - 1, len(people.managers), week)
    return Life(scenario, cast, states, measures)


def in_force(scenario: Scenario, week: int) -> Parameters:
    """The parameters of a week, with the interventions up to and in it."""
    changes = {
        each.lever: each.value for each in scenario.interventions if each.week <= max(week, 0)
    }
    return scenario.parameters.with_changes(changes)


def from_week(scenario: Scenario, week: int) -> Scenario:
    """What is left of a scenario after a week."""
    left = tuple(each for each in scenario.interventions if each.week > week)
    return replace(scenario, parameters=in_force(scenario, week), interventions=left)


def _shared_weeks(before: Life | None, scenario: Scenario, cast: Cast) -> int:
    """The last week that a run shares with the one before it; -1 if not even the start."""
    if (
        before is None
        or not before.cast.is_same(cast)
        or before.scenario.parameters != scenario.parameters
        or before.scenario.rollout != scenario.rollout
    ):
        return -1
    different = set(before.scenario.interventions) ^ set(scenario.interventions)
    return min([before.weeks, scenario.weeks, *(each.week - 1 for each in different)])


class TooMany(RunError):  # noqa: N818 (what they are)
    """More people than can be watched over so many weeks; `fit` would be few enough."""

    def __init__(self, people: int, weeks: int, fit: int) -> None:
        super().__init__(
            f"{people:,} people over {weeks} weeks are too many to watch one by one (at most"
            f" {fit:,}); take a smaller org chart, or run it with: empowersim run"
        )
        self.people, self.weeks, self.fit = people, weeks, fit


def _check_size(n_people: int, weeks: int) -> None:
    numbers = n_people * len(STATES) * (weeks + 1)
    if numbers > MOST_NUMBERS:
        fit = MOST_NUMBERS // (len(STATES) * (weeks + 1))
        raise TooMany(n_people, weeks, fit)


# --- What the page gets --------------------------------------------------------------------------


def frames(life: Life) -> bytes:
    """Autonomy and responsibility of everyone in every week, a byte each.

    Week by week, first the autonomy of all, then the responsibility. Bytes from HALF on are
    shares from the threshold of the regimes on, those below are shares below it: so a byte is in
    the very regime that its number is in.
    """
    threshold = life.scenario.parameters.regime_threshold
    both = np.stack([life.state("autonomy"), life.state("responsibility")], axis=1)
    return _as_bytes(both, threshold).tobytes()


def _as_bytes(shares: Numbers, threshold: float) -> Bytes:
    below = (HALF - 1) * shares / (threshold or 1)
    above = HALF + (255 - HALF) * (shares - threshold) / ((1 - threshold) or 1)
    scaled: Bytes = np.rint(np.where(shares >= threshold, above, below)).astype(np.uint8)
    return scaled


def measures_table(life: Life) -> str:
    """The measures of every week as CSV, columns named as in all the project's tables."""
    lines = [",".join(("week", *outcomes.NAMES))]
    for week, row in enumerate(life.measures.tolist()):
        cells = ("" if value != value else f"{value:.6g}" for value in row)
        lines.append(",".join((str(week), *cells)))
    return "\n".join(lines) + "\n"
