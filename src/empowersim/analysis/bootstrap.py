"""The runs of an outcome as a matrix, and its bootstrap over replicates."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.declaration import unknown_name
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 2000
CONFIDENCE = 0.95
TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)

type Key = tuple[Hashable, ...]


class Estimate(NamedTuple):
    """A number with its confidence interval."""

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def estimate(value: float, resampled: NDArray[np.float64]) -> Estimate:
    """A number with the interval that its resamples span."""
    low, high = interval(resampled)
    return Estimate(float(value), float(low), float(high))


def interval(resampled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Between which values the middle 95 % of resamples lie, (n_resamples, …) → (2, …).

    NaN where there are none.
    """
    if len(resampled) == 0:
        return np.full((2, *resampled.shape[1:]), np.nan)
    bounds: NDArray[np.float64] = np.quantile(resampled, TAILS, axis=0)
    return bounds


@dataclass(frozen=True, eq=False)
class Runs:
    """An outcome at every point that was run.

    Attributes:
        design: the rows of these points, by their number.
        values: (n_replicates, n_points), NaN where a point has no such run.
        shared_luck: whether a replicate has the same luck at every point.
    """

    design: pd.DataFrame
    values: NDArray[np.float64]
    shared_luck: bool

    @property
    def means(self) -> NDArray[np.float64]:
        """Of each point, (n_points,)."""
        found: NDArray[np.float64] = np.nanmean(self.values, axis=0)
        return found

    def resampled_means(
        self, rng: np.random.Generator, resamples: int = RESAMPLES
    ) -> NDArray[np.float64]:
        """Means of replicates drawn with replacement, (resamples, n_points)."""
        there = ~np.isnan(self.values)
        if self.shared_luck and there.all():
            return _drawn(rng, resamples, len(self.values)) @ self.values
        counts = there.sum(axis=0)
        means = np.empty((resamples, len(counts)))
        for count in np.unique(counts):
            own = counts == count
            runs = self.values.T[own][there.T[own]].reshape(-1, count).T
            # Shuffled point by point: no two points then share the replicates that were drawn.
            means[:, own] = rng.permuted(_drawn(rng, resamples, int(count)) @ runs, axis=0)
        return means

    def needs_replicates(self) -> Runs:
        """Itself, if every point can have an interval.

        Raises:
            AnalysisError: a point has one run only.
        """
        counts = (~np.isnan(self.values)).sum(axis=0)
        if counts.min() < 2:
            point = self.design["point"].iloc[int(counts.argmin())]
            raise AnalysisError(
                f"point {point} has one run, which gives no interval; run at least 2 replicates"
            )
        return self


def _drawn(rng: np.random.Generator, resamples: int, n: int) -> NDArray[np.float64]:
    """Weights of n replicates drawn with replacement, (resamples, n); rows sum to 1."""
    chosen = rng.integers(0, n, (resamples, n)) + n * np.arange(resamples)[:, None]
    counts = np.bincount(chosen.ravel(), minlength=resamples * n)
    return counts.reshape(resamples, n) / n


def runs_of(
    design: pd.DataFrame, results: pd.DataFrame, outcome: str, *, shared_luck: bool = True
) -> Runs:
    """The runs of an outcome in the last week, at the design's points.

    Raises:
        AnalysisError: a column that is not there, a run twice, or no runs at all.
    """
    check_columns(design, "design", ["point"])
    check_columns(results, "results", ["point", "replicate", outcome])
    last = last_week(results)
    row = last["replicate"].to_numpy(np.int64)
    number = np.sort(design["point"].to_numpy(np.int64))
    known = last["point"].isin(number) & last[outcome].notna()
    row, point = row[known], last["point"].to_numpy(np.int64)[known]
    if not len(row):
        raise AnalysisError(f"there is no run with a value of {outcome}; run the experiment first")
    values = np.full((int(row.max()) + 1, len(number)), np.nan)
    values[row, np.searchsorted(number, point)] = last[outcome].to_numpy(np.float64)[known]
    if np.isfinite(values).sum() < len(row):
        raise AnalysisError("results have a run twice; keep one row a point, replicate and week")
    ran = ~np.isnan(values).all(axis=0)
    ordered = design.sort_values("point").reset_index(drop=True)
    values = values[~np.isnan(values).all(axis=1)][:, ran]
    return Runs(ordered[ran].reset_index(drop=True), values, shared_luck)


def last_week(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last week; all of them, if no week is told."""
    if "week" not in results:
        return results
    last: pd.DataFrame = results[results["week"] == results["week"].max()]
    return last


def groups(design: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[Key, NDArray[np.int64]]]:
    """The design's rows that share their values of `by`, in the order of their first rows.

    Raises:
        AnalysisError: a column that is not there.
    """
    check_columns(design, "design", by)
    if not by:
        yield (), np.arange(len(design))
        return
    keys = list(zip(*(design[name].tolist() for name in by), strict=True))
    for key in dict.fromkeys(keys):
        yield key, np.flatnonzero([other == key for other in keys])


def table(by: Sequence[str], rows: list[dict[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table that has its columns even when it has no rows."""
    import pandas as pd

    return pd.DataFrame(rows, columns=[*by, *columns])


def averaged(values: NDArray[np.float64], cell: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean over the columns of each cell, (n, n_points) → (n, n_cells).

    `cell` numbers each column's cell, (n_points,), from 0 without gaps.
    """
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(cell.max() + 1))
    sums: NDArray[np.float64] = np.add.reduceat(values[:, order], starts, axis=1)
    return sums / np.bincount(cell)


def numbers(design: pd.DataFrame, factor: str) -> NDArray[np.float64]:
    """A factor's value at each point.

    Raises:
        AnalysisError: no such column, or one of words.
    """
    check_columns(design, "design", [factor])
    if design[factor].dtype.kind not in "iufb":
        raise AnalysisError(f"{factor} is no column of numbers; name a factor of the design")
    return design[factor].to_numpy(np.float64)


def check_columns(table: pd.DataFrame, called: str, wanted: Sequence[str]) -> None:
    """Refuse a column that is not there.

    Raises:
        AnalysisError: naming it and the nearest one.
    """
    for name in wanted:
        if name not in table.columns:
            there = ", ".join(map(str, table.columns))
            raise AnalysisError(
                unknown_name(f"column of the {called}", name, table.columns, f"there are: {there}")
            )
