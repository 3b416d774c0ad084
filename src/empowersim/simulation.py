"""`simulate`: points and replicates through either engine, as tidy tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from empowersim import outcomes
from empowersim.declaration import check_whole, shown, unknown_name
from empowersim.errors import RunError
from empowersim.executors import in_threads
from empowersim.org_chart import Chart, Hierarchy, balanced, hierarchy
from empowersim.own_rules import RuleSet
from empowersim.parameters import Parameters
from empowersim.random_streams import replicate_key
from empowersim.scenarios import MAX_WEEKS, Rollout, Scenario, as_scenario

if TYPE_CHECKING:
    import pandas as pd

type Record = Literal["final", "weekly", "people"]
type Engine = Literal["ensemble", "mesa"]
type Progress = Callable[[int], object]

MAX_RUNS = 10_000_000
MAX_GIGABYTES = 4.0
STATES = (
    "autonomy",
    "responsibility",
    "trust",
    "readiness",
    "willingness",
    "disposition",
    "strain",
    "appreciation",
    "control_habit",
    "assurance",
)
"""The columns of a table of people: everyone's state."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides the outcome of a simulation, checked.

    Attributes:
        point_numbers: what the points are called in the tables; by default 0, 1, ….
        first_replicate: the number of the first of the `replicates`.
        common_luck: whether points share their replicates' luck.
        rules: a researcher's own.
    """

    scenarios: tuple[Scenario, ...]
    hierarchy: Hierarchy
    chart: Chart
    replicates: int
    weeks: int
    seed: int
    record: Record
    by_level: bool
    point_numbers: Sequence[int] | None = None
    first_replicate: int = 0
    common_luck: bool = True
    rules: RuleSet | None = None

    @property
    def n_runs(self) -> int:
        """Runs are numbered from 0, the replicates of a point together."""
        return len(self.scenarios) * self.replicates

    def scenario_of(self, run: int) -> Scenario:
        """What a run runs."""
        return self.scenarios[run // self.replicates]

    def replicate_of(self, run: int) -> int:
        """Which replicate a run is."""
        return self.first_replicate + run % self.replicates

    def luck_of(self, run: int) -> tuple[int, int]:
        """The seed and replicate that a run draws its luck from."""
        point = self.number_of(run // self.replicates)
        return luck_of(self.seed, point, self.replicate_of(run), common=self.common_luck)

    def number_of(self, point: int) -> int:
        """What a point is called in the tables."""
        return point if self.point_numbers is None else self.point_numbers[point]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of what a run leaves: (weeks, measures or states, groups or people)."""
        weeks = self.weeks + 1 - self.first_recorded
        if self.record == "people":
            return weeks, len(STATES), self.hierarchy.n_people
        return weeks, len(outcomes.NAMES), int(self.group[-1]) + 1

    @cached_property
    def group(self) -> NDArray[np.int32]:
        """The row of the tables in which each person is counted, (n_people,)."""
        return self.hierarchy.level if self.by_level else np.zeros_like(self.hierarchy.level)

    @property
    def first_recorded(self) -> int:
        """The first week of the tables."""
        return self.weeks if self.record == "final" else 0


def luck_of(seed: int, point: int, replicate: int, *, common: bool) -> tuple[int, int]:
    """The seed and replicate that a run draws its luck from.

    Points share their replicates' luck if it is `common`; otherwise each has luck of its own.
    """
    return (seed, replicate) if common else (int(replicate_key(seed, replicate)), point)


class Results:
    """The tables of a simulation, in rows sorted by point, replicate, week.

    Attributes:
        scenarios: what was run at each point, by number.
    """

    def __init__(self, plan: Plan, first_run: int, values: NDArray[np.float64]) -> None:
        """`values` of the runs from `first_run` on, in the shape of `Plan.shape`."""
        self.scenarios = plan.scenarios
        self._plan = plan
        self._first_run = first_run
        self._values = values

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """A row a week, from 0: `point`, `replicate`, `week` (and `level`), a column a measure.

        Raises:
            RunError: only the final week was recorded, or everyone's state.
        """
        self._needs("weekly", "weekly")
        return self._means()

    @cached_property
    def final(self) -> pd.DataFrame:
        """The last week's rows, in the columns of `weekly`.

        Raises:
            RunError: everyone's state was recorded.
        """
        self._needs("final", "final", "weekly")
        table = self._means()
        return table[table["week"] == self._plan.weeks].reset_index(drop=True)

    @cached_property
    def people(self) -> pd.DataFrame:
        """A row a person and week: `point`, `replicate`, `week`, `person`, a column a state.

        NaN where a person has none: only managers have `control_habit` and `assurance`, and the
        head has no relation upwards.

        Raises:
            RunError: people were not recorded.
        """
        self._needs("people", "people")
        return _people_table(self._plan, self._first_run, self._values)

    def _needs(self, table: str, *records: Record) -> None:
        if self._plan.record not in records:
            raise RunError(
                f"there is no table {table!r}: this was recorded with"
                f" record={self._plan.record!r}; simulate with record={records[-1]!r}"
            )

    def _means(self) -> pd.DataFrame:
        return _measures_table(self._plan, self._first_run, self._values)


