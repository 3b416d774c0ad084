"""Explore: what a sweep has found, and any of its runs; and a small sweep from here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import reacton.ipyvuetify as v
import solara
import solara.lab

from empowersim import sweep
from empowersim.app import language, session
from empowersim.app.bars import Bars
from empowersim.app.controls import Act, Choice
from empowersim.app.explore import results, small_sweep
from empowersim.app.explore.pictures import Picture
from empowersim.app.explore.results import Obstacle, Problem, Read, Trouble, Which
from empowersim.app.language import N_, _, label, number, plural
from empowersim.app.regimes import looks
from empowersim.app.titles import TITLES, title
from empowersim.errors import EmpowerSimError
from empowersim.executors import threads
from empowersim.experiment import Experiment
from empowersim.parameters import LEVERS
from empowersim.words import Language

PROBLEMS: Mapping[Problem, str] = {
    "gone": N_("“{folder}” is no longer here: choose another folder."),
    "none": N_("“{folder}” is no results folder, or no longer whole: choose another."),
    "damaged": N_(
        "A file in “{folder}” is damaged, or was changed: run its sweep again, which does again"
        " what is damaged."
    ),
    "version": N_(
        "“{folder}” was made by another version of EmpowerSim: open it with that one, or sweep"
        " again."
    ),
    "empty": N_("“{folder}” holds no results yet: run its sweep."),
    "failed": N_("Every run in “{folder}” failed: see its file failures.jsonl."),
    "large": N_("“{folder}” is too large for this page: write its report instead."),
    "analysis": N_("The results in “{folder}” cannot be shown: {reason}"),
    "foreign": N_(
        "“{folder}” holds what this page does not understand ({reason}): open it with the version"
        " that made it, or sweep again."
    ),
}
"""What is wrong with a folder, in one line."""

OBSTACLES: Mapping[Obstacle, str] = {
    "own code": N_(
        "These runs were made with code of a researcher's own, which this page does not run: they"
        " cannot be opened in the lab."
    ),
    "other rules": N_(
        "These runs were made by another version of the rules: the lab would show other runs."
    ),
}
RUNS_OF_A_POINT: Mapping[Which, str] = {
    "typical": N_("the typical run"),
    "lowest": N_("the lowest run"),
    "highest": N_("the highest run"),
}
VIEWS = ("regime", "share")
STEPS = (3, 5, 7, 11)
REPLICATES = (8, 16, 32, 64)
NO_LEVER = ""
LONG = 90
"""Seconds from which on a sweep is told in minutes."""

AT_ONCE = Lock()
"""Held by the one sweep that this server runs at a time, whoever asked for it."""
MOST_KEPT = 6
"""Readings that are kept, of at most `results.MOST_ROWS` rows together."""

chosen: solara.Reactive[str | None] = solara.reactive(None)
"""The name of the folder that is shown; None for the one written to last."""
picture_number: solara.Reactive[int] = solara.reactive(0)
which: solara.Reactive[Which] = solara.reactive("typical")
view: solara.Reactive[str] = solara.reactive("regime")
asking: solara.Reactive[bool] = solara.reactive(False)
"""Whether the form for a small sweep is open."""
said: solara.Reactive[str] = solara.reactive("")
"""What became of the last sweep, or of a run that could not be opened."""
done: solara.Reactive[int] = solara.reactive(0)
"""Runs of the sweep under way."""
kept: solara.Reactive[tuple[Read, ...]] = solara.reactive(())
"""What was read in this session, the latest first: a large folder takes many seconds."""


@solara.component_vue("curves.vue")
def Curves(  # noqa: N802 (a component)
    picture: Mapping[str, Any], words: Mapping[str, str], openable: bool, event_open: Any
) -> None:
    """Curves with their intervals, and where they cross a level."""


@solara.component_vue("heatmap.vue")
def Heatmap(  # noqa: N802
    picture: Mapping[str, Any],
    looks: Sequence[Mapping[str, str]],
    words: Mapping[str, str],
    openable: bool,
    shares: bool,
    event_open: Any,
) -> None:
    """A cell for each two values: the regime that prevails by its letter, or a share."""


class Asked(NamedTuple):
    """A sweep that was asked for, and what the button that ends it sets."""

    experiment: Experiment
    cancel: Event


class Wanted(NamedTuple):
    """A folder to be read."""

    name: str
    language: Language
    looked: int  # how often one has looked again


class Found(NamedTuple):
    """What became of a reading."""

    wanted: Wanted
    found: Read | Trouble


@solara.component
def Explore() -> None:  # noqa: N802
    """A folder's pictures and what they say; the form for a small sweep."""
    no_sweep: Asked | None = None
    asked, set_asked = solara.use_state(no_sweep)
    solara.use_effect(partial(_begin, asked, set_asked), [asked])
    nothing: Found | None = None
    last, set_last = solara.use_state(nothing)
    looked, set_looked = solara.use_state(0)
    # A folder that a sweep has just made is found, too.
    folders = solara.use_memo(results.found, [looked, said.value])
    name = chosen.value if chosen.value in folders else next(iter(folders), "")
    # What is shown stays, though others may write to folders of theirs meanwhile.
    solara.use_effect(lambda: chosen.set(name or None), [name])
    wanted = Wanted(name, language.current.value, looked)
    solara.use_effect(partial(_begin_to_read, wanted, set_last), [wanted])
    now = last.found if last and last.wanted == wanted else None
    shown = now if isinstance(now, Read) else None

    def look_again() -> None:
        kept.set(())
        set_looked(looked + 1)

    Choices(list(folders), name, shown, look_again)
    if said.value:
        v.Html(tag="p", class_="es-error", attributes={"role": "status"}, children=[said.value])
    with v.Html(tag="div", class_="ex-body"):
        if not folders:
            v.Html(tag="p", class_="es-lead", children=[_no_folders()])
        elif now is None:
            v.Html(tag="p", attributes={"role": "status"}, children=[_("Reading the results…")])
        elif isinstance(now, Trouble):
            v.Html(tag="p", class_="es-error", children=[_told(now, name)])
        else:
            Drawn(now)
        with v.Html(
            tag="section",
            class_="ex-words",
            attributes={"tabindex": "0", "aria-label": _("What it says")},
        ):
            if asked is not None:
                Underway(asked)
            elif asking.value:
                Form(set_asked)
            if shown:
                Words(shown)


