"""Parameters and charts at their ends: what must happen by the equations happens."""

import numpy as np
import pandas as pd
import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced
from empowersim.outcomes import NAMES
from empowersim.parameters import LEVERS
from empowersim.simulation import STATES
from small_charts import CHARTS

from .still import NO_RATE, NO_WEIGHT, alike

CHART = balanced(4, 2)


def lived(p, chart=CHART, weeks=40, seed=5):
    """Everyone's states, week by week."""
    how = {"weeks": weeks, "seed": seed, "replicates": 2, "workers": 1}
    return simulate(p, chart, record="people", **how).people[["week", "person", *STATES]]


def same(one, other):
    """Whether two lives are the same to the last bit."""
    return one.equals(other)


# --- Levers -----------------------------------------------------------------------------------


def test_where_nothing_is_asked_nobody_carries_anything():
    """Without a mandate, who carries it and how fast it comes are empty questions."""
    nothing = Parameters(mandate=0, collaborator_share=0.2, ramp=5)
    assert same(lived(nothing), lived(nothing.with_changes({"collaborator_share": 1, "ramp": 50})))
    something = nothing.with_changes({"mandate": 0.01, "start": 0})
    assert not same(
        lived(something), lived(something.with_changes({"collaborator_share": 1, "ramp": 50}))
    )


def test_before_the_start_no_effort_is_of_any_effect():
    """But for what managers answer for, which does not wait for the change."""
    late = dict.fromkeys(("mandate", "collaborator_share", "coaching", "training"), 1.0)
    waiting = Parameters(start=41)
    assert same(lived(waiting), lived(waiting.with_changes(late)))
    begun = Parameters(start=40)
    assert not same(lived(begun), lived(begun.with_changes(late)))


def test_who_answers_to_his_team_wholly_is_not_moved_by_rewards():
    wholly = {"upward_accountability": 1.0}
    with_rewards, without = (lived(Parameters(**wholly, control_reward=r)) for r in (1, 0))
    assert same(with_rewards, without)
    nearly = {"upward_accountability": 0.999}
    with_rewards, without = (lived(Parameters(**nearly, control_reward=r)) for r in (1, 0))
    assert not same(with_rewards, without)


def test_who_carries_all_leaves_nothing_to_the_other():
    """With all on the collaborators, neither coached practice nor managers' effort counts."""
    all_on_them = Parameters(collaborator_share=1, start=0)
    idle = {"coached_practice": 0, "effort_manager": 5}
    assert same(lived(all_on_them), lived(all_on_them.with_changes(idle)))
    all_on_managers = Parameters(collaborator_share=0, start=0)
    idle = {"w_share": 0, "effort_collaborator": 5}
    assert same(lived(all_on_managers), lived(all_on_managers.with_changes(idle)))
    assert not same(lived(all_on_them), lived(all_on_them.with_changes(idle)))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_levers_at_an_end(value):
    """Everything at 1: training alone brings readiness within 1 % of its ceiling."""
    everything = dict.fromkeys(LEVERS, value)
    p = Parameters(**everything, start=1, train_rate=0.2, learning=0, turnover=0, turnover_strain=0)
    end = lived(p, weeks=60).query("week == 60")
    begun = lived(p, weeks=60).query("week == 0")
    missing = (0.9 - end["readiness"]) / (0.9 - begun["readiness"])
    assert np.allclose(missing.dropna(), (1 - 0.2 * value) ** 60, rtol=1e-9)


def test_everybody_leaves_every_week():
    p = Parameters(turnover=1, neutral_trust=0.3, neutral_appreciation=0.7)
    after = lived(p).query("week > 0")[["trust", "appreciation", "strain"]].dropna()
    assert (after == [0.3, 0.7, 0.0]).all(axis=None)
    people = lived(p).query("week > 0")
    assert people["willingness"].equals(people["disposition"])
    assert simulate(p, CHART, weeks=5).weekly["departures"].dropna().eq(1).all()


# --- Capacity ---------------------------------------------------------------------------------


