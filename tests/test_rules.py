"""Laws that the rules obey whatever the parameters and whatever the state."""

from functools import partial
from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx  # noqa: PT013 (reads as mathematics)

from empowersim import rules
from empowersim.outcomes import regime
from strategies import indicators, parameters, shares

ROUNDING = 1e-12
anything = parameters()
utilities = st.floats(-60, 60)
DIRECTED, OVERBURDENED, ADRIFT, PARTNERSHIP = (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)
ENCOUNTERS = (DIRECTED, OVERBURDENED, ADRIFT, PARTNERSHIP)

NOT_SHARES = {
    "utility": utilities,
    "team_load": st.floats(-5, 100),
    "week": st.floats(0, 300),
    "delay": st.floats(0, 100),
    **dict.fromkeys(("left", "took", "succeeded", "coached", "trained"), indicators),
}
"""What a rule's argument may be, by its name, where it is no share."""


def arguments_of(rule):
    names = [name for name in signature(rule).parameters if name != "p"]
    return st.fixed_dictionaries({name: NOT_SHARES.get(name, shares) for name in names})


def lets_go(asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p):
    return rules.utility_of_letting_go(
        rules.letting_go(
            asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p
        )
    )


def takes_on(autonomy, carried, own_drive, peers_responsibility, support, strain, p):
    return rules.utility_of_taking_on(
        rules.taking_on(autonomy, carried, own_drive, peers_responsibility, support, strain, p)
    )


def newcomers_readiness(luck, p):
    return rules.uniform_between(p.readiness_low, p.readiness_high, luck)


def initial_trust(luck, p):
    return rules.normal_clipped(p.initial_trust, p.initial_trust_sd, 12 * luck - 6)


# --- Shares stay shares -----------------------------------------------------------------------

SHARES = (
    rules.intensity,
    rules.attention,
    rules.choice,
    rules.autonomy_after,
    rules.responsibility_after,
    rules.success_probability,
    rules.trust_after,
    rules.readiness_after,
    rules.strain_after,
    rules.willingness_after,
    rules.appreciation_after,
    rules.usefulness,
    rules.assurance_after,
    rules.control_habit_after,
    newcomers_readiness,
    initial_trust,
)


@pytest.mark.parametrize("rule", SHARES)
def test_states_and_chances_stay_in_0_to_1(rule):
    @given(arguments_of(rule), anything)
    def check(arguments, p):
        assert 0.0 <= rule(**arguments, p=p) <= 1.0

    check()


# --- More of this never lowers that -----------------------------------------------------------

UP, DOWN = 1, -1
ANY = None
LAWS = [
    (lets_go, ANY, {"asked": UP, "trust": UP, "own_autonomy": UP, "assurance": UP}),
    (lets_go, ANY, {"control_habit": DOWN, "attention_given": DOWN}),
    (takes_on, ANY, {"autonomy": UP, "carried": UP, "own_drive": UP, "peers_responsibility": UP}),
    (takes_on, ANY, {"support": UP, "strain": DOWN}),
    (rules.choice, ANY, {"utility": UP}),
    (rules.autonomy_after, ANY, {"utility": UP}),
    (rules.responsibility_after, ANY, {"utility": UP}),
    (rules.intensity, ANY, {"week": UP, "delay": DOWN}),
    (rules.under_way, ANY, {"week": UP, "delay": DOWN}),
    (rules.load, ANY, {"autonomy": DOWN, "responsibility": DOWN}),
    (rules.attention, ANY, {"team_load": DOWN}),
    (rules.drive, ANY, {"readiness": UP, "willingness": UP}),
    (rules.success_probability, ANY, {"readiness": UP, "complexity": DOWN}),
    (rules.success_probability, ANY, {"attention_given": UP, "support": UP, "strain": DOWN}),
    (rules.trust_after, OVERBURDENED, {"succeeded": UP}),
    (rules.trust_after, ADRIFT, {"succeeded": UP}),
    (rules.trust_after, PARTNERSHIP, {"succeeded": UP}),
    (rules.strain_after, ANY, {"complexity": UP, "readiness": DOWN, "own_drive": UP}),
    (rules.strain_after, ANY, {"support": DOWN, "carried": UP}),
    (rules.willingness_after, ANY, {"disposition": UP, "strain": DOWN, "appreciation": UP}),
    (rules.willingness_after, DIRECTED, {"own_drive": DOWN}),
    (rules.appreciation_after, ANY, {"support": UP, "strain": DOWN}),
    (rules.sign, ANY, {"appreciation": UP}),
    (rules.usefulness, ANY, {"signs": UP, "team_appreciation": UP}),
    (rules.assurance_after, ANY, {"useful": UP, "coached": UP, "peers_assurance": UP}),
    (rules.assurance_after, ANY, {"carried": DOWN, "control_habit": DOWN}),
    (rules.control_habit_after, ANY, {"let_go": DOWN, "coached": DOWN, "carried": DOWN}),
    (rules.leaving_probability, ANY, {"strain": UP}),
]


