"""Blanks in scenarios and org charts, and what the points fill in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim import scenarios
from empowersim.cases import Case, PlannedChart, Ramp
from empowersim.errors import EmpowerSimError, ExperimentError
from empowersim.org_chart import balanced, from_spans, random, sample
from empowersim.parameters import Parameters
from empowersim.scenarios import Intervention, Rollout, Scenario


def chart(point=None, **kind):
    return PlannedChart(**kind).at(point or {}, {})


def the_same(one, other):
    return list(one.nodes) == list(other.nodes) and set(one.edges) == set(other.edges)


# --- Scenarios ------------------------------------------------------------------------------------


def test_a_case_of_nothing_is_the_usual_scenario():
    assert Case().at({}, weeks=156) == Scenario()
    assert Case(name="just-let-go").at({}, weeks=20).parameters == (
        scenarios.named("just-let-go").parameters
    )


def test_a_text_in_place_of_a_number_is_the_value_at_the_point():
    case = Case(
        set={"mandate": "much", "capacity": 6},
        interventions=[
            {"week": "stop", "lever": "coaching", "value": "after"},
            {"week": 3, "lever": "mandate", "value": 0.5},
        ],
        rollout={"order": "top-down", "lag": "lag"},
    )
    assert sorted(case.factors()) == ["after", "lag", "much", "stop"]
    found = case.at({"much": 0.3, "stop": 9.0, "after": 0.1, "lag": 4.0, "training": 0.8}, weeks=40)
    assert found.parameters == Parameters(mandate=0.3, capacity=6, training=0.8)
    assert found.interventions == (
        Intervention(3, "mandate", 0.5),
        Intervention(9, "coaching", 0.1),
    )
    assert found.rollout == Rollout("top-down", 4)
    assert found.weeks == 40


def test_interventions_and_ramps_take_the_place_of_the_named_scenarios_own():
    name = next(name for name, each in scenarios.NAMED.items() if each.interventions)
    assert Case(name=name).at({}, 200).interventions == scenarios.named(name).interventions
    assert Case(name=name, interventions=[]).at({}, 200).interventions == ()
    ramp = {"lever": "coaching", "week": 1, "until": 2, "from": 0, "to": 1}
    assert len(Case(name=name, ramps=[ramp]).at({}, 200).interventions) == 2


def test_a_ramp_goes_up_in_even_steps_with_both_ends():
    ramp = {"lever": "coaching", "week": "start", "until": 14, "from": "low", "to": 1, "steps": 4}
    case = Case(ramps=[ramp])
    assert sorted(case.factors()) == ["low", "start"]
    assert case.at({"start": 6.0, "low": 0.5}, 20).interventions == tuple(
        Intervention(week, "coaching", value)
        for week, value in [(6, 0.5), (8, 0.625), (10, 0.75), (12, 0.875), (14, 1.0)]
    )


@given(st.integers(1, 50), st.integers(1, 60), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_a_ramp_moves_one_way_and_never_twice_in_a_week(week, length, steps, first, last):
    ramp = {
        "lever": "training", "week": week, "until": week + length, "from": first, "to": last,
        "steps": steps,
    }  # fmt: skip
    moves = Case(ramps=[ramp]).at({}, 200).interventions
    assert (moves[0].week, moves[0].value) == (week, first)
    assert (moves[-1].week, moves[-1].value) == (week + length, pytest.approx(last, abs=1e-12))
    assert len(moves) == min(steps, length) + 1
    values = [move.value for move in moves]
    assert values == sorted(values, reverse=last < first)


def test_a_ramp_down_ends_at_its_end_exactly():
    """0.9 + 1 · (0.3 − 0.9) is a hair above 0.3; a lever's end is what the file says."""
    moves = Case(
        ramps=[{"lever": "coaching", "week": 1, "until": 9, "from": 0.9, "to": 0.3, "steps": 8}]
    ).at({}, 20)
    assert moves.interventions[-1].value == 0.3


def test_a_case_adds_its_settings_to_those_of_the_scenario():
    base = Case(set={"coaching": 0.2, "training": 0.4}, rollout={"order": "bottom-up", "lag": 3})
    found = Case(set={"coaching": 0.9}).over(base).at({}, 10)
    assert found.parameters == Parameters(coaching=0.9, training=0.4)
    assert found.rollout == Rollout("bottom-up", 3)


def test_a_case_with_a_scenario_of_its_own_starts_afresh():
    base = Case(name="just-let-go", set={"coaching": 0.2}, rollout={"order": "bottom-up", "lag": 3})
    found = Case(name="status-quo", set={"training": 0.9}).over(base).at({}, 10)
    usual = scenarios.named("status-quo")
    assert found.parameters == usual.parameters.with_changes({"training": 0.9})
    assert found.rollout == usual.rollout


