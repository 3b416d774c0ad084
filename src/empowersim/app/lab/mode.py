"""The lab: move the levers in any week, watch one run play, and see the chance of success."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from empowersim.app import language, session
from empowersim.app.controls import Act, Choice, Lever
from empowersim.app.lab import words as lab_words
from empowersim.app.lab.forecast import FIRST_SCENARIO
from empowersim.app.lab.life import Life, Organisation, frames
from empowersim.app.lab.policy import (
    History,
    Link,
    Trial,
    grown,
    levers_after,
    moved,
    read,
    without,
    written,
)
from empowersim.app.lab.story import MOST_PEOPLE, Witness
from empowersim.app.lab.tales import Bar, events, names, tale
from empowersim.app.lab.watching import Shown, call_witness, watch
from empowersim.app.lab.words import Words
from empowersim.app.language import _
from empowersim.app.regimes import looks
from empowersim.app.titles import TITLES, title
from empowersim.errors import EmpowerSimError
from empowersim.org_chart import sample
from empowersim.outcomes import NAMES, REGIMES
from empowersim.plots.style import REGIME_STYLES
from empowersim.scenarios import Scenario, named

SHAPES = {"s": "square", "^": "triangle", "D": "diamond", "o": "circle"}
DASHES = {"directed": [], "adrift": [14, 5], "overburdened": [3, 5], "partnership": []}
LONGEST_ERROR = 300
FINE = 60_000
"""A share of 1, as a number of two bytes."""

history = solara.reactive(History(Trial(named(FIRST_SCENARIO))))
organisation: solara.Reactive[Organisation | None] = solara.reactive(None)
"""Whose run is watched; None until the lab is first opened."""
grown_from = solara.reactive("")
"""The size in the link that the chart was grown from, if any."""
week = solara.reactive(0)
"""The last week that the server was told of: where levers act, and where futures begin."""
chosen = solara.reactive(-1)
"""The person whose story is told; -1 for nobody."""
shown: solara.Reactive[Shown | None] = solara.reactive(None)
seen: solara.Reactive[Witness | None] = solara.reactive(None)
wrong = solara.reactive("")
"""What could not be had, in one line."""


@solara.component_vue("player.vue")
def Player(  # noqa: N802 (a component, as all with a capital here)
    frames: str,
    run: dict[str, Any],
    at: dict[str, int],
    link: str,
    words: Words,
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
    words: Words,
    event_choose: Callable[[int], None],
) -> None:
    """The organisation: managers as a tree, their teams hanging below them."""


@solara.component_vue("phase.vue")
def Phase(  # noqa: N802
    looks: list[dict[str, Any]],
    chosen: int,
    threshold: float,
    words: Words,
    event_choose: Callable[[int], None],
) -> None:
    """Autonomy and responsibility: a mark for each relation, with its trail."""


@solara.component_vue("series.vue")
def Series(  # noqa: N802
    looks: list[dict[str, Any]],
    outlook: dict[str, Any] | None,
    marks: list[dict[str, int]],
    words: Words,
) -> None:
    """The shares of the regimes so far, and the bands of the futures."""


@solara.component_vue("feed.vue")
def Feed(  # noqa: N802
    happened: list[tuple[int, int, str]], words: Words, event_choose: Callable[[int], None]
) -> None:
    """What happened lately, in words."""


@solara.component_vue("exports.vue")
def Exports(  # noqa: N802
    link: str,
    lines: list[str],
    table: dict[str, Any],
    words: Words,
    event_ask_table: Callable[[Any], None],
) -> None:
    """The link, the table and the picture to take away, and the debrief to print."""


@solara.component
def Lab() -> None:  # noqa: N802
    """Everything on one screen."""
    router = solara.use_router()
    solara.use_memo(lambda: _open(router.search), [])
    solara.use_effect(_take_what_is_asked_for, [session.asked_for.value])
    people = organisation.value
    if people is None:
        Wrong()
        return
    trial = history.value.now
    solara.use_effect(lambda: _watch(trial, people), [trial, people, week.value])
    found = shown.value
    life = found.life if found else None
    solara.use_effect(lambda: _call_witness(life), [life])
    with v.Html(tag="div", class_="es-lab"):
        with v.Html(
            tag="section", class_="es-policy es-aside", attributes={"aria-label": _("Policy")}
        ):
            Policy(trial)
            if found:
                TakeAway(found, _link(trial, people))
        with v.Html(tag="section", class_="es-stage"):
            Verdict(found)
            if found:
                Stage(found, trial, people)
            else:
                v.ProgressLinear(indeterminate=True)
        if found:
            Debrief(found)


def _link(trial: Trial, people: Organisation) -> str:
    return written(Link(trial, people.seed, people.replicate, week.value, grown_from.value))


def _open(query: str | None) -> None:
    """Begin with what the link says; the own chart, or else the sample, unless it grows one."""
    own, before = session.own_chart.value, organisation.value
    if not query and before and own in (None, before.chart):
        return
    link = Link(history.value.now)
    wrong.set("")
    if query:
        try:
            link = read(query)
        except EmpowerSimError as error:
            wrong.set(str(error)[:LONGEST_ERROR])
    chart = grown(link.chart) or own or sample()
    _begin(link, chart)


def _begin(link: Link, chart: Any) -> None:
    shown.set(None)
    seen.set(None)
    chosen.set(-1)
    history.set(History(link.trial))
    week.set(link.week)
    grown_from.set(link.chart)
    organisation.set(Organisation.of(chart, link.seed, link.replicate))


def _take_what_is_asked_for() -> None:
    run = session.asked_for.value
    if run is None:
        return
    session.asked_for.set(None)
    wrong.set("")
    _begin(Link(Trial(run.scenario), run.seed, run.replicate), run.chart)


def _watch(trial: Trial, people: Organisation) -> Callable[[], None]:
    at = min(week.value, trial.policy.weeks)
    return watch(trial, people, at, shown.value, shown.set, wrong.set)


def _call_witness(life: Life | None) -> Callable[[], None] | None:
    if life is None:
        return None
    if seen.value and seen.value.life is not life:
        seen.set(None)
    if life.organisation.people.n_people > MOST_PEOPLE:
        return None
    return call_witness(life, seen.set)


# --- What is tried ------------------------------------------------------------------------------


def _try(policy: Scenario, move: tuple[str, int] | None = None) -> None:
    wrong.set("")
    history.set(history.value.then(history.value.now._replace(policy=policy), move))


def _move(lever: str, value: float) -> None:
    policy = history.value.now.policy
    at = _turning(policy)
    _try(moved(policy, lever, value, at), (lever, at))


def _turning(policy: Scenario) -> int:
    """The week after which a lever that is moved now acts: the last but one at the latest."""
    return min(week.value, policy.weeks - 1)


def _choose_scenario(name: str) -> None:
    week.set(0)
    _try(named(name))


def _undo(*_ignored: object) -> None:
    history.set(history.value.undo())


def _redo(*_ignored: object) -> None:
    history.set(history.value.redo())


def _pin(policy: Scenario | None) -> None:
    history.set(history.value.then(history.value.now._replace(pinned=policy)))


@solara.component
def Policy(trial: Trial) -> None:  # noqa: N802
    """The levers as they are after the week that is shown, and what was changed when."""
    policy = trial.policy
    with v.Html(tag="div", class_="es-now"):
        # A scenario of a researcher's own is in the list while it is the policy.
        offered = list(dict.fromkeys((*TITLES, policy.name)))
        titles = [title(name) for name in offered]
        Choice(_("Scenario"), offered, titles, policy.name, _choose_scenario, named=False)
        v.Html(
            tag="p",
            class_="es-when",
            children=[
                _("From week {week} on:", week=language.number(_turning(policy) + 1))
                if _turning(policy)
                else _("From the start:")
            ],
        )
        for name, value in levers_after(policy, _turning(policy)).items():
            Lever(name, value, partial(_move, name))
    Changes(policy)
    with v.Html(tag="div", class_="es-acts"):
        Act("↶", _undo, said=_("Undo"), disabled=not history.value.past)
        Act("↷", _redo, said=_("Redo"), disabled=not history.value.future)
        if trial.pinned is None:
            Act(_("Keep as A"), lambda: _pin(policy))
        else:
            Act(_("Let A go"), lambda: _pin(None))


@solara.component
def Changes(policy: Scenario) -> None:  # noqa: N802
    """The interventions, each with a button that takes it out."""
    if not policy.interventions:
        return
    with v.Html(tag="ul", class_="es-changes", attributes={"aria-label": _("Interventions")}):
        for each in policy.interventions:
            with v.Html(tag="li"):
                text = lab_words.intervention(each)
                v.Html(tag="span", children=[text])
                Act(
                    "×",
                    partial(_try, without(policy, each)),
                    said=_("Remove: {what}", what=text),
                )


# --- What comes of it ---------------------------------------------------------------------------


@solara.component
def Wrong() -> None:  # noqa: N802
    """What could not be had."""
    if wrong.value:
        v.Html(tag="p", class_="es-error", attributes={"role": "alert"}, children=[wrong.value])


@solara.component
def Verdict(found: Shown | None) -> None:  # noqa: N802
    """The chance of success in a sentence, and how A and B differ."""
    Wrong()
    with v.Html(
        tag="div", class_="es-verdict", attributes={"role": "status", "aria-live": "polite"}
    ):
        warming = _("The engine is warming up: a few seconds, the first time.")
        v.Html(tag="h1", children=[lab_words.chance(found) if found else warming])
        if found and found.pinned:
            v.Html(tag="p", children=[lab_words.difference(found)])


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


def _base64(numbers: bytes) -> str:
    return base64.b64encode(numbers).decode()


def _outlook(found: Shown) -> dict[str, Any]:
    shares = [found.pinned.share(each) for each in REGIMES] if found.pinned else []
    # As fine as the shares of the run itself, which the browser counts: equal ones must look so.
    pinned = np.rint(FINE * np.array(shares)).astype("<u2").tobytes()
    return {
        "week": found.futures.week,
        "bands": _base64(found.futures.bands().tobytes()),
        "pinned": _base64(pinned),
    }


@solara.component
def Stage(found: Shown, trial: Trial, people: Organisation) -> None:  # noqa: N802
    """The pictures, a story beside them if someone is chosen, and the clock of them all."""
    life, witness = found.life, seen.value if seen.value and seen.value.life is found.life else None
    called = solara.use_memo(lambda: names(people), [people])
    film = solara.use_memo(lambda: _base64(frames(life)), [life])
    run = {
        "weeks": life.weeks,
        "people": people.people.n_people,
        "manager": people.people.manager.tolist(),
        "threshold": life.scenario.parameters.regime_threshold,
    }
    telling = chosen.value >= 0
    with v.Html(tag="div", class_="es-scene es-telling" if telling else "es-scene"):
        Pictures(found, trial, called, witness)
        if telling:
            Story(life, witness, chosen.value, called)
    Player(
        frames=film,
        run=run,
        at={"week": week.value},
        link=_link(trial, people),
        words=lab_words.player(),
        event_tell_week=week.set,
        event_undo=_undo,
        event_redo=_redo,
    )


@solara.component
def Pictures(  # noqa: N802
    found: Shown, trial: Trial, called: list[str], witness: Witness | None
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
            words=lab_words.org_chart(),
            event_choose=chosen.set,
        )
        with v.Html(tag="div", class_="es-row"):
            Phase(
                looks=style,
                chosen=chosen.value,
                threshold=life.scenario.parameters.regime_threshold,
                words=lab_words.phase(),
                event_choose=chosen.set,
            )
            Series(looks=style, outlook=outlook, marks=marks, words=lab_words.series(found))
            if chosen.value < 0:
                with v.Html(tag="section", class_="es-side es-aside"):
                    v.Html(tag="h2", children=[_("What happens")])
                    Feed(happened=told, words=lab_words.feed(trial.policy), event_choose=chosen.set)


@solara.component
def Story(  # noqa: N802
    life: Life, witness: Witness | None, person: int, called: Sequence[str]
) -> None:
    """A person's story, and the terms of the last decisions as bars."""
    with v.Html(tag="section", class_="es-side es-story"):
        Act("×", lambda: chosen.set(-1), said=_("Close the story"))
        v.Html(tag="h2", children=[called[person]])
        found = tale(life, witness, person, min(week.value, life.weeks), called)
        v.Html(tag="p", class_="es-note", children=[found.about])
        for each in found.sentences:
            v.Html(tag="p", children=[each])
        if witness is None:
            v.Html(tag="p", class_="es-note", children=[lab_words.no_witness(life)])
        Bars(_("Why the manager lets go, or does not"), found.letting_go)
        Bars(_("Why this person takes on, or does not"), found.taking_on)