def _no_folders() -> str:
    return _(
        "There are no results yet in the folder “{folder}” and those in it. Start a small sweep, or"
        " start the app from a folder that has some.",
        folder=results.ROOT.resolve().name,
    )


def _begin_to_read(
    wanted: Wanted, finished: Callable[[Found], object]
) -> Callable[[], None] | None:
    """Read in a thread; it ends, and tells nobody, once another folder is wanted."""
    if not wanted.name:
        return None
    stop = Event()

    def work() -> None:
        try:
            found = results.read(wanted.name, wanted.language, stop, kept.peek())
        except Trouble as trouble:
            if not stop.is_set():
                finished(Found(wanted, trouble))
            return
        if not stop.is_set():
            kept.set(_kept_with(found, kept.peek()))
            finished(Found(wanted, found))

    Thread(target=work, daemon=True).start()
    return stop.set


def _kept_with(found: Read, before: Sequence[Read]) -> tuple[Read, ...]:
    """What is kept from now on; what was read long ago goes first."""
    others = (each for each in before if (each.name, each.digest) != (found.name, found.digest))
    keep, rows = [found], len(found.study.final)
    for each in islice(others, MOST_KEPT - 1):
        if (rows := rows + len(each.study.final)) > results.MOST_ROWS:
            break
        keep.append(each)
    return tuple(keep)


def _told(trouble: Trouble, name: str) -> str:
    return _(PROBLEMS[trouble.problem], folder=name, reason=trouble)


# --- What is chosen ---------------------------------------------------------------------------


@solara.component
def Choices(  # noqa: N802
    folders: list[str], name: str, shown: Read | None, look_again: Callable[[], object]
) -> None:
    """Which folder, which picture of it, and which run a click opens."""
    with v.Html(tag="div", class_="ex-choices"):
        v.Html(tag="h1", children=[_("Explore")])
        if folders:
            Choice(_("Results folder"), folders, folders, name, _choose_folder)
        if shown and shown.pictures:
            titles = [picture.name or _("The best points") for picture in shown.pictures]
            at = min(picture_number.value, len(titles) - 1)
            numbers = list(range(len(titles)))
            Choice(_("Picture"), numbers, titles, at, picture_number.set, class_="ex-picture")
            picture = shown.pictures[at]
            if picture.kind == "heatmap":
                texts = [_("prevailing regime"), label("partnership")]
                Choice(_("In the cells"), list(VIEWS), texts, view.value, view.set)
            if picture.points and not shown.obstacle:
                texts = [_(RUNS_OF_A_POINT[each]) for each in results.WHICH]
                Choice(_("A click opens"), list(results.WHICH), texts, which.value, which.set)
        with v.Html(tag="span", class_="es-aside ex-row"):
            Act(_("Look again"), look_again)
            Act(_("A small sweep…"), lambda: asking.set(not asking.value))


