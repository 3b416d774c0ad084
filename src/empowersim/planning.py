"""What a sweep will take: seconds and megabytes, from a pilot that leaves nothing behind."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event, get_ident
from typing import TYPE_CHECKING, NamedTuple

from empowersim import blocks, executors
from empowersim.blocks import Block, Replicates
from empowersim.errors import RunError
from empowersim.executors import Lost
from empowersim.experiment import Experiment
from empowersim.results_folder import EXPERIMENT, ResultsFolder, write_part

if TYPE_CHECKING:
    import pandas as pd

PILOT_SECONDS = 4.0


class Estimate(NamedTuple):
    """What a sweep takes at most, as far as a pilot can tell.

    Attributes:
        runs, replicates: in all, and at each point.
        workers: threads, or processes, that it counts on.
        seconds, megabytes: of the whole sweep.
    """

    runs: int
    replicates: int
    workers: int
    seconds: float
    megabytes: float


def estimate(experiment: Experiment, workers: int | None = None) -> Estimate:
    """Do some of a sweep's blocks, as many at once as it would, in a folder that is removed.

    Raises:
        RunError: a run killed its worker or took too long, or all of the pilot's runs failed.
    """
    workers = workers or os.cpu_count() or 1
    replicates = blocks.most_replicates(experiment)
    total = len(experiment.points) * replicates
    plan = _Plan(experiment)
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        folder, read = _begun(experiment, Path(place, "pilot"))
        opening = time.perf_counter() - start
        pilot = _flown(read, plan, workers)
        start = time.perf_counter()
        with folder.locked():
            part = write_part(folder.path, "pilot", experiment.hash(), pilot.sample)
            written = time.perf_counter()
            folder.commit(part)
            if experiment.runs.until:
                list(folder.parts())  # as a sweep does after each round
        writing, keeping = written - start, time.perf_counter() - written
    # Processes are started each time, threads keep what they have read.
    starting = pilot.starting * (plan.n_waits if experiment.runs.model else 1)
    at_once = min(workers, plan.blocks_at_once)
    working = (pilot.seconds_of_a_run * total + writing * plan.n_blocks) / at_once
    # One after the other, by the driver alone.
    working += keeping * plan.n_blocks
    megabytes = part.size / pilot.runs_in_sample * total / 1e6
    return Estimate(total, replicates, workers, opening + starting + working, megabytes)


def _begun(experiment: Experiment, path: Path) -> tuple[ResultsFolder, Experiment]:
    """What a sweep does once: its points are checked, written, and read again by its workers."""
    experiment.check()
    folder = ResultsFolder.create(
        path,
        experiment_toml=experiment.to_toml(),
        design=experiment.design_table(),
        provenance={"spec_hash": experiment.hash()},
        org_charts=experiment.read_charts(),
        sources=experiment.sources(),
    )
    folder.design()
    return folder, Experiment.read(path / EXPERIMENT)


# --- The blocks of a sweep --------------------------------------------------------------------


class _Plan:
    """A sweep's blocks, counted.

    Attributes:
        n_blocks: in all.
        n_waits: how often all blocks under way must be done before others begin, the end included.
        blocks_at_once: at most, between two waits.
        usual: the blocks of a round like most others.
    """

    def __init__(self, experiment: Experiment) -> None:
        points = range(len(experiment.points))
        alike: dict[tuple[bool, int], list[Replicates]] = {}
        for each in blocks.rounds(experiment):
            alike.setdefault((each.first > 0, each.last - each.first), []).append(each)
        cut = {kind: list(blocks.cut(experiment, points, some[0])) for kind, some in alike.items()}
        self.n_blocks = sum(len(cut[kind]) * len(some) for kind, some in alike.items())
        if experiment.runs.until:
            self.n_waits = sum(map(len, alike.values()))
            self.blocks_at_once = max(map(len, cut.values()))
        else:
            self.n_waits, self.blocks_at_once = 1, self.n_blocks
        self.usual = cut[max(alike, key=lambda kind: len(alike[kind]))]


def _spread(experiment: Experiment, usual: list[Block]) -> Iterator[Block]:
    """Blocks from all over the design, without end; of a model's, which may be slow, one run."""
    place = 0.5
    while True:
        number, within = divmod(place * len(usual), 1)
        block = usual[int(number)]
        if experiment.runs.model:
            [block] = islice(block.single_runs(), int(within * block.n_runs), None, block.n_runs)
        yield block
        place = (place + 0.6180339887498949) % 1.0


# --- The pilot --------------------------------------------------------------------------------


class _Flight(NamedTuple):
    """A block that was done, and by whom.

    Attributes:
        ended: by the clock that all processes share.
        seconds: that it took.
    """

    worker: tuple[int, int]
    ended: float
    seconds: float
    results: blocks.Results


def _fly(experiment: Experiment, block: Block) -> _Flight:
    start = time.monotonic()
    results = blocks.results_of(experiment, block)
    end = time.monotonic()
    return _Flight((os.getpid(), get_ident()), end, end - start, results)


class _Pilot(NamedTuple):
    """What a pilot has found.

    Attributes:
        starting: seconds until a worker is at work.
        seconds_of_a_run: that one worker needs.
        sample: results as a part holds them.
        runs_in_sample: those that gave them.
    """

    starting: float
    seconds_of_a_run: float
    sample: pd.DataFrame
    runs_in_sample: int


def _flown(experiment: Experiment, plan: _Plan, workers: int) -> _Pilot:
    """Do blocks for some seconds; only runs that gave results count.

    A worker's first block is not measured: machine code and imports come with it, once.
    """
    import pandas as pd

    runs = experiment.runs
    executor = (
        executors.processes(workers, runs.timeout, blocks.MODEL_MODULES)
        if runs.model
        else executors.threads(workers)
    )
    stop, start = Event(), time.monotonic()
    first_ended: dict[tuple[int, int], float] = {}
    tables: list[pd.DataFrame] = []
    reasons: list[str] = []
    until, seconds, n_blocks, n_runs, n_kept = 0.0, 0.0, 0, 0, 0
    flights = executor.map(partial(_fly, experiment), _spread(experiment, plan.usual), stop)
    with closing(flights):
        for block, flight in flights:
            if isinstance(flight, Lost):
                raise RunError(f"the pilot's runs failed: {flight.reason}")
            until = until or time.monotonic() + PILOT_SECONDS
            table, failures = flight.results
            reasons += [each["error"] for each in failures[:1]]
            good = block.n_runs - len(failures)
            if flight.worker in first_ended:
                seconds, n_blocks, n_runs = seconds + flight.seconds, n_blocks + 1, n_runs + good
            first_ended.setdefault(flight.worker, flight.ended)
            if good and n_kept < plan.usual[0].n_runs:
                tables.append(table)
                n_kept += good
            if time.monotonic() > until and (n_runs or not tables):
                stop.set()
    if not n_runs:
        raise RunError(f"the pilot's runs failed: {' '.join(reasons[0].split())}")
    starting = max(0.0, min(first_ended.values()) - start - seconds / n_blocks)
    return _Pilot(starting, seconds / n_runs, pd.concat(tables), n_kept)
