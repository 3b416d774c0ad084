"""Managers give room by how ready and willing someone is, not by how far they trust him.

Situational leadership (Hersey and Blanchard 1969) matches a leader's style to the follower's
maturity, his ability and willingness to take responsibility: telling the immature, delegating to
the mature. A manager here sees a collaborator's drive, √(readiness · willingness), where ours goes
by trust. Trust still moves with what happens in encounters, but moves nothing.

Kept: more room for the readier and more willing, and less as soon as drive falls. Left out: their
four styles, of which ours knows the share of matters left alone; that support first rises and then
falls with maturity (support stays facilitation × attention); and that a manager may misjudge.

Scale: drive weighs as much as trust did, `w_trust`, and counts from the mean drive at the start, as
trust counts from its own there: at the start neither moves anyone on average.

P. Hersey and K. H. Blanchard, Life cycle theory of leadership, Training and Development Journal
23(5), 1969, 26-34 (not checked at the source).
"""

from typing import NamedTuple

from empowersim.parameters import Parameters

NEUTRAL_DRIVE = 0.327
"""Mean drive at the start, of the default bounds: that of √readiness, uniform from 0.13 to 0.63, is
0.604, that of √willingness, uniform from 0 to 0.66, is 0.542."""


class BySituation(NamedTuple):
    """The terms of a manager's utility of letting go; their sum is the utility."""

    bias: float
    mandate: float
    maturity: float
    overload: float
    cascade: float
    habit: float
    insecurity: float
    reward: float


def letting_go(
    asked: float,
    trust: float,  # noqa: ARG001 (the arguments of the rule that it replaces)
    own_drive: float,
    attention_given: float,
    own_autonomy: float,
    control_habit: float,
    assurance: float,
    p: Parameters,
) -> BySituation:
    """Why a manager lets one collaborator decide, or does not."""
    return BySituation(
        p.b_manager,
        p.w_mandate * asked,
        p.w_trust * (own_drive - NEUTRAL_DRIVE),
        p.w_overload * (1.0 - attention_given),
        p.w_cascade * (own_autonomy - p.neutral_autonomy),
        -(p.w_habit * control_habit),
        -(p.w_insecurity * (1.0 - assurance)),
        -(p.w_reward * p.control_reward * (1.0 - p.upward_accountability)),
    )


def utility_of_letting_go(t: BySituation) -> float:
    """The sum of the terms, in a fixed order."""
    return (
        t.bias + t.mandate + t.maturity + t.overload + t.cascade + t.habit + t.insecurity + t.reward
    )
