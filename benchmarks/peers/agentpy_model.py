"""The model in agentpy: the same people as in `naive_mesa.py`, in agentpy's lists."""

from __future__ import annotations

import time

import agentpy as ap

from benchmarks.peers.naive_agents import CollaboratorPhases, ManagerPhases
from empowersim import outcomes
from empowersim.org_chart import Chart, hierarchy
from empowersim.parameters import Parameters
from empowersim.week import PHASES


class Collaborator(CollaboratorPhases, ap.Agent):
    """Someone who reports to a manager."""


class Manager(ManagerPhases, ap.Agent):
    """Someone who has a team."""


class AgentpyModel(ap.Model):
    """One run on an org chart; `p.company` is its hierarchy."""

    def setup(self) -> None:
        """Hire everyone."""
        self.parameters = Parameters()
        self.week = 0
        company = self.p.company
        people: list[Collaborator | Manager] = []
        for number, (boss, size) in enumerate(zip(company.manager, company.team_size, strict=True)):
            person = (Manager if size else Collaborator)(self)
            person.begin(people[boss] if number else None)
            people.append(person)
        self.people = ap.AgentList(self, people)
        self.managers = self.people.select([isinstance(each, Manager) for each in people])
        self.collaborators = ap.AgentList(self, people[1:])

    def step(self) -> None:
        """Live one week."""
        self.week += 1
        for phase in PHASES:
            getattr(getattr(self, phase.actors), phase.name)()

    def update(self) -> None:
        """Record the week's means; agentpy calls this after the set-up and after each step."""
        for name in outcomes.STATES:
            self.record(name, _mean(getattr(self.collaborators, name)))
        for name in outcomes.REGIMES:
            regimes = self.collaborators.regime
            self.record(name, _mean([getattr(regime, name) for regime in regimes]))
        self.record("output", _mean(self.collaborators.succeeded))
        self.record("departures", _mean(self.collaborators.gone))
        self.record("control_habit", _mean(self.managers.control_habit))
        self.record("assurance", _mean(self.managers.assurance))


def _mean(values) -> float:
    return sum(values) / len(values)


def _model(chart: Chart, weeks: int, seed: int) -> AgentpyModel:
    model = AgentpyModel({"company": hierarchy(chart), "steps": weeks, "seed": seed})
    model.sim_setup()
    return model


def autonomy_after(chart: Chart, weeks: int, seed: int) -> float:
    """Mean autonomy of a run in its last week."""
    model = _model(chart, weeks, seed)
    while model.running:
        model.sim_step()
    return model.log["autonomy"][-1]


def person_weeks_per_second(chart: Chart, weeks: int) -> float:
    """Speed of one run, every week recorded, set-up left out."""
    model = _model(chart, weeks, seed=1)
    start = time.perf_counter()
    while model.running:
        model.sim_step()
    return len(model.collaborators) * weeks / (time.perf_counter() - start)
