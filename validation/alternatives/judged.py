"""Being judged from below threatens a manager who is not sure of himself."""

from empowersim import rules

SURE = 0.6  # assurance from which a judgement is help
THREAT = 1.0  # assurance that a full judgement costs for one unit missing to SURE


def assurance_after(
    assurance, useful, coached, carried, control_habit, peers_assurance, peers_weight, p
):
    """The rule of the model, less a threat where managers answer to their team."""
    missing = SURE - assurance
    threat = THREAT * p.upward_accountability * (0.0 if missing < 0.0 else missing)
    own = (
        useful
        + p.coaching_assurance * p.coaching * coached * (1.0 - useful)
        - p.effort_manager * carried * control_habit
        - threat
    )
    target = rules.towards(rules.clip(own), peers_assurance, peers_weight)
    return rules.towards(assurance, target, p.assurance_rate)
