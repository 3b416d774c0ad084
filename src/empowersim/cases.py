"""Scenarios and org charts with blanks: what an experiment fills in at each of its points.

A text in place of a number names a factor of the design, whose value at the point it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from empowersim import org_chart, scenarios
from empowersim.declaration import shown
from empowersim.designs import Point
from empowersim.errors import ExperimentError
from empowersim.org_chart import Chart
from empowersim.parameters import DECLARATIONS, LEVERS, check_name
from empowersim.scenarios import MAX_WEEKS, Intervention, Order, Rollout, Scenario
from empowersim.section import Section, Several


def _number_or_factor(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(
            f"{shown(given)} is neither a number nor a factor's name; give one of the two"
        )
    return given


type Value = Annotated[
    float | str,
    BeforeValidator(_number_or_factor),
    WithJsonSchema({"type": ["number", "string"], "description": "a number, or a factor's name"}),
]
"""A number, or the name of the factor that gives it."""


def _named(name: str) -> str:
    scenarios.named(name)
    return name


def _parameters(given: dict[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        check_name(name)
        if not isinstance(value, str):
            DECLARATIONS[name].check(name, value)
    return given


def _lever(name: str) -> str:
    Intervention(1, name, DECLARATIONS[name].low if name in LEVERS else 0.0)
    return name


type ScenarioName = Annotated[
    str, AfterValidator(_named), WithJsonSchema({"enum": list(scenarios.NAMED)})
]
type Lever = Annotated[str, AfterValidator(_lever), WithJsonSchema({"enum": list(LEVERS)})]
type Settings = Annotated[
    dict[str, Value],
    AfterValidator(_parameters),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                name: {
                    "type": ["number", "string"],
                    "description": f"{known.label_en}: {known.meaning}; or a factor's name",
                    "default": known.default,
                    "minimum": known.low,
                    "maximum": known.high,
                }
                for name, known in DECLARATIONS.items()
            },
            "additionalProperties": False,
        }
    ),
]
"""Parameters set."""


class PlannedIntervention(Section):
    """From `week` on, `lever` has `value`."""

    week: Value
    lever: Lever
    value: Value


class Ramp(Section):
    """A lever moved in even steps, from `from` in `week` to `to` in week `until`."""

    lever: Lever
    week: Value
    until: Value
    first: Value = Field(alias="from")
    last: Value = Field(alias="to")
    steps: Annotated[int, Field(ge=1, le=10_000)] = 26


class PlannedRollout(Section):
    """Who starts when: `scenarios.Rollout`."""

    order: Order = "all-at-once"
    lag: Value = 26.0
    branch: str | None = None


class Case(Section):
    """What departs from the experiment's scenario, under a name of its own; all may be left out.

    Attributes:
        name: of another named scenario to depart from.
        parameters: parameters set (`set` in a file).
        interventions, ramps, rollout: in place of the scenario's own.
    """

    name: ScenarioName | None = None
    parameters: Settings = Field(default={}, alias="set")
    interventions: Several[PlannedIntervention] | None = None
    ramps: Several[Ramp] | None = None
    rollout: PlannedRollout | None = None

    def over(self, other: Case) -> Case:
        """This case, with the other's values where it has none; parameters are added up."""
        own = {name: value for name, value in self if value is not None and name != "parameters"}
        rest = {} if self.name else {name: value for name, value in other if value is not None}
        settings = (rest.get("parameters") or {}) | self.parameters
        return Case.model_construct(
            **({"name": other.name} | rest | own | {"parameters": settings})
        )

    def factors(self) -> Iterator[str]:
        """The factors that it names."""
        sections: list[Section] = [*(self.interventions or ()), *(self.ramps or ())]
        if self.rollout:
            sections.append(self.rollout)
        yield from (value for value in self.parameters.values() if isinstance(value, str))
        for section in sections:
            for field in ("week", "value", "until", "first", "last", "lag"):
                value = getattr(section, field, None)
                if isinstance(value, str):
                    yield value

    def scenario(self) -> Scenario:
        """The scenario that it departs from."""
        return scenarios.named(self.name) if self.name else Scenario()

    def at(self, point: Point, weeks: int) -> Scenario:
        """The scenario at a point, for `weeks` weeks.

        Raises:
            ParameterError, ScenarioError: a value that the point gives is out of its range.
        """
        base = self.scenario()
        settings = {name: _filled(value, point) for name, value in self.parameters.items()}
        settings |= {name: value for name, value in point.items() if name in DECLARATIONS}
        planned = base.interventions
        if self.interventions is not None or self.ramps is not None:
            steps = [step for ramp in self.ramps or () for step in _steps(ramp, point)]
            planned = (*(_intervention(each, point) for each in self.interventions or ()), *steps)
        rollout = base.rollout
        if self.rollout:
            lag = _whole("lag", _filled(self.rollout.lag, point))
            rollout = Rollout(self.rollout.order, lag, self.rollout.branch)
        return replace(
            base,
            parameters=base.parameters.with_changes(settings),
            interventions=planned,
            rollout=rollout,
            weeks=weeks,
        )


