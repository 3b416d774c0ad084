"""Workshop: a facilitator leads a room through chapters: story, bet, run, reveal, debrief.

The place, and what was said, are the browser tab's; the room and its phones are the server's. Only
a press moves the room on, so of two screens the one where somebody pressed last drives it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import Any

import reacton.ipyvuetify as v
import solara
from reacton.ipyvue import use_event

from empowersim.app import session
from empowersim.app.controls import Act
from empowersim.app.language import N_, _
from empowersim.app.room.betting import ROOM, RoomError, State
from empowersim.app.workshop import stages
from empowersim.app.workshop.chapters import (
    KEYS,
    LAST,
    PHASES,
    PLACES,
    Chapter,
    Place,
    Playing,
    Record,
    chapters,
    kept,
    play,
    restored,
)
from empowersim.app.workshop.stages import Pick, Seen, use_room
from empowersim.errors import EmpowerSimError
from empowersim.org_chart import Chart, sample

PHASE_NAMES = {
    "story": N_("Story"),
    "bet": N_("Bet"),
    "run": N_("Run"),
    "reveal": N_("Reveal"),
    "debrief": N_("Debrief"),
}

KEYS_HERE = {"→": N_("next (or a clicker)"), "←": N_("back")}

place: solara.Reactive[Place] = solara.reactive(PLACES[0])
records: solara.Reactive[dict[str, Record]] = solara.reactive({})
"""What was said and what came out, by the chapter's key."""
shown: solara.Reactive[bool] = solara.reactive(False)
"""Whether the run has been played to its end, or all is revealed that there is."""
playing: solara.Reactive[tuple[str, Playing] | None] = solara.reactive(None)
"""What the runs of a chapter gave, with its key."""
failed: solara.Reactive[tuple[str, Exception] | None] = solara.reactive(None)
"""Why the runs of a chapter came to nothing, with its key."""


# --- Moving on --------------------------------------------------------------------------------


def all_chapters() -> tuple[Chapter, ...]:
    """The chapters, as they are told to those who have brought a chart or not."""
    return chapters(own_chart=session.own_chart.value is not None)


def chapter_at(at: Place) -> Chapter | None:
    """The chapter of a place; None at the welcome and the summary."""
    return dict(zip(KEYS, all_chapters(), strict=True)).get(at.chapter)


def record_of(key: str) -> Record:
    """What is known of a chapter."""
    return records.value.get(key, Record())


def played(key: str) -> Playing | None:
    """What the runs of a chapter gave, once they are done."""
    return playing.value[1] if playing.value and playing.value[0] == key else None


def problem_of(key: str) -> str | None:
    """Why the runs of a chapter came to nothing, in a line; None if they did not."""
    if failed.value is None or failed.value[0] != key:
        return None
    error = failed.value[1]
    if isinstance(error, MemoryError):
        return _("The memory of this machine is full. Close other programs, then try again.")
    return _("The model could not run: {reason}", reason=str(error) or type(error).__name__)


def may_go_to(to: Place) -> bool:
    """Whether there is something to see: an outcome that is known, or runs that are done."""
    if to.phase not in ("reveal", "debrief"):
        return True
    return played(to.chapter) is not None or record_of(to.chapter).outcome is not None


def place_before(at: Place) -> Place | None:
    """Where a step back leads; of a chapter that was passed over, to its story."""
    index = PLACES.index(at)
    if index == 0:
        return None
    before = PLACES[index - 1]
    return before if may_go_to(before) else Place(before.chapter, "story")


def forward() -> None:
    """Show the rest of what is here; if it is all shown, go to the next place."""
    at = place.value
    after = PLACES.index(at) + 1
    if at.phase in ("run", "reveal") and not shown.value:
        shown.set(played(at.chapter) is not None)
    elif after < len(PLACES):
        go_to(PLACES[after])


def back() -> None:
    """Go to the place before, where all is shown already."""
    if before := place_before(place.value):
        go_to(before)
        shown.set(True)


