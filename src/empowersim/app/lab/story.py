"""What a witness saw of a run: who let go and took on, week by week, and why."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import groupby, islice
from threading import Event
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from empowersim.agents import Collaborator
from empowersim.app.lab.life import Life
from empowersim.model import EmpowermentModel
from empowersim.outcomes import REGIMES
from empowersim.rules import LettingGo, TakingOn

MOST_PEOPLE = 2000
"""Told person by person: the Mesa engine lives some 30,000 person-weeks a second."""
FAILURES_REMEMBERED = 8
"""Weeks in which a failure still counts as the reason why control is taken back."""
STAYS = 4
"""Weeks that a relation stays in its new regime before its change is told: no flicker."""

PARTNERSHIP = REGIMES.index("partnership")
LEFT, TOOK, SUCCEEDED, GONE = range(4)


@dataclass(frozen=True, eq=False)
class Witness:
    """What happened between people, week by week; week 0 is blank.

    Attributes:
        encounters: LEFT, TOOK, SUCCEEDED and GONE of everyone, (weeks + 1, n_people, 4).
        letting_go: the terms of the manager's decision on everyone, (weeks + 1, n_people, 8).
        taking_on: the terms of everyone's own decision, (weeks + 1, n_people, 7).
    """

    life: Life
    encounters: NDArray[np.bool_]
    letting_go: NDArray[np.float32]
    taking_on: NDArray[np.float32]


def witness(life: Life, stop: Event) -> Witness:
    """Live a run once more in the Mesa engine, which asks people for their reasons.

    Raises:
        CancelledError: `stop` was set meanwhile.
    """
    cast = life.cast
    model = EmpowermentModel(
        life.scenario,
        cast.chart,
        seed=cast.seed,
        replicate=cast.replicate,
    )
    shape = life.weeks + 1, cast.people.n_people
    seen = Witness(
        life,
        np.zeros((*shape, 4), np.bool_),
        np.zeros((*shape, len(LettingGo._fields)), np.float32),
        np.zeros((*shape, len(TakingOn._fields)), np.float32),
    )
    for week in range(1, life.weeks + 1):
        if stop.is_set():
            raise CancelledError
        model.step()
        _note(seen, week, model.collaborators)
    return seen


def _note(seen: Witness, week: int, people: list[Collaborator]) -> None:
    seen.encounters[week, 1:] = [
        (each.left, each.took, each.succeeded, each.gone) for each in people
    ]
    seen.letting_go[week, 1:] = [each.why_autonomy for each in people]
    seen.taking_on[week, 1:] = [each.why_responsibility for each in people]


# --- Events -------------------------------------------------------------------------------------

type Kind = Literal["policy", "first", "all", "team", "back", "gone", "given"]

KINDS: tuple[Kind, ...] = get_args(Kind.__value__)
"""What is worth telling, the most worth first."""
MOST_A_WEEK = 3


class Happening(NamedTuple):
    """Something worth telling.

    Attributes:
        person: by number; whom it is about (for "team" and "all" the manager); -1 for the policy.
        failures: for "back", of late, in what was left to the person.
    """

    week: int
    kind: Kind
    person: int
    failures: int = 0


def happenings(life: Life, seen: Witness | None) -> list[Happening]:
    """What is worth telling of a run, week by week; without a witness, no failures."""
    manager = life.cast.people.manager
    partner = life.regimes == PARTNERSHIP
    partner[:, 0] = False
    found = [
        Happening(each, "policy", -1)
        for each in sorted({one.week for one in life.scenario.interventions})
        if each <= life.weeks
    ]
    found += _turns(life, seen)
    found += [Happening(int(week), "gone", int(one)) for week, one in np.argwhere(life.newcomers)]
    found += _teams(partner, manager, life.cast.people.team_size)
    found.sort(key=lambda each: (each.week, KINDS.index(each.kind), -each.failures, each.person))
    by_week = groupby(found, key=lambda each: each.week)
    return [each for _week, of_week in by_week for each in islice(of_week, MOST_A_WEEK)]


def _turns(life: Life, seen: Witness | None) -> list[Happening]:
    """When a manager let go of a relation for some weeks, or took control back for some."""
    room = np.isin(life.regimes, (REGIMES.index("adrift"), PARTNERSHIP))
    room[:, 0] = False
    turned = room[1:] != room[:-1]
    lasting = np.ones_like(turned)
    for later in range(1, STAYS):
        lasting[: len(turned) - later] &= ~turned[later:]
    found = []
    for before, person in np.argwhere(turned & lasting):
        week, one = int(before) + 1, int(person)
        if room[week, one]:
            found.append(Happening(week, "given", one))
        else:
            found.append(Happening(week, "back", one, _failures(seen, week, one)))
    return found


def _failures(seen: Witness | None, week: int, person: int) -> int:
    """How many matters, left to a person lately, went wrong before a week."""
    if seen is None:
        return 0
    lately = seen.encounters[max(1, week - FAILURES_REMEMBERED) : week, person]
    return int((lately[:, LEFT] & ~lately[:, SUCCEEDED]).sum())


def _teams(
    partner: NDArray[np.bool_], manager: NDArray[np.int32], size: NDArray[np.int32]
) -> list[Happening]:
    """The first partnership of all, and of each team; and when a whole team are partners."""
    found = []
    if partner.any():
        week = int(partner.any(axis=1).argmax())
        found.append(Happening(week, "first", int(partner[week].argmax())))
    for boss in np.flatnonzero(size >= 2).tolist():
        team = np.flatnonzero(manager == boss)
        of_team = partner[:, team[team > 0]]
        if of_team.any():
            week = int(of_team.any(axis=1).argmax())
            found.append(Happening(week, "team", boss))
        if (whole := of_team.all(axis=1)).any():
            found.append(Happening(int(whole.argmax()), "all", boss))
    return found
