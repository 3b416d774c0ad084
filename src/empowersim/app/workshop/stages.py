"""What the workshop shows in each phase; the workshop itself moves from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from threading import Event, Thread
from typing import Any, NamedTuple

import reacton.ipyvuetify as v
import solara
from reacton.ipyvue import use_event

from empowersim.app import session
from empowersim.app.controls import Act, Choice
from empowersim.app.language import N_, _, label, number, percent, plural
from empowersim.app.regimes import Look, looks
from empowersim.app.room import phone
from empowersim.app.room.betting import ROOM, State
from empowersim.app.workshop.chapters import LAST, Chapter, Outcome, Playing, Record
from empowersim.org_chart import Chart
from empowersim.parameters import LEVERS
from empowersim.scenarios import NO_EFFORT

MEANINGS = {
    "directed": N_("the manager decides, the collaborator waits"),
    "adrift": N_("there is room, and nobody takes it"),
    "overburdened": N_("the collaborator takes the initiative, and has no room"),
    "partnership": N_("the manager leaves room, the collaborator takes the initiative"),
}
COURSE = (
    N_("A story: what the company does."),
    N_("A bet: how many relations will be partnerships?"),
    N_("A run: the model plays the weeks, a hundred times."),
    N_("The reveal: your bets, and what came out."),
    N_("The debrief: what does that say about us?"),
)
CHECKED_EVERY = 2.0
"""Seconds after which participants who have gone are noticed."""
AT_MOST_EVERY = 0.25
"""Seconds between two drawings of a room in which two hundred bet at once."""


chosen: solara.Reactive[str] = solara.reactive("")
"""Where phones are sent, if it was chosen among the addresses that this machine has."""


class Seen(NamedTuple):
    """The room, how many are in it, and where phones join, the likeliest first, at one moment."""

    state: State
    participants: int
    addresses: tuple[str, ...]


def _look() -> Seen:
    return Seen(ROOM.state(), ROOM.participants(), phone.join_addresses())


def use_room() -> Seen:
    """The room as it is now; the component is drawn anew whenever it changes."""
    seen, set_seen = solara.use_state(solara.use_memo(_look, []))

    def watch() -> Callable[[], None]:
        stop = Event()

        def look() -> None:
            version = -1
            while not stop.is_set():
                version = ROOM.wait_for_change(version, CHECKED_EVERY)
                if not stop.is_set():
                    set_seen(_look())
                stop.wait(AT_MOST_EVERY)

        Thread(target=look, daemon=True).start()
        return stop.set

    solara.use_effect(watch, [])
    # What was seen last may be old: this may be drawn anew for a press that moved the room.
    return Seen(ROOM.state(), ROOM.participants(), seen.addresses)


def Pick(  # noqa: N802 (reads like a component)
    on_click: Callable[[], object],
    *,
    current: bool = False,
    disabled: bool = False,
    said: str = "",
) -> Any:
    """A plain button for a list of places; `with` it, what it shows."""
    attributes: dict[str, Any] = {"type": "button"}
    attributes |= {"aria-current": "step"} if current else {}
    attributes |= {"disabled": True} if disabled else {}
    attributes |= {"aria-label": said} if said else {}
    button = v.Html(tag="button", class_="es-w-pick", attributes=attributes)
    use_event(button, "click", lambda *_: on_click())
    return button


def _scene(phase: str) -> Any:
    """The one box that holds what a phase shows."""
    return v.Html(tag="div", class_=f"es-w-scene es-w-{phase}")


def _html(tag: str, text: str, class_: str = "") -> None:
    v.Html(tag=tag, class_=class_, children=[text])


# --- Before and after the chapters ------------------------------------------------------------


@solara.component
def Welcome(seen: Seen) -> None:  # noqa: N802
    """How it goes, the four regimes, and how to join."""
    with _scene("welcome"):
        with v.Html(tag="div"):
            _html("h1", _("Who carries the change?"))
            with v.Html(tag="ol", class_="es-w-course-of"):
                for each in COURSE:
                    _html("li", _(each))
            _html("h2", _("Between a person and their manager, four kinds of relation"))
            with v.Html(tag="div", class_="es-w-four"):
                for look in reversed(looks()):
                    _Regime(look)
        Door(seen, large=True)


@solara.component
def _Regime(look: Look) -> None:  # noqa: N802
    with v.Html(tag="div", class_="es-w-regime", style_=f"border-color: {look.colour}"):
        v.Html(
            tag="b",
            style_=f"background: {look.colour}; color: {look.ink}",
            children=[look.letter],
            attributes={"aria-hidden": "true"},
        )
        with v.Html(tag="p"):
            _html("strong", look.label)
            _html("span", _(MEANINGS[look.regime]))


@solara.component
def Door(seen: Seen, large: bool = False) -> None:  # noqa: N802
    """How phones join: the code to scan, the PIN, and how many are in."""
    with v.Html(tag="aside", class_="es-w-door" + (" es-w-large" if large else "")):
        if not seen.addresses:
            _html("h2", _("Bet together, on the screen"))
            _html("p", _("Somebody moves the slider for the room. No phone is needed."))
            _why_no_phones()
            return
        address = chosen.value if chosen.value in seen.addresses else seen.addresses[0]
        _html("h2", _("Join with your phone"))
        _code(address)
        _html("p", address, "es-w-address")
        with v.Html(tag="p", class_="es-w-pin"):
            _html("span", _("PIN"))
            _html("b", f"{ROOM.pin[:3]} {ROOM.pin[3:]}")
        _html(
            "p",
            plural("{count} participant is in", "{count} participants are in", seen.participants),
        )
        if large and len(seen.addresses) > 1:
            # A machine in several networks cannot know which of them the phones are in.
            Choice(
                _("If phones do not get there, another address:"),
                seen.addresses,
                seen.addresses,
                address,
                chosen.set,
                class_="es-w-others es-aside",
            )


def _why_no_phones() -> None:
    with v.Html(tag="p", class_="es-note es-aside"):
        if ROOM.shared:
            _html(
                "span",
                _("For bets from phones, connect this machine to the network of the room."),
            )
        else:
            _html("span", _("For bets from phones, start EmpowerSim like this:"))
            _html("code", "empowersim app --share")


def _code(address: str) -> None:
    """The address and the PIN, for a phone's camera."""
    import segno

    code = segno.make(f"{address}?pin={ROOM.pin}", error="m")
    attributes = {
        "src": code.svg_data_uri(border=2, dark="#1a1a1a"),
        "alt": _("QR code to scan with a phone's camera"),
    }
    v.Html(tag="img", class_="es-w-code", attributes=attributes)