def go_to(to: Place) -> None:
    """Go to a place, and have the room there first."""
    if not may_go_to(to):
        return
    left = place.value
    asked = left.phase == "bet" and record_of(left.chapter).outcome is None
    if to.phase in ("reveal", "debrief") and (found := played(to.chapter)):
        note(to.chapter, outcome=found.outcome)
    lead_room(to)
    # Bets that come once the outcome has been seen are not taken.
    if asked and ROOM.bets(left.chapter):
        note(left.chapter, bets=tuple(ROOM.bets(left.chapter)))
    shown.set(False)
    place.set(to)


def lead_room(to: Place) -> None:
    """Bring the room and its phones to a place."""
    chapter = chapter_at(to)
    outcome = record_of(chapter.key).outcome if chapter else None
    with suppress(RoomError):  # another screen was quicker
        if chapter and to.phase == "bet" and outcome is None:
            ROOM.open(chapter.asked)
        elif chapter and chapter.asked == ROOM.question:
            if ROOM.phase == "betting":
                ROOM.close()
            if to.phase in ("reveal", "debrief") and outcome and ROOM.phase != "revealed":
                ROOM.reveal(outcome.mean)
        elif ROOM.phase != "waiting":
            ROOM.put_away()


def note(key: str, **known: Any) -> None:
    """Note something of a chapter."""
    records.set({**records.value, key: record_of(key)._replace(**known)})


def bet_anew() -> None:
    """Forget the bets and the outcome of the chapter, and ask once more."""
    ROOM.forget(place.value.chapter)
    records.set({key: of for key, of in records.value.items() if key != place.value.chapter})
    lead_room(place.value)


def begin_anew() -> None:
    """Forget everything, for the next group."""
    ROOM.forget()
    records.set({})
    go_to(PLACES[0])


def restore(text: str) -> None:
    """Go on where this browser tab was before it was loaded anew."""
    if found := restored(text):
        place.set(found[0])
        records.set(found[1])


def is_elsewhere(room: State) -> bool:
    """Whether the room is at something else than this screen: another one drives it."""
    if room.question is None:
        return False
    return room.question.key != place.value.chapter


# --- The page ---------------------------------------------------------------------------------


@solara.component_vue("pacer.vue")
def Pacer(  # noqa: N802 (a component)
    kept: str, event_forward: Any, event_back: Any, event_restore: Any
) -> None:
    """Hears the keys and the clicker, and keeps what is known over a reload."""


@solara.component
def Workshop() -> None:  # noqa: N802
    """The chapters at the left, and the stage."""
    chapter = chapter_at(place.value)
    chart = use_chart(chapter)
    run_again = use_runs(chapter, chart)
    seen = use_room()
    with v.Html(tag="div", class_="es-workshop"):
        Pacer(
            kept=kept(place.value, records.value),
            event_forward=lambda _: forward(),
            event_back=lambda _: back(),
            event_restore=restore,
        )
        Rail()
        with v.Html(tag="section", class_="es-w-stage"):
            if chapter:
                Steps(chapter)
            Elsewhere(seen.state)
            Scene(chapter, chart, seen, run_again)
            Pace()


@solara.component
def Scene(  # noqa: N802
    chapter: Chapter | None, chart: Chart, seen: Seen, run_again: Callable[[], object]
) -> None:
    """What the place shows."""
    if chapter is None:
        if place.value.phase == "welcome":
            stages.Welcome(seen)
        else:
            stages.Summary(all_chapters(), records.value, begin_anew)
        return
    record, found = record_of(chapter.key), played(chapter.key)
    problem = problem_of(chapter.key)
    if problem and place.value.phase in ("run", "reveal"):
        stages.Failed(problem, run_again)
        return
    match place.value.phase:
        case "story":
            stages.Story(chapter)
        case "bet":
            stages.Bet(chapter, record, seen, lambda bet: note(chapter.key, together=bet), bet_anew)
        case "run":
            stages.Run(chapter, found, shown.value, shown.set)
        case "reveal":
            stages.Reveal(chapter, record, found, more=shown.value)
        case _:
            stages.Debrief(chapter, chart)


def use_chart(chapter: Chapter | None) -> Chart:
    """The chart that a chapter runs on: the participants' own in the last, else the sample."""
    invented = solara.use_memo(sample, [])
    own = session.own_chart.value
    return own if own is not None and chapter and chapter.key == LAST else invented


