"""The order of one week: the phases, named as in the model's description; both engines follow it.

Each phase reads the state that the phases before it left, and what is read of *other* people is
last week's, so nothing depends on who acts first: `attention` takes in, before anything changes,
what managers and teammates see of each other.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Phase(NamedTuple):
    """One phase: its name (the agents' method), who acts in it, and what happens."""

    name: str
    actors: Literal["managers", "collaborators"]
    happens: str


PHASES: tuple[Phase, ...] = (
    Phase("attention", "managers", "takes in the team's state and shares his capacity among it"),
    Phase("letting_go", "managers", "gives each of the team more autonomy, or takes it back"),
    Phase("taking_on", "collaborators", "takes on more responsibility, or less"),
    Phase("encounter", "collaborators", "a matter arises; who handles it, and does it succeed?"),
    Phase("consequences", "collaborators", "changes by what the encounter did to the relation"),
    Phase("taking_stock", "managers", "draws assurance from the signs, and keeps or loses habits"),
    Phase("leaving", "collaborators", "may leave and be replaced by a newcomer"),
)