@pytest.mark.parametrize(("rule", "met", "laws"), LAWS)
def test_more_of_one_thing_moves_a_rule_one_way_only(rule, met, laws):
    takes_p = "p" in signature(rule).parameters

    @given(arguments_of(rule), arguments_of(rule), anything)
    def check(arguments, others, p):
        if met:
            arguments["left"], arguments["took"] = met
        fixed = partial(rule, p=p) if takes_p else rule
        for argument, direction in laws.items():
            less, more = sorted((arguments[argument], others[argument]))
            change = fixed(**arguments | {argument: more}) - fixed(**arguments | {argument: less})
            assert direction * change >= -ROUNDING, argument

    check()


@given(arguments_of(lets_go), shares, shares, anything)
def test_more_reward_for_control_never_raises_letting_go(arguments, one, other, p):
    less, more = (p.with_changes({"control_reward": each}) for each in sorted((one, other)))
    assert lets_go(**arguments, p=more) <= lets_go(**arguments, p=less)
    turned_over = {"upward_accountability": 1.0}
    assert lets_go(**arguments, p=more.with_changes(turned_over)) == lets_go(
        **arguments, p=less.with_changes(turned_over)
    )


@given(arguments_of(rules.control_habit_after), shares, shares, anything)
def test_more_reward_for_control_never_lowers_the_habit(arguments, one, other, p):
    less, more = (p.with_changes({"control_reward": each}) for each in sorted((one, other)))
    habits = [rules.control_habit_after(**arguments, p=each) for each in (less, more)]
    assert habits[0] <= habits[1] + ROUNDING


# --- Choices ----------------------------------------------------------------------------------


@given(utilities, anything)
def test_choice_is_symmetric_about_one_half(utility, p):
    assert rules.choice(0.0, p) == 0.5
    assert rules.choice(-utility, p) == approx(1 - rules.choice(utility, p), abs=ROUNDING)


@given(utilities, utilities, anything)
def test_choice_rises_strictly(one, other, p):
    less, more = sorted((one, other))
    if more - less > 1e-3:
        assert rules.choice(less, p) < rules.choice(more, p)


@given(shares, utilities, anything)
def test_control_is_taken_back_at_its_own_pace(autonomy, utility, p):
    wanted = rules.choice(utility, p)
    pace = p.pace * p.regain if wanted < autonomy else p.pace
    after = rules.autonomy_after(autonomy, utility, p)
    assert after - autonomy == approx(pace * (wanted - autonomy), abs=ROUNDING)


@given(shares, shares)
def test_drive_needs_both_readiness_and_willingness(one, other):
    assert rules.drive(one, 0.0) == rules.drive(0.0, other) == 0.0
    less, more = sorted((one, other))
    assert less - ROUNDING <= rules.drive(one, other) <= more + ROUNDING
    assert rules.drive(one, one) == approx(one)


@given(st.floats(0, 100), st.integers(0, 50), st.integers(0, 50), anything)
def test_the_change_begins_with_the_start_and_is_whole_after_the_ramp(weeks, late, start, p):
    p = p.with_changes({"start": start})
    first = start + late
    assert rules.intensity(first, late, p) == 0.0
    assert rules.intensity(first + p.ramp / 2, late, p) == approx(p.mandate / 2)
    assert rules.intensity(first + 1.001 * p.ramp + weeks, late, p) == p.mandate
    assert rules.under_way(first + weeks, late, p) == 1.0
    assert rules.under_way(first - 1, late, p) == 0.0


