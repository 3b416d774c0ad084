from dataclasses import replace

import pytest

from empowersim.app.lab.life import Cast
from empowersim.app.lab.policy import (
    OWN,
    History,
    Link,
    Trial,
    grown,
    levers_after,
    linked,
    moved,
    read,
    without,
    written,
)
from empowersim.errors import EmpowerSimError
from empowersim.org_chart import balanced, from_spans, sample
from empowersim.parameters import Parameters
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario, named

TOGETHER = named("carry-it-together")


def test_a_lever_moved_before_the_start_is_the_policys_own():
    policy = moved(TOGETHER, "coaching", 0.8, 0)
    assert policy.parameters.coaching == 0.8
    assert policy.interventions == ()


def test_a_lever_moved_later_acts_from_the_next_week_on():
    policy = moved(TOGETHER, "coaching", 0.8, 40)
    assert policy.interventions == (Intervention(41, "coaching", 0.8),)
    assert levers_after(policy, 39)["coaching"] == 0.5
    assert levers_after(policy, 40)["coaching"] == 0.8
    assert moved(policy, "coaching", 0.9, 40).interventions[0].value == 0.9
    assert moved(policy, "coaching", 0.5, 40) == TOGETHER


def test_an_intervention_can_be_left_out():
    stop = named("stop-too-early")
    left = without(stop, stop.interventions[0])
    assert left.interventions == stop.interventions[1:]


def test_undo_and_redo():
    first, second, third = (Trial(TOGETHER.with_changes({"mandate": x})) for x in (0.1, 0.2, 0.3))
    history = History(first).then(second).then(third)
    assert history.undo().now == second
    assert history.undo().redo().now == third
    assert history.undo().undo().undo().now == first
    assert history.undo().then(first).redo().now == first
    assert history.then(third) is history


def test_dragging_a_lever_is_one_step_back():
    history = History(Trial(TOGETHER))
    for value in (0.6, 0.7, 0.8):
        policy = moved(history.now.policy, "coaching", value, 0)
        history = history.then(Trial(policy), ("coaching", 0))
    assert history.now.policy.parameters.coaching == 0.8
    assert history.undo().now.policy == TOGETHER


LINKS = [
    *(Link(Trial(scenario)) for scenario in NAMED.values()),
    Link(Trial(moved(named("stop-too-early"), "training", 0.35, 80)), seed=7, week=80),
    Link(Trial(without(named("stop-too-early"), named("stop-too-early").interventions[0]))),
    Link(Trial(replace(named("stop-too-early"), interventions=()))),
    Link(Trial(TOGETHER, named("just-let-go")), replicate=3, chart="5x3"),
    Link(Trial(replace(TOGETHER, weeks=60, rollout=Rollout("bottom-up", 13)))),
    Link(Trial(replace(TOGETHER, rollout=Rollout("pilot", 13, "unit 3.a & co")))),
    Link(Trial(replace(TOGETHER, rollout=Rollout("pilot", 26, "7")), TOGETHER), chart=OWN),
    Link(Trial(named("just-let-go"), named("stop-too-early"))),
]


@pytest.mark.parametrize("link", LINKS, ids=written)
def test_a_link_brings_back_what_it_was_made_of(link):
    assert read(written(link)) == link


def test_a_scenario_of_ones_own_is_linked_by_its_numbers():
    own = Scenario(Parameters(w_trust=2.0, coaching=0.1), name="found in a sweep", weeks=104)
    found = read(written(Link(Trial(own)))).trial.policy
    assert (found.parameters, found.weeks) == (own.parameters, own.weeks)


def test_a_link_can_be_read():
    link = Link(
        Trial(moved(named("just-let-go").with_changes({"coaching": 0.8}), "mandate", 0, 40))
    )
    assert written(link) == "scenario=just-let-go&coaching=0.8&then=41.mandate.0"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("scenario=<script>", "no scenario is called"),
        ("coaching=7", "coaching = 7.0 is outside"),
        ("coaching=nan", "is not a number"),
        ("coaching=", "is no number"),
        ("then=1.coaching", "is no number"),
        ("then=0.coaching.1", "week of an intervention"),
        ("then=5.trust.1", "no lever is called"),
        ("then=5.coaching.1~5.coaching.0", "two interventions"),
        ("weeks=999999999", "weeks"),
        ("seed=-1", "no whole number"),
        ("week=" + "9" * 30, "no whole number"),
        ("rollout=sideways.3", "no rollout is called"),
        ("rollout=top-down.3.7", "a branch .'7'. is for the rollout pilot"),
        ("chart=99x9", "over 20,000 people"),
        ("chart=../../etc", "is no size"),
        ("__class__=1", "part of the link"),
        ("a.scenario=x", "no scenario is called"),
        ("x" * 5000, "too long"),
    ],
)
def test_a_hostile_link_gets_one_line(query, said):
    with pytest.raises(EmpowerSimError, match=said) as error:
        read(query)
    assert "\n" not in str(error.value)


def test_a_chart_grows_from_its_size():
    assert len(grown("6x3")) == 259
    assert grown("") is None


def test_a_link_calls_a_chart_by_what_brings_it_back():
    renamed = balanced(3, 2)
    renamed.nodes["2"]["name"] = "Kim"
    charts = {
        "": sample(),
        "6x3": grown("6x3"),
        "3x2": balanced(3, 2),
        OWN: balanced(100, 1),
        "own ": renamed,
        " own": from_spans([3, 2]),
    }
    for called, chart in charts.items():
        assert linked(Cast.of(chart)) == called.strip()
