"""Which regime rules where: maps over two factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from empowersim.analysis.bootstrap import averaged, groups, interval, numbers, runs_of, table
from empowersim.outcomes import REGIMES

if TYPE_CHECKING:
    import pandas as pd


def regime_map(
    design: pd.DataFrame,
    results: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: Sequence[str] = (),
    shared_luck: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """The share of each regime, and the largest, for each pair of values of two factors.

    Returns a row a cell: the columns of `by`, `x` and `y`; each regime's share with `_low` and
    `_high`; `dominant`, the regime with the largest share; `dominant_share`, of the resamples in
    which it is that one. Points of a group with the same two values are averaged.

    Raises:
        AnalysisError: a column that is not there or not of numbers, a point with one run.
    """
    every = [
        runs_of(design, results, regime, shared_luck=shared_luck).needs_replicates()
        for regime in REGIMES
    ]
    points = every[0].design
    values = np.column_stack([numbers(points, x), numbers(points, y)])
    # The same seed for each regime: they are drawn together.
    means = np.stack([runs.means for runs in every])
    again = np.stack([runs.resampled_means(np.random.default_rng(seed)) for runs in every])
    rows: list[dict[str, object]] = []
    for key, own in groups(points, by):
        cells, cell = np.unique(values[own], axis=0, return_inverse=True)
        shares = averaged(means[:, own], cell)
        resampled = np.stack([averaged(each[:, own], cell) for each in again])
        low, high = interval(resampled.swapaxes(0, 1))
        largest = shares.argmax(axis=0)
        sure = (resampled.argmax(axis=0) == largest).mean(axis=0)
        for k, (at_x, at_y) in enumerate(cells):
            row: dict[str, object] = dict(zip(by, key, strict=True)) | {x: at_x, y: at_y}
            for r, regime in enumerate(REGIMES):
                row[regime] = shares[r, k]
                row[f"{regime}_low"], row[f"{regime}_high"] = low[r, k], high[r, k]
            row["dominant"], row["dominant_share"] = REGIMES[largest[k]], sure[k]
            rows.append(row)
    columns = [f"{regime}{end}" for regime in REGIMES for end in ("", "_low", "_high")]
    return table(by, rows, [x, y, *columns, "dominant", "dominant_share"])
