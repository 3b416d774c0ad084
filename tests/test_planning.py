"""What a sweep will take."""

import json
import time

import pytest

from empowersim import blocks, planning
from empowersim.cli import main
from empowersim.errors import RunError
from empowersim.experiment import Experiment

TEXT = """
title = "Small"
scenario.weeks = 5
org_charts.small.spans = [3]
design = { kind = "grid", factors = { coaching = [0, 0.5, 1] } }
runs.replicates = 10
"""


@pytest.fixture(autouse=True)
def short_pilot(monkeypatch):
    monkeypatch.setattr(planning, "PILOT_SECONDS", 0.05)


@pytest.fixture
def file(tmp_path):
    (tmp_path / "experiment.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path / "experiment.toml"


def test_a_plan_counts_runs_and_writes_nothing(capsys, monkeypatch, tmp_path, file):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = sorted(tmp_path.rglob("*"))
    assert main(["plan", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["replicates"]) == (30, 10)
    assert found["seconds"] > 0
    assert found["megabytes"] > 0
    assert main(["plan", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "3 points × 10 replicates = 30 runs of 5 weeks, up to 4 people" in printed
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plan_grows_with_the_runs(file):
    small = Experiment.read(file)
    one, ten = (planning.estimate(each, 1) for each in (small, small.with_replicates(100_000)))
    assert ten.runs == 10_000 * one.runs
    assert ten.seconds > one.seconds
    assert ten.megabytes > one.megabytes


def test_a_plan_until_says_at_most(capsys, file):
    until = "runs.until = { outcome = 'trust', half_width = 0.1, at_most = 64 }"
    file.write_text(TEXT.replace("runs.replicates = 10", until), encoding="utf-8")
    assert main(["plan", str(file)]) == 0
    assert "at most 64 replicates = at most 192 runs" in capsys.readouterr().out


def test_a_plan_counts_what_a_sweep_does_once(monkeypatch, file):
    """Reading, checking and writing many points takes as long as many of their runs."""
    experiment, check = Experiment.read(file), Experiment.check

    def slow(self):
        time.sleep(0.3)
        check(self)

    monkeypatch.setattr(Experiment, "check", slow)
    assert planning.estimate(experiment, 1).seconds > 0.3


@pytest.mark.parametrize("more", ["", "runs.until = { outcome = 'trust', half_width = 0.1 }"])
def test_a_plan_knows_how_many_blocks_a_sweep_has(monkeypatch, file, more):
    monkeypatch.setattr("empowersim.blocks.RUNS", 16)
    if more:
        file.write_text(TEXT.replace("runs.replicates = 10", more), encoding="utf-8")
    experiment = Experiment.read(file).with_replicates(50) if not more else Experiment.read(file)
    rounds = list(blocks.rounds(experiment))
    cut = [list(blocks.cut(experiment, range(3), each)) for each in rounds]
    found = planning._Plan(experiment)
    assert found.n_blocks == sum(map(len, cut))
    # Rounds wait for one another only where what they hold is decided by the one before.
    waits, at_once = (len(rounds), max(map(len, cut))) if more else (1, found.n_blocks)
    assert (found.n_waits, found.blocks_at_once) == (waits, at_once)


# --- Researchers' models --------------------------------------------------------------------------

MODEL = """
import os, sys, time
from empowersim.model import EmpowermentModel

class Faulty(EmpowermentModel):
    def step(self):
        coaching = self.parameters.coaching
        {fault}
        super().step()
"""


@pytest.fixture
def faulty(tmp_path, file):
    def experiment(fault, timeout=60.0):
        (tmp_path / "faulty.py").write_text(MODEL.replace("{fault}", fault), encoding="utf-8")
        runs = f"runs = {{ replicates = 4, model = 'faulty.py:Faulty', timeout = {timeout} }}"
        file.write_text(TEXT.replace("runs.replicates = 10", runs), encoding="utf-8")
        return Experiment.read(file)

    return experiment


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("sys.exit(0)", "ended with exit code 0"),
        ("time.sleep(999)", "took longer than 0.5 s"),
        ("raise ZeroDivisionError('by\\nnought')", "ZeroDivisionError: by nought"),
    ],
)
def test_a_model_whose_runs_fail_has_no_plan_and_one_line_says_why(
    capsys, file, faulty, fault, told
):
    experiment = faulty(fault, 0.5 if "sleep" in fault else 60.0)
    with pytest.raises(RunError) as caught:
        planning.estimate(experiment, 1)
    assert str(caught.value) == f"the pilot's runs failed: {told}"


def test_runs_that_fail_at_once_do_not_make_a_plan_shorter(monkeypatch, faulty):
    """Two of three points fail; the others' runs of 5 weeks take a quarter of a second each."""
    monkeypatch.setattr(planning, "PILOT_SECONDS", 1.0)
    experiment = faulty("assert coaching == 1; time.sleep(0.05)")
    found = planning.estimate(experiment, 1)
    assert found.runs == 12
    assert found.seconds > 12 * 0.25
    assert found.megabytes > 0


def test_a_model_that_prints_leaves_the_plan_readable(capfd, file, faulty):
    faulty("print('coaching', coaching)")
    assert main(["plan", str(file), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["runs"] == 12
