"""What a sweep will take."""

import json

import pytest

from empowersim import planning
from empowersim.cli import main
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
