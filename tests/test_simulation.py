"""`simulate`: the shape of its tables, what recombines, and what it refuses."""

import threading
from concurrent.futures import CancelledError

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from empowersim import Parameters, ensemble, outcomes, scenarios, simulate
from empowersim.errors import EmpowerSimError, OrgChartError, ParameterError, RunError
from empowersim.org_chart import balanced, hierarchy
from empowersim.random_streams import replicate_key
from empowersim.scenarios import Intervention, Rollout, Scenario, as_scenario
from empowersim.simulation import STATES, simulate_block
from small_charts import CHARTS, alone, family

POINTS = [Parameters(), Parameters(mandate=0), scenarios.named("just-let-go")]
HOW = {"replicates": 4, "weeks": 6}
MEASURES = list(outcomes.NAMES)
ENGINES = ("ensemble", "mesa")


# --- Shape ------------------------------------------------------------------------------------


def index(*levels):
    return pd.MultiIndex.from_product(levels).tolist()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_weekly_table(engine):
    table = simulate(POINTS, family(), engine=engine, **HOW).weekly
    assert list(table.columns) == ["point", "replicate", "week", *MEASURES]
    keys = table[["point", "replicate", "week"]].itertuples(index=False, name=None)
    assert list(keys) == index(range(3), range(4), range(7))
    assert set(table.dtypes) == {np.dtype("int64"), np.dtype("float64")}
    assert table.index.equals(pd.RangeIndex(3 * 4 * 7))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_weekly_table_by_level(engine):
    table = simulate(POINTS, family(), engine=engine, by_level=True, **HOW).weekly
    assert list(table.columns) == ["point", "replicate", "week", "level", *MEASURES]
    keys = table[["point", "replicate", "week", "level"]].itertuples(index=False, name=None)
    assert list(keys) == index(range(3), range(4), range(7), range(4))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_final_table(engine):
    table = simulate(POINTS, family(), record="final", engine=engine, **HOW).final
    assert list(table.columns) == ["point", "replicate", "week", *MEASURES]
    keys = table[["point", "replicate", "week"]].itertuples(index=False, name=None)
    assert list(keys) == index(range(3), range(4), [6])
    assert not table.isna().any(axis=None)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_of_people(engine):
    table = simulate(POINTS, family(), record="people", engine=engine, **HOW).people
    assert list(table.columns) == ["point", "replicate", "week", "person", *STATES]
    keys = table[["point", "replicate", "week", "person"]].itertuples(index=False, name=None)
    people = ["ann", "bea", "bob", "cas", "cid", "dan"]
    assert list(keys) == index(range(3), range(4), range(7), people)


def test_people_have_the_states_of_their_role_only():
    table = simulate(Parameters(), family(), record="people", weeks=3).people
    by_person = table.groupby("person").count()
    lived = pd.DataFrame(4, index=by_person.index, columns=["week", *STATES])
    habits = ["control_habit", "assurance"]
    lived.loc["ann", list(STATES)] = 0
    lived.loc["ann", habits] = 4
    lived.loc[["bob", "cas", "dan"], habits] = 0
    pd.testing.assert_frame_equal(by_person[["week", *STATES]], lived, check_names=False)


def test_nothing_has_flown_before_the_first_week():
    table = simulate(POINTS, family(), **HOW).weekly
    begun = table["week"] == 0
    flows = list(outcomes.FLOWS)
    assert table.loc[begun, flows].isna().all(axis=None)
    assert not table.loc[~begun, flows].isna().any(axis=None)
    assert not table.drop(columns=flows).isna().any(axis=None)


def test_one_person_has_nothing_to_measure():
    table = simulate(Parameters(), alone(), weeks=2).weekly
    assert table[MEASURES].isna().all(axis=None)
    assert len(table) == 3


def test_a_level_without_managers_has_no_assurance():
    table = simulate(Parameters(), family(), weeks=2, by_level=True).weekly.query("week > 0")
    nowhere = table.set_index("level")[MEASURES].isna().groupby("level").all()
    assert nowhere.loc[0, "trust"]
    assert nowhere["assurance"].tolist() == [False, False, False, True]
    assert nowhere["trust"].tolist() == [True, False, False, False]


# --- Meaning ----------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["family", "uneven", "sample"])
def test_levels_recombine_to_the_whole(chart):
    tree = hierarchy(CHARTS[chart])
    relations = np.bincount(tree.level)
    relations[0] = 0
    managers = np.bincount(tree.level[tree.managers], minlength=tree.n_levels)
    whole, by_level = (
        simulate(POINTS, CHARTS[chart], by_level=by_level, **HOW).weekly
        for by_level in (False, True)
    )
    for measure in outcomes.MEASURES:
        weights = managers if measure.over == "managers" else relations
        values = by_level[measure.name].to_numpy().reshape(-1, tree.n_levels)
        present = weights > 0
        recombined = values[:, present] @ weights[present] / weights.sum()
        np.testing.assert_allclose(recombined, whole[measure.name], rtol=1e-12)


