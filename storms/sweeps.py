"""Faults of sweeps: what is tried, how often, and what survives."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from empowersim import blocks, journal, sweep
from empowersim.errors import EmpowerSimError, FolderLocked, RunError
from empowersim.executors import dask, processes, threads
from empowersim.ledger import JOURNAL, PARTS
from empowersim.results_folder import LOCK, OWNER, ResultsFolder
from storms.small import EXIT, EXPERIMENT, committed, ended, in_a_fork, killed_after, sweep_here

KILLS, FLIPS, FULL_DISKS, DRIVERS = 200, 1000, 20, 50
DAMAGES_OF_A_KIND, READ_ONLY, CLOCKS = 10, 5, 10
YEAR = 365 * 24 * 3600
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


DAMAGES = ("flipped", "cut", "deleted", "swapped", "journal torn", "rubbish")


def damage(path: Path, luck: random.Random, kind: int | None = None) -> bool:
    """Do one of DAMAGES to a part, or to the journal, or beside them; whether it was done."""
    parts = sorted((path / PARTS).glob("part-*.parquet")) if path.exists() else []
    if not parts:
        return False
    part, kind = luck.choice(parts), luck.randrange(len(DAMAGES)) if kind is None else kind
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


def damages(luck: random.Random, right: str) -> Row:
    """Each damage on its own: `verify` names it, and the next sweep mends it, and no more."""
    mended: Counter[str] = Counter()
    redone = 0
    with _folder() as place:
        ended(in_a_fork(lambda: sweep_here(place / "whole")))
        n_parts = len(committed(place / "whole"))
        for kind, name in enumerate(DAMAGES):
            for trial in range(DAMAGES_OF_A_KIND):
                path = place / f"{name} {trial}"
                shutil.copytree(place / "whole", path)
                before = _content(path)
                while _content(path) == before:
                    damage(path, luck, kind)
                folder = ResultsFolder.open(path)
                named, kept = bool(folder.verify()), len(committed(path))
                ended(in_a_fork(lambda path=path: sweep_here(path)))
                redone = max(redone, n_parts - kept if name in DAMAGES[:4] else 0)
                mended[name] += named and not folder.verify() and folder.digest() == right
                shutil.rmtree(path)
    what = f"a part {', '.join(DAMAGES[:4])}; a {'; '.join(DAMAGES[4:])}: named, then mended"
    tried = len(DAMAGES) * DAMAGES_OF_A_KIND
    remark = f"of {n_parts} parts, {redone} at most done again for a damaged one"
    return Row(what, tried, mended.total(), remark)


def _content(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


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


@contextmanager
def _disk(kilobytes: int) -> Iterator[Path | None]:
    """A disk of its own, in memory; None where none can be mounted."""
    with _folder() as place:
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
        if os.geteuid() or subprocess.run(["mount", *options], check=False).returncode:
            yield None
            return
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False)


def _remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


NO_DISK = "not tried: needs the right to mount a small disk"


def full_disks(luck: random.Random, right: str) -> Row:
    """A disk that is full: one line, exit code 5; with room again, the same command ends well."""
    survived = 0
    for _ in range(FULL_DISKS):
        with _disk(luck.randrange(40, 700)) as place:
            if place is None:
                return Row("disk full", 0, 0, NO_DISK)
            code = ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
            _remount(place, "size=64m")
            again = ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
            whole = ResultsFolder.open(place / "results").digest() == right
            survived += code in (0, 5) and again == 0 and whole
    return Row("disk full, of 40 to 700 KB", FULL_DISKS, survived)


def read_only_folders(luck: random.Random, right: str, seconds: float) -> Row:
    """A disk that can no longer be written: what is there is read, and gone on with afterwards."""
    what = "a half-done folder turns read-only: read all the same, refused (exit code 5), gone on"
    survived = 0
    for _ in range(READ_ONLY):
        with _disk(64_000) as place:
            if place is None:
                return Row(what, 0, 0, NO_DISK)
            path = place / "results"
            while not committed(path):
                killed_after(
                    in_a_fork(lambda path=path: sweep_here(path)), luck.uniform(0.3, 0.9) * seconds
                )
            _remount(place, "ro")
            before = committed(path)
            readable = len(ResultsFolder.open(path).results()) > 0
            refused = ended(in_a_fork(lambda path=path: sweep_here(path)))
            _remount(place, "rw")
            again = ended(in_a_fork(lambda path=path: sweep_here(path)))
            kept = before <= committed(path) and ResultsFolder.open(path).digest() == right
            survived += (readable, refused, again, kept) == (True, EXIT["disk"], 0, True)
    return Row(what, READ_ONLY, survived)


def clocks(luck: random.Random, right: str, seconds: float) -> Row:
    """The clock goes back: between two halves of a sweep, and at every look at it."""
    survived = 0
    for _ in range(CLOCKS):
        with _folder() as place:
            path = place / "results"
            killed_after(in_a_fork(partial(_ago, path)), luck.uniform(0.3, 0.9) * seconds)
            later = time.time() + YEAR
            for file in path.rglob("*"):
                os.utime(file, (later, later))
            code = ended(in_a_fork(partial(_ago, path)))
            folder = ResultsFolder.open(path)
            survived += code == 0 and not folder.verify() and folder.digest() == right
    return Row("the clock jumps back, at every look; files of next year", CLOCKS, survived)


def _ago(path: Path) -> None:
    """Sweep while the clock goes back an hour whenever it is asked."""
    now = itertools.count(time.time(), -3600)
    with mock.patch.object(time, "time", now.__next__):
        sweep_here(path)


def stale_locks(right: str) -> Row:
    """What a lock's owner leaves behind who cannot be asked any more: nobody is kept out."""
    alive, nobody = os.getpid(), 2**22 + 1  # the second is more than Linux has
    owners = {
        "a dead process": f"process {nobody} on {socket.gethostname()}",
        "one with a number that is taken again": f"process {alive} on {socket.gethostname()}",
        "one on another host": "process 7 on elsewhere",
        "one that said nothing": "",
    }
    survived = 0
    for owner in owners.values():
        with _folder() as place:
            ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
            (place / "results" / OWNER).write_text(owner, encoding="utf-8")
            # As a lock that is a mere file, of other programs, would say it.
            (place / "results" / LOCK).write_text(f"{nobody}\nelsewhere\n", encoding="utf-8")
            damage(place / "results", random.Random(1), 2)
            code = ended(in_a_fork(lambda place=place: sweep_here(place / "results")))
            survived += code == 0 and ResultsFolder.open(place / "results").digest() == right
    return Row(f"locks left behind by {', '.join(owners)}", len(owners), survived)


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
        _wait_for(n_parts, parts)
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


CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    print(cluster.scheduler_address, flush=True)
    input()
"""


def lost_schedulers(right: str) -> Row:
    """Dask's scheduler killed three times: one line says what to do, and doing it ends well."""
    kept, deaths, held = True, (5, 20, 40), 2 * 2
    with _folder() as place, mock.patch.object(blocks, "RUNS", blocks.BATCH):
        path = place / "results"
        for n_parts in deaths:
            said, before = "", committed(path)
            with _cluster() as (scheduler, address):
                when = (scheduler, path / PARTS, n_parts)
                killer = threading.Thread(target=_kill_after, args=when)
                killer.start()
                try:
                    sweep.run_experiment(EXPERIMENT, path, dask(address))
                except RunError as error:
                    said = str(error)
                killer.join()
            kept &= "run the same command again" in said and before <= committed(path)
            # Parts are written before they are committed: as many may wait as tasks are held.
            kept &= len(committed(path)) >= n_parts - held
        folder = sweep.run_experiment(EXPERIMENT, path, threads(2))
        whole = kept and not folder.verify() and folder.digest() == right
    return Row("the Dask scheduler killed while its workers work", len(deaths), whole * len(deaths))


@contextmanager
def _cluster() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A scheduler with two workers, in a process of its own; and its address."""
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as scheduler:
        assert scheduler.stdout
        yield scheduler, scheduler.stdout.readline().strip()
        scheduler.kill()


def _kill_after(process: subprocess.Popen[str], parts: Path, n_parts: int) -> None:
    _wait_for(n_parts, parts)
    process.kill()


def _wait_for(n_parts: int, parts: Path) -> None:
    while len(list(parts.glob("part-*"))) < n_parts:
        time.sleep(0.01)


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
        lambda: damages(luck, right),
        lambda: failpoints(right),
        lambda: flips(luck),
        journal_cuts,
        lambda: full_disks(luck, right),
        lambda: read_only_folders(luck, right, seconds),
        lambda: clocks(luck, right, seconds),
        lambda: stale_locks(right),
        two_drivers,
        lambda: one_digest(right),
    ]
    rows = []
    for storm in storms:
        rows.append(storm())
        print(*rows[-1], sep=" | ", flush=True)
    rows += [*lost_workers(right), lost_schedulers(right)]
    return rows


if __name__ == "__main__":
    for row in section():
        print(*row, sep=" | ")
