"""One run of a folder, lived again alone."""

import json

import pytest

from empowersim import sweep
from empowersim.cli import main
from empowersim.errors import ParameterError
from empowersim.executors import threads
from empowersim.experiment import Experiment
from empowersim.replay import live_again


def swept(path, **runs):
    experiment = Experiment(
        scenario={"weeks": 15},
        org_charts={"small": {"spans": [3, 2]}},
        design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1]}},
        runs={"replicates": 6, "seed": 9} | runs,
    )
    folder = sweep.open_folder(experiment, path)
    sweep.run(experiment, folder, threads(1))
    return experiment, folder


@pytest.mark.parametrize("record", ["final", "weekly"])
@pytest.mark.parametrize("common", [True, False])
def test_a_run_is_the_same_to_the_last_bit(tmp_path, record, common):
    experiment, folder = swept(tmp_path / "out", record=record, common_random_numbers=common)
    for point, replicate in [(0, 0), (2, 5), (1, 3)]:
        found = live_again(experiment, folder, point, replicate)
        assert found.same is True
        assert found.factors == {"coaching": point / 2}
        assert found.course["week"].tolist() == list(range(16))
        assert set(found.course["replicate"]) == {replicate}


def test_a_run_that_is_not_the_same_is_told(capsys, tmp_path, monkeypatch):
    _, folder = swept(tmp_path / "out")
    monkeypatch.setattr(
        sweep, "experiment_in", lambda _folder: swept(tmp_path / "other", seed=10)[0]
    )
    assert main(["replay", str(folder.path), "1:2"]) == 5
    assert "NOT THE SAME" in capsys.readouterr().out


def test_a_replay_is_printed_and_writes_nothing(capsys, tmp_path):
    _, folder = swept(tmp_path / "out")
    before = {file: file.stat().st_mtime_ns for file in folder.path.rglob("*")}
    assert main(["replay", str(folder.path), "2:1"]) == 0
    assert "the same, to the last bit" in capsys.readouterr().out
    assert main(["replay", str(folder.path), "2:1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["same"], len(found["course"]), found["error"]) == (True, 16, "")
    assert {file: file.stat().st_mtime_ns for file in folder.path.rglob("*")} == before


def test_a_run_that_does_not_exist_is_refused(tmp_path):
    experiment, folder = swept(tmp_path / "out")
    for point, replicate, told in [(3, 0, "point = 3"), (0, 6, "replicate = 6"), (-1, 0, "= -1")]:
        with pytest.raises(ParameterError, match=told):
            live_again(experiment, folder, point, replicate)


# --- Researchers' models --------------------------------------------------------------------------

MODEL = """
import os, sys, time
from pathlib import Path
from empowersim.model import EmpowermentModel

class Faulty(EmpowermentModel):
    def step(self):
        if self.week == 2 and not Path({healthy!r}).exists():
            {fault}
        print("a week")
        super().step()
"""


@pytest.fixture
def faulty(tmp_path):
    """A folder of a model whose run did not fail, and fails once `healthy` is gone."""

    def swept_with(fault, timeout=60.0):
        healthy = tmp_path / "healthy"
        healthy.touch()
        text = MODEL.format(healthy=str(healthy), fault=fault)
        (tmp_path / "faulty.py").write_text(text, encoding="utf-8")
        experiment = Experiment(
            scenario={"weeks": 3},
            org_charts={"small": {"spans": [2]}},
            runs={"replicates": 1, "model": f"{tmp_path}/faulty.py:Faulty", "timeout": timeout},
        )
        folder = sweep.open_folder(experiment, tmp_path / "out")
        sweep.run(experiment, folder, threads(1))
        return experiment, folder, healthy

    return swept_with


def test_a_run_of_a_model_is_the_same_and_what_it_prints_is_not_on_standard_output(capfd, faulty):
    experiment, folder, _ = faulty("pass")
    capfd.readouterr()
    found = live_again(experiment, folder, 0, 0)
    assert (found.failed, found.error, found.same, len(found.course)) == (False, "", True, 4)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("sys.exit(0)", "ended with exit code 0"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("time.sleep(999)", "took longer than 1 s"),
        ("raise ZeroDivisionError", "ZeroDivisionError"),
    ],
)
def test_whatever_a_model_does_its_replay_says_that_it_failed(faulty, fault, told):
    experiment, folder, healthy = faulty(fault, 1.0 if "sleep" in fault else 60.0)
    healthy.unlink()
    found = live_again(experiment, folder, 0, 0)
    assert (found.failed, found.same, len(found.course)) == (True, None, 0)
    assert told in found.error
    assert "failed again" in found.in_words()
    assert told in found.in_words()