def test_measures_are_means_over_the_people():
    how = {"replicates": 2, "weeks": 8}
    people = simulate(POINTS, CHARTS["uneven"], record="people", **how).people
    means = people.groupby(["point", "replicate", "week"])[list(STATES)].mean()
    weekly = simulate(POINTS, CHARTS["uneven"], **how).weekly
    same = [name for name in STATES if name in MEASURES]
    assert set(STATES) - set(same) == {"disposition"}
    np.testing.assert_allclose(means[same], weekly[same], rtol=1e-12)
    has_room, takes_on = people["autonomy"] >= 0.5, people["responsibility"] >= 0.5
    relations = people[people["autonomy"].notna()].assign(partnership=has_room & takes_on)
    shares = relations.groupby(["point", "replicate", "week"])["partnership"].mean()
    np.testing.assert_allclose(shares, weekly["partnership"], rtol=1e-12)


def test_regimes_are_shares_of_the_whole():
    table = simulate(POINTS, CHARTS["sample"], **HOW).weekly
    np.testing.assert_allclose(table[list(outcomes.REGIMES)].sum(axis=1), 1, rtol=1e-12)
    for flow in outcomes.FLOWS:
        assert table[flow].dropna().between(0, 1).all()


def test_points_share_their_luck():
    """Two points with the same parameters have the same life, replicate by replicate."""
    table = simulate([Parameters(), Parameters()], family(), **HOW).weekly
    one, same = (table[table["point"] == n][MEASURES].to_numpy() for n in (0, 1))
    assert np.array_equal(one, same, equal_nan=True)
    assert table.query("week == 6")["trust"].nunique() == HOW["replicates"]


def test_interventions_change_nothing_before_their_week():
    stopped = Scenario(interventions=(Intervention(4, "mandate", 0),))
    p = Parameters(start=0, ramp=1)
    table = simulate([p, stopped.with_changes({"start": 0, "ramp": 1})], family(), weeks=6).weekly
    one, other = (table[table["point"] == n].set_index("week")["autonomy"] for n in (0, 1))
    assert one[:3].equals(other[:3])
    assert (one[4:] > other[4:]).all()


# --- Arguments --------------------------------------------------------------------------------


def test_by_default_a_run_lasts_as_long_as_its_scenario():
    assert simulate(Parameters(), family(), record="final").final["week"].tolist() == [156]
    stops = simulate(scenarios.named("stop-too-early"), family(), record="final")
    assert stops.final["week"].tolist() == [260]
    assert stops.scenarios == (scenarios.named("stop-too-early"),)


def test_the_default_chart_is_balanced():
    table = simulate(Parameters(), record="final", weeks=1, by_level=True).final
    assert table["level"].tolist() == [0, 1, 2, 3]
    same = simulate(Parameters(), CHARTS["balanced"], record="final", weeks=1, by_level=True)
    assert len(same.final) == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_counts_every_run(engine):
    finished = []
    rollouts = [Scenario(rollout=Rollout("top-down", lag=lag)) for lag in (0, 3)]
    simulate(rollouts, family(), replicates=21, weeks=2, engine=engine, progress=finished.append)
    assert sum(finished) == 42
    assert min(finished) > 0
    assert len(finished) == (42 if engine == "mesa" else 4)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"parameters": []}, RunError, "no point to simulate.*give at least one"),
        ({"parameters": [Parameters(), None]}, EmpowerSimError, "expected Parameters or a Scen"),
        ({"parameters": "just-let-go"}, EmpowerSimError, r"named\('just-let-go'\)"),
        ({"parameters": None}, EmpowerSimError, "expected Parameters or a Scenario"),
        ({"replicates": 10**6, "weeks": 10**6}, RunError, "GB .*take fewer runs or weeks"),
        (
            {"org_chart": nx.DiGraph([(1, "ann"), ("1", "ann")]), "record": "people"},
            RunError,
            "two people's ids are the same as texts",
        ),
        ({"replicates": 0}, ParameterError, "replicates = 0 is outside"),
        ({"replicates": 1.0}, ParameterError, r"replicates = 1\.0 is not a whole number"),
        ({"weeks": 0}, ParameterError, "weeks = 0 is outside"),
        ({"weeks": "52"}, ParameterError, "weeks = '52' is not a whole number"),
        ({"seed": -1}, ParameterError, "seed = -1 is outside"),
        ({"seed": 0.5}, ParameterError, r"seed = 0\.5 is not a whole number"),
        ({"workers": 0}, ParameterError, "workers = 0 is outside"),
        ({"record": "week"}, RunError, r"no recording is called 'week'; did you mean weekly\?"),
        ({"engine": "messa"}, RunError, r"no engine is called 'messa'; did you mean mesa\?"),
        ({"org_chart": "chart.csv"}, OrgChartError, "directed graph.*not str"),
        ({"org_chart": nx.DiGraph()}, OrgChartError, "at least one person"),
        ({"org_chart": nx.DiGraph([(1, 2), (3, 4)])}, OrgChartError, "2 people report to nobody"),
        (
            {"parameters": [Parameters(), scenarios.named("stop-too-early")]},
            RunError,
            "the scenarios last 156, 260 weeks; say how many",
        ),
        (
            {"parameters": Scenario(rollout=Rollout("pilot", branch="zoe"))},
            EmpowerSimError,
            "branch 'zoe' is nobody in the org chart",
        ),
    ],
)
def test_arguments_that_make_no_run(arguments, error, message):
    given = {"parameters": Parameters(), "org_chart": family(), "weeks": None} | arguments
    with pytest.raises(error, match=message) as refused:
        simulate(**given)
    assert isinstance(refused.value, EmpowerSimError)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("record", "table", "remedy"),
    [
        ("final", "weekly", "weekly"),
        ("final", "people", "people"),
        ("weekly", "people", "people"),
        ("people", "weekly", "weekly"),
        ("people", "final", "weekly"),
    ],
)
def test_a_table_that_was_not_recorded(record, table, remedy):
    results = simulate(Parameters(), family(), weeks=1, record=record)
    message = f"no table '{table}'.*record='{record}'; simulate with record='{remedy}'"
    with pytest.raises(RunError, match=message):
        getattr(results, table)


