"""How the lab begins, what it takes from other modes, and the table that it gives away."""

import io

import pandas as pd
import pytest

from empowersim import scenarios
from empowersim.app import session
from empowersim.app.lab import mode as lab
from empowersim.app.lab.life import Organisation, live
from empowersim.app.lab.mode import measures_table
from empowersim.app.lab.policy import History, Trial
from empowersim.app.session import Run
from empowersim.org_chart import balanced
from empowersim.outcomes import NAMES
from empowersim.simulation import simulate

REACTIVES = ("history", "organisation", "grown_from", "week", "chosen", "shown", "seen", "wrong")


@pytest.fixture(autouse=True)
def anew():
    first = History(Trial(scenarios.named("carry-it-together")))
    values = (first, None, "", 0, -1, None, None, "")
    for name, value in zip(REACTIVES, values, strict=True):
        getattr(lab, name).set(value)
    session.own_chart.set(None)
    session.asked_for.set(None)


def people():
    return lab.organisation.value.people.n_people


def test_it_begins_with_the_sample():
    lab._open(None)
    assert people() == 241


def test_an_own_chart_goes_before_the_sample_and_keeps_the_policy():
    lab._open(None)
    lab._move("coaching", 0.9)
    session.own_chart.set(balanced(3, 2))
    lab._open(None)
    assert people() == 13
    assert lab.history.value.now.policy.parameters.coaching == 0.9
    before = lab.organisation.value
    lab._open(None)
    assert lab.organisation.value is before


def test_a_run_that_is_asked_for_is_taken_once():
    lab._open(None)
    chart = balanced(2, 2)
    scenario = scenarios.named("just-let-go").with_changes({"w_trust": 2.0})
    session.asked_for.set(Run(scenario, chart, seed=4, replicate=9))
    lab._take_what_is_asked_for()
    assert session.asked_for.value is None
    assert lab.organisation.value.is_same(Organisation.of(chart, 4, 9))
    assert lab.history.value.now.policy == scenario


def test_a_hostile_link_says_why_and_begins_all_the_same():
    lab._open("scenario=nonsense")
    assert lab.wrong.value.startswith("no scenario is called")
    assert people() == 241
    lab._move("coaching", 0.9)
    assert lab.wrong.value == ""


def test_levers_act_where_the_clock_stands():
    lab._open(None)
    lab.week.set(30)
    lab._move("coaching", 0.1)
    assert [each.week for each in lab.history.value.now.policy.interventions] == [31]
    lab._undo()
    assert lab.history.value.now.policy.interventions == ()
    lab._redo()
    assert lab.history.value.now.policy.interventions
    lab.week.set(156)
    lab._move("coaching", 0.2)
    assert lab.history.value.now.policy.interventions[-1].week == 156


def test_the_table_is_that_of_the_run():
    chart, scenario = balanced(3, 2), scenarios.named("apec")
    table = pd.read_csv(io.StringIO(measures_table(live(scenario, Organisation.of(chart)))))
    weekly = simulate(scenario, chart, workers=1).weekly
    assert list(table) == ["week", *NAMES]
    pd.testing.assert_frame_equal(table, weekly[["week", *NAMES]], rtol=1e-5, check_dtype=False)
