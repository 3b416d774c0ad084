"""Charts as text."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import OrgChartError
from empowersim.org_chart import Chart, balanced, describe, from_spans, sample, tree

from .charts import charts


def test_figures_of_a_balanced_chart():
    assert describe(balanced(6, 3)).splitlines() == [
        "259 people, 43 managers, 4 levels",
        "people by level: 1 · 6 · 36 · 216",
        "span of control: min 6, median 6, mean 6.0, max 6",
        "     5–6      43 managers  ██████████████████████████████",
    ]


def test_figures_of_one_person_and_of_a_wide_team():
    assert describe(from_spans([])) == "1 person, 0 managers, 1 level\npeople by level: 1"
    assert "     51+        1 manager  ██" in describe(from_spans([2_000]))


def test_a_long_chain_has_short_figures():
    text = describe(from_spans([1] * 5_000))
    assert "5,001 people, 5,000 managers, 5,001 levels" in text
    assert "1 · 1 · …" in text
    assert len(text) < 400


def test_a_small_tree_is_shown_whole():
    chart = nx.DiGraph([("b", "a"), ("c", "a"), ("d", "b")])
    chart.nodes["a"].update(name="Ada", title="Head", unit="Board")
    assert tree(chart).splitlines() == ["a · Ada · Head · Board", "  b", "    d", "  c"]


def test_a_large_tree_is_folded():
    assert tree(from_spans([12, 3]), most=16).splitlines() == [
        "1",
        "  2",
        "    14",
        "    15",
        "    16",
        "  3  (+3 below)",
        "  4  (+3 below)",
        "  5  (+3 below)",
        "  6  (+3 below)",
        "  7  (+3 below)",
        "  8  (+3 below)",
        "  9  (+3 below)",
        "  10  (+3 below)",
        "  … 3 more (+9 below)",
    ]
    assert tree(balanced(6, 3), most=1) == "1  (+258 below)"


@given(charts(), st.integers(1, 30))
def test_a_tree_keeps_to_its_lines_and_counts_everybody(chart, most):
    lines = tree(chart, most).splitlines()
    assert len(lines) <= most
    people = [line for line in lines if not line.lstrip().startswith("… ")]
    hidden = len(chart) - len(people)
    assert (hidden > 0) == any(" below)" in line or "more" in line for line in lines)


def test_a_chain_of_a_hundred_thousand_is_shown():
    chart: Chart = nx.DiGraph((person, person - 1) for person in range(1, 100_000))
    assert tree(chart, most=5).endswith("4  (+99,995 below)")


def test_control_characters_do_not_reach_the_terminal():
    chart: Chart = nx.DiGraph()
    chart.add_node("a", name="\x1b[31mred\nline")
    assert tree(chart) == "a · [31mred line"


def test_the_tree_needs_a_line():
    with pytest.raises(OrgChartError, match="most = 0 is too small"):
        tree(balanced(), most=0)


def test_the_sample_is_an_organisation_of_about_250_people():
    chart = sample()
    text = describe(chart)
    assert "241 people, 41 managers, 5 levels" in text
    assert "min 3, median 5, mean 5.9, max 12" in text
    assert all({"name", "title", "unit"} == set(details) for _, details in chart.nodes(data=True))