@solara.component
def Bars(heading: str, bars: Sequence[Bar]) -> None:  # noqa: N802
    """The terms of a decision, to the right where they speak for it."""
    if not bars:
        return
    widest = max(abs(bar.weight) for bar in bars)
    v.Html(tag="h3", children=[heading])
    with v.Html(tag="ul", class_="es-bars"):
        for words, weight in bars:
            side = "for" if weight > 0 else "against"
            with v.Html(tag="li"):
                v.Html(tag="span", children=[words])
                v.Html(tag="i", class_=f"es-{side}", style_=f"--part:{abs(weight) / widest:.3f}")
                v.Html(tag="b", children=[lab_words.signed(weight)])


# --- What is taken away -------------------------------------------------------------------------


@solara.component
def TakeAway(found: Shown, link: str) -> None:  # noqa: N802
    """A link, a table, a picture, a page."""
    # Counted, so that the same table can be asked for again.
    asked, set_asked = solara.use_state(0)
    table = {"text": measures_table(found.life) if asked else "", "count": asked}
    Exports(
        link=link,
        lines=[lab_words.called(found), lab_words.chance(found)],
        table=table,
        words=lab_words.exports(),
        event_ask_table=lambda _: set_asked(asked + 1),
    )


def measures_table(life: Life) -> str:
    """The measures of every week as CSV, columns named as in all the project's tables."""
    lines = [",".join(("week", *NAMES))]
    for number, row in enumerate(life.measures.tolist()):
        cells = ("" if value != value else f"{value:.6g}" for value in row)
        lines.append(",".join((str(number), *cells)))
    return "\n".join(lines) + "\n"


@solara.component
def Debrief(found: Shown) -> None:  # noqa: N802
    """What the printed page says before its pictures: policy, result, chance, questions."""
    with v.Html(tag="section", class_="es-debrief", attributes={"aria-hidden": "true"}):
        v.Html(tag="h2", children=[lab_words.called(found)])
        with v.Html(tag="ul"):
            for line in lab_words.debrief(found):
                v.Html(tag="li", children=[line])
