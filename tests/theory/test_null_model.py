"""With everything switched off nothing moves, and one thing switched on moves as by hand."""

import numpy as np
import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced
from empowersim.parameters import DECLARATIONS
from empowersim.simulation import STATES

from .still import NO_RATE, NO_WEIGHT, alike, always

WEEKS = 40
T = np.arange(WEEKS + 1)


def lived(p, state, weeks=WEEKS):
    """A state of everyone who has it, week by week, (weeks + 1, people)."""
    table = simulate(p, balanced(4, 2), weeks=weeks, record="people", seed=1).people
    by_week = table[state].to_numpy().reshape(weeks + 1, -1)
    return by_week[:, ~np.isnan(by_week[0])]


def differs(lived, expected):
    """How far a state is from what is expected of it, at most."""
    return np.abs(lived - expected).max()


def approach(start, target, rate):
    """The way from a start to a target, a share of it each week: (weeks + 1,) or with people."""
    left = (1 - rate) ** T
    return target + left[:, np.newaxis] * (np.atleast_1d(start) - target)


EXACT = 1e-12


def test_without_rates_nothing_moves():
    table = simulate(Parameters(**NO_RATE), balanced(4, 2), weeks=WEEKS, record="people").people
    begun = table[table["week"] == 0]
    assert len(begun) == 21
    for week in (1, WEEKS):
        now = table[table["week"] == week]
        assert np.array_equal(now[list(STATES)], begun[list(STATES)], equal_nan=True)
    assert begun["trust"].nunique() == 20


def test_the_list_of_rates_is_complete():
    known = {name for name, each in DECLARATIONS.items() if each.unit == "1/week"}
    assert set(NO_RATE) == known
    assert set(NO_WEIGHT) == {name for name in DECLARATIONS if name.startswith("w_")}


# --- Letting go and taking on, moved by their biases alone ------------------------------------


def inclination(bias, p):
    return 0.5 + 0.5 * bias / (p.choice_spread + bias**2) ** 0.5


@pytest.mark.parametrize("bias", [-1.5, 0.0, 1.5])
def test_autonomy_approaches_the_inclination(bias):
    """From below at its pace, from above at the pace of taking back."""
    p = Parameters(**NO_RATE | NO_WEIGHT | {"pace": 0.1, "regain": 2.5, "b_manager": bias})
    p = p.with_changes({"initial_autonomy": 0.5, "initial_autonomy_sd": 0.3})
    autonomy, target = lived(p, "autonomy"), inclination(bias, p)
    falling = autonomy[0] > target
    assert 0 < falling.sum() < 20
    expected = np.where(
        falling, approach(autonomy[0], target, 0.25), approach(autonomy[0], target, 0.1)
    )
    assert differs(autonomy, expected) < EXACT
    wrong = np.where(
        falling, approach(autonomy[0], target, 0.2499), approach(autonomy[0], target, 0.1)
    )
    assert differs(autonomy, wrong) > EXACT


def test_responsibility_approaches_the_inclination():
    p = Parameters(**NO_RATE | NO_WEIGHT | {"pace": 0.1, "b_collaborator": -0.7})
    responsibility = lived(p, "responsibility")
    expected = approach(responsibility[0], inclination(-0.7, p), 0.1)
    assert differs(responsibility, expected) < EXACT


@pytest.mark.parametrize(
    ("weight", "utility"),
    [
        ("w_mandate", 1.5 * 0.8),
        ("w_trust", 1.5 * (0.7 - 0.5)),
        ("w_overload", 1.5 * (1 - 2 / 4)),
        ("w_cascade", 1.5 * (1 - 0.5)),
        ("w_habit", -1.5 * 0.6),
        ("w_insecurity", -1.5 * (1 - 0.55)),
        ("w_reward", -1.5 * 0.5),
    ],
)
def test_each_reason_alone_moves_autonomy_where_it_should(weight, utility):
    """In the first week, under a head with all autonomy whose team needs twice his attention."""
    begun = alike(trust=0.7, control_habit=0.6, assurance=0.55, autonomy=0.0)
    only = {weight: 1.5, "b_manager": 0, "start": 0, "ramp": 1, "capacity": 2, "pace": 0.2}
    p = Parameters(**NO_RATE | NO_WEIGHT | begun | only)
    autonomy = lived(p, "autonomy", weeks=1)[:, :4]
    assert autonomy[1] == pytest.approx(0.2 * inclination(utility, p), abs=EXACT)


# --- Trust ------------------------------------------------------------------------------------


def test_untried_trust_drifts_to_neutral():
    p = always("directed", trust_drift=0.02, neutral_trust=0.6)
    trust = lived(p, "trust")
    assert differs(trust, approach(trust[0], 0.6, 0.02)) < EXACT
    for wrong in (approach(trust[0], 0.6, 0.0201), approach(trust[0], 0.5999, 0.02)):
        assert differs(trust, wrong) > EXACT


NEVER_FAILS = {"partnership_success": 1, "partnership_complexity": 0, "partnership_strain": 0}
ALWAYS_FAILS = {"partnership_success": 0, "partnership_readiness": 0, "partnership_support": 0}


def test_trust_is_won_by_partners_who_never_fail():
    trust = lived(always("partnership", trust_gain=0.06, **NEVER_FAILS), "trust")
    assert differs(trust, approach(trust[0], 1, 0.06)) < EXACT


