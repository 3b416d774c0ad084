"""Your organisation: an org chart as CSV, read, shown, and used in this session alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import quote

import reacton.ipyvuetify as v
import solara

from empowersim.app import language, session
from empowersim.app.bars import Bars
from empowersim.app.controls import Act
from empowersim.app.language import N_, _, number, plural
from empowersim.app.organisation import upload
from empowersim.app.organisation.upload import Brought, Refusal, Shape, Told

REFUSALS: Mapping[str, str] = {
    "large": N_("This is larger than {megabytes} MB: take out the columns that are not needed."),
    "people": N_("This has {count} lines: at most {people} people are read. Take out blank lines."),
    "cells": N_("This has too many cells: keep the columns id, manager, name and title."),
    "workbook": N_("This is a spreadsheet's workbook: open it there and save it as CSV (UTF-8)."),
    "no text": N_("This is not a text file: bring a CSV file."),
    "slow": N_("This takes too long or too much memory to read: is it an org chart?"),
    "reading": N_("This gives no org chart."),
    "alone": N_("One person alone can be placed: an org chart has at least two."),
    "unforeseen": N_("Something unforeseen went wrong: bring it again, or start the app again."),
    "folder": N_("This is a folder, or cannot be read: bring one CSV file."),
    "several": N_("These are several files: bring one."),
}
"""Why an upload gives no chart, in one line."""

REASONS: Mapping[str, str] = {
    "no id": N_("this row has no id: give it one, or delete it"),
    "own manager": N_("{person} reports to itself: name the manager, or leave the top's blank"),
    "namesakes": N_("{person} reports to {who}, a name of {n} people: use the id"),
    "contradiction": N_(
        "{person} reports to {who} here, but to {other} in line {line}: keep one of the two"
    ),
    "unknown manager": N_("{person} reports to {who}, who is not in the file"),
    "below": N_("{person} is below {who}, who is left out"),
    "repeats": N_("{person} is in line {line} already"),
    "cycle": N_("{person} reports to itself in the end: {who}"),
    "same name": N_("{person} is a name of {n} rows: add a column of ids"),
    "more cells": N_("this row has {n} cells, but the header has {m}: put quotes around commas"),
    "fewer cells": N_("this row ends after {n} of {m} cells"),
    "joined": N_("a head was added above {n} people who report to nobody"),
    "no manager column": N_("There is no column of managers: call one “manager”."),
    "no id column": N_("There is no column of ids or names: call one “id”."),
    "blank managers": N_("The column of managers is blank in every row."),
    "no people": N_("There is a header, but nobody below it."),
    "empty": N_("There is nothing in it."),
    "nul": N_("Line {line} holds a NUL character: save the file again as CSV (UTF-8)."),
    "encoding": N_("Line {line} is no text that can be read: save the file as CSV (UTF-8)."),
    "quotes": N_("Line {line} and those after it cannot be read: check its quotes."),
    "wide": N_("Line {line} has {n} cells, at most {m} are read: keep the columns that count."),
    "accents": N_("Line {line} piles up accents on one letter: correct that line, or delete it."),
    "two columns": N_("{n} columns have the same name: rename all but one."),
}
"""What the reader says, by the names of `upload`; of one line, or of many, in `_said`."""

TEMPLATES = {
    "en": "id,manager,name,title\n1,,Alex Martin,Director\n2,1,Sam Lee,Team lead\n"
    "3,2,Kim Roy,Engineer\n",
    "fr": "identifiant;responsable;nom;fonction\n1;;Alex Martin;Direction\n"
    "2;1;Sam Lee;Responsable d'équipe\n3;2;Kim Roy;Ingénierie\n",
}
"""Files to begin with; French spreadsheets put semicolons between cells."""
BYTE_ORDER_MARK = "\ufeff"
MOST_LEVELS = 10

anonymous: solara.Reactive[bool] = solara.reactive(True)
"""Whether names, ids and titles become numbers before anything is kept."""
outcome: solara.Reactive[Brought | Refusal | None] = solara.reactive(None)
"""What became of the last upload."""


class Upload(NamedTuple):
    """Bytes to be read."""

    data: bytes
    anonymous: bool


@solara.component_vue("bring.vue")
def Bring(  # noqa: N802 (a component)
    words: Mapping[str, str], most: int, event_brought: Any, event_refused: Any
) -> None:
    """A file to choose or to drop, and a field to paste into."""


@solara.component
def Organisation() -> None:  # noqa: N802
    """Bring a chart; see what was read; use it, or forget it."""
    nothing: Upload | None = None
    given, set_given = solara.use_state(nothing)
    solara.use_effect(partial(_begin, given, set_given), [given])

    def bring(_data: object, buffers: Sequence[Any] = ()) -> None:
        outcome.set(None)
        set_given(Upload(b"".join(map(bytes, buffers)), anonymous.value))

    v.Html(tag="h1", children=[_("Your organisation")])
    with v.Html(tag="div", class_="or-body"):
        with v.Html(tag="div", class_="or-side es-aside"):
            v.Html(tag="p", children=[_stays()])
            v.Switch(
                v_model=anonymous.value,
                on_v_model=_set_anonymous,
                label=_("Anonymise: names, ids and titles become numbers"),
                hide_details=True,
            )
            Bring(
                words=_words(), most=upload.MOST_BYTES, event_brought=bring, event_refused=_refuse
            )
            Template()
        with v.Html(tag="section", class_="or-read", attributes={"aria-live": "polite"}):
            if given is not None:
                v.Html(tag="p", attributes={"role": "status"}, children=[_("Reading…")])
                v.ProgressLinear(indeterminate=True, attributes={"aria-label": _("Reading…")})
            elif isinstance(outcome.value, Refusal):
                Refused(outcome.value)
            elif outcome.value is not None:
                Accepted(outcome.value)
            else:
                v.Html(tag="p", class_="es-lead", children=[_how()])


def _stays() -> str:
    return _(
        "It stays on this computer and in this browser tab: nothing is written to the disk, and it"
        " is forgotten when the tab is closed or reloaded."
    )


def _how() -> str:
    return _(
        "A row for each person, with an id and the manager's id; whoever is at the top has a blank"
        " manager. Names, titles and units may be there; nothing else is read."
    )


def _words() -> dict[str, str]:
    return {
        "choose": _("Choose a CSV file…"),
        "drop": _("or drop it here (up to {megabytes} MB)", megabytes=_megabytes()),
        "paste": _("Or paste its rows, with the header:"),
        "example": TEMPLATES[language.current.value].rsplit("\n", 3)[0],
        "read": _("Read what is pasted"),
    }


def _megabytes() -> str:
    return number(upload.MOST_BYTES // 2**20)


def _refuse(why: object) -> None:
    """What the browser itself refuses to send."""
    known = why if isinstance(why, str) and why in REFUSALS else "no text"
    outcome.set(Refusal(known))  # type: ignore[arg-type]


def _set_anonymous(wanted: bool) -> None:
    """Names that are there can be taken away at once; those that are not must be brought again."""
    anonymous.set(bool(wanted))
    brought = outcome.value
    if not wanted or not isinstance(brought, Brought) or brought.anonymous:
        return
    in_use = session.own_chart.value is brought.chart
    hidden = brought._replace(chart=upload.numbered(brought.chart), told=(), anonymous=True)
    outcome.set(hidden)
    session.forget(brought.chart)
    if in_use:
        session.own_chart.set(hidden.chart)


def _begin(given: Upload | None, finished: Callable[[None], object]) -> Callable[[], None] | None:
    """Read in a thread, whose process ends with the page."""
    if given is None:
        return None
    stop = Event()

    def work() -> None:
        found: Brought | Refusal | None
        try:
            found = upload.read_alone(given.data, anonymous=given.anonymous, stop=stop)
        except Refusal as refusal:
            found = refusal
        except Exception:
            # Whatever happened: “Reading…” must not stay.
            logging.getLogger(__name__).exception("An upload could not be read.")
            found = Refusal("unforeseen")
        if not stop.is_set():
            outcome.set(found)
            finished(None)

    Thread(target=work, daemon=True).start()
    return stop.set


@solara.component
def Template() -> None:  # noqa: N802
    """A file to begin with."""
    spoken = language.current.value
    data = quote(BYTE_ORDER_MARK + TEMPLATES[spoken])
    name = "organigramme.csv" if spoken == "fr" else "org_chart.csv"
    attributes = {"href": f"data:text/csv;charset=utf-8,{data}", "download": name}
    link = [_("Download a file to begin with")]
    v.Html(tag="a", class_="or-link", attributes=attributes, children=link)


# --- What was read ----------------------------------------------------------------------------


@solara.component
def Refused(refusal: Refusal) -> None:  # noqa: N802
    """Why there is no chart, and in which lines."""
    text = _(
        REFUSALS[refusal.why],
        megabytes=_megabytes(),
        people=number(upload.MOST_PEOPLE),
        count=number(refusal.count),
    )
    of_the_file = [_said(told) for told in refusal.told if not told.line]
    of_lines = [told for told in refusal.told if told.line]
    children = [" ".join([text, *of_the_file])]
    v.Html(tag="p", class_="es-error", attributes={"role": "alert"}, children=children)
    if of_lines:
        Lines(of_lines, refusal.more)


@solara.component
def Accepted(brought: Brought) -> None:  # noqa: N802
    """A chart's summary and levels, what was left out, and what to do with it."""
    shape = solara.use_memo(lambda: upload.shape(brought.chart), [brought.chart])
    router = solara.use_router()
    in_use = session.own_chart.value is brought.chart
    with v.Html(tag="div", class_="or-row"):
        if in_use:
            v.Html(tag="b", attributes={"role": "status"}, children=[_("✓ In use in this tab.")])
            Act(_("To the lab"), lambda: router.push("/lab"))
            Act(_("To the workshop"), lambda: router.push("/workshop"))
        else:
            use = _("Use it") if not brought.lost else _("Use it without the lines below")
            Act(use, lambda: session.own_chart.set(brought.chart))
        Act(_("Forget it"), _forget)
    if not anonymous.value and brought.anonymous:
        again = _("The names were not kept: bring the file again to see them.")
        v.Html(tag="p", class_="es-note", children=[again])
    Facts(shape)
    legend = [_("people"), _("of whom lead others")]
    words = {"summary": _("People of each level"), "hint": ""}
    Bars(picture=_levels(shape, legend), words=words, openable=False, event_open=lambda _: None)
    if brought.lost:
        text = plural(
            "{count} person is left out, for a problem in the row or in one above:",
            "{count} people are left out, for a problem in their row or in one above:",
            brought.lost,
        )
        v.Html(tag="p", class_="es-error", attributes={"role": "alert"}, children=[text])
    if brought.told:
        Lines(brought.told, brought.more)


