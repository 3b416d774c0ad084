"""Runs cut into blocks: each once, and the same however they are cut."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim import blocks, outcomes, store
from empowersim.blocks import Block, Replicates, cut, results_of, rounds
from empowersim.experiment import BATCH, Experiment
from empowersim.simulation import simulate

FACTORS = {"collaborator_share": [0, 0.5, 1], "coaching": [0, 1]}
SMALL = {"balanced": {"span": 3, "depth": 2}}


def experiment(replicates=5, charts=None, **runs):
    return Experiment(
        scenario={"weeks": 6},
        org_charts=charts or {"small": SMALL, "wide": {"spans": [7]}},
        design={"kind": "grid", "factors": FACTORS},
        runs={"replicates": replicates, "seed": 3} | runs,
    )


def all_blocks(made, done=()):
    points = range(len(made.points))
    return [block for each in rounds(made, done) for block in cut(made, points, each)]


def runs_of(some):
    return Counter(
        (point, replicate)
        for block in some
        for point in block.points
        for replicate in range(block.first, block.last)
    )


def digest(made, some):
    found = store.Digest()
    for block in some:
        table, failures = results_of(made, block)
        assert failures == ()
        assert len(table) == block.n_runs
        found.update(table)
    return str(found)


@given(st.integers(1, 300), st.integers(1, 120), st.data())
def test_every_run_is_in_one_block_whatever_their_size_and_what_was_begun(replicates, size, data):
    made = experiment(replicates)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "RUNS", size)
        whole = all_blocks(made)
        every = Counter((p, r) for p in range(12) for r in range(replicates))
        assert runs_of(whole) == every
        assert len({block.id for block in whole}) == len(whole)
        assert all(block.n_runs <= max(size, blocks.BATCH) for block in whole)
        # Extended: what was begun keeps its bounds, and the rest goes on after it.
        more = replicates + data.draw(st.integers(1, 100))
        began = {block.id for block in whole if data.draw(st.booleans())}
        bounds = {tuple(map(int, name.split("-")[:2])) for name in began}
        longer = all_blocks(experiment(more), began)
        if bounds == {(each.first, each.last) for each in rounds(made)}:
            assert runs_of(longer) == Counter((p, r) for p in range(12) for r in range(more))
            assert began <= {block.id for block in longer}


def test_a_blocks_single_runs_are_its_runs():
    block = Block(4, (7, 9), 16, 18)
    singles = list(block.single_runs())
    assert runs_of(singles) == runs_of([block])
    assert all(single.n_runs == 1 for single in singles)
    assert block.n_runs == 4


def test_replicates_until_go_on_in_batches_to_the_most():
    made = Experiment(
        runs={"until": {"outcome": "trust", "half_width": 1, "at_least": 20, "at_most": 60}}
    )
    expected = [Replicates(0, 20), Replicates(20, 36), Replicates(36, 52), Replicates(52, 60)]
    assert list(rounds(made)) == expected
    assert list(rounds(made, {"0000000-0000020-000000"})) == expected
    assert blocks.most_replicates(made) == 60


def test_results_are_the_same_however_they_are_cut_and_in_any_order(monkeypatch):
    made = experiment(replicates=40)
    whole = digest(made, all_blocks(made))
    sizes = {len(all_blocks(made))}
    for name, value in [("RUNS", 16), ("RUNS", 50), ("PERSON_WEEKS", 13 * 6 * 33), ("ROWS", 100)]:
        with monkeypatch.context() as patch:
            patch.setattr(blocks, name, value)
            some = all_blocks(made)
            sizes.add(len(some))
            assert digest(made, reversed(some)) == whole
    singles = [single for block in all_blocks(made) for single in block.single_runs()]
    assert digest(made, singles[::7] + [s for k, s in enumerate(singles) if k % 7]) == whole
    assert len(sizes) >= 3


@pytest.mark.parametrize("record", ["final", "weekly"])
def test_results_are_what_simulate_gives(record):
    made = experiment(charts={"small": SMALL}, record=record)
    (block,) = all_blocks(made)
    table, _ = results_of(made, block)
    scenarios = [made.scenario_at(point) for point in range(6)]
    direct = simulate(scenarios, made.chart_at(0), replicates=5, seed=3, record=record)
    expected = direct.weekly if record == "weekly" else direct.final
    assert store.digest(table) == store.digest(expected)
    assert table.columns.tolist() == expected.columns.tolist()


def test_shared_luck_makes_differences_between_points_sharper():
    variances = {}
    for common in (True, False):
        made = experiment(64, {"small": SMALL}, common_random_numbers=common)
        table, _ = results_of(made, all_blocks(made)[0])
        trust = table.pivot_table(index="replicate", columns="point", values="trust")
        variances[common] = (trust[5] - trust[0]).var()
        # Apart or together, a point's runs differ from replicate to replicate.
        assert trust[0].nunique() > 32
    assert variances[True] < variances[False] / 2


def test_luck_of_its_own_is_the_points_and_the_same_again():
    made = experiment(64, {"small": SMALL}, common_random_numbers=False)
    same = Experiment(
        scenario={"weeks": 6},
        org_charts={"small": SMALL},
        cases={"a": {}, "b": {}},
        runs={"replicates": 64, "common_random_numbers": False},
    )
    table, _ = results_of(same, all_blocks(same)[0])
    trust = table.pivot_table(index="replicate", columns="point", values="trust")
    assert (trust[0] != trust[1]).all()
    assert abs(trust[0].corr(trust[1])) < 4 / 8  # four standard errors, of 64 pairs
    (block,) = all_blocks(made)
    assert digest(made, [block]) == digest(made, block.single_runs())


def test_a_round_of_which_nothing_is_left_is_done_again():
    fixed = Experiment(runs={"replicates": 3 * BATCH})
    some = [Block(0, (0,), BATCH, 2 * BATCH).id]
    assert list(rounds(fixed, some)) == [
        (0, BATCH), (BATCH, 2 * BATCH), (2 * BATCH, 3 * BATCH)
    ]  # fmt: skip
    until = {"outcome": "partnership", "half_width": 0.1, "at_least": 32, "at_most": 64}
    adaptive = Experiment(runs={"until": until})
    late = [Block(0, (0,), 32, 48).id]
    assert list(rounds(adaptive, late)) == [(0, 32), (32, 48), (48, 64)]


@pytest.mark.parametrize(
    ("measures", "told"),
    [
        ({}, "lack 'autonomy'"),
        (dict.fromkeys(outcomes.NAMES, float("nan")), "autonomy is nan in week 1"),
        (dict.fromkeys(outcomes.NAMES, "abc"), "could not convert"),
    ],
)
def test_measures_that_are_no_results_fail_the_run(tmp_path, measures, told):
    lines = [
        "from empowersim import EmpowermentModel",
        "nan = float('nan')",
        "class Odd(EmpowermentModel):",
        "    def step(self):",
        "        super().step()",
        f"        self.measures = {measures!r}",
    ]
    (tmp_path / "odd.py").write_text("\n".join(lines), encoding="utf-8")
    experiment = Experiment(
        scenario={"weeks": 1},
        org_charts={"small": {"balanced": {"span": 2, "depth": 1}}},
        runs={"replicates": 1, "model": "odd.py:Odd"},
    ).in_folder(tmp_path)
    table, failures = results_of(experiment, Block(0, (0,), 0, 1))
    assert len(table) == 0
    assert told in failures[0]["error"]


def test_a_measure_cannot_pass_for_a_run(tmp_path):
    (tmp_path / "sly.py").write_text(
        "from empowersim import EmpowermentModel\n"
        "class Sly(EmpowermentModel):\n"
        "    def step(self):\n"
        "        super().step()\n"
        "        self.measures = self.measures | {'point': 77, 'own': 1}\n",
        encoding="utf-8",
    )
    experiment = Experiment(
        scenario={"weeks": 1},
        org_charts={"small": {"balanced": {"span": 2, "depth": 1}}},
        runs={"replicates": 1, "model": "sly.py:Sly"},
    ).in_folder(tmp_path)
    table, failures = results_of(experiment, Block(0, (0,), 0, 1))
    assert failures == ()
    assert table["point"].tolist() == [0]
    assert "own" not in table
