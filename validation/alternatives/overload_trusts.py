"""An overloaded manager lets go of those only whom he trusts."""

from empowersim import rules


def letting_go(asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p):
    """Overload counts by the share of the trust above neutral that the collaborator has."""
    own = rules.letting_go(
        asked, trust, own_drive, attention_given, own_autonomy, control_habit, assurance, p
    )
    trusted = rules.clip((trust - p.neutral_trust) / (1.0 - p.neutral_trust))
    return rules.LettingGo(
        own.bias,
        own.mandate,
        own.trust,
        own.overload * trusted,
        own.cascade,
        own.habit,
        own.insecurity,
        own.reward,
    )
