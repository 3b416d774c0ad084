"""How a number of the model is declared, and how a value is held against its declaration."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field
from numbers import Integral, Real
from typing import cast

from empowersim.errors import ParameterError

MOST_SHOWN = 80
"""Letters of a value in a message."""
MOST_SAID = 300
"""Letters of what the code of somebody else says of an error."""


def shown(value: object, form: Callable[[object], str] = repr, *, most: int = MOST_SHOWN) -> str:
    """A value for a message, whoever made it: on one line, and cut after `most` letters."""
    try:
        text = form(value)
    except Exception:  # whole numbers of thousands of digits; objects that cannot show themselves
        text = ""
    if not text or " object at 0x" in text:
        text = f"a {type(value).__name__}"
    line = "".join(" " if each.isspace() else each for each in text[:most])
    line = "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)
    return line if len(text) <= most else f"{line}…"


@dataclass(frozen=True)
class Declaration:
    """What is known of one number of the model, apart from its value in a run.

    `low` and `high` bound the values allowed (both included); `unit` is "1" for a pure number;
    `label_en` and `label_fr` are what a slider shows; `meaning` and `source` are sentences.
    """

    group: str
    default: float
    low: float
    high: float
    unit: str
    label_en: str
    label_fr: str
    meaning: str
    source: str

    def check(self, name: str, value: object) -> None:
        """Refuse a value that is no number or lies outside the range.

        Raises:
            ParameterError: naming the parameter, the value and what is allowed.
        """
        if type(value) is float and self.low <= value <= self.high:
            return  # the usual case, a million times in a sweep
        allowed = f"[{self.low:g}, {self.high:g}]"
        if isinstance(value, bool) or not isinstance(value, Real) or value != value:
            raise ParameterError(f"{name} = {shown(value)} is not a number; give one in {allowed}")
        if not self.low <= cast(float, value) <= self.high:
            text = shown(value, str)
            raise ParameterError(f"{name} = {text} is outside {allowed}; give a number in it")


def declared(
    group: str,
    default: float,
    low: float,
    high: float,
    unit: str,
    label_en: str,
    label_fr: str,
    meaning: str,
    source: str,
) -> float:
    """A dataclass field with its declaration; typed as the float that an instance holds."""
    declaration = Declaration(group, default, low, high, unit, label_en, label_fr, meaning, source)
    made: float = field(default=float(default), metadata={"declaration": declaration})
    return made


def declaration_of(declared_field: Field[float]) -> Declaration:
    """The declaration that `declared` stored in a dataclass field."""
    found: Declaration = declared_field.metadata["declaration"]
    return found


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is not a whole number from `low` to `high`.

    Raises:
        ParameterError: naming the number, the value and the range.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ParameterError(
            f"{name} = {shown(value)} is not a whole number; give one from {low} to {high}"
        )
    if not low <= int(value) <= high:
        text = shown(value, str)
        raise ParameterError(f"{name} = {text} is outside [{low}, {high}]; give a number in it")


def unknown_name(kind: str, name: object, known: Iterable[str], where_to_look: str) -> str:
    """One line for a name that does not exist: it, the nearest known one, and where all are."""
    spelt = {each.casefold(): each for each in known}
    text = shown(name, str)
    near = difflib.get_close_matches(text.casefold(), spelt, n=1)
    hint = f"; did you mean {spelt[near[0]]}?" if near else ""
    called = shown(name if isinstance(name, str) else text)
    return f"no {kind} is called {called}{hint} ({where_to_look})"