@given(shares, anything)
def test_both_sides_carry_the_whole_change(asked, p):
    both = rules.carried_by_collaborators(asked, p) + rules.carried_by_managers(asked, p)
    assert both == approx(asked)


# --- Attention --------------------------------------------------------------------------------


@given(st.floats(-5, 1e4), anything)
def test_attention_given_is_within_the_capacity(load, p):
    attention = rules.attention(load, p)
    assert attention == 1.0 or attention * load == approx(p.capacity)
    assert (attention == 1.0) == (load <= p.capacity)


@given(anything)
def test_a_directed_collaborator_is_a_load_of_one(p):
    assert rules.load(0.0, 1.0, p) == 1.0
    assert rules.load(1.0, 0.0, p) == p.support_load
    assert rules.load(1.0, 1.0, p) == approx(p.support_load - p.initiative_relief)


# --- Encounters and what they do ---------------------------------------------------------------


def test_encounters_by_whether_it_was_left_and_taken():
    names = ("directed", "overburdened", "adrift", "partnership")
    assert [rules.by_encounter(*met, *names) for met in ENCOUNTERS] == list(names)


@given(shares, shares, anything)
def test_the_regime_is_the_encounter_that_is_likelier_than_not(autonomy, responsibility, p):
    now = regime(autonomy, responsibility, p)
    has_room, takes_on = (each >= p.regime_threshold for each in (autonomy, responsibility))
    expected = rules.by_encounter(
        has_room, takes_on, "directed", "overburdened", "adrift", "partnership"
    )
    assert {name for name, indicator in now._asdict().items() if indicator == 1.0} == {expected}
    assert sum(now) == 1.0


@given(anything)
def test_who_is_at_the_threshold_has_passed_it(p):
    at, below = p.regime_threshold, p.regime_threshold - 1e-9
    assert regime(at, at, p).partnership == 1.0
    assert regime(at, below, p).adrift == 1.0
    assert regime(below, at, p).overburdened == 1.0
    assert regime(below, below, p).directed == 1.0


@given(shares, shares)
def test_a_chance_happens_where_luck_is_below_it(chance, luck):
    assert rules.happens(chance, luck) == (luck < chance)
    assert rules.happens(0.0, luck) == 0.0


@given(arguments_of(rules.success_probability), shares, shares, anything)
def test_what_helps_success_depends_on_the_encounter(arguments, strain, help_given, p):
    """Strain and support count in partnership alone, attention where the manager acts too."""
    other = {"strain": strain, "support": help_given}
    for met in (DIRECTED, OVERBURDENED, ADRIFT):
        arguments["left"], arguments["took"] = met
        chance = rules.success_probability(**arguments, p=p)
        assert rules.success_probability(**arguments | other, p=p) == chance
    for met in (ADRIFT, PARTNERSHIP):
        arguments["left"], arguments["took"] = met
        chance = rules.success_probability(**arguments, p=p)
        assert (
            rules.success_probability(**arguments | {"attention_given": help_given}, p=p) == chance
        )


@given(shares, indicators, anything)
def test_untried_trust_drifts_to_neutral_whatever_happens(trust, succeeded, p):
    after = rules.trust_after(trust, *DIRECTED, succeeded, p)
    less, more = sorted((trust, p.neutral_trust))
    assert less - ROUNDING <= after <= more + ROUNDING
    assert after - trust == approx(p.trust_drift * (p.neutral_trust - trust), abs=ROUNDING)


@given(shares, st.sampled_from([OVERBURDENED, ADRIFT, PARTNERSHIP]), anything)
def test_success_builds_trust_and_failure_costs_it(trust, met, p):
    assert rules.trust_after(trust, *met, 0.0, p) <= trust <= rules.trust_after(trust, *met, 1.0, p)


