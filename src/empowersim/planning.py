"""What a sweep will take: seconds and megabytes, from a pilot that leaves nothing behind."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple

from empowersim import blocks, executors, results_folder
from empowersim.blocks import Block
from empowersim.experiment import Experiment

PILOT_SECONDS = 4.0
PILOT_RUNS = 64


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
    """Time some runs that are spread over the design, as many at once as the sweep would."""
    import pandas as pd

    runs, workers = experiment.runs, workers or os.cpu_count() or 1
    replicates = blocks.most_replicates(experiment)
    total = len(experiment.points) * replicates
    executor = executors.processes(workers) if runs.model else executors.threads(workers)
    work = partial(blocks.results_of, experiment)
    pilot = _pilot(experiment, replicates)
    # Machine code, charts and imports come once, and are not what is to be measured.
    list(executor.map(work, [next(pilot) for _ in range(workers)], Event()))
    done, tables, stop, start = 0, [], Event(), time.perf_counter()
    for block, (table, _failures) in executor.map(work, pilot, stop):
        done += block.n_runs
        tables.append(table)
        if time.perf_counter() - start > PILOT_SECONDS:
            stop.set()
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, results_folder.PARTS).mkdir()
        size = results_folder.write_part(Path(folder), "pilot", "", pd.concat(tables)).size
    return Estimate(total, replicates, workers, seconds / done * total, size / done * total / 1e6)


def _pilot(experiment: Experiment, replicates: int) -> Iterator[Block]:
    """Small blocks that begin all over the design, without end."""
    replicates = min(replicates, 1 if experiment.runs.model else PILOT_RUNS)
    n_points = len(experiment.points)
    at_once = 1 if experiment.runs.model else min(n_points, max(1, PILOT_RUNS // replicates))
    place = 0.5
    while True:
        first = int(place * (n_points - at_once + 1))
        yield Block(0, tuple(range(first, first + at_once)), 0, replicates)
        place = (place + 0.6180339887498949) % 1.0