def simulate(
    parameters: Parameters | Scenario | Iterable[Parameters | Scenario],
    org_chart: Chart | None = None,
    *,
    replicates: int = 1,
    weeks: int | None = None,
    seed: int = 0,
    record: Record = "weekly",
    by_level: bool = False,
    engine: Engine = "ensemble",
    workers: int | None = None,
    progress: Progress | None = None,
    rules: RuleSet | None = None,
) -> Results:
    """Run every point with every replicate on an org chart.

    Points share their replicates' luck (common random numbers), so differences between points are
    differences between policies. The result does not depend on engine, workers or order.

    Args:
        parameters: one point or several, each Parameters or a Scenario.
        org_chart: a tree in which edges lead to the manager; default `org_chart.balanced()`.
        replicates: runs of each point, from 1.
        weeks: weeks to live; by default the scenarios' own (156 unless they say otherwise).
        seed: from 0 to 2⁶⁴ − 1.
        record: "final", the last week's measures; "weekly", every week's; "people", everyone's
            state in every week (large).
        by_level: measures of each level of the hierarchy on its own, in a column `level`.
        engine: "ensemble" (compiled, thousands of runs) or "mesa" (one agent a person).
        workers: threads of the ensemble engine; default one a core.
        progress: called with the number of runs finished since the last call. An exception that it
            raises cancels the simulation within a fraction of a second, and is raised from here.
        rules: a researcher's own (`own_rules.rules_from`) in place of `empowersim.rules`.

    Raises:
        RunError, ParameterError, ScenarioError, OrgChartError: what is given makes no run.
    """
    plan = _plan(parameters, org_chart, replicates, weeks, seed, record, by_level)
    if rules is not None and not isinstance(rules, RuleSet):
        raise RunError(f"rules = {shown(rules)} is no set of rules; give own_rules.rules_from(…)")
    if progress is not None and not callable(progress):
        raise RunError(f"progress = {shown(progress)} is no function; give one of a number of runs")
    plan = replace(plan, rules=rules)
    return _lived(plan, range(plan.n_runs), engine, workers, progress)


def simulate_block(
    points: Mapping[int, Scenario],
    org_chart: Chart,
    *,
    replicates: range,
    weeks: int,
    seed: int,
    record: Record,
    by_level: bool = False,
    common_luck: bool = True,
    rules: RuleSet | None = None,
) -> pd.DataFrame:
    """A part of a larger simulation, on one thread: some of its points, some of its replicates.

    Args:
        points: what is run at each, by the point's number in the whole.
        org_chart: as in `simulate`.
        replicates: numbers of the replicates.
        weeks: as in `simulate`.
        seed: as in `simulate`.
        record: "final" or "weekly", as in `simulate`.
        by_level: as in `simulate`.
        common_luck: whether points share their replicates' luck.
        rules: a researcher's own (`own_rules.rules_from`).

    Returns:
        The table of results that `simulate` would give for these runs.

    Raises:
        RunError, OrgChartError: what is given makes no run.
    """
    plan = replace(
        _plan(points.values(), org_chart, len(replicates), weeks, seed, record, by_level),
        point_numbers=tuple(points),
        first_replicate=replicates.start,
        common_luck=common_luck,
        rules=rules,
    )
    results = _lived(plan, range(plan.n_runs), "ensemble", 1, None)
    return results.weekly if record == "weekly" else results.final


