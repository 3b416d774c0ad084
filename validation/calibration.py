"""Calibration: which weights show the patterns P1 to P8, and what they leave open.

Rejection ABC with a uniform prior over a box: the accepted region is all of the box where every
pattern is seen. It is sampled in waves by sequential Monte Carlo with random-walk moves (Del Moral,
Doucet & Jasra 2012; engineers call it subset simulation, Au & Beck 2001; neither was checked at the
source): with a uniform prior and accept-or-reject, candidates need no weights.
`calibration_page.py` says what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from empowersim import patterns
from empowersim.parameters import Parameters
from empowersim.patterns import BANDS
from validation.calibration_region import lived
from validation.section import Section

type Array = NDArray[np.float64]
type Tell = Callable[[str], object]

STORED = Path(__file__).parent / "candidates"

LETTING_GO = (
    "b_manager", "w_mandate", "w_trust", "w_overload", "w_cascade", "w_habit", "w_insecurity",
    "w_reward", "capacity",
)  # fmt: skip
TAKING_ON = (
    "b_collaborator", "w_room", "w_share", "w_drive", "w_peers", "w_support", "w_strain",
)  # fmt: skip
RATES = ("pace", "regain", "trust_loss", "learning", "assurance_rate", "habit_rate")
STRENGTHS = (
    "relapse", "practice", "coached_practice", "effort_collaborator", "effort_manager",
    "coaching_assurance",
)  # fmt: skip
FACTORS = LETTING_GO + TAKING_ON + RATES + STRENGTHS
"""What is calibrated: both choices whole, and a rate or strength of each other mechanism."""

LOW, HIGH = 0.5, 1.5
"""The box: each factor from half of its default to half as much again."""
DEFAULTS: Mapping[str, float] = {name: getattr(Parameters(), name) for name in FACTORS}
BOX: Mapping[str, tuple[float, float]] = {
    name: (min(LOW * value, HIGH * value), max(LOW * value, HIGH * value))
    for name, value in DEFAULTS.items()
}
DIGITS = 4
"""Decimals that factors are rounded to before anything is simulated: the file holds all of them."""

MARGIN = 3.0
"""Standard deviations of replicate noise by which a number may miss its band before the last step,
as in history matching (Vernon, Goldstein & Bower 2010, not checked at the source)."""
KEPT = 0.3
"""Share of a wave that founds the next."""
MIXING = 4
"""Waves more, once all candidates are within the margin: they spread over the region."""
CONFIRMED_AT = 64
"""Replicates of the last step, without any margin."""
NOISY = 32
"""Candidates, the nearest of the first wave, of which the noise is measured."""
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Parts of a default by which it is moved to find the edges around it."""


class Size(NamedTuple):
    """How much is simulated."""

    first: int = 8192  # candidates of the first wave
    wave: int = 896  # candidates of each later one
    replicates: int = 2  # in all waves
    confirmed: int = 384  # candidates of the last step
    seed: int = 1


def parameters_of(candidates: Array) -> list[Parameters]:
    """Candidates (n, factors) as parameters; all others at their defaults."""
    return [Parameters(**dict(zip(FACTORS, map(float, each), strict=True))) for each in candidates]


def section(small: bool = False, *, again: bool = False) -> Section:
    """The page, from the stored candidates.

    Args:
        small: without drawing its figures.
        again: make all candidates anew first.
    """
    from validation import calibration_page  # it builds on this module

    if again:
        calibrate()
    return calibration_page.section(small)


def accepted_region() -> list[Parameters]:
    """The stored candidates that show all patterns at 64 replicates: run what you like over them.

    They are a sample of the accepted region, each as likely as any other.
    """
    table = pd.read_csv(STORED / "accepted.csv")
    return parameters_of(table[list(FACTORS)].to_numpy(np.float64))