def test_an_interruption_stops_the_work():
    calls = []

    def interrupt(runs):
        calls.append(runs)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(Parameters(), family(), replicates=100, weeks=2, progress=interrupt, workers=1)
    assert len(calls) == 1


def test_a_run_that_is_told_to_stop_stops_between_weeks():
    """Hours of work, stopped after the blink of an eye."""
    tree = hierarchy(balanced(6, 4))
    stop, nowhere = threading.Event(), np.zeros(tree.n_people)
    group = nowhere.astype(np.int32)
    batch = ensemble.Batch(tree, nowhere, group, [Scenario()], [replicate_key(0, 0)], stop)
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(CancelledError):
        batch.run(weeks=1_000_000, first_recorded=1_000_000)


def test_living_in_slices_of_weeks_changes_nothing(monkeypatch):
    whole = simulate(Parameters(), balanced(3, 2), replicates=3, weeks=20).weekly
    monkeypatch.setattr(ensemble, "PERSON_WEEKS_AT_A_TIME", 40)
    sliced = simulate(Parameters(), balanced(3, 2), replicates=3, weeks=20).weekly
    pd.testing.assert_frame_equal(sliced, whole, check_exact=True)


@pytest.mark.parametrize("by_level", [False, True])
def test_in_blocks_is_the_same_as_in_one_go(by_level):
    points = [Parameters(), Scenario(rollout=Rollout("top-down", lag=2), weeks=156)]
    how = {"weeks": 6, "seed": 3, "record": "weekly", "by_level": by_level}
    whole = simulate(points, balanced(3, 2), replicates=25, **how).weekly
    numbered = dict(enumerate(map(as_scenario, points)))
    parts = [
        simulate_block(numbered, balanced(3, 2), replicates=replicates, **how)
        for replicates in (range(18), range(18, 25))
    ]
    table = pd.concat(parts).sort_values(["point", "replicate"], kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(table, whole, check_exact=True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"rules": "logit"}, "rules = 'logit' is no set of rules"),
        ({"progress": 3}, "progress = 3 is no function"),
        ({"by_level": "yes"}, "by_level = 'yes' is neither True nor False"),
        ({"by_level": np.eye(2)}, "by_level = "),
        ({"record": np.eye(2)}, "no recording is called"),
        ({"engine": np.array([])}, "no engine is called"),
    ],
)
def test_arguments_of_no_use_are_refused_in_a_line(wrong, told):
    with pytest.raises(RunError) as caught:
        simulate(Parameters(), CHARTS["pair"], weeks=2, **wrong)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_points_in_an_array_without_dimensions_are_none():
    with pytest.raises(EmpowerSimError, match="expected Parameters or a Scenario, not ndarray"):
        simulate(np.array(0.5), CHARTS["pair"], weeks=2)


def test_narrow_numbers_do_not_overflow():
    """255 weeks and the one before them are more than eight bits can count."""
    chart = CHARTS["pair"]
    narrow = simulate(Parameters(), chart, weeks=np.uint8(255), replicates=np.uint8(2)).weekly
    pd.testing.assert_frame_equal(
        narrow, simulate(Parameters(), chart, weeks=255, replicates=2).weekly
    )
