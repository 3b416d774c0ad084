"""The lists: scenarios, parameters and rivals."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from typing import Any

from empowersim import scenarios
from empowersim.commands.terminal import print_json
from empowersim.own_rules import rules_from
from empowersim.parameters import DECLARATIONS
from empowersim.rivals import RIVALS, title
from empowersim.scenarios import Scenario


def scenarios_table() -> list[dict[str, Any]]:
    """Every named scenario: what a listing shows."""
    return [
        {
            "name": scenario.name,
            "claim": scenario.claim,
            "story": scenario.story,
            "source": scenario.source,
            "changes": _differences(scenario),
            "weeks": scenario.weeks,
        }
        for scenario in scenarios.NAMED.values()
    ]


def _differences(scenario: Scenario) -> dict[str, float]:
    """The parameters in which a scenario departs from the defaults."""
    return {
        name: getattr(scenario.parameters, name)
        for name, declaration in DECLARATIONS.items()
        if getattr(scenario.parameters, name) != declaration.default
    }


def list_scenarios(given: Namespace) -> None:
    """Every named scenario with its story, claim and source."""
    table = scenarios_table()
    if given.json:
        print_json(table)
        return
    for row in table:
        changes = ", ".join(f"{name} {value:g}" for name, value in row["changes"].items())
        print(f"{row['name']} ({row['weeks']} weeks; {changes or 'all defaults'})")
        for text in (row["story"], row["claim"], f"Source: {row['source']}"):
            print(textwrap.indent(textwrap.fill(text, 90), "    "))
        print()


def list_parameters(given: Namespace) -> None:
    """Every parameter with its default, range, unit, meaning and source."""
    rows = [{"name": name} | vars(each) for name, each in DECLARATIONS.items()]
    if given.json:
        print_json(rows)
        return
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            print(f"{'' if row is rows[0] else chr(10)}{group.upper()}")
        allowed = f"[{row['low']:g}, {row['high']:g}]"
        number = f"{row['default']:<7g}{allowed:>13} {row['unit']:7}"
        print(f"  {row['name']:26} {number}{row['meaning']}")


def list_rivals(given: Namespace) -> None:
    """Every rival with what it says, and the rules that it replaces."""
    table = [
        {"name": name, "says": title(name), "replaces": list(rules_from(name).replaced)}
        for name in RIVALS
    ]
    if given.json:
        print_json(table)
        return
    for row in table:
        print(f"{row['name']}\n    {row['says']}\n    Replaces: {', '.join(row['replaces'])}\n")
