"""The model as first written in Mesa: an agent a person, `do` a phase, means as reporters."""

from __future__ import annotations

import statistics
import time

import mesa

from benchmarks.peers.naive_agents import CollaboratorPhases, ManagerPhases
from empowersim import Parameters, outcomes
from empowersim.org_chart import Chart, hierarchy
from empowersim.week import PHASES


class Collaborator(CollaboratorPhases, mesa.Agent):
    """Someone who reports to a manager."""


class Manager(ManagerPhases, mesa.Agent):
    """Someone who has a team."""


class NaiveModel(mesa.Model):
    """One run on an org chart."""

    def __init__(self, org_chart: Chart, *, seed: int) -> None:
        """Hire everyone, and collect the start."""
        super().__init__(rng=seed)
        self.parameters = Parameters()
        self.week = 0
        company = hierarchy(org_chart)
        people: list[Collaborator | Manager] = []
        for number, (boss, size) in enumerate(zip(company.manager, company.team_size, strict=True)):
            person = (Manager if size else Collaborator)(self)
            person.begin(people[boss] if number else None)
            people.append(person)
        self.managers = self.agents.select(lambda person: isinstance(person, Manager))
        self.collaborators = self.agents.select(lambda person: person.manager is not None)
        self.datacollector = mesa.DataCollector(model_reporters=_reporters())
        self.datacollector.collect(self)

    def step(self) -> None:
        """Live one week."""
        self.week += 1
        for phase in PHASES:
            getattr(self, phase.actors).do(phase.name)
        self.datacollector.collect(self)


def _reporters():
    reporters = {}
    for name in outcomes.STATES:
        reporters[name] = lambda model, name=name: statistics.fmean(
            [getattr(person, name) for person in model.collaborators]
        )
    for name in outcomes.REGIMES:
        reporters[name] = lambda model, name=name: statistics.fmean(
            [getattr(person.regime, name) for person in model.collaborators]
        )
    for measure, name in (("output", "succeeded"), ("departures", "gone")):
        reporters[measure] = lambda model, name=name: statistics.fmean(
            [getattr(person, name) for person in model.collaborators]
        )
    for name in ("control_habit", "assurance"):
        reporters[name] = lambda model, name=name: statistics.fmean(
            [getattr(manager, name) for manager in model.managers]
        )
    return reporters


def autonomy_after(chart: Chart, weeks: int, seed: int) -> float:
    """Mean autonomy of a run in its last week."""
    model = NaiveModel(chart, seed=seed)
    for _ in range(weeks):
        model.step()
    return float(model.datacollector.get_model_vars_dataframe()["autonomy"].iloc[-1])


def person_weeks_per_second(chart: Chart, weeks: int) -> float:
    """Speed of one run, every week collected, set-up left out."""
    model = NaiveModel(chart, seed=1)
    start = time.perf_counter()
    for _ in range(weeks):
        model.step()
    return len(model.collaborators) * weeks / (time.perf_counter() - start)
