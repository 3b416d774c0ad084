"""What comes of it: the chance of success, the pictures, a person's story, and the clock."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from empowersim.app import language
from empowersim.app.controls import Act
from empowersim.app.lab import memory, words
from empowersim.app.lab.forecast import WHOLE
from empowersim.app.lab.levers import redo, undo
from empowersim.app.lab.life import HALF, Cast, Life, frames
from empowersim.app.lab.memory import chosen, week
from empowersim.app.lab.policy import Trial
from empowersim.app.lab.story import Witness
from empowersim.app.lab.tales import Term, events, names, tale
from empowersim.app.lab.watching import Tried
from empowersim.app.lab.words import Texts
from empowersim.app.language import _
from empowersim.app.regimes import looks
from empowersim.outcomes import REGIMES
from empowersim.plots.style import REGIME_STYLES

SHAPES = {"s": "square", "^": "triangle", "D": "diamond", "o": "circle"}
DASHES = {"directed": [], "adrift": [14, 5], "overburdened": [3, 5], "partnership": []}
FINE = 60_000
"""A share of 1, as a number of two bytes."""


@solara.component_vue("player.vue")
def Player(  # noqa: N802 (a component, as all with a capital here)
    frames: str,
    run: dict[str, Any],
    at: dict[str, int],
    link: str,
    words: Texts,
    event_tell_week: Callable[[int], None],
    event_undo: Callable[[Any], None],
    event_redo: Callable[[Any], None],
) -> None:
    """The clock of all pictures, and the run that they play."""


@solara.component_vue("org_chart.vue")
def OrgChart(  # noqa: N802
    names: list[str],
    looks: list[dict[str, Any]],
    chosen: int,
    words: Texts,
    event_choose: Callable[[int], None],
) -> None:
    """The organisation: managers as a tree, their teams hanging below them."""


@solara.component_vue("phase.vue")
def Phase(  # noqa: N802
    looks: list[dict[str, Any]],
    chosen: int,
    threshold: float,
    words: Texts,
    event_choose: Callable[[int], None],
) -> None:
    """Autonomy and responsibility: a mark for each relation, with its trail."""


@solara.component_vue("series.vue")
def Series(  # noqa: N802
    looks: list[dict[str, Any]],
    outlook: dict[str, Any] | None,
    marks: list[dict[str, int]],
    words: Texts,
) -> None:
    """The shares of the regimes so far, and the bands of the futures."""


@solara.component_vue("feed.vue")
def Feed(  # noqa: N802
    happened: list[tuple[int, int, str]], words: Texts, event_choose: Callable[[int], None]
) -> None:
    """What happened lately, in words."""


@solara.component
def Verdict(found: Tried | None) -> None:  # noqa: N802
    """What could not be had; the chance of success in a sentence, and how A and B differ."""
    for line in filter(None, (memory.remark.value, memory.wrong.value)):
        v.Html(tag="p", class_="es-error", attributes={"role": "alert"}, children=[line])
    with v.Html(
        tag="div", class_="es-verdict", attributes={"role": "status", "aria-live": "polite"}
    ):
        if found:
            v.Html(tag="h1", children=[words.chance(found)])
            if found.pinned:
                v.Html(tag="p", children=[words.difference(found)])
        elif not memory.wrong.value:
            warming = _("The engine is warming up: a few seconds, the first time.")
            v.Html(tag="h1", children=[warming])
            v.ProgressLinear(indeterminate=True, attributes={"aria-label": warming})


@solara.component
def Stage(found: Tried, trial: Trial, people: Cast) -> None:  # noqa: N802
    """The pictures, a story beside them if someone is chosen, and the clock of them all."""
    life, witness = found.life, memory.seen.value
    if witness and witness.life is not life:
        witness = None
    called = solara.use_memo(lambda: names(people), [people])
    film = solara.use_memo(lambda: _base64(frames(life)), [life])
    run = {
        "weeks": life.weeks,
        "people": people.people.n_people,
        "manager": people.people.manager.tolist(),
        "threshold": life.scenario.parameters.regime_threshold,
        "half": HALF,
    }
    telling = chosen.value >= 0
    with v.Html(tag="div", class_="es-scene es-telling" if telling else "es-scene"):
        Pictures(found, trial, called, witness)
        if telling:
            PersonStory(life, witness, chosen.value, called)
    Player(
        frames=film,
        run=run,
        at={"week": week.value},
        link=memory.link(trial, people),
        words=words.player(),
        event_tell_week=week.set,
        event_undo=undo,
        event_redo=redo,
    )


def _base64(numbers: bytes) -> str:
    return base64.b64encode(numbers).decode()


@solara.component
def Pictures(  # noqa: N802
    found: Tried, trial: Trial, called: list[str], witness: Witness | None
) -> None:
    """The org chart above, the phase portrait and the series below, and what happens."""
    spoken, life = language.current.value, found.life
    style = solara.use_memo(_looks, [spoken])
    told = solara.use_memo(lambda: events(life, witness, called), [life, witness, spoken])
    outlook = solara.use_memo(lambda: _outlook(found), [found])
    marks = [{"week": each.week} for each in trial.policy.interventions if each.week <= life.weeks]
    with v.Html(tag="div", class_="es-pictures"):
        OrgChart(
            names=called,
            looks=style,
            chosen=chosen.value,
            words=words.org_chart(),
            event_choose=chosen.set,
        )
        with v.Html(tag="div", class_="es-row"):
            Phase(
                looks=style,
                chosen=chosen.value,
                threshold=life.scenario.parameters.regime_threshold,
                words=words.phase(),
                event_choose=chosen.set,
            )
            Series(looks=style, outlook=outlook, marks=marks, words=words.series(found))
            if chosen.value < 0:
                with v.Html(tag="section", class_="es-side es-aside"):
                    v.Html(tag="h2", children=[_("What happens")])
                    Feed(happened=told, words=words.feed(trial.policy), event_choose=chosen.set)


def _looks() -> list[dict[str, Any]]:
    return [
        {
            "label": look.label,
            "colour": look.colour,
            "shape": SHAPES[REGIME_STYLES[look.regime][1]],
            "dash": DASHES[look.regime],
        }
        for look in looks()
    ]


def _outlook(found: Tried) -> dict[str, Any]:
    shares = [found.pinned.share(each) for each in REGIMES] if found.pinned else []
    # As fine as the shares of the run itself, which the browser counts: equal ones must look so.
    pinned = np.rint(FINE * np.array(shares)).astype("<u2").tobytes()
    return {
        "week": found.futures.week,
        "bands": _base64(found.futures.bands().tobytes()),
        "pinned": _base64(pinned),
        "whole": WHOLE,
        "fine": FINE,
    }


@solara.component
def PersonStory(  # noqa: N802
    life: Life, witness: Witness | None, person: int, called: Sequence[str]
) -> None:
    """A person's story, and the terms of the last decisions as bars."""
    with v.Html(tag="section", class_="es-side es-story"):
        Act("×", lambda: chosen.set(-1), said=_("Close the story"))
        v.Html(tag="h2", children=[called[person]])
        # A policy of fewer weeks may just have taken the place of one that was watched to the end.
        found = tale(life, witness, person, min(week.value, life.weeks), called)
        v.Html(tag="p", class_="es-note", children=[found.about])
        for each in found.sentences:
            v.Html(tag="p", children=[each])
        if witness is None:
            why_not = memory.unasked.value or words.no_witness(life)
            v.Html(tag="p", class_="es-note", children=[why_not])
        Terms(_("Why the manager lets go, or does not"), found.letting_go)
        Terms(_("Why this person takes on, or does not"), found.taking_on)


@solara.component
def Terms(heading: str, terms: Sequence[Term]) -> None:  # noqa: N802
    """The terms of a decision as bars, to the right where they speak for it."""
    if not terms:
        return
    widest = max(abs(term.weight) for term in terms)
    v.Html(tag="h3", children=[heading])
    with v.Html(tag="ul", class_="es-bars"):
        for name, weight in terms:
            side = "for" if weight > 0 else "against"
            with v.Html(tag="li"):
                v.Html(tag="span", children=[name])
                v.Html(tag="i", class_=f"es-{side}", style_=f"--part:{abs(weight) / widest:.3f}")
                v.Html(tag="b", children=[words.signed(weight)])
