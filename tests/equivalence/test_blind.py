"""Both engines against a model written from docs/odd.md alone, by someone who had not seen src/.

The program of a week and that of the measures had been taken out of the page: what is compared is
whether its prose and equations suffice. At its first comparison, and since, nothing differed.
"""

import random

import numpy as np
import pytest

from empowersim import Parameters, org_chart, scenarios, simulate
from empowersim.org_chart import balanced, hierarchy
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario

from .blind_week import run

BOUNDS = ("readiness_low", "readiness_high", "disposition_low", "disposition_high")
ROLLOUTS = ("all-at-once", "pilot", "top-down", "bottom-up")


def differences(scenario, chart, weeks, seed, replicate, engine="ensemble", **other):
    """What the two say differently; `other` are parameters that the blind model alone has."""
    places = hierarchy(chart)
    states, measures = run(
        [None, *places.manager[1:].tolist()],
        {name: float(getattr(scenario.parameters, name)) for name in DECLARATIONS} | other,
        [(each.week, each.lever, each.value) for each in scenario.interventions],
        scenario.rollout.delays(places).tolist(),
        weeks,
        seed,
        replicate,
    )
    states["autonomy"][:, 0] = np.nan  # the head's, which tables of people leave out

    def ours(record):
        asked = {"weeks": weeks, "replicates": replicate + 1, "seed": seed, "engine": engine}
        table = getattr(simulate(scenario, chart, record=record, **asked), record)
        return table[table["replicate"] == replicate]

    people, weekly = ours("people"), ours("weekly")
    shape = weeks + 1, places.n_people
    wrong = [
        name
        for name, values in states.items()
        if not np.array_equal(people[name].to_numpy().reshape(shape), values, equal_nan=True)
    ]
    return wrong + [
        name
        for name, values in measures.items()
        if not np.array_equal(weekly[name].to_numpy(), values, equal_nan=True)
    ]


@pytest.mark.parametrize("name", NAMED)
def test_every_named_scenario(name):
    assert differences(scenarios.named(name), balanced(4, 2), 80, seed=3, replicate=1) == []


def test_the_mesa_engine():
    assert differences(Scenario(), balanced(3, 2), 40, seed=1, replicate=0, engine="mesa") == []


@pytest.mark.parametrize("case", range(12))
def test_random_parameters_charts_interventions_and_rollouts(case):
    luck = random.Random(case)  # noqa: S311
    changes = {
        name: each.low + luck.random() * (each.high - each.low)
        for name, each in DECLARATIONS.items()
        if luck.random() < 0.5 and name not in BOUNDS
    }
    scenario = Scenario(
        Parameters().with_changes(changes),
        interventions=tuple(
            Intervention(luck.randrange(1, 40), lever, luck.random())
            for lever in luck.sample(list(LEVERS), 3)
        ),
        rollout=Rollout(luck.choice(ROLLOUTS), lag=luck.randrange(9)),
    )
    chart = org_chart.random(luck.randrange(2, 40), 3.0, 1.0, seed=case)
    assert differences(scenario, chart, 60, luck.randrange(10**6), luck.randrange(20)) == []


def test_a_difference_is_seen():
    """The comparison can fail: with another pace the blind model lives another life."""
    chart = balanced(3, 2)
    assert "autonomy" in differences(Scenario(), chart, 10, seed=1, replicate=0, pace=0.13)
