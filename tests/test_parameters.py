"""Parameters: what is declared of each, and what is refused."""

import copy
import math
import pickle
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import EmpowerSimError, ParameterError
from empowersim.parameters import DECLARATIONS, LEVERS, Parameters
from strategies import parameters

# Typed from the model's description, by hand.
DEFAULTS = {
    # Levers, and when the change begins
    "mandate": 0.8, "collaborator_share": 0.5, "coaching": 0.5, "training": 0.5,
    "control_reward": 0.5, "upward_accountability": 0, "start": 8, "ramp": 26,
    # The start: normal with mean and standard deviation, uniform between bounds
    "root_autonomy": 1,
    "initial_autonomy": 0.2, "initial_autonomy_sd": 0.05,
    "initial_responsibility": 0.2, "initial_responsibility_sd": 0.05,
    "initial_trust": 0.5, "initial_trust_sd": 0.1,
    "initial_strain": 0.08, "initial_strain_sd": 0.03,
    "initial_appreciation": 0.46, "initial_appreciation_sd": 0.16,
    "initial_control_habit": 0.8, "initial_control_habit_sd": 0.1,
    "initial_assurance": 0.82, "initial_assurance_sd": 0.08,
    "readiness_low": 0.13, "readiness_high": 0.63,
    "disposition_low": 0, "disposition_high": 0.66,
    # load = (1 - a) + a (.6 - .4 r); S(x) = .5 + .5 x / √(1.7 + x²)
    "capacity": 4, "support_load": 0.6, "initiative_relief": 0.4, "choice_spread": 1.7,
    # Letting go
    "b_manager": 2.0, "w_mandate": 2.0, "w_trust": 3.0, "w_overload": 1.0, "w_cascade": 1.0,
    "w_habit": 2.0, "w_insecurity": 3.5, "w_reward": 1.0,
    "neutral_trust": 0.5, "neutral_autonomy": 0.5, "pace": 0.12, "regain": 2,
    # Taking on
    "b_collaborator": -3.2, "w_room": 2.0, "w_share": 2.5, "w_drive": 3.0, "w_peers": 1.5,
    "w_support": 1.0, "w_strain": 4.0,
    # Success: directed .30 + .55 A (1 - .4 x) + .1 k - .1 x
    "directed_success": 0.30, "directed_attention": 0.55, "directed_dilution": 0.4,
    "directed_readiness": 0.1, "directed_complexity": 0.1,
    # adrift .45 + .40 k - .45 x; overburdened + .2 A
    "alone_success": 0.45, "alone_readiness": 0.40, "alone_complexity": 0.45,
    "overburdened_attention": 0.2,
    # partnership .50 + .45 k - .45 x + .20 f A - .3 s
    "partnership_success": 0.50, "partnership_readiness": 0.45, "partnership_complexity": 0.45,
    "partnership_support": 0.20, "partnership_strain": 0.3,
    # Trust: g = 1 / .2 / .5, l = .4 / 1 / .7 for partnership / adrift / overburdened
    "trust_gain": 0.06, "trust_loss": 0.12,
    "adrift_trust_gain": 0.2, "overburdened_trust_gain": 0.5,
    "partnership_trust_loss": 0.4, "overburdened_trust_loss": 0.7, "trust_drift": 0.02,
    # Readiness: learning (.4 + .6 f)(.9 - k); .4 learning; -.1 learning
    "learning": 0.03, "learning_alone": 0.4, "learning_facilitated": 0.6,
    "overburdened_learning": 0.4, "unlearning": 0.1, "train_rate": 0.012,
    "readiness_ceiling": 0.9,
    # Strain: 1.2 stress + 1.3 (λm)² (1.2 - k)(1 - .4 f A); stress (1 - .6 f A), .8, .3 drive
    "strain_rate": 0.10, "stress_weight": 1.2, "stress_relief": 0.6, "overburdened_stress": 0.8,
    "directed_stress": 0.3, "effort_collaborator": 1.3, "effort_reach": 1.2, "effort_relief": 0.4,
    # Willingness: ½ experience + ½ disposition - ½ strain + .2 (appreciation - .45)
    "will_rate": 0.05, "will_experience": 0.5, "will_disposition": 0.5, "will_strain": 0.5,
    "will_appreciation": 0.2, "neutral_appreciation": 0.45, "experience_success": 1,
    "experience_failure": 0.3, "experience_overburdened": 0, "directed_frustration": 0.3,
    # Appreciation: .05 + .45 f A + .45 (1 - |a - drive|) - .4 strain
    "appreciation_rate": 0.08, "appreciation_base": 0.05, "appreciation_support": 0.45,
    "appreciation_fit": 0.45, "appreciation_strain": 0.4,
    # Taking stock: signs ½ + ½ appreciation; ½ ν d q; .6 coaching; peers 15 %
    "sign_base": 0.5, "sign_appreciation": 0.5, "upward_thanks": 0.5, "assurance_rate": 0.10,
    "coaching_assurance": 0.6, "effort_manager": 0.35, "peer_assurance": 0.15,
    "habit_rate": 0.02, "relapse": 0.4, "practice": 0.6, "coached_practice": 2.0,
    # Leaving, and the regimes
    "turnover": 0.002, "turnover_strain": 0.02, "regime_threshold": 0.5,
}  # fmt: skip