UP_FROM_9 = {"lever": "coaching", "week": 9, "until": "u", "from": 0, "to": 1}


@pytest.mark.parametrize(
    ("case", "point", "told"),
    [
        ({"interventions": [{"week": "w", "lever": "coaching", "value": 1}]}, {"w": 2.5},
         "2.5 is not a whole number"),
        ({"interventions": [{"week": "w", "lever": "coaching", "value": 1}]}, {"w": 0.0}, "= 0"),
        ({"interventions": [{"week": 1, "lever": "coaching", "value": "v"}]}, {"v": 2.0},
         "coaching = 2.0 is outside [0, 1]"),
        ({"interventions": [{"week": "w", "lever": "coaching", "value": 1},
                            {"week": 7, "lever": "coaching", "value": 0}]}, {"w": 7.0},
         "two interventions"),
        ({"set": {"capacity": "c"}}, {"c": -1.0}, "capacity = -1.0 is outside"),
        ({"rollout": {"order": "pilot", "lag": "lag"}}, {"lag": 0.5}, "lag = 0.5"),
        ({"rollout": {"order": "pilot", "lag": "lag"}}, {"lag": -1.0}, "lag of a rollout = -1"),
        ({"rollout": {"order": "top-down", "branch": "3"}}, {}, "is for the rollout pilot"),
        ({"ramps": [UP_FROM_9]}, {"u": 9.0},
         "does not rise"),
        ({"ramps": [UP_FROM_9]}, {"u": 1e6 + 1},
         "does not rise"),
        ({"ramps": [{"lever": "coaching", "week": 0, "until": 5, "from": 0, "to": 1}]}, {}, "= 0"),
    ],
)  # fmt: skip
def test_a_value_that_makes_no_scenario_is_refused(case, point, told):
    with pytest.raises(EmpowerSimError, match=re.escape(told)) as caught:
        Case(**case).at(point, 20)
    assert "\n" not in str(caught.value)


def test_a_ramps_ends_have_the_names_of_the_file():
    with pytest.raises(ExperimentError, match="from: this key is missing"):
        Ramp(lever="coaching", week=1, until=2, to=1)


# --- Org charts -----------------------------------------------------------------------------------


def test_charts_are_those_of_the_library():
    assert the_same(chart(sample=True), sample())
    assert the_same(chart(balanced={}), balanced(6, 3))
    assert the_same(chart(balanced={"span": 2}), balanced(2, 3))
    assert the_same(chart(spans=[3, 2]), from_spans([3, 2]))
    assert the_same(
        chart(random={"people": 30, "mean_span": 4, "spread": 1, "seed": 2}),
        random(people=30, mean_span=4, spread=1, seed=2),
    )


def test_charts_are_filled_in_at_each_point():
    planned = PlannedChart(balanced={"span": "span", "depth": "depth"})
    assert sorted(planned.factors()) == ["depth", "span"]
    assert len(planned.at({"span": 2.0, "depth": 2.0}, {})) == 7
    assert len(planned.at({"span": 3.0, "depth": 1.0}, {})) == 4
    assert list(PlannedChart(spans=[2, "x"]).factors()) == ["x"]
    assert len(chart({"x": 5.0}, spans=[2, "x"])) == 13
    people = PlannedChart(random={"people": "n", "mean_span": "m", "spread": "s"})
    assert sorted(people.factors()) == ["m", "n", "s"]
    assert len(people.at({"n": 25.0, "m": 5.0, "s": 1.0}, {})) == 25


@pytest.mark.parametrize(
    ("kind", "point", "told"),
    [
        ({"balanced": {"span": "x"}}, {"x": 2.5}, "span = 2.5 is not a whole number"),
        ({"balanced": {"span": "x"}}, {"x": 0.0}, "span"),
        ({"balanced": {"span": 1000, "depth": 1000}}, {}, "more than 10,000,000 people"),
        ({"balanced": {"span": 1, "depth": 1e300}}, {}, "depth = 1e+300 is not a whole number"),
        ({"spans": [3, -1]}, {}, "-1"),
        ({"random": {"people": 10**18}}, {}, "people"),
        ({"random": {"people": 10, "spread": -1}}, {}, "spread"),
    ],
)
def test_a_value_that_makes_no_chart_is_refused_at_once(kind, point, told):
    with pytest.raises(EmpowerSimError, match=re.escape(told)) as caught:
        chart(point, **kind)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [{}, {"sample": True, "spans": [2]}])
def test_a_chart_is_of_one_kind(kind):
    with pytest.raises(ExperimentError, match="one of: file, sample, balanced, spans, random"):
        PlannedChart(**kind)
