"""Which factors matter: Sobol indices and Morris's screening, by SALib's estimators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import Runs, groups, interval, numbers, runs_of, table
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd

SOBOL_RESAMPLES = 1000
MORRIS_RESAMPLES = 500
AT_ONCE = 50
"""Resamples in memory at the same time: a Sobol design has many points."""


def sobol_indices(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factors: Sequence[str],
    outcome: str,
    *,
    by: Sequence[str] = (),
    shared_luck: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """First-order and total Sobol indices of the mean outcome, for each group of points.

    The first-order index is the share of the variance that goes away, on average, when the factor
    is known; the total index the share that stays when all others are known. Each group must be
    one complete design of kind sobol. The bootstrap draws replicates and rows of the design. What
    luck is left in the means counts as an effect of every factor, unless it is shared.

    `factors` are in the order in which the design names them; the rest is as in `response_curves`.

    Returns a row a factor: the columns of `by`, `factor`, `first` and `total`, each with `_low`
    and `_high`.

    Raises:
        AnalysisError: a column that is not there, a design that is not of kind sobol or not
            complete, or an outcome that is the same everywhere.
    """
    runs = runs_of(design, results, outcome, shared_luck=shared_luck)
    _check_complete(design, runs)
    rows: list[dict[str, object]] = []
    for key, own in groups(runs.design, by):
        _check_sobol(runs.design.iloc[own], factors)
        _check_varies(runs.means[own], outcome)
        found = _indices(runs.means[None, own], len(factors), None)[:, 0]
        again = _resampled_indices(runs, own, len(factors), np.random.default_rng(seed))
        low, high = interval(again.swapaxes(0, 1))
        for k, factor in enumerate(factors):
            row: dict[str, object] = dict(zip(by, key, strict=True)) | {"factor": factor}
            for index, name in enumerate(("first", "total")):
                row |= {
                    name: found[index, k],
                    f"{name}_low": low[index, k],
                    f"{name}_high": high[index, k],
                }
            rows.append(row)
    names = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    return table(by, rows, ["factor", *names])


def _resampled_indices(
    runs: Runs, own: NDArray[np.int64], n_factors: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(2, n_resamples, n_factors): first-order, total."""
    n_rows = len(own) // (n_factors + 2)
    return np.concatenate(
        [
            _indices(
                runs.resampled_means(rng, AT_ONCE)[:, own],
                n_factors,
                rng.integers(0, n_rows, (AT_ONCE, n_rows)),
            )
            for _ in range(SOBOL_RESAMPLES // AT_ONCE)
        ],
        axis=1,
    )


def _indices(
    means: NDArray[np.float64], n_factors: int, drawn: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Indices, (2, n, n_factors), of n sets of means, (n, n_points), with the rows drawn.

    A row of the design is a point of A, then for each factor A with its value from B, then B.
    """
    from SALib.analyze.sobol import first_order, total_order

    spread = means.std(axis=1, keepdims=True)
    centred = (means - means.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    rows = centred.reshape(len(means), -1, n_factors + 2)
    if drawn is not None:
        rows = np.take_along_axis(rows, drawn[:, :, None], axis=1)
    a, b = rows[:, :, 0].T, rows[:, :, -1].T
    mixed = [rows[:, :, 1 + k].T for k in range(n_factors)]
    return np.stack(
        [
            np.column_stack([first_order(a, each, b) for each in mixed]),
            np.column_stack([total_order(a, each, b) for each in mixed]),
        ]
    )


def morris_screening(
    design: pd.DataFrame,
    results: pd.DataFrame,
    factors: Sequence[str],
    outcome: str,
    levels: int = 4,
    *,
    by: Sequence[str] = (),
    shared_luck: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Elementary effects of the mean outcome, for each group of points.

    An effect is the outcome's change when one factor moves, per whole range of that factor. `mu`
    is their mean, `mu_star` that of their absolute values, `sigma` their standard deviation: large
    where the effect depends on the other factors. Each group must be one complete design of kind
    morris. The bootstrap draws replicates and trajectories.

    `factors` are in the order in which the design names them, `levels` those of the design; the
    rest is as in `response_curves`.

    Returns a row a factor: the columns of `by`, `factor`, `mu`, `mu_star` and `sigma`, each with
    `_low` and `_high`.

    Raises:
        AnalysisError: a column that is not there, a design that is not of kind morris or not
            complete, or an outcome that is the same everywhere.
    """
    runs = runs_of(design, results, outcome, shared_luck=shared_luck)
    _check_complete(design, runs)
    rows: list[dict[str, object]] = []
    for key, own in groups(runs.design, by):
        x = np.column_stack([numbers(runs.design, factor)[own] for factor in factors])
        _check_morris(x, factors)
        _check_varies(runs.means[own], outcome)
        x = x.reshape(-1, len(factors) + 1, len(factors))
        means = runs.means[own].reshape(len(x), -1)
        found = _effects(x, means, levels)
        rng = np.random.default_rng(seed)
        again = []
        for drawn_means in runs.resampled_means(rng, MORRIS_RESAMPLES)[:, own]:
            drawn = rng.integers(0, len(x), len(x))
            again.append(_effects(x[drawn], drawn_means.reshape(len(x), -1)[drawn], levels))
        low, high = interval(np.stack(again))
        for k, factor in enumerate(factors):
            row: dict[str, object] = dict(zip(by, key, strict=True)) | {"factor": factor}
            for index, name in enumerate(("mu", "mu_star", "sigma")):
                row |= {
                    name: found[index, k],
                    f"{name}_low": low[index, k],
                    f"{name}_high": high[index, k],
                }
            rows.append(row)
    names = [f"{name}{end}" for name in ("mu", "mu_star", "sigma") for end in ("", "_low", "_high")]
    return table(by, rows, ["factor", *names])


def _effects(
    x: NDArray[np.float64], means: NDArray[np.float64], levels: int
) -> NDArray[np.float64]:
    """(3, n_factors): mu, mu*, sigma, of trajectories, (n, n_factors + 1, n_factors)."""
    from SALib.analyze import morris

    n_factors = x.shape[2]
    names = [str(k) for k in range(n_factors)]
    problem = {"num_vars": n_factors, "names": names, "bounds": [[0.0, 1.0]] * n_factors}
    found = morris.analyze(
        problem, x.reshape(-1, n_factors), means.ravel(), num_resamples=2, num_levels=levels, seed=0
    )
    return np.array([found["mu"], found["mu_star"], found["sigma"]], np.float64)


def _check_complete(design: pd.DataFrame, runs: Runs) -> None:
    missing = sorted(set(design["point"]) - set(runs.design["point"]))
    if missing:
        raise AnalysisError(
            f"{len(missing)} points have no runs, the first is point {missing[0]}; this analysis"
            " needs them all: resume the experiment"
        )


def _check_varies(means: NDArray[np.float64], outcome: str) -> None:
    if np.ptp(means) <= np.finfo(np.float64).eps:
        raise AnalysisError(
            f"{outcome} is the same at every point, so that no factor explains it; choose another"
        )


def _check_sobol(design: pd.DataFrame, factors: Sequence[str]) -> None:
    """Each row of the design must mix its first point with its last, one factor at a time."""
    x = np.column_stack([numbers(design, factor) for factor in factors])
    size = len(factors) + 2
    if len(x) % size == 0:
        rows = x.reshape(-1, size, len(factors))
        mixed = np.repeat(rows[:, :1], len(factors), axis=1)
        every = np.arange(len(factors))
        mixed[:, every, every] = rows[:, -1]
        if np.array_equal(mixed, rows[:, 1:-1]):
            return
    raise AnalysisError(
        f"{len(x)} points are not a design of kind sobol for {', '.join(factors)} in this order;"
        " name the factors as the design does, and group by every other column"
    )


def _check_morris(x: NDArray[np.float64], factors: Sequence[str]) -> None:
    """In a trajectory each step moves one factor at most (whole numbers may stay)."""
    size = len(factors) + 1
    if len(x) % size == 0 and len(x) >= 2 * size:
        moved = np.diff(x.reshape(-1, size, len(factors)), axis=1) != 0
        if (moved.sum(axis=2) <= 1).all() and (moved.sum(axis=1) <= 1).all():
            return
    raise AnalysisError(
        f"{len(x)} points are not a design of kind morris for {', '.join(factors)};"
        " name the factors as the design does, and group by every other column"
    )


# --- A function with known indices --------------------------------------------------------------

ISHIGAMI_A, ISHIGAMI_B = 7.0, 0.1


def ishigami_coverage(trials: int, n: int = 1024, seed: int = 0) -> pd.DataFrame:
    """How often the intervals hold the true indices of Ishigami & Homma's function (1990).

    Returns a row an index: `factor`, `index` (first, total), `truth`, `coverage` (share of trials).
    Each trial has a design of its own, with n × 5 points. Points of such a design are not drawn
    independently of each other, as the bootstrap supposes: mostly its intervals are too wide for
    it, but with n = 512 that of the first-order index of x3 holds the truth in 84 % of trials only.
    """
    import pandas as pd
    from SALib.sample import sobol

    factors = ("x1", "x2", "x3")
    truth = _ishigami_indices()
    problem = {"num_vars": 3, "names": list(factors), "bounds": [[-math.pi, math.pi]] * 3}
    held = np.zeros((2, 3))
    for trial in range(trials):
        x = sobol.sample(problem, n, calc_second_order=False, seed=seed + trial)
        design = pd.DataFrame(x, columns=list(factors))
        design.insert(0, "point", range(len(x)))
        results = pd.DataFrame({"point": range(len(x)), "replicate": 0, "y": _ishigami(*x.T)})
        found = sobol_indices(design, results, factors, "y", seed=seed + trial)
        for k, index in enumerate(("first", "total")):
            low, high = found[f"{index}_low"], found[f"{index}_high"]
            held[k] += (low <= truth[index]) & (truth[index] <= high)
    return pd.DataFrame(
        {
            "factor": [*factors, *factors],
            "index": ["first"] * 3 + ["total"] * 3,
            "truth": [*truth["first"], *truth["total"]],
            "coverage": (held / trials).ravel(),
        }
    )


def _ishigami(
    x1: NDArray[np.float64], x2: NDArray[np.float64], x3: NDArray[np.float64]
) -> NDArray[np.float64]:
    y: NDArray[np.float64] = (
        np.sin(x1) + ISHIGAMI_A * np.sin(x2) ** 2 + ISHIGAMI_B * x3**4 * np.sin(x1)
    )
    return y


def _ishigami_indices() -> Mapping[str, NDArray[np.float64]]:
    """By integration of the function over its three uniform factors."""
    a, b, pi = ISHIGAMI_A, ISHIGAMI_B, math.pi
    alone = np.array([(1 + b * pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0])
    together = 8 * b**2 * pi**8 / 225
    variance = alone.sum() + together
    total = alone + np.array([together, 0.0, together])
    return {"first": alone / variance, "total": total / variance}
