"""Batches of the ensemble engine to time: the default scenario in every lane."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from empowersim import Parameters, Scenario, ensemble, org_chart
from empowersim.compiled import LANES
from empowersim.random_streams import replicate_key


def new_batch(hierarchy: org_chart.Hierarchy) -> ensemble.Batch:
    """LANES replicates, drawn but not yet lived."""
    n_people = hierarchy.n_people
    keys = [replicate_key(1, replicate) for replicate in range(LANES)]
    scenarios = [Scenario(Parameters())] * LANES
    return ensemble.Batch(
        hierarchy, np.zeros(n_people), np.zeros(n_people, np.int32), scenarios, keys
    )


def live(
    batch: ensemble.Batch,
    weeks: int,
    record: np.ndarray,
    first_recorded: int = 1,
    kernel: Callable[..., None] = ensemble.live,
) -> None:
    """Live weeks 1 to `weeks`, recording from `first_recorded` on."""
    kernel(
        1,
        weeks,
        first_recorded,
        batch.table,
        batch.keys,
        batch.interventions,
        batch.chart,
        batch.state,
        batch.room,
        batch.sums,
        record,
    )


def room_to_record(weeks: int) -> np.ndarray:
    """Where the sums of every week go."""
    return np.empty((weeks, len(ensemble.Sums._fields), 1, LANES))


def speed(hierarchy: org_chart.Hierarchy, weeks: int, how=live) -> float:
    """Person-weeks per second on one thread, every week recorded, set-up left out."""
    batch, record = new_batch(hierarchy), room_to_record(weeks)
    start = time.perf_counter()
    how(batch, weeks, record)
    return (hierarchy.n_people - 1) * weeks * LANES / (time.perf_counter() - start)
