"""Overload makes managers grab control: threat-rigidity (Staw, Sandelands & Dutton 1981)."""

from empowersim import rules


def letting_go(asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p):
    """The rule of the model with the sign of overload turned."""
    own = rules.letting_go(
        asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p
    )
    return rules.LettingGo(
        own.bias,
        own.mandate,
        own.trust,
        -own.overload,
        own.cascade,
        own.habit,
        own.insecurity,
        own.reward,
    )
