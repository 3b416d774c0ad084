"""Faults of sweeps: what is tried, how often, and what survives."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from empowersim import blocks, journal, sweep
from empowersim.errors import EmpowerSimError, FolderLocked
from empowersim.executors import dask, processes, threads
from empowersim.results_folder import JOURNAL, PARTS, ResultsFolder
from storms.small import EXPERIMENT, committed, ended, in_a_fork, killed_after, sweep_here

KILLS, FLIPS, FULL_DISKS, DRIVERS = 200, 1000, 20, 50
COMMIT_STEPS = ("write_bytes", "fsync", "replace", "flush_folder", "failures", "journal")


class Row(NamedTuple):
    """A line of the table: what was tried, how often, how often it went well, and a remark."""

    fault: str
    tried: int
    survived: int
    remark: str = ""


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        yield Path(folder)


def _undisturbed() -> tuple[str, float]:
    """The digest of a sweep that nothing disturbs, and its seconds."""
    with _folder() as place:
        start = time.monotonic()
        child = in_a_fork(lambda: sweep_here(place / "whole"))
        assert ended(child) == 0
        seconds = time.monotonic() - start
        return ResultsFolder.open(place / "whole").digest(), seconds


# --- Kills and damage -------------------------------------------------------------------------


def kills(luck: random.Random, right: str, seconds: float) -> Row:
    """SIGKILL of the driver at any moment, with damage to the folder in between.

    `seconds` is what a whole sweep takes.
    """
    killed = lost = sweeps = wrong = damaged = 0
    while killed < KILLS:
        with _folder() as place:
            path, sweeps = place / "results", sweeps + 1
            for _ in range(60):
                before = committed(path)
                child = in_a_fork(lambda path=path: sweep_here(path))
                if not killed_after(child, luck.uniform(0.1, 1.1) * seconds):
                    break
                killed += 1
                lost += len(before - committed(path))
                if luck.random() < 0.5:
                    damaged += damage(path, luck)
            child = in_a_fork(lambda path=path: sweep_here(path))
            ended(child)
            folder = ResultsFolder.open(path)
            wrong += bool(folder.verify()) or folder.digest() != right
    return Row(
        "driver killed (SIGKILL), the folder damaged in half of the pauses",
        killed,
        killed - lost,
        f"{sweeps} sweeps, {damaged} damages, {lost} committed parts lost, {wrong} wrong digests",
    )


def damage(path: Path, luck: random.Random) -> bool:
    """Flip, cut, delete or swap a part, tear the journal, or leave rubbish; whether it was done."""
    parts = sorted((path / PARTS).glob("part-*.parquet")) if path.exists() else []
    if not parts:
        return False
    part, kind = luck.choice(parts), luck.randrange(6)
    data = bytearray(part.read_bytes())
    match kind:
        case 0:
            data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
            part.write_bytes(data)
        case 1:
            part.write_bytes(data[: luck.randrange(len(data))])
        case 2:
            part.unlink()
        case 3:
            shutil.copy(luck.choice(parts), path / PARTS / "swap")
            (path / PARTS / "swap").replace(part)
        case 4:
            whole = (path / JOURNAL).read_bytes()
            (path / JOURNAL).write_bytes(whole[: luck.randrange(len(whole) + 1)])
        case 5:
            (path / PARTS / f".rubbish.{luck.randrange(99)}.partial").write_bytes(b"rubbish")
            (path / PARTS / "part-9999999-9999999-000000.parquet").write_bytes(b"rubbish")
    return True


def failpoints(right: str) -> Row:
    """The process dies at each step of a commit, before and after it."""
    tried = survived = 0
    for step in COMMIT_STEPS:
        for after in (False, True):
            with _folder() as place:
                path = place / "results"
                ended(in_a_fork(partial(_dying_at, step, after, path)))
                before = committed(path)
                ended(in_a_fork(lambda path=path: sweep_here(path)))
                folder = ResultsFolder.open(path)
                tried += 1
                survived += folder.digest() == right and before <= committed(path)
    return Row("process dies before and after each step of a commit", tried, survived)


def _dying_at(step: str, after: bool, path: Path) -> None:
    """Sweep, and die at the twentieth time that a step is reached."""
    from empowersim import results_folder, store

    calls = 0
    owner, name = {
        "write_bytes": (Path, "write_bytes"),
        "fsync": (os, "fsync"),
        "replace": (Path, "replace"),
        "flush_folder": (store, "flush_folder"),
        "failures": (results_folder, "_failure_records"),
        "journal": (journal, "append"),
    }[step]
    real = getattr(owner, name)

    def dies(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == 20 and not after:
            os._exit(9)
        done = real(*args, **kwargs)
        if calls == 20:
            os._exit(9)
        return done

    with mock.patch.object(owner, name, dies):
        sweep_here(path)


def flips(luck: random.Random) -> Row:
    """One bit of a file of results flipped, or the file cut: does `verify` see it?"""
    found = 0
    with _folder() as place:
        ended(in_a_fork(lambda: sweep_here(place / "results")))
        folder = ResultsFolder.open(place / "results")
        files = [*(folder.path / PARTS).iterdir(), folder.path / JOURNAL]
        files += [folder.path / name for name in ("design.parquet", "experiment.toml")]
        for trial in range(FLIPS):
            file = luck.choice(files)
            whole = file.read_bytes()
            data = bytearray(whole)
            if trial % 4:
                data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
            else:
                del data[luck.randrange(len(data)) :]
            file.write_bytes(data)
            try:
                found += bool(folder.verify())
            except EmpowerSimError:
                found += 1
            file.write_bytes(whole)
        assert not folder.verify()
    return Row("a bit flipped, or a file cut: found by verify", FLIPS, found)


def journal_cuts() -> Row:
    """The journal cut at every byte: no crash, and no part that is not whole."""
    tried = right = 0
    with _folder() as place:
        ended(in_a_fork(lambda: sweep_here(place / "results")))
        folder = ResultsFolder.open(place / "results")
        whole = (folder.path / JOURNAL).read_bytes()
        lines = whole.split(b"\n")
        ends = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
        for cut in range(len(whole) + 1):
            (folder.path / JOURNAL).write_bytes(whole[:cut])
            tried += 1
            right += len(folder.receipts()) == sum(end <= cut for end in ends[1:])
    return Row("journal cut at every byte: just the whole lines count", tried, right)


# --- Disks, drivers, workers ------------------------------------------------------------------


def full_disks(luck: random.Random, right: str) -> Row:
    """A disk that is full: one line, exit code 5; with room again, the same command ends well."""
    if os.geteuid() or not shutil.which("mount"):
        return Row("disk full", 0, 0, "not tried: needs the right to mount a small disk")
    survived = 0
    for _ in range(FULL_DISKS):
        with _folder() as place:
            size = luck.randrange(40, 700)
            mounted = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)], check=False
            )
            if mounted.returncode:
                return Row("disk full", 0, 0, "not tried: no small disk can be mounted here")
            try:
                code = ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
                subprocess.run(
                    ["mount", "-o", "remount,size=64m", str(place)], check=True, capture_output=True
                )
                again = ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
                whole = ResultsFolder.open(place / "results").digest() == right
                survived += code in (0, 5) and again == 0 and whole
            finally:
                subprocess.run(["umount", "-l", str(place)], check=False)
    return Row("disk full, of 40 to 700 KB", FULL_DISKS, survived)


def two_drivers() -> Row:
    """A second driver on the folder of a first: refused; the first is not disturbed."""
    refused = 0
    with _folder() as place:
        ended(in_a_fork(lambda: sweep_here(place / "results")))
        folder = ResultsFolder.open(place / "results")
        for _ in range(DRIVERS):
            ready, held = os.pipe()

            def hold(folder=folder, held=held):
                with folder.locked():
                    os.write(held, b".")
                    time.sleep(60)

            first = in_a_fork(hold)
            os.read(ready, 1)
            try:
                with ResultsFolder.open(folder.path).locked():
                    pass
            except FolderLocked:
                refused += 1
            os.kill(first, signal.SIGKILL)
            ended(first)
            with folder.locked():  # the lock has died with its owner
                pass
    what = "two drivers on one folder: the second is refused; locks die with their owners"
    return Row(what, DRIVERS, refused)


def lost_workers(right: str) -> list[Row]:
    """Workers of the pool and of Dask killed while they work: the blocks are done all the same."""
    rows = []
    for name, executor in (("pool", processes(2)), ("Dask", dask(local=2))):
        with _folder() as place:
            killer = multiprocessing.get_context("spawn").Process(
                target=_kill_workers, args=(os.getpid(), place / "results" / PARTS), daemon=True
            )
            killer.start()
            path = place / "results"
            with mock.patch.object(blocks, "RUNS", blocks.BATCH):
                folder = sweep.run_experiment(EXPERIMENT, path, executor)
            killer.join()
            whole = not folder.verify() and folder.digest() == right
            rows.append(Row(f"three workers killed while they work: {name}", 1, int(whole)))
    return rows


def _kill_workers(driver: int, parts: Path) -> None:
    """Kill a child of the driver after the fifth, the twentieth and the fortieth part."""
    for n_parts in (5, 20, 40):
        while len(list(parts.glob("part-*"))) < n_parts:
            time.sleep(0.01)
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(driver)],
            capture_output=True,
            text=True,
            check=False,
        )
        children = [
            int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line
        ]
        os.kill(random.choice([each for each in children if each != os.getpid()]), signal.SIGKILL)


def one_digest(right: str) -> Row:
    """Workers × size of blocks × executor: one digest."""
    tried = same = 0
    for workers in (1, 2, 4, 8):
        for runs in (16, 160, 2_048):
            for make in (threads, processes):
                if make is processes and (workers > 4 or runs == 16):
                    continue
                with _folder() as place:
                    with mock.patch.object(blocks, "RUNS", runs):
                        folder = sweep.run_experiment(EXPERIMENT, place / "results", make(workers))
                    tried += 1
                    same += folder.digest() == right
    what = "one digest: 1 to 8 workers, three sizes of blocks, threads and processes"
    return Row(what, tried, same)


def section() -> list[Row]:
    """Every fault, the forks first: they need a process without threads."""
    luck = random.Random(1)
    # Machine code, once, before any fork.
    with _folder() as place:
        subprocess.run(
            [sys.executable, "-m", "empowersim", "sweep", "mandate=0,1", "--out", str(place / "x")],
            check=True,
            capture_output=True,
        )
    right, seconds = _undisturbed()
    storms: list[Callable[[], Row]] = [
        lambda: kills(luck, right, seconds),
        lambda: failpoints(right),
        lambda: flips(luck),
        journal_cuts,
        lambda: full_disks(luck, right),
        two_drivers,
        lambda: one_digest(right),
    ]
    rows = []
    for storm in storms:
        rows.append(storm())
        print(*rows[-1], sep=" | ", flush=True)
    rows += lost_workers(right)
    return rows


if __name__ == "__main__":
    for row in section():
        print(*row, sep=" | ")