def _choose_folder(name: str) -> None:
    said.set("")
    picture_number.set(0)
    chosen.set(name)


# --- What is shown ----------------------------------------------------------------------------


@solara.component
def Drawn(read: Read) -> None:  # noqa: N802
    """The picture that was chosen."""
    router = solara.use_router()
    if not read.pictures:
        v.Html(tag="p", class_="es-lead", children=[_("This sweep has no picture.")])
        return
    picture = read.pictures[min(picture_number.value, len(read.pictures) - 1)]
    openable = bool(picture.points) and not read.obstacle

    words = {
        "summary": " ".join([picture.title, *picture.sentences[:2]]),
        "hint": _("Click on a point, or press Enter on it: that very run opens in the lab.")
        if openable
        else _("Point at it for the numbers; arrow keys go from one to the next."),
        "numbers": _("Number: share of partnerships, in percent."),
        "shares": _("Number: share of partnerships, in percent."),
        "unsure": _("corner: another regime may be the largest"),
    }
    if picture.kind == "heatmap":
        Heatmap(
            picture=picture.data,
            looks=[look._asdict() for look in looks()],
            words=words,
            openable=openable,
            shares=view.value == "share",
            event_open=partial(_open, read, picture, router.push),
        )
    else:
        draw = Curves if picture.kind == "curves" else Bars
        draw(
            picture=picture.data,
            words=words,
            openable=openable,
            event_open=partial(_open, read, picture, router.push),
        )


def _open(read: Read, picture: Picture, go: Callable[[str], object], mark: object) -> None:
    """Open the run behind a mark in the lab."""
    # What a browser sends that is no mark does nothing.
    if not isinstance(mark, int) or not 0 <= mark < len(picture.points):
        return
    try:
        run = read.live(*read.chosen(picture, mark, which.value))
    except EmpowerSimError as error:
        said.set(_("That run cannot be opened: {reason}", reason=error))
        return
    session.asked_for.set(run)
    go("/lab")


@solara.component
def Words(read: Read) -> None:  # noqa: N802
    """The question, the answer, and what the picture says."""
    experiment = read.study.experiment
    v.Html(tag="h2", children=[read.title])
    for line in (experiment.question.strip(), read.unfinished):
        if line:
            v.Html(tag="p", children=[line])
    if read.unfinished and read.writer:
        note = _("It is being written by {writer}, or was when that ended.", writer=read.writer)
        v.Html(tag="p", class_="es-note", children=[note])
    if read.obstacle:
        v.Html(tag="p", class_="es-error", children=[_(OBSTACLES[read.obstacle])])
    v.Html(tag="p", children=[v.Html(tag="b", children=[_("Answer:")]), f" {read.answer}"])
    if read.pictures:
        picture = read.pictures[min(picture_number.value, len(read.pictures) - 1)]
        v.Html(tag="h3", children=[picture.title])
        for sentence in picture.sentences:
            v.Html(tag="p", children=[sentence])


# --- A small sweep ----------------------------------------------------------------------------


@solara.component
def Form(ask: Callable[[Asked], object]) -> None:  # noqa: N802
    """What a small sweep is to vary, and how long it will take."""
    scenario, set_scenario = solara.use_state("carry-it-together")
    one, set_one = solara.use_state("collaborator_share")
    other, set_other = solara.use_state(NO_LEVER)
    steps, set_steps = solara.use_state((7, 5))
    replicates, set_replicates = solara.use_state(16)
    both = {one: steps[0]} | ({other: steps[1]} if other not in (NO_LEVER, one) else {})
    experiment = small_sweep.grid(
        _("{scenario}: a small sweep", scenario=title(scenario)), scenario, both, replicates
    )
    pilot = solara.lab.use_task(
        lambda: small_sweep.seconds_for(experiment),
        dependencies=[tuple(both.items()), replicates, scenario],
        raise_error=False,
    )
    names = [label(lever) for lever in LEVERS]
    counts = [plural("{count} value", "{count} values", each) for each in STEPS]
    with v.Html(tag="div", class_="ex-form"):
        v.Html(tag="h2", children=[_("A small sweep")])
        Choice(
            _("Scenario"), list(TITLES), [title(each) for each in TITLES], scenario, set_scenario
        )
        with v.Html(tag="div", class_="ex-row"):
            Choice(_("Lever"), list(LEVERS), names, one, set_one)
            Choice(_("Values"), list(STEPS), counts, steps[0], lambda n: set_steps((n, steps[1])))
        with v.Html(tag="div", class_="ex-row"):
            others = [NO_LEVER, *LEVERS]
            Choice(_("Second lever"), others, [_("none"), *names], other, set_other)
            Choice(_("Values"), list(STEPS), counts, steps[1], lambda n: set_steps((steps[0], n)))
        runs = [number(each) for each in REPLICATES]
        Choice(_("Runs of each point"), list(REPLICATES), runs, replicates, set_replicates)
        v.Html(tag="p", attributes={"role": "status"}, children=[_length(experiment, pilot)])
        if session.own_chart.value is not None:
            v.Html(tag="p", class_="es-note", children=[_not_your_chart()])
        with v.Html(tag="div", class_="ex-row"):
            Act(_("Start"), lambda: ask(Asked(experiment, Event())))
            Act(_("Close"), lambda: asking.set(False))


