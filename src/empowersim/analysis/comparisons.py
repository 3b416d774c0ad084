"""One policy against another, run by run under the same luck."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import (
    RESAMPLES,
    Estimate,
    Runs,
    check_columns,
    estimate,
    runs_of,
)
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd


class Comparison(NamedTuple):
    """What two policies make of the same replicates.

    Attributes:
        difference: mean of the one less that of the other.
        better_share: share of replicates in which the one is better; a tie counts for half.
        variance_ratio: how many times smaller the variance of the difference is than if each had
            its own luck; infinite if the difference is always the same.
        replicates: that both have.
    """

    difference: Estimate
    better_share: Estimate
    variance_ratio: Estimate
    replicates: int


def compare(
    design: pd.DataFrame,
    results: pd.DataFrame,
    outcome: str,
    one: Mapping[str, Hashable],
    other: Mapping[str, Hashable],
    *,
    higher_is_better: bool = True,
    seed: int = 0,
) -> Comparison:
    """Two policies, replicate by replicate.

    Each is chosen by columns of the design: `{"case": "left alone"}`, or `{"point": 3}`. Of many
    points, those with the same values in all other columns are compared, and a replicate's
    outcome is its mean over them. Only replicates that both have at every such point count. With
    luck that is not shared it holds too; the variance is then no smaller.

    Raises:
        AnalysisError: a column or policy that is not there, no points or fewer than 2 replicates
            to compare.
    """
    runs = runs_of(design, results, outcome)
    return _compared(runs, one, other, 1.0 if higher_is_better else -1.0, seed)


def comparisons(
    design: pd.DataFrame,
    results: pd.DataFrame,
    outcome: str,
    reference: Hashable,
    *,
    policy: str = "case",
    higher_is_better: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Every policy of a column against the one of reference.

    Returns a row a policy: its name in the column `policy`; `difference`, `better_share` and
    `variance_ratio`, each with `_low` and `_high`, as in a Comparison; `replicates`.

    Raises:
        AnalysisError: as `compare`.
    """
    import pandas as pd

    runs = runs_of(design, results, outcome)
    check_columns(runs.design, "design", [policy])
    rows = []
    for name in runs.design[policy].unique():
        if name == reference:
            continue
        found = _compared(
            runs, {policy: name}, {policy: reference}, 1.0 if higher_is_better else -1.0, seed
        )
        row: dict[str, object] = {policy: name}
        for column in ("difference", "better_share", "variance_ratio"):
            number: Estimate = getattr(found, column)
            row |= {
                column: number.value,
                f"{column}_low": number.low,
                f"{column}_high": number.high,
            }
        rows.append(row | {"replicates": found.replicates})
    if not rows:
        raise AnalysisError(f"{reference!r} is the only {policy}; name at least two")
    return pd.DataFrame(rows)


def _compared(
    runs: Runs,
    one: Mapping[str, Hashable],
    other: Mapping[str, Hashable],
    sign: float,
    seed: int,
) -> Comparison:
    first, second = _matched(runs.design, one, other)
    # A replicate lacking at any of the points is NaN in the mean, and left out of both.
    a, b = runs.values[:, first].mean(axis=1), runs.values[:, second].mean(axis=1)
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[both], b[both]
    if len(a) < 2:
        raise AnalysisError(
            f"{_spelt(one)} and {_spelt(other)} share {len(a)} replicates; run at least 2 of each"
        )
    difference = a - b
    better = np.where(difference == 0, 0.5, sign * difference > 0)
    drawn = np.random.default_rng(seed).integers(0, len(a), (RESAMPLES, len(a)))
    return Comparison(
        estimate(difference.mean(), difference[drawn].mean(axis=1)),
        estimate(better.mean(), better[drawn].mean(axis=1)),
        _ratio(a, b, drawn),
        len(a),
    )


def _ratio(a: NDArray[np.float64], b: NDArray[np.float64], drawn: NDArray[np.int64]) -> Estimate:
    """Variance of a difference with independent luck, over that with shared luck."""

    def ratio(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        together = np.var(a - b, axis=-1)
        apart = np.var(a, axis=-1) + np.var(b, axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: NDArray[np.float64] = np.where(together > 0, apart / together, np.inf)
        return found

    # The nearest resamples, not between them: some may be infinite.
    low, high = np.quantile(ratio(a[drawn], b[drawn]), (0.025, 0.975), method="nearest")
    return Estimate(float(ratio(a, b)), float(low), float(high))


def _matched(
    design: pd.DataFrame, one: Mapping[str, Hashable], other: Mapping[str, Hashable]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of the two policies' points, in pairs."""
    first, second = _chosen(design, one), _chosen(design, other)
    if len(first) == len(second) == 1:
        return first, second
    rest = [name for name in design.columns if name != "point" and name not in {*one, *other}]
    of_second = dict(zip(_keys(design, rest, second), second, strict=True))
    pairs = [
        (row, of_second[key])
        for key, row in zip(_keys(design, rest, first), first, strict=True)
        if key in of_second
    ]
    if not pairs:
        raise AnalysisError(
            f"no point of {_spelt(one)} has the factors of one of {_spelt(other)}; choose two"
            " that were run at the same points"
        )
    left, right = np.transpose(pairs)
    return left, right


def _chosen(design: pd.DataFrame, policy: Mapping[str, Hashable]) -> NDArray[np.int64]:
    check_columns(design, "design", list(policy))
    chosen = np.ones(len(design), np.bool_)
    for name, value in policy.items():
        chosen &= (design[name] == value).to_numpy(np.bool_)
    if not chosen.any():
        raise AnalysisError(f"no point that was run has {_spelt(policy)}; see the design")
    return np.flatnonzero(chosen)


def _keys(design: pd.DataFrame, columns: list[str], rows: NDArray[np.int64]) -> list[object]:
    return list(design[columns].iloc[rows].itertuples(index=False, name=None))


def _spelt(policy: Mapping[str, Hashable]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in policy.items())
