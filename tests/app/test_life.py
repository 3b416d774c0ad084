from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from empowersim import scenarios
from empowersim.app.lab import life as lives
from empowersim.app.lab.life import (
    HALF,
    Cast,
    Life,
    Onward,
    TooMany,
    frames,
    from_week,
    in_force,
    live,
)
from empowersim.org_chart import balanced
from empowersim.outcomes import NAMES, REGIMES
from empowersim.scenarios import Intervention, Rollout
from empowersim.simulation import simulate

CHART = balanced(4, 3)
PEOPLE = Cast.of(CHART, seed=3, replicate=2)
SCENARIO = replace(scenarios.named("stop-too-early"), weeks=80)


def expected(scenario):
    found = simulate(scenario, CHART, replicates=3, seed=3, record="people", workers=1)
    return found._values[2]


@pytest.fixture(scope="module")
def life():
    return live(SCENARIO, PEOPLE)


def test_a_life_is_the_run_of_that_luck(life):
    np.testing.assert_array_equal(life.states, expected(SCENARIO))
    weekly = simulate(SCENARIO, CHART, replicates=3, seed=3, workers=1).weekly
    of_run = weekly[weekly["replicate"] == 2]
    np.testing.assert_array_equal(life.measures, of_run[list(NAMES)].to_numpy())


@pytest.mark.parametrize("rollout", [Rollout("top-down", 9), Rollout("pilot", 20)])
def test_a_change_keeps_the_past_and_is_the_run_from_the_start(life, rollout):
    before = live(replace(SCENARIO, rollout=rollout), PEOPLE)
    changes = (Intervention(31, "coaching", 0.1), Intervention(31, "mandate", 1.0))
    changed = replace(SCENARIO, rollout=rollout, interventions=(*SCENARIO.interventions, *changes))
    onward = live(changed, PEOPLE, before=before)
    np.testing.assert_array_equal(onward.states, expected(changed))
    np.testing.assert_array_equal(onward.states[:31], before.states[:31])
    assert (onward.states[31] != before.states[31]).any()


def test_what_is_shared_with_the_run_before(life):
    def shared(scenario, people=PEOPLE):
        return lives._shared_weeks(life, scenario, people)

    assert shared(SCENARIO) == SCENARIO.weeks
    assert shared(replace(SCENARIO, weeks=90)) == SCENARIO.weeks
    assert shared(replace(SCENARIO, interventions=())) == 59
    assert shared(SCENARIO.with_changes({"mandate": 0.1})) == -1
    assert shared(SCENARIO, PEOPLE._replace(seed=4)) == -1
    assert lives._shared_weeks(None, SCENARIO, PEOPLE) == -1


def test_from_a_week_on(life):
    assert in_force(SCENARIO, 59).coaching == 0.7
    assert in_force(SCENARIO, 60).coaching == 0
    left = from_week(SCENARIO, 60)
    assert left.parameters.coaching == 0
    assert left.interventions == ()
    same_luck = Onward.after(life, 40, [PEOPLE.key], Event()).sums_of(41, life.weeks)
    relations = PEOPLE.people.n_people - 1
    partnership = same_luck[:, NAMES.index("partnership"), 0] / relations
    np.testing.assert_array_equal(partnership, life.share("partnership")[41:])


@pytest.mark.parametrize("threshold", [0.5, 0.3, 0.0, 1.0])
def test_a_byte_is_in_the_regime_of_its_number(threshold):
    life = live(SCENARIO.with_changes({"regime_threshold": threshold}), PEOPLE)
    shape = life.weeks + 1, 2, PEOPLE.people.n_people
    bytes_ = np.frombuffer(frames(life), np.uint8).reshape(shape)
    above = bytes_ >= HALF
    np.testing.assert_array_equal(above[:, 0] + 2 * above[:, 1], life.regimes)
    # As player.vue reads them: off by half a step at most.
    low, high = HALF - 1, 255 - HALF
    shares = np.where(
        above,
        threshold + (bytes_.astype(float) - HALF) / high * (1 - threshold),
        bytes_ / low * threshold,
    )
    exact = np.stack([life.state("autonomy"), life.state("responsibility")], axis=1)
    step = np.where(above, (1 - threshold) / high, threshold / low)
    assert (np.abs(shares - exact) <= step / 2 + 1e-12).all()


def test_regimes_and_newcomers_are_those_of_the_measures(life):
    relations = PEOPLE.people.n_people - 1
    for number, regime in enumerate(REGIMES):
        counted = (life.regimes[:, 1:] == number).sum(axis=1) / relations
        np.testing.assert_allclose(counted, life.share(regime))
    departures = life.measures[1:, NAMES.index("departures")] * relations
    np.testing.assert_allclose(life.newcomers[1:].sum(axis=1), departures)
    assert departures.sum() > 0


def test_too_many_people_to_watch():
    people = Cast.of(balanced(30, 3))
    with pytest.raises(TooMany, match=r"^27,931 people over 156 weeks are too many"):
        live(scenarios.named("status-quo"), people)


def test_a_life_knows_its_weeks(life):
    assert isinstance(life, Life)
    assert life.weeks == 80
