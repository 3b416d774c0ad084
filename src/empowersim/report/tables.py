"""Tables as a page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from empowersim import words
from empowersim.words import Language

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 100


class Shown(NamedTuple):
    """The first rows of a table as texts, its columns as they are called in the files.

    Attributes:
        file: without its ending.
        rows: how many there are in all, as a text.
        left_out: whether some of them are not shown.
    """

    file: str
    rows: str
    left_out: bool
    columns: list[str]
    cells: list[list[str]]


def shown(table: pd.DataFrame, file: str, language: Language) -> Shown:
    """The first rows of a table; all of them are in its file."""
    cells = [
        [_text(value, language) for value in row]
        for row in table.head(MOST_ROWS).itertuples(index=False, name=None)
    ]
    rows = words.number(len(table), language)
    return Shown(file, rows, len(table) > MOST_ROWS, list(map(str, table.columns)), cells)


def _text(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return words.say(language, "yes" if value else "no")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return (
            words.number(value, language) if abs(value) >= 1 else words.number(value, language, 4)
        )
    return str(value)