def test_with_capacity_for_everyone_no_load_is_too_much():
    """Then neither overload nor what a load is made of moves anyone."""
    p = Parameters(capacity=1000)
    other = {"w_overload": 8, "support_load": 1, "initiative_relief": 0}
    assert same(lived(p), lived(p.with_changes(other)))
    tight = Parameters(capacity=3)
    assert not same(lived(tight), lived(tight.with_changes(other)))


def test_with_hardly_any_capacity_attention_is_shared_out():
    """One week, moved by overload alone: attention is capacity by load, 0.1 by 4."""
    begun = alike(autonomy=0.0)
    p = Parameters(**NO_RATE | NO_WEIGHT | begun | {"w_overload": 2, "b_manager": 0, "pace": 0.25})
    utility = 2 * (1 - 0.1 / 4)
    expected = 0.25 * (0.5 + 0.5 * utility / np.sqrt(1.7 + utility**2))
    after = (
        lived(p.with_changes({"capacity": 0.1}), weeks=1).query("week == 1")["autonomy"].dropna()
    )
    below_head = after[after < 1]
    assert len(below_head) == 2 * 20
    assert np.allclose(below_head, expected, rtol=1e-12)


# --- Charts -----------------------------------------------------------------------------------


def test_one_person_never_changes():
    people = lived(Parameters(turnover=1, **dict.fromkeys(LEVERS, 1)), CHARTS["alone"])
    assert people[list(STATES)].isna().all(axis=None)
    weekly = simulate(Parameters(), CHARTS["alone"], weeks=3).weekly
    assert weekly[list(NAMES)].isna().all(axis=None)


def test_two_people_have_neither_peers_nor_teammates():
    """Peers' assurance is of no effect; his teammates' example is his own."""
    p = Parameters()
    for chart, of_effect in (("pair", False), ("balanced", True)):
        alone, held = (lived(p.with_changes({"peer_assurance": w}), CHARTS[chart]) for w in (0, 1))
        assert same(alone, held) != of_effect
    begun = alike(responsibility=0.3)
    only = {"w_peers": 3, "b_collaborator": -1, "pace": 0.2}
    p = Parameters(**NO_RATE | NO_WEIGHT | begun | only)
    found = lived(p, CHARTS["pair"]).query("person == 'bob'")["responsibility"].to_numpy()[:41]
    expected = [0.3]
    for _ in range(40):
        utility = 3 * expected[-1] - 1
        inclination = 0.5 + 0.5 * utility / np.sqrt(1.7 + utility**2)
        expected.append(expected[-1] + 0.2 * (inclination - expected[-1]))
    assert np.allclose(found, expected, rtol=1e-12)


def test_autonomy_is_handed_down_a_chain_of_200():
    """At rest, each has what his manager's own autonomy inclines that manager to leave him."""
    alone = {"w_cascade": 6, "b_manager": 0.1, "pace": 0.25, "regain": 1}
    p = Parameters(**NO_RATE | NO_WEIGHT | alone)
    chain = balanced(1, 199)
    weeks = 2000
    table = simulate(p, chain, weeks=weeks, record="final", by_level=True, workers=1).final
    assert len(table) == 200
    expected = [1.0]
    for _ in range(199):
        utility = 0.1 + 6 * (expected[-1] - 0.5)
        expected.append(0.5 + 0.5 * utility / np.sqrt(1.7 + utility**2))
    found = table["autonomy"].to_numpy()[1:]
    assert np.allclose(found, expected[1:], rtol=1e-9)
    # The room shrinks on the way down, but not to nothing.
    assert found[0] > found[1] > found[-1] > 0.5
    other = (
        simulate(
            p.with_changes({"root_autonomy": 0.0}),
            chain,
            weeks=weeks,
            record="final",
            by_level=True,
        )
        .final["autonomy"]
        .to_numpy()[1:]
    )
    assert other[-1] < 0.5


def test_a_long_chain_lives_like_any_other_chart():
    table = simulate(Parameters(), balanced(1, 199), weeks=30, replicates=2, workers=1).weekly
    assert isinstance(table, pd.DataFrame)
    assert table.drop(columns=["output", "departures"]).notna().all(axis=None)
