"""Overload: a manager who is sure of himself lets go, one who is not grabs control."""

from empowersim import rules


def letting_go(asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p):
    """Overload counts from −1 for a manager without assurance to 1 for one who has it in full."""
    own = rules.letting_go(
        asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p
    )
    return rules.LettingGo(
        own.bias,
        own.mandate,
        own.trust,
        own.overload * (2.0 * assurance - 1.0),
        own.cascade,
        own.habit,
        own.insecurity,
        own.reward,
    )
