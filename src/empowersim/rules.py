"""The science: what one week does to people and relations, as pure functions of numbers.

No rule keeps state, draws luck or knows the clock: values come in, values go out. `p` holds the
parameters (anything with their names as attributes). Indicators are 0.0 or 1.0; every share and
state is in [0, 1].

The Mesa agents call these functions as they stand, the ensemble engine compiles them, and both must
agree to the last bit. So a rule uses only + − × ÷ √ abs, comparisons and conditional expressions,
all of which IEEE 754 rounds exactly: no power, no `sum`, no transcendental function, no `if`
statement. Both arms of a conditional expression are numbers that are there already: a parameter
read in one arm alone keeps the loop from SIMD instructions where loads cannot be masked (AVX2).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from empowersim.parameters import Parameters


def clip(x: float) -> float:
    """`x` held within [0, 1]."""
    return 0.0 if x < 0.0 else (1.0 if x > 1.0 else x)


def towards(value: float, target: float, rate: float) -> float:
    """`value` moved towards `target` by the share `rate` of the way."""
    return value + rate * (target - value)


def choice(utility: float, p: Parameters) -> float:
    """Inclination in (0, 1) that a utility leads to: a heavy-tailed cousin of the logit."""
    return 0.5 + 0.5 * utility / math.sqrt(p.choice_spread + utility * utility)


def by_encounter(
    left: float,
    took: float,
    directed: float,
    overburdened: float,
    adrift: float,
    partnership: float,
) -> float:
    """The value that goes with the encounter: was the matter left to him, did he take it?"""
    return (
        (partnership if took > 0.5 else adrift)
        if left > 0.5
        else (overburdened if took > 0.5 else directed)
    )


# --- The change: who carries how much of it, and since when -----------------------------------


def intensity(week: float, delay: float, p: Parameters) -> float:
    """How much of the change is asked of a person in a week, who starts `delay` weeks late (C1)."""
    return p.mandate * clip((week - p.start - delay) / p.ramp)


def under_way(week: float, delay: float, p: Parameters) -> float:
    """Whether coaching and training have begun for a person who starts `delay` weeks late."""
    return 1.0 if week >= p.start + delay else 0.0


def carried_by_collaborators(asked: float, p: Parameters) -> float:
    """The collaborators' part of the change asked (C3)."""
    return p.collaborator_share * asked


def carried_by_managers(asked: float, p: Parameters) -> float:
    """The managers' part of the change asked (C3)."""
    return (1.0 - p.collaborator_share) * asked


# --- Attention --------------------------------------------------------------------------------


def load(autonomy: float, responsibility: float, p: Parameters) -> float:
    """What one collaborator takes of a manager's capacity: 1 directed, less autonomous (C6)."""
    return (1.0 - autonomy) + autonomy * (p.support_load - p.initiative_relief * responsibility)


def attention(team_load: float, p: Parameters) -> float:
    """Share of the attention needed that a manager can give to each of his team."""
    capacity = p.capacity
    return capacity / (team_load if team_load > capacity else capacity)


# --- Letting go -------------------------------------------------------------------------------


def facilitation(control_habit: float) -> float:
    """How far a manager facilitates rather than controls (C1)."""
    return 1.0 - control_habit


class LettingGo(NamedTuple):
    """The terms of a manager's utility of letting go; their sum is the utility."""

    bias: float
    mandate: float
    trust: float
    overload: float
    cascade: float
    habit: float
    insecurity: float
    reward: float


def letting_go(
    asked: float,
    trust: float,
    own_drive: float,  # noqa: ARG001 (by default trust decides; it is for rules of readiness)
    attention_given: float,
    own_autonomy: float,
    control_habit: float,
    assurance: float,
    p: Parameters,
) -> LettingGo:
    """Why a manager lets one collaborator decide, or does not (C1, C2).

    `own_drive` is the collaborator's; `own_autonomy` what the manager has himself from his own
    boss; `asked` the intensity of the change for him.
    """
    return LettingGo(
        p.b_manager,
        p.w_mandate * asked,
        p.w_trust * (trust - p.neutral_trust),
        p.w_overload * (1.0 - attention_given),
        p.w_cascade * (own_autonomy - p.neutral_autonomy),
        -(p.w_habit * control_habit),
        -(p.w_insecurity * (1.0 - assurance)),
        -(p.w_reward * p.control_reward * (1.0 - p.upward_accountability)),
    )


def utility_of_letting_go(t: LettingGo) -> float:
    """The sum of the terms, in a fixed order."""
    return t.bias + t.mandate + t.trust + t.overload + t.cascade + t.habit + t.insecurity + t.reward


def autonomy_after(autonomy: float, utility: float, p: Parameters) -> float:
    """Autonomy moved towards what the manager chooses: taken back faster than given."""
    target = choice(utility, p)
    given, taken_back = p.pace, p.pace * p.regain
    return towards(autonomy, target, taken_back if target < autonomy else given)