def _lived(
    plan: Plan, runs: range, engine: Engine, workers: int | None, progress: Progress | None
) -> Results:
    """The results of consecutive runs."""
    if not isinstance(engine, str) or engine not in get_args(Engine.__value__):
        raise RunError(_no_such("engine", engine, get_args(Engine.__value__)))
    if workers is not None:
        check_whole("workers", workers, 1, 1024)
    _check_size(plan, len(runs))
    values = np.empty((len(runs), *plan.shape))
    run_all = _with_ensemble if engine == "ensemble" else _with_mesa
    with closing(run_all(plan, runs, workers)) as parts:
        for numbers, part in parts:
            values[numbers - runs.start] = part
            if progress:
                progress(len(numbers))
    return Results(plan, runs.start, values)


def _plan(
    parameters: Parameters | Scenario | Iterable[Parameters | Scenario],
    org_chart: Chart | None,
    replicates: int,
    weeks: int | None,
    seed: int,
    record: Record,
    by_level: bool,
) -> Plan:
    """Refuse at the door what makes no run."""
    several = isinstance(parameters, Iterable) and not isinstance(parameters, str)
    # An array without dimensions says that it can be iterated over, and cannot.
    several = several and getattr(parameters, "ndim", 1) > 0
    points: Iterable[object] = parameters if several else [parameters]  # type: ignore[assignment]
    scenarios = tuple(as_scenario(point) for point in points)
    if not scenarios:
        raise RunError("no point to simulate: the list of parameters is empty; give at least one")
    check_whole("replicates", replicates, 1, MAX_RUNS)
    own_weeks = {scenario.weeks for scenario in scenarios}
    if weeks is None and len(own_weeks) > 1:
        raise RunError(
            f"the scenarios last {', '.join(map(str, sorted(own_weeks)))} weeks; say how many"
            " with weeks="
        )
    weeks = own_weeks.pop() if weeks is None else weeks
    check_whole("weeks", weeks, 1, MAX_WEEKS)
    replicate_key(seed, 0)
    if not isinstance(record, str) or record not in get_args(Record.__value__):
        raise RunError(_no_such("recording", record, get_args(Record.__value__)))
    if not isinstance(by_level, bool | np.bool_):
        raise RunError(f"by_level = {shown(by_level)} is neither True nor False; give one of them")
    org_chart = balanced() if org_chart is None else org_chart
    # NumPy's narrow numbers would overflow in what is counted from them.
    replicates, weeks, seed = int(replicates), int(weeks), int(seed)
    return Plan(
        scenarios, hierarchy(org_chart), org_chart, replicates, weeks, seed, record, by_level
    )


def _check_size(plan: Plan, n_runs: int) -> None:
    """Refuse what would not fit into memory, and people whom a table could not tell apart."""
    gigabytes = n_runs * math.prod(plan.shape) * 8 / 1e9
    if gigabytes > MAX_GIGABYTES:
        raise RunError(
            f"the tables of {n_runs:,} runs over {plan.weeks:,} weeks would take"
            f" {gigabytes:,.0f} GB (at most {MAX_GIGABYTES:g}); take fewer runs or weeks, or"
            " record='final'"
        )
    ids = {str(person) for person in plan.hierarchy.ids}
    if plan.record == "people" and len(ids) < plan.hierarchy.n_people:
        raise RunError(
            "two people's ids are the same as texts, and a table of people could not tell them"
            " apart; change one"
        )


def _no_such(kind: str, name: object, known: Sequence[str]) -> str:
    return unknown_name(kind, name, known, f"there are: {', '.join(known)}")


# --- Engines ----------------------------------------------------------------------------------

type Part = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Numbers of runs, and their values: (runs, weeks, n_measures, n_groups) or, of people,
(runs, weeks, n_states, n_people)."""


def _with_ensemble(plan: Plan, runs: range, workers: int | None) -> Generator[Part]:
    """Batches of runs that share a rollout, in threads."""
    from empowersim.compiled import LANES
    from empowersim.ensemble import Batch

    def work(task: tuple[NDArray[np.float64], NDArray[np.int64]], stop: Event) -> Part:
        delays, numbers = task
        batch = Batch(
            plan.hierarchy,
            delays,
            plan.group,
            [plan.scenario_of(int(number)) for number in numbers],
            [replicate_key(*plan.luck_of(int(number))) for number in numbers],
            stop,
            plan.rules,
        )
        if plan.record == "people":
            return numbers, np.moveaxis(batch.trace(plan.weeks), -1, 0)
        sums = np.moveaxis(batch.run(plan.weeks, plan.first_recorded), -1, 0)
        return numbers, _means_of(plan, sums)

    tasks = [
        (delays, numbers[first : first + LANES])
        for delays, numbers in _runs_by_rollout(plan, runs)
        for first in range(0, len(numbers), LANES)
    ]
    yield from in_threads(work, tasks, workers)


def _runs_by_rollout(
    plan: Plan, runs: range
) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Everyone's delays, and the numbers of the runs that share them."""
    numbers: dict[Rollout, list[int]] = {}
    for run in runs:
        numbers.setdefault(plan.scenario_of(run).rollout, []).append(run)
    return [
        (rollout.delays(plan.hierarchy), np.array(own, np.int64))
        for rollout, own in numbers.items()
    ]


