"""Reading charts from files, with a report of what became of every row."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from empowersim.declaration import MOST_SAID, shown
from empowersim.errors import OrgChartError
from empowersim.org_chart.assembly import Source, assemble
from empowersim.org_chart.cells import quoted
from empowersim.org_chart.csv_file import read_csv
from empowersim.org_chart.graphml_file import read_graphml
from empowersim.org_chart.hierarchy import Chart
from empowersim.org_chart.json_file import read_json
from empowersim.org_chart.report import Report
from empowersim.org_chart.uk_organogram import read_uk_organogram, recognises

type File = str | os.PathLike[str]
type Format = Literal["csv", "graphml", "json", "uk-organogram"]

_READERS: dict[Format, Callable[..., Source]] = {
    "csv": read_csv,
    "graphml": read_graphml,
    "json": read_json,
    "uk-organogram": read_uk_organogram,
}
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".graphml": "graphml",
    ".xml": "graphml",
    ".json": "json",
}
_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")


@dataclass(frozen=True)
class Reading:
    """A chart, and the report of how it was read."""

    chart: Chart
    report: Report


def load(
    paths: File | Sequence[File],
    *,
    format: Format | None = None,  # noqa: A002  the word that users know
    drop: bool = False,
) -> Chart:
    """The chart in a file, as `read` reads it, without the report."""
    return read(paths, format=format, drop=drop).chart


def read(
    paths: File | Sequence[File],
    *,
    format: Format | None = None,  # noqa: A002  the word that users know
    drop: bool = False,
) -> Reading:
    """The chart in a file, and what became of each of its rows.

    Args:
        paths: One file; for the format `uk-organogram`, the senior posts' and then, if there is
            one, the junior posts'.
        format: Guessed from the file's suffix and header unless given.
        drop: Whether rows with problems are dropped, with everybody below them, rather than
            refused.

    Returns:
        A tree whose edges lead from collaborator to manager; its nodes are text ids in the order
        of the file, with the attributes `name`, `title` and `unit` where they are known.

    Raises:
        OrgChartError: The file cannot be read; or it holds no tree and `drop` is false, and then
            the message lists the rows to correct.
    """
    files = _files(paths)
    try:
        chosen = _checked(format) if format is not None else _guessed(files)
        most = 2 if chosen == "uk-organogram" else 1
        if len(files) > most:
            raise OrgChartError(f"the format {chosen} takes {most} file(s), not {len(files)}")
        source = _READERS[chosen](*files)
        chart, notes = assemble(source, drop=drop)
    except OrgChartError as error:
        named = ", ".join(shown(file, str, most=MOST_SAID) for file in files)
        raise OrgChartError(f"{named}: {error}") from error
    report = Report(
        files=tuple(map(str, files)),
        format=chosen,
        details=source.details,
        rows=len(source.rows) + sum(note.kind == "left out" for note in source.notes),
        people=len(chart),
        notes=notes,
    )
    return Reading(chart, report)


def _files(paths: File | Sequence[File]) -> list[Path]:
    files = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not files:
        raise OrgChartError("no file was given: name at least one")
    return [Path(file) for file in files]


def _checked(chosen: Format) -> Format:
    if chosen not in _READERS:
        raise OrgChartError(f"format = {chosen!r} is none of {', '.join(_READERS)}")
    return chosen


def _guessed(files: Sequence[Path]) -> Format:
    if len(files) > 1:
        return "uk-organogram"
    suffix = files[0].suffix.lower()
    if suffix in _WORKBOOK_SUFFIXES:
        raise OrgChartError("this is a spreadsheet's workbook: open it and save it as CSV (UTF-8)")
    if suffix not in _SUFFIXES:
        raise OrgChartError(
            f"the suffix {quoted(suffix)} tells no format: use one of {', '.join(_SUFFIXES)}, "
            f"or name the format ({', '.join(_READERS)})"
        )
    guess = _SUFFIXES[suffix]
    return "uk-organogram" if guess == "csv" and recognises(files[0]) else guess
