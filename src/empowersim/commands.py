"""What each command does: reads its arguments, calls the library, prints for people or scripts."""

from __future__ import annotations

import json
import sys
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from empowersim import org_chart, scenarios
from empowersim.declaration import check_whole
from empowersim.errors import OrgChartError, ParameterError
from empowersim.parameters import DECLARATIONS, check_name

if TYPE_CHECKING:
    from empowersim.scenarios import Scenario
    from empowersim.simulation import Progress

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


# --- Running ----------------------------------------------------------------------------------


def run(given: Namespace) -> None:
    """Run one scenario; print its course, or write its tables."""
    from empowersim import simulation, store
    from empowersim.experiment import Experiment

    scenario, chart = _scenario(given.scenario, given), _chart(given.org)
    if given.out is not None:
        store.check_free(given.out)
    weeks = scenario.weeks if given.weeks is None else given.weeks
    check_whole("replicates", given.replicates, 1, simulation.MAX_RUNS)
    with _progress(given.replicates) as progress:
        weekly = simulation.simulate(
            scenario,
            chart,
            replicates=given.replicates,
            weeks=weeks,
            seed=given.seed,
            engine=given.engine,
            progress=progress,
        ).weekly
    if given.out is not None:
        experiment = Experiment(scenario, chart, [{}], given.replicates, weeks, given.seed)
        experiment.save([weekly], given.out)
    course = weekly.drop(columns=["point", "replicate"]).groupby("week").mean()
    if given.json:
        _print_json(
            {
                "scenario": scenario.name,
                "people": chart.number_of_nodes(),
                "replicates": given.replicates,
                "seed": given.seed,
                "digest": store.digest(weekly),
                "weeks": course.reset_index().to_dict(orient="records"),
            }
        )
        return
    print(textwrap.fill(f"{scenario.name}: {scenario.story}", 92))
    print(
        f"\n{chart.number_of_nodes()} people, {weeks} weeks, means of {given.replicates} runs"
        f" (seed {given.seed}, digest {store.digest(weekly)})\n"
    )
    shown = sorted({week for week in SHOWN_WEEKS if week < weeks} | {weeks})
    print(course.loc[shown, list(SHOWN_MEASURES)].round(3).to_string(na_rep="·"))
    if given.out is not None:
        print(f"\nTables: {given.out}/")


