"""Being left alone strains: support relieves every encounter, and adrift is no rest."""

from empowersim import rules

ADRIFT_STRESS = 0.3  # of a matter left to somebody who does not take it, without support


def strain_after(strain, left, took, complexity, readiness, own_drive, support, carried, p):
    """The rule of the model, with a stress adrift, and relief wherever there is support."""
    shortfall = complexity - readiness
    alone = rules.by_encounter(
        left,
        took,
        p.directed_stress * own_drive,
        p.overburdened_stress,
        ADRIFT_STRESS,
        0.0 if shortfall < 0.0 else shortfall,
    )
    stress = alone * (1.0 - p.stress_relief * support)
    effort = (
        p.effort_collaborator
        * (carried * carried)
        * (p.effort_reach - readiness)
        * (1.0 - p.effort_relief * support)
    )
    return rules.towards(strain, rules.clip(p.stress_weight * stress + effort), p.strain_rate)