def use_runs(chapter: Chapter | None, chart: Chart) -> Callable[[], None]:
    """Run a chapter as soon as its story is told; nothing runs on once the page is left.

    What is returned runs it once more.
    """
    times, set_times = solara.use_state(0)

    def start() -> Callable[[], None] | None:
        playing.set(None)
        failed.set(None)
        if chapter is None:
            return None
        stop = Event()

        def run() -> None:
            try:
                found = play(chapter, chart, stop)
            except CancelledError:
                return
            except Exception as error:  # whatever it is, the room is not to wait for ever
                if not stop.is_set():
                    failed.set((chapter.key, error))
                if not isinstance(error, EmpowerSimError | MemoryError):
                    raise
                return
            if not stop.is_set():
                playing.set((chapter.key, found))

        Thread(target=run, daemon=True).start()
        return stop.set

    solara.use_effect(start, [chapter and chapter.key, id(chart), times])
    return lambda: set_times(times + 1)


@solara.component
def Rail() -> None:  # noqa: N802
    """The chapters, which of them are done, and the keys."""
    with v.Html(tag="nav", class_="es-w-rail es-aside", attributes={"aria-label": _("Chapters")}):
        _RailEntry("", _("Welcome"), PLACES[0])
        for index, chapter in enumerate(all_chapters(), 1):
            done = record_of(chapter.key).outcome is not None
            _RailEntry(
                "✓" if done else str(index), _(chapter.title), Place(chapter.key, "story"), done
            )
        _RailEntry("", _("What we bet"), PLACES[-1])
        with v.Html(tag="div", class_="es-note"):
            for key, meaning in KEYS_HERE.items():
                with v.Html(tag="p"):
                    v.Html(tag="kbd", children=[key])
                    v.Html(tag="span", children=[_(meaning)])


@solara.component
def _RailEntry(  # noqa: N802
    mark: str, title: str, to: Place, done: bool = False
) -> None:
    here = place.value.chapter == to.chapter and (bool(to.chapter) or place.value.phase == to.phase)
    said = _("{title}, done", title=title) if done else title
    with Pick(on_click=lambda: go_to(to), current=here, said=said):
        v.Html(tag="span", class_="es-w-mark", children=[mark], attributes={"aria-hidden": "true"})
        v.Html(tag="span", children=[title])


@solara.component
def Steps(chapter: Chapter) -> None:  # noqa: N802
    """The chapter's title, and its five phases."""
    with v.Html(tag="div", class_="es-w-steps"):
        number = KEYS.index(chapter.key) + 1
        if place.value.phase == "story":  # where the title stands large below
            title = _("Chapter {number} of {count}", number=number, count=len(KEYS))
        else:
            title = _("{number}. {title}", number=number, title=_(chapter.title))
        # The run has no heading of its own. By role, for an element cannot change its tag.
        heading = {"role": "heading", "aria-level": "1"} if place.value.phase == "run" else {}
        v.Html(tag="p", class_="es-w-title", attributes=heading, children=[title])
        with v.Html(tag="nav", attributes={"aria-label": _("Steps of the chapter")}):
            for phase in PHASES:
                to = Place(chapter.key, phase)
                with Pick(
                    on_click=partial(go_to, to),
                    current=phase == place.value.phase,
                    disabled=not may_go_to(to),
                ):
                    v.Html(tag="span", children=[_(PHASE_NAMES[phase])])


@solara.component
def Elsewhere(room: State) -> None:  # noqa: N802
    """Says that another screen drives the room, and offers to take over."""
    if is_elsewhere(room):
        with v.Html(tag="div", class_="es-error es-w-elsewhere es-aside"):
            v.Html(tag="span", children=[_("Another screen drives the room now.")])
            Act(_("Drive it from here"), lambda: lead_room(place.value))


@solara.component
def Pace() -> None:  # noqa: N802
    """Back and next."""
    index = PLACES.index(place.value)
    with v.Html(tag="div", class_="es-w-pace es-aside"):
        Act(_("Back"), back, disabled=place_before(place.value) is None)
        following = PLACES[min(index + 1, len(PLACES) - 1)]
        waits = shown.value and not may_go_to(following)
        button = v.Btn(
            children=[_("Next")], class_="es-w-next", disabled=index == len(PLACES) - 1 or waits
        )
        use_event(button, "click", lambda *_: forward())