def _means_of(plan: Plan, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums, (runs, weeks, n_measures, n_groups), as means."""
    has_team = plan.hierarchy.team_size > 0
    means = np.empty_like(sums)
    for group in range(sums.shape[-1]):
        members = plan.group == group
        relations = int(members[1:].sum())
        managers = int((members & has_team).sum())
        for index in range(sums.shape[1]):
            means[:, index, :, group] = outcomes.means(
                sums[:, index, :, group].T, relations, managers, plan.first_recorded + index
            ).T
    return means


def _with_mesa(plan: Plan, runs: range, _workers: int | None) -> Generator[Part]:
    """One run after the other, one agent a person."""
    from empowersim.model import EmpowermentModel

    groups = [
        range(int(np.searchsorted(plan.group, g)), int(np.searchsorted(plan.group, g, "right")))
        for g in range(int(plan.group[-1]) + 1)
    ]
    for number in runs:
        seed, replicate = plan.luck_of(number)
        model = EmpowermentModel(
            plan.scenario_of(number), plan.chart, seed=seed, replicate=replicate, rules=plan.rules
        )
        rows = []
        for week in range(plan.weeks + 1):
            if week > 0:
                model.step()
            if plan.record == "people":
                rows.append(
                    [[getattr(who, name, np.nan) for who in model.people] for name in STATES]
                )
            elif week >= plan.first_recorded:
                by_group = [list(model.measure(people).values()) for people in groups]
                rows.append(np.transpose(by_group).tolist())
        yield np.array([number]), np.array([rows])


# --- Tables -----------------------------------------------------------------------------------


def _measures_table(plan: Plan, first_run: int, values: NDArray[np.float64]) -> pd.DataFrame:
    """One row a run, week and group."""
    columns = _keys(plan, first_run, values)
    group = columns.pop("inner")
    if plan.by_level:
        columns["level"] = group
    return _table(columns, outcomes.NAMES, values)


def _people_table(plan: Plan, first_run: int, values: NDArray[np.float64]) -> pd.DataFrame:
    """One row a run, week and person."""
    no_manager, no_team = [0], np.flatnonzero(plan.hierarchy.team_size == 0)
    values = values.copy()
    for index, name in enumerate(STATES):
        of_a_manager = name in ("control_habit", "assurance")
        values[:, :, index, no_team if of_a_manager else no_manager] = np.nan
    columns = _keys(plan, first_run, values)
    ids = np.array([str(person) for person in plan.hierarchy.ids], dtype=object)
    columns["person"] = ids[columns.pop("inner")]
    return _table(columns, STATES, values)


def _keys(plan: Plan, first_run: int, values: NDArray[np.float64]) -> dict[str, NDArray[np.int64]]:
    """The columns that say which run, week and group or person a row is of."""
    n_runs, n_weeks, _, n_inner = values.shape
    run, week, inner = np.indices((n_runs, n_weeks, n_inner)).reshape(3, -1)
    run += first_run
    numbers = np.array([plan.number_of(point) for point in range(len(plan.scenarios))])
    return {
        "point": numbers[run // plan.replicates],
        "replicate": plan.first_replicate + run % plan.replicates,
        "week": week + plan.first_recorded,
        "inner": inner,
    }


def _table(
    columns: dict[str, NDArray[np.int64]], names: Sequence[str], values: NDArray[np.float64]
) -> pd.DataFrame:
    import pandas as pd

    by_row = np.moveaxis(values, 2, -1).reshape(-1, len(names))
    return pd.DataFrame(columns | {name: by_row[:, k] for k, name in enumerate(names)})
