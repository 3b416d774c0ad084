"""What the named scenarios are called in the app."""

from __future__ import annotations

from collections.abc import Mapping

from empowersim.app.language import N_, _

TITLES: Mapping[str, str] = {
    "status-quo": N_("Nothing changes"),
    "just-let-go": N_("Just let go"),
    "all-on-the-manager": N_("All on the managers"),
    "all-on-the-collaborators": N_("All on the collaborators"),
    "carry-it-together": N_("Carry it together"),
    "stop-too-early": N_("Stop too early"),
    "what-we-reward": N_("What we reward"),
    "employees-first": N_("Employees first"),
    "apec": N_("Valued managers"),
}


def title(scenario: str) -> str:
    """A scenario's title in the session's language; one of the user's own by its name."""
    return _(TITLES[scenario]) if scenario in TITLES else scenario
