"""The Mesa model: for watching and explaining one run, person by person."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Iterable
from itertools import chain
from operator import attrgetter, methodcaller
from types import ModuleType
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.discrete_space import Network

from empowersim import outcomes
from empowersim import random_streams as luck
from empowersim import rules as usual_rules
from empowersim.agents import Change, Collaborator, Manager
from empowersim.declaration import MOST_SAID, shown, unknown_name
from empowersim.errors import ExperimentError
from empowersim.org_chart import Chart, balanced, hierarchy
from empowersim.own_rules import RuleSet, execute, find_source, is_path
from empowersim.parameters import Parameters
from empowersim.scenarios import Scenario, as_scenario
from empowersim.week import PHASES

_STATES_OF_RELATION = attrgetter(*outcomes.STATES)
_FLOWS_OF_RELATION = attrgetter("succeeded", "gone")
_STATES_OF_MANAGER = attrgetter("control_habit", "assurance")


class EmpowermentModel(mesa.Model):  # type: ignore[misc]
    """One run of a scenario on an org chart; `step()` lives one week.

    The same seed and replicate give the same luck, and so the same state to the last bit, as the
    ensemble engine (`empowersim.simulate`).

    A researcher's own agents live in a subclass of the model that names their classes in
    `collaborator_class` and `manager_class`. Middle managers report to someone, too: what is to
    hold for everyone who reports goes into both.

    Attributes:
        rules: the rules in force, by name: `empowersim.rules`, or with some of them replaced.
        week: the last week lived; 0 at the start.
        parameters: the parameters in force, interventions included.
        collaborators, managers: the agents by role, in breadth-first order; a middle manager is in
            both, the head in the second only.
        measures: the week's measures by name (`empowersim.outcomes.MEASURES`).
        datacollector: Mesa's, with one row of measures for each week from 0.
        grid: Mesa's network space; each cell's coordinate is the person's id in the chart.

    Raises:
        ScenarioError, ParameterError, OrgChartError: what is given makes no run.
    """

    collaborator_class: ClassVar[type[Collaborator]] = Collaborator
    manager_class: ClassVar[type[Manager]] = Manager

    def __init__(
        self,
        parameters: Parameters | Scenario | None = None,
        org_chart: Chart | None = None,
        *,
        seed: int = 0,
        replicate: int = 0,
        rules: RuleSet | None = None,
    ) -> None:
        """Draw everyone's initial state on the chart (default: `org_chart.balanced()`).

        `rules` are a researcher's own (`own_rules.rules_from`).
        """
        key = luck.replicate_key(seed, replicate)
        super().__init__(rng=int(key))
        self._key = key
        self.rules: ModuleType = rules.functions if rules else usual_rules
        org_chart = balanced() if org_chart is None else org_chart
        # Not `_scenario`: that is Mesa's own, where it keeps a scenario of another kind.
        self._lived = as_scenario(Parameters() if parameters is None else parameters)
        self.parameters = self._lived.parameters
        self.hierarchy = hierarchy(org_chart)
        self.delays = self._lived.rollout.delays(self.hierarchy).tolist()
        self.week = 0
        n_people = self.hierarchy.n_people
        uniform, normal = luck.initial_draws(self._key, n_people)
        self.initial_draws = uniform.tolist(), normal.tolist()
        # Mesa would lay the network out, in time that grows with the square of its size.
        self.grid = Network(org_chart.to_undirected(), random=self.random, layout=None)
        self._hire()
        self.measures = self.measure(range(n_people))
        self.datacollector = mesa.DataCollector(
            model_reporters={"week": "week"} | {name: _reader_of(name) for name in outcomes.NAMES}
        )
        self.datacollector.collect(self)

    def _hire(self) -> None:
        """One agent a person, managers before their teams."""
        self.people: list[Collaborator] = []
        cells = {cell.coordinate: cell for cell in self.grid.all_cells}
        for number, (person, boss, size) in enumerate(
            zip(
                self.hierarchy.ids,
                self.hierarchy.manager,
                self.hierarchy.team_size,
                strict=True,
            )
        ):
            role = self.manager_class if size else self.collaborator_class
            manager = self.people[boss] if number else None
            assert manager is None or isinstance(manager, Manager)  # noqa: S101 (for the types)
            agent = role(self, cells[person], number, manager)
            if manager:
                manager.lead(agent)
            self.people.append(agent)
        self.collaborators = self.people[1:]
        self.managers = [person for person in self.people if isinstance(person, Manager)]

    def step(self) -> None:
        """Live one week: interventions, then the phases in order, then the measures."""
        self.week += 1
        changes = self._lived.changes_by_week.get(self.week)
        if changes:
            self.parameters = self.parameters.with_changes(changes)
        draws = luck.week_draws(self._key, self.week, self.hierarchy.n_people).T.tolist()
        changes_by_delay = {
            delay: Change.asked_in(self.week, delay, self.parameters, self.rules)
            for delay in set(self.delays)
        }
        for person, own_draws in zip(self.people, draws, strict=True):
            person.begin_week(changes_by_delay[person.delay], own_draws)
        actors: dict[str, Any] = {"managers": self.managers, "collaborators": self.collaborators}
        for phase in PHASES:
            act = methodcaller(phase.name)
            for agent in actors[phase.actors]:
                act(agent)
        self.measures = self.measure(range(self.hierarchy.n_people))
        self.datacollector.collect(self)

    def measure(self, people: range) -> dict[str, float]:
        """The measures of some people, a range of breadth-first numbers; NaN where over nobody.

        Sums go one by one in breadth-first order, as in the ensemble engine: `accumulate` does so,
        `sum` would round differently.
        """
        members = [self.people[number] for number in people]
        relations = [person for person in members if person.manager]
        managers = [person for person in members if isinstance(person, Manager)]
        sums = [*self._sums_over_relations(relations), *_sums(map(_STATES_OF_MANAGER, managers), 2)]
        means = outcomes.means(np.array(sums), len(relations), len(managers), self.week)
        return dict(zip(outcomes.NAMES, means.tolist(), strict=True))

    def _sums_over_relations(self, relations: list[Collaborator]) -> Iterable[float]:
        p = self.parameters
        states = _sums(map(_STATES_OF_RELATION, relations), len(outcomes.STATES))
        regimes = _sums(
            (outcomes.regime(person.autonomy, person.responsibility, p) for person in relations),
            len(outcomes.REGIMES),
        )
        return *states, *regimes, *_sums(map(_FLOWS_OF_RELATION, relations), len(outcomes.FLOWS))


def _sums(rows: Iterable[tuple[float, ...]], width: int) -> Iterable[float]:
    """Sums of the columns, one row after the other; zeros if there are no rows."""
    table = np.fromiter(chain((0.0,) * width, chain.from_iterable(rows)), np.float64)
    sums: list[float] = np.add.accumulate(table.reshape(-1, width))[-1].tolist()
    return sums


def _reader_of(name: str) -> Any:
    return lambda model: model.measures[name]


def model_class(where: str) -> type[EmpowermentModel]:
    """A researcher's own model: "module:Class" or "path/to/file.py:Class".

    A worker process asks for it by the same text, so that the class need not travel.

    Raises:
        ExperimentError: there is no such class, its module fails, or it is not a model that can be
            made as `EmpowermentModel` is.
    """
    module_name, colon, name = str(where).rpartition(":")
    if not (colon and module_name and name):
        raise ExperimentError(
            f"{where!r} names no model; write module:Class, such as my_model:MyModel"
        )
    classes = {
        each: found for each, found in vars(_module(module_name)).items() if isinstance(found, type)
    }
    if name not in classes:
        own = [each for each, found in classes.items() if issubclass(found, EmpowermentModel)]
        there = f"models in {module_name}: {', '.join(own) or 'none'}"
        raise ExperimentError(unknown_name("model", name, own, there))
    _check_model(classes[name], where)
    return classes[name]


def _module(name_or_path: str) -> ModuleType:
    """The module; one that is not on Python's path is run under a name of its own."""
    source = find_source(name_or_path)
    if not is_path(name_or_path):
        try:
            return importlib.import_module(name_or_path)
        except ModuleNotFoundError as error:
            if error.name not in (name_or_path, name_or_path.partition(".")[0]):
                raise ExperimentError(f"{source.label} fails: {error}") from None
        except (Exception, SystemExit) as error:
            raise ExperimentError(
                f"{source.label} fails: {type(error).__name__}: {shown(error, str, most=MOST_SAID)}"
            ) from None
    digest = hashlib.sha256(f"{source.path}\n{source.text}".encode()).hexdigest()[:16]
    name = f"empowersim_own_model_{digest}"
    return sys.modules.get(name) or execute(source, name)


def _check_model(found: type, where: str) -> None:
    """Refuse what is no model, what cannot be made as one, and agents of other families."""
    if not issubclass(found, EmpowermentModel):
        raise ExperimentError(f"{where} is not a model; make it a subclass of EmpowermentModel")
    for attribute, needed in (("collaborator_class", Collaborator), ("manager_class", Manager)):
        agents = getattr(found, attribute)
        if not (isinstance(agents, type) and issubclass(agents, needed)):
            raise ExperimentError(
                f"{attribute} = {agents!r} of {where} is not a subclass of {needed.__name__}"
            )
    try:
        inspect.signature(found).bind(None, None, seed=0, replicate=0, rules=None)
    except TypeError as error:
        raise ExperimentError(
            f"{where} cannot be made as EmpowermentModel is ({error}); it takes (parameters,"
            " org_chart, *, seed, replicate, rules)"
        ) from None
