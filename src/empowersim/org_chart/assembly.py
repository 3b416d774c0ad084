"""From rows of people to one tree: the single path by which every format is checked.

A row that names no usable person or manager is a problem. With `drop`, such rows are dropped
together with everybody below them; without, all of them are listed in one error.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import networkx as nx

from empowersim.errors import OrgChartError
from empowersim.org_chart.cells import name_key, quoted
from empowersim.org_chart.hierarchy import MOST_PEOPLE, Chart
from empowersim.org_chart.report import Note, listed

_NAMED_IN_A_CYCLE = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, whatever its format.

    Attributes:
        place: Where it stands in the file, such as `"line 12"`.
        id: The person's id; blank is a problem.
        manager: The manager's id, or a name that only one person has; blank at the top.
        name: The person's name, blank if unknown.
        title: The person's title, blank if unknown.
        unit: The person's unit, blank if unknown.
        people: Number of people that the row stands for, at least 1; if more, nobody may report
            to them, and their ids are `id.1`, `id.2`, …
        problem: Why the row cannot be used, found while it was read; blank if it can.
    """

    place: str
    id: str
    manager: str
    name: str = ""
    title: str = ""
    unit: str = ""
    people: int = 1
    problem: str = ""


@dataclass(frozen=True)
class Source:
    """Everything that was read from the files of one chart.

    Attributes:
        rows: The rows, in the order of the files.
        details: How they were read, for the report.
        notes: Rows that are not in `rows`, and assumptions made.
        gone: What each id is that is not in `rows`, where more than that can be said.
    """

    rows: Sequence[Row]
    details: str
    notes: tuple[Note, ...] = ()
    gone: Mapping[str, str] = field(default_factory=dict)


class _Link(NamedTuple):
    """A row with its manager's id, blank at the top or if there is a problem."""

    row: Row
    manager: str
    problem: str


def assemble(source: Source, *, drop: bool) -> tuple[Chart, tuple[Note, ...]]:
    """The chart of all rows that hang together, its nodes in their order, and what was changed.

    Raises:
        OrgChartError: There are no rows or too many people; there are problems and `drop` is
            false; or nobody would be left.
    """
    _check_size(source.rows)
    people, problems, merged = _people(_links(source))
    cyclic = _cycles({person: link.manager for person, link in people.items()})
    problems += [_dropped(people[person].row, reason) for person, reason in cyclic.items()]
    reached = _reached(people.values())
    below = [
        _dropped(link.row, f"is below {quoted(link.manager)}, who is dropped")
        for person, link in people.items()
        if person not in reached and person not in cyclic
    ]
    if problems and not (drop and reached):
        raise _problems_error(source.details, problems, below, anybody_left=bool(reached))
    chart, added = _chart([link for person, link in people.items() if person in reached])
    return chart, (*source.notes, *problems, *below, *merged, *added)


def _check_size(rows: Sequence[Row]) -> None:
    if not rows:
        raise OrgChartError("there are no people in it: an org chart needs at least one")
    people = sum(row.people for row in rows)
    if people > MOST_PEOPLE:
        raise OrgChartError(f"it holds {people:,} people; at most {MOST_PEOPLE:,} are allowed")


def _links(source: Source) -> list[_Link]:
    known = _Known(source)
    return [_Link(row, *known.manager_of(row)) for row in source.rows]


class _Known:
    """The ids and names by which a row may refer to a manager."""

    def __init__(self, source: Source) -> None:
        self.rows = source.rows
        self.gone = source.gone
        self.ids = {row.id for row in source.rows if row.id}

    @cached_property
    def by_name(self) -> Mapping[str, set[str]]:
        """The ids of the people who have a name, by `name_key`."""
        ids = defaultdict(set)
        for row in self.rows:
            if row.id and row.name:
                ids[name_key(row.name)].add(row.id)
        return ids

    def manager_of(self, row: Row) -> tuple[str, str]:
        """The id of the row's manager, blank at the top, and what is wrong with the row, if so."""
        if row.problem:
            return "", row.problem
        if not row.id:
            return "", "has no id: give it one, or delete the row"
        manager, problem = self._found(row.manager)
        if manager == row.id:
            return "", "reports to itself: name the manager, or leave it blank at the top"
        return manager, problem

    def _found(self, reference: str) -> tuple[str, str]:
        # Tables that once had blanks among whole numbers write 12 as 12.0.
        for manager in (reference, reference.removesuffix(".0")):
            if not manager or manager in self.ids:
                return manager, ""
        named = self.by_name.get(name_key(reference), set())
        if len(named) == 1:
            return next(iter(named)), ""
        if named:
            return "", f"reports to {quoted(reference)}, a name of {len(named)} people: use the id"
        what = self.gone.get(reference, "who is not in the file")
        return "", f"reports to {quoted(reference)}, {what}"


