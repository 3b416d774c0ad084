"""Figures: legible on a projector, safe for colour-blind eyes, labelled in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from empowersim.analysis import SPREAD, ResponseCurve
from empowersim.store import whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito's colours that have enough contrast on white, each with a marker and a dash.
STYLES = (
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "--"),
    ("#009E73", "^", "-."),
    ("#CC79A7", "D", ":"),
)


def response_curves(
    curves: Mapping[str, ResponseCurve], *, title: str, x_label: str, y_label: str
) -> Figure:
    """Curves with their bands (90 % of runs), the best point of each marked; up to four."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6.2), dpi=150, layout="constrained")
    axes = figure.subplots()
    for (label, curve), (colour, marker, dash) in zip(curves.items(), STYLES, strict=False):
        axes.fill_between(curve.x, curve.run_low, curve.run_high, color=colour, alpha=0.18, lw=0)
        axes.plot(curve.x, curve.mean, dash, color=colour, marker=marker, ms=5, lw=2.2, label=label)
        best_x, best = curve.best_x.value, curve.best_mean.value
        axes.plot(best_x, best, marker, ms=12, mfc="none", mec=colour, mew=2.2)
        axes.annotate(
            f"{best:.0%} at {best_x:.2f}",
            (best_x, best),
            xytext=(0, 14),
            textcoords="offset points",
            ha="right" if best_x > curve.x[-2] else "left" if best_x < curve.x[1] else "center",
            fontsize=12,
            color=colour,
            fontweight="bold",
        )
    axes.set_xlabel(x_label, fontsize=13)
    axes.set_ylabel(y_label, fontsize=13)
    axes.set_title(title, fontsize=15, loc="left", fontweight="bold")
    axes.set_ylim(0, 1.08)
    axes.set_xmargin(0.02)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        fontsize=12,
        frameon=False,
        ncols=2,
        loc="outside lower center",
        title=f"Line: mean of runs. Band: {SPREAD:.0%} of runs. Ring: the highest mean.",
    )
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    kind = path.suffix.removeprefix(".")
    whole(path, lambda partial: figure.savefig(partial, format=kind))
