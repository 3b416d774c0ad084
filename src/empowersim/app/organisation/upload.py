"""An org chart that someone brings: from the bytes of a CSV file to a chart, or why there is none.

The bytes come from anybody. They are held against limits first, and read by a process that has
little memory and little time; nothing is written to the disk. With `anonymous`, no name, id or
title leaves that process.
"""

from __future__ import annotations

import logging
import multiprocessing
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import Literal, NamedTuple

import networkx as nx
import numpy as np

from empowersim.errors import EmpowerSimError, OrgChartError
from empowersim.org_chart import Chart, Kind, hierarchy
from empowersim.org_chart.assembly import assemble
from empowersim.org_chart.csv_file import read_csv
from empowersim.org_chart.report import Note

MOST_BYTES = 25 * 2**20
MOST_PEOPLE = 100_000
MOST_CELLS = 3_000_000
"""Of any delimiter: 30 columns for each person."""
SECONDS = 20.0
MOST_MEMORY = 3 * 2**30
"""Bytes of address space, most of it of libraries; where the system can limit it at all."""
SHOWN = 20
"""Lines with a problem that are told one by one."""

FEWEST = 2
"""People: one alone has no reporting relation, and so nothing to run."""

type Why = Literal[
    "large", "people", "cells", "workbook", "no text", "slow", "reading", "alone", "unforeseen"
]

_MAGIC: Sequence[tuple[bytes, Why]] = (
    (b"PK\x03\x04", "workbook"),
    (b"PK\x05\x06", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"%PDF", "no text"),
    (b"\x1f\x8b", "no text"),
    (b"\x89PNG", "no text"),
    (b"\xff\xd8\xff", "no text"),
    (b"GIF8", "no text"),
)

_REASONS: Mapping[str, str] = {
    "no id": r"has no id: .*",
    "own manager": r"reports to itself: .*",
    "namesakes": r"reports to (?P<who>.+), a name of (?P<n>[\d,]+) people: use the id",
    "contradiction": r"reports to (?P<who>.+) here, but to (?P<other>.+) in line (?P<line>\d+):.*",
    "unknown manager": r"reports to (?P<who>.+), who is not in the file",
    "below": r"is below (?P<who>.+), who is dropped",
    "repeats": r"repeats line (?P<line>\d+).*",
    "cycle": r"is on a cycle: (?P<who>.+)",
    "same name": r"is a name of (?P<n>\d+) rows: .*",
    "more cells": r"has (?P<n>\d+) cells, but the header has (?P<m>\d+): .*",
    "fewer cells": r"ends after (?P<n>\d+) of (?P<m>\d+) cells: .*",
    "joined": r"joins (?P<n>[\d,]+) people without a manager: (?P<who>.+)",
    "no manager column": r"there is no manager column\. Columns found: (?P<who>.*)\. Rename.*",
    "no id column": r"there is no id or name column\. Columns found: (?P<who>.*)\. Rename.*",
    "blank managers": r"the column (?P<who>.+) is blank in every row: .*",
    "no people": r"the file has a header but no people below it",
    "empty": r"the file is (?:blank|empty)",
    "nul": r"line (?P<line>\d+) holds a NUL character, .*",
    "encoding": r"line (?P<line>\d+) is not in .*",
    "quotes": r"the row at line (?P<line>\d+) cannot be read .*",
    "wide": r"the row at line (?P<line>\d+) has (?P<n>[\d,]+) cells, at most (?P<m>[\d,]+) .*",
    "accents": r"the row at line (?P<line>\d+): .* has dozens of accents .*",
    "two columns": r"(?P<n>\d+) columns are called (?P<who>.+): rename all but one",
    "nobody left": r"(?P<n>[\d,]+) problems? .*nobody would be left .*",
}
"""What the reader says of a row or of a file, by a name for it."""
_KNOWN = {name: re.compile(pattern, re.DOTALL) for name, pattern in _REASONS.items()}
_NUMBERS = {"n", "m", "line"}
_LISTED = re.compile(r"  line (\d+): (.*)")
HIDDEN = "…"


