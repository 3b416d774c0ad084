"""Scenario discovery: in which box of the factors an outcome falls short, by PRIM."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import RESAMPLES, Estimate, estimate, interval, numbers, runs_of
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT = 0.05
PEEL = 0.05
LEAST_MASS = 0.05


class Box(NamedTuple):
    """Limits of a few factors, within which points of interest lie close together.

    Attributes:
        limits: a row a factor that the box limits: `low` and `high`, NaN on a side that it leaves
            open, each with `_low` and `_high`; and `restricted_share`, the share of refits whose
            box limits the factor, too.
        coverage: share of the points of interest that lie in the box.
        density: share of the points in the box that are of interest.
        mass: share of all points that lie in the box.
        points: a row a point: the factors, `of_interest`, `inside`.
    """

    limits: pd.DataFrame
    coverage: Estimate
    density: Estimate
    mass: float
    points: pd.DataFrame


def discover(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factors: Sequence[str],
    outcome: str,
    level: float,
    *,
    below: bool = True,
    least_density: float = 0.8,
    refits: int = 20,
    seed: int = 0,
) -> Box:
    """The box of the points whose mean outcome is below a level, or at least the level.

    Of PRIM's peeling trajectory (Bryant & Lempert 2010) the box with the largest coverage is taken
    whose density is at least `least_density`; if none is, the densest. Limits that chance could
    have drawn (quasi-p of 0.05 and more) are left out. Points are drawn again for all intervals:
    coverage and density for this box as it is, the limits by `refits` boxes found anew.

    Of interest are the points below the level, or, with `below=False`, the others.

    Raises:
        AnalysisError: EMA Workbench is not installed, a column that is not there, fewer than 40
            points, or all or none of them of interest.
    """
    runs = runs_of(design, results, outcome)
    x = runs.design[list(factors)].astype(float)
    for factor in factors:
        numbers(runs.design, factor)
    wanted = runs.means < level if below else runs.means >= level
    if len(x) < 40 or not 0 < wanted.sum() < len(x):
        side = "below" if below else "not below"
        raise AnalysisError(
            f"{wanted.sum()} of {len(x)} points have a mean {outcome} {side} {level:g}; a box needs"
            " 40 points or more, some of them on either side: choose another level or design"
        )
    limits = _limits(x, wanted, least_density)
    inside = _inside(x, limits)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(x), (RESAMPLES, len(x)))
    again = rng.integers(0, len(x), (refits, len(x)))
    refitted = [
        _limits(x.iloc[rows].reset_index(drop=True), wanted[rows], least_density)
        for rows in again
        if 0 < wanted[rows].sum() < len(rows)
    ]
    return Box(
        _table(limits, refitted),
        _share(inside & wanted, wanted, drawn),
        _share(inside & wanted, inside, drawn),
        float(inside.mean()),
        x.assign(of_interest=wanted, inside=inside),
    )


type Limits = dict[str, tuple[float, float]]
"""From and to which value, by factor; NaN on an open side."""


def _limits(x: pd.DataFrame, wanted: NDArray[np.bool_], least_density: float) -> Limits:
    """The box's limits, of the factors that it limits."""
    box = _peeled(x, wanted)
    trajectory = box.peeling_trajectory
    dense = trajectory[trajectory["density"] >= least_density]
    if len(dense):
        best = dense.sort_values(["coverage", "density"], kind="stable").index[-1]
    else:
        best = trajectory.sort_values(["density", "coverage"], kind="stable").index[-1]
    found: Limits = {}
    for column, quasi_p in box.p_values[best].items():
        factor = x.columns[column]
        low, high = (float(limit) for limit in box.box_lims[best][column])
        # PRIM writes -1 for a side that it does not limit.
        limits_low, limits_high = (0 <= p < SIGNIFICANT for p in quasi_p)
        if limits_low or limits_high:
            found[factor] = low if limits_low else np.nan, high if limits_high else np.nan
    return found


def _peeled(x: pd.DataFrame, wanted: NDArray[np.bool_]) -> Any:
    """PRIM's box with its trajectory; factors are numbered, as PRIM drops a column by its name."""
    with warnings.catch_warnings():
        # It warns of packages that it could use, and of ways of pandas that will change.
        warnings.simplefilter("ignore")
        try:
            from ema_workbench.analysis.prim import Prim
        except ImportError:
            raise AnalysisError(
                "scenario discovery needs EMA Workbench; install it:"
                ' pip install "empowersim[discovery]"'
            ) from None
        numbered = x.set_axis(range(x.shape[1]), axis=1)
        return Prim(
            numbered, wanted.astype(np.int64), peel_alpha=PEEL, mass_min=LEAST_MASS
        ).find_box()


def _inside(x: pd.DataFrame, limits: Limits) -> NDArray[np.bool_]:
    inside = np.ones(len(x), np.bool_)
    for factor, (low, high) in limits.items():
        # Nothing is below or above NaN.
        inside &= ~((x[factor] < low) | (x[factor] > high)).to_numpy()
    return inside


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_], drawn: NDArray[np.int64]) -> Estimate:
    counts = whole[drawn].sum(axis=1)
    some = counts > 0
    return estimate(part.sum() / whole.sum(), part[drawn].sum(axis=1)[some] / counts[some])


def _table(limits: Limits, refitted: list[Limits]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for factor, (low, high) in limits.items():
        own = np.array([each[factor] for each in refitted if factor in each]).reshape(-1, 2)
        bounds = [interval(side[~np.isnan(side)]) for side in own.T]
        share = len(own) / max(len(refitted), 1)
        rows.append((factor, low, *bounds[0], high, *bounds[1], share))
    columns = ["factor", "low", "low_low", "low_high", "high", "high_low", "high_high"]
    return pd.DataFrame(rows, columns=[*columns, "restricted_share"])
