# ruff: noqa: E501
"""Experiment files: what they say, what is read from them, and what is refused."""

import copy
import json
import os
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

import empowersim
from empowersim import org_chart, outcomes, scenarios
from empowersim.errors import EmpowerSimError, ExperimentError
from empowersim.experiment import Experiment, schema
from empowersim.parameters import DECLARATIONS, LEVERS
from strategies import trees

HERE = Path()
SHIPPED = Path(empowersim.__file__).with_name("experiment.schema.json")

EXAMPLE = """
title = "Who carries the change?"
question = "Is it the manager?"
prediction = "No.\\nBoth."

[scenario]
name = "carry-it-together"
weeks = 30
set = { coaching = 0.5, training = "trained" }
interventions = [{ week = "stop", lever = "coaching", value = 0 }]
ramps = [{ lever = "mandate", week = 2, until = 20, from = 0, to = 1, steps = 6 }]
rollout = { order = "pilot", lag = 8 }

[cases."left alone"]
set = { coaching = 0 }
[cases.usual]
name = "status-quo"

[org_charts.sample]
sample = true
[org_charts.grown]
spans = [2, 3]

[design]
kind = "grid"
[design.factors]
collaborator_share = { low = 0, high = 1, count = 3 }
stop = [5, 20]
trained = [0.25]

[runs]
until = { outcome = "partnership", half_width = 0.01, at_least = 32, at_most = 1024 }
seed = 18446744073709551615
common_random_numbers = false
record = "weekly"

[analysis]
outcomes = ["partnership", "strain"]
level = 0.4
"""


def said():
    return tomllib.loads(EXAMPLE)


def of(settings):
    return Experiment(**settings).in_folder(HERE)


# --- What is read ---------------------------------------------------------------------------------


def test_a_file_is_read_and_its_points_are_numbered(tmp_path):
    file = tmp_path / "experiment.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    experiment = Experiment.read(file)
    assert experiment.factors == ("collaborator_share", "stop", "trained")
    assert [(p.case, p.chart, *p.values.values()) for p in experiment.points] == [
        (case, chart, share, stop, 0.25)
        for case in ("left alone", "usual")
        for chart in ("sample", "grown")
        for share in (0, 0.5, 1)
        for stop in (5, 20)
    ]
    table = experiment.design_table()
    assert table.columns.tolist() == ["point", "case", "org_chart", *experiment.factors]
    assert table["point"].tolist() == list(range(24))
    assert table.loc[9].tolist() == [9, "left alone", "grown", 0.5, 20, 0.25]
    assert len(experiment.chart_at(0)) == 241
    assert (len(experiment.chart_at(6)), experiment.most_people) == (9, 241)
    left = experiment.scenario_at(9)
    assert (left.weeks, left.parameters.coaching, left.parameters.training) == (30, 0, 0.25)
    assert left.parameters.collaborator_share == 0.5
    assert left.interventions[-1].week == 20
    assert (left.rollout.order, left.rollout.lag) == ("pilot", 8)
    # A scenario of its own: nothing of the experiment's but the weeks and the factors.
    usual = experiment.scenario_at(13)
    assert (usual.interventions, usual.rollout.order, usual.weeks) == ((), "all-at-once", 30)
    assert usual.parameters.training == scenarios.named("status-quo").parameters.training


def test_an_empty_file_is_one_point_of_the_usual_scenario(tmp_path):
    (tmp_path / "empty.toml").touch()
    experiment = Experiment.read(tmp_path / "empty.toml")
    assert [tuple(point) for point in experiment.points] == [("scenario", "balanced", {})]
    assert (len(experiment.chart_at(0)), experiment.scenario_at(0).weeks) == (259, 156)
    assert experiment.design_table().values.tolist() == [[0, "scenario", "balanced"]]


def test_one_at_a_time_starts_from_what_the_scenario_has():
    design = {"kind": "one-at-a-time", "factors": {"coaching": [0, 1], "capacity": [3, 9]}}
    points = of({"scenario": {"set": {"coaching": 0.25}}, "design": design}).points
    capacity = DECLARATIONS["capacity"].default
    assert [tuple(point.values.values()) for point in points] == [
        (0.25, capacity), (0, capacity), (1, capacity), (0.25, 3), (0.25, 9)
    ]  # fmt: skip