# --- Taking on --------------------------------------------------------------------------------


def drive(readiness: float, willingness: float) -> float:
    """Ready and willing: both are needed, hence the geometric mean (C7)."""
    return math.sqrt(readiness * willingness)


class TakingOn(NamedTuple):
    """The terms of a collaborator's utility of taking on; their sum is the utility."""

    bias: float
    room: float
    share: float
    drive: float
    peers: float
    support: float
    strain: float


def taking_on(
    autonomy: float,
    carried: float,
    own_drive: float,
    peers_responsibility: float,
    support: float,
    strain: float,
    p: Parameters,
) -> TakingOn:
    """Why a collaborator takes on responsibility, or does not (C6, C7).

    `carried` is his part of the change, `support` his manager's facilitation × attention.
    """
    return TakingOn(
        p.b_collaborator,
        p.w_room * autonomy,
        p.w_share * carried,
        p.w_drive * own_drive,
        p.w_peers * peers_responsibility,
        p.w_support * support,
        -(p.w_strain * strain),
    )


def utility_of_taking_on(t: TakingOn) -> float:
    """The sum of the terms, in a fixed order."""
    return t.bias + t.room + t.share + t.drive + t.peers + t.support + t.strain


def responsibility_after(responsibility: float, utility: float, p: Parameters) -> float:
    """Responsibility moved towards what the collaborator chooses."""
    return towards(responsibility, choice(utility, p), p.pace)


# --- Encounters -------------------------------------------------------------------------------


def happens(probability: float, luck: float) -> float:
    """1 if a uniform draw falls below the probability, else 0."""
    return 1.0 if luck < probability else 0.0


def success_probability(
    left: float,
    took: float,
    complexity: float,
    readiness: float,
    strain: float,
    attention_given: float,
    support: float,
    p: Parameters,
) -> float:
    """Chance that a matter succeeds in the encounter that it meets (C4, C6)."""
    directed = (
        p.directed_success
        + p.directed_attention * attention_given * (1.0 - p.directed_dilution * complexity)
        + p.directed_readiness * readiness
        - p.directed_complexity * complexity
    )
    alone = p.alone_success + p.alone_readiness * readiness - p.alone_complexity * complexity
    partnership = (
        p.partnership_success
        + p.partnership_readiness * readiness
        - p.partnership_complexity * complexity
        + p.partnership_support * support
        - p.partnership_strain * strain
    )
    overburdened = alone + p.overburdened_attention * attention_given
    return clip(by_encounter(left, took, directed, overburdened, alone, partnership))


# --- Consequences -----------------------------------------------------------------------------


def trust_after(trust: float, left: float, took: float, succeeded: float, p: Parameters) -> float:
    """Trust after an encounter: slow to build, quick to lose, drifting where it is not tried."""
    gain = by_encounter(left, took, 0.0, p.overburdened_trust_gain, p.adrift_trust_gain, 1.0)
    loss = by_encounter(left, took, 0.0, p.overburdened_trust_loss, 1.0, p.partnership_trust_loss)
    drift = by_encounter(left, took, p.trust_drift, 0.0, 0.0, 0.0)
    won, lost = p.trust_gain * gain * (1.0 - trust), -(p.trust_loss * loss * trust)
    change = won if succeeded > 0.5 else lost
    return trust + change + drift * (p.neutral_trust - trust)


def readiness_after(
    readiness: float,
    left: float,
    took: float,
    manager_facilitation: float,
    trained: float,
    p: Parameters,
) -> float:
    """Readiness after an encounter and a week of training: learnt by doing, lost by not (C7)."""
    in_partnership = p.learning_alone + p.learning_facilitated * manager_facilitation
    learnt = by_encounter(left, took, 0.0, p.overburdened_learning, 0.0, in_partnership)
    lost = by_encounter(left, took, p.unlearning, 0.0, 0.0, 0.0)
    missing = p.readiness_ceiling - readiness
    return clip(
        readiness
        + p.learning * learnt * missing
        - p.learning * lost * readiness
        + p.training * trained * p.train_rate * missing
    )


def strain_after(
    strain: float,
    left: float,
    took: float,
    complexity: float,
    readiness: float,
    own_drive: float,
    support: float,
    carried: float,
    p: Parameters,
) -> float:
    """Strain moved towards the week's stress and the effort of the change carried (C3, P5)."""
    shortfall = complexity - readiness
    in_partnership = (0.0 if shortfall < 0.0 else shortfall) * (1.0 - p.stress_relief * support)
    stress = by_encounter(
        left, took, p.directed_stress * own_drive, p.overburdened_stress, 0.0, in_partnership
    )
    effort = (
        p.effort_collaborator
        * (carried * carried)
        * (p.effort_reach - readiness)
        * (1.0 - p.effort_relief * support)
    )
    return towards(strain, clip(p.stress_weight * stress + effort), p.strain_rate)


