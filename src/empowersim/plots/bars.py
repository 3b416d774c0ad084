"""Factors and policies in rows, each number with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from empowersim.analysis import Box
from empowersim.plots.maps import bars
from empowersim.plots.style import STYLES, TEXT, Labels, dress, legend_below, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def sobol_indices(
    table: pd.DataFrame, *, title: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """First-order and total index of each factor, the most important above."""
    words = Labels(labels)
    ordered = table.sort_values("total")
    figure = new_figure(title, size=(9.5, 2.6 + 0.5 * len(ordered)))
    axes = figure.subplots()
    bars(axes, ordered, "total", STYLES[1], words["total index"], 0.15)
    bars(axes, ordered, "first", STYLES[0], words["first-order index"], -0.15)
    _rows(axes, [words[name] for name in ordered["factor"]], words["index axis"])
    axes.axvline(0, color="black", lw=1)
    axes.xaxis.set_major_formatter(words.percent)
    legend_below(figure, words["interval caption"])
    return figure


def morris_screening(
    table: pd.DataFrame, *, title: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """Size of each factor's effect, and how far it depends on the others, the largest above."""
    words = Labels(labels)
    ordered = table.sort_values("mu_star")
    figure = new_figure(title, size=(11, 2.6 + 0.5 * len(ordered)))
    left, right = figure.subplots(1, 2, sharey=True)
    bars(left, ordered, "mu_star", STYLES[0], "", 0.0)
    bars(right, ordered, "sigma", STYLES[1], "", 0.0)
    names = [words[name] for name in ordered["factor"]]
    for axes, label in ((left, words["mu star axis"]), (right, words["sigma axis"])):
        _rows(axes, names, label)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(words.tick)
    figure.supxlabel(words["interval caption"], fontsize=TEXT)
    return figure


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
    figure = new_figure(title, size=(10, 2.4 + 0.75 * len(ordered)))
    axes = figure.subplots()
    bars(axes, ordered, "difference", STYLES[0], "", 0.0)
    for row, (value, share) in enumerate(
        zip(ordered["difference"], ordered["better_share"], strict=True)
    ):
        axes.annotate(
            words.fill("better in", share=words.percent(share)),
            (value, row),
            xytext=(0, 11),
            textcoords="offset points",
            ha="center",
            fontsize=TEXT,
        )
    _rows(axes, [words[name] for name in ordered[policy]], x_label)
    axes.axvline(0, color="black", lw=1)
    axes.set_xmargin(0.15)
    axes.xaxis.set_major_formatter(words.tick)
    figure.supxlabel(words["interval caption"], fontsize=TEXT)
    return figure


def discovery(
    box: Box, *, title: str, labels: Mapping[str, str] | None = None
) -> Figure:
    """The points over the first two factors that the box limits most, and the limits of all."""
    words = Labels(labels)
    limited = list(box.limits["factor"])
    figure = new_figure(title, size=(11.5, 6.2))
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _points(left, box, _two(box), words)
    low = box.points[limited].min()
    span = (box.points[limited].max() - low).replace(0, 1)
    for row, limit in enumerate(box.limits.iloc[::-1].itertuples(index=False)):
        start, width = low[limit.factor], span[limit.factor]
        ends = (np.array([limit.low, limit.high]) - start) / width
        right.plot([0, 1], [row, row], color="#BBBBBB", lw=3, solid_capstyle="butt")
        right.plot(ends, [row, row], color=STYLES[0][0], lw=9, solid_capstyle="butt")
        for value, at, bound_low, bound_high in (
            (limit.low, ends[0], limit.low_low, limit.low_high),
            (limit.high, ends[1], limit.high_low, limit.high_high),
        ):
            right.plot(
                [(bound_low - start) / width, (bound_high - start) / width],
                [row - 0.16] * 2,
                color="black",
                lw=2.4,
                marker="|",
                ms=10,
            )
            right.annotate(
                words.number(value, ".3g"), (at, row), xytext=(0, 10),
                textcoords="offset points", ha="center", fontsize=TEXT,
            )  # fmt: skip
    right.plot([], [], color=STYLES[0][0], lw=9, label=words["in the box"])
    right.plot([], [], color="black", lw=2.4, marker="|", ms=10, label=words["limit interval"])
    _rows(right, [words[name] for name in limited[::-1]], "")
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


def _with_interval(words: Labels, share: tuple[float, float, float]) -> str:
    value, low, high = (words.percent(each) for each in share)
    return f"{value} [{low}, {high}]"


def _two(box: Box) -> tuple[str, str]:
    """The factors of the picture: those whose limits leave least, then any."""
    columns = list(box.points.columns.drop(["of_interest", "inside"]))
    spans = box.points[columns].max() - box.points[columns].min()
    left = {
        row.factor: (row.high - row.low) / (spans[row.factor] or 1)
        for row in box.limits.itertuples(index=False)
    }
    ordered = sorted(columns, key=lambda name: left.get(name, 1.0))
    return ordered[0], ordered[min(1, len(ordered) - 1)]


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
    bounds = {row.factor: (row.low, row.high) for row in box.limits.itertuples(index=False)}
    ends = [bounds.get(name, tuple(box.points[name].agg(["min", "max"]))) for name in factors]
    (left, right), (bottom, top) = ends
    axes.plot(
        [left, right, right, left, left], [bottom, bottom, top, top, bottom], color="black", lw=2.4
    )
    dress(axes, words[x], words[y])
    axes.xaxis.set_major_formatter(words.tick)
    axes.yaxis.set_major_formatter(words.tick)


def _rows(axes: Axes, names: list[str], x_label: str) -> None:
    dress(axes, x_label, "")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.3)