def calibrate(
    to: Path = STORED, *, size: Size | None = None, workers: int | None = None, tell: Tell = str
) -> pd.DataFrame:
    """Make all candidates anew, from their seed, and store what the page needs.

    Args:
        to: the folder of the files, which are replaced.
        size: by default as in the repository: about half an hour on one core.
        workers: threads; they change nothing but the time.
        tell: is told of each wave.

    Returns:
        The accepted candidates: a column a factor, then the patterns' numbers at 64 replicates.
    """
    size = size or Size()
    rng = np.random.default_rng(size.seed)
    to.mkdir(parents=True, exist_ok=True)
    measure = _measure(workers)
    first = _in_box(qmc.Sobol(len(FACTORS), rng=rng).random(size.first))
    numbers = measure(first, size.replicates, 0)
    _store_counts(numbers, to / "first_wave.csv")
    spread, noise = _units(first, numbers, measure, size.replicates)
    units = {"number": numbers.columns, "spread": spread, "noise": noise}
    pd.DataFrame(units).to_csv(to / "numbers.csv", index=False, float_format="%.6g")
    tell(f"first wave: {size.first} candidates")

    def off(candidates: Array) -> Array:
        return misses(measure(candidates, size.replicates, 0), spread, noise)

    first_off = misses(numbers, spread, noise)
    nearest = np.argsort(first_off)[: size.wave]
    found, waves = sample(first[nearest], first_off[nearest], off, rng, tell)
    waves.to_csv(to / "waves.csv", index=False)

    last = rng.permutation(np.unique(found, axis=0))[: size.confirmed]
    accepted = _confirmed(last, measure(last, CONFIRMED_AT, size.seed), to)
    tell(f"last step: {len(accepted)} of {len(last)} show all patterns")
    edges(workers=workers).to_csv(to / "edges.csv", index=False)
    candidates = parameters_of(accepted[list(FACTORS)].to_numpy(np.float64))
    region = lived([Parameters(), *candidates], workers=workers)
    region.round(4).to_csv(to / "region.csv", index=False)
    return accepted


def _confirmed(last: Array, numbers: pd.DataFrame, to: Path) -> pd.DataFrame:
    """Those of the last step that show all patterns, with their numbers; stored."""
    _store_counts(numbers, to / "last_step.csv")
    table = pd.concat([pd.DataFrame(last, columns=FACTORS), numbers.round(4)], axis=1)
    accepted = table[patterns.accepted(numbers).all(axis=1)].reset_index(drop=True)
    accepted.to_csv(to / "accepted.csv", index=False)
    return accepted


def _store_counts(numbers: pd.DataFrame, path: Path) -> None:
    """How many candidates show which patterns: a row a combination."""
    shown = patterns.accepted(numbers)
    shown.value_counts().rename("candidates").reset_index().to_csv(path, index=False)


def edges(*, replicates: int = 16, workers: int | None = None) -> pd.DataFrame:
    """How far each factor can be moved from the defaults, alone, until a pattern is lost.

    Returns:
        A row a factor and direction (-1, 1): `lost`, the first of STEPS (as a part of the default)
        at which a pattern is not seen, NaN if it is seen to the box's end; `patterns`, which.
    """
    ways = [(name, way, step) for name in FACTORS for way in (-1, 1) for step in STEPS]
    moved = [Parameters(**{name: DEFAULTS[name] * (1 + way * step)}) for name, way, step in ways]
    shown = patterns.accepted(patterns.measured(moved, replicates=replicates, workers=workers))
    table = pd.DataFrame(ways, columns=["factor", "way", "lost"])
    table["patterns"] = [" ".join(shown.columns[~row]) for row in shown.to_numpy(bool)]
    lost = table[table["patterns"] != ""].groupby(["factor", "way"], as_index=False).first()
    return table[["factor", "way"]].drop_duplicates().merge(lost, how="left")


# --- How far off a candidate is -----------------------------------------------------------------


