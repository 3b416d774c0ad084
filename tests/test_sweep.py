"""A results folder: gone on with, extended, mended, and refused to what does not belong in it."""

import json
import os
import signal
import subprocess
import sys
import time
from threading import Barrier, Event

import numpy as np
import pandas as pd
import pytest

from empowersim import blocks, designs, journal, sweep
from empowersim.cli import main
from empowersim.errors import ExperimentError, StoreError
from empowersim.executors import processes, threads
from empowersim.experiment import Experiment
from empowersim.results_folder import ResultsFolder

TEXT = """
scenario.weeks = 6
org_charts.small.balanced = { span = 3, depth = 2 }
org_charts.wide.spans = [7]
design = { kind = "grid", factors = { collaborator_share = [0, 0.5, 1], coaching = [0, 1] } }
runs = { replicates = 20, seed = 3 }
"""

MODEL = """
import os, time
from empowersim.model import EmpowermentModel

class Faulty(EmpowermentModel):
    def step(self):
        much = self.parameters.coaching
        if much == 0.5 and self.week == 1:
            {fault}
        super().step()
"""
MODEL_TEXT = """
scenario.weeks = 3
org_charts.small.spans = [2]
design = { kind = "grid", factors = { coaching = [0, 0.5, 1] } }
runs = { replicates = 2, model = "faulty.py:Faulty", timeout = 2.0 }
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "experiment.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path / "experiment.toml"


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "RUNS", 16)


def done(experiment, path, executor=None, **how):
    folder = sweep.open_folder(experiment, path)
    return folder, sweep.run(experiment, folder, executor or threads(2), **how)


def tell(capsys, *arguments):
    code = main(list(map(str, arguments)))
    return code, *capsys.readouterr()


# --- Where and in which order ---------------------------------------------------------------------


def test_threads_processes_and_interruptions_give_the_same(file, tmp_path, small_blocks):
    experiment = Experiment.read(file)
    folder, tally = done(experiment, tmp_path / "threads")
    assert (tally.done, tally.reused, tally.failed, tally.stopped) == (240, 0, 0, False)
    assert folder.verify() == []
    other, _ = done(experiment, tmp_path / "processes", processes(2))
    stop, seen = Event(), []

    def enough(runs):
        seen.append(runs)
        if len(seen) == 5:
            stop.set()

    _, first = done(experiment, tmp_path / "stopped", stop=stop, progress=enough)
    assert first.stopped
    assert 0 < first.done < 240
    third, rest = done(experiment, tmp_path / "stopped")
    assert (rest.reused, rest.reused + rest.done) == (first.done, 240)
    assert folder.digest() == other.digest() == third.digest()
    assert sweep.is_complete(experiment, third)


def test_many_replicates_of_one_point_are_shared_out(tmp_path, monkeypatch, small_blocks):
    """They are cut into rounds; a round that waited for the one before would do one block."""
    both, do = Barrier(2, timeout=20), sweep.do

    def together(*block):
        both.wait()
        return do(*block)

    monkeypatch.setattr(sweep, "do", together)
    (tmp_path / "experiment.toml").write_text("scenario.weeks = 6\nruns.replicates = 64\n")
    _, tally = done(Experiment.read(tmp_path / "experiment.toml"), tmp_path / "out")
    assert tally.done == 64


def test_a_folder_gone_on_with_when_it_is_complete_does_nothing(file, tmp_path):
    experiment = Experiment.read(file)
    done(experiment, tmp_path / "out")
    seen = []
    _, tally = done(experiment, tmp_path / "out", progress=seen.append)
    assert (tally.reused, tally.done, sum(seen)) == (240, 0, 240)


def test_extended_is_as_if_it_had_been_so_from_the_start(file, tmp_path, small_blocks):
    experiment = Experiment.read(file)
    folder, _ = done(experiment, tmp_path / "out")
    more = sweep.extended(folder, 50)
    _, tally = done(more, tmp_path / "out")
    assert (tally.reused, tally.done) == (240, 360)
    fresh, _ = done(experiment.with_replicates(50), tmp_path / "fresh")
    assert folder.digest() == fresh.digest()
    assert folder.verify() == []


def test_replicates_until_are_added_where_the_mean_is_not_known(tmp_path):
    def made(half_width):
        until = {"outcome": "trust", "half_width": half_width, "at_least": 16, "at_most": 64}
        return Experiment(
            scenario={"weeks": 20},
            org_charts={"small": {"spans": [3]}},
            design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1]}},
            runs={"until": until},
        )

    def replicates(half_width, name):
        folder, tally = done(made(half_width), tmp_path / name)
        assert sweep.is_complete(made(half_width), folder)
        found = folder.results().groupby("point")["replicate"]
        assert (found.max() + 1 == found.count()).all()
        assert tally.done == found.count().sum()
        return folder, found.count().tolist()

    assert replicates(10.0, "loose")[1] == [16, 16, 16]
    assert replicates(1e-9, "strict")[1] == [64, 64, 64]
    # Between: a width that some points have after 16 runs, and others have not.
    loose = ResultsFolder.open(tmp_path / "loose").results()
    widths = sorted(sweep.half_width(own) for _, own in loose.groupby("point")["trust"])
    folder, counts = replicates((widths[0] + widths[1]) / 2, "some")
    assert 16 in counts
    assert max(counts) > 16
    # Gone on with: the same points are decided.
    between = made((widths[0] + widths[1]) / 2)
    before = folder.digest()
    assert done(between, tmp_path / "some")[1].done == 0
    assert folder.digest() == before


# --- What does not belong -------------------------------------------------------------------------


def test_another_experiment_or_other_code_is_refused_with_code_4(
    capsys, monkeypatch, file, tmp_path
):
    out = tmp_path / "out"
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    file.write_text(TEXT.replace("seed = 3", "seed = 4"), encoding="utf-8")
    code, _, told = tell(capsys, "sweep", file, "--out", out)
    assert (code, told.count("\n")) == (4, 1)
    assert "holds another experiment" in told
    file.write_text(TEXT.replace("replicates = 20", "replicates = 21"), encoding="utf-8")
    code, _, told = tell(capsys, "sweep", file, "--out", out)
    assert code == 4
    assert "empowersim extend" in told
    # Words may change.
    file.write_text("title = 'Better'\n" + TEXT, encoding="utf-8")
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    monkeypatch.setattr(sweep, "source_hash", lambda: "other")
    calls = [("sweep", file, "--out", out), ("extend", out, "--replicates", 99), ("retry", out)]
    for call in calls:
        code, _, told = tell(capsys, *call)
        assert code == 4
        assert "with other rules" in told


def test_a_folder_that_is_written_is_refused_with_code_3(capsys, file, tmp_path):
    folder, _ = done(Experiment.read(file), tmp_path / "out")
    with folder.locked():
        for call in (("sweep", file, "--out"), ("extend", "--replicates", 30), ("retry",)):
            code, _, told = tell(capsys, *call, tmp_path / "out")
            assert (code, told.count("\n")) == (3, 1)
            assert f"process {os.getpid()}" in told


def test_until_cannot_be_extended_by_a_number(capsys, tmp_path, file):
    text = TEXT.replace("replicates = 20", "until = { outcome = 'trust', half_width = 9 }")
    file.write_text(text, encoding="utf-8")
    assert tell(capsys, "sweep", file, "--out", tmp_path / "out", "--quiet")[0] == 0
    code, _, told = tell(capsys, "extend", tmp_path / "out", "--replicates", 2000)
    assert code == 2
    assert "until a mean is known" in told


def test_a_flipped_byte_is_found_and_mended(capsys, file, tmp_path, small_blocks):
    out = tmp_path / "out"
    folder, _ = done(Experiment.read(file), out)
    digest = folder.digest()
    part = sorted((out / "parts").glob("*.parquet"))[3]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    code, printed, _ = tell(capsys, "verify", out)
    assert code == 5
    assert part.name in printed
    code, printed, _ = tell(capsys, "sweep", file, "--out", out)
    assert code == 0
    assert "1 damaged" in printed
    code, printed, _ = tell(capsys, "verify", out, "--json")
    assert (code, json.loads(printed)["digest"]) == (0, digest)


def test_a_round_of_which_everything_was_lost_is_done_again(capsys, file, tmp_path):
    out = tmp_path / "out"
    until = "until = { outcome = 'trust', half_width = 1e-9, at_most = 64 }"
    file.write_text(TEXT.replace("replicates = 20", until), encoding="utf-8")
    folder, _ = done(Experiment.read(file), out)
    digest = folder.digest()
    for part in (out / "parts").glob("part-0000000*"):
        part.unlink()
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    code, printed, _ = tell(capsys, "verify", out, "--json")
    assert (code, json.loads(printed)["digest"]) == (0, digest)


def test_an_experiment_changed_by_hand_in_its_folder_is_damage(capsys, file, tmp_path):
    out = tmp_path / "out"
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    inside = out / "experiment.toml"
    text = inside.read_text(encoding="utf-8")
    inside.write_text(text.replace("weeks = 6", "weeks = 7"), encoding="utf-8")
    calls = [("sweep", file, "--out", out), ("extend", out, "--replicates", 99), ("retry", out)]
    for call in [*calls, ("status", out), ("replay", out, "0:0"), ("analyse", out)]:
        code, _, told = tell(capsys, *call)
        assert (code, told.count("\n")) == (5, 1), call
        assert "experiment.toml is damaged, or was changed" in told


def test_points_that_a_library_would_now_sample_otherwise_are_refused(
    capsys, monkeypatch, file, tmp_path
):
    out = tmp_path / "out"
    text = TEXT[: TEXT.index("design")] + (
        'design = { kind = "lhs", n = 3, factors = { coaching = { low = 0, high = 1 } } }\n'
        "runs = { replicates = 2 }\n"
    )
    file.write_text(text, encoding="utf-8")
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    monkeypatch.setattr(
        designs.LatinHypercube, "shares", lambda self, problem: np.array([[0.1], [0.2], [0.3]])
    )
    code, _, told = tell(capsys, "extend", out, "--replicates", 9)
    assert code == 4
    assert "another experiment" in told


def test_the_analysis_may_change_and_the_prediction_may_not(capsys, file, tmp_path):
    out = tmp_path / "out"
    said = "title = 'A'\nprediction = 'It will work.'\n"
    file.write_text(said + TEXT, encoding="utf-8")
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    file.write_text(said + TEXT + "analysis.outcomes = ['strain']\n", encoding="utf-8")
    assert tell(capsys, "sweep", file, "--out", out, "--quiet")[0] == 0
    assert sweep.experiment_in(ResultsFolder.open(out)).analysis.outcomes == ("strain",)
    assert tell(capsys, "verify", out)[0] == 0
    file.write_text(said.replace("will", "will not") + TEXT, encoding="utf-8")
    code, _, told = tell(capsys, "sweep", file, "--out", out)
    assert (code, told.count("\n")) == (4, 1)
    assert "prediction" in told


# --- Interrupted ----------------------------------------------------------------------------------

LONG = TEXT.replace("weeks = 6", "weeks = 400").replace("replicates = 20", "replicates = 400")
SMALL_PARTS = (
    "import sys; from empowersim import blocks, cli; blocks.RUNS = 16;"
    " sys.exit(cli.main(sys.argv[1:]))"
)


def begun(file, out):
    """A sweep in a process of its own that has written some parts."""
    command = [sys.executable, "-c", SMALL_PARTS, "sweep", str(file), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (out / "parts").is_dir() or len(list((out / "parts").glob("part-*"))) < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return process


def test_killed_or_interrupted_it_is_gone_on_with_to_the_same_digest(
    capsys, tmp_path, file, small_blocks
):
    file.write_text(LONG, encoding="utf-8")
    experiment = Experiment.read(file)
    killed = begun(file, tmp_path / "killed")
    killed.kill()
    killed.communicate()
    stopped = begun(file, tmp_path / "stopped")
    stopped.send_signal(signal.SIGINT)
    printed, told = stopped.communicate(timeout=60)
    assert stopped.returncode == 130
    assert "finishing what is under way" in told
    assert "Traceback" not in told
    assert "the same command goes on" in printed
    assert tell(capsys, "verify", tmp_path / "stopped")[0] == 5
    digests = set()
    for name in ("killed", "stopped", "whole"):
        folder, tally = done(experiment, tmp_path / name)
        assert (tally.reused > 0) == (name != "whole")
        assert tally.reused + tally.done == 12 * 400
        digests.add(folder.digest())
    assert len(digests) == 1


# --- Researchers' models --------------------------------------------------------------------------


def faulty(tmp_path, fault):
    (tmp_path / "faulty.py").write_text(MODEL.replace("{fault}", fault), encoding="utf-8")
    (tmp_path / "experiment.toml").write_text(MODEL_TEXT, encoding="utf-8")
    return tmp_path / "experiment.toml", tmp_path / "out"


def test_a_model_that_raises_fails_alone_and_is_told_by_status_and_replay(capsys, tmp_path):
    file, out = faulty(tmp_path, "raise ZeroDivisionError('by\\nnought')")
    code, printed, _ = tell(capsys, "sweep", file, "--out", out, "--workers", 1)
    assert code == 6
    assert "2 runs failed" in printed
    assert f"empowersim retry {out}" in printed
    folder = ResultsFolder.open(out)
    assert folder.results()[["point", "replicate"]].values.tolist() == [
        [0, 0], [0, 1], [2, 0], [2, 1]
    ]  # fmt: skip
    failures = folder.failures()
    assert [(each["point"], each["replicate"]) for each in failures] == [(1, 0), (1, 1)]
    assert failures[0]["parameters"] == {"coaching": 0.5}
    assert "ZeroDivisionError" in failures[0]["error"]
    assert len((out / "failures.jsonl").read_text().splitlines()) == 2
    code, printed, _ = tell(capsys, "status", out, "--json")
    found = json.loads(printed)
    assert (found["done"], found["failed"], found["complete"]) == (6, 2, True)
    code, printed, _ = tell(capsys, "replay", out, "1:0")
    assert code == 6
    assert "failed again" in printed
    assert "faulty.py" in printed
    assert "ZeroDivisionError" in printed
    code, printed, _ = tell(capsys, "replay", out, "2:1", "--json")
    assert (code, json.loads(printed)["same"]) == (0, True)
    # Tried again while the fault lasts, it fails again; nothing else is lost.
    assert tell(capsys, "retry", out, "--quiet", "--workers", 1)[0] == 6
    assert len(folder.results()) == 4
    assert folder.verify() == []


def test_a_file_of_code_that_prints_or_ends_is_no_output_and_no_end_of_ours(capsys, tmp_path):
    file, out = faulty(tmp_path, "pass")
    code_file = tmp_path / "faulty.py"
    text = code_file.read_text(encoding="utf-8")
    code_file.write_text("print('hello')\n" + text, encoding="utf-8")
    code, printed, told = tell(capsys, "sweep", file, "--out", out, "--quiet", "--workers", 1)
    assert (code, printed) == (0, "")
    code_file.write_text("raise SystemExit(0)\n" + text, encoding="utf-8")
    code, _, told = tell(capsys, "plan", file)
    assert (code, told.count("\n")) == (2, 1)
    assert "faulty.py, line 1 fails: SystemExit" in told


def test_a_model_that_fails_for_a_reason_outside_is_complete_after_retry(capsys, tmp_path):
    """A licence, a file, a server: the code is the same, and the reason is gone."""
    gone = tmp_path / "gone"
    file, out = faulty(tmp_path, f"assert __import__('os').path.exists({str(gone)!r})")
    assert tell(capsys, "sweep", file, "--out", out, "--quiet", "--workers", 1)[0] == 6
    gone.touch()
    assert tell(capsys, "retry", out, "--quiet", "--workers", 1)[0] == 0
    assert tell(capsys, "verify", out)[0] == 0
    folder = ResultsFolder.open(out)
    assert folder.failures() == []
    fresh, _ = done(Experiment.read(file), tmp_path / "fresh", processes(1))
    assert folder.digest() == fresh.digest()


@pytest.mark.parametrize(
    ("fault", "seconds", "told"),
    [
        ("os.kill(os.getpid(), 9)", 99, "killed by signal 9"),
        ("time.sleep(99)", 6, "longer than 6 s"),
    ],
    ids=["dies", "never ends"],
)
def test_a_model_that_takes_its_worker_along_fails_alone(
    monkeypatch, tmp_path, fault, seconds, told
):
    file, out = faulty(tmp_path, fault)
    monkeypatch.setattr(blocks, "MODEL_RUNS", 2)
    text = file.read_text(encoding="utf-8").replace("timeout = 2", f"timeout = {seconds}")
    file.write_text(text, encoding="utf-8")
    folder, tally = done(Experiment.read(file), out, processes(2, timeout=seconds))
    assert (tally.done, tally.failed) == (6, 2)
    assert sorted(folder.results()["point"]) == [0, 0, 2, 2]
    assert [told in each["error"] for each in folder.failures()] == [True, True]
    assert folder.verify() == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"design": {"kind": "grid", "factors": {"coachin": [0, 1]}}}, "did you mean coaching?"),
        ({"org_charts": {"a": {"file": "a.csv"}}}, r"a\.csv has not been read"),
    ],
)
def test_a_wrong_experiment_from_python_leaves_no_folder(tmp_path, wrong, told):
    with pytest.raises(ExperimentError, match=told):
        sweep.run_experiment(Experiment(**wrong), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_design_and_results_are_plain_tables(file, tmp_path):
    folder, _ = done(Experiment.read(file), tmp_path / "out")
    design = pd.read_parquet(folder.path / "design.parquet")
    results = pd.read_parquet(folder.path / "parts")
    assert design.columns.tolist() == [
        "point", "case", "org_chart", "collaborator_share", "coaching"
    ]  # fmt: skip
    assert set(results["point"]) == set(design["point"]) == set(range(12))
    assert (results["week"] == 6).all()


@pytest.mark.parametrize("block", ["x", "0000005-0000005-000000", "0000009-0000001-000000"])
def test_a_journal_with_a_block_that_no_sweep_makes_is_refused(file, tmp_path, block):
    """One whose replicates do not rise would be gone through for ever."""
    folder, _ = done(Experiment.read(file), tmp_path / "results")
    record = {"block": block, "file": f"parts/part-{block}.parquet", "rows": 0, "size": 0}
    journal.append(folder.path / "journal.jsonl", record | {"sha256": "", "failures": 0})
    with pytest.raises(StoreError, match=f"journal.jsonl has a block '{block}'"):
        sweep.is_complete(Experiment.read(file), folder)
