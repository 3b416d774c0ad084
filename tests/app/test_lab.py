"""How the lab begins, what it takes from other modes, what it forgets, and its table."""

import io
from dataclasses import replace
from threading import Event

import pandas as pd
import pytest

from empowersim import scenarios
from empowersim.app import session
from empowersim.app.lab import levers, memory
from empowersim.app.lab.life import Cast, live, measures_table
from empowersim.app.lab.policy import History, Trial
from empowersim.app.lab.watching import try_out
from empowersim.app.organisation import mode as organisation
from empowersim.app.organisation.upload import Brought
from empowersim.app.session import Run
from empowersim.org_chart import balanced
from empowersim.outcomes import NAMES
from empowersim.scenarios import Rollout
from empowersim.simulation import simulate

FIRST = {
    "history": History(Trial(scenarios.named("carry-it-together"))),
    "cast": None,
    "chart_in_link": "",
    "taken": None,
    "week": 0,
    "chosen": -1,
    "tried": None,
    "seen": None,
    "remark": "",
    "wrong": "",
    "unasked": "",
}


def begin_anew():
    """As another browser tab does."""
    for name, value in FIRST.items():
        getattr(memory, name).set(value)
    session.own_chart.set(None)
    session.asked_for.set(None)
    organisation.outcome.set(None)


@pytest.fixture(autouse=True)
def anew():
    begin_anew()
    yield
    begin_anew()


def people():
    return memory.cast.value.people.n_people


def link():
    return memory.link(memory.history.value.now, memory.cast.value)


def bring(chart):
    """Use a chart as the mode Your organisation does."""
    organisation.outcome.set(Brought(chart, (), 0, 0, anonymous=False))
    session.own_chart.set(chart)


def test_it_begins_with_the_sample():
    memory.open_lab(None)
    assert people() == 241


def test_an_own_chart_goes_before_the_sample_and_keeps_the_policy():
    memory.open_lab(None)
    levers.move_lever("coaching", 0.9)
    session.own_chart.set(balanced(3, 2))
    memory.open_lab(None)
    assert people() == 13
    assert memory.history.value.now.policy.parameters.coaching == 0.9
    before = memory.cast.value
    memory.open_lab(None)
    assert memory.cast.value is before


def test_a_chart_that_is_forgotten_is_gone_at_once():
    named = balanced(3, 2)
    bring(named)
    memory.open_lab(None)
    memory.chosen.set(5)
    memory.tried.set(try_out(memory.history.value.now, memory.cast.value, 0, None, Event()))
    organisation._forget()
    kept = [getattr(memory, name).value for name in FIRST]
    assert not [each for each in kept if isinstance(each, Cast) or each is named]
    assert memory.tried.value is None
    memory.open_lab(None)
    assert people() == 241
    assert memory.chosen.value == -1


def test_names_that_are_hidden_later_are_gone_at_once_too():
    named = balanced(3, 2)
    named.nodes["2"]["name"] = "Kim"
    bring(named)
    memory.open_lab(None)
    organisation._set_anonymous(wanted=True)
    assert memory.cast.value is None
    memory.open_lab(None)
    assert people() == 13
    assert "name" not in memory.cast.value.chart.nodes["2"]


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_run_from_elsewhere_stays_when_one_comes_back(forgotten):
    bring(balanced(3, 2))
    memory.open_lab(None)
    session.asked_for.set(Run(scenarios.named("apec"), balanced(2, 2)))
    memory.open_lab(None)
    memory.take_what_is_asked_for()
    assert people() == 7
    if forgotten:
        organisation._forget()
    memory.open_lab(None)
    assert people() == 7
    session.own_chart.set(balanced(4, 2))
    memory.open_lab(None)
    assert people() == 21


def test_a_run_that_is_asked_for_is_taken_once():
    memory.open_lab(None)
    chart = balanced(2, 2)
    scenario = scenarios.named("just-let-go").with_changes({"w_trust": 2.0})
    session.asked_for.set(Run(scenario, chart, seed=4, replicate=9))
    memory.take_what_is_asked_for()
    assert session.asked_for.value is None
    assert memory.cast.value.is_same(Cast.of(chart, 4, 9))
    assert memory.history.value.now.policy == scenario


