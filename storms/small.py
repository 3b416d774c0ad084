"""A small real experiment in many small blocks, and ways to sweep it in a process of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from empowersim import blocks, sweep
from empowersim.errors import EmpowerSimError
from empowersim.executors import Executor, threads
from empowersim.experiment import Experiment
from empowersim.results_folder import ResultsFolder

EXPERIMENT = Experiment(
    title="Storm",
    scenario={"name": "carry-it-together", "weeks": 20},
    org_charts={"small": {"balanced": {"span": 4, "depth": 2}}},
    design={
        "kind": "grid",
        "factors": {
            "collaborator_share": {"low": 0, "high": 1, "count": 11},
            "coaching": {"low": 0, "high": 1, "count": 6},
        },
    },
    runs={"replicates": 16},
)
EXIT = {"done": 0, "stopped": 130, "disk": 5}


def sweep_here(path: Path, executor: Executor | None = None) -> ResultsFolder:
    """Sweep, or go on, in this process; a block a point."""
    blocks.RUNS = blocks.BATCH
    return sweep.run_experiment(EXPERIMENT, path, executor or threads(2))


def in_a_fork(work: Callable[[], object]) -> int:
    """The number of a process that does this alone; the one that asks must have no threads."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        # What a full disk or a limit would say goes to the tables, not to the terminal.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        work()
        code = EXIT["done"]
    except EmpowerSimError as error:
        code = EXIT["disk"] if isinstance(error, OSError) else 2
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a process: its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_after(child: int, seconds: float) -> bool:
    """Kill a process unless it ends before; whether it was killed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return ended(child) == -signal.SIGKILL


def committed(path: Path) -> set[str]:
    """The blocks that count, and whose parts are whole."""
    try:
        receipts = ResultsFolder.open(path).receipts()
    except EmpowerSimError:
        return set()
    return {
        block for block, receipt in receipts.items() if _hash(path / receipt.file) == receipt.sha256
    }


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