def test_a_list_of_points_is_found_beside_the_file(tmp_path):
    (tmp_path / "points.csv").write_text("coaching,stop\n0.5,3\n1,4\n", encoding="utf-8")
    file = tmp_path / "experiment.toml"
    file.write_text(
        'scenario.interventions = [{ week = "stop", lever = "mandate", value = 1 }]\n'
        'design = { kind = "csv", file = "points.csv" }\n',
        encoding="utf-8",
    )
    experiment = Experiment.read(file)
    assert [point.values for point in experiment.points] == [
        {"coaching": 0.5, "stop": 3}, {"coaching": 1, "stop": 4}
    ]  # fmt: skip
    (tmp_path / "points.csv").unlink()
    again = of(tomllib.loads(experiment.to_toml()))
    assert (again.points, again.hash()) == (experiment.points, experiment.hash())


# --- There and back -------------------------------------------------------------------------------

shares = st.floats(0, 1)
texts = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.text(st.sampled_from("abz éß-_1 "), min_size=1, max_size=6)
value = shares | st.just("x")


@st.composite
def changes(draw):
    """The settings of a case, in which "x" and "w" are factors."""
    week = st.integers(1, 50) | st.just("w")
    found = {
        "name": st.sampled_from(["status-quo", "just-let-go"]),
        "set": st.dictionaries(st.sampled_from(LEVERS), value, max_size=3),
        "interventions": st.lists(
            st.fixed_dictionaries({"week": week, "lever": st.sampled_from(LEVERS), "value": value}),
            max_size=2,
            unique_by=lambda each: each["lever"],
        ),
        "rollout": st.fixed_dictionaries({"order": st.just("top-down"), "lag": st.integers(0, 9)}),
    }
    return draw(st.fixed_dictionaries({}, optional=found))


@st.composite
def experiments(draw):
    """Any small experiment."""
    both = {"x": [0.5], "w": [3]}
    designs = st.one_of(
        st.lists(shares, min_size=1, max_size=3, unique=True).map(
            lambda values: {"kind": "grid", "factors": {"regime_threshold": values} | both}
        ),
        st.integers(0, 2**32 - 1).map(
            lambda seed: {
                "kind": "lhs",
                "n": 3,
                "seed": seed,
                "factors": {
                    "x": {"low": 0.25, "high": 0.5},
                    "w": {"low": 2, "high": 9, "whole": True},
                },
            }
        ),
        st.lists(st.tuples(shares, st.integers(1, 9)), min_size=1, max_size=3).map(
            lambda rows: {"kind": "csv", "factors": ["x", "w"], "rows": [list(row) for row in rows]}
        ),
    )
    use = {"interventions": [{"week": "w", "lever": "mandate", "value": "x"}]}
    runs = {
        "replicates": st.integers(1, 99),
        "seed": st.integers(0, 2**64 - 1),
        "record": st.sampled_from(["final", "weekly"]),
        "common_random_numbers": st.booleans(),
    }
    charts = {"balanced": {"span": 2, "depth": 1}}, {"spans": [2, 1]}, {"sample": True}
    found = {
        "title": texts,
        "question": texts,
        "prediction": texts,
        "cases": st.dictionaries(names, changes(), max_size=2),
        "org_charts": st.dictionaries(names, st.sampled_from(charts), max_size=2),
        "runs": st.fixed_dictionaries({}, optional=runs),
        "analysis": st.fixed_dictionaries(
            {}, optional={"outcomes": st.lists(st.sampled_from(outcomes.NAMES), min_size=1)}
        ),
    }
    found = draw(st.fixed_dictionaries({}, optional=found))
    found["scenario"] = draw(changes()) | use | {"weeks": draw(st.integers(1, 60))}
    found["design"] = draw(designs)
    # Every factor has a use, whatever the cases put in the place of the scenario's interventions.
    found.setdefault("cases", {})["uses all"] = {"name": "status-quo"} | use
    return found


def shuffled(draw, found):
    """The same with its keys in another order, but where the order numbers the points."""
    if not isinstance(found, dict):
        return found
    keys = draw(st.permutations(list(found)))
    ordered = {"cases", "org_charts", "factors"}
    return {key: found[key] if key in ordered else shuffled(draw, found[key]) for key in keys}