def _not_your_chart() -> str:
    return _("It runs on the sample organisation: yours is never written to the disk.")


def _length(experiment: Experiment, pilot: Any) -> str:
    runs = plural("{count} run", "{count} runs", sweep.most_runs(experiment))
    if pilot.error:
        return runs
    if pilot.pending or pilot.value is None:
        return _("{runs}; finding out how long they take…", runs=runs)
    if pilot.value < LONG:
        seconds = max(1, round(pilot.value))
        return plural(
            "{runs}: about {count} second", "{runs}: about {count} seconds", seconds, runs=runs
        )
    minutes = round(pilot.value / 60)
    return plural(
        "{runs}: about {count} minute", "{runs}: about {count} minutes", minutes, runs=runs
    )


@solara.component
def Underway(asked: Asked) -> None:  # noqa: N802
    """How far the sweep is, and the button that ends it."""
    runs = sweep.most_runs(asked.experiment)
    told = _("{done} of {runs} runs", done=number(done.value), runs=number(runs))
    with v.Html(tag="div", class_="ex-form"):
        v.Html(tag="h2", children=[asked.experiment.title])
        attributes = {"max": str(runs), "value": str(done.value), "aria-label": told}
        v.Html(tag="progress", attributes=attributes)
        v.Html(tag="p", children=[told])
        v.Html(
            tag="p", class_="es-note", children=[_("Stay on this page: the sweep ends with it.")]
        )
        Act(_("Cancel"), asked.cancel.set)


def _begin(asked: Asked | None, finished: Callable[[None], object]) -> Callable[[], None] | None:
    """Run a sweep in a thread that ends with the page."""
    if asked is None:
        return None
    left = Event()

    def work() -> None:
        try:
            text, name = _swept(asked, left)
        except Exception as error:
            # Whatever happened: “Underway” must not stay.
            logging.getLogger(__name__).exception("A small sweep has failed.")
            text, name = _unforeseen(error), ""
        # A page that was closed has nobody to tell.
        if not left.is_set():
            # First what is said, with which the new folder is found; then it can be chosen.
            said.set(text)
            if name:
                picture_number.set(0)
                chosen.set(name)
                asking.set(False)
            finished(None)

    said.set("")
    done.set(0)
    Thread(target=work, daemon=True).start()

    def leave() -> None:
        left.set()
        asked.cancel.set()

    return leave


def _unforeseen(error: Exception) -> str:
    return _(
        "Something unforeseen has ended the sweep ({reason}): start it again, or restart the app.",
        reason=type(error).__name__,
    )


def _swept(asked: Asked, left: Event) -> tuple[str, str]:
    """Sweep into a new folder; what is to be said, and the folder's name if it has results."""
    if not AT_ONCE.acquire(blocking=False):
        return _("Another sweep is running on this computer: try again when it has ended."), ""
    try:
        place = results.new_place()
        folder = sweep.open_folder(asked.experiment, place)

        def count(runs: int) -> None:
            if not left.is_set():
                done.set(done.value + runs)

        tally = sweep.run(
            asked.experiment,
            folder,
            threads(small_sweep.workers()),
            stop=asked.cancel,
            progress=count,
        )
    except EmpowerSimError as error:
        return _("The sweep could not go on: {reason}", reason=error), ""
    finally:
        AT_ONCE.release()
    if left.is_set():
        return "", ""
    runs = plural("{count} run", "{count} runs", tally.done)
    if tally.stopped:
        return _("Stopped: {runs} are kept in {folder}.", runs=runs, folder=place.name), place.name
    if results.is_temporary(place):
        text = _(
            "{runs} done, in {folder}; the folder goes when the app ends.",
            runs=runs,
            folder=place.name,
        )
        return text, place.name
    return _("{runs} done, in {folder}.", runs=runs, folder=place.name), place.name