RATES_PER_WEEK = {
    "pace", "trust_gain", "trust_loss", "trust_drift", "learning", "train_rate", "strain_rate",
    "will_rate", "appreciation_rate", "assurance_rate", "habit_rate", "turnover",
    "turnover_strain",
}  # fmt: skip


# --- What is declared -------------------------------------------------------------------------


def test_every_parameter_has_the_default_of_the_description():
    assert {name: known.default for name, known in DECLARATIONS.items()} == DEFAULTS
    defaults = Parameters()
    assert {name: getattr(defaults, name) for name in DECLARATIONS} == DEFAULTS


@pytest.mark.parametrize("name", DECLARATIONS)
def test_every_parameter_is_fully_declared(name):
    known = DECLARATIONS[name]
    assert known.low <= known.default <= known.high
    assert known.low < known.high
    weeks = {"start", "ramp"}
    assert known.unit == ("1/week" if name in RATES_PER_WEEK else "week" if name in weeks else "1")
    for words in (known.label_en, known.label_fr, known.meaning, known.source):
        assert words == words.strip() != ""


def test_labels_tell_the_parameters_apart():
    for language in ("label_en", "label_fr"):
        labels = [getattr(known, language) for known in DECLARATIONS.values()]
        assert len(set(labels)) == len(labels)


def test_levers_are_the_six_that_a_company_can_move():
    assert tuple(DEFAULTS)[:6] == LEVERS
    for lever in LEVERS:
        assert (DECLARATIONS[lever].low, DECLARATIONS[lever].high) == (0, 1)


def test_declarations_cannot_be_changed():
    with pytest.raises(TypeError):
        DECLARATIONS["mandate"] = DECLARATIONS["coaching"]
    with pytest.raises(FrozenInstanceError):
        DECLARATIONS["mandate"].high = 2


# --- What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECLARATIONS)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(name):
    known = DECLARATIONS[name]
    for end, beyond in ((known.low, -np.inf), (known.high, np.inf)):
        changes = {name: end}
        for low, high in (
            ("readiness_low", "readiness_high"),
            ("disposition_low", "disposition_high"),
        ):
            if name in (low, high):
                changes = {low: end, high: end}
        assert getattr(Parameters(**changes), name) == end
        for outside in (np.nextafter(end, beyond), beyond):
            with pytest.raises(ParameterError) as refused:
                Parameters(**{name: outside})
            for said in (f"{name} = ", f"[{known.low:g}, {known.high:g}]"):
                assert said in str(refused.value)