def made_unless_a_lever_is_set_twice(found):
    told = ""
    try:
        return of(found)
    except ExperimentError as error:
        told = str(error)
    assert "two interventions" in told
    return reject()


@settings(max_examples=40)
@given(experiments(), st.data())
def test_an_experiment_is_the_same_when_it_is_written_and_read(settings, data):
    experiment = made_unless_a_lever_is_set_twice(copy.deepcopy(settings))
    again = of(tomllib.loads(experiment.to_toml()))
    assert again == experiment
    assert again.hash() == experiment.hash()
    assert again.points == experiment.points
    assert again.to_toml() == experiment.to_toml()
    other = of(shuffled(data.draw, settings))
    assert other.hash() == experiment.hash()
    assert other.points == experiment.points
    jsonschema.validate(json.loads(json.dumps(settings)), schema())


def changed(path, new):
    found = said()
    *steps, last = path.split("/")
    inner = found
    for step in steps:
        inner = inner[int(step)] if isinstance(inner, list) else inner.setdefault(step, {})
    if new is None:
        del inner[last]
    else:
        inner[last] = new
    return of(found)


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("title", "x"), ("question", None), ("prediction", "x"), ("analysis/level", 0.9),
        ("analysis/outcomes", ["strain"]), ("runs/until", None), ("runs/until/at_most", 64),
        ("runs/timeout", 5.0), ("scenario/weeks", 30), ("scenario/set/coaching", 0.50),
        ("scenario/rollout", {"lag": 8.0, "order": "pilot"}),
    ],
)  # fmt: skip
def test_the_hash_does_not_see_what_decides_no_run(path, new):
    assert changed(path, new).hash() == of(said()).hash()


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("scenario/name", "status-quo"), ("scenario/weeks", 31), ("scenario/set/coaching", 0.6),
        ("scenario/set/capacity", 3), ("scenario/interventions/0/value", 1),
        ("scenario/interventions/0/lever", "control_reward"), ("scenario/ramps/0/steps", 5),
        ("scenario/ramps", None), ("scenario/rollout/lag", 9), ("scenario/rollout", None),
        ("cases/usual", None), ("cases/usual/name", "just-let-go"), ("cases/third", {}),
        ("org_charts/sample", None), ("org_charts/grown/spans", [3, 2]),
        ("design/factors/stop", [5, 21]), ("design/factors/stop", [20, 5]),
        ("design/factors/collaborator_share/count", 4), ("design/factors/mandate", [1]),
        ("runs/seed", 1), ("runs/common_random_numbers", True), ("runs/record", "final"),
    ],
)  # fmt: skip
def test_the_hash_sees_everything_that_decides_a_run(path, new):
    assert changed(path, new).hash() != of(said()).hash()


def test_the_hash_does_not_see_whether_a_default_is_said():
    rollout, chart = {"order": "pilot"}, {"balanced": {}}
    short = of({"scenario": {"rollout": rollout}, "org_charts": {"a": chart}})
    rollout, chart = rollout | {"lag": 26}, {"balanced": {"span": 6, "depth": 3}}
    said_all = of({"scenario": {"rollout": rollout}, "org_charts": {"a": chart}})
    assert short.hash() == said_all.hash()


@pytest.mark.parametrize("path", ["cases", "org_charts", "design/factors"])
def test_the_hash_sees_the_order_that_numbers_the_points(path):
    """Else a folder would be gone on with under other numbers, and other samples of a design."""
    inner = said()
    for step in path.split("/"):
        inner = inner[step]
    assert changed(path, dict(reversed(inner.items()))).hash() != of(said()).hash()


def test_the_hash_is_what_it_was():
    """Folders that exist are known by it: a new hash strands them all."""
    assert of({}).hash() == Experiment().hash()
    assert re.fullmatch("[0-9a-f]{16}", of(said()).hash())
    named = {"scenario": {"name": "status-quo"}}
    assert of(named | {"runs": {"replicates": 64, "seed": 0}}).hash() == of(named).hash()


# --- Org charts from files ------------------------------------------------------------------------