class Told(NamedTuple):
    """A thing that the reader said.

    Attributes:
        reason: its name in `_REASONS`; empty for one that is not known there.
        values: its blanks: numbers, and people's ids or names.
        line: of the file, 0 for none.
        person: the id in that line; HIDDEN if nobody is to see it.
        text: as the reader said it; empty if nobody is to see it.
    """

    reason: str
    values: Mapping[str, int | str]
    line: int = 0
    person: str = ""
    text: str = ""


class Refusal(EmpowerSimError):  # noqa: N818 (an outcome, told in the page)
    """An upload that gives no chart.

    Attributes:
        why: which of the few reasons.
        told: what the reader said, if it got that far: of the file, and of its first lines.
        more: how many lines there are besides.
        count: how much there is of what is too much.
    """

    def __init__(
        self, why: Why, told: Sequence[Told] = (), more: int = 0, *, count: int = 0
    ) -> None:
        super().__init__(told[0].text or told[0].reason if told else why)
        self.why: Why = why
        self.told = told
        self.more = more
        self.count = count

    def __reduce__(self) -> tuple[object, ...]:
        """To be sent by the process that reads."""
        return partial(Refusal, count=self.count), (self.why, self.told, self.more)


class Brought(NamedTuple):
    """A chart that was read.

    Attributes:
        chart: its people are numbers and nothing else, if it is anonymous.
        told: the first lines that are not simply a person of it.
        more: how many such lines there are besides.
        lost: people who are not in the chart, for a problem or below someone dropped.
        anonymous: whether nobody can be recognised.
    """

    chart: Chart
    told: tuple[Told, ...]
    more: int
    lost: int
    anonymous: bool


class Shape(NamedTuple):
    """What a chart looks like: the numbers of a summary.

    Attributes:
        by_level: people of each level, and those of them who lead others.
        alone: managers who lead one person.
    """

    people: int
    managers: int
    by_level: tuple[tuple[int, int], ...]
    mean_span: float
    widest: int
    alone: int


def check(data: bytes) -> None:
    """Refuse what is too much, or no text, by looking at the bytes alone.

    Raises:
        Refusal: saying which.
    """
    if len(data) > MOST_BYTES:
        raise Refusal("large", count=len(data))
    for magic, why in _MAGIC:
        if data.startswith(magic):
            raise Refusal(why)
    # Before anything is built: a line is at most a person.
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > MOST_PEOPLE + 1:
        raise Refusal("people", count=lines)
    cells = max(data.count(delimiter) for delimiter in (b",", b";", b"\t", b"|"))
    if cells > MOST_CELLS:
        raise Refusal("cells", count=cells)


def read(data: bytes, *, anonymous: bool) -> Brought:
    """The chart in a CSV file, without the rows that cannot be used.

    Raises:
        Refusal: there is none.
    """
    check(data)
    try:
        chart, notes = assemble(read_csv(_Held(data)), drop=True)
    except OrgChartError as error:
        raise Refusal("reading", *_of_error(str(error), anonymous)) from None
    if len(chart) > MOST_PEOPLE:
        raise Refusal("people", count=len(chart))
    told = tuple(_of_note(note, anonymous) for note in notes[:SHOWN])
    more = max(0, len(notes) - SHOWN)
    if len(chart) < FEWEST:
        raise Refusal("alone", told, more)
    lost: Sequence[Kind] = ("dropped", "left out")
    return Brought(
        numbered(chart) if anonymous else chart,
        told,
        more,
        sum(note.people for note in notes if note.kind in lost),
        anonymous,
    )


class _Held(Path):
    """A file that is nowhere but in memory."""

    def __init__(self, data: bytes) -> None:
        super().__init__("upload.csv")
        self._data = data

    def read_bytes(self) -> bytes:
        """What was brought."""
        return self._data


