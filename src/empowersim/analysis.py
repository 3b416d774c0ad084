"""From tables to answers: response curves with their bands, and where they are highest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.outcomes import REGIMES

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 2000
CONFIDENCE = 0.95
SPREAD = 0.9


class Estimate(NamedTuple):
    """A number with its confidence interval."""

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


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
    """The curve of an outcome over one parameter, by a bootstrap over replicates.

    Points share their replicates' luck, so the bootstrap draws whole replicates: the interval of
    the optimum takes into account that neighbouring points rise and fall together.

    Args:
        design: a row a point: `point` and the parameter's value, each value once.
        results: a row a run: `point`, `replicate` and the outcome.
        parameter: the column of the design.
        outcome: the column of the results.
        seed: of the bootstrap.
    """
    by_point = results.pivot(index="replicate", columns="point", values=outcome)
    order = design.sort_values(parameter)
    x = order[parameter].to_numpy(np.float64)
    runs = by_point[order["point"]].to_numpy(np.float64)
    chosen = np.random.default_rng(seed).integers(0, len(runs), (RESAMPLES, len(runs)))
    resampled = runs[chosen].mean(axis=1)
    tail = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    low, high = np.quantile(resampled, tail, axis=0)
    run_low, run_high = np.quantile(runs, ((1 - SPREAD) / 2, (1 + SPREAD) / 2), axis=0)
    mean = runs.mean(axis=0)
    best = int(mean.argmax())
    best_x_low, best_x_high = np.quantile(x[resampled.argmax(axis=1)], tail)
    return ResponseCurve(
        x,
        mean,
        low,
        high,
        run_low,
        run_high,
        Estimate(float(x[best]), float(best_x_low), float(best_x_high)),
        Estimate(float(mean[best]), float(low[best]), float(high[best])),
    )


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