def _people(links: Iterable[_Link]) -> tuple[dict[str, _Link], list[Note], list[Note]]:
    """The first usable row of each person, by id; the problems; the repeated rows."""
    people: dict[str, _Link] = {}
    problems, merged = [], []
    for link in links:
        if link.problem:
            problems.append(_dropped(link.row, link.problem))
            continue
        first = people.setdefault(link.row.id, link)
        if first is link:
            continue
        if first.manager == link.manager:
            merged.append(_merged(link.row, first.row))
        else:
            problems.append(_dropped(link.row, _contradiction(link, first)))
    return people, problems, merged


def _dropped(row: Row, reason: str) -> Note:
    return Note("dropped", row.place, row.id, reason, row.people)


def _merged(row: Row, first: Row) -> Note:
    other_name = f", as {quoted(row.name)}" if row.name != first.name else ""
    return Note("merged", row.place, row.id, f"repeats {first.place}{other_name}", row.people)


def _contradiction(link: _Link, first: _Link) -> str:
    here, there = (quoted(each.manager) if each.manager else "nobody" for each in (link, first))
    return f"reports to {here} here, but to {there} in {first.row.place}: keep one of the rows"


def _cycles(manager: Mapping[str, str]) -> dict[str, str]:
    """Everyone on a cycle, with the reason to drop them. `manager` is blank at the top."""
    reasons: dict[str, str] = {}
    seen: set[str] = set()
    for start in manager:
        path: dict[str, None] = {}
        person = start
        while person in manager and person not in seen:
            seen.add(person)
            path[person] = None
            person = manager[person]
        if person in path:
            walked = list(path)
            reasons |= _cycle_reasons(walked[walked.index(person) :])
    return {person: reasons[person] for person in manager if person in reasons}


def _cycle_reasons(cycle: list[str]) -> dict[str, str]:
    named = " → ".join(quoted(person) for person in cycle[:_NAMED_IN_A_CYCLE])
    end = quoted(cycle[0]) if len(cycle) <= _NAMED_IN_A_CYCLE else f"… ({len(cycle):,} people)"
    return dict.fromkeys(cycle, f"is on a cycle: {named} → {end}")


def _reached(links: Iterable[_Link]) -> set[str]:
    """Everyone who is below a top, the tops included."""
    team = defaultdict(list)
    for link in links:
        team[link.manager].append(link.row.id)
    queue = list(team[""])
    for person in queue:  # the list grows while it is walked
        queue.extend(team.get(person, ()))
    return set(queue)


def _problems_error(
    details: str, problems: list[Note], below: list[Note], *, anybody_left: bool
) -> OrgChartError:
    lost = sum(note.people for note in (*problems, *below))
    remedy = (
        "correct these rows, or pass drop=True (--drop on the command line) to leave them out "
        f"with everybody below them: {lost:,} {'person' if lost == 1 else 'people'}"
        if anybody_left
        else "nobody would be left without these rows and everybody below them: correct them; "
        "whoever is at the top has a blank manager"
    )
    number = f"{len(problems):,} problem{'s' * (len(problems) > 1)}"
    return OrgChartError("\n".join([f"{number} ({details}):", *listed(problems), remedy]))


def _chart(links: Sequence[_Link]) -> tuple[Chart, list[Note]]:
    chart: Chart = nx.DiGraph()
    for row, _, _ in links:
        details = {"name": row.name, "title": row.title, "unit": row.unit}
        known = {what: text for what, text in details.items() if text}
        chart.add_nodes_from(_ids(row), **known)
    for row, manager, _ in links:
        if manager:
            chart.add_edges_from((person, manager) for person in _ids(row))
    return chart, _join_tops(chart, [link.row.id for link in links if not link.manager])


def _ids(row: Row) -> list[str]:
    if row.people == 1:
        return [row.id]
    return [f"{row.id}.{number}" for number in range(1, row.people + 1)]


def _join_tops(chart: Chart, tops: Sequence[str]) -> list[Note]:
    """Put several tops under one added head; return what was added."""
    if len(tops) == 1:
        return []
    head = "head"
    while head in chart:
        head += "+"
    chart.add_node(head, title="Head (added)")
    chart.add_edges_from((top, head) for top in tops)
    named = ", ".join(quoted(top) for top in tops[:3]) + ", …" * (len(tops) > 3)
    return [Note("added", "", head, f"joins {len(tops):,} people without a manager: {named}")]