@solara.component
def Summary(  # noqa: N802
    told: Sequence[Chapter], records: Mapping[str, Record], begin_anew: Callable[[], object]
) -> None:
    """What was bet and what came out, all chapters in one picture."""
    rows = [_summary_row(chapter, records.get(chapter.key, Record())) for chapter in told]
    with _scene("summary"):
        _html("h1", _("What we bet, and what came out"))
        SummaryPicture(
            rows=rows,
            words={
                "chapter": _("Chapter"),
                "room": _("The room"),
                "model": _("The model"),
                "percent": _percent_word(),
                "print": _("Print or save as PDF"),
                "anew": _("Forget the bets and start again"),
            },
            event_anew=lambda _: begin_anew(),
        )
        _html(
            "p",
            _(
                "Share of relations that are partnerships. The model shows what follows from its"
                " assumptions; it does not predict what will happen in a company."
            ),
            "es-note",
        )


@solara.component_vue("summary.vue")
def SummaryPicture(  # noqa: N802
    rows: list[dict[str, Any]], words: dict[str, str], event_anew: Any
) -> None:
    """A row a chapter: the bets, and the outcome with its band."""


def _summary_row(chapter: Chapter, record: Record) -> dict[str, Any]:
    # Nothing is told of a chapter that the room has not seen.
    return {
        "title": _(chapter.title),
        "bets": record.bets,
        "said": record.said,
        "said_value": "–" if record.said is None else percent(record.said),
        "outcome": record.outcome and record.outcome._asdict(),
        "value": percent(record.outcome.mean) if record.outcome else "–",
    }


def _percent_word() -> str:
    """How the language writes a whole percentage, with {} in place of the number."""
    return percent(0.01).replace("1", "{}")


# --- The five phases --------------------------------------------------------------------------