def numbered(chart: Chart) -> Chart:
    """The same tree of numbers: no name, no id, no title, no unit. Its runs are the same."""
    order = {person: str(number) for number, person in enumerate(hierarchy(chart).ids, 1)}
    people: Chart = nx.DiGraph()
    people.add_nodes_from(order.values())
    # By their managers' and their own place, so that every team keeps its order.
    people.add_edges_from(
        (order[person], order[manager]) for person in order for manager in chart[person]
    )
    return people


def shape(chart: Chart) -> Shape:
    """The numbers of a chart's summary."""
    tree = hierarchy(chart)
    spans = tree.team_size[tree.managers]
    people = np.bincount(tree.level)
    leading = np.bincount(tree.level[tree.managers], minlength=len(people))
    return Shape(
        tree.n_people,
        len(spans),
        tuple(zip(people.tolist(), leading.tolist(), strict=True)),
        float(spans.mean()) if len(spans) else 0.0,
        int(spans.max(initial=0)),
        int((spans == 1).sum()),
    )


# --- What the reader says ---------------------------------------------------------------------


def _of_note(note: Note, anonymous: bool) -> Told:
    line = note.place.removeprefix("line ")
    return _told(note.reason, int(line) if line.isdigit() else 0, note.person, anonymous)


def _of_error(text: str, anonymous: bool) -> tuple[list[Told], int]:
    """What was wrong with the file and with each line that the reader lists; how many more."""
    found = [_told(text, 0, "", anonymous)]
    for number, said in _LISTED.findall(text):
        # Its subject is the person; the reason begins after it.
        name, match = next(
            ((name, match) for name, each in _KNOWN.items() if (match := each.search(said))),
            ("", None),
        )
        person, reason = (said[: match.start()], match[0]) if match and name else ("", said)
        found.append(_told(reason, int(number), person.strip(" '\""), anonymous))
    wrong, lines = found[0].values.get("n", 0), len(found) - 1
    return found, max(0, int(wrong) - lines) if lines else 0


def _told(reason: str, line: int, person: str, anonymous: bool) -> Told:
    for name, known in _KNOWN.items():
        if match := known.fullmatch(reason):
            values: dict[str, int | str] = {
                blank: int(text.replace(",", "")) if blank in _NUMBERS else text
                for blank, text in match.groupdict().items()
            }
            if anonymous:
                values |= dict.fromkeys({"who", "other"} & set(values), HIDDEN)
            return Told(
                name, values, line, HIDDEN if anonymous else person, "" if anonymous else reason
            )
    return Told("", {}, line, HIDDEN if anonymous else person, "" if anonymous else reason)


# --- In a process of its own ------------------------------------------------------------------


def read_alone(
    data: bytes, *, anonymous: bool, stop: Event, seconds: float = SECONDS
) -> Brought | None:
    """As `read`, by a process that is killed after some seconds; None if `stop` was set before.

    Raises:
        Refusal: as `read`; or it took too long, or too much memory.
    """
    check(data)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    reader = context.Process(target=_read_and_send, args=(there, anonymous), daemon=True)
    try:
        reader.start()
    except OSError:
        # The system is at its limit of processes or of memory.
        here.close()
        raise Refusal("unforeseen") from None
    finally:
        there.close()
    try:
        here.send_bytes(data or b"\n")
        until = time.monotonic() + seconds
        while not here.poll(0.05):
            if stop.is_set():
                return None
            if time.monotonic() > until:
                raise Refusal("slow")
        found: Brought | Refusal = here.recv()
    except (EOFError, OSError):
        # It died: of a lack of memory, as far as one can know.
        raise Refusal("slow") from None
    finally:
        reader.kill()
        reader.join()
        here.close()
    if isinstance(found, Refusal):
        raise found
    return found


def _read_and_send(pipe: Connection, anonymous: bool) -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system can limit it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        found: Brought | Refusal = read(pipe.recv_bytes(), anonymous=anonymous)
    except Refusal as refusal:
        found = refusal
    except MemoryError:
        found = Refusal("slow")
    except Exception:
        logging.getLogger(__name__).exception("An upload could not be read.")
        found = Refusal("unforeseen")
    pipe.send(found)
