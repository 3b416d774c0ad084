"""The main conclusions over the accepted region, not only at the defaults: for `calibration`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from empowersim.org_chart import Chart, balanced
from empowersim.parameters import Parameters
from empowersim.scenarios import NAMED, NO_EFFORT, Order, Rollout, Scenario
from empowersim.simulation import simulate

SHARES = tuple(k / 10 for k in range(11))
FIFTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
CLEAR = 0.05
"""A difference of partnerships that counts: five points."""
LITTLE = 0.1
"""Partnerships below which a change has failed: a tenth of the relations."""

STARTS: Mapping[str, float] = {
    "bleak": Parameters().initial_appreciation,
    "apec": NAMED["apec"].parameters.initial_appreciation,
    "mirror": 1 - NAMED["apec"].parameters.initial_appreciation,
}
"""How managers are valued at the start: in the essay's France, the default (a majority does not
value them); in that of surveys (83 % do); and where 83 % do not, which nobody found."""

UNTRAINED = {"training": 0.0}
ONLY_PUSHED = {**NO_EFFORT, "mandate": 0.8}


class _Point(NamedTuple):
    """What is run for every candidate: changes of the default levers, and who starts when."""

    name: str
    changes: Mapping[str, float]
    rollout: Rollout = Rollout()


class _Group(NamedTuple):
    """Points that are run together; of some, the course is kept and not only the end."""

    chart: Chart
    weeks: int
    points: Sequence[_Point]
    record: Literal["final", "weekly"] = "final"
    times: int = 1  # as many replicates: small organisations vary more


def _shares(prefix: str, shares: Sequence[float], changes: Mapping[str, float]) -> list[_Point]:
    return [_Point(f"{prefix} {x}", {**changes, "collaborator_share": x}) for x in shares]


def share_columns(prefix: str) -> list[str]:
    """Columns of partnerships by share: "trained" and "untrained" at SHARES, others at FIFTHS."""
    return [f"{prefix} {x}" for x in (SHARES if prefix.endswith("trained") else FIFTHS)]


def _groups() -> list[_Group]:
    usual = balanced(6, 3)
    starts = [
        point
        for name in ("apec", "mirror")
        for point in _shares(name, FIFTHS, {**UNTRAINED, "initial_appreciation": STARTS[name]})
    ]
    ramps = [
        _Point(f"{name}, ramp {weeks}", {**changes, "ramp": weeks})
        for (name, changes), weeks in product(
            {"pushed": ONLY_PUSHED, "coached": UNTRAINED}.items(), (4.0, 52.0)
        )
    ]
    return [
        _Group(
            usual,
            104,
            [
                *_shares("trained", SHARES, {}),
                *_shares("untrained", SHARES, UNTRAINED),
                *_shares("uncoached", FIFTHS, {"coaching": 0.0}),
                *starts,
                _Point("upward", {**UNTRAINED, "upward_accountability": 0.5}),
            ],
        ),
        _Group(
            usual,
            156,
            [_Point(order, {}, Rollout(order, 26)) for order in get_args(Order.__value__)],
        ),
        _Group(
            usual,
            208,
            [*ramps, _Point("unrewarded", {**ONLY_PUSHED, "control_reward": 0.0})],
            "weekly",
        ),
        *(
            _Group(
                balanced(*shape),
                104,
                [_Point(f"span {shape[0]}, depth {shape[1]}", UNTRAINED)],
                times=4,
            )
            for shape in ((6, 2), (12, 2), (3, 5))
        ),
    ]


def lived(
    candidates: Sequence[Parameters], *, replicates: int = 8, workers: int | None = None
) -> pd.DataFrame:
    """What becomes of each candidate at every point: a row each, means over replicates.

    A column is named after its point and is partnerships in the last week; of the ramps and of the
    push without rewards there are also `lowest trust`, `lowest assurance`, and how far autonomy
    falls from its peak.
    """
    columns: dict[str, list[float]] = {}
    for group in _groups():
        for point in group.points:
            results = simulate(
                [
                    Scenario(each.with_changes(point.changes), rollout=point.rollout)
                    for each in candidates
                ],
                group.chart,
                weeks=group.weeks,
                replicates=replicates * group.times,
                record=group.record,
                workers=workers,
            )
            weekly = group.record == "weekly"
            ended = _course(results.weekly) if weekly else _end(results.final)
            columns |= {f"{point.name}{what}": values for what, values in ended.items()}
    return pd.DataFrame(columns)


def _end(final: pd.DataFrame) -> dict[str, list[float]]:
    return {"": list(final.groupby("point")["partnership"].mean())}


def _course(weekly: pd.DataFrame) -> dict[str, list[float]]:
    """Where it ends and how low it goes, by point."""
    measures = ["partnership", "trust", "assurance", "autonomy"]
    points = weekly.groupby(["point", "week"])[measures].mean().groupby("point")
    return {
        "": list(points["partnership"].last()),
        ": lowest trust": list(points["trust"].min()),
        ": lowest assurance": list(points["assurance"].min()),
        ": fall of autonomy": list(points["autonomy"].max() - points["autonomy"].last()),
    }


# --- Conclusions ----------------------------------------------------------------------------------

type Holds = Callable[[pd.DataFrame], pd.Series[bool]]


def best_share(table: pd.DataFrame, prefix: str) -> NDArray[np.float64]:
    """The share with most partnerships, by candidate."""
    columns = share_columns(prefix)
    shares = np.array([float(name.removeprefix(prefix)) for name in columns])
    return shares[table[columns].to_numpy().argmax(axis=1)]


def _inside(prefix: str) -> Holds:
    """Both ends are worse than the best by what counts."""

    def holds(table: pd.DataFrame) -> pd.Series[bool]:
        columns = share_columns(prefix)
        best = table[columns].max(axis=1)
        return best - table[[columns[0], columns[-1]]].max(axis=1) >= CLEAR

    return holds


def _best(table: pd.DataFrame, prefix: str) -> pd.Series[float]:
    return table[share_columns(prefix)].max(axis=1)


def _gentler(table: pd.DataFrame, name: str) -> pd.Series[bool]:
    """A ramp of a year leaves the lowest trust or assurance clearly higher than one of a month."""
    states = ("lowest trust", "lowest assurance")
    risen = [
        table[f"{name}, ramp 52.0: {low}"] - table[f"{name}, ramp 4.0: {low}"] for low in states
    ]
    return pd.concat(risen, axis=1).max(axis=1) >= CLEAR


class Conclusion(NamedTuple):
    """A sentence, and in which candidates it holds."""

    sentence: str
    holds: Holds


CONCLUSIONS: tuple[Conclusion, ...] = (
    Conclusion(
        "the best share lies inside, both ends at least 5 points worse (no training: P4 asks it)",
        _inside("untrained"),
    ),
    Conclusion("the same with training of .5, which no pattern asks for", _inside("trained")),
    Conclusion(
        "all on collaborators is at least 5 points worse than all on managers (no training)",
        lambda t: t["untrained 0.0"] - t["untrained 1.0"] >= CLEAR,
    ),
    Conclusion(
        "training is not needed: half of the relations are partnerships at the best share without",
        lambda t: _best(t, "untrained") >= 0.5,
    ),
    Conclusion(
        "training adds at least 5 points at the best share",
        lambda t: _best(t, "trained") - _best(t, "untrained") >= CLEAR,
    ),
    Conclusion(
        "without coaching, under a tenth are partnerships at every share (training .5)",
        lambda t: _best(t, "uncoached") < LITTLE,
    ),
    Conclusion(
        "just let go: under a tenth are partnerships where control is not rewarded either",
        lambda t: t["unrewarded"] < LITTLE,
    ),
    Conclusion(
        "just let go: where control is not rewarded, autonomy does not fall back (by .05)",
        lambda t: t["unrewarded: fall of autonomy"] < CLEAR,
    ),
    Conclusion(
        "a wide span helps: 12 at least 5 points above 6 (depth 2, no training)",
        lambda t: t["span 12, depth 2"] - t["span 6, depth 2"] >= CLEAR,
    ),
    Conclusion(
        "a wide span hurts: 12 at least 5 points below 6 (depth 2, no training)",
        lambda t: t["span 6, depth 2"] - t["span 12, depth 2"] >= CLEAR,
    ),
    Conclusion(
        "wide and flat (12, 2) is at least 5 points above narrow and deep (3, 5)",
        lambda t: t["span 12, depth 2"] - t["span 3, depth 5"] >= CLEAR,
    ),
    Conclusion(
        "upward accountability of .5 adds at least 5 points (no training, share .5)",
        lambda t: t["upward"] - t["untrained 0.5"] >= CLEAR,
    ),
    Conclusion(
        "upward accountability of .5 does no harm (of a point)",
        lambda t: t["upward"] - t["untrained 0.5"] > -0.01,
    ),
    Conclusion(
        "gradual is no gentler: a ramp of 52 weeks does not spare .05 of trust or assurance at the"
        " worst, against 4 weeks (no coaching, no training)",
        lambda t: ~_gentler(t, "pushed"),
    ),
    Conclusion("the same with coaching of .5", lambda t: ~_gentler(t, "coached")),
    Conclusion(
        "gradual reaches no more (by 5 points) after four years (coaching .5, no training)",
        lambda t: t["coached, ramp 52.0"] - t["coached, ramp 4.0"] < CLEAR,
    ),
    Conclusion(
        "all at once is not beaten (by a point) by a pilot, after three years (lag 26 weeks)",
        lambda t: t["pilot"] - t["all-at-once"] < 0.01,
    ),
    Conclusion(
        "from the top is the slowest of the four orders, after three years",
        lambda t: t["top-down"] <= t[["all-at-once", "pilot", "bottom-up"]].min(axis=1),
    ),
    *(
        Conclusion(text, holds)
        for name, words in (
            ("apec", "83 % value their manager"),
            ("mirror", "83 % do not (nobody found this)"),
        )
        for text, holds in (
            (
                f"P3 from a France where {words}",
                lambda t, name=name: t[f"{name} 0.0"] <= 0.5 * t[f"{name} 0.5"],
            ),
            (
                f"best share inside, ends at least 5 points worse, where {words}",
                _inside(name),
            ),
        )
    ),
)


def held(table: pd.DataFrame) -> pd.DataFrame:
    """In which candidates (rows) of `lived` each conclusion holds: a column a sentence."""
    return pd.DataFrame({each.sentence: each.holds(table) for each in CONCLUSIONS})


def wilson(holds: pd.Series[bool]) -> tuple[float, float, float]:
    """The share that holds, with Wilson's 95 % interval."""
    result = binomtest(int(holds.sum()), len(holds))
    low, high = result.proportion_ci(0.95, "wilson")
    return float(holds.mean()), float(low), float(high)


def separates(factors: pd.DataFrame, holds: pd.Series[bool]) -> tuple[str, float]:
    """The factor whose mean differs most where a conclusion fails, in standard deviations.

    Above 0: larger where it fails.
    """
    differs = (factors[~holds].mean() - factors[holds].mean()) / factors.std()
    name = str(differs.abs().idxmax())
    return name, float(differs[name])