@given(shares, shares, indicators, anything)
def test_readiness_is_lost_by_being_directed_and_kept_adrift(readiness, facilitation, trained, p):
    untrained = p.with_changes({"training": 0.0})
    directed = rules.readiness_after(readiness, *DIRECTED, facilitation, trained, untrained)
    assert directed <= readiness
    adrift = rules.readiness_after(readiness, *ADRIFT, facilitation, trained, untrained)
    assert adrift == readiness


@given(
    shares,
    st.sampled_from([OVERBURDENED, PARTNERSHIP]),
    st.tuples(shares, shares).map(sorted),
    anything,
)
def test_readiness_grows_by_doing_up_to_its_ceiling(readiness, met, facilitations, p):
    before = min(readiness, p.readiness_ceiling)
    less, more = (rules.readiness_after(before, *met, f, 0.0, p) for f in facilitations)
    assert before <= less <= more + ROUNDING
    learning_and_training = p.learning * (p.learning_alone + p.learning_facilitated)
    if learning_and_training <= 1:
        assert more <= p.readiness_ceiling + ROUNDING


@given(arguments_of(rules.strain_after), anything)
def test_only_those_who_carry_or_act_are_strained(arguments, p):
    arguments |= {"left": 1.0, "took": 0.0, "carried": 0.0}
    eased = rules.strain_after(**arguments, p=p)
    assert eased == approx((1 - p.strain_rate) * arguments["strain"], abs=ROUNDING)


@given(arguments_of(rules.appreciation_after), anything)
def test_appreciation_is_greatest_where_autonomy_fits_the_drive(arguments, p):
    fitting = arguments | {"autonomy": arguments["own_drive"]}
    assert (
        rules.appreciation_after(**fitting, p=p)
        >= rules.appreciation_after(**arguments, p=p) - ROUNDING
    )


@given(shares, anything)
def test_only_a_partner_gives_a_sign(appreciation, p):
    for met in (DIRECTED, OVERBURDENED, ADRIFT):
        assert rules.sign(*met, appreciation, p) == 0.0
    assert rules.sign(*PARTNERSHIP, 0.0, p) == p.sign_base


@given(shares, shares, anything)
def test_without_signs_or_upward_accountability_control_is_what_is_useful(let_go, liked, p):
    p = p.with_changes({"upward_accountability": 0.0})
    assert rules.usefulness(let_go, 0.0, liked, p) == 1.0 - let_go


@given(shares, anything)
def test_turnover_without_strain(strain, p):
    assert rules.leaving_probability(0.0, p) == p.turnover
    assert rules.leaving_probability(1.0, p) == p.turnover + p.turnover_strain


# --- Groups and arithmetic --------------------------------------------------------------------


@given(shares, st.lists(shares, min_size=1, max_size=9), anything)
def test_the_mean_of_the_others(own, others, p):
    share = rules.share_of_others(len(others) + 1)
    expected = approx(sum(others) / len(others), abs=ROUNDING)
    assert rules.mean_of_others(own + sum(others), own, share) == expected
    assert rules.weight_of_peers(share, p) == p.peer_assurance


@given(shares, st.sampled_from([0.0, 1.0]), anything)
def test_who_is_alone_follows_himself(own, count, p):
    share = rules.share_of_others(count)
    assert rules.mean_of_others(own, own, share) == own
    assert rules.weight_of_peers(share, p) == 0.0


@given(st.floats(allow_nan=False))
def test_clip_is_the_nearest_share(x):
    assert rules.clip(x) == min(max(x, 0.0), 1.0)


@given(shares, shares, shares)
def test_towards_goes_its_share_of_the_way(value, target, rate):
    assert rules.towards(value, target, 0.0) == value
    assert rules.towards(value, target, 1.0) == approx(target, abs=ROUNDING)
    way = rules.towards(value, target, rate) - value
    assert way == approx(rate * (target - value), abs=ROUNDING)


@given(shares, shares, shares)
def test_uniform_numbers_lie_between_their_bounds(one, other, luck):
    low, high = sorted((one, other))
    assert low <= rules.uniform_between(low, high, luck) <= high + ROUNDING
    assert rules.uniform_between(low, high, 0.5) == approx((low + high) / 2, abs=ROUNDING)