@solara.component
def Story(chapter: Chapter) -> None:  # noqa: N802
    """The story, the essay's claim, and what the company does."""
    router = solara.use_router()
    with _scene("story"):
        with v.Html(tag="div"):
            _html("h1", _(chapter.title))
            for sentence in chapter.story:
                _html("p", _(sentence), "es-w-told")
            with v.Html(tag="blockquote", class_="es-w-claim"):
                _html("span", _("What the essay claims"))
                _html("p", _(chapter.essay))
            if chapter.key == LAST and session.own_chart.value is None:
                with v.Html(tag="p", class_="es-aside"):
                    Act(_("Bring an org chart"), lambda: router.push("/organisation"))
        with v.Html(tag="aside", class_="es-w-levers"):
            _html("h2", _("What the company does"))
            for lever in LEVERS:
                _Gauge(label(lever), getattr(chapter.scenario.parameters, lever))
            for text in _changes(chapter).values():
                _html("p", text, "es-w-change")


@solara.component
def _Gauge(name: str, value: float) -> None:  # noqa: N802
    with v.Html(tag="p", class_="es-w-gauge"):
        _html("span", name)
        _html("b", percent(value))
        v.Html(
            tag="i",
            attributes={"aria-hidden": "true"},
            children=[v.Html(tag="i", style_=f"width: {100 * value:.0f}%")],
        )


def _changes(chapter: Chapter) -> dict[int, str]:
    """What happens on the way, by week, in words."""
    by_week = groupby(chapter.scenario.interventions, lambda each: each.week)
    return {
        week: _("week {week}: all efforts stop", week=number(week))
        if {each.lever for each in changes} >= set(NO_EFFORT)
        else _("week {week}: levers move", week=number(week))
        for week, changes in by_week
    }


@solara.component
def Bet(  # noqa: N802
    chapter: Chapter,
    record: Record,
    seen: Seen,
    bet: Callable[[float], object],
    bet_anew: Callable[[], object],
) -> None:
    """The question, the bets as they come in, the slider for the room, and how to join."""
    room = seen.state
    asks = room.phase == "betting" and room.question == chapter.asked
    bets = len(room.bets) if asks else len(record.bets)
    with _scene("bet"):
        with v.Html(tag="div"):
            _html("h1", _(chapter.question), "es-w-question")
            _html(
                "p",
                _("A partnership: the manager leaves room, the collaborator takes the initiative."),
                "es-note",
            )
            Together(
                value=record.together,
                closed=record.outcome is not None,
                words={
                    "label": _("Our bet, together on the screen"),
                    "none": _("no bet yet"),
                    "percent": _percent_word(),
                },
                event_bet=bet,
            )
            with v.Html(tag="div", class_="es-w-coming", attributes={"aria-live": "polite"}):
                # Where bets lie is shown later: who has not bet yet is not to be swayed.
                if bets or ROOM.shared:
                    _html("p", plural("{count} bet is in", "{count} bets are in", bets))
                with v.Html(tag="div", class_="es-w-dots", attributes={"aria-hidden": "true"}):
                    for _each in range(bets):
                        v.Html(tag="i")
            if not asks:
                with v.Html(tag="p", class_="es-w-closed"):
                    _html("span", _("Bets are closed."))
                    Act(_("Bet again"), bet_anew)
        Door(seen)


@solara.component_vue("bet.vue")
def Together(  # noqa: N802
    value: float | None, closed: bool, words: dict[str, str], event_bet: Any
) -> None:
    """The slider that the facilitator moves for the room."""


@solara.component
def Run(  # noqa: N802
    chapter: Chapter, found: Playing | None, done: bool, set_done: Callable[[bool], object]
) -> None:
    """The weeks, played in the browser; nothing of the end shows before its week comes."""
    with _scene("run"):
        if found is None:
            _running()
        else:
            _course(chapter, found, done, set_done)


def _running() -> None:
    running = _("The model is running …")
    _html("p", running, "es-w-told")
    v.ProgressLinear(indeterminate=True, attributes={"aria-label": running})


@solara.component
def Failed(problem: str, run_again: Callable[[], object]) -> None:  # noqa: N802
    """Why there is nothing to show; the workshop goes on all the same."""
    with _scene("failed"):
        v.Html(
            tag="p", class_="es-error es-w-told", attributes={"role": "alert"}, children=[problem]
        )
        with v.Html(tag="p"):
            Act(_("Try again"), run_again)