def _forget() -> None:
    if isinstance(outcome.value, Brought):
        session.forget(outcome.value.chart)
    outcome.set(None)


@solara.component
def Facts(shape: Shape) -> None:  # noqa: N802
    """The numbers of a chart."""
    facts = [
        (number(shape.people), plural("person", "people", shape.people)),
        (number(shape.managers), plural("manager", "managers", shape.managers)),
        (number(len(shape.by_level)), plural("level", "levels", len(shape.by_level))),
        (number(shape.mean_span, 1), _("people in an average team")),
        (number(shape.widest), _("in the largest team")),
        (number(shape.alone), plural("leads one person", "lead one person", shape.alone)),
    ]
    with v.Html(tag="ul", class_="or-facts"):
        for value, text in facts:
            v.Html(tag="li", children=[v.Html(tag="b", children=[value]), text])


def _levels(shape: Shape, legend: Sequence[str]) -> dict[str, Any]:
    """The levels as rows of bars; those that are too many, as one."""
    levels = list(shape.by_level)
    last = levels[MOST_LEVELS:]
    rows = [
        (_("Level {number}", number=number(k)), *level)
        for k, level in enumerate(levels[:MOST_LEVELS], 1)
    ]
    if last:
        name = plural("{count} level below", "{count} levels below", len(last))
        rows.append((name, *(sum(column) for column in zip(*last, strict=True))))
    most = max(people for _name, people, _leading in rows)
    return {
        "rows": [
            {
                "name": name,
                "bars": [[value] * 3 + [number(value)] for value in (people, leading)],
                "text": _(
                    "{level}: {people}, {leading}",
                    level=name,
                    people=plural("{count} person", "{count} people", people),
                    leading=plural(
                        "{count} of whom leads others", "{count} of whom lead others", leading
                    ),
                ),
            }
            for name, people, leading in rows
        ],
        "legend": list(legend),
        "ticks": [[0, "0"], [most, number(most)]],
    }


