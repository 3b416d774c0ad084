"""Researchers' models that go wrong, and what they and the driver leave behind when they die."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from empowersim import sweep
from empowersim.executors import processes
from empowersim.experiment import Experiment
from empowersim.ledger import PARTS
from empowersim.replay import live_again
from empowersim.results_folder import ResultsFolder
from storms.sweeps import Row

MODEL = """\
import ctypes, os, signal, sys, time
from empowersim.model import EmpowermentModel

class Faulty(EmpowermentModel):
    def __init__(self, scenario, org_chart, *, seed, replicate, rules=None):
        super().__init__(scenario, org_chart, seed=seed, replicate=replicate, rules=rules)
        self.is_faulty = {when}

    def step(self):
        if self.is_faulty:
            {fault}
        super().step()
"""
EXPERIMENT = """\
scenario.weeks = 3
org_charts.small.spans = [3]
design = {{ kind = "grid", factors = {{ coaching = {{ low = 0, high = 1, count = 10 }} }} }}
runs = {{ replicates = 16, model = "faulty.py:Faulty", timeout = {timeout} }}
"""
RUNS = 160
ONE_IN_TWENTY = "(replicate + round(9 * scenario.parameters.coaching)) % 20 == 7"
ONCE = "replicate == 5 and scenario.parameters.coaching == 0"
DEATHS = {
    "is killed": ("os.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9"),
    "touches memory that is not its own": ("ctypes.string_at(0)", "killed by signal 11"),
    "leaves": ("os._exit(0)", "ended with exit code 0"),
    "exits": ("sys.exit('enough')", "exit"),
    "never ends": ("while True: pass", "took longer than"),
    "never ends, and is deaf": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(999)",
        "took longer than",
    ),
    "asks for all memory": ("bytearray(2**62)", "MemoryError"),
    "calls itself for ever": ("Faulty.step(self)", "RecursionError"),
}
"""What a model does in one of its runs, and what the failure must say."""
SECONDS_A_RUN, SECONDS_TO_GO = 20, 20
"""A run's seconds include the import of Mesa, where it is the first of its process."""
DRIVERS = 5


def faulty(place: Path, when: str, fault: str, timeout: float) -> Experiment:
    """An experiment with a model that goes wrong in some runs."""
    text = MODEL.format(when=when, fault=fault)
    (place / "faulty.py").write_text(text, encoding="utf-8")
    file = place / "experiment.toml"
    file.write_text(EXPERIMENT.format(timeout=timeout), encoding="utf-8")
    return Experiment.read(file)


def raising() -> Row:
    """One run in twenty raises: the others are stored, and each failure can be replayed."""
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        experiment = faulty(Path(name), ONE_IN_TWENTY, "raise ValueError('bad luck')", 60)
        folder = sweep.run_experiment(experiment, Path(name) / "results", processes(2))
        failures, stored = folder.failures(), len(folder.results())
        replayed = sum(
            "bad luck" in live_again(experiment, folder, each["point"], each["replicate"]).error
            for each in failures
        )
    what = "a model raises in 5 % of its runs: the others are stored, each failure is replayed"
    return Row(what, RUNS, stored + replayed, f"{stored} stored, {replayed} replayed")


def dying() -> Row:
    """A model that takes its worker along, or never ends, in one run: that one alone fails."""
    survived = 0
    wrong = []
    for death, (fault, told) in DEATHS.items():
        with tempfile.TemporaryDirectory(prefix="storm-") as name:
            experiment = faulty(Path(name), ONCE, fault, SECONDS_A_RUN)
            # The command line gives a block as long as all its runs, which would take minutes here.
            executor = processes(2, timeout=SECONDS_A_RUN)
            folder = sweep.run_experiment(experiment, Path(name) / "results", executor)
            errors = [each["error"] for each in folder.failures()]
            well = (
                len(errors) == 1
                and told.casefold() in errors[0].casefold()
                and len(folder.results()) == RUNS - 1
                and not folder.verify()
            )
            survived += well
            wrong += [] if well else [f"{death}: {len(errors)} failures, {errors[:1]}"]
    what = f"a model, in one run, {', '.join(DEATHS)}: that run fails, saying why, and no other"
    return Row(what, len(DEATHS), survived, "; ".join([*wrong, left_behind()]).strip("; "))


def left_behind() -> str:
    """What this process still has for children, zombies too; multiprocessing keeps one."""
    left = []
    for child in psutil.Process().children(recursive=True):
        is_zombie = child.status() == psutil.STATUS_ZOMBIE
        if is_zombie or "resource_tracker" not in " ".join(child.cmdline()):
            left.append("a zombie" if is_zombie else " ".join(child.cmdline()))
    return f"left behind: {', '.join(left)}" if left else ""


def orphans(luck: random.Random) -> Row:
    """Drivers killed with workers in the middle of a run: all of them go, too."""
    gone = 0
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        faulty(Path(name), "True", "time.sleep(0.05)", 60)
        for number in range(DRIVERS):
            out = Path(name) / f"results {number}"
            command = [sys.executable, "-m", "empowersim", "sweep", "experiment.toml", "--quiet"]
            with subprocess.Popen([*command, "--out", out, "--workers", "2"], cwd=name) as driver:
                while not (out / PARTS).exists() or not list((out / PARTS).iterdir()):
                    time.sleep(0.05)
                time.sleep(luck.random())
                workers = psutil.Process(driver.pid).children(recursive=True)
                driver.send_signal(signal.SIGKILL)
            gone += _all_gone(workers) and len(workers) >= 2
    what = "drivers killed (SIGKILL) whose models are in the middle of a run: no process is left"
    return Row(what, DRIVERS, gone)


def _all_gone(workers: list[psutil.Process]) -> bool:
    """Whether they end soon; a zombie has ended, and is its new parent's to bury."""
    deadline = time.monotonic() + SECONDS_TO_GO
    while time.monotonic() < deadline:
        if not any(_runs(each) for each in workers):
            return True
        time.sleep(0.1)
    return False


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def killed_and_buried(luck: random.Random) -> Row:
    """Workers killed at any moment of a sweep: the driver leaves no zombie."""
    clean = 0
    for _ in range(DRIVERS):
        with tempfile.TemporaryDirectory(prefix="storm-") as name:
            experiment = faulty(Path(name), "True", "time.sleep(0.01)", 60)
            pending = [3, 9]

            def kill(_runs: int, pending: list[int] = pending, name: str = name) -> None:
                parts = len(ResultsFolder.open(Path(name) / "results").receipts())
                if pending and parts >= pending[0]:
                    pending.pop(0)
                    children = psutil.Process().children()
                    workers = [each for each in children if "spawn_main" in str(each.cmdline())]
                    os.kill(luck.choice(workers).pid, signal.SIGKILL)

            executor = processes(2)
            folder = sweep.run_experiment(
                experiment, Path(name) / "results", executor, progress=kill
            )
            whole = len(folder.results()) == RUNS and not folder.failures()
            clean += whole and not pending and not left_behind()
    what = "two workers of a sweep killed: every run is done all the same, and no zombie is left"
    return Row(what, DRIVERS, clean)


def section() -> list[Row]:
    """Every fault."""
    luck = random.Random(2)
    rows = []
    for storm in (raising, dying, lambda: orphans(luck), lambda: killed_and_buried(luck)):
        rows.append(storm())
        print(*rows[-1], sep=" | ", flush=True)
    return rows


if __name__ == "__main__":
    section()
