"""The patterns P1 to P8 that the model must show: numbers with bands of acceptance (ODD 1.2).

They are what the defaults were tuned on: a set of parameters, or of own rules, that shows them all
is a candidate for the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import batched, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.declaration import check_whole
from empowersim.org_chart import Chart, balanced
from empowersim.parameters import LEVERS, Parameters
from empowersim.scenarios import NO_EFFORT, Scenario, end_of_efforts
from empowersim.simulation import simulate

if TYPE_CHECKING:
    import pandas as pd

    from empowersim.own_rules import RuleSet

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
REWARDS = (0.0, 0.25, 0.5, 0.75, 1.0)
REPLICATES = 64
MOST_REPLICATES = 10_000
AT_ONCE = 4096
"""Replicates of candidates that are simulated together: enough to keep the engine busy, few enough
for memory (0.3 GB)."""

_LEVERS: Mapping[str, float] = MappingProxyType(
    {name: getattr(Parameters(), name) for name in LEVERS}
)
_UNHELPED = {"coaching": 0.0, "training": 0.0}
_WELL_HELPED = {"coaching": 0.7, "training": 0.7}


class Band(NamedTuple):
    """One number of a pattern, and where it is accepted.

    Attributes:
        pattern: P1 to P8.
        what: the number, in words.
        low: the least accepted.
        high: the most accepted.
    """

    pattern: str
    what: str
    low: float
    high: float

    @property
    def column(self) -> str:
        """The number's column in a table of candidates."""
        return f"{self.pattern} {self.what}"


class Check(NamedTuple):
    """A number of a pattern as it came out, and where it is accepted; fields as in `Band`."""

    pattern: str
    what: str
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether it is accepted; a value that is not a number is not."""
        return self.low <= self.value <= self.high


BANDS: tuple[Band, ...] = (
    Band("P1", "autonomy in week 156", 0.10, 0.25),
    Band("P1", "partnership in week 156", 0.0, 0.02),
    Band("P2", "rise of autonomy to its peak", 0.08, 1.0),
    Band("P2", "week of the peak", 0.0, 45.0),
    Band("P2", "fall of autonomy from its peak to week 156", 0.05, 1.0),
    Band("P2", "fall of trust to its trough", 0.2, 1.0),
    Band("P2", "fall of assurance to its trough", 0.2, 1.0),
    Band("P2", "partnership in week 156", 0.0, 0.02),
    Band("P3", "partnership at a share of 0, relative to .5", 0.0, 0.5),
    Band("P4", "best share", 0.25, 0.75),
    Band("P4", "partnership at the best share above the better end", 0.2, 1.0),
    Band("P4", "least gain from training at any share", 0.001, 1.0),
    Band("P5", "greatest strain at a share of 1", 0.5, 1.0),
    Band("P5", "greatest strain at a share of 0", 0.0, 0.25),
    Band("P5", "departures at a share of 1, relative to 0", 1.5, math.inf),
    Band("P6", "output of weeks 1-12 above weeks 39-51", 0.001, 1.0),
    Band("P6", "output of weeks 156-168 above weeks 1-12", 0.1, 1.0),
    Band("P7", "partnership in week 259, stopped in week 60", 0.0, 0.10),
    Band("P7", "partnership in week 259, stopped in week 130", 0.80, 1.0),
    Band("P8", "greatest rise between two rewards of control", -1.0, 0.0),
    Band("P8", "fall from no reward to full reward", 0.5, 1.0),
)
"""Every number of every pattern; the bands were set with the model's first design."""

NAMES: tuple[str, ...] = tuple(dict.fromkeys(band.pattern for band in BANDS))


def check(
    parameters: Parameters | None = None,
    *,
    rules: RuleSet | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    workers: int | None = None,
) -> list[Check]:
    """Hold one set of parameters, or of rules, against all patterns.

    Args:
        parameters: by default the defaults. Levers play no part: each pattern sets its own.
        rules: a researcher's own, or a rival's.
        replicates: of each run; the bands were set for 64.
        seed: of the luck.
        workers: threads; by default all processors.
    """
    table = measured(
        [parameters or Parameters()], rules=rules, replicates=replicates, seed=seed, workers=workers
    )
    [values] = table.to_dict("records")
    return [Check(*band[:2], float(values[band.column]), *band[2:]) for band in BANDS]


