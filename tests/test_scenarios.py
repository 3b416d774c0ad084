"""Scenarios: interventions, who starts when, and the named ones."""

import pickle
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim import scenarios
from empowersim.errors import ParameterError, ScenarioError
from empowersim.org_chart import hierarchy
from empowersim.parameters import LEVERS, Parameters
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from small_charts import alone, family
from strategies import trees


def delays(rollout, chart=None):
    chart = hierarchy(chart or family())
    return dict(zip(chart.ids, rollout.delays(chart).tolist(), strict=True))


# --- Interventions ----------------------------------------------------------------------------


def test_interventions_are_sorted_by_week_and_lever():
    first, second, third = (
        Intervention(3, "training", 0),
        Intervention(10, "coaching", 0.2),
        Intervention(10, "mandate", 1),
    )
    scenario = Scenario(interventions=(third, second, first))
    assert scenario.interventions == (first, second, third)
    assert scenario.changes_by_week == {
        3: {"training": 0},
        10: {"coaching": 0.2, "mandate": 1},
    }


@pytest.mark.parametrize(
    ("intervention", "message"),
    [
        ((0, "mandate", 0.5), r"week of an intervention = 0 is outside \[1, 1000000\]"),
        ((1.5, "mandate", 0.5), r"week of an intervention = 1\.5 is not a whole number"),
        ((True, "mandate", 0.5), "week of an intervention = True is not a whole number"),
        ((1, "mandat", 0.5), r"no lever is called 'mandat'; did you mean mandate\?"),
        ((1, "pace", 0.1), "no lever is called 'pace'.*upward_accountability"),
        ((1, "mandate", 1.5), r"mandate = 1\.5 is outside \[0, 1\]"),
        ((1, "mandate", None), "mandate = None is not a number"),
        ((1, "mandate", float("nan")), "mandate = nan is not a number"),
    ],
)
def test_interventions_that_are_refused(intervention, message):
    with pytest.raises(ParameterError, match=message):
        Intervention(*intervention)


def test_a_lever_is_set_once_a_week():
    once, again = Intervention(5, "mandate", 0), Intervention(5, "mandate", 1)
    with pytest.raises(ScenarioError, match="two interventions set mandate in week 5"):
        Scenario(interventions=(once, Intervention(5, "coaching", 1), again))
    Scenario(interventions=(once, Intervention(6, "mandate", 1)))


# --- Rollouts ---------------------------------------------------------------------------------


def test_all_start_at_once():
    assert set(delays(Rollout()).values()) == {0}


def test_from_the_top_down():
    expected = {"ann": 0, "bea": 10, "bob": 10, "cas": 20, "cid": 20, "dan": 30}
    assert delays(Rollout("top-down", lag=10)) == expected


def test_from_the_bottom_up():
    expected = {"ann": 30, "bea": 20, "bob": 20, "cas": 10, "cid": 10, "dan": 0}
    assert delays(Rollout("bottom-up", lag=10)) == expected


def test_a_pilot_in_the_first_branch():
    expected = {"ann": 5, "bea": 0, "bob": 5, "cas": 0, "cid": 0, "dan": 0}
    assert delays(Rollout("pilot", lag=5)) == expected


def test_a_pilot_in_a_branch_of_ones_choice():
    expected = {"ann": 5, "bea": 5, "bob": 5, "cas": 5, "cid": 0, "dan": 0}
    assert delays(Rollout("pilot", lag=5, branch="cid")) == expected
    assert set(delays(Rollout("pilot", lag=5, branch="ann")).values()) == {0}


def test_a_pilot_where_there_is_one_person():
    assert delays(Rollout("pilot"), alone()) == {"ann": 0}


@given(trees(), st.sampled_from(["pilot", "top-down", "bottom-up"]), st.integers(0, 50))
def test_delays_are_whole_lags_and_someone_starts_first(chart, order, lag):
    tree = hierarchy(chart)
    starts = Rollout(order, lag).delays(tree)
    assert starts.shape == (tree.n_people,)
    assert starts.min() == 0
    assert set(np.mod(starts, max(lag, 1))) == {0}
    assert starts.max() <= lag * (1 if order == "pilot" else tree.n_levels - 1)


def test_a_branch_that_is_nobody():
    with pytest.raises(ScenarioError, match="branch 'zoe' is nobody in the org chart"):
        Rollout("pilot", branch="zoe").delays(hierarchy(family()))


@pytest.mark.parametrize(
    ("rollout", "error", "message"),
    [
        (
            {"order": "pilots"},
            ScenarioError,
            r"no rollout is called 'pilots'; did you mean pilot\?",
        ),
        (
            {"order": "top-down", "branch": "bea"},
            ScenarioError,
            "branch .'bea'. is for the rollout",
        ),
        ({"lag": -1}, ParameterError, r"lag of a rollout = -1 is outside \[0, "),
        ({"lag": 2.5}, ParameterError, r"lag of a rollout = 2\.5 is not a whole number"),
    ],
)
def test_rollouts_that_are_refused(rollout, error, message):
    with pytest.raises(error, match=message):
        Rollout(**rollout)


