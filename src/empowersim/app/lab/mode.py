"""The lab: move the levers in any week, watch one run play, and see the chance of success."""

from __future__ import annotations

from collections.abc import Callable

import reacton.ipyvuetify as v
import solara

from empowersim.app import session
from empowersim.app.lab import memory, watching
from empowersim.app.lab.levers import Policy
from empowersim.app.lab.life import Cast, Life
from empowersim.app.lab.policy import Trial
from empowersim.app.lab.stage import Stage, Verdict
from empowersim.app.lab.story import MOST_PEOPLE
from empowersim.app.lab.taken_away import PrintedHead, TakeAway
from empowersim.app.lab.words import failure
from empowersim.app.language import _


@solara.component
def Lab() -> None:  # noqa: N802 (a component)
    """Everything on one screen."""
    router = solara.use_router()
    solara.use_memo(lambda: memory.open_lab(router.search), [])
    solara.use_effect(memory.take_what_is_asked_for, [session.asked_for.value])
    people = memory.cast.value
    if people is None:
        return
    trial = memory.history.value.now
    solara.use_effect(lambda: _watch(trial, people), [trial, people, memory.week.value])
    found = memory.tried_with(people)
    life = found.life if found else None
    telling = memory.chosen.value >= 0
    solara.use_effect(lambda: _call_witness(life, telling), [life, telling])
    with v.Html(tag="div", class_="es-lab"):
        with v.Html(
            tag="section",
            class_="es-policy es-aside",
            attributes={"aria-label": _("What the company does")},
        ):
            Policy(trial)
            if found:
                TakeAway(found, memory.link(trial, people))
        with v.Html(tag="section", class_="es-stage"):
            Verdict(found)
            if found:
                Stage(found, trial, people)
        if found:
            PrintedHead(found)


def _watch(trial: Trial, people: Cast) -> Callable[[], None]:
    return watching.watch(
        trial,
        people,
        memory.week.value,
        memory.tried.value,
        memory.tried.set,
        lambda error: memory.wrong.set(failure(error)),
    )


def _call_witness(life: Life | None, telling: bool) -> Callable[[], None] | None:
    if life is None or (memory.seen.value and memory.seen.value.life is life):
        return None
    memory.seen.set(None)
    memory.unasked.set("")
    if life.cast.people.n_people > MOST_PEOPLE:
        return None
    return watching.call_witness(
        life, telling, memory.seen.set, lambda error: memory.unasked.set(failure(error))
    )
