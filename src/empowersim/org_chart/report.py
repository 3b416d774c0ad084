"""What happened while a chart was read: everything dropped, merged or added, by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from empowersim.org_chart.cells import quoted

type Kind = Literal["dropped", "left out", "merged", "assumed", "added"]

_MEANING: dict[Kind, str] = {
    "dropped": "dropped for a problem, or below someone dropped",
    "left out": "left out by the format's rules",
    "merged": "merged with an earlier row of the same person or post",
    "assumed": "read with an assumption",
    "added": "added, in no file",
}
_MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was done to one row.

    Attributes:
        kind: What was done.
        place: The row, such as `"line 12"`; blank for what no row holds.
        person: The id in that row, blank if it has none.
        reason: Why, as a sentence whose subject is the person.
        people: Number of people the row stands for, at least 0.
    """

    kind: Kind
    place: str
    person: str
    reason: str
    people: int = 1

    def __str__(self) -> str:
        subject = quoted(self.person) if self.person else "this row"
        return f"{self.place}{': ' * bool(self.place)}{subject} {self.reason}"


@dataclass(frozen=True)
class Report:
    """What was read, and what became of it; `str()` gives a text for a terminal.

    Attributes:
        files: The files, as they were named.
        format: The format they were read in.
        details: How they were read: encoding, delimiter, columns.
        rows: Number of rows that hold something.
        people: Number of people in the chart, an added head included.
        notes: Every row that is not simply a person of the chart, and every addition.
    """

    files: tuple[str, ...]
    format: str
    details: str
    rows: int
    people: int
    notes: tuple[Note, ...]

    @property
    def dropped(self) -> tuple[Note, ...]:
        """Rows dropped for a problem, then those below them."""
        return self._of_kind("dropped")

    @property
    def left_out(self) -> tuple[Note, ...]:
        """Rows that the format's own rules leave out, such as eliminated posts."""
        return self._of_kind("left out")

    @property
    def merged(self) -> tuple[Note, ...]:
        """Rows that repeat an earlier one."""
        return self._of_kind("merged")

    @property
    def assumed(self) -> tuple[Note, ...]:
        """Rows that are in the chart on an assumption."""
        return self._of_kind("assumed")

    @property
    def added(self) -> tuple[Note, ...]:
        """People whom no file holds, such as a head that joins several tops."""
        return self._of_kind("added")

    def count(self, kind: Kind) -> int:
        """Number of people (not rows) with a note of this kind."""
        return sum(note.people for note in self._of_kind(kind))

    def _of_kind(self, kind: Kind) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.kind == kind)

    def __str__(self) -> str:
        lines = [
            f"{', '.join(self.files)} ({self.format}; {self.details})",
            f"{self.rows:,} rows read, {self.people:,} people in the chart",
        ]
        for kind, meaning in _MEANING.items():
            notes = self._of_kind(kind)
            if notes:
                lines.append(f"{self.count(kind):,} {meaning}:")
                lines.extend(listed(notes))
        return "\n".join(lines)


def listed(notes: Sequence[Note]) -> list[str]:
    """One indented line for each of the first ten notes, and one for how many more there are."""
    lines = [f"  {note}" for note in notes[:_MOST_LISTED]]
    more = len(notes) - _MOST_LISTED
    return [*lines, f"  … and {more:,} more"] if more > 0 else lines