def willingness_after(
    willingness: float,
    left: float,
    took: float,
    succeeded: float,
    disposition: float,
    own_drive: float,
    strain: float,
    appreciation: float,
    p: Parameters,
) -> float:
    """Willingness moved towards what the week was like and what he is like (C7)."""
    success, failure = p.experience_success, p.experience_failure
    in_partnership = success if succeeded > 0.5 else failure
    when_directed = disposition * (1.0 - p.directed_frustration * own_drive)
    experience = by_encounter(
        left, took, when_directed, p.experience_overburdened, disposition, in_partnership
    )
    target = (
        p.will_experience * experience
        + p.will_disposition * disposition
        - p.will_strain * strain
        + p.will_appreciation * (appreciation - p.neutral_appreciation)
    )
    return towards(willingness, clip(target), p.will_rate)


def appreciation_after(
    appreciation: float,
    autonomy: float,
    own_drive: float,
    strain: float,
    support: float,
    p: Parameters,
) -> float:
    """Appreciation of the manager moved towards support, and autonomy that fits the drive (C8)."""
    misfit = abs(autonomy - own_drive)
    target = (
        p.appreciation_base
        + p.appreciation_support * support
        + p.appreciation_fit * (1.0 - misfit)
        - p.appreciation_strain * strain
    )
    return towards(appreciation, clip(target), p.appreciation_rate)


# --- The manager takes stock ------------------------------------------------------------------


def sign(left: float, took: float, appreciation: float, p: Parameters) -> float:
    """Sign of usefulness that one encounter gives the manager: only a partner gives one (C5)."""
    return left * took * (p.sign_base + p.sign_appreciation * appreciation)


def usefulness(let_go: float, signs: float, team_appreciation: float, p: Parameters) -> float:
    """How useful a manager feels: by being in control, or by the signs he gets (C5, C9).

    `let_go` is the share of the week's matters left to the team, `signs` and `team_appreciation`
    the team's means.
    """
    upward = p.upward_accountability
    in_control = (1.0 - upward) * (1.0 - let_go)
    thanked = upward * (1.0 - let_go) * team_appreciation
    thanked_for_room = p.upward_thanks * upward * let_go * team_appreciation
    return clip(in_control + signs + thanked + thanked_for_room)


def assurance_after(
    assurance: float,
    useful: float,
    coached: float,
    carried: float,
    control_habit: float,
    peers_assurance: float,
    peers_weight: float,
    p: Parameters,
) -> float:
    """Assurance moved towards usefulness, coaching and the peers', less the effort (C2, C3, C5).

    `peers_weight` is 0 for a manager without peers, else `p.peer_assurance`.
    """
    own = (
        useful
        + p.coaching_assurance * p.coaching * coached * (1.0 - useful)
        - p.effort_manager * carried * control_habit
    )
    target = towards(clip(own), peers_assurance, peers_weight)
    # A mean of ones may be rounded to the next number above 1.
    return clip(towards(assurance, target, p.assurance_rate))


def control_habit_after(
    control_habit: float, let_go: float, coached: float, carried: float, p: Parameters
) -> float:
    """Control habit: restored by matters kept and rewards, undone by practice (C1, C2)."""
    restored = (p.relapse + p.control_reward * (1.0 - p.upward_accountability)) * (1.0 - let_go)
    undone = p.practice * let_go + p.coached_practice * p.coaching * coached * carried
    return clip(
        control_habit + p.habit_rate * (restored * (1.0 - control_habit) - undone * control_habit)
    )


# --- Leaving ----------------------------------------------------------------------------------


def leaving_probability(strain: float, p: Parameters) -> float:
    """Chance that a person leaves this week and is replaced (P5)."""
    return p.turnover + p.turnover_strain * (strain * strain)


def uniform_between(low: float, high: float, luck: float) -> float:
    """A uniform number from `low` to `high`."""
    return low + luck * (high - low)


def normal_clipped(mean: float, sd: float, luck: float) -> float:
    """A normal number held within [0, 1], from a standard normal one."""
    return clip(mean + sd * luck)


# --- Groups -----------------------------------------------------------------------------------


def share_of_others(count: float) -> float:
    """What each of the others weighs in their mean, in a group of `count`; 0 if there are none."""
    return 1.0 / (count - 1.0) if count > 1.0 else 0.0


def mean_of_others(total: float, own: float, share: float) -> float:
    """Mean of the others in a group with a known total; one's own value if alone (share 0)."""
    return (total - own) * share if share > 0.0 else own


def weight_of_peers(share: float, p: Parameters) -> float:
    """Weight of the peers' mean assurance: none for a manager without peers (C2)."""
    return p.peer_assurance if share > 0.0 else 0.0
