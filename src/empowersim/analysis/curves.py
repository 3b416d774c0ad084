"""How an outcome answers to one factor: curves with their bands, and where they cross a level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import (
    Estimate,
    Key,
    averaged,
    estimate,
    groups,
    interval,
    numbers,
    runs_of,
    table,
)
from empowersim.outcomes import REGIMES

if TYPE_CHECKING:
    import pandas as pd

SPREAD = 0.9


class Crossing(NamedTuple):
    """Where a curve crosses a level, with its interval; `share` of resamples have it, too."""

    direction: Literal["rising", "falling"]
    at: float
    at_low: float
    at_high: float
    share: float


class ResponseCurve(NamedTuple):
    """How an outcome answers to a parameter; arrays of shape (n_points,), by rising `x`.

    `mean_low` and `mean_high` bound the mean with 95 % confidence; between `run_low` and
    `run_high` lie 90 % of the runs.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    mean_low: NDArray[np.float64]
    mean_high: NDArray[np.float64]
    run_low: NDArray[np.float64]
    run_high: NDArray[np.float64]
    best_x: Estimate
    best_mean: Estimate

    def at(self, x: float) -> Estimate:
        """The mean at one of the points."""
        k = int(np.argmin(np.abs(self.x - x)))
        return Estimate(float(self.mean[k]), float(self.mean_low[k]), float(self.mean_high[k]))


def response_curve(
    design: pd.DataFrame, results: pd.DataFrame, parameter: str, outcome: str, seed: int = 0
) -> ResponseCurve:
    """The curve of an outcome over one parameter, all of the design being one group.

    See `response_curves`.
    """
    return response_curves(design, results, parameter, outcome, seed=seed)[()]


def response_curves(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factor: str,
    outcome: str,
    *,
    by: Sequence[str] = (),
    shared_luck: bool = True,
    seed: int = 0,
) -> dict[Key, ResponseCurve]:
    """The curve of an outcome over one factor, for each group of points.

    The bootstrap draws whole replicates: the interval of the optimum takes into account that
    neighbouring points rise and fall together. Points of a group with the same value of the factor
    are averaged.

    Args:
        design: a row a point.
        results: a row a run.
        factor: the column of the design along which the curve runs.
        outcome: the column of the results.
        by: the columns of the design whose values make the groups; the keys of what is returned.
        shared_luck: whether a replicate has the same luck at every point.
        seed: of the bootstrap.

    Raises:
        AnalysisError: a column that is not there or not of numbers, or a point with one run.
    """
    answers = _answers(design, results, factor, outcome, by, shared_luck, seed)
    return {answer.key: _curve(answer) for answer in answers}


class _Answer(NamedTuple):
    """A group's means over the factor, (n_x,), their resamples, (n_resamples, n_x), all runs."""

    key: Key
    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    resampled: NDArray[np.float64]
    runs: list[NDArray[np.float64]]


def _answers(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factor: str,
    outcome: str,
    by: Sequence[str],
    shared_luck: bool,
    seed: int,
) -> Iterator[_Answer]:
    runs = runs_of(design, results, outcome, shared_luck=shared_luck).needs_replicates()
    resampled = runs.resampled_means(np.random.default_rng(seed))
    values = numbers(runs.design, factor)
    for key, rows in groups(runs.design, by):
        x, cell = np.unique(values[rows], return_inverse=True)
        yield _Answer(
            key,
            x,
            averaged(runs.means[None, rows], cell)[0],
            averaged(resampled[:, rows], cell),
            [runs.values[:, rows[cell == k]] for k in range(len(x))],
        )


def _curve(answer: _Answer) -> ResponseCurve:
    low, high = interval(answer.resampled)
    outer = ((1 - SPREAD) / 2, (1 + SPREAD) / 2)
    run_low, run_high = np.transpose([np.nanquantile(runs, outer) for runs in answer.runs])
    best = int(answer.mean.argmax())
    return ResponseCurve(
        answer.x,
        answer.mean,
        low,
        high,
        run_low,
        run_high,
        estimate(answer.x[best], answer.x[answer.resampled.argmax(axis=1)]),
        Estimate(float(answer.mean[best]), float(low[best]), float(high[best])),
    )


