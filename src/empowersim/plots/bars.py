"""Factors and policies in rows, each number with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from empowersim.analysis import Box
from empowersim.plots.style import (
    STYLES,
    TEXT,
    Labels,
    bars,
    dress,
    legend_below,
    new_figure,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


MOST_FACTORS = 25
HALF_WIDTH = 28
"""Characters of a line of a label below one of two pictures beside each other."""
NAME_WIDTH = 38
"""Characters of a line of a name beside a row: two such lines fit a row's height."""


def sobol_indices(
    table: pd.DataFrame, *, title: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """First-order and total index of the factors with the largest, the most important above."""
    words = Labels(labels)
    ordered = table.sort_values("total").tail(MOST_FACTORS)
    figure = new_figure(title, size=(9.5, 2.6 + 0.5 * len(ordered)))
    axes = figure.subplots()
    bars(axes, ordered, "total", STYLES[1], words["total index"], 0.15)
    bars(axes, ordered, "first", STYLES[0], words["first-order index"], -0.15)
    _rows(axes, _names(ordered["factor"], words), words["index axis"])
    axes.axvline(0, color="black", lw=1)
    axes.xaxis.set_major_formatter(words.percent)
    legend_below(figure, _caption(ordered, table, words))
    return figure


def morris_screening(
    table: pd.DataFrame, *, title: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """Size of the largest effects, and how far they depend on other factors, the largest above."""
    words = Labels(labels)
    ordered = table.sort_values("mu_star").tail(MOST_FACTORS)
    figure = new_figure(title, size=(11, 2.6 + 0.5 * len(ordered)))
    left, right = figure.subplots(1, 2, sharey=True)
    bars(left, ordered, "mu_star", STYLES[0], "", 0.0)
    bars(right, ordered, "sigma", STYLES[1], "", 0.0)
    names = _names(ordered["factor"], words)
    for axes, label in ((left, "mu star axis"), (right, "sigma axis")):
        _rows(axes, names, words.in_lines(label, HALF_WIDTH))
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(words.tick)
    figure.supxlabel(_caption(ordered, table, words), fontsize=TEXT)
    return figure


def _caption(shown: pd.DataFrame, table: pd.DataFrame, words: Labels) -> str:
    """What the bars are, and how many factors are left out, if any."""
    caption = words["interval caption"]
    if len(shown) < len(table):
        largest = words.fill("largest caption", shown=str(len(shown)), all=str(len(table)))
        caption += f"\n{largest}"
    return caption


def comparisons(
    table: pd.DataFrame,
    *,
    title: str,
    x_label: str,
    policy: str = "case",
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Each policy's difference to the one of reference, and in how many runs it is better."""
    words = Labels(labels)
    ordered = table.sort_values("difference")
    figure = new_figure(title, size=(11, 2.4 + 0.5 * len(ordered)))
    axes = figure.subplots()
    bars(axes, ordered, "difference", STYLES[0], "", 0.0)
    _rows(axes, _names(ordered[policy], words), x_label)
    axes.axvline(0, color="black", lw=1)
    axes.xaxis.set_major_formatter(words.tick)
    beside = axes.secondary_yaxis("right")
    shares = list(map(words.percent, ordered["better_share"]))
    beside.set_yticks(range(len(shares)), shares, fontsize=TEXT)
    beside.tick_params(length=0)
    beside.spines["right"].set_visible(False)
    figure.supxlabel(words["better caption"], fontsize=TEXT)
    return figure


def discovery(box: Box, *, title: str, labels: Mapping[str, str] | None = None) -> Figure:
    """The points over the first two factors that the box limits most, and the limits of all."""
    words = Labels(labels)
    limited = list(box.limits["factor"])
    figure = new_figure(title, size=(11.5, 6.2))
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _points(left, box, _two(box), words)
    for row, limit in enumerate(box.limits.iloc[::-1].itertuples(index=False)):
        _limit(right, row, limit, box.points[str(limit.factor)], words)
    right.plot([], [], color=STYLES[0][0], lw=9, label=words["in the box"])
    right.plot([], [], color="black", lw=2.4, marker="|", ms=10, label=words["limit interval"])
    _rows(right, _names(limited[::-1], words), "")
    right.set_xticks([0, 1], [words["scale lowest"], words["scale highest"]])
    right.set_xlim(-0.08, 1.08)
    right.spines["left"].set_visible(False)
    legend_below(
        figure,
        words.fill(
            "box caption",
            coverage=_with_interval(words, box.coverage),
            density=_with_interval(words, box.density),
        ),
        columns=4,
    )
    return figure


def _limit(axes: Axes, row: int, limit: Any, values: pd.Series, words: Labels) -> None:
    """A factor's part of the box on its range, each limit with its number and its interval."""
    from matplotlib.transforms import offset_copy

    start, width = values.min(), np.ptp(values) or 1.0
    sides = (
        (limit.low, limit.low_low, limit.low_high),
        (limit.high, limit.high_low, limit.high_high),
    )
    ends = (np.array([limit.low, limit.high]) - start) / width
    ends = np.where(np.isnan(ends), (0.0, 1.0), ends)
    axes.plot([0, 1], [row, row], color="#BBBBBB", lw=3, solid_capstyle="butt")
    axes.plot(ends, [row, row], color=STYLES[0][0], lw=9, solid_capstyle="butt")
    below = offset_copy(axes.transData, axes.get_figure(root=True), y=-12, units="points")
    for value, low, high in sides:
        if np.isnan(value):
            continue
        at, *bounds = ((each - start) / width for each in (value, low, high))
        axes.plot(bounds, [row, row], color="black", lw=2.4, marker="|", ms=10, transform=below)
        axes.annotate(
            words.number(value, ".3g"), (at, row), xytext=(0, 9), textcoords="offset points",
            ha="center", fontsize=TEXT,
        )  # fmt: skip


def _with_interval(words: Labels, share: tuple[float, float, float]) -> str:
    value, low, high = (words.percent(each) for each in share)
    return f"{value} [{low}, {high}]"


def _two(box: Box) -> tuple[str, str]:
    """The factors of the picture: those whose limits leave least, then any."""
    columns = list(box.points.columns.drop(["of_interest", "inside"]))
    left = {
        factor: box.points[factor].between(*_ends(box, factor)).mean()
        for factor in box.limits["factor"]
    }
    ordered = sorted(columns, key=lambda name: left.get(name, 1.0))
    return ordered[0], ordered[min(1, len(ordered) - 1)]


def _ends(box: Box, factor: str) -> tuple[float, float]:
    """Between which values of a factor the box lies, those of the points where it has no limit."""
    values = box.points[factor]
    own = box.limits[box.limits["factor"] == factor]
    low, high = own["low"].fillna(values.min()), own["high"].fillna(values.max())
    return (*low, values.min())[0], (*high, values.max())[0]


def _points(axes: Axes, box: Box, factors: tuple[str, str], words: Labels) -> None:
    x, y = factors
    for chosen, word, (colour, marker, _) in (
        (~box.points["of_interest"], "not of interest", STYLES[6]),
        (box.points["of_interest"], "of interest", STYLES[1]),
    ):
        own = box.points[chosen]
        axes.plot(
            own[x], own[y], marker, ls="", ms=6, color=colour, mec="white", mew=0.4,
            label=words[word],
        )  # fmt: skip
    (left, right), (bottom, top) = (_ends(box, name) for name in factors)
    axes.plot(
        [left, right, right, left, left], [bottom, bottom, top, top, bottom], color="black", lw=2.4
    )
    dress(axes, words[x], words[y])
    axes.xaxis.set_major_formatter(words.tick)
    axes.yaxis.set_major_formatter(words.tick)


def _names(names: Iterable[object], words: Labels) -> list[str]:
    """What stands beside the rows, in lines that leave room for the picture."""
    return [words.in_lines(name, NAME_WIDTH) for name in names]


def _rows(axes: Axes, names: list[str], x_label: str) -> None:
    dress(axes, x_label, "")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.3)
