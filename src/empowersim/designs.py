"""Designs: at which values of its factors an experiment is run."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from empowersim.declaration import check_whole, shown
from empowersim.errors import ExperimentError, ParameterError
from empowersim.section import Section, Several

type Point = Mapping[str, float]

MAX_POINTS = 1_000_000
SPELLING = "write NAME=LOW:HIGH:COUNT or NAME=VALUE,VALUE,…"


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


def parse_axis(text: str) -> tuple[str, tuple[float, ...]]:
    """A factor and its values from `name=low:high:count` (ends included) or `name=value,value,…`.

    Raises:
        ParameterError: another spelling, or what makes no axis.
    """
    name, equals, values = text.partition("=")
    if not equals:
        raise ParameterError(f"{shown(text)} has no '='; {SPELLING}")
    try:
        return name.strip(), _checked(_spelt(values))
    except ValueError as error:
        reason = f": {error}" if isinstance(error, ParameterError) else ""
        raise ParameterError(f"{shown(text)} is no axis{reason}; {SPELLING}") from None


def _spelt(values: str) -> Sequence[float]:
    if ":" not in values:
        return [float(value) for value in values.split(",")]
    low, high, count = values.split(":")
    return evenly_spaced(float(low), float(high), int(count))


def _checked(values: Iterable[Any]) -> tuple[float, ...]:
    """Values of a factor: finite numbers, each once."""
    found = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise ParameterError(f"{shown(value)} is not a number; give numbers")
        found.append(float(value))
    if not found:
        raise ParameterError("there is no value; give at least one")
    if len(set(found)) < len(found):
        raise ParameterError("a value is given twice; keep one of the two")
    return tuple(found)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number past the largest float
        return False


def _values(given: Any) -> Any:
    """Values as they are, or `{ low, high, count }`."""
    if isinstance(given, Mapping):
        if set(given) != {"low", "high", "count"}:
            raise ValueError(f"{shown(dict(given))} is not {{ low, high, count }}; give all three")
        check_whole("count", given["count"], 2, MAX_POINTS)
        low, high = _checked([given["low"], given["high"]])
        return evenly_spaced(low, high, given["count"])
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ValueError(
            f"{shown(given)} is no list of values; write [0, 0.5, 1] or {{ low, high, count }}"
        )
    return _checked(given)


type Values = Annotated[
    tuple[float, ...],
    BeforeValidator(_values),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "number"}, "minItems": 1, "uniqueItems": True},
                {
                    "type": "object",
                    "properties": {
                        "low": {"type": "number"},
                        "high": {"type": "number"},
                        "count": {"type": "integer", "minimum": 2},
                    },
                    "required": ["low", "high", "count"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A factor's values in a grid."""


