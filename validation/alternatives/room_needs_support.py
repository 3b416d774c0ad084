"""Room without support is neglect: it is not appreciated, however well it fits the drive."""

from empowersim import rules


def appreciation_after(appreciation, autonomy, own_drive, strain, support, p):
    """What autonomy that fits adds is lost in the measure in which the room is unsupported."""
    misfit = abs(autonomy - own_drive)
    neglect = autonomy * (1.0 - support)
    target = (
        p.appreciation_base
        + p.appreciation_support * support
        + p.appreciation_fit * (1.0 - misfit) * (1.0 - neglect)
        - p.appreciation_strain * strain
    )
    return rules.towards(appreciation, rules.clip(target), p.appreciation_rate)
