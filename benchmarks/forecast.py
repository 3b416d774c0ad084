"""Claim: a forecast of 200 futures is there before a slider's next move."""

from __future__ import annotations

import statistics
import time

from benchmarks.measure import ROUNDS
from empowersim import Parameters, org_chart, simulate

PEOPLE, FUTURES, WEEKS = 150, 200, 104


def seconds() -> float:
    """Median seconds of a forecast on one thread, tables included."""
    chart = org_chart.random(PEOPLE, 6, 2, 1)
    taken = []
    for round_ in range(ROUNDS + 1):
        point = Parameters(coaching=round_ / (ROUNDS + 1))
        start = time.perf_counter()
        _ = simulate(point, chart, replicates=FUTURES, weeks=WEEKS, workers=1).weekly
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def section() -> str:
    """The claim."""
    return (
        f"## Forecast\n\n{FUTURES} futures of {WEEKS} weeks for {PEOPLE} people, weekly table "
        f"included, on one thread: {seconds():.3f} s."
    )


if __name__ == "__main__":
    print(section())
