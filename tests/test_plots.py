import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from empowersim import plots
from empowersim.analysis import (
    Box,
    Estimate,
    Hysteresis,
    RobustChoice,
    regime_map,
    response_curves,
    tipping_points,
)
from empowersim.errors import AnalysisError
from tables import crossed, results_of

AXES = {"title": "WORD WORD", "x_label": "WORD", "y_label": "WORD"}
X = np.linspace(0, 1, 11)


def with_interval(**columns):
    table = pd.DataFrame(columns)
    for name in columns:
        if table[name].dtype.kind == "f":
            table[f"{name}_low"], table[f"{name}_high"] = table[name] - 0.05, table[name] + 0.05
    return table


def curves(labels=None, top=0.9):
    design = crossed(case=["one", "two"], x=X)
    shift = {"one": 0.0, "two": 0.2}
    results = results_of(
        design, lambda row: top - 2 * (row.x - 0.4) ** 2 - shift[row.case], noise=0.02
    )
    found = response_curves(design, results, "x", "y", by=("case",))
    tips = tipping_points(design, results, "x", "y", 0.6, by=("case",))
    return plots.response_curves(
        {case: curve for (case,), curve in found.items()},
        tipping=dict(iter(tips.groupby("case"))), level=0.6, labels=labels, **AXES,
    )  # fmt: skip


def a_map(draw, labels=None):
    design = crossed(x=X, y=X)
    shares = results_of(design, lambda row: row.x * row.y, noise=0.01)
    empty = shares.y * 0
    results = shares.assign(
        directed=1 - shares.y, partnership=shares.y, adrift=empty, overburdened=empty
    )
    table = regime_map(design, results, "x", "y")
    return draw(table, "x", "y", labels=labels, **AXES)


def sobol(labels=None):
    table = with_interval(factor=["a", "b"], first=[0.1, 0.5], total=[0.2, 0.7])
    return plots.sobol_indices(table, title="WORD", labels=labels)


def morris(labels=None):
    table = with_interval(factor=["a", "b"], mu=[0.1, -0.5], mu_star=[0.2, 0.7], sigma=[0.1, 0.2])
    return plots.morris_screening(table, title="WORD", labels=labels)


def comparisons(labels=None):
    table = with_interval(case=["one", "two"], difference=[-0.1, 0.3], better_share=[0.2, 1.0])
    return plots.comparisons(table, title="WORD", x_label="WORD", labels=labels)


def hysteresis(labels=None):
    ways = [("up", x, x) for x in X] + [("down", x, x**0.5) for x in X[::-1]]
    loop = pd.DataFrame(ways, columns=["way", "value", "mean"])
    loop = loop.assign(low=loop["mean"] - 0.0, high=loop["mean"] + 0.0)
    crossings = pd.DataFrame({"way": ["up", "down"], "at": [0.5, 0.25], "at_low": [0.4, 0.2],
                              "at_high": [0.6, 0.3]})  # fmt: skip
    found = Hysteresis(loop, Estimate(1 / 6, 0.1, 0.2), crossings)
    return plots.hysteresis(found, level=0.5, labels=labels, **AXES)


def a_box(limits):
    points = pd.DataFrame(np.random.default_rng(0).random((60, 3)), columns=["a", "b", "c"])
    columns = ["factor", "low", "low_low", "low_high", "high", "high_low", "high_high"]
    table = pd.DataFrame(limits, columns=columns).assign(restricted_share=1.0)
    inside = points["a"] < 0.4
    share = Estimate(0.8, 0.7, 0.9)
    return Box(table, share, share, 0.2, points.assign(of_interest=inside, inside=inside))


def discovery(labels=None):
    box = a_box([("a", np.nan, np.nan, np.nan, 0.4, 0.35, 0.45),
                 ("b", 0.2, 0.1, 0.3, 0.9, 0.8, 0.95)])  # fmt: skip
    return plots.discovery(box, title="WORD", labels=labels)


def robust(labels=None):
    table = with_interval(
        case=["one", "two"], max_regret=[0.0, 0.5], mean_regret=[0.0, 0.2], satisficing=[1.0, 0.3]
    )
    return plots.robust_choice(RobustChoice(table, table), title="WORD", labels=labels)


def regimes(labels=None):
    return a_map(plots.regime_map, labels)


def shares(labels=None):
    return a_map(plots.share_maps, labels)


FIGURES = [curves, regimes, shares, sobol, morris, comparisons, hysteresis, discovery, robust]
all_figures = pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__)

NAMES = ("one", "two", "a", "b", "c", "directed", "adrift", "overburdened", "partnership")


def texts(figure):
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


@all_figures
def test_every_text_can_be_said_in_another_language(draw):
    """With every word replaced, nothing but the replacements and numbers is left."""
    labels = dict.fromkeys(NAMES, "WORD") | {
        key: " ".join(["WORD", *re.findall(r"\{\w+\}", words)])
        for key, words in plots.WORDS.items()
    }
    labels |= {"decimal mark": ",", "percent": "{number} WORD"}
    said = " ".join(text.get_text() for text in texts(draw(labels)))
    assert "WORD" in said
    assert re.findall(r"[^\W\d_]+", said.replace("WORD", "")) == []
    assert not re.search(r"\d\.\d", said)


@all_figures
def test_every_text_is_large_enough_and_inside_the_figure(draw):
    figure = draw()
    frame = figure.bbox
    for text in texts(figure):
        assert text.get_fontsize() >= 12, text.get_text()
        box = text.get_window_extent()
        inside = (frame.x0 - 1 <= box.x0 and box.x1 <= frame.x1 + 1
                  and frame.y0 - 1 <= box.y0 and box.y1 <= frame.y1 + 1)  # fmt: skip
        assert inside or text in ticks_beyond_the_ends(figure), text.get_text()


def ticks_beyond_the_ends(figure):
    """An axis keeps them, and does not draw them."""
    return [
        tick.label1
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_figures_are_saved_whole(tmp_path, kind):
    path = tmp_path / f"figure.{kind}"
    plots.save(sobol(), path)
    assert path.read_bytes()[:5] == {"png": b"\x89PNG\r", "svg": b"<?xml"}[kind]
    assert list(tmp_path.iterdir()) == [path]


def test_styles_differ_in_colour_marker_and_dash():
    for part in zip(*plots.STYLES, strict=True):
        assert len(set(part)) == len(plots.STYLES)


def test_more_curves_than_can_be_told_apart_are_refused():
    design = crossed(case=list("abcdefgh"), x=X)
    found = response_curves(design, results_of(design, lambda row: row.x), "x", "y", by=("case",))
    with pytest.raises(AnalysisError, match="8 curves are too many for one figure, at most 7"):
        plots.response_curves({key[0]: curve for key, curve in found.items()}, **AXES)


def test_an_outcome_that_is_no_share_has_plain_numbers():
    figure = curves(top=12.0)
    assert "%" not in "".join(tick.get_text() for tick in figure.axes[0].get_yticklabels())


def test_a_box_without_limits_is_still_a_picture():
    figure = plots.discovery(a_box([]), title="Nothing found")
    assert "Nothing found" in [text.get_text() for text in texts(figure)]


def test_the_legend_names_every_regime_that_rules_somewhere():
    legend = regimes().legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["directed", "partnership"]
