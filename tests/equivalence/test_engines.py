"""Both engines agree to the last bit: every week, every person, every measure."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empowersim import Parameters, org_chart, simulate
from empowersim.outcomes import MEASURES
from empowersim.parameters import LEVERS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from small_charts import CHARTS
from strategies import scenarios, trees

from .tables import assert_engines_agree, assert_identical

SMALL = [name for name in CHARTS if name != "sample"]


@pytest.mark.parametrize("chart", SMALL)
def test_on_every_named_scenario(chart):
    """Past week 60, in which a scenario ends its efforts."""
    assert_engines_agree(list(NAMED.values()), CHARTS[chart], replicates=2, weeks=66, seed=3)


def test_on_a_whole_organisation():
    assert_engines_agree(list(NAMED.values()), CHARTS["sample"], weeks=12, seed=2**64 - 1)


ROLLOUTS = [
    Rollout("pilot", lag=6),
    Rollout("pilot", lag=6, branch="cid"),
    Rollout("top-down", lag=5),
    Rollout("bottom-up", lag=5),
]


@pytest.mark.parametrize("rollout", ROLLOUTS, ids=str)
def test_on_every_rollout(rollout):
    point = Scenario(Parameters(start=3, ramp=4), rollout=rollout)
    assert_engines_agree(point, CHARTS["family"], replicates=3, weeks=30)


@pytest.mark.parametrize("lever", LEVERS)
def test_with_interventions_on_every_lever(lever):
    """In the first week, in the last, to both ends of the range and between."""
    when = {1: 0.0, 2: 1.0, 14: 0.3, 30: 0.9}
    changes = tuple(Intervention(week, lever, value) for week, value in when.items())
    point = Scenario(Parameters(start=5, ramp=10), interventions=changes)
    assert_engines_agree(point, CHARTS["balanced"], replicates=2, weeks=30)


@settings(max_examples=40)
@given(
    points=st.lists(scenarios(weeks=12), min_size=1, max_size=3),
    chart=trees(),
    seed=st.integers(0, 2**64 - 1),
)
def test_on_any_parameters_scenarios_and_charts(points, chart, seed):
    assert_engines_agree(points, chart, seed=seed)


def test_what_is_compared_is_alive():
    """Had nothing happened, agreeing would be easy."""
    table = simulate(list(NAMED.values()), CHARTS["sample"], weeks=66, seed=3).weekly
    for measure in MEASURES:
        assert table[measure.name].nunique() > 5, measure.name
        assert table.groupby("point")[measure.name].sum().nunique() > 1, measure.name


def test_one_bit_is_a_difference():
    table = simulate(Parameters(), CHARTS["family"], weeks=3).weekly
    other = table.copy()
    other.loc[2, "trust"] = np.nextafter(other.loc[2, "trust"], 1)
    with pytest.raises(AssertionError, match="trust"):
        assert_identical(table, other)
    other = table.copy()
    other["departures"] = -other["departures"]
    with pytest.raises(AssertionError):
        assert_identical(table, other)


# --- Nothing that is not the policy or its luck matters -----------------------------------------


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    return [
        Scenario(
            Parameters(**dict(zip(LEVERS, rng.random(len(LEVERS)), strict=True))), rollout=each
        )
        for each in [Rollout(), Rollout("top-down", lag=4)] * 6
    ]


def states(points, chart="family", **how):
    return simulate(points, CHARTS[chart], weeks=20, record="people", **how).people


def test_a_run_is_the_same_alone_and_among_37():
    together = states(Parameters(), replicates=37)
    for replicate in (0, 15, 16, 36):
        alone = states(Parameters(), replicates=replicate + 1, engine="mesa")
        of_one = [table[table["replicate"] == replicate] for table in (alone, together)]
        assert_identical(*(table.reset_index(drop=True) for table in of_one))


def test_a_point_is_the_same_alone_and_among_others(points):
    together = states(points, replicates=5)
    for number in (0, 3, 11):
        alone = states(points[number], replicates=5)
        of_one = together[together["point"] == number].assign(point=0)
        assert_identical(alone, of_one.reset_index(drop=True))


def test_the_order_of_the_points_does_not_matter(points):
    order = np.random.default_rng(1).permutation(len(points))
    shuffled = states([points[number] for number in order], replicates=3)
    shuffled["point"] = order[shuffled["point"]]
    again = shuffled.sort_values("point", kind="stable").reset_index(drop=True)
    assert_identical(states(points, replicates=3), again)


def test_the_number_of_workers_does_not_matter(points):
    one, two, four = (states(points, "uneven", replicates=8, workers=n) for n in (1, 2, 4))
    assert_identical(one, two)
    assert_identical(one, four)


def test_more_replicates_and_more_weeks_only_add_rows(points):
    few = states(points, replicates=2)
    many = simulate(points, CHARTS["family"], weeks=26, record="people", replicates=18).people
    kept = many[(many["replicate"] < 2) & (many["week"] <= 20)]
    assert_identical(few, kept.reset_index(drop=True))


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_the_final_table_is_the_end_of_the_weekly_one(engine):
    for by_level in (False, True):
        how = {"weeks": 15, "replicates": 3, "engine": engine, "by_level": by_level}
        weekly = simulate(Parameters(), CHARTS["uneven"], **how)
        final = simulate(Parameters(), CHARTS["uneven"], record="final", **how)
        assert_identical(weekly.final, final.final)
        last = weekly.weekly[weekly.weekly["week"] == 15].reset_index(drop=True)
        assert_identical(last, final.final)


def test_seeds_and_replicates_differ():
    first = states(Parameters(), seed=0, replicates=2)
    other = states(Parameters(), seed=1, replicates=2)
    begun = first["week"] == 0
    assert not np.isclose(first.loc[begun, "readiness"], other.loc[begun, "readiness"]).any()
    one, two = (first.loc[first["replicate"] == n, "trust"].to_numpy() for n in (0, 1))
    assert not np.isclose(one, two).all()


def test_what_people_are_called_does_not_matter():
    chart = CHARTS["uneven"]
    names = {person: ("P", len(chart) - number) for number, person in enumerate(chart)}
    one = states(Parameters(), "uneven", replicates=2)
    renamed = nx.relabel_nodes(chart, names)
    other = simulate(Parameters(), renamed, weeks=20, record="people", replicates=2).people
    assert_identical(one.drop(columns="person"), other.drop(columns="person"))
    assert other["person"].tolist() == [str(names[person]) for person in one["person"]]


def test_rows_of_people_are_theirs():
    """Each row has the id of the person who has that state in the Mesa model."""
    from empowersim import EmpowermentModel

    chart = org_chart.random(people=30, mean_span=4, spread=2, seed=7)
    table = simulate(Parameters(), chart, weeks=9, seed=5, record="people").people
    model = EmpowermentModel(Parameters(), chart, seed=5)
    for _ in range(9):
        model.step()
    last = table[table["week"] == 9].set_index("person")
    assert set(last.index) == set(chart)
    for agent in model.agents:
        row = last.loc[agent.cell.coordinate]
        if agent.manager:
            assert row["readiness"] == agent.readiness
            assert row["trust"] == agent.trust
        else:
            assert row[["readiness", "trust"]].isna().all()
        if hasattr(agent, "team"):
            assert row["assurance"] == agent.assurance
        else:
            assert np.isnan(row["assurance"])