@given(trees())
def test_a_chart_at_hand_is_the_same_as_that_chart_from_a_file(tmp_path_factory, chart):
    assume(len(chart) > 1)
    folder = tmp_path_factory.mktemp("charts")
    (folder / "org_charts").mkdir()
    held = Experiment().with_charts({"mine": chart})
    org_chart.save(chart, folder / "org_charts" / "mine.csv")
    org_chart.save(chart, folder / "elsewhere.csv")
    (folder / "experiment.toml").write_text(held.to_toml(), encoding="utf-8")
    read = Experiment.read(folder / "experiment.toml")
    moved = Experiment(org_charts={"mine": {"file": "elsewhere.csv"}}).in_folder(folder)
    assert held.hash() == read.hash() == moved.hash()
    assert held.to_toml() == read.to_toml() == moved.to_toml()
    assert held.hash() != Experiment().hash()
    ours, theirs = (org_chart.hierarchy(each.chart_at(0)) for each in (held, read))
    assert [str(who) for who in ours.ids] == list(theirs.ids)
    assert ours.manager.tolist() == theirs.manager.tolist()


def test_another_chart_in_the_same_file_is_another_experiment(tmp_path):
    hashes = set()
    for spans in ([2, 2], [2, 3], [3, 2]):
        (tmp_path / "chart.csv").unlink(missing_ok=True)
        org_chart.save(org_chart.from_spans(spans), tmp_path / "chart.csv")
        experiment = Experiment(org_charts={"x": {"file": "chart.csv"}}).in_folder(tmp_path)
        assert list(experiment.read_charts()) == ["x"]
        hashes.add(experiment.hash())
    assert len(hashes) == 3


def test_a_chart_at_hand_needs_a_name_that_a_file_can_have():
    with pytest.raises(ExperimentError, match="cannot be the name of a file"):
        Experiment().with_charts({"../mine": org_chart.sample()})


def test_more_replicates_are_fixed_from_the_start():
    more = of(said()).with_replicates(500)
    assert (more.runs.replicates, more.runs.until) == (500, None)
    assert more.hash() == of(said()).hash()
    assert more.runs.seed == 2**64 - 1
    assert of(tomllib.loads(more.to_toml())).runs == more.runs


# --- What is refused ------------------------------------------------------------------------------

SWEPT = 'design = { kind = "grid", factors = { coaching = [0, 1] } }\n'
MANY = "{ low = 0, high = 1, count = 1000000 }"

