import io
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.cbook import is_math_text
from matplotlib.text import Text

from empowersim import plots, words
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
from empowersim.plots import style
from tables import crossed, results_of

AXES = {"title": "WORD WORD", "x_label": "WORD", "y_label": "WORD"}
FORMULA = r"$\nothing_ and $x^"
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
    return plots.sobol_indices(table, title=AXES["title"], labels=labels)


def morris(labels=None):
    table = with_interval(factor=["a", "b"], mu=[0.1, -0.5], mu_star=[0.2, 0.7], sigma=[0.1, 0.2])
    return plots.morris_screening(table, title=AXES["title"], labels=labels)


def comparisons(labels=None):
    table = with_interval(case=["one", "two"], difference=[-0.1, 0.3], better_share=[0.2, 1.0])
    titles = {name: AXES[name] for name in ("title", "x_label")}
    return plots.comparisons(table, **titles, labels=labels)


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
    return plots.discovery(box, title=AXES["title"], labels=labels)


def robust(labels=None):
    table = with_interval(
        case=["one", "two"], max_regret=[0.0, 0.5], mean_regret=[0.0, 0.2], satisficing=[1.0, 0.3]
    )
    return plots.robust_choice(RobustChoice(table, table), title=AXES["title"], labels=labels)


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
def test_dollar_signs_are_shown_and_begin_no_formula(draw, monkeypatch):
    for name in AXES:
        monkeypatch.setitem(AXES, name, FORMULA)
    figure = draw(dict.fromkeys((*NAMES, *plots.WORDS), FORMULA) | {"decimal mark": "."})
    figure.savefig(io.BytesIO(), format="svg")
    said = [text.get_text() for text in texts(figure)]
    assert any("$" in text for text in said)
    assert not [text for text in said if is_math_text(text)]


@all_figures
@pytest.mark.parametrize("labels", [None, words.figure_words("fr")], ids=["en", "fr"])
def test_every_text_is_large_enough_and_inside_the_figure(draw, labels):
    figure = draw(labels)
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


@pytest.mark.parametrize("draw", [plots.morris_screening, plots.sobol_indices])
def test_of_many_factors_the_largest_are_drawn_and_the_caption_says_so(draw):
    sizes = np.random.default_rng(0).permutation(114) / 114
    names = [f"factor {k}" for k in range(114)]
    columns = dict.fromkeys(("mu", "mu_star", "sigma", "first", "total"), sizes)
    figure = draw(with_interval(factor=names, **columns), title="Many")
    rows = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert rows == [names[k] for k in sizes.argsort()[-25:]]
    assert figure.get_size_inches()[1] < 20
    said = " ".join(text.get_text() for text in texts(figure))
    assert "The 25 factors with the largest effect, of 114" in said
    few = draw(with_interval(factor=names, **columns).head(25), title="Few")
    assert "of 25" not in " ".join(text.get_text() for text in texts(few))


def test_how_often_each_is_better_stands_beside_its_row_and_crowds_nothing():
    names = [f"A long name of a factor that was moved = {k}" for k in range(12)]
    table = with_interval(
        case=names, difference=np.linspace(0.3, 0.31, 12), better_share=np.linspace(0, 1, 12)
    )
    figure = plots.comparisons(table, title="Moves", x_label="Difference")
    shown = [text for text in texts(figure) if text.get_text().endswith("%")]
    assert [re.findall(r"\d+", text.get_text()) for text in shown] == [
        [f"{100 * share:.0f}"] for share in table["better_share"]
    ]
    boxes = [text.get_window_extent() for text in shown]
    assert all(one.y1 <= other.y0 for one, other in pairwise(boxes))
    assert "On the right: share of runs" in " ".join(text.get_text() for text in texts(figure))
    drawn = figure.axes[0].get_window_extent()
    assert all(drawn.x1 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


def marks(figure):
    return [line for line in figure.axes[0].lines if line.get_markersize() == 12]


@pytest.mark.parametrize(("higher", "word", "at"), [(True, "highest", 0.4), (False, "lowest", 1.0)])
def test_the_large_mark_is_the_best_and_the_caption_says_which(higher, word, at):
    design = crossed(x=X)
    found = response_curves(
        design, results_of(design, lambda row: 0.9 - 2 * (row.x - 0.4) ** 2, noise=0), "x", "y"
    )
    figure = plots.response_curves({"one": found[()]}, **AXES, higher_is_better=higher)
    (mark,) = marks(figure)
    assert mark.get_xdata() == pytest.approx([at])
    assert f"Large mark: the {word} mean" in figure.legends[0].get_title().get_text()


def test_a_dollar_sign_is_shown_once_however_often_it_passes_through():
    once = style.literal("costs $5 or $6")
    assert style.literal(once) == once
    assert Text(0, 0, once)._preprocess_math(once) == ("costs $5 or $6", False)


def test_labels_of_two_pictures_beside_each_other_do_not_touch():
    names = [f"A rather long name of factor {k}" for k in range(3)]
    table = with_interval(factor=names, mu=[0.1] * 3, mu_star=[0.1] * 3, sigma=[0.1] * 3)
    long = {"mu star axis": "Mean size of an effect (μ*), in points",
            "sigma axis": "How much it depends on the others (σ), in points"}  # fmt: skip
    figure = plots.morris_screening(table, title="Morris", labels=long)
    figure.draw_without_rendering()
    left, right = (axes.xaxis.label.get_window_extent() for axes in figure.axes)
    assert left.x1 < right.x0
    assert right.x1 <= figure.bbox.x1
