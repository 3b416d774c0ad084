"""Names and places: relabelled people with relabelled luck live the same lives.

Numbers come from the chart, and luck hangs on the number. So who is put elsewhere among his
colleagues has other luck, and the same chances.
"""

from dataclasses import dataclass
from math import sqrt

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empowersim import EmpowermentModel, Parameters, random_streams, simulate
from empowersim.outcomes import REGIMES
from empowersim.parameters import DECLARATIONS
from empowersim.simulation import STATES
from small_charts import CHARTS
from strategies import parameters, trees

STANDARD_ERRORS = 5


def turned(chart):
    """The same chart, its people given from the last to the first."""
    other = nx.DiGraph()
    other.add_edges_from(reversed(list(chart.edges)))
    return other


# --- Exactly, with luck that moves along --------------------------------------------------------


@dataclass
class Moved:
    """Luck by person instead of by number: each draws what his namesake drew at `old`."""

    old: np.ndarray

    def week_draws(self, key, week, n_people):
        return random_streams.week_draws(key, week, n_people)[:, self.old]

    def initial_draws(self, key, n_people):
        uniform, normal = random_streams.initial_draws(key, n_people)
        return uniform[:, self.old], normal[:, self.old]

    def replicate_key(self, seed, replicate):
        return random_streams.replicate_key(seed, replicate)


def lives(chart, weeks=40):
    """Everyone's state by name after some weeks of the change."""
    model = EmpowermentModel(Parameters(start=2, ramp=8), chart, seed=9)
    for _ in range(weeks):
        model.step()
    return {
        person: [getattr(agent, name, 0.0) for name in STATES]
        for person, agent in zip(model.hierarchy.ids, model.people, strict=True)
    }, list(model.hierarchy.ids)


@pytest.mark.parametrize("chart", ["family", "balanced", "uneven", "sample"])
def test_with_their_luck_relabelled_people_live_the_same(chart, monkeypatch):
    first, old = lives(CHARTS[chart])
    other = turned(CHARTS[chart])
    without, new = lives(other)
    assert new != old
    number = {person: n for n, person in enumerate(old)}
    luck = Moved(np.array([number[person] for person in new]))
    monkeypatch.setattr("empowersim.model.luck", luck)
    moved, _ = lives(other)
    people = list(first)
    # Sums over a team go by number: their last bits depend on it, and nothing else does.
    assert np.allclose([moved[p] for p in people], [first[p] for p in people], rtol=0, atol=1e-10)
    assert np.abs(np.array([without[p] for p in people]) - [first[p] for p in people]).max() > 0.01


# --- In distribution, with luck that stays ------------------------------------------------------


def trust_by_person(chart, replicates=2048):
    """Trust in each person after a year, by name: its mean and its standard error."""
    p = Parameters(start=2, ramp=8)
    # Only the last week is of use, and a table holds all.
    table = simulate(p, chart, replicates=replicates, weeks=52, record="people", workers=1).people
    last = table[table["week"] == 52].groupby("person")["trust"]
    return {who: (mean, last.std()[who] / sqrt(replicates)) for who, mean in last.mean().items()}


def agree(one, other):
    """Whether two means, each with its standard error, may be of the same distribution."""
    return abs(one[0] - other[0]) < STANDARD_ERRORS * sqrt(one[1] ** 2 + other[1] ** 2)


def test_where_one_stands_among_colleagues_changes_no_chances():
    chart = CHARTS["family"]
    first, other = trust_by_person(chart), trust_by_person(turned(chart))
    for who in ("bea", "bob", "cas", "cid", "dan"):
        assert agree(first[who], other[who]), who
    # Whose manager has less room is trusted otherwise.
    assert not agree(first["bob"], other["dan"])


# --- What is conserved --------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(parameters(), min_size=1, max_size=3), trees(), st.integers(0, 2**32))
def test_states_stay_in_0_to_1_and_nobody_is_lost(points, chart, seed):
    how = {"weeks": 15, "seed": seed, "workers": 1}
    people = simulate(points, chart, record="people", **how).people
    states = people[list(STATES)].to_numpy()
    assert not ((states < 0) | (states > 1)).any()
    present = people.groupby(["point", "week"])[list(STATES)].count()
    n = chart.number_of_nodes()
    managers = len({manager for _, manager in chart.edges})
    assert (present["disposition"] == n - 1).all() or n == 1
    assert (present["trust"] == n - 1).all()
    assert (present["assurance"] == managers).all()
    weekly = simulate(points, chart, **how).weekly
    if n > 1:
        assert np.allclose(weekly[list(REGIMES)].sum(axis=1), 1, rtol=0, atol=1e-12)
        lived = weekly[weekly["week"] > 0]
        assert lived[["output", "departures"]].apply(lambda of: of.between(0, 1)).all(axis=None)


def test_corners_are_among_the_parameters_tried():
    """Had only defaults been drawn, staying in [0, 1] would be easy."""
    tried = []

    @settings(max_examples=30)
    @given(parameters())
    def collect(p):
        tried.append(p)

    collect()
    for name, known in DECLARATIONS.items():
        ends = {getattr(p, name) for p in tried} & {known.low, known.high}
        assert ends, name