def misses(numbers: pd.DataFrame, spread: Array, noise: Array) -> Array:
    """By how much each candidate misses its worst band, (n,); 0 for one that is not ruled out.

    Args:
        numbers: of `patterns.measured`.
        spread: of each number over the first wave; it makes numbers of different units comparable.
        noise: standard deviation of each number between lucks; a miss within MARGIN of them is
            none.
    """
    values = numbers.to_numpy(np.float64)
    low, high = (np.array([getattr(band, end) for band in BANDS]) for end in ("low", "high"))
    outside = np.maximum(np.maximum(low - values, values - high), 0) - MARGIN * noise
    # What is not a number (no partnership to divide by) is as far off as can be.
    return np.where(np.isnan(outside), np.inf, np.maximum(outside, 0) / spread).max(axis=1)


def _units(
    first: Array, numbers: pd.DataFrame, measure: _Measured, replicates: int
) -> tuple[Array, Array]:
    """Spread of each number over the first wave; its noise between eight lucks, near the region."""
    spread = numbers.std().to_numpy(np.float64)
    near = first[np.argsort(misses(numbers, spread, 0 * spread))[:NOISY]]
    lucks = np.array([measure(near, replicates, seed) for seed in range(1, 9)])
    return spread, np.sqrt(np.nanmean(np.nanvar(lucks, axis=0, ddof=1), axis=0))


# --- Waves ----------------------------------------------------------------------------------------

type _Measured = Callable[[Array, int, int], pd.DataFrame]


def _measure(workers: int | None) -> _Measured:
    def measured(candidates: Array, replicates: int, seed: int) -> pd.DataFrame:
        return patterns.measured(
            parameters_of(candidates), replicates=replicates, seed=seed, workers=workers
        )

    return measured


def _in_box(unit: Array) -> Array:
    """Points of the unit cube as candidates."""
    low, high = np.array(list(BOX.values())).T
    return np.asarray(low + unit * (high - low)).round(DIGITS)


def sample(
    start: Array,
    start_off: Array,
    off: Callable[[Array], Array],
    rng: np.random.Generator,
    tell: Tell,
) -> tuple[Array, pd.DataFrame]:
    """A sample of all the candidates in the box that are not off at all.

    Args:
        start: the nearest candidates of a sample of the box, (n, factors).
        start_off: how far off they are, (n,).
        off: how far off other candidates are.
        rng: of the steps.
        tell: is told of each wave.

    Returns:
        The candidates, (≤ n, factors), and a row a wave: how far off it may be, how many founded
        it, how many moved, and from how many of `start` they come.
    """
    here, here_off, ancestor = start, start_off, np.arange(len(start))
    rows, mixed = [], 0
    while mixed < MIXING:
        limit = float(np.quantile(here_off, KEPT))
        mixed += limit == 0
        inside = np.flatnonzero(here_off <= limit)
        founders = np.resize(rng.permutation(inside), len(start))
        here, here_off, ancestor = here[founders], here_off[founders], ancestor[founders]
        there = _moved(here, rng)
        there_off = off(there)
        moves = there_off <= limit
        here = np.where(moves[:, None], there, here)
        here_off = np.where(moves, there_off, here_off)
        rows.append((limit, len(inside), int(moves.sum()), len(np.unique(ancestor))))
        tell(f"wave {len(rows) + 1}: within {limit:.3f}, {moves.sum()} of {len(start)} moved")
    columns = ["limit", "founders", "moved", "ancestors"]
    return here[here_off == 0], pd.DataFrame(rows, columns=columns)


def _moved(here: Array, rng: np.random.Generator) -> Array:
    """A step of each candidate along the difference of two others (ter Braak 2006, not checked).

    What steps out of the box comes in at its other end. So a step and its way back are as likely
    as each other, and candidates that may move to all that is accepted spread evenly over it.
    (Reflection would not do: it turns single coordinates of a step, and steps are correlated.)
    """
    n, factors = here.shape
    one, other = here[rng.permutation(n)], here[rng.permutation(n)]
    length = rng.uniform(0.3, 0.9, (n, 1)) * 2.38 / np.sqrt(2 * factors)
    low, high = np.array(list(BOX.values())).T
    jitter = rng.normal(0, 0.01, here.shape)
    unit = (here + length * (one - other) - low) / (high - low) + jitter
    return _in_box(unit % 1)