def test_trust_is_lost_by_partners_who_always_fail():
    trust = lived(always("partnership", trust_loss=0.12, **ALWAYS_FAILS), "trust")
    assert differs(trust, approach(trust[0], 0, 0.4 * 0.12)) < EXACT


# --- Readiness, strain, willingness, appreciation -----------------------------------------------


def test_partners_learn_at_the_pace_of_facilitation():
    p = always("partnership", learning=0.03, **alike(control_habit=0.25))
    readiness = lived(p, "readiness")
    expected = approach(readiness[0], 0.9, 0.03 * (0.4 + 0.6 * 0.75))
    assert differs(readiness, expected) < EXACT


def test_the_directed_unlearn():
    readiness = lived(always("directed", learning=0.03), "readiness")
    assert differs(readiness, approach(readiness[0], 0, 0.003)) < EXACT


def test_training_begins_with_the_change():
    p = always("adrift", train_rate=0.012, training=0.5, start=10)
    readiness = lived(p, "readiness")
    late = approach(readiness[0], 0.9, 0.006)
    expected = np.concatenate([np.repeat(readiness[:1], 10, axis=0), late[1 : WEEKS - 8]])
    assert differs(readiness, expected) < EXACT


def test_those_who_carry_the_change_alone_are_strained_by_it():
    readiness_of_all = {"readiness_low": 0.5, "readiness_high": 0.5}
    carry = {"start": 0, "ramp": 1, "collaborator_share": 1, "mandate": 0.8}
    unsupported = alike(control_habit=1.0)
    p = always("adrift", strain_rate=0.1, **carry, **readiness_of_all, **unsupported)
    strain = lived(p, "strain")
    assert differs(strain, approach(strain[0], 1.3 * 0.8**2 * (1.2 - 0.5), 0.1)) < EXACT


def test_the_adrift_become_as_willing_as_they_are():
    p = always("adrift", will_rate=0.05, **alike(strain=0.0, appreciation=0.45))
    p = p.with_changes({"disposition_low": 0.1, "disposition_high": 0.6})
    willingness = lived(p, "willingness")
    assert differs(willingness, np.repeat(willingness[:1], WEEKS + 1, axis=0)) < EXACT
    strained = always("adrift", will_rate=0.05, **alike(strain=0.1, appreciation=0.55))
    strained = strained.with_changes({"disposition_low": 0.1, "disposition_high": 0.6})
    willingness = lived(strained, "willingness")
    target = willingness[0] - 0.5 * 0.1 + 0.2 * 0.1
    assert differs(willingness, approach(willingness[0], target, 0.05)) < EXACT


def test_appreciation_of_an_attentive_facilitator():
    """Full attention: four autonomous collaborators who wait are a load of 2.4."""
    person = {"readiness_low": 0.64, "readiness_high": 0.64}
    person |= {"disposition_low": 0.25, "disposition_high": 0.25}
    p = always("adrift", appreciation_rate=0.08, **person, **alike(control_habit=0.2, strain=0.1))
    appreciation = lived(p, "appreciation")
    target = 0.05 + 0.45 * 0.8 + 0.45 * (1 - (1 - 0.4)) - 0.4 * 0.1
    assert differs(appreciation, approach(appreciation[0], target, 0.08)) < EXACT


# --- Managers ---------------------------------------------------------------------------------


def test_assurance_of_managers_who_keep_control():
    """Useful by control; coached, they have nothing to make good; peers feel the same."""
    p = always("directed", assurance_rate=0.1, mandate=0.0, **alike(assurance=0.4))
    assurance = lived(p, "assurance")
    head_alone = assurance[:, :1]
    assert differs(head_alone, approach([0.4], 1.0, 0.1)) < EXACT
    # A mean of equal peers is one's own: it weighs 15 % of the target.
    assert differs(assurance[:, 1:], approach(assurance[0, 1:], 1.0, 0.1 * 0.85)) < EXACT


def test_assurance_of_managers_who_let_go_without_any_sign():
    p = always("adrift", assurance_rate=0.1, coaching=0.5, start=0, **alike(control_habit=0.0))
    head = lived(p, "assurance")[:, :1]
    assert differs(head, approach(head[0], 0.6 * 0.5, 0.1)) < EXACT


def test_habit_of_managers_who_keep_control():
    p = always("directed", habit_rate=0.02, mandate=0.0, control_reward=0.5)
    habit = lived(p, "control_habit")
    assert differs(habit, approach(habit[0], 1.0, 0.02 * (0.4 + 0.5))) < EXACT


def test_habit_of_managers_who_let_go():
    p = always("adrift", habit_rate=0.02, mandate=0.0)
    habit = lived(p, "control_habit")
    assert differs(habit, approach(habit[0], 0.0, 0.02 * 0.6)) < EXACT


def test_habit_of_coached_managers_who_carry_the_change():
    carry = {"start": 0, "ramp": 1, "collaborator_share": 0.25, "mandate": 0.8, "coaching": 0.5}
    habit = lived(always("adrift", habit_rate=0.02, **carry), "control_habit")
    undone = 0.02 * (0.6 + 2.0 * 0.5 * 0.75 * 0.8)
    assert differs(habit, approach(habit[0], 0.0, undone)) < EXACT
