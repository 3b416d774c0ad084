"""The four regimes as the app draws them: a colour, its ink, and a letter each."""

from __future__ import annotations

from typing import NamedTuple

from empowersim.app.language import label
from empowersim.outcomes import REGIMES
from empowersim.plots.style import REGIME_STYLES

_INKS = {
    "directed": "#1a1a1a",
    "adrift": "#1a1a1a",
    "overburdened": "#1a1a1a",
    "partnership": "#fff",
}


class Look(NamedTuple):
    """How a regime is drawn: never by its colour alone."""

    regime: str
    label: str
    letter: str  # the label's first
    colour: str
    ink: str  # of a letter on the colour; contrast of 4.5 at least


def looks() -> list[Look]:
    """All regimes, in the session's language, in the order of `outcomes.REGIMES`."""
    return [
        Look(name, label(name), label(name)[0], REGIME_STYLES[name][0], _INKS[name])
        for name in REGIMES
    ]
