"""Collaborators put effort into initiative as far as nobody overrules them.

A subordinate chooses the effort e that he puts into initiative. It brings him a benefit b unless
his superior overrules him, with probability E, and costs e² / 2 k (1 − s) where he is under strain
s: the best effort is k b (1 − E)(1 − s), at most 1 (Aghion and Tirole 1997, stylised). Here b is
his drive, and being asked to carry the change adds to what is missing of it; E is the share of
matters that his manager keeps.

Kept: interference kills initiative, and where there is no room there is none. Left out: teammates
and support; that the superior chooses E; and that the two may want different things.

Scale: k is such that people start with the responsibility that ours start with. Three years later,
without any effort, they rest at 0.10 and ours at 0.06; what the rule says hangs on that, and with
k = 1.8 they rest where ours do (`validation/rivals.py`).

P. Aghion and J. Tirole, Formal and real authority in organizations, Journal of Political Economy
105(1), 1997, 1-29 (not checked at the source).
"""

from typing import NamedTuple

from empowersim import rules
from empowersim.parameters import Parameters

EASE = 3.2
"""k, such that the best effort at the start is the responsibility that people start with, 0.2:
drive is about 0.34 then, autonomy 0.2 and strain 0.08."""


class Initiative(NamedTuple):
    """What a collaborator weighs; each in [0, 1]."""

    benefit: float
    interference: float
    strain: float


def taking_on(
    autonomy: float,
    carried: float,
    own_drive: float,
    peers_responsibility: float,  # noqa: ARG001 (the arguments of the rule that it replaces)
    support: float,  # noqa: ARG001
    strain: float,
    p: Parameters,  # noqa: ARG001
) -> Initiative:
    """What initiative brings, how likely it is overruled, and what makes it hard."""
    return Initiative(own_drive + carried * (1.0 - own_drive), 1.0 - autonomy, strain)


def utility_of_taking_on(t: Initiative) -> float:
    """The best effort."""
    return rules.clip(EASE * t.benefit * (1.0 - t.interference) * (1.0 - t.strain))


def responsibility_after(responsibility: float, utility: float, p: Parameters) -> float:
    """Responsibility moved towards the best effort."""
    return rules.towards(responsibility, utility, p.pace)
