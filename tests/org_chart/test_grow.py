"""Charts of a given shape."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import OrgChartError
from empowersim.org_chart import balanced, from_spans, hierarchy, random


@pytest.mark.parametrize(
    ("span", "depth", "people"), [(6, 3, 259), (3, 5, 364), (1, 4, 5), (7, 0, 1)]
)
def test_balanced_charts_have_the_size_of_a_geometric_series(span, depth, people):
    tree = hierarchy(balanced(span, depth))
    assert tree.n_people == people
    assert tree.n_levels == depth + 1
    assert set(tree.team_size[tree.managers]) <= {span}


def test_spans_by_level():
    tree = hierarchy(from_spans([8, 5, 6]))
    assert np.bincount(tree.level).tolist() == [1, 8, 40, 240]
    assert hierarchy(from_spans([])).n_people == 1


def test_people_are_numbered_breadth_first():
    for chart in (balanced(2, 3), from_spans([3, 1, 2]), random(50, 4, 2, 1)):
        numbers = [str(number) for number in range(1, len(chart) + 1)]
        assert list(chart) == numbers == list(hierarchy(chart).ids)


sizes = st.integers(1, 300)
means = st.floats(1, 20)


@given(people=sizes, mean=means, share=st.floats(0, 3), seed=st.integers(0, 2**40))
def test_any_random_chart_is_a_tree_of_exactly_its_size(people, mean, share, seed):
    chart = random(people, mean, share * (mean - 1), seed)
    tree = hierarchy(chart)
    assert tree.n_people == people
    if people > 1:
        n_managers = min(max(1, round((people - 1) / mean)), people - 1)
        assert len(tree.managers) == n_managers


@pytest.mark.parametrize(
    ("mean", "spread"), [(6, 3), (6, 1), (8.5, 2), (3, 4), (10, 20), (1.5, 0.6)]
)
def test_random_spans_have_the_mean_and_the_spread(mean, spread):
    spans = []
    for seed in range(8):
        tree = hierarchy(random(8_000, mean, spread, seed))
        spans += tree.team_size[tree.managers].tolist()
    assert np.mean(spans) == pytest.approx(mean, rel=0.01)
    # The estimate's own error: four standard errors of a gamma variable's standard deviation.
    shape = (mean - 1) ** 2 / spread**2
    error = 4 * np.sqrt((2 + 6 / shape) / 4 / len(spans))
    assert np.std(spans) == pytest.approx(spread, rel=error + 0.02)


def test_without_spread_the_spans_are_equal():
    spans = hierarchy(random(1 + 6 * 50, 6, 0, 3)).team_size
    assert set(spans[spans > 0]) == {6}


def test_random_charts_are_little_deeper_than_balanced_ones_and_have_leaves_higher_up():
    trees = [hierarchy(random(1_000, 6, 2, seed)) for seed in range(20)]
    assert {tree.n_levels for tree in trees} <= {5, 6, 7}
    high_leaves = [(tree.team_size == 0) & (tree.level < tree.n_levels - 2) for tree in trees]
    assert all(leaves.any() for leaves in high_leaves)


def test_random_charts_depend_on_their_seed_only():
    one, again, other = (random(200, 5, 2, seed) for seed in (1, 1, 2))
    assert nx.utils.graphs_equal(one, again)
    assert not nx.utils.graphs_equal(one, other)


@pytest.mark.parametrize(
    ("grow", "message"),
    [
        (lambda: balanced(0, 3), "span = 0 is too small: it must be at least 1"),
        (lambda: balanced(6, -1), "depth = -1 is too small"),
        (lambda: balanced(2.5, 3), "span = 2.5 is no whole number"),
        (lambda: balanced("6", 3), "span = '6' is no whole number"),
        (lambda: balanced(10, 7), "more than 10,000,000 people"),
        (lambda: balanced(1, 10**18), "more than 10,000,000 people"),
        (lambda: balanced(10**5_000, 10**9), "more than 10,000,000 people"),
        (lambda: from_spans([5, 0]), r"spans\[1\] = 0 is too small"),
        (lambda: from_spans([4_000, 4_000]), "more than 10,000,000 people"),
        (lambda: random(0, 6, 2, 1), "people = 0 is too small"),
        (lambda: random(10**9, 6, 2, 1), "more than 10,000,000 people"),
        (lambda: random(10, 0.5, 0, 1), "mean_span = 0.5 is outside"),
        (lambda: random(10, float("nan"), 0, 1), "mean_span = nan"),
        (lambda: random(10, "six", 0, 1), "mean_span = 'six' is no number"),
        (lambda: random(10, 6, -1, 1), r"spread = -1 is outside \[0, 15\]"),
        (lambda: random(10, 6, float("nan"), 1), "spread = nan is outside"),
        (lambda: random(10, 1, 1, 1), r"spread = 1 is outside \[0, 0\]"),
        (lambda: random(10, 6, 2, -1), "seed = -1 is too small"),
        (lambda: random(10, 6, 2, None), "seed = None is no whole number"),
    ],
)
def test_arguments_out_of_range_are_refused_before_growing(grow, message):
    with pytest.raises(OrgChartError, match=message):
        grow()


@pytest.mark.parametrize("depth", [10**30, 10**7, 10**400])
def test_a_chart_of_more_levels_than_people_are_allowed(depth):
    with pytest.raises(OrgChartError, match="more than 10,000,000 people"):
        balanced(1, depth)


@pytest.mark.parametrize("spans", [None, 3, "345", np.array(3)])
def test_spans_that_are_no_list(spans):
    with pytest.raises(OrgChartError, match=r"spans = .* is no list of whole numbers"):
        from_spans(spans)
