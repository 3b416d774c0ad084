"""Tables in CSV files, whatever their delimiter, quotes and encoding."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from empowersim.errors import OrgChartError
from empowersim.org_chart import records
from empowersim.org_chart.assembly import Source
from empowersim.org_chart.cells import clean, unguarded
from empowersim.org_chart.records import Record, Table
from empowersim.org_chart.text_file import decoded, read_bytes


class _TooWideError(OrgChartError):
    """A row with more cells than a spreadsheet can have."""


# Whether a header has the columns that are looked for.
type Suits = Callable[[Sequence[str]], bool]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MOST_CELLS = 16_384  # in a row; a spreadsheet has no more
_SEPARATOR_LINE = re.compile(r"sep=.(?=[\r\n])")  # for Excel, ahead of the header


def read_csv(path: Path) -> Source:
    """The rows of a CSV file in which each row is a person who names a manager.

    Raises:
        OrgChartError: The file is no such table; the message says what is missing, or where.
    """
    return records.people(read_table(path, records.suits))


def read_table(path: Path, suits: Suits) -> Table:
    """The table in a CSV file, each cell cleaned and without the guard against formulas.

    The delimiter is the one under which the header `suits`; where it does under several or
    none, the one that gives the most columns. Blank lines and rows of blank cells are skipped.

    Raises:
        OrgChartError: The file cannot be read, has no people, or has quotes that do not match.
    """
    header, records_below, how = _opened(path, suits)
    people = list(records_below)
    if not people:
        raise OrgChartError("the file has a header but no people below it")
    return Table(header, people, how)


def read_header(path: Path, suits: Suits) -> list[str]:
    """The header that `read_table` would find, without the rest of the table."""
    return _opened(path, suits)[0]


def _opened(path: Path, suits: Suits) -> tuple[list[str], Iterator[Record], str]:
    """The header, the records still to be read, and how the file is written."""
    text, encoding = decoded(read_bytes(path))
    text = _SEPARATOR_LINE.sub("", text, count=1) if text.startswith("sep=") else text
    delimiter = _delimiter(text, suits)
    lines = _records(text, delimiter)
    header = next(lines, None)
    if header is None:
        raise OrgChartError("the file is blank")
    return header.cells, lines, f"{encoding}, {_DELIMITERS[delimiter]}-delimited"


def _delimiter(text: str, suits: Suits) -> str:
    def fitness(delimiter: str) -> tuple[bool, int]:
        try:
            header = next(_records(text, delimiter)).cells
        except _TooWideError:  # it is this one, and the file is refused
            return True, _MOST_CELLS
        except (OrgChartError, StopIteration):  # its quotes make sense under another delimiter
            return False, 0
        return suits(header), len(header)

    return max(_DELIMITERS, key=fitness)


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """Each row that holds something, with the number of the line on which it starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            cleaned = [unguarded(cell) for cell in _cleaned(cells, line)]
            if any(cleaned):
                yield Record(f"line {line}", cleaned)
            line = reader.line_num + 1
    except csv.Error as error:
        raise OrgChartError(
            f"the row at line {line} cannot be read ({error}): check its quotes"
        ) from error


def _cleaned(cells: Sequence[str], line: int) -> list[str]:
    """The cells, unless no spreadsheet has written such a row."""
    if len(cells) > _MOST_CELLS:
        raise _TooWideError(
            f"the row at line {line} has {len(cells):,} cells, at most {_MOST_CELLS:,} are read: "
            "keep the columns of ids, managers, names and titles"
        )
    try:
        return [clean(cell) for cell in cells]
    except OrgChartError as error:
        raise OrgChartError(f"the row at line {line}: {error}") from error