@solara.component
def Lines(told: Sequence[Told], more: int) -> None:  # noqa: N802
    """What was found in the first lines, and how many there are besides."""
    attributes = {"tabindex": "0", "aria-label": _("Lines with a remark")}
    with v.Html(tag="ul", class_="or-lines", attributes=attributes):
        for each in told:
            where = _("Line {line}:", line=number(each.line)) + " " if each.line else ""
            v.Html(tag="li", children=[where + _said(each)])
        if more:
            text = plural("and {count} more", "and {count} more", more)
            v.Html(tag="li", children=[text])


def _said(told: Told) -> str:
    """What the reader said; as it said it where there is no text for that."""
    if told.reason == "nobody left":
        return plural(
            "Nobody can be placed: {count} line is wrong. Whoever is at the top has a blank"
            " manager.",
            "Nobody can be placed: {count} lines are wrong. Whoever is at the top has a blank"
            " manager.",
            int(told.values["n"]),
        )
    if told.reason not in REASONS:
        return told.text or _("this row cannot be used")
    person = told.person if told.person != upload.HIDDEN else _("someone")
    values = {
        blank: number(value) if isinstance(value, int) else value
        for blank, value in told.values.items()
    }
    return _(REASONS[told.reason], None, **values, person=person or _("someone"))
