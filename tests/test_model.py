"""The Mesa model: one run to watch and explain, with Mesa's own tools."""

import mesa
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from empowersim import EmpowermentModel, Parameters, outcomes, rules, scenarios, simulate
from empowersim.agents import Collaborator, Manager
from empowersim.errors import OrgChartError, ParameterError, ScenarioError
from empowersim.scenarios import Intervention, Rollout, Scenario
from empowersim.week import PHASES
from small_charts import CHARTS, alone, family


def lived(weeks, given=None, chart=None, **luck):
    model = EmpowermentModel(given or Parameters(), chart or family(), **luck)
    for _ in range(weeks):
        model.step()
    return model


def by_id(model):
    return {agent.cell.coordinate: agent for agent in model.people}


# --- Mesa's tools -----------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["alone", "family", "uneven"])
def test_the_data_collector_holds_what_simulate_gives(chart):
    model = lived(12, scenarios.named("employees-first"), CHARTS[chart], seed=4, replicate=2)
    collected = model.datacollector.get_model_vars_dataframe()
    results = simulate(
        scenarios.named("employees-first"), CHARTS[chart],
        replicates=3, weeks=12, seed=4, engine="mesa",
    )  # fmt: skip
    expected = results.weekly[results.weekly["replicate"] == 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(collected, expected[["week", *outcomes.NAMES]], check_exact=True)


def test_weeks_are_numbered_from_the_start():
    model = lived(0)
    assert model.week == 0
    model.step()
    model.step()
    assert (model.week, model.steps) == (2, 2)
    assert model.datacollector.model_vars["week"] == [0, 1, 2]


def test_agents_are_placed_on_the_chart():
    model = lived(0)
    people = by_id(model)
    assert list(people) == ["ann", "bea", "bob", "cas", "cid", "dan"]
    assert isinstance(model.grid, mesa.discrete_space.Network)
    neighbours = {
        person: {other.cell.coordinate for other in agent.cell.neighborhood.agents}
        for person, agent in people.items()
    }
    assert neighbours == {
        "ann": {"bea", "bob"},
        "bea": {"ann", "cas", "cid"},
        "bob": {"ann"},
        "cas": {"bea"},
        "cid": {"bea", "dan"},
        "dan": {"cid"},
    }


def test_roles_follow_from_the_chart():
    model = lived(0)
    people = by_id(model)
    assert {type(people[who]) for who in ("ann", "bea", "cid")} == {Manager}
    assert {type(people[who]) for who in ("bob", "cas", "dan")} == {Collaborator}
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == {
        Manager: 3,
        Collaborator: 3,
    }
    assert [agent.cell.coordinate for agent in model.managers] == ["ann", "bea", "cid"]
    assert model.collaborators == model.people[1:]
    assert len(model.agents) == 6
    assert people["ann"].manager is None
    assert people["bea"].team == [people["cas"], people["cid"]]
    assert people["bea"].managers_in_team == [people["cid"]]
    for agent in model.collaborators:
        assert agent in agent.manager.team
        assert agent.boss is agent.manager


def test_agents_can_be_selected_and_summed_up_with_mesa():
    model = lived(30)
    strained = model.agents.select(lambda agent: agent.strain > 0.05)
    assert 0 < len(strained) <= 6
    managers = model.agents_by_type[Manager]
    assert managers.agg("assurance", np.mean) == pytest.approx(model.measures["assurance"])


def test_the_default_chart_and_parameters():
    model = EmpowermentModel()
    assert model.parameters == Parameters()
    assert len(model.people) == 259
    assert len(model.managers) == 43


def test_every_phase_is_a_method_of_its_actors():
    for phase in PHASES:
        role = Manager if phase.actors == "managers" else Collaborator
        assert callable(vars(role)[phase.name])
    assert [phase.name for phase in PHASES] == [
        "attention", "letting_go", "taking_on", "encounter", "consequences", "taking_stock",
        "leaving",
    ]  # fmt: skip


# --- Explaining -------------------------------------------------------------------------------


def test_the_reasons_add_up_to_what_moved_autonomy_and_responsibility():
    model = lived(20, Parameters(start=3, ramp=5, upward_accountability=0.3))
    before = {agent: (agent.autonomy, agent.responsibility) for agent in model.collaborators}
    model.step()
    for agent, (autonomy, responsibility) in before.items():
        utility = sum(agent.why_autonomy)
        expected = rules.autonomy_after(autonomy, utility, model.parameters)
        assert agent.autonomy == pytest.approx(expected, abs=1e-14)
        utility = sum(agent.why_responsibility)
        expected = rules.responsibility_after(responsibility, utility, model.parameters)
        assert agent.responsibility == pytest.approx(expected, abs=1e-14)


def test_every_reason_is_what_its_name_says():
    model = lived(30, Parameters(start=3, ramp=5))
    p = model.parameters
    model.step()
    cid = by_id(model)["cid"]
    reasons = "bias mandate trust overload cascade habit insecurity reward"
    assert " ".join(cid.why_autonomy._fields) == reasons
    assert " ".join(cid.why_responsibility._fields) == (
        "bias room share drive peers support strain"
    )
    assert cid.why_autonomy.bias == p.b_manager
    assert cid.why_autonomy.mandate == p.w_mandate * p.mandate
    assert cid.why_autonomy.reward == -p.w_reward * p.control_reward
    assert cid.why_autonomy.overload == 0  # two people do not overload anyone
    assert cid.why_responsibility.room == p.w_room * cid.autonomy
    assert cid.why_responsibility.share == p.w_share * p.collaborator_share * p.mandate


def test_before_the_first_week_there_is_nothing_to_explain():
    for agent in lived(0).people:
        assert agent.why_autonomy is agent.why_responsibility is None


# --- A week -----------------------------------------------------------------------------------


def test_the_start_is_drawn_within_its_bounds():
    p = Parameters(disposition_low=0.1, disposition_high=0.2, root_autonomy=0.7)
    model = lived(0, p, CHARTS["sample"])
    head, *others = model.people
    assert head.autonomy == 0.7
    for agent in others:
        assert 0.13 <= agent.readiness <= 0.63
        assert 0.1 <= agent.disposition <= 0.2
        assert agent.willingness == agent.disposition
    assert len({agent.autonomy for agent in others}) > 200


def test_who_leaves_is_replaced_by_a_newcomer():
    model = lived(5, Parameters(turnover=1, neutral_trust=0.4, neutral_appreciation=0.3))
    before = {agent: (agent.readiness, agent.disposition) for agent in model.collaborators}
    habits = {agent: agent.control_habit for agent in model.managers}
    model.step()
    assert model.measures["departures"] == 1.0
    p = model.parameters
    for agent, (readiness, disposition) in before.items():
        assert agent.gone == 1.0
        assert (agent.trust, agent.strain, agent.appreciation) == (0.4, 0.0, 0.3)
        assert agent.willingness == agent.disposition != disposition
        assert agent.readiness != readiness
        assert p.readiness_low <= agent.readiness <= p.readiness_high
        assert p.disposition_low <= agent.disposition <= p.disposition_high
    # A place keeps its habits: only the person is new.
    assert all(0 < abs(agent.control_habit - habit) < 0.05 for agent, habit in habits.items())


def test_nobody_leaves_without_turnover():
    model = lived(50, Parameters(turnover=0, turnover_strain=0))
    assert set(model.datacollector.model_vars["departures"][1:]) == {0.0}


def test_interventions_take_effect_in_their_week():
    changes = (Intervention(3, "mandate", 0.1), Intervention(3, "coaching", 1))
    model = lived(2, Scenario(interventions=changes))
    assert model.parameters == Parameters()
    model.step()
    assert model.parameters == Parameters(mandate=0.1, coaching=1)
    model.step()
    assert model.parameters == Parameters(mandate=0.1, coaching=1)


def test_the_push_reaches_each_when_his_time_comes():
    scenario = Scenario(Parameters(start=2, ramp=10), rollout=Rollout("top-down", lag=3))
    model = lived(6, scenario)
    people = by_id(model)
    assert people["ann"].asked == pytest.approx(0.8 * 4 / 10)
    assert people["bea"].asked == pytest.approx(0.8 * 1 / 10)
    assert people["cas"].asked == 0
    assert people["bea"].carried == pytest.approx(0.5 * 0.8 * 1 / 10)
    assert (people["bea"].begun, people["cas"].begun) == (1.0, 0.0)
    # A collaborator's room depends on when his manager starts, not on when he does himself.
    assert people["cas"].why_autonomy.mandate == pytest.approx(2 * 0.8 * 1 / 10)
    assert people["cas"].why_responsibility.share == 0


def test_a_head_alone_lives_too():
    model = lived(3, chart=alone())
    assert all(np.isnan(value) for value in model.measures.values())


def test_same_seed_and_replicate_same_life():
    one, same, typed = (lived(30, seed=s, replicate=1).measures for s in (7, 7, np.int64(7)))
    assert one == same == typed
    for other in ({"seed": 8, "replicate": 1}, {"seed": 7, "replicate": 0}):
        assert lived(30, **other).measures != one


# --- Arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"parameters": "just-let-go"}, ScenarioError, r"named\('just-let-go'\)"),
        ({"parameters": {"mandate": 1}}, ScenarioError, "expected Parameters or a Scenario"),
        ({"org_chart": nx.DiGraph()}, OrgChartError, "at least one person"),
        ({"org_chart": nx.Graph([(1, 2)])}, OrgChartError, "directed graph"),
        ({"org_chart": [("bea", "ann")]}, OrgChartError, "directed graph"),
        ({"seed": 2**64}, ParameterError, "seed = "),
        ({"seed": -1}, ParameterError, "seed = -1"),
        ({"seed": 1.5}, ParameterError, r"seed = 1\.5"),
        ({"seed": None}, ParameterError, "seed = None"),
        ({"replicate": -1}, ParameterError, "replicate = -1"),
    ],
)
def test_arguments_that_make_no_run(arguments, error, message):
    with pytest.raises(error, match=message):
        EmpowermentModel(**arguments)


def test_a_pilot_of_nobody():
    scenario = Scenario(rollout=Rollout("pilot", branch="zoe"))
    with pytest.raises(ScenarioError, match="'zoe' is nobody"):
        EmpowermentModel(scenario, family())


def test_people_may_be_called_anything_that_a_graph_allows():
    chart = nx.DiGraph([((1, 2), "ann"), (3.5, "ann"), (frozenset("x"), 3.5)])
    assert set(by_id(lived(2, chart=chart))) == {"ann", (1, 2), 3.5, frozenset("x")}
