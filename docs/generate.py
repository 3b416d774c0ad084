"""Writes docs/odd.md from docs/odd.md.jinja and the code: `python docs/generate.py`.

What the code declares (parameters, rules, phases, measures, scenarios, slots of luck) is taken from
it; what it cannot say is in the template. tests/test_odd.py holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import NamedTuple

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from empowersim import EmpowermentModel, org_chart, outcomes, rules, scenarios
from empowersim import random_streams as luck
from empowersim.compiled import functions_of
from empowersim.parameters import DECLARATIONS
from empowersim.simulation import STATES
from empowersim.week import PHASES

HERE = Path(__file__).parent
TEMPLATE = HERE / "odd.md.jinja"
OUTPUT = HERE / "odd.md"
CLAIMS = tuple(f"C{number}" for number in range(1, 10))
NOT_CHECKED = "(not checked at the source)"
READ = ("Dares 2022", "Martin 2016", "BVA-Audencia 2017", "Apec survey of cadres, 2026")
"""Citations in the code that were held against an abstract or a report; see odd.md, 1.3."""


class Number(NamedTuple):
    """A parameter as the document shows it."""

    name: str
    group: str
    default: str
    low: str
    high: str
    unit: str
    meaning: str
    source: str


class Rule(NamedTuple):
    """A rule as its docstring tells it."""

    name: str
    says: str
    claims: tuple[str, ...]


class Known(NamedTuple):
    """A run that a second implementation can be held against."""

    seed: int
    keys: tuple[tuple[str, str], ...]
    draws: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[int, tuple[tuple[str, ...], ...]], ...]


def numbers() -> dict[str, Number]:
    """Every parameter by name, in the order in which they are declared."""
    return {
        name: Number(
            name,
            each.group,
            f"{each.default:g}",
            f"{each.low:,.10g}",
            f"{each.high:,.10g}",
            each.unit,
            each.meaning,
            _marked(each.source),
        )
        for name, each in DECLARATIONS.items()
    }


def _marked(source: str) -> str:
    """A source that cites a publication which was not read says so."""
    cites = re.search(r"\b(19|20)\d\d\b", source)
    return (
        f"{source} {NOT_CHECKED}" if cites and not any(read in source for read in READ) else source
    )


def rules_of(module: ModuleType) -> dict[str, Rule]:
    """The functions of a module by name, in the order of its text."""
    return {each.__name__: _rule(each) for each in functions_of(module)}


def _rule(function: FunctionType) -> Rule:
    says = (function.__doc__ or "").strip().splitlines()[0]
    return Rule(function.__name__, says, _claims(says))


def _claims(text: str) -> tuple[str, ...]:
    return tuple(claim for claim in CLAIMS if re.search(rf"\b{claim}\b", text))


def parameters_of(claim: str) -> list[str]:
    """The parameters whose source names a claim."""
    return [name for name, each in DECLARATIONS.items() if claim in _claims(each.source)]


def scenarios_of(claim: str) -> list[str]:
    """The named scenarios that say a claim."""
    return [name for name, each in scenarios.NAMED.items() if claim in _claims(each.claim)]


def sets(scenario: scenarios.Scenario) -> str:
    """What a scenario changes in the defaults."""
    changed = [
        f"`{name}` = {getattr(scenario.parameters, name):g}"
        for name, each in DECLARATIONS.items()
        if getattr(scenario.parameters, name) != each.default
    ]
    weeks = {each.week for each in scenario.interventions}
    changed += [
        f"from week {week} on: "
        + ", ".join(f"`{e.lever}` = {e.value:g}" for e in scenario.interventions if e.week == week)
        for week in sorted(weeks)
    ]
    return "; ".join(changed) or "nothing: the defaults"


def known() -> Known:
    """Keys, draws and everyone's state of a small run, to the last bit."""
    seed, weeks = 1, (0, 1, 12, 40)
    replicate = luck.replicate_key(seed, 0)
    week = luck.nth(np.array([replicate]), np.array([1], np.uint64))[0]
    person = luck.person_keys(replicate, 1, 3)[2]
    uniform, normal = luck.initial_draws(replicate, 3)
    drawn = luck.week_draws(replicate, 1, 3)
    model = EmpowermentModel(scenarios.named("carry-it-together"), org_chart.balanced(2, 2), seed=1)
    lived = []
    for number in range(weeks[-1] + 1):
        if number:
            model.step()
        if number in weeks:
            lived.append((number, tuple(_states(model))))
    keys = (("replicate 0", replicate), ("week 1", week), ("person 2", person))
    draws = (
        ("initial readiness of person 2", uniform[0][2]),
        ("standard normal number of his autonomy", normal[0][2]),
        ("complexity of his matter in week 1", drawn[0][2]),
    )
    return Known(
        seed,
        tuple((name, f"0x{int(key):016X}") for name, key in keys),
        tuple((name, float(value).hex()) for name, value in draws),
        tuple(lived),
    )


def _states(model: EmpowermentModel) -> Iterator[tuple[str, ...]]:
    for person in model.people:
        state = [getattr(person, name, None) for name in STATES]
        yield (
            str(person.number),
            *("–" if value is None else float(value).hex() for value in state),
        )


def text() -> str:
    """The document."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=False,  # noqa: S701 (Markdown, from our own words)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    all_numbers = numbers()
    return environment.get_template(TEMPLATE.name).render(
        p=all_numbers,
        groups=list(dict.fromkeys(each.group for each in all_numbers.values())),
        rules=rules_of(rules),
        phases=PHASES,
        measures=outcomes.MEASURES,
        flows=outcomes.FLOWS,
        scenarios=scenarios.NAMED,
        sets=sets,
        marked=_marked,
        claims=CLAIMS,
        parameters_of=parameters_of,
        scenarios_of=scenarios_of,
        efforts=scenarios.EFFORTS,
        weeks=scenarios.DEFAULT_WEEKS,
        lag=scenarios.Rollout().lag,
        hexadecimal=lambda value: f"0x{int(value):016X}",
        luck={name.lstrip("_"): value for name, value in vars(luck).items()},
        states=STATES,
        known=known(),
        unchecked=NOT_CHECKED,
    )


if __name__ == "__main__":
    OUTPUT.write_text(text(), encoding="utf-8")
    print(f"{OUTPUT} written")