def _filled(value: float | str, point: Point) -> float:
    return point[value] if isinstance(value, str) else value


MAX_WHOLE = 2**53
"""The last whole number up to which floats have them all."""


def _whole(name: str, value: float) -> int:
    if not abs(value) <= MAX_WHOLE or value != int(value):
        raise ExperimentError(
            f"{name} = {value:g} is not a whole number; list whole values, or write whole = true"
            " in the range"
        )
    return int(value)


def _intervention(planned: PlannedIntervention, point: Point) -> Intervention:
    week = _whole("week of an intervention", _filled(planned.week, point))
    return Intervention(week, planned.lever, _filled(planned.value, point))


def _steps(ramp: Ramp, point: Point) -> Iterator[Intervention]:
    week, until = (
        _whole("week of a ramp", _filled(each, point)) for each in (ramp.week, ramp.until)
    )
    first, last = _filled(ramp.first, point), _filled(ramp.last, point)
    if not week < until <= MAX_WEEKS:
        raise ExperimentError(f"a ramp from week {week} until {until} does not rise; swap them")
    for step in range(min(ramp.steps, until - week) + 1):
        way = step / min(ramp.steps, until - week)
        at = week + round(way * (until - week))
        # Rounding must not lead past the end, which may be that of the lever's range.
        value = last if way == 1 else first + way * (last - first)
        yield Intervention(at, ramp.lever, value)


# --- Org charts -------------------------------------------------------------------------------


class Balanced(Section):
    """Every manager has `span` reports, down to `depth` levels below the head."""

    span: Value = 6.0
    depth: Value = 3.0


class Random(Section):
    """A random tree: `org_chart.random`."""

    people: Value
    mean_span: Value = 6.0
    spread: Value = 2.0
    seed: Annotated[int, Field(ge=0)] = 0


class PlannedChart(Section):
    """An org chart of one kind: exactly one of the attributes is given."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    file: str | None = None
    sample: Literal[True] | None = None
    balanced: Balanced | None = None
    spans: Several[Value] | None = None
    random: Random | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> PlannedChart:
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            kinds = ", ".join(PlannedChart.model_fields)
            raise ValueError(f"an org chart is of one kind, not {len(given)}; give one of: {kinds}")
        return self

    def factors(self) -> Iterator[str]:
        """The factors that it names."""
        numbers: Iterable[Any] = self.spans or ()
        for grown in (self.balanced, self.random):
            numbers = [*numbers, *(value for _, value in grown or ())]
        yield from (value for value in numbers if isinstance(value, str))

    def at(self, point: Point, files: Mapping[str, Chart]) -> Chart:
        """The chart at a point; `files` are those that were read.

        Raises:
            OrgChartError, ParameterError: a value that the point gives makes no chart.
        """
        if self.file is not None:
            if self.file not in files:
                raise ExperimentError(
                    f"{self.file} has not been read; use Experiment.read, or in_folder(FOLDER)"
                )
            return files[self.file]
        if self.sample:
            return _sample()
        if self.spans is not None:
            return _from_spans(tuple(_whole("span", _filled(each, point)) for each in self.spans))
        if self.balanced:
            span = _whole("span", _filled(self.balanced.span, point))
            return _balanced(span, _whole("depth", _filled(self.balanced.depth, point)))
        assert self.random  # noqa: S101 (one of the five is given)
        return _random(
            _whole("people", _filled(self.random.people, point)),
            _filled(self.random.mean_span, point),
            _filled(self.random.spread, point),
            self.random.seed,
        )


# Growing a chart takes longer than a run on it: what many points share is grown once.
_sample = lru_cache(1)(org_chart.sample)
_balanced = lru_cache(8)(org_chart.balanced)
_from_spans = lru_cache(8)(org_chart.from_spans)
_random = lru_cache(8)(org_chart.random)
