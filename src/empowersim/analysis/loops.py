"""Hysteresis: whether a lever's way back leads through the same outcomes as its way there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import (
    RESAMPLES,
    Estimate,
    Runs,
    check_columns,
    estimate,
    interval,
    table,
)
from empowersim.analysis.curves import Crossing, crossings
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd


class Hysteresis(NamedTuple):
    """An outcome while a lever goes up and down again.

    Attributes:
        loop: a row a way (`up`, `down`) and `value` of the lever, in the order of the weeks: the
            outcome's `mean`, `low`, `high`.
        area: between the two ways, the way down less the way up, over the values of the lever that
            both have: above 0 if the outcome stays when the lever is taken back.
        crossings: a row a place where the outcome crosses the level: `way`; `direction`, rising or
            falling as the lever's value grows; `at`, `at_low`, `at_high`; `share`, of resamples.
    """

    loop: pd.DataFrame
    area: Estimate
    crossings: pd.DataFrame


class _Way(NamedTuple):
    """One way of the loop by rising value, (n_values,), and its resamples, (n, n_values)."""

    value: NDArray[np.float64]
    mean: NDArray[np.float64]
    resampled: NDArray[np.float64]


def hysteresis(
    results: pd.DataFrame,
    path: Mapping[int, float],
    outcome: str,
    level: float,
    *,
    point: int | None = None,
    seed: int = 0,
) -> Hysteresis:
    """The loop of an outcome against a lever.

    While a lever stays at a value, the last of these weeks counts: the outcome has had the time
    that the path gives it. The way up ends, and the way down begins, when the lever is highest.

    Args:
        results: weekly.
        path: the lever's value in each week.
        outcome: the column of the results.
        level: that the outcome may cross.
        point: which one, if the results have several.
        seed: of the bootstrap over replicates.

    Raises:
        AnalysisError: results that are not weekly or have several points, a path that does not go
            up and down again, or fewer than 2 replicates.
    """
    weeks, values = _course(results, outcome, point)
    there = np.array([int(week) in path for week in weeks])
    lever = np.array([path[int(week)] for week in weeks[there]], np.float64)
    up, down = _ways(lever)
    runs = Runs(_numbered(point), values[:, there], shared_luck=True)
    again = runs.resampled_means(np.random.default_rng(seed), RESAMPLES)
    ways = {
        name: _Way(*(each[..., chosen[order]] for each in (lever, runs.means, again)))
        for name, chosen in (("up", up), ("down", down))
        for order in (np.argsort(lever[chosen]),)
    }
    return Hysteresis(_loop(ways), _area(ways["up"], ways["down"]), _crossings(ways, level))


def _numbered(point: int | None) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"point": [0 if point is None else point]})


def _course(
    results: pd.DataFrame, outcome: str, point: int | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The weeks, and the outcome in each, (n_replicates, n_weeks), of complete replicates."""
    check_columns(results, "results", ["point", "replicate", "week", outcome])
    points = results["point"].unique()
    if point is None and len(points) > 1:
        raise AnalysisError(f"results have {len(points)} points; say of which one with point=")
    own = results if point is None else results[results["point"] == point]
    if own.duplicated(["point", "replicate", "week"]).any():
        raise AnalysisError("results have a run twice; keep one row a point, replicate and week")
    by_week = own.pivot(index="replicate", columns="week", values=outcome)
    by_week = by_week.dropna(axis=1, how="all").dropna()
    if by_week.shape[1] < 3:
        raise AnalysisError("a loop needs the course over the weeks; run with record = 'weekly'")
    if len(by_week) < 2:
        raise AnalysisError(
            f"{len(by_week)} complete replicates give no interval; run at least 2 replicates"
        )
    return by_week.columns.to_numpy(np.int64), by_week.to_numpy(np.float64)


def _ways(lever: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The weeks that count on the way up and on the way down; the highest is on both."""
    last = np.flatnonzero(np.diff(lever, append=np.nan) != 0)
    top = int(np.argmax(lever[last])) if len(last) else 0
    up, down = last[: top + 1], last[top:]
    rises = len(up) > 1 and (np.diff(lever[up]) > 0).all()
    falls = len(down) > 1 and (np.diff(lever[down]) < 0).all()
    if not (rises and falls):
        raise AnalysisError(
            "the lever's path does not go up once and down again; ramp it up, then down"
        )
    return up, down


def _loop(ways: Mapping[str, _Way]) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for name, way in ways.items():
        low, high = interval(way.resampled)
        own = pd.DataFrame(
            {"way": name, "value": way.value, "mean": way.mean, "low": low, "high": high}
        )
        tables.append(own.sort_values("value", ascending=name == "up"))
    return pd.concat(tables, ignore_index=True)


def _area(up: _Way, down: _Way) -> Estimate:
    """By the trapezoidal rule over all values that either way has, where both reach."""
    low, high = max(up.value[0], down.value[0]), min(up.value[-1], down.value[-1])
    x = np.union1d(up.value, down.value)
    x = x[(low <= x) & (x <= high)]
    between = _between(x, down) - _between(x, up)
    area = np.trapezoid(between, x, axis=-1)
    return estimate(area[0], area[1:])


def _between(x: NDArray[np.float64], way: _Way) -> NDArray[np.float64]:
    """The mean, then its resamples, at values of the lever between those of the way."""
    every = np.vstack([way.mean, way.resampled])
    right = np.clip(np.searchsorted(way.value, x), 1, len(way.value) - 1)
    share = (x - way.value[right - 1]) / (way.value[right] - way.value[right - 1])
    found: NDArray[np.float64] = every[:, right - 1] * (1 - share) + every[:, right] * share
    return found


def _crossings(ways: Mapping[str, _Way], level: float) -> pd.DataFrame:
    rows: list[dict[str, object]] = [
        {"way": name, **crossing._asdict()}
        for name, way in ways.items()
        for crossing in crossings(way.value, way.mean, way.resampled, level)
    ]
    return table(["way"], rows, Crossing._fields)
