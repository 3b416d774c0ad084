"""Designs: which points an experiment visits. Today, full grids."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from empowersim.errors import ParameterError
from empowersim.parameters import DECLARATIONS, check_name

MAX_POINTS = 100_000
SPELLING = "write name=low:high:count, as in collaborator_share=0:1:21, or name=value,value"


@dataclass(frozen=True)
class Axis:
    """One parameter and the values that it takes, in order.

    Raises:
        ParameterError: no such parameter, no values, a value out of range or twice.
    """

    name: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse at the door."""
        check_name(self.name)
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise ParameterError(f"{self.name} has no values; {SPELLING}")
        for value in self.values:
            DECLARATIONS[self.name].check(self.name, value)
        if len(set(self.values)) < len(self.values):
            raise ParameterError(f"{self.name} takes a value twice in {self.values}; {SPELLING}")

    @classmethod
    def parse(cls, text: str) -> Axis:
        """An axis from `name=low:high:count` (both ends included) or `name=value,value,…`.

        Raises:
            ParameterError: another spelling, or what makes no axis.
        """
        name, equals, values = text.partition("=")
        if not equals:
            raise ParameterError(f"{text!r} has no '='; {SPELLING}")
        check_name(name.strip())
        return cls(name.strip(), tuple(_values(text, values)))


def _values(text: str, values: str) -> Sequence[float]:
    try:
        if ":" not in values:
            return [float(value) for value in values.split(",")]
        low, high, count = values.split(":")
        bounds = float(low), float(high), int(count)
    except ValueError:
        raise ParameterError(f"{text!r} is no axis; {SPELLING}") from None
    return evenly_spaced(*bounds)


def evenly_spaced(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` values from `low` to `high`, both included and exact.

    Raises:
        ParameterError: fewer than 2 values or more than MAX_POINTS.
    """
    if not 2 <= count <= MAX_POINTS:
        raise ParameterError(
            f"a count of {count} is outside [2, {MAX_POINTS}]; for one value write name=value"
        )
    return (*(low + (high - low) * k / (count - 1) for k in range(count - 1)), high)


def grid(axes: Iterable[Axis]) -> list[Mapping[str, float]]:
    """Every combination of the axes' values; the last axis varies fastest.

    Raises:
        ParameterError: no axis, a parameter on two axes, or more than MAX_POINTS points.
    """
    axes = list(axes)
    names = [axis.name for axis in axes]
    if not axes:
        raise ParameterError(f"nothing varies; {SPELLING}")
    if len(set(names)) < len(names):
        raise ParameterError(f"a parameter is on two axes ({', '.join(names)}); keep one of them")
    n_points = math.prod(len(axis.values) for axis in axes)
    if n_points > MAX_POINTS:
        raise ParameterError(
            f"{n_points} points are more than {MAX_POINTS}; take fewer values on an axis"
        )
    return [
        dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in axes))
    ]
