import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.designs import Axis, evenly_spaced, grid
from empowersim.errors import ParameterError


def test_an_axis_is_read_from_low_high_count():
    axis = Axis.parse("collaborator_share=0:1:21")
    assert axis.name == "collaborator_share"
    assert len(axis.values) == 21
    assert (axis.values[0], axis.values[10], axis.values[-1]) == (0.0, 0.5, 1.0)


def test_an_axis_is_read_from_a_list():
    assert Axis.parse("capacity=2,4.5,8").values == (2.0, 4.5, 8.0)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(2, 50))
def test_both_ends_are_exact(low, high, count):
    values = evenly_spaced(low, high, count)
    assert len(values) == count
    assert (values[0], values[-1]) == (low, high)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("coaching", "'='"),
        ("coaching=", "no axis"),
        ("coaching=0:1", "no axis"),
        ("coaching=0:1:2:3", "no axis"),
        ("coaching=0:1:x", "no axis"),
        ("coaching=0:1:1", "[2, "),
        ("coaching=0:2:3", "outside [0, 1]"),
        ("coaching=nan", "not a number"),
        ("coaching=0.5,0.5", "twice"),
        ("coachin=0:1:3", "did you mean coaching?"),
    ],
)
def test_a_wrong_axis_is_refused_by_name(text, told):
    with pytest.raises(ParameterError, match=re.escape(told)):
        Axis.parse(text)


def test_a_grid_has_every_combination_and_the_last_axis_varies_fastest():
    points = grid([Axis("coaching", (0.0, 1.0)), Axis("training", (0.0, 0.5, 1.0))])
    assert [(p["coaching"], p["training"]) for p in points] == [
        (0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        ([], "nothing varies"),
        ([Axis("coaching", (0.0,)), Axis("coaching", (1.0,))], "two axes"),
        ([Axis("coaching", evenly_spaced(0, 1, 2000)), Axis("training", evenly_spaced(0, 1, 2000))],
         "4000000 points"),
    ],
)  # fmt: skip
def test_a_wrong_grid_is_refused(axes, told):
    with pytest.raises(ParameterError, match=told):
        grid(axes)