@pytest.mark.parametrize(
    "value", [math.nan, True, np.True_, "0.5", None, 0.5 + 0j, [0.5], np.array([0.5])]
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(
        ParameterError, match=r"coaching = .* is not a number; give one in \[0, 1\]"
    ):
        Parameters(coaching=value)


@pytest.mark.parametrize("value", [10**400, -(10**400), Fraction(10**400)])
def test_numbers_too_large_for_a_float_are_refused_like_others(value):
    with pytest.raises(ParameterError, match=r"coaching = -?10{70,}… is outside .0, 1."):
        Parameters(coaching=value)


@pytest.mark.parametrize(
    "value", [1, np.int8(1), np.float32(0.25), np.float64(0.25), Fraction(1, 4)]
)
def test_any_real_number_becomes_a_float(value):
    held = Parameters(coaching=value).coaching
    assert type(held) is float
    assert held == value


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("mandat", "mandate"),
        ("w_trusts", "w_trust"),
        ("Coaching", "coaching"),
        ("inital_trust", "initial_trust"),
    ],
)
def test_an_unknown_name_gives_the_nearest(name, nearest):
    for make in (lambda: Parameters(**{name: 0.5}), lambda: Parameters().with_changes({name: 0.5})):
        with pytest.raises(ParameterError, match=f"{name!r}; did you mean {nearest}"):
            make()


def test_a_name_like_no_other_says_where_they_are_listed():
    with pytest.raises(ParameterError) as refused:
        Parameters(xyzzy=1)
    assert str(refused.value) == "no parameter is called 'xyzzy' (see: empowersim parameters)"


@pytest.mark.parametrize("quantity", ["readiness", "disposition"])
def test_bounds_must_not_cross(quantity):
    with pytest.raises(ParameterError, match=rf"{quantity}_low = 0\.6 is above .*_high = 0\.4"):
        Parameters(**{f"{quantity}_low": 0.6, f"{quantity}_high": 0.4})


def test_values_are_given_by_name_only():
    with pytest.raises(TypeError):
        Parameters(0.5)


def test_refusals_can_be_caught_as_the_projects_own_or_as_value_errors():
    assert issubclass(ParameterError, EmpowerSimError)
    assert issubclass(ParameterError, ValueError)


# --- What can be done with them ---------------------------------------------------------------


def test_parameters_are_frozen():
    p = Parameters()
    with pytest.raises(FrozenInstanceError):
        p.mandate = 0.1
    with pytest.raises(FrozenInstanceError):
        del p.mandate


@given(parameters())
def test_parameters_survive_pickling_and_copying(p):
    assert pickle.loads(pickle.dumps(p)) == p  # noqa: S301 (our own)
    assert copy.deepcopy(p) == p
    assert hash(copy.deepcopy(p)) == hash(p)


@given(parameters(), st.floats(0, 1))
def test_with_changes_changes_these_only(p, value):
    changed = p.with_changes({"coaching": value, "pace": 0.25})
    before = {name: getattr(p, name) for name in DECLARATIONS}
    after = {name: getattr(changed, name) for name in DECLARATIONS}
    assert after == before | {"coaching": value, "pace": 0.25}
    assert changed.with_changes({name: before[name] for name in ("coaching", "pace")}) == p


def test_changes_are_checked_like_new_ones():
    with pytest.raises(ParameterError, match=r"coaching = 1\.5 is outside"):
        Parameters().with_changes({"coaching": 1.5})
    with pytest.raises(ParameterError, match=r"readiness_low = 0\.7 is above"):
        Parameters().with_changes({"readiness_low": 0.7})


class Odd:
    """Shows itself on two lines."""

    def __repr__(self):
        return "odd\nobject"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Odd(), "odd object"), ("a" * 5000, "'aaa"), (object(), "a object"), (np.eye(2), "array")],
)
def test_a_value_is_shown_on_one_short_line(value, shown):
    with pytest.raises(ParameterError) as caught:
        Parameters(coaching=value)
    assert f"coaching = {shown}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 200


def test_a_whole_number_of_more_digits_than_python_writes():
    with pytest.raises(ParameterError, match="coaching = a int is outside"):
        Parameters(coaching=10**5000)