WRONG = [
    # Keys that do not exist, at every level.
    ("scenari.weeks = 3", "no key is called 'scenari'; did you mean scenario?"),
    ("scenario.week = 3", "scenario: no key is called 'week'; did you mean weeks?"),
    ("scenario.rollout.orders = 'pilot'", "scenario.rollout: no key is called 'orders'; did you"),
    ("scenario.set.coachin = 1", "scenario.set: no parameter is called 'coachin'; did you mean coac"),
    ("cases.a.weeks = 3", "cases.a: no key is called 'weeks'"),
    ("org_charts.a.sampel = true", "org_charts.a: no key is called 'sampel'; did you mean sample?"),
    ("org_charts.a.balanced.spam = 3", "org_charts.a.balanced: no key is called 'spam'; did you"),
    ("design = { kind = 'lhs', m = 4 }", "design: no key is called 'm' (keys: "),
    ("runs.replicate = 3", "runs: no key is called 'replicate'; did you mean replicates?"),
    ("runs.until.at_lest = 3", "runs.until: no key is called 'at_lest'; did you mean at_least?"),
    ("analysis.levels = 3", "analysis: no key is called 'levels'; did you mean level?"),
    # Wrong types.
    ("scenario = 3", "scenario: "),
    ("title = 3", "title: 3: "),
    ("cases = ['a']", "cases: "),
    ("scenario.weeks = '104'", "scenario.weeks: '104'"),
    ("scenario.weeks = 10.5", "scenario.weeks: 10.5"),
    ("scenario.weeks = true", "scenario.weeks: True"),
    ("scenario.weeks = 2024-01-01", "scenario.weeks: "),
    ("scenario.set.coaching = true", "scenario.set.coaching: True"),
    ("scenario.set.coaching = [1]", "scenario.set.coaching: [1]"),
    ("scenario.interventions = { week = 1 }", "scenario.interventions: "),
    ("runs.seed = '1'", "runs.seed: '1'"),
    ("runs.common_random_numbers = 'yes'", "runs.common_random_numbers: 'yes'"),
    ("analysis.outcomes = 'strain'", "analysis.outcomes: 'strain'"),
    ("analysis.level = true", "analysis.level: True"),
    # Out of range; no numbers.
    ("scenario.weeks = 0", "scenario.weeks: 0: input should be greater than or equal to 1"),
    ("scenario.weeks = 1000000000", "scenario.weeks: 1000000000: "),
    ("scenario.set.coaching = 1.5", "scenario.set: coaching = 1.5 is outside [0, 1]"),
    ("scenario.set.coaching = nan", "scenario.set.coaching: nan"),
    ("scenario.set.readiness_low = 1", "readiness_low = 1 is above readiness_high"),
    ("runs.replicates = 0", "runs.replicates: 0"),
    ("runs.replicates = 1000000000", "runs.replicates: 1000000000"),
    ("runs.seed = -1", "runs.seed: -1"),
    ("runs.seed = 18446744073709551616", "runs.seed: 18446744073709551616"),
    ("runs.timeout = inf", "runs.timeout: inf"),
    ("runs.record = 'all'", "runs.record: 'all'"),
    ("analysis.level = nan", "analysis.level: nan"),
    ("analysis.outcomes = []", "analysis.outcomes: "),
    ("analysis.outcomes = ['strian']", "analysis.outcomes.0: no outcome is called 'strian'; did you"),
    ("runs.until = { outcome = 'strian', half_width = 1 }", "runs.until.outcome: no outcome is called"),
    ("runs.until = { outcome = 'strain' }", "runs.until.half_width: this key is missing"),
    ("runs.until = { outcome = 'strain', half_width = 0 }", "runs.until.half_width: 0"),
    ("runs.until = { outcome = 'strain', half_width = 1, at_least = 99, at_most = 64 }",
     "runs.until: at_least = 99 is above at_most = 64"),
    ("runs = { replicates = 64, until = { outcome = 'strain', half_width = 1 } }",
     "runs: replicates and until exclude each other"),
    # Scenarios, cases, interventions.
    ("scenario.name = 'status-qo'", "scenario.name: no scenario is called 'status-qo'; did you mean sta"),
    ("cases.a.name = 'status-qo'", "cases.a.name: no scenario is called 'status-qo'; did you mean st"),
    ("cases.'a/b' = {}", "cases.a/b: 'a/b' cannot be the name of a file"),
    ('cases."a\\nb" = {}', "cases.'a\\nb': 'a\\nb' cannot be the name of a file"),
    ("cases.'' = {}", "'' cannot be the name of a file"),
    ("scenario.rollout.order = 'pilots'", "scenario.rollout.order: 'pilots'"),
    ("scenario.rollout = { order = 'pilot', lag = -1 }", "lag of a rollout = -1"),
    ("scenario.interventions = [{ week = 0, lever = 'coaching', value = 1 }]", "= 0 is outside"),
    ("scenario.interventions = [{ week = 1.5, lever = 'coaching', value = 1 }]", "= 1.5 is not a whole"),
    ("scenario.interventions = [{ week = 1, lever = 'coachin', value = 1 }]",
     "scenario.interventions.0.lever: no lever is called 'coachin'; did you mean coaching?"),
    ("scenario.interventions = [{ week = 1, lever = 'capacity', value = 1 }]", "no lever is called 'cap"),
    ("scenario.interventions = [{ week = 1, lever = 'coaching', value = 9 }]", "coaching = 9.0 is outs"),
    ("scenario.interventions = [{ week = 1, lever = 'coaching' }]",
     "scenario.interventions.0.value: this key is missing"),
    ("scenario.ramps = [{ lever = 'coaching', week = 9, until = 2, from = 0, to = 1 }]", "does not rise"),
    ("scenario.ramps = [{ lever = 'coaching', week = 1, until = 2, from = 0, to = 1, steps = 1000000000 }]",
     "scenario.ramps.0.steps: 1000000000"),
    # Org charts.
    ("org_charts.a = {}", "org_charts.a: an org chart is of one kind, not 0"),
    ("org_charts.a = { sample = true, spans = [2] }", "org_charts.a: an org chart is of one kind, not 2"),
    ("org_charts.a.sample = false", "org_charts.a.sample: False"),
    ("org_charts.a.spans = []", "org_charts.a: one person alone"),
    ("org_charts.a.balanced = { span = 9, depth = 1000000000 }", "more than 10,000,000 people"),
    ("org_charts.a.random.people = 1000000000", "more than 10,000,000 people"),
    ("org_charts.a.random.mean_span = 3", "org_charts.a.random.people: this key is missing"),
    ("org_charts.a.file = 'nowhere.csv'", "nowhere.csv"),
    ("org_charts.a.file = '.'", "org_charts.a: . is no file"),
    # Factors and designs.
    ("scenario.set.coaching = 'much'", "'much' stands in place of a number, but is no factor"),
    ("org_charts.a.balanced.span = 'wide'", "'wide' stands in place of a number, but is no factor"),
    ("design = { kind = 'grid', factors = { coachin = [0, 1] } }",
     "design.factors: no parameter is called 'coachin'; did you mean coaching?"),
    ('design = { kind = "grid", factors = { "a\\nb" = [0, 1] } }', "'a\\nb' is no name"),
    ("scenario.interventions = [{ week = 'week', lever = 'coaching', value = 1 }]\n"
     "design = { kind = 'grid', factors = { week = [1, 2] } }", "'week' is a column of the results"),
    ("scenario.set.coaching = 'point'\ndesign = { kind = 'grid', factors = { point = [0, 1] } }",
     "'point' is a column of the results"),
    ("scenario.set.coaching = 'strain'\ndesign = { kind = 'grid', factors = { strain = [0, 1] } }",
     "'strain' is a column of the results"),
    ("design = { kind = 'gird', factors = { coaching = [1] } }", "design: kind must be one of grid, one-"),
    ("design = { factors = { coaching = [1] } }", "design: the key kind is missing"),
    ("design = { kind = 'grid' }", "design.factors: this key is missing"),
    ("design = { kind = 'grid', factors = {} }", "design.factors: nothing varies"),
    ("design = { kind = 'grid', factors = { coaching = [0, 2] } }",
     "point 1 (case 'scenario'): coaching = 2.0 is outside [0, 1]"),
    ("design = { kind = 'grid', factors = { coaching = [0, 0] } }", "design.factors.coaching: a value is"),
    ("design = { kind = 'grid', factors = { coaching = ['0'] } }", "design.factors.coaching: '0' is not"),
    ("design = { kind = 'grid', factors = { coaching = [1e999] } }", "design.factors.coaching: inf is no"),
    ("design = { kind = 'grid', factors = { coaching = { low = 0, high = 1 } } }", "give all three"),
    ("design = { kind = 'grid', factors = { coaching = { low = 0, high = 1, count = 1000000000 } } }",
     "design.factors.coaching: count = 1000000000 is outside [2, 1000000]"),
    (f"design = {{ kind = 'grid', factors = {{ coaching = {MANY}, training = {MANY} }} }}",
     "1,000,000,000,000 points are more than 1,000,000"),
    ("design = { kind = 'lhs', n = 1000000000, factors = { coaching = { low = 0, high = 1 } } }",
     "design.n: 1000000000"),
    ("design = { kind = 'lhs', n = 4, factors = { coaching = [0, 1] } }", "design.factors.coaching: "),
    ("design = { kind = 'lhs', n = 4, factors = { coaching = { low = 1, high = 0 } } }",
     "design.factors.coaching: low = 1 is not below high = 0"),
    ("design = { kind = 'sobol', n = 10, factors = { coaching = { low = 0, high = 1 } } }",
     "design: n = 10 is no power of two; take 16"),
    ("design = { kind = 'sobol', n = 524288, factors = { coaching = { low = 0, high = 1 } } }",
     "1,572,864 points are more than 1,000,000"),
    ("design = { kind = 'morris', trajectories = 1000000, factors = { coaching = { low = 0, high = 1 } } }",
     "2,000,000 points are more than 1,000,000"),
    ("design = { kind = 'csv', file = 'nowhere.csv' }", "design.file: cannot read nowhere.csv"),
    ("design = { kind = 'csv', file = '.' }", "design.file: cannot read ."),
    ("design = { kind = 'one-at-a-time', factors = { coaching = [1] }, base = { x = 1 } }",
     "design: base: x is no factor"),
    (SWEPT + "cases.a.set.mandate = 'x'", "'x' stands in place of a number, but is no factor"),
    # No TOML.
    ("title = ", "no TOML"),
    ("title = 'a'\ntitle = 'b'", "no TOML"),
    ("x = " + "[" * 5000, "no TOML"),
    ("x = " + "1" * 5000, "no TOML"),
    ("title = '\0'", "no TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_gets_one_line_that_names_it(tmp_path, text, told):
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EmpowerSimError, match=re.escape(told)) as caught:
        Experiment.read(file)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "latin.toml").write_bytes("title = 'élan'".encode("latin-1"))
    (tmp_path / "locked.toml").symlink_to("locked.toml")
    for name, told in {
        "nowhere.toml": "cannot read",
        ".": "is no file",
        "pipe.toml": "is no file",
        "latin.toml": "not a text in UTF-8",
        "locked.toml": "cannot read",
        "a" * 300: "cannot read",
    }.items():
        with pytest.raises(ExperimentError, match=told) as caught:
            Experiment.read(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(ExperimentError, match="is no file"):
        Experiment.read("/dev/zero")


@pytest.mark.parametrize(
    "names", ["design = { kind = 'csv', file = 'pipe.csv' }", "org_charts.a.file = 'pipe.csv'"]
)
def test_a_pipe_that_it_names_is_refused_at_once(tmp_path, names):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "experiment.toml").write_text(names, encoding="utf-8")
    with pytest.raises(EmpowerSimError, match=r"pipe\.csv"):
        Experiment.read(tmp_path / "experiment.toml")


