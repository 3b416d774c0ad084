"""From a table with named columns to rows of people, whether it came as CSV or as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from empowersim.errors import OrgChartError
from empowersim.org_chart.assembly import Row, Source
from empowersim.org_chart.cells import clean, quoted
from empowersim.org_chart.columns import (
    ID_NAMES,
    MANAGER_NAMES,
    OTHER_NAMES,
    Details,
    Positions,
    details,
    joined,
    matching,
    only,
)

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row, cleaned, and where it stands in the file."""

    place: str
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A header and its records, and how they were read."""

    header: list[str]
    records: list[Record]
    details: str = ""


@dataclass(frozen=True)
class _Columns:
    """Where a table holds each of what a row needs; `named` if the names serve as ids."""

    id: Positions
    manager: Positions
    details: Details
    named: bool


def suits(header: Sequence[str]) -> bool:
    """Whether a table with this header tells who people are and to whom they report."""
    someone = matching(header, ID_NAMES) or details(header).name
    return bool(someone and matching(header, MANAGER_NAMES))


def people(table: Table) -> Source:
    """The rows of a table in which each row is a person who names a manager.

    Raises:
        OrgChartError: There is no manager column, it is blank throughout, or there is neither an
            id nor a name column.
    """
    columns = _columns(table.header)
    managers = _titles(table, columns.manager)
    if len(table.records) > 1 and not any(joined(r.cells, columns.manager) for r in table.records):
        raise OrgChartError(
            f"the column {managers} is blank in every row: fill it in, or delete it if another "
            "column names the managers"
        )
    rows = [_row(record, table.header, columns) for record in table.records]
    if columns.named:
        rows = _without_namesakes(rows)
    used = f"ids from {_titles(table, columns.id)}, managers from {managers}"
    return Source(rows, ", ".join(filter(None, (table.details, used))))


def _columns(header: Sequence[str]) -> _Columns:
    manager = only(header, MANAGER_NAMES)
    if not manager:
        raise _missing("manager", MANAGER_NAMES, header)
    who = details(header)
    own_id = only(header, ID_NAMES)
    if not (own_id or who.name):
        raise _missing("id or name", (*ID_NAMES, *OTHER_NAMES), header)
    return _Columns(own_id or who.name, manager, who, named=not own_id)


def _missing(what: str, accepted: Sequence[str], header: Sequence[str]) -> OrgChartError:
    found = ", ".join(quoted(column) for column in header[:_MOST_NAMED]) or "none"
    names = ", ".join(sorted(accepted, key=len)[:_MOST_NAMED])
    return OrgChartError(
        f"there is no {what} column. Columns found: {found}"
        f"{', …' * (len(header) > _MOST_NAMED)}. Rename one to any of: {names}, …"
    )


def _row(record: Record, header: Sequence[str], columns: _Columns) -> Row:
    cells = record.cells
    return Row(
        place=record.place,
        id=joined(cells, columns.id),
        manager=joined(cells, columns.manager),
        problem=misfit(cells, header, (*columns.id, *columns.manager)),
        **columns.details.of(cells),
    )


def misfit(cells: Sequence[str], header: Sequence[str], needed: Positions) -> str:
    """Why the row cannot be trusted, if its cells are not those of the header; else blank."""
    if any(cells[len(header) :]):
        return (
            f"has {len(cells)} cells, but the header has {len(header)}: put quotes around a text "
            "that holds the delimiter"
        )
    if len(cells) <= max(needed):
        return f"ends after {len(cells)} of {len(header)} cells: fill it up with delimiters"
    return ""


def _without_namesakes(rows: Sequence[Row]) -> list[Row]:
    """Where names serve as ids, a name that occurs twice stands for nobody in particular."""
    times = Counter(row.id for row in rows)
    return [
        replace(row, problem=f"is a name of {times[row.id]} rows: add a column of ids")
        if row.id and not row.problem and times[row.id] > 1
        else row
        for row in rows
    ]


def _titles(table: Table, positions: Positions) -> str:
    return " + ".join(quoted(clean(table.header[index])) for index in positions)