def tipping_points(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factor: str,
    outcome: str,
    level: float,
    *,
    by: Sequence[str] = (),
    shared_luck: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Where the mean of an outcome crosses a level, by straight lines between the points.

    Returns a row a crossing: the columns of `by`; `direction`, rising or falling as the factor
    grows; `at`, `at_low`, `at_high`, values of the factor; `share`, of the resamples in which it is
    there. The interval is that of these resamples. No row: the curve stays on one side.

    Raises:
        AnalysisError: as `response_curves`.
    """
    rows: list[dict[str, object]] = [
        dict(zip(by, answer.key, strict=True)) | crossing._asdict()
        for answer in _answers(design, results, factor, outcome, by, shared_luck, seed)
        for crossing in crossings(answer.x, answer.mean, answer.resampled, level)
    ]
    return table(by, rows, Crossing._fields)


def crossings(
    x: NDArray[np.float64],
    mean: NDArray[np.float64],
    resampled: NDArray[np.float64],
    level: float,
) -> list[Crossing]:
    """The crossings of a curve, (n_x,), by rising x, each looked for in its resamples."""
    found: list[Crossing] = []
    for rising in (True, False):
        places = _crossed(x, mean[None], level, rising)[0]
        places = places[~np.isnan(places)]
        if not len(places):
            continue
        again = _crossed(x, resampled, level, rising)
        # A crossing of a resample is the one of the curve's that is nearest to it.
        nearest = np.abs(again[:, :, None] - places).argmin(axis=2)
        for k, place in enumerate(places):
            away = np.where(nearest == k, np.abs(again - place), np.nan)
            away = np.where(np.isnan(away), np.inf, away)
            closest = np.take_along_axis(again, away.argmin(axis=1)[:, None], axis=1)[:, 0]
            there = np.isfinite(away.min(axis=1))
            low, high = interval(closest[there])
            found.append(
                Crossing(
                    "rising" if rising else "falling",
                    float(place),
                    float(low),
                    float(high),
                    float(there.mean()),
                )
            )
    return sorted(found, key=lambda crossing: crossing.at)


def _crossed(
    x: NDArray[np.float64], means: NDArray[np.float64], level: float, rising: bool
) -> NDArray[np.float64]:
    """Where curves, (n, n_x), cross between each two points, (n, n_x - 1); NaN where not."""
    above = means >= level
    crosses = (above[:, 1:] != above[:, :-1]) & (above[:, 1:] == rising)
    rise = np.where(crosses, np.diff(means, axis=1), np.nan)
    return x[:-1] + (level - means[:, :-1]) / rise * np.diff(x)


def shape_in_words(curve: ResponseCurve) -> str:
    """Where the curve is highest, and whether that is between its ends: decided by intervals."""
    first, last = float(curve.x[0]), float(curve.x[-1])
    ends = f"{curve.at(first):.2f} at {first:g}, {curve.at(last):.2f} at {last:g}"
    highest = f"highest at {curve.best_x:.2f}, with {curve.best_mean:.2f}"
    higher_end = max(curve.at(first).high, curve.at(last).high)
    if curve.best_mean.low <= min(curve.at(first).high, curve.at(last).high):
        return f"about the same from end to end ({ends})"
    if first < curve.best_x.low and curve.best_x.high < last and curve.best_mean.low > higher_end:
        return f"{highest}: an optimum between the ends, which both do worse ({ends})"
    return f"{highest}: no optimum between the ends ({ends})"


def regimes_in_words(results: pd.DataFrame) -> str:
    """The mean shares of the four regimes, largest first, and the mean strain."""
    shares = results[list(REGIMES)].mean().sort_values(ascending=False)
    listed = ", ".join(f"{share:.0%} {regime}" for regime, share in shares.items())
    return f"{listed}; strain {results['strain'].mean():.2f}"