@given(st.binary(max_size=40))
def test_whatever_is_in_a_file_makes_an_experiment_or_an_error_for_people(tmp_path_factory, found):
    file = tmp_path_factory.mktemp("any") / "any.toml"
    file.write_bytes(found)
    told = ""
    try:
        Experiment.read(file)
    except EmpowerSimError as error:
        told = str(error)
    assert "\n" not in told


# --- The schema -----------------------------------------------------------------------------------


def test_the_shipped_schema_is_what_the_code_says():
    """To renew it: json.dumps(schema(), indent=2, ensure_ascii=False), and a line's end."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    assert SHIPPED.read_text(encoding="utf-8") == text
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_lists_every_parameter_with_its_meaning():
    listed = schema()["$defs"]["Settings"]["properties"]
    assert list(listed) == list(DECLARATIONS)
    for name, known in DECLARATIONS.items():
        assert known.meaning in listed[name]["description"]
        assert (listed[name]["minimum"], listed[name]["maximum"]) == (known.low, known.high)


def test_the_schema_takes_what_is_right():
    validator = jsonschema.Draft202012Validator(schema())
    found = Experiment(**said()).to_toml()
    for text in (EXAMPLE, found, "", SWEPT):
        validator.validate(tomllib.loads(text))


# What only the whole experiment, a file, or arithmetic shows.
UNSEEN = (
    "is above", "cannot be the name", "is outside", "= 0", "is not a whole", "does not rise",
    "one person alone", "10,000,000 people", "nowhere.csv", "stands in place", "no parameter is",
    "column of the results", "nothing varies", "is not below", "no power of two", "1,000,000",
    "cannot read", "is no file", "is no factor", "is no name", "no TOML", "nan", "inf", "base: ", "lag of", "coaching = 9.0",
)  # fmt: skip
SEEN = [text for text, told in WRONG if text and not any(each in told for each in UNSEEN)]


def test_many_faults_can_be_seen_by_a_schema():
    assert len(SEEN) >= 35


@pytest.mark.parametrize("text", [*SEEN, "scenario.set.coachin = 1", "scenario.set.coaching = 1.5"])
def test_the_schema_refuses_what_it_can_see(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema())