class Range(Section):
    """Between which values a factor varies, both included; `whole` numbers only, if it says so."""

    low: float
    high: float
    whole: bool = False

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}; swap them")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("whole numbers lie between whole numbers; round low and high")
        return self

    def at(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at shares, in [0, 1], of the way from low to high."""
        if self.whole:
            steps = self.high - self.low + 1
            return self.low + np.minimum(np.floor(shares * steps), steps - 1)
        values: NDArray[np.float64] = self.low + shares * (self.high - self.low)
        return values


def _some[T](factors: Mapping[str, T]) -> Mapping[str, T]:
    if not factors:
        raise ValueError("nothing varies; name at least one factor")
    return factors


type OfValues = Annotated[dict[str, Values], BeforeValidator(_some)]
type OfRanges = Annotated[dict[str, Range], BeforeValidator(_some)]
type Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Grid(Section):
    """Every combination of the factors' values; the last factor varies fastest."""

    kind: Literal["grid"] = "grid"
    factors: OfValues

    def points(self) -> list[Point]:
        """One mapping of factors to values for each combination."""
        check_size(math.prod(len(values) for values in self.factors.values()))
        return [
            dict(zip(self.factors, values, strict=True))
            for values in product(*self.factors.values())
        ]


class OneAtATime(Section):
    """The base, then each factor at each of its other values while the others stay at the base.

    A factor that is a parameter needs no base: it is what the experiment's scenario has.
    """

    kind: Literal["one-at-a-time"] = "one-at-a-time"
    base: dict[str, float] = Field(default_factory=dict)
    factors: OfValues

    @model_validator(mode="after")
    def _no_stranger(self) -> OneAtATime:
        for name in self.base:
            if name not in self.factors:
                raise ValueError(
                    f"base: {shown(name, str)} is no factor; take it out, or give its values"
                )
        return self

    def with_base(self, base: Mapping[str, float]) -> OneAtATime:
        """The same, with a base for factors that have none.

        Raises:
            ExperimentError: a factor that still has none.
        """
        known = {**base, **self.base}
        for name in self.factors:
            if name not in known:
                text = shown(name, str)
                raise ExperimentError(
                    f"design.base: {text} has no base; write base = {{ {text} = … }}"
                )
        return self.model_copy(update={"base": {name: known[name] for name in self.factors}})

    def points(self) -> list[Point]:
        """The base first."""
        base = self.base
        moved = [
            base | {name: value}
            for name, values in self.factors.items()
            for value in values
            if value != base[name]
        ]
        return [base, *moved]


class _Sampled(Section):
    """A design that spreads its points over ranges, from a seed of its own."""

    factors: OfRanges
    seed: Seed = 0

    @property
    def n_points(self) -> int:
        """How many points it has."""
        raise NotImplementedError

    def shares(self, problem: Mapping[str, Any]) -> NDArray[np.float64]:
        """Points in the unit cube, (n_points, n_factors)."""
        raise NotImplementedError

    def points(self) -> list[Point]:
        """In the order of the sample, which the analysis of the design needs."""
        check_size(self.n_points)
        names = list(self.factors)
        # Not by their names: SALib takes some of these amiss.
        numbered = [f"x{number}" for number in range(len(names))]
        shares = self.shares(
            {"num_vars": len(names), "names": numbered, "bounds": [[0.0, 1.0]] * len(names)}
        )
        columns = [each.at(shares[:, k]).tolist() for k, each in enumerate(self.factors.values())]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


class LatinHypercube(_Sampled):
    """`n` points, each factor's range covered evenly (McKay, Beckman & Conover 1979)."""

    kind: Literal["lhs"] = "lhs"
    n: Annotated[int, Field(ge=2, le=MAX_POINTS)]

    @property
    def n_points(self) -> int:
        """`n`."""
        return self.n

    def shares(self, problem: Mapping[str, Any]) -> NDArray[np.float64]:
        """From SALib."""
        from SALib.sample import latin

        found: NDArray[np.float64] = latin.sample(problem, self.n, seed=self.seed)
        return found


class Sobol(_Sampled):
    """Saltelli's design for first-order and total Sobol indices: n × (factors + 2) points."""

    kind: Literal["sobol"] = "sobol"
    n: Annotated[int, Field(ge=2, le=MAX_POINTS)]

    @model_validator(mode="after")
    def _power_of_two(self) -> Sobol:
        if self.n & (self.n - 1):
            raise ValueError(f"n = {self.n} is no power of two; take {1 << self.n.bit_length()}")
        return self

    @property
    def n_points(self) -> int:
        """Two samples, and one more for each factor."""
        return self.n * (len(self.factors) + 2)

    def shares(self, problem: Mapping[str, Any]) -> NDArray[np.float64]:
        """From SALib, scrambled."""
        from SALib.sample import sobol

        found: NDArray[np.float64] = sobol.sample(
            problem, self.n, calc_second_order=False, seed=self.seed
        )
        return found


class Morris(_Sampled):
    """Morris's screening: trajectories, of factors + 1 points, that move one factor at a time."""

    kind: Literal["morris"] = "morris"
    trajectories: Annotated[int, Field(ge=2, le=MAX_POINTS)]
    levels: Annotated[int, Field(ge=4, le=64, multiple_of=2)] = 4

    @property
    def n_points(self) -> int:
        """A start and a step for each factor, in each trajectory."""
        return self.trajectories * (len(self.factors) + 1)

    def shares(self, problem: Mapping[str, Any]) -> NDArray[np.float64]:
        """From SALib."""
        from SALib.sample import morris

        found: NDArray[np.float64] = morris.sample(
            problem, self.trajectories, num_levels=self.levels, seed=self.seed
        )
        return found


class Listed(Section):
    """Points from a CSV file, a column a factor; or as `rows`, each a value a factor."""

    kind: Literal["csv"] = "csv"
    file: str = ""
    factors: Several[str] = ()
    rows: Several[Several[float]] = ()

    @model_validator(mode="after")
    def _even(self) -> Listed:
        if not self.file and not (self.factors and self.rows):
            raise ValueError("a design of kind csv needs a file with a column a factor")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.factors):
                raise ValueError(
                    f"row {number} has {len(row)} values for {len(self.factors)} factors"
                )
        if len(set(self.factors)) < len(self.factors):
            raise ValueError("two columns have the same name; rename one")
        return self

    def points(self) -> list[Point]:
        """A point a row."""
        check_size(len(self.rows))
        return [dict(zip(self.factors, row, strict=True)) for row in self.rows]

    def read(self, text: str) -> Listed:
        """The same with the rows of the file's text.

        Raises:
            ExperimentError: a cell that is no number, naming line and column.
        """
        try:
            lines = list(csv.reader(text.splitlines()))
        except csv.Error as error:
            raise ExperimentError(f"{self.file} is no CSV: {error}") from None
        if not any(lines[1:]):
            raise ExperimentError(f"{self.file}: no points; write a header and a row a point")
        names = [name.strip() for name in lines[0]]
        for letter, called in ((";", "semicolons"), ("\t", "tabs")):
            if any(letter in name for name in names):
                raise ExperimentError(
                    f"{self.file}, line 1: the cells are separated by {called}; separate them by"
                    " commas, and write numbers with a point"
                )
        rows = []
        for number, line in enumerate(lines[1:], 2):
            if not line:
                continue
            if len(line) != len(names):
                raise ExperimentError(
                    f"{self.file}, line {number}: {len(line)} cells for {len(names)} columns"
                )
            rows.append(
                [self._number(cell, number, name) for cell, name in zip(line, names, strict=True)]
            )
        for name in names:
            if names.count(name) > 1:
                raise ExperimentError(
                    f"{self.file}, line 1: two columns are called {shown(name)}; rename one"
                )
        return Listed(file=self.file, factors=tuple(names), rows=tuple(map(tuple, rows)))

    def _number(self, cell: str, line: int, column: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not abs(value) < math.inf:
            place = f"{self.file}, line {line}, {shown(column, str)}"
            raise ExperimentError(f"{place}: {shown(cell)} is not a number")
        return value


type Design = Annotated[
    Grid | OneAtATime | LatinHypercube | Sobol | Morris | Listed, Field(discriminator="kind")
]


def check_size(n_points: int) -> None:
    """Refuse more points than MAX_POINTS.

    Raises:
        ExperimentError: saying how many there are.
    """
    if n_points > MAX_POINTS:
        raise ExperimentError(
            f"{n_points:,} points are more than {MAX_POINTS:,}; take fewer values of a factor"
        )
