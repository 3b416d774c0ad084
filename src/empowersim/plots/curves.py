"""Outcomes as lines: over a factor, and over a lever that goes up and down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from empowersim.analysis import Hysteresis, ResponseCurve
from empowersim.errors import AnalysisError
from empowersim.plots.style import (
    STYLES,
    TEXT,
    Labels,
    dress,
    legend_below,
    new_figure,
    readable,
    share_axis,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SAID = 4
WIDE = 24
"""Characters of a curve's name: three such names would not fit beside each other."""


def response_curves(
    curves: Mapping[str, ResponseCurve],
    *,
    title: str,
    x_label: str,
    y_label: str,
    tipping: Mapping[str, pd.DataFrame] | None = None,
    level: float | None = None,
    higher_is_better: bool = True,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Curves with their bands (90 % of runs), the best point of each marked; up to seven.

    The numbers of the best points are written at up to four curves, and are in the tables anyway.
    With `tipping`, tables of `analysis.tipping_points` for some of the curves, their places at
    `level` are marked, too. Where lower is better, the best points are the curves' lowest ones.

    Raises:
        AnalysisError: more curves than can be told apart.
    """
    if len(curves) > len(STYLES):
        raise AnalysisError(
            f"{len(curves)} curves are too many for one figure, at most {len(STYLES)}; take fewer"
        )
    words = Labels(labels)
    figure = new_figure(title)
    axes = figure.subplots()
    bottom = min(curve.run_low.min() for curve in curves.values())
    top = max(curve.run_high.max() for curve in curves.values())
    share_axis(axes, words, bottom, top)
    for (name, curve), (colour, marker, dash) in zip(curves.items(), STYLES, strict=False):
        best = _best(curve, higher_is_better=higher_is_better)
        axes.fill_between(curve.x, curve.run_low, curve.run_high, color=colour, alpha=0.15, lw=0)
        axes.plot(
            curve.x,
            curve.mean,
            ls=dash,
            color=colour,
            marker=marker,
            ms=5,
            lw=2.2,
            label=words[name],
        )
        axes.plot(
            *best,
            marker,
            ms=12,
            mfc="none",
            mec=colour,
            mew=2.2,
        )
        if len(curves) <= MOST_SAID:
            _say_best(axes, curve, best, colour, words, shares=bool(bottom >= 0 and top <= 1))
    if tipping is not None and level is not None:
        axes.axhline(level, color="black", ls=":", lw=1.2)
        for name, (colour, _, _) in zip(curves, STYLES, strict=False):
            if name in tipping:
                _mark_crossings(axes, tipping[name], level, colour)
    axes.set_xmargin(0.02)
    axes.xaxis.set_major_formatter(words.tick)
    dress(axes, x_label, y_label)
    _spread_out(axes)
    caption = words["curve caption" if higher_is_better else "curve caption low"]
    if tipping is not None:
        caption += "\n" + words["tipping caption"]
    wide = max(len(words[name]) for name in curves) > WIDE
    legend_below(figure, caption, columns=2 if len(curves) < 5 or wide else 3)
    return figure


def _best(curve: ResponseCurve, *, higher_is_better: bool) -> tuple[float, float]:
    """The highest point of a curve, or its lowest."""
    place = curve.mean.argmax() if higher_is_better else curve.mean.argmin()
    return float(curve.x[place]), float(curve.mean[place])


def _say_best(
    axes: Axes,
    curve: ResponseCurve,
    place: tuple[float, float],
    colour: str,
    words: Labels,
    *,
    shares: bool,
) -> None:
    """The numbers of the best mean, above it."""
    x, best = place
    third = (x - curve.x[0]) / max(np.ptp(curve.x), 1e-12)
    said = axes.annotate(
        words.fill(
            "curve best",
            mean=words.percent(best) if shares else words.number(best, ".3g"),
            x=words.tick(round(x, 4)),
        ),
        (x, best),
        xytext=(0, 13),
        textcoords="offset points",
        ha="right" if third > 0.85 else "left" if third < 0.15 else "center",
        fontsize=TEXT,
        fontweight="bold",
    )
    readable(said, colour)


def _mark_crossings(axes: Axes, table: pd.DataFrame, level: float, colour: str) -> None:
    at = table["at"].to_numpy()
    around = np.abs(table[["at_low", "at_high"]].to_numpy().T - at)
    axes.errorbar(
        at,
        np.full(len(at), level),
        xerr=around,
        fmt="D",
        ms=8,
        mfc="white",
        mec=colour,
        mew=2,
        ecolor=colour,
        elinewidth=2.4,
        capsize=5,
        zorder=5,
    )


def _spread_out(axes: Axes) -> None:
    """Raise annotations that would lie on one another, lowest first."""
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    placed: list[tuple[float, float, float, float]] = []
    for text in sorted(axes.texts, key=lambda text: text.get_window_extent().y0):
        box = text.get_window_extent()
        lift = 0.0
        while any(
            box.x0 < right and left < box.x1 and box.y0 + lift < above and under < box.y1 + lift
            for left, under, right, above in placed
        ):
            lift += 4.0
        if lift:
            x, y = text.get_position()
            text.set_position((x, y + lift * 72 / axes.figure.dpi))
        placed.append((box.x0, box.y0 + lift, box.x1, box.y1 + lift))


def hysteresis(
    found: Hysteresis,
    *,
    title: str,
    x_label: str,
    y_label: str,
    level: float | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """The two ways of a loop with the bands of their means, and the area between them."""
    words = Labels(labels)
    figure = new_figure(title)
    axes = figure.subplots()
    loop = found.loop
    share_axis(axes, words, loop["low"].min(), loop["high"].max())
    for way, (colour, marker, dash) in zip(("up", "down"), STYLES, strict=False):
        own = loop[loop["way"] == way]
        axes.fill_between(own["value"], own["low"], own["high"], color=colour, alpha=0.2, lw=0)
        axes.plot(
            own["value"], own["mean"], ls=dash, color=colour, marker=marker, ms=5, lw=2.2,
            label=words[f"way {way}"],
        )  # fmt: skip
        _arrow(axes, own, colour)
        if level is not None:
            crossed = found.crossings[found.crossings["way"] == way]
            _mark_crossings(axes, crossed, level, colour)
    caption = words.fill(
        "loop area",
        value=words.number(found.area.value, ".3f"),
        low=words.number(found.area.low, ".3f"),
        high=words.number(found.area.high, ".3f"),
    )
    if level is not None:
        axes.axhline(level, color="black", ls=":", lw=1.2)
        caption += "\n" + words["tipping caption"]
    axes.xaxis.set_major_formatter(words.tick)
    dress(axes, x_label, y_label)
    legend_below(figure, caption)
    return figure


def _arrow(axes: Axes, way: pd.DataFrame, colour: str) -> None:
    """Which way the weeks go, in the middle of the way."""
    middle = len(way) // 2
    start, end = way.iloc[max(middle - 1, 0)], way.iloc[min(middle, len(way) - 1)]
    axes.annotate(
        "",
        (end["value"], end["mean"]),
        xytext=(start["value"], start["mean"]),
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2.2, "mutation_scale": 26},
    )