def sweep(given: Namespace) -> None:
    """Run a scenario over a grid; write tidy tables."""
    from empowersim import simulation, store
    from empowersim.designs import Axis, grid
    from empowersim.experiment import Experiment

    axes = [Axis.parse(text) for text in given.axes]
    points = grid(axes)
    _refuse_to_set(given.changes, [axis.name for axis in axes])
    scenario, chart = _scenario(given.scenario, given), _chart(given.org)
    weeks = scenario.weeks if given.weeks is None else given.weeks
    check_whole("replicates", given.replicates, 1, simulation.MAX_RUNS // len(points))
    experiment = Experiment(scenario, chart, points, given.replicates, weeks, given.seed)
    store.check_free(given.out)
    n_runs = len(points) * given.replicates
    with _progress(n_runs) as progress:
        experiment.save(experiment.run(weekly=given.weekly, progress=progress), given.out)
    print(f"{n_runs:,} runs ({len(points):,} points), {weeks} weeks: {given.out}/results.parquet")


def _refuse_to_set(changes: list[str], taken: list[str]) -> None:
    """A parameter is said once: by one --set, or by one axis."""
    for text in changes:
        name = text.partition("=")[0].strip()
        if name in taken:
            raise ParameterError(f"{name} is given twice; keep one of the two")
        taken = [*taken, name]


def _scenario(name: str, given: Namespace) -> Scenario:
    """The named scenario, with the changes of the command line."""
    _refuse_to_set(given.changes, [])
    scenario = scenarios.named(name).with_changes(dict(map(_change, given.changes)))
    return scenario if given.weeks is None else replace(scenario, weeks=given.weeks)


def _change(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    check_name(name.strip())
    try:
        return name.strip(), float(value)
    except ValueError:
        wanted = "a number" if equals else "'=' and a number"
        raise ParameterError(
            f"--set {text!r} has not {wanted} after the name; write --set {name.strip()}=0.5"
        ) from None


def _chart(path: str | None) -> org_chart.Chart:
    return org_chart.balanced() if path is None else org_chart.load(path)


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    """A bar with the time left, on a terminal only."""
    from tqdm import tqdm

    with tqdm(total=total, unit=" runs", disable=None, leave=False) as bar:
        yield bar.update


# --- Lists ------------------------------------------------------------------------------------


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
        _print_json(table)
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
        _print_json(rows)
        return
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            print(f"{'' if row is rows[0] else chr(10)}{group.upper()}")
        allowed = f"[{row['low']:g}, {row['high']:g}]"
        number = f"{row['default']:<7g}{allowed:>13} {row['unit']:7}"
        print(f"  {row['name']:26} {number}{row['meaning']}")


def _print_json(value: object) -> None:
    """JSON on standard output; what is not there (NaN) is null."""
    json.dump(_without_nan(value), sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    print()


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and value != value else value


# --- Org charts -------------------------------------------------------------------------------


def org_grow(given: Namespace) -> None:
    """Grow a chart and save it."""
    from empowersim import store

    store.check_free(given.out)
    chart = _grown(given)
    org_chart.save(chart, given.out)
    print(f"{chart.number_of_nodes():,} people: {given.out}")


def _grown(given: Namespace) -> org_chart.Chart:
    """The one of the three kinds that the arguments ask for."""
    balanced = given.span is not None or given.depth is not None
    if balanced + (given.spans is not None) + (given.people is not None) > 1:
        raise OrgChartError("grow one kind: --span and --depth, or --spans, or --people")
    for name in ("mean_span", "spread", "seed"):
        if given.people is None and getattr(given, name) is not None:
            raise OrgChartError(f"--{name.replace('_', '-')} is for random charts: add --people")
    if given.spans is not None:
        return org_chart.from_spans(_whole_numbers(given.spans))
    if given.people is not None:
        mean_span = 6.0 if given.mean_span is None else given.mean_span
        spread = min(2.0, mean_span - 1) if given.spread is None else given.spread
        return org_chart.random(given.people, mean_span, spread, given.seed or 0)
    return org_chart.balanced(
        6 if given.span is None else given.span, 3 if given.depth is None else given.depth
    )


def _whole_numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise OrgChartError(
            f"--spans {text!r} are not whole numbers with commas; write --spans 8,5,6"
        ) from None


def org_import(given: Namespace) -> None:
    """Read a chart from somewhere else, say what became of its rows, and save it."""
    from empowersim import store

    store.check_free(given.out)
    reading = org_chart.read(given.files, format=given.format, drop=given.drop)
    org_chart.save(reading.chart, given.out)
    print(reading.report)
    print(f"\n{org_chart.describe(reading.chart)}\n\nSaved: {given.out}")


def org_show(given: Namespace) -> None:
    """A chart's figures and a tree."""
    check_whole("--most", given.most, 1, 1_000_000)
    chart = (
        org_chart.load(given.files, format=given.format, drop=given.drop)
        if given.files
        else org_chart.sample()
    )
    print(f"{org_chart.describe(chart)}\n\n{org_chart.tree(chart, given.most)}")


# --- The app ----------------------------------------------------------------------------------


def app(given: Namespace) -> None:
    """Serve the workshop app on this machine until Ctrl-C."""
    import webbrowser
    from contextlib import suppress
    from threading import Thread

    from empowersim.app import server

    with suppress(KeyboardInterrupt), server.listen(given.port) as listening:
        address = f"http://localhost:{given.port}"
        print(f"EmpowerSim is at {address} (stop it with Ctrl-C)", flush=True)
        if not server.has_page_files():
            print("Its first visit needs the internet: “make app” would install its page's files.")
        if not given.no_browser:
            # In a thread: a browser in the terminal returns only when it is closed.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.serve(listening)
