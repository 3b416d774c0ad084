"""The model at the ends of what is allowed; storms/model.py goes further, for minutes."""

import random
import tracemalloc

import numpy as np
import pytest

from empowersim import Parameters, rules, simulate
from empowersim.ensemble import Batch
from empowersim.errors import ParameterError
from empowersim.org_chart import balanced, hierarchy
from empowersim.parameters import LEVERS
from empowersim.random_streams import replicate_key
from empowersim.scenarios import Intervention, Rollout, Scenario
from equivalence.test_interpreted import interpret
from storms.corners import (
    FULL,
    MOVING,
    anywhere,
    chain,
    one_at_a_time,
    point,
    same,
    star,
    wide_and_deep,
    wrong_points,
)

SMALL = balanced(3, 2)
WEEKS = 15


def assert_well(points, chart=SMALL, weeks=WEEKS, **how):
    """In bounds, every week, in both engines, which agree."""
    wrong, ours = wrong_points(points, chart, weeks, **how)
    assert not wrong
    wrong, theirs = wrong_points(points, chart, weeks, engine="mesa", **how)
    assert not wrong
    assert same(ours, theirs)


# --- Parameters -------------------------------------------------------------------------------


def test_every_end_of_every_range():
    names, points = zip(*one_at_a_time(), strict=True)
    wrong, _ = wrong_points(points, SMALL, 4 * WEEKS)
    assert [names[each] for each in wrong] == []
    assert_well(points[::9])


def test_many_ends_together():
    luck = random.Random(7)  # noqa: S311
    points = [anywhere(luck, WEEKS) for _ in range(600)]
    assert wrong_points(points, SMALL, WEEKS)[0] == set()
    assert_well(points[:60])


def test_peers_who_are_all_sure_are_not_surer_than_that():
    """Their mean is a sum of ones less a rounding, which may come out above 1."""
    own, *others = (1.0 - lacking * 2.0**-53 for lacking in (5, 0, 0, 1, 0))
    total = own
    for each in others:
        total += each
    peers = rules.mean_of_others(total, own, rules.share_of_others(5.0))
    assert peers > 1.0
    p = Parameters(**FULL)
    assert rules.assurance_after(own, 0.5, 0.0, 0.0, 0.5, peers, 1.0, p) == 1.0


# --- Long runs --------------------------------------------------------------------------------


def test_two_thousand_weeks():
    points = [Scenario(), point(dict(MOVING))]
    assert_well(points, weeks=400)
    assert wrong_points(points, SMALL, 4000)[0] == set()


class Counted(list):
    """A column that counts how often it is read."""

    reads = 0

    def __getitem__(self, index):
        self.reads += 1
        return super().__getitem__(index)


@pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
def test_interventions_are_read_once_not_in_every_week(monkeypatch):
    """With one a week, time would grow with the square of the weeks."""
    interpret(monkeypatch)
    every = tuple(Intervention(week, "mandate", week % 2) for week in range(1, 31))
    tree = hierarchy(balanced(1, 1))
    nobody_waits = np.zeros(2), np.zeros(2, np.int32)
    batch = Batch(tree, *nobody_waits, [Scenario(interventions=every)], [replicate_key(0, 0)])
    weeks = Counted(batch.interventions.week.tolist())
    batch.interventions = batch.interventions._replace(week=weeks)
    batch.run(30, 30)
    assert len(weeks) == 30
    assert weeks.reads <= 3 * len(weeks)


def test_a_lever_set_anew_every_week():
    every = tuple(
        Intervention(week, lever, (week * 5 + k) % 8 / 7)
        for week in range(1, 201)
        for k, lever in enumerate(LEVERS)
    )
    assert_well([point(dict(MOVING), interventions=every[::-1])], weeks=200)


# --- Charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "weeks"),
    [
        (balanced(6, 0), 5),
        (chain(2), 60),
        (chain(300), 6),
        (star(1000), 4),
        (wide_and_deep(200, 60), 6),
    ],
    ids=["one", "two", "chain", "star", "wide and deep"],
)
def test_charts_of_every_shape(chart, weeks):
    rollouts = [
        point(dict(MOVING), rollout=Rollout(order, lag=1))
        for order in ("all-at-once", "bottom-up", "pilot")
    ]
    assert_well(rollouts, chart, weeks)


@pytest.mark.parametrize("record", ["weekly", "people"])
def test_one_run_takes_the_memory_of_one(record):
    """Lanes without a run keep no record."""
    chart = balanced(4, 3)
    simulate(Scenario(), chart, weeks=2, record=record, workers=1)
    tracemalloc.start()
    results = simulate(Scenario(), chart, weeks=2000, record=record, workers=1, by_level=True)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * results._values.nbytes + 5e6


# --- Numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 2**63 - 1, 2**63, 2**64 - 1])
def test_any_seed_one_week_one_replicate(seed):
    assert_well([point(dict(MOVING))], weeks=1, seed=seed)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, True, "1"])
def test_other_seeds_are_refused(seed):
    with pytest.raises(ParameterError, match=r"^seed = .*\d+.*$"):
        simulate(Scenario(), SMALL, seed=seed)
