"""Claims: the ensemble engine against the Mesa engine, and against a scalar loop over people."""

from __future__ import annotations

import time

import numba
import numpy as np

from benchmarks import batches
from benchmarks.measure import in_turn, median, ratio, table
from empowersim import EmpowermentModel, Parameters, ensemble, org_chart

CHART = org_chart.balanced(span=6, depth=3)
WEEKS, MESA_WEEKS = 1248, 10
ENSEMBLE, SCALAR, MESA = "ensemble", "numba, scalar loop", "Mesa, one agent a person"
FINAL = "ensemble, last week recorded"


def mesa_speed() -> float:
    """Person-weeks per second of the Mesa engine, set-up left out."""
    model = EmpowermentModel(Parameters(), CHART, seed=1)
    start = time.perf_counter()
    for _ in range(MESA_WEEKS):
        model.step()
    return (len(CHART) - 1) * MESA_WEEKS / (time.perf_counter() - start)


def section() -> str:
    """The table, on one thread, draws included."""
    hierarchy = org_chart.hierarchy(CHART)
    # Without the promise that arrays do not overlap, LLVM makes no SIMD code.
    scalar = numba.njit(nogil=True, error_model="numpy")(ensemble.live.py_func)

    def live_scalar(batch: ensemble.Batch, weeks: int, record: np.ndarray) -> None:
        batches.live(batch, weeks, record, kernel=scalar)

    def live_final(batch: ensemble.Batch, weeks: int, record: np.ndarray) -> None:
        batches.live(batch, weeks, record[-1:], first_recorded=weeks)

    speeds = in_turn(
        {
            MESA: mesa_speed,
            SCALAR: lambda: batches.speed(hierarchy, WEEKS, live_scalar),
            ENSEMBLE: lambda: batches.speed(hierarchy, WEEKS),
            FINAL: lambda: batches.speed(hierarchy, WEEKS, live_final),
        }
    )
    rows: list[list[object]] = [
        [
            name,
            f"{median(speeds, name) / 1e6:.2f}",
            f"{ratio(speeds, name, MESA):.0f}",
            f"{ratio(speeds, name, SCALAR):.2f}",
        ]
        for name in speeds
    ]
    return (
        f"## The engines\n\n{len(CHART)} people, one thread, draws included, every week recorded "
        "unless said otherwise.\n\n"
        + table("engine|million person-weeks/s|times Mesa|times the scalar loop", rows)
    )


if __name__ == "__main__":
    print(section())
