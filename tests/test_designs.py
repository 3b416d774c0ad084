"""Which points a design has, and which designs are refused."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis

from empowersim.designs import (
    Grid,
    LatinHypercube,
    Listed,
    Morris,
    OneAtATime,
    Range,
    Sobol,
    evenly_spaced,
    parse_axis,
)
from empowersim.errors import ExperimentError, ParameterError

SHARE = {"low": 0.0, "high": 1.0}
RANGES = {
    "coaching": SHARE,
    "capacity": {"low": 2, "high": 8},
    "lag": SHARE | {"high": 3, "whole": True},
}


def table(design):
    """Points as rows of numbers, (n_points, n_factors)."""
    return np.array([list(point.values()) for point in design.points()])


# --- Axes of the command line ---------------------------------------------------------------------


def test_an_axis_is_read_from_low_high_count():
    name, values = parse_axis("collaborator_share=0:1:21")
    assert name == "collaborator_share"
    assert len(values) == 21
    assert (values[0], values[10], values[-1]) == (0.0, 0.5, 1.0)


def test_an_axis_is_read_from_a_list():
    assert parse_axis(" capacity =2,4.5,8") == ("capacity", (2.0, 4.5, 8.0))


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
        ("coaching=0:1:1000000000", "[2, "),
        ("coaching=nan", "not a number"),
        ("coaching=inf,1", "not a number"),
        ("coaching=nan:1:3", "not a number"),
        ("coaching=0.5,0.5", "twice"),
        ("coaching=1:1:3", "twice"),
    ],
)
def test_a_wrong_axis_is_refused_by_name(text, told):
    with pytest.raises(ParameterError, match=re.escape(told)) as caught:
        parse_axis(text)
    assert repr(text) in str(caught.value)


# --- Grids ----------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_and_the_last_factor_varies_fastest():
    points = Grid(factors={"b": [0, 1], "a": {"low": 0, "high": 1, "count": 3}}).points()
    assert [(p["b"], p["a"]) for p in points] == [
        (0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0)
    ]  # fmt: skip


def test_one_at_a_time_moves_one_factor_from_the_base():
    design = OneAtATime(base={"a": 0.5, "b": 1}, factors={"a": [0, 0.5, 1], "b": [1, 2]})
    assert table(design).tolist() == [[0.5, 1], [0, 1], [1, 1], [0.5, 2]]
    assert list(design.points()[0]) == ["a", "b"]


def test_the_base_of_a_design_counts_before_that_of_its_scenario():
    design = OneAtATime(base={"b": 7}, factors={"a": [0, 1], "b": [1, 2]})
    assert design.with_base({"a": 0.25, "b": 9, "c": 3}).points()[0] == {"a": 0.25, "b": 7.0}
    with pytest.raises(ExperimentError, match=r"design\.base: a has no base"):
        design.with_base({"c": 3})


# --- Samples --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "n_points"),
    [
        (lambda seed: LatinHypercube(n=40, factors=RANGES, seed=seed), 40),
        (lambda seed: Sobol(n=16, factors=RANGES, seed=seed), 16 * 5),
        (lambda seed: Morris(trajectories=10, factors=RANGES, seed=seed), 10 * 4),
    ],
    ids=["lhs", "sobol", "morris"],
)
def test_samples_stay_in_their_ranges_and_their_seed_decides_them(design, n_points):
    np.random.seed(1)  # noqa: NPY002 (what others draw from the global stream must not matter)
    points = table(design(3))
    assert points.shape == (n_points, 3)
    assert (points >= [0, 2, 0]).all()
    assert (points <= [1, 8, 3]).all()
    assert set(points[:, 2]) == {0, 1, 2, 3}
    np.random.seed(2)  # noqa: NPY002
    assert (table(design(3)) == points).all()
    assert (table(design(4)) != points).any()
    assert list(design(3).points()[0]) == ["coaching", "capacity", "lag"]


@given(st.integers(-5, 5), st.integers(1, 7))
def test_whole_numbers_are_equally_likely(low, steps):
    whole = Range(low=low, high=low + steps, whole=True)
    values = whole.at(np.linspace(0, 1, 100 * (steps + 1) + 1))
    _, counts = np.unique(values, return_counts=True)
    assert (values[0], values[-1]) == (low, low + steps)
    assert counts.tolist()[:-1] == [100] * steps
    assert counts[-1] == 101


def test_a_latin_hypercube_covers_every_range_evenly():
    points = table(LatinHypercube(n=25, factors={"a": SHARE, "b": {"low": 2, "high": 8}}, seed=1))
    for column, (low, high) in zip(points.T, [(0, 1), (2, 8)], strict=True):
        strata = np.floor((column - low) / (high - low) * 25)
        assert sorted(strata) == list(range(25))


def test_a_sobol_design_is_in_the_order_that_its_analysis_needs():
    """Of 3a + b over the unit square: a has 9/10 of the variance, b 1/10, by hand."""
    names = ["a", "b", "idle"]
    problem = {"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}
    a, b, _ = table(Sobol(n=256, factors=dict.fromkeys(names, SHARE))).T
    found = sobol_analysis.analyze(problem, 3 * a + b, calc_second_order=False, seed=1)
    assert found["S1"] == pytest.approx([0.9, 0.1, 0], abs=0.02)
    assert found["ST"] == pytest.approx([0.9, 0.1, 0], abs=0.02)


def test_a_morris_design_is_in_the_order_that_its_analysis_needs():
    """Of 3a - b: the elementary effects of a factor are its coefficient, everywhere."""
    names = ["a", "b", "idle"]
    problem = {"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}
    points = table(Morris(trajectories=8, levels=6, factors=dict.fromkeys(names, SHARE)))
    assert set(np.round(points.ravel() * 5, 9)) == {0, 1, 2, 3, 4, 5}
    effects = morris_analysis.analyze(
        problem, points, 3 * points[:, 0] - points[:, 1], num_levels=6
    )
    assert np.allclose(effects["mu"], [3, -1, 0])
    assert np.allclose(effects["sigma"], 0)


# --- Lists ----------------------------------------------------------------------------------------


def test_points_are_listed_in_a_file():
    text = "coaching, capacity\n0.5,4\n\n1,1e1\n"
    listed = Listed(file="points.csv").read(text)
    assert listed.points() == [
        {"coaching": 0.5, "capacity": 4.0},
        {"coaching": 1.0, "capacity": 10.0},
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no points"),
        ("coaching\n", "no points"),
        ("coaching\n\n\n", "no points"),
        ("coaching,capacity\n1,2\n1\n", "line 3: 1 cells for 2 columns"),
        ("coaching,capacity\n1,2\n1,2,3\n", "line 3: 3 cells for 2 columns"),
        ("coaching,capacity\n\n1,2\n1,many\n", "line 4, capacity: 'many' is not a number"),
        ("coaching,capacity\n1,nan\n", "line 2, capacity: 'nan'"),
        ("coaching,capacity\n-inf,1\n", "line 2, coaching: '-inf'"),
        ("coaching,capacity\n1,\n", "line 2, capacity: ''"),
        ("coaching,coaching\n1,2\n", "line 1: two columns are called 'coaching'; rename one"),
        ("coaching;capacity\n1;2\n", "line 1: the cells are separated by semicolons; separate"),
        ("coaching\tcapacity\n1\t2\n", "line 1: the cells are separated by tabs; separate"),
    ],
)
def test_a_wrong_list_is_refused_by_line_and_column(text, told):
    with pytest.raises(ExperimentError, match=re.escape(told)):
        Listed(file="points.csv").read(text)


# --- Wrong ones -----------------------------------------------------------------------------------

MANY = {"low": 0, "high": 1, "count": 1_000_000}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Grid(factors={}), "nothing varies"),
        (lambda: Grid(factors={"a": MANY, "b": MANY}).points(), "1,000,000,000,000 points"),
        (lambda: Grid(factors={"a": MANY | {"count": 10**9}}), "count = 1000000000 is outside"),
        (lambda: Grid(factors={"a": MANY | {"count": True}}), "count = True"),
        (lambda: Grid(factors={"a": {"low": 0, "high": 1}}), "give all three"),
        (lambda: Grid(factors={"a": [10**400]}), "is not a number"),
        (lambda: Grid(factors={"a": [True]}), "True is not a number"),
        (lambda: Grid(factors={"a": "0:1:3"}), "no list of values"),
        (lambda: Grid(factors={"a": [0, 0.0]}), "twice"),
        (lambda: OneAtATime(factors={"a": [1]}, base={"b": 1}), "b is no factor"),
        (lambda: LatinHypercube(n=2, factors={"a": {"low": 1, "high": 0}}), "not below"),
        (lambda: LatinHypercube(n=2, factors={"a": SHARE | {"high": 1.5, "whole": True}}), "whole"),
        (lambda: LatinHypercube(n=10**9, factors=RANGES), "n: 1000000000"),
        (lambda: LatinHypercube(n=2, factors=RANGES, seed=2**32), "seed: 4294967296"),
        (lambda: Sobol(n=12, factors=RANGES), "n = 12 is no power of two; take 16"),
        (lambda: Sobol(n=2**18, factors=RANGES).points(), "1,310,720 points"),
        (lambda: Morris(trajectories=10**6, factors=RANGES).points(), "4,000,000 points"),
        (lambda: Morris(trajectories=2, levels=5, factors=RANGES), "levels: 5"),
        (lambda: Listed(), "kind csv"),
        (lambda: Listed(factors=["a"], rows=[[1], [1, 2]]), "row 2 has 2 values for 1 factors"),
    ],
)
def test_a_wrong_design_is_refused(make, told):
    with pytest.raises(ExperimentError, match=re.escape(told)) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [LatinHypercube, Morris, Sobol])
def test_names_of_factors_do_not_matter_to_the_sample(kind):
    size = {"trajectories": 3} if kind is Morris else {"n": 4}
    unit = {"low": 0, "high": 1}
    odd = kind(factors={"\x00": unit, "Group": unit}, **size).points()
    plain = kind(factors={"a": unit, "b": unit}, **size).points()
    assert [list(point.values()) for point in odd] == [list(point.values()) for point in plain]