# --- Scenarios --------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [0, -5, 1.5, True, None, 1_000_001])
def test_weeks_of_a_scenario(weeks):
    with pytest.raises(ParameterError, match="weeks = "):
        Scenario(weeks=weeks)


@pytest.mark.parametrize(
    "wrong",
    [
        {"parameters": {"mandate": 1}},
        {"rollout": "top-down"},
        {"interventions": "coaching"},
        {"interventions": [(5, "coaching", 0)]},
    ],
)
def test_parts_of_a_scenario_are_of_their_kind(wrong):
    [name] = wrong
    with pytest.raises(ScenarioError, match=f"{name} = .* give a "):
        Scenario(**wrong)


def test_with_changes_keeps_everything_else():
    before = scenarios.named("stop-too-early")
    after = before.with_changes({"mandate": 0.1})
    assert after.parameters == before.parameters.with_changes({"mandate": 0.1})
    for kept in ("interventions", "rollout", "weeks", "name", "story", "claim", "source"):
        assert getattr(after, kept) == getattr(before, kept)


def test_parameters_are_a_scenario_of_their_own():
    p = Parameters(mandate=0.3)
    assert scenarios.as_scenario(p) == Scenario(p)
    own = Scenario(p, name="mine")
    assert scenarios.as_scenario(own) is own


@pytest.mark.parametrize("given", [None, 5, "just-let-go", {"mandate": 1}])
def test_what_is_no_scenario(given):
    with pytest.raises(ScenarioError, match="expected Parameters or a Scenario, not"):
        scenarios.as_scenario(given)


def test_the_end_of_efforts_leaves_what_careers_reward():
    ended = scenarios.end_of_efforts(60)
    assert {(each.week, each.value) for each in ended} == {(60, 0.0)}
    assert {each.lever for each in ended} == set(LEVERS) - {"control_reward"}
    assert dict(scenarios.NO_EFFORT) == dict.fromkeys(set(LEVERS) - {"control_reward"}, 0.0)


# --- Named scenarios --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED)
def test_a_named_scenario_is_complete(name):
    scenario = scenarios.named(name)
    assert scenario.name == name
    assert scenario.claim.split(":")[0].split(",")[0] in {f"C{n}" for n in range(1, 10)}
    assert len(scenario.story.split()) > 10
    assert scenario.source
    assert pickle.loads(pickle.dumps(scenario)) == scenario  # noqa: S301 (our own)


def test_named_scenarios_differ_in_what_they_say_and_do():
    for what in ("story", "claim"):
        assert len({getattr(scenario, what) for scenario in NAMED.values()}) == len(NAMED)
    does = {(each.parameters, each.interventions, each.weeks) for each in NAMED.values()}
    assert len(does) == len(NAMED)


def test_an_unknown_scenario_gives_the_nearest():
    with pytest.raises(ScenarioError, match=r"'just-let-g'; did you mean just-let-go\? \(see: "):
        scenarios.named("just-let-g")


def test_what_the_named_scenarios_set():
    """Against the stories: the levers that each moves from the defaults."""
    defaults = Parameters()
    moved = {
        name: {
            lever: getattr(scenario.parameters, lever)
            for lever in LEVERS
            if getattr(scenario.parameters, lever) != getattr(defaults, lever)
        }
        for name, scenario in NAMED.items()
    }
    assert moved == {
        "status-quo": {"mandate": 0, "collaborator_share": 0, "coaching": 0, "training": 0},
        "just-let-go": {"collaborator_share": 0, "coaching": 0, "training": 0},
        "all-on-the-manager": {"collaborator_share": 0, "training": 0},
        "all-on-the-collaborators": {"collaborator_share": 1, "coaching": 0, "training": 0},
        "carry-it-together": {},
        "stop-too-early": {"coaching": 0.7, "training": 0.7},
        "what-we-reward": {"control_reward": 1},
        "employees-first": {"upward_accountability": 0.8},
        "apec": {},
    }
    stops = scenarios.named("stop-too-early")
    assert stops.interventions == tuple(sorted(scenarios.end_of_efforts(60)))
    assert stops.weeks > 60 + 156


def test_in_the_apec_scenario_83_percent_value_their_manager():
    p = scenarios.named("apec").parameters
    valued = 1 - statistics.NormalDist(p.initial_appreciation, p.initial_appreciation_sd).cdf(0.5)
    assert valued == pytest.approx(0.83, abs=0.005)


def test_by_default_a_majority_does_not_value_the_manager_and_a_quarter_would_take_his_place():
    p = Parameters()
    valued = 1 - statistics.NormalDist(p.initial_appreciation, p.initial_appreciation_sd).cdf(0.5)
    assert 0.3 < valued < 0.5
    willing = (p.disposition_high - 0.5) / (p.disposition_high - p.disposition_low)
    assert 0.2 < willing < 0.25
