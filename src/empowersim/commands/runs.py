"""`run`: one scenario, and what became of it."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empowersim import org_chart, scenarios
from empowersim.commands.terminal import print_json, progress
from empowersim.declaration import check_whole
from empowersim.errors import OrgChartError, ParameterError
from empowersim.parameters import check_name

if TYPE_CHECKING:
    from empowersim.experiment import Experiment

SHOWN_WEEKS = (0, 13, 26, 52, 78, 104, 130, 156, 208, 260)
SHOWN_MEASURES = (
    "autonomy",
    "responsibility",
    "trust",
    "strain",
    "assurance",
    "directed",
    "adrift",
    "overburdened",
    "partnership",
    "output",
)


def run(given: Namespace) -> None:
    """Run one scenario; print its course, and write its tables if asked to."""
    from empowersim import simulation, store, sweep
    from empowersim.own_rules import rules_from

    scenario = scenarios.named(given.scenario).with_changes(changes(given.changes))
    if given.weeks is not None:
        scenario = replace(scenario, weeks=given.weeks)
    chart = org_chart.balanced() if given.org is None else _chart(given.org)
    rules = None if given.rules is None else rules_from(given.rules)
    if given.out is not None:
        store.check_free(given.out)
    check_whole("replicates", given.replicates, 1, simulation.MAX_RUNS)
    with progress(given.replicates) as update:
        weekly = simulation.simulate(
            scenario,
            chart,
            replicates=given.replicates,
            seed=given.seed,
            engine=given.engine,
            rules=rules,
            progress=update,
        ).weekly
    if given.out is not None:
        sweep.save(asked(given, given.scenario, [], record="weekly"), weekly, given.out)
    course = weekly.drop(columns=["point", "replicate"]).groupby("week").mean()
    digest = store.digest(weekly)
    if given.json:
        print_json(
            {
                "scenario": scenario.name,
                "people": len(chart),
                "replicates": given.replicates,
                "seed": given.seed,
                "digest": digest,
                "weeks": course.reset_index().to_dict(orient="records"),
            }
        )
        return
    print(textwrap.fill(f"{scenario.name}: {scenario.story}", 92))
    print(
        f"\n{len(chart)} people, {scenario.weeks} weeks, means of {given.replicates} runs"
        f" (seed {given.seed}, digest {digest})\n"
    )
    shown = sorted({week for week in SHOWN_WEEKS if week < scenario.weeks} | {scenario.weeks})
    print(course.loc[shown, list(SHOWN_MEASURES)].round(3).to_string(na_rep="·"))
    if given.out is not None:
        print(f"\nTables: {given.out}/")


def _chart(file: str) -> org_chart.Chart:
    chart = org_chart.load(file)
    if len(chart) < 2:
        raise OrgChartError(
            f"{file}: one person alone has no reporting relation; name at least one collaborator"
        )
    return chart


def asked(given: Namespace, scenario: str, axes: Iterable[str], record: str) -> Experiment:
    """The experiment that the options of the command line describe."""
    from empowersim.designs import parse_axis
    from empowersim.experiment import Experiment

    factors: dict[str, Any] = {}
    for name, values in map(parse_axis, axes):
        if name in factors:
            raise ParameterError(f"{name} is on two axes; keep one of them")
        factors[name] = values
    settings = changes(given.changes, taken=factors)
    base = {"name": scenario, "set": settings}
    weeks = scenarios.named(scenario).weeks if given.weeks is None else given.weeks
    runs = {
        "replicates": given.replicates,
        "seed": given.seed,
        "record": record,
        "rules": given.rules,
    }
    said: dict[str, Any] = {
        "scenario": base | {"weeks": weeks},
        "runs": {name: value for name, value in runs.items() if value is not None},
    }
    if factors:
        said["design"] = {"kind": "grid", "factors": factors}
    if given.org is not None:
        said["org_charts"] = {Path(given.org).stem: {"file": given.org}}
    return Experiment(**said).in_folder(Path())


def changes(texts: Iterable[str], taken: Iterable[str] = ()) -> dict[str, float]:
    """What --set says; a parameter is said once: by one --set, or by one axis."""
    found: dict[str, float] = {}
    for text in texts:
        name, value = _change(text)
        if name in found or name in taken:
            raise ParameterError(f"{name} is given twice; keep one of the two")
        found[name] = value
    return found


def _change(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    if not name.strip():
        raise ParameterError(f"--set {text!r} has no name; write --set coaching=0.5")
    check_name(name.strip())
    try:
        return name.strip(), float(value)
    except ValueError:
        wanted = "a number" if equals else "'=' and a number"
        raise ParameterError(
            f"--set {text!r} has not {wanted} after the name; write --set {name.strip()}=0.5"
        ) from None
