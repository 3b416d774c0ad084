"""What is measured of a state, week by week, in the same way by both engines.

A measure is a mean: over the reporting relations (each collaborator has one), or over the managers.
Engines sum in breadth-first order and divide once, so that their tables agree to the last bit.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.parameters import Parameters


class Measure(NamedTuple):
    """One column of a table of outcomes: its name, what it is the mean over, and its words."""

    name: str
    over: Literal["relations", "managers"]
    meaning: str
    label_en: str
    label_fr: str


MEASURES: tuple[Measure, ...] = (
    Measure("autonomy", "relations", "chance that a matter is left to the collaborator",
            "Autonomy", "Autonomie"),
    Measure("responsibility", "relations", "chance that he takes the initiative and owns it",
            "Responsibility", "Responsabilité"),
    Measure("trust", "relations", "the manager's trust in him", "Trust", "Confiance"),
    Measure("readiness", "relations", "how ready he is", "Readiness", "Préparation"),
    Measure("willingness", "relations", "how willing he is", "Willingness", "Envie"),
    Measure("strain", "relations", "how strained he is", "Strain", "Fatigue"),
    Measure("appreciation", "relations", "how he values his manager",
            "Appreciation", "Appréciation"),
    Measure("directed", "relations", "share of relations with neither autonomy nor responsibility",
            "Directed", "Dirigée"),
    Measure("adrift", "relations", "share of relations with autonomy but no responsibility",
            "Adrift", "Livrée à elle-même"),
    Measure("overburdened", "relations", "share of relations with responsibility but no autonomy",
            "Overburdened", "Surchargée"),
    Measure("partnership", "relations", "share of relations with autonomy and responsibility",
            "Partnership", "Partenariat"),
    Measure("output", "relations", "share of the week's matters that succeeded",
            "Output", "Sujets réussis"),
    Measure("departures", "relations", "share of collaborators who left in the week",
            "Departures", "Départs"),
    Measure("control_habit", "managers", "the manager's habit of control",
            "Control habit", "Habitude de contrôle"),
    Measure("assurance", "managers", "how sure of himself the manager is",
            "Assurance", "Assurance"),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(measure.name for measure in MEASURES)
STATES = NAMES[: NAMES.index("directed")]
"""The measures that are the mean of a state that every collaborator carries."""
REGIMES = ("directed", "adrift", "overburdened", "partnership")
FLOWS = ("output", "departures")
"""Measures of what happened in a week; the start, week 0, has none."""


class Regime(NamedTuple):
    """Which regime a relation is in: one indicator is 1.0, the others 0.0."""

    directed: float
    adrift: float
    overburdened: float
    partnership: float


def regime(autonomy: float, responsibility: float, p: Parameters) -> Regime:
    """The regime of a relation, by whether it has autonomy and responsibility."""
    has_room = 1.0 if autonomy >= p.regime_threshold else 0.0
    takes_on = 1.0 if responsibility >= p.regime_threshold else 0.0
    return Regime(
        (1.0 - has_room) * (1.0 - takes_on),
        has_room * (1.0 - takes_on),
        (1.0 - has_room) * takes_on,
        has_room * takes_on,
    )


def means(
    sums: NDArray[np.float64], relations: int, managers: int, week: int
) -> NDArray[np.float64]:
    """Sums of the measures over a group, (n_measures, …), as means; NaN where there is nothing.

    `relations` and `managers` count the group's members; nothing has happened yet in week 0.
    """
    counts = {"relations": relations, "managers": managers}
    divisors = [
        np.nan if week == 0 and measure.name in FLOWS else counts[measure.over] or np.nan
        for measure in MEASURES
    ]
    by_measure: NDArray[np.float64] = np.reshape(divisors, (-1, *[1] * (sums.ndim - 1)))
    return sums / by_measure
