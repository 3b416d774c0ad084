"""Maps over two factors, and tables of policies over scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis import CONFIDENCE, RobustChoice
from empowersim.outcomes import REGIMES
from empowersim.plots.style import (
    LABEL,
    REGIME_STYLES,
    STYLES,
    TEXT,
    Labels,
    bars,
    dress,
    legend_below,
    literal,
    new_figure,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW = 8


def regime_map(
    table: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """The regime with the largest share in each cell: a colour and a marker, open if not sure.

    `table` is one of `analysis.regime_map`, of one group.
    """
    from matplotlib.colors import ListedColormap

    words = Labels(labels)
    figure = new_figure(title, size=(9, 7.2))
    axes = figure.subplots()
    xs, ys, codes = _grid(table, x, y, table["dominant"].map(REGIMES.index))
    colours = [REGIME_STYLES[regime][0] for regime in REGIMES]
    axes.pcolormesh(
        _edges(xs), _edges(ys), codes, cmap=ListedColormap(colours), vmin=-0.5, vmax=3.5,
        alpha=0.45, lw=0,
    )  # fmt: skip
    # Large enough to see, small enough not to touch: a cell is about 6.5 inches / cells wide.
    size = min(11.0, 0.45 * 6.0 * 72 / max(len(xs), len(ys)))
    for regime, (colour, marker) in REGIME_STYLES.items():
        own = table[table["dominant"] == regime]
        sure = own["dominant_share"] >= CONFIDENCE
        for part, face in ((own[sure], colour), (own[~sure], "white")):
            axes.plot(part[x], part[y], marker, ls="", ms=size, mfc=face, mec="black", mew=0.8)
        if len(own):
            axes.plot([], [], marker, ls="", ms=11, mfc=colour, mec="black", label=words[regime])
    _frame(axes, words, (xs, x_label), (ys, y_label))
    legend_below(figure, words["regime caption"], columns=4)
    return figure


def share_maps(
    table: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """The share of each regime, a panel each, on one scale from 0 to 100 %."""
    words = Labels(labels)
    figure = new_figure(title, size=(10, 8.6))
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, regime in zip(panels.flat, REGIMES, strict=True):
        xs, ys, shares = _grid(table, x, y, table[regime])
        mesh = axes.pcolormesh(_edges(xs), _edges(ys), shares, cmap="cividis", vmin=0, vmax=1)
        _frame(axes, words, (xs, ""), (ys, ""))
        axes.set_title(words[regime], fontsize=LABEL)
    figure.supxlabel(literal(x_label), fontsize=LABEL)
    figure.supylabel(literal(y_label), fontsize=LABEL)
    bar = figure.colorbar(mesh, ax=panels, shrink=0.7, format=words.percent)
    bar.set_label(words["share of relations"], fontsize=LABEL)
    bar.ax.tick_params(labelsize=TEXT)
    return figure


def _grid(
    table: pd.DataFrame, x: str, y: str, values: pd.Series
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The values of the two factors, and the cells, (n_y, n_x), NaN where there is none."""
    xs, column = np.unique(table[x].to_numpy(np.float64), return_inverse=True)
    ys, row = np.unique(table[y].to_numpy(np.float64), return_inverse=True)
    cells = np.full((len(ys), len(xs)), np.nan)
    cells[row, column] = values.to_numpy(np.float64)
    return xs, ys, cells


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the cells of a map begin and end: half way between their centres."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middles = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate([[first], middles, [last]])


def _frame(
    axes: Axes,
    words: Labels,
    across: tuple[NDArray[np.float64], str],
    upwards: tuple[NDArray[np.float64], str],
) -> None:
    """The two factors' values and labels; a few values are all shown, as no others were run."""
    dress(axes, across[1], upwards[1])
    axes.grid(visible=False)
    for axis, (values, _) in ((axes.xaxis, across), (axes.yaxis, upwards)):
        if len(values) <= FEW:
            axis.set_ticks(values)
        axis.set_major_formatter(words.tick)


def robust_choice(
    choice: RobustChoice,
    *,
    title: str,
    policy: str = "case",
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Each policy's largest and mean regret, and in how many scenarios it is good enough."""
    words = Labels(labels)
    policies = choice.policies.sort_values("max_regret", ascending=False)
    names = [words[name] for name in policies[policy]]
    figure = new_figure(title, size=(10.5, 2.6 + 0.55 * len(names)))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.4, 1))
    for column, word, style, shift in (
        ("max_regret", "max regret", STYLES[1], 0.14),
        ("mean_regret", "mean regret", STYLES[0], -0.14),
    ):
        bars(left, policies, column, style, words[word], shift)
    bars(right, policies, "satisficing", STYLES[2], "", 0.0)
    left.set_yticks(range(len(names)), names)
    for axes, label in ((left, words["regret axis"]), (right, words["satisficing axis"])):
        dress(axes, label, "")
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.axvline(0, color="black", lw=1, zorder=1)
    left.xaxis.set_major_formatter(words.tick)
    right.set_xlim(-0.04, 1.04)
    right.xaxis.set_major_formatter(words.percent)
    legend_below(figure, words["interval caption"])
    return figure