def test_what_was_tried_with_others_is_not_shown():
    """A thread that was told to stop too late delivers a run of the people before."""
    memory.open_lab(None)
    before = memory.cast.value
    late = try_out(memory.history.value.now, before, 0, None, Event())
    session.asked_for.set(Run(scenarios.named("apec"), balanced(2, 2)))
    memory.take_what_is_asked_for()
    memory.tried.set(late)
    assert memory.tried_with(memory.cast.value) is None
    assert memory.tried_with(before) is late
    memory.wrong.set("too many people")
    assert memory.tried_with(before) is None


def test_a_chart_that_makes_no_tree_leaves_everything_as_it_was():
    memory.open_lab(None)
    history, cast = memory.history.value, memory.cast.value
    cycle = balanced(2, 1)
    cycle.add_edge("1", "2")
    with pytest.raises(Exception, match="1"):
        memory.begin(memory.Link(Trial(scenarios.named("apec"))), cycle)
    assert memory.history.value is history
    assert memory.cast.value is cast


def test_a_hostile_link_says_why_and_begins_all_the_same():
    memory.open_lab("scenario=nonsense")
    assert memory.remark.value.startswith("no scenario is called")
    assert memory.wrong.value == ""
    assert people() == 241
    levers.move_lever("coaching", 0.9)
    assert memory.remark.value == ""


def test_a_link_to_a_chart_that_it_cannot_carry_says_so():
    session.own_chart.set(balanced(100, 1))
    memory.open_lab(None)
    assert "chart=own" in link()
    query = link()
    memory.open_lab(query)
    assert people() == 101
    assert memory.remark.value == ""
    session.forget(session.own_chart.value)
    memory.open_lab(query)
    assert people() == 241
    assert "not in this browser tab" in memory.remark.value
    assert "chart" not in link()


def test_a_link_to_a_sweeps_run():
    memory.open_lab(None)
    pilot = replace(scenarios.named("apec"), rollout=Rollout("pilot", 26, "3"))
    session.asked_for.set(Run(pilot, balanced(4, 3), seed=2, replicate=5))
    memory.take_what_is_asked_for()
    query = link()
    assert "chart=4x3" in query
    begin_anew()
    memory.open_lab(query)
    assert (people(), memory.cast.value.seed, memory.cast.value.replicate) == (85, 2, 5)
    assert memory.history.value.now.policy.rollout == pilot.rollout
    # One that no link can carry is still there when one goes back to its address.
    session.asked_for.set(Run(pilot, balanced(100, 1)))
    memory.take_what_is_asked_for()
    memory.open_lab(link())
    assert people() == 101


def test_levers_act_where_the_clock_stands():
    memory.open_lab(None)
    memory.week.set(30)
    levers.move_lever("coaching", 0.1)
    assert [each.week for each in memory.history.value.now.policy.interventions] == [31]
    levers.undo()
    assert memory.history.value.now.policy.interventions == ()
    levers.redo()
    assert memory.history.value.now.policy.interventions
    memory.week.set(156)
    levers.move_lever("coaching", 0.2)
    assert memory.history.value.now.policy.interventions[-1].week == 156


@pytest.mark.parametrize("back", [levers.undo, levers.redo])
def test_what_cannot_be_run_can_be_taken_back(back):
    memory.open_lab(None)
    memory.wrong.set("too many people")
    back()
    assert memory.wrong.value == ""


def test_the_table_is_that_of_the_run():
    chart, scenario = balanced(3, 2), scenarios.named("apec")
    table = pd.read_csv(io.StringIO(measures_table(live(scenario, Cast.of(chart)))))
    weekly = simulate(scenario, chart, workers=1).weekly
    assert list(table) == ["week", *NAMES]
    pd.testing.assert_frame_equal(table, weekly[["week", *NAMES]], rtol=1e-5, check_dtype=False)
