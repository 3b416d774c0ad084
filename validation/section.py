"""What a module of this package hands back: verdicts, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

type Answer = Literal["reproduced", "reproduced in part", "not reproduced", "not comparable"]


class Verdict(NamedTuple):
    """One pattern held against the model; all but `answer` are sentences in Markdown."""

    name: str  # V1, or V1a where a pattern has parts
    evidence: str  # what the literature says, and who
    method: str  # what was simulated and what was measured
    found: str  # the number, with its interval
    answer: Answer
    why: str  # where the number comes from in the model; what would make it otherwise


class Section(NamedTuple):
    """A part of the page."""

    title: str
    text: str  # Markdown paragraphs, tables and pictures
    verdicts: Sequence[Verdict] = ()


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