def _course(
    chapter: Chapter, found: Playing, done: bool, set_done: Callable[[bool], object]
) -> None:
    Course(
        shares=found.shares,
        looks=[look._asdict() for look in looks()],
        marks=[{"week": week, "text": text} for week, text in _changes(chapter).items()],
        teams=found.teams,
        frames=found.frames,
        done=done,
        words={
            "all": _("All relations: mean of {runs} runs", runs=number(found.runs)),
            "one": _("One of these runs: a mark is a relation, a block is a team"),
            "week": _("week"),
            "week_now": _("week {week}", week="{}"),
            "skip": _("Skip to the end"),
            "again": _("Play again"),
            "percent": _percent_word(),
        },
        event_finished=lambda _: set_done(True),
        event_again=lambda _: set_done(False),
    ).key(chapter.key)


@solara.component_vue("course.vue")
def Course(  # noqa: N802
    shares: Any,
    looks: list[dict[str, str]],
    marks: list[dict[str, Any]],
    teams: Any,
    frames: Any,
    done: bool,
    words: dict[str, str],
    event_finished: Any,
    event_again: Any,
) -> None:
    """The shares of the regimes growing week by week, and one run as signs."""


@solara.component
def Reveal(  # noqa: N802
    chapter: Chapter, record: Record, found: Playing | None, *, more: bool
) -> None:
    """The bets against the outcome, in a sentence and in a picture; then what else one may ask."""
    with _scene("reveal"):
        if found is None:
            _running()
        else:
            sentence = _sentence(found.outcome, record)
            with v.Html(tag="div", attributes={"aria-live": "polite"}):
                _html("h1", sentence)
                _html("p", " ".join(_remarks(found.outcome, record)), "es-w-remark")
            _bets(chapter, record, found, sentence, more=more)


def _sentence(outcome: Outcome, record: Record) -> str:
    """The bets and the outcome, in words."""
    came = percent(outcome.mean)
    if record.said is None:
        return _("In the model it is {outcome}.", outcome=came)
    return _(
        "The room said {said}; in the model it is {outcome}.",
        said=percent(record.said),
        outcome=came,
    )


def _bets(chapter: Chapter, record: Record, found: Playing, sentence: str, *, more: bool) -> None:
    many = len(record.bets)
    BetsPicture(
        bets=record.bets,
        said=record.said,
        outcome=_drawn(found.outcome),
        rows=[
            {"text": _(other.text), **_drawn(outcome)}
            for other, outcome in zip(chapter.others, found.others, strict=True)
        ],
        more=more,
        words={
            "said": sentence,
            "bets": plural("{count} bet from a phone", "{count} bets from phones", many)
            if many
            else "",
            "room": _("The room (median)") if many else _("The room"),
            "said_value": "" if record.said is None else percent(record.said),
            "model": _("The model"),
            "more": _("And what …"),
            "percent": _percent_word(),
        },
    )


def _remarks(outcome: Outcome, record: Record) -> list[str]:
    """How far the runs agree, and which bet came closest."""
    low, high = percent(outcome.low), percent(outcome.high)
    if low == high:
        agree = _("Nine runs in ten end at {low}.", low=low)
    else:
        agree = _("Nine runs in ten end between {low} and {high}.", low=low, high=high)
    if record.closest is None:
        return [agree]
    return [agree, _("The closest bet was {bet}.", bet=percent(record.closest))]


def _drawn(outcome: Outcome) -> dict[str, Any]:
    return {**outcome._asdict(), "value": percent(outcome.mean)}


@solara.component_vue("bets.vue")
def BetsPicture(  # noqa: N802
    bets: Any,
    said: float | None,
    outcome: dict[str, Any],
    rows: list[dict[str, Any]],
    more: bool,
    words: dict[str, str],
) -> None:
    """The bets as piles of dots over the outcome with its band, and other outcomes below."""


@solara.component
def Debrief(chapter: Chapter, chart: Chart) -> None:  # noqa: N802
    """Three questions to the room, what was found, and what the model does not say."""
    router = solara.use_router()

    def open_in_lab() -> None:
        session.asked_for.set(session.Run(chapter.scenario, chart))
        router.push("/lab")

    with _scene("debrief"):
        _html("h1", _("Let us talk"))
        with v.Html(tag="ol", class_="es-w-questions"):
            for question in chapter.debrief:
                _html("li", _(question))
        with v.Html(tag="div", class_="es-w-notes"):
            with v.Html(tag="div"):
                _html("h2", _("What was found about the claim"))
                _html("p", _(chapter.finding))
            with v.Html(tag="div"):
                _html("h2", _("What the model does not say"))
                _html("p", _(chapter.silence))
        with v.Html(tag="p", class_="es-aside"):
            Act(_("Open in the lab"), open_in_lab)
