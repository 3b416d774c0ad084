"""The index arrays, and the refusal of whatever is no tree."""

import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import OrgChartError
from empowersim.org_chart import Chart, Hierarchy, hierarchy

from .charts import charts


def test_arrays_of_a_small_chart():
    chart = nx.DiGraph([("b", "a"), ("d", "b"), ("c", "a"), ("e", "c"), ("f", "b")])
    tree = hierarchy(chart)
    assert tree.ids == ("a", "b", "c", "d", "f", "e")
    assert tree.manager.tolist() == [0, 0, 0, 1, 1, 2]
    assert tree.level.tolist() == [0, 1, 1, 2, 2, 2]
    assert tree.team_start.tolist() == [1, 3, 5, 6, 6, 6]
    assert tree.team_size.tolist() == [2, 2, 1, 0, 0, 0]
    assert tree.managers.tolist() == [0, 1, 2]
    assert (tree.n_people, tree.n_levels) == (6, 3)


def test_one_person_is_a_chart():
    chart: Chart = nx.DiGraph()
    chart.add_node("only")
    tree = hierarchy(chart)
    assert (tree.ids, tree.n_people, tree.n_levels, tree.managers.size) == (("only",), 1, 1, 0)
    assert tree.manager.tolist() == [0]


@given(charts())
def test_breadth_first_order_and_contiguous_teams(chart):
    tree = hierarchy(chart)
    assert set(tree.ids) == set(chart)
    assert tree.level[0] == 0
    assert all(np.diff(tree.level) >= 0)
    for person, node in enumerate(tree.ids):
        team = range(tree.team_start[person], tree.team_start[person] + tree.team_size[person])
        reports = [each for each in chart if each in set(chart.predecessors(node))]
        assert [tree.ids[report] for report in team] == reports
        for report in team:
            assert tree.manager[report] == person < report
            assert tree.level[report] == tree.level[person] + 1
    for array in arrays(tree):
        assert array.dtype == np.int32
        assert array.shape == (tree.n_people,)


@given(charts())
def test_relabelling_people_changes_nothing_else(chart):
    number = {person: index for index, person in enumerate(chart)}
    before, after = hierarchy(chart), hierarchy(nx.relabel_nodes(chart, number))
    assert after.ids == tuple(number[person] for person in before.ids)
    for one, other in zip(arrays(before), arrays(after), strict=True):
        assert np.array_equal(one, other)


def arrays(tree: Hierarchy):
    return tree.manager, tree.level, tree.team_start, tree.team_size


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([("a", "b"), ("b", "c"), ("c", "a")], r"3 people report to one another.*'a', 'b', 'c'"),
        ([("x", "top"), ("a", "b"), ("b", "a"), ("c", "a")], r"2 people .*cycle \('a', 'b'\)"),
        ([(i, (i + 1) % 9) for i in range(9)], r"9 people .*\(0, 1, 2, 3, …\)"),
        ([("a", "b"), ("a", "c"), ("b", "c")], r"'a' reports to 2 managers \('b', 'c'\)"),
        ([("a", "a"), ("b", "a")], "'a' reports to 'a': remove that edge"),
        ([("a", "b"), ("c", "d")], r"2 people report to nobody \('b', 'd'\)"),
        ([("a", "b"), ("a", "c"), ("a", "d")], r"3 managers \('b', 'c', …\).*chart\.reverse\(\)"),
    ],
)
def test_what_is_no_tree_is_refused_with_an_example(edges, message):
    with pytest.raises(OrgChartError, match=message) as refusal:
        hierarchy(nx.DiGraph(edges))
    assert "\n" not in str(refusal.value)


def test_reversing_is_only_advised_where_it_helps():
    with pytest.raises(OrgChartError) as refusal:
        hierarchy(nx.DiGraph([("a", "b"), ("a", "c"), ("b", "c")]))
    assert "reverse" not in str(refusal.value)


@pytest.mark.parametrize("chart", [nx.Graph([("a", "b")]), {"a": "b"}, None])
def test_what_is_no_directed_graph_is_refused(chart):
    with pytest.raises(OrgChartError, match="a directed graph"):
        hierarchy(chart)


def test_an_empty_chart_is_refused():
    with pytest.raises(OrgChartError, match="at least one person"):
        hierarchy(nx.DiGraph())


@pytest.mark.parametrize("span", [1, 6, 99_999])
def test_a_hundred_thousand_people_take_less_than_a_second(span):
    chart: Chart = nx.DiGraph()
    chart.add_nodes_from(range(100_000))
    chart.add_edges_from((person, (person - 1) // span) for person in range(1, 100_000))
    start = time.perf_counter()
    tree = hierarchy(chart)
    assert time.perf_counter() - start < 1
    assert tree.n_people == 100_000
    assert tree.n_levels == (100_000 if span == 1 else tree.level.max() + 1)


@given(charts(), st.data())
def test_one_edge_too_many_is_always_found(chart, data):
    people = list(chart)
    person, manager = data.draw(st.sampled_from(people)), data.draw(st.sampled_from(people))
    if chart.has_edge(person, manager):
        return
    chart.add_edge(person, manager)
    with pytest.raises(OrgChartError):
        hierarchy(chart)
