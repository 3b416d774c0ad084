"""A sweep that is stopped at every step of its commits; the next one ends the same, bit for bit."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from empowersim.results_folder import ResultsFolder
from faults.small_sweep import damage, files, sweep
from processes import TESTS

BLOCKS = 2

# In a process of its own, which has one thread and can therefore be copied. Each copy sweeps up to
# its own fail-point: an operation on the disk that fails, or before or half-way in which it dies.
FAIL_AT_EVERY_STEP = """
import errno, io, json, os, sys
from pathlib import Path
import pandas, pyarrow.parquet, networkx, filelock
from empowersim import journal
from empowersim.errors import StoreError
from faults.small_sweep import create, sweep

root, blocks, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def arm(step):
    "Count the operations; at this one, die or fail. Writes do half of what they should first."
    steps = []
    def guarded(name, real, half=None):
        def operation(*args):
            steps.append(name)
            if len(steps) == step + 1:
                if half:
                    half(*args)
                if how == "die":
                    os._exit(9)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args)
        return operation
    write_bytes, write = Path.write_bytes, journal._write
    def half_of_lines(file, end, lines):
        file.seek(end)
        file.write(lines[: len(lines) // 2])
    os.fsync = guarded("fsync", os.fsync)
    os.replace = guarded("rename", os.replace)
    Path.write_bytes = guarded("write", write_bytes, lambda p, d: write_bytes(p, d[: len(d) // 2]))
    journal._write = guarded("append", write, half_of_lines)
    return steps

for step in range(1000):
    place = root / f"{step:03}"
    create(place, blocks)
    child = os.fork()
    if child == 0:
        steps = arm(step)
        try:
            sweep(place, blocks)
        except StoreError as error:
            os._exit(5 if "No space left on device" in str(error) else 1)
        os._exit(0 if len(steps) <= step else 1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([str(place), code]))
    if code == 0:
        break
"""


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    path = tmp_path_factory.mktemp("right") / "results"
    sweep(path, BLOCKS)
    return ResultsFolder.open(path).digest()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process cannot be copied here")
@pytest.mark.parametrize(("how", "code"), [("die", 9), ("fail", 5)])
def test_a_sweep_stopped_at_any_step_is_taken_up_and_ends_the_same(tmp_path, right, how, code):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FAIL_AT_EVERY_STEP, tmp_path, str(BLOCKS), how],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *stopped, last = map(json.loads, done.stdout.splitlines())
    assert last[1] == 0
    # A commit writes, flushes, renames, flushes the folder, appends, flushes; the second block has
    # failures to append and flush, too.
    assert len(stopped) == BLOCKS * 6 + 2
    for path, ended in stopped:
        assert ended == code
        folder = ResultsFolder.open(path)
        committed = set(folder.receipts())
        folder.digest()
        repaired = sweep(path, BLOCKS)
        assert repaired.reused == len(committed)
        assert not committed & set(repaired.redone)
        assert folder.verify() == []
        assert folder.digest() == right
        assert len(folder.failures()) == 1
        assert not [file for file in files(path) if file.name.endswith(".partial")]


def test_kills_at_any_time_and_damage_between_lose_nothing_that_is_whole(tmp_path):
    luck = random.Random(6)  # noqa: S311
    blocks, path = 40, tmp_path / "results"
    sweep(path, 2)
    for _ in range(3):
        driver = subprocess.Popen(
            [sys.executable, "-m", "faults.small_sweep", path, str(blocks)],
            cwd=TESTS,
            stdout=subprocess.PIPE,
            text=True,
        )
        with driver:
            for _ in range(luck.randrange(1, 6)):
                driver.stdout.readline()
            time.sleep(luck.random() / 200)
            driver.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            told = driver.stdout.read()
        folder = ResultsFolder.open(path)
        before = set(folder.receipts())
        assert len(before) >= told.count("committed")
        hurt = damage(path / "parts", luck)
        with folder.locked():
            repaired = folder.repair()
        assert before - set(folder.receipts()) <= {hurt.stem.removeprefix("part-")}
        assert repaired.reused == len(folder.receipts())
    sweep(path, blocks)
    sweep(tmp_path / "right", blocks)
    assert ResultsFolder.open(path).verify() == []
    assert ResultsFolder.open(path).digest() == ResultsFolder.open(tmp_path / "right").digest()
