"""Both engines come to what the model's description says, typed a second time in plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from empowersim import Parameters, simulate
from empowersim.org_chart import hierarchy
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from empowersim.simulation import STATES
from small_charts import CHARTS
from strategies import scenarios, trees


def states_of_reference(scenario, chart, weeks, seed):
    """Everyone's state, (weeks + 1, people, states)."""
    tree = hierarchy(chart)
    managers = [None, *tree.manager[1:].tolist()]
    luck = reference.Luck(seed, replicate=0)
    p = scenario.parameters
    people = reference.begin(managers, scenario.rollout.delays(tree), luck, p)
    lived = [people]
    for week in range(1, weeks + 1):
        p = p.with_changes(
            {each.lever: each.value for each in scenario.interventions if each.week == week}
        )
        people = reference.live_one_week(people, week, luck, p)
        lived.append(people)
    return np.array([[[getattr(who, name) for name in STATES] for who in week] for week in lived])


def assert_as_described(scenario, chart, weeks, seed):
    table = simulate(scenario, chart, weeks=weeks, seed=seed, record="people").people
    lived = table[list(STATES)].to_numpy().reshape(weeks + 1, -1, len(STATES))
    described = states_of_reference(scenario, chart, weeks, seed)
    without = np.isnan(lived)  # the head's relation, and managers' habits where there is no team
    np.testing.assert_allclose(lived[~without], described[~without], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMED)
def test_named_scenarios_go_as_described(name):
    assert_as_described(NAMED[name], CHARTS["balanced"], weeks=66, seed=1)


@pytest.mark.parametrize("chart", CHARTS)
def test_any_chart_goes_as_described(chart):
    assert_as_described(Scenario(), CHARTS[chart], weeks=20, seed=2)


@pytest.mark.parametrize("order", ["pilot", "top-down", "bottom-up"])
def test_rollouts_and_interventions_go_as_described(order):
    scenario = Scenario(
        Parameters(start=2, ramp=10, upward_accountability=0.4),
        interventions=(Intervention(15, "mandate", 0.2), Intervention(16, "control_reward", 1)),
        rollout=Rollout(order, lag=6),
    )
    assert_as_described(scenario, CHARTS["family"], weeks=30, seed=3)


@settings(max_examples=60)
@given(scenarios(weeks=12), trees(), st.integers(0, 2**64 - 1))
def test_any_parameters_go_as_described(scenario, chart, seed):
    assert_as_described(scenario, chart, weeks=12, seed=seed)
