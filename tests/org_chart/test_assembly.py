"""Whatever rows come in: the result is a tree, and everybody is accounted for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import OrgChartError
from empowersim.org_chart import hierarchy
from empowersim.org_chart.assembly import Row, Source, assemble

few_ids = st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g"])
any_rows = st.lists(
    st.builds(
        Row,
        place=st.just("line 1"),
        id=few_ids,
        manager=few_ids,
        name=st.sampled_from(["", "Ada", "b"]),
        problem=st.sampled_from(["", "", "", "", "is no good"]),
    ),
    max_size=12,
)


@given(any_rows)
def test_dropping_leaves_a_tree_or_says_that_nobody_is_left(rows):
    try:
        chart, notes = assemble(Source(rows, ""), drop=True)
    except OrgChartError as error:
        message = str(error)
        assert "at least one" in message or "nobody would be left" in message
        return
    counts = Counter(note.kind for note in notes)
    assert hierarchy(chart).n_people == len(chart)
    assert len(chart) - counts["added"] + counts["dropped"] + counts["merged"] == len(rows)


@given(any_rows)
def test_without_dropping_either_nothing_is_lost_or_it_is_an_error(rows):
    try:
        chart, notes = assemble(Source(rows, ""), drop=False)
    except OrgChartError:
        return
    assert {row.id for row in rows} == set(chart) - {
        note.person for note in notes if note.kind == "added"
    }
    assert not [note for note in notes if note.kind == "dropped"]
    assert nothing_changes_by_dropping(rows, chart)


def nothing_changes_by_dropping(rows, chart) -> bool:
    again, _ = assemble(Source(rows, ""), drop=True)
    return list(chart.edges) == list(again.edges)


@given(st.permutations([Row("", "b", "a"), Row("", "c", "a"), Row("", "d", "c"), Row("", "a", "")]))
def test_people_keep_the_order_of_their_rows(rows):
    chart, _ = assemble(Source(rows, ""), drop=False)
    assert list(chart) == [row.id for row in rows]


def test_no_rows_are_no_chart():
    with pytest.raises(OrgChartError, match="at least one"):
        assemble(Source([], ""), drop=True)
