"""What all figures share: colours with their markers and dashes, sizes, words, numbers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from empowersim.analysis import SPREAD
from empowersim.store import whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# Okabe & Ito's colours, those with enough contrast on white first, each with a marker and a dash.
STYLES = (
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "--"),
    ("#009E73", "^", "-."),
    ("#CC79A7", "D", ":"),
    ("#000000", "v", (0, (5, 1, 1, 1, 1, 1))),
    ("#E69F00", "P", (0, (8, 3))),
    ("#56B4E9", "X", (0, (3, 1))),
)

REGIME_STYLES = {
    "directed": ("#999999", "s"),
    "adrift": ("#E69F00", "^"),
    "overburdened": ("#CC79A7", "D"),
    "partnership": ("#0072B2", "o"),
}
"""A colour and a marker for each regime, the same in all figures."""

TEXT, LABEL, TITLE = 12, 13, 15
DARKER = 0.75
CAPTION_WIDTH = 10
"""Characters an inch."""
Y_LABEL_WIDTH = 42
"""Characters of a line of a label beside the axis: as many as fit the figure's height."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "decimal mark": ".",
        "percent": "{number}%",
        "curve caption": f"Line: mean of runs. Band: {SPREAD:.0%} of runs."
        " Large mark: the highest mean.",
        "curve caption low": f"Line: mean of runs. Band: {SPREAD:.0%} of runs."
        " Large mark: the lowest mean.",
        "curve best": "{mean} at {x}",
        "tipping caption": "Diamond: the mean crosses the dotted level; bar: 95% interval.",
        "regime caption": "Filled: sure (in 95% of resamples). Open: another may be the largest.",
        "share of relations": "Share of relations",
        "first-order index": "Alone (first order)",
        "total index": "With its interactions (total)",
        "index axis": "Share of the outcome's variance",
        "interval caption": "Bars: 95% intervals.",
        "largest caption": "The {shown} factors with the largest effect, of {all}; the table has"
        " all.",
        "mu star axis": "Mean size of the effect (μ*)",
        "sigma axis": "How much it depends on the others (σ)",
        "better caption": "Bars: 95% intervals. On the right: share of runs in which it is better.",
        "way up": "Way up",
        "way down": "Way down",
        "loop area": "Area between the ways: {value} [{low}, {high}]",
        "in the box": "In the box",
        "of interest": "Of interest",
        "not of interest": "Not of interest",
        "box caption": "Coverage {coverage}, density {density}",
        "limit interval": "limit, with its 95% interval",
        "scale lowest": "lowest",
        "scale highest": "highest",
        "max regret": "Largest regret",
        "mean regret": "Mean regret",
        "regret axis": "Regret",
        "satisficing axis": "Scenarios in which it is good enough",
    }
)
"""The words that figures have of their own; those in braces are filled in."""


def literal(text: str) -> str:
    """A text that shows its dollar signs: two of them would begin and end a formula.

    A text that is so already stays as it is.
    """
    return re.sub(r"(?<!\\)\$", r"\\$", text)


class Labels:
    """What is shown for a name or for one of the WORDS."""

    def __init__(self, labels: Mapping[str, str] | None) -> None:
        self._labels = {**WORDS, **(labels or {})}

    def __getitem__(self, name: object) -> str:
        """The label, or the name itself where there is none."""
        return literal(self._labels.get(str(name), str(name)))

    def in_lines(self, name: object, width: int) -> str:
        """The label in lines of at most so many characters."""
        return literal(textwrap.fill(self._labels.get(str(name), str(name)), width))

    def fill(self, name: str, **parts: str) -> str:
        """The words with their braces filled in."""
        return self[name].format(**parts)

    def number(self, value: float, spec: str = ".2f") -> str:
        """A number with the language's decimal mark and a true minus."""
        return f"{value:{spec}}".replace(".", self["decimal mark"]).replace("-", "−")

    def tick(self, value: float, _position: float | None = None) -> str:
        """A number as short as it can be."""
        return self.number(value, ".4g")

    def percent(self, share: float, _position: float | None = None) -> str:
        """A share as a whole percentage."""
        return self.fill("percent", number=self.number(round(100 * share), ".0f"))


def new_figure(title: str, *, size: tuple[float, float] = (9, 6.2)) -> Figure:
    """An empty figure with its title, which is never wider than the figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=150, layout="constrained")
    figure.suptitle(
        literal(title),
        fontsize=TITLE,
        fontweight="bold",
        x=0.01,
        ha="left",
        wrap=True,
        color="black",
    )
    return figure


def dress(axes: Axes, x_label: str, y_label: str) -> None:
    """Labels, sizes, a light grid, no frame above and to the right."""
    axes.set_xlabel(literal(x_label), fontsize=LABEL)
    # Lines of about the same length, not a last one with a word.
    lines = len(y_label) // Y_LABEL_WIDTH + 1
    axes.set_ylabel(literal(textwrap.fill(y_label, len(y_label) // lines + 6)), fontsize=LABEL)
    axes.tick_params(labelsize=TEXT)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def share_axis(axes: Axes, labels: Labels, lowest: float, highest: float) -> None:
    """The outcome's axis: percentages from 0 to 100 if it is a share, plain numbers otherwise."""
    if lowest >= 0 and highest <= 1:
        axes.set_ylim(0, 1.08)
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.yaxis.set_major_formatter(labels.percent)
    else:
        axes.yaxis.set_major_formatter(labels.tick)


def bars(
    axes: Axes,
    table: pd.DataFrame,
    column: str,
    style: tuple[str, str, object],
    label: str,
    shift: float,
) -> None:
    """A dot a row with its interval, from below to above, moved up by `shift` rows."""
    colour, marker, _ = style
    value = table[column].to_numpy(np.float64)
    ends = table[[f"{column}_low", f"{column}_high"]].to_numpy(np.float64).T
    axes.errorbar(
        value,
        np.arange(len(table)) + shift,
        # A bootstrap's interval need not hold the value itself.
        xerr=np.maximum(np.array([value - ends[0], ends[1] - value]), 0),
        fmt=marker,
        ms=9,
        color=colour,
        elinewidth=2.4,
        capsize=4,
        label=label or None,
    )


def readable(text: Text, colour: str) -> None:
    """Write in a darker shade of a colour, with a white rim where lines pass behind."""
    from matplotlib.colors import to_rgb
    from matplotlib.patheffects import withStroke

    red, green, blue = to_rgb(colour)
    text.set_color((red * DARKER, green * DARKER, blue * DARKER))
    text.set_path_effects([withStroke(linewidth=3, foreground="white")])


def legend_below(figure: Figure, caption: str, columns: int = 2) -> None:
    """The legend under the axes, with a caption over it, no line of which is too long."""
    width = int(figure.get_figwidth() * CAPTION_WIDTH)
    caption = "\n".join(textwrap.fill(line, width) for line in caption.splitlines())
    legend = figure.legend(
        fontsize=TEXT,
        frameon=False,
        ncols=columns,
        loc="outside lower center",
        title=caption,
        handlelength=3,
    )
    legend.get_title().set_fontsize(TEXT)
    legend.get_title().set_multialignment("center")


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    kind = path.suffix.removeprefix(".")
    whole(path, lambda partial: figure.savefig(partial, format=kind))