def measured(
    candidates: Sequence[Parameters],
    *,
    rules: RuleSet | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """Every number of every pattern (columns: `Band.column`) for many candidates, a row each.

    Candidates share their luck. Arguments are those of `check`; `progress` is told of each group of
    candidates that is done, and how many they were.
    """
    import pandas as pd

    check_whole("replicates", replicates, 1, MOST_REPLICATES)
    rows: list[dict[str, float]] = []
    for some in batched(candidates, max(1, AT_ONCE // replicates), strict=False):
        lives = _Lives(some, rules, replicates, seed, workers)
        rows += [
            dict(zip((band.column for band in BANDS), _numbers(lives.of(each)), strict=True))
            for each in range(len(some))
        ]
        if progress:
            progress(len(some))
    return pd.DataFrame(rows, columns=[band.column for band in BANDS])


def accepted(table: pd.DataFrame) -> pd.DataFrame:
    """Whether each candidate of `measured` shows each pattern: a row each, a column P1 to P8."""
    import pandas as pd

    within = {band: table[band.column].between(band.low, band.high) for band in BANDS}
    return pd.DataFrame(
        {
            name: pd.concat(
                [ok for band, ok in within.items() if band.pattern == name], axis=1
            ).all(axis=1)
            for name in NAMES
        }
    )


# --- What is run ------------------------------------------------------------------------------


class _Group(NamedTuple):
    """Points that are run together, by name, and what is kept of them."""

    chart: Callable[[], Chart]
    weeks: int
    record: Literal["final", "weekly"]
    points: Mapping[str, Mapping[str, float]]  # changes of the default levers
    stops: Mapping[str, int] = MappingProxyType({})  # the week in which every effort ends


@cache
def _usual() -> Chart:
    return balanced(6, 3)


@cache
def _deep() -> Chart:
    return balanced(3, 5)


_GROUPS = (
    _Group(
        _usual,
        156,
        "weekly",
        {
            "nothing": NO_EFFORT,
            "let go": {**NO_EFFORT, "mandate": 0.8},
            "all alone": {**_UNHELPED, "collaborator_share": 1.0},
            "none alone": {**_UNHELPED, "collaborator_share": 0.0},
        },
    ),
    _Group(
        _usual,
        104,
        "final",
        {f"untrained {share}": {"training": 0.0, "collaborator_share": share} for share in SHARES}
        | {f"trained {share}": {"collaborator_share": share} for share in SHARES}
        | {f"reward {reward}": {"control_reward": reward} for reward in REWARDS},
    ),
    _Group(
        _usual,
        259,
        "final",
        {"stops at 60": _WELL_HELPED, "stops at 130": _WELL_HELPED},
        {"stops at 60": 60, "stops at 130": 130},
    ),
    _Group(_deep, 168, "weekly", {"default levers": {}}),
)


type _Life = Mapping[str, NDArray[np.float64]]
"""A point's measures, each (weeks recorded,): means over the replicates; the last week is last."""


class _Lives:
    """Every run of the patterns for some candidates."""

    def __init__(
        self,
        candidates: Sequence[Parameters],
        rules: RuleSet | None,
        replicates: int,
        seed: int,
        workers: int | None,
    ) -> None:
        self._means = []
        for group in _GROUPS:
            results = simulate(
                list(_points_of(group, candidates)),
                group.chart(),
                weeks=group.weeks,
                replicates=replicates,
                seed=seed,
                record=group.record,
                workers=workers,
                rules=rules,
            )
            table = results.weekly if group.record == "weekly" else results.final
            by_point = table.drop(columns="replicate").groupby(["point", "week"]).mean()
            self._means.append(by_point)

    def of(self, candidate: int) -> dict[str, _Life]:
        """A candidate's life at every point, by the point's name."""
        return {
            name: {
                str(measure): values.to_numpy(np.float64)
                for measure, values in means.loc[candidate * len(group.points) + place].items()
            }
            for group, means in zip(_GROUPS, self._means, strict=True)
            for place, name in enumerate(group.points)
        }


def _points_of(group: _Group, candidates: Sequence[Parameters]) -> Iterator[Scenario]:
    """Every point of a group for each candidate, in order."""
    for candidate in candidates:
        for name, changes in group.points.items():
            ends = end_of_efforts(group.stops[name]) if name in group.stops else ()
            yield Scenario(candidate.with_changes({**_LEVERS, **changes}), interventions=ends)


# --- What is measured, in the order of BANDS -----------------------------------------------------


def _numbers(lived: Mapping[str, _Life]) -> list[float]:
    reached = {name: float(life["partnership"][-1]) for name, life in lived.items()}
    return [
        *_inertia(lived["nothing"]),
        *_let_go(lived["let go"]),
        *_shares(reached),
        *_overload(lived["all alone"], lived["none alone"]),
        *_j_curve(lived["default levers"]["output"]),
        reached["stops at 60"],
        reached["stops at 130"],
        *_rewards(reached),
    ]


def _inertia(lived: _Life) -> tuple[float, ...]:
    return lived["autonomy"][-1], lived["partnership"][-1]


def _let_go(lived: _Life) -> tuple[float, ...]:
    autonomy = lived["autonomy"]
    return (
        autonomy.max() - autonomy[0],
        float(autonomy.argmax()),
        autonomy.max() - autonomy[-1],
        *(lived[state][0] - lived[state].min() for state in ("trust", "assurance")),
        lived["partnership"][-1],
    )


def _shares(reached: Mapping[str, float]) -> tuple[float, ...]:
    untrained = {share: reached[f"untrained {share}"] for share in SHARES}
    best = max(SHARES, key=untrained.__getitem__)
    return (
        untrained[0.0] / untrained[0.5] if untrained[0.5] else math.nan,
        best,
        untrained[best] - max(untrained[0.0], untrained[1.0]),
        min(reached[f"trained {share}"] - untrained[share] for share in SHARES),
    )


def _overload(everything: _Life, nothing: _Life) -> tuple[float, ...]:
    left, stayed = (float(np.nanmean(life["departures"])) for life in (everything, nothing))
    return (
        everything["strain"].max(),
        nothing["strain"].max(),
        left / stayed if stayed else math.nan,
    )


def _j_curve(output: NDArray[np.float64]) -> tuple[float, ...]:
    before, trough, after = output[1:13].mean(), output[39:52].mean(), output[156:169].mean()
    return before - trough, after - before


def _rewards(reached: Mapping[str, float]) -> tuple[float, ...]:
    by_reward = [reached[f"reward {reward}"] for reward in REWARDS]
    rises = [later - earlier for earlier, later in pairwise(by_reward)]
    return max(rises), by_reward[0] - by_reward[-1]
