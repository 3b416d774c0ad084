"""Person-weeks per second of the engines, as ratios measured in one run.

Each round times every contestant once, so that a drift of the machine's speed hits all alike; the
table shows the median over rounds, and the ratio to the scalar loop and to Mesa of the same round.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from types import FunctionType

import numba
import numpy as np

from empowersim import EmpowermentModel, Parameters, Scenario, ensemble, org_chart
from empowersim.compiled import LANES
from empowersim.random_streams import replicate_key

ROUNDS = 7
WEEKS = 156
MESA_WEEKS = 10
BATCHES = 8
CHART = org_chart.balanced(span=6, depth=3)
HIERARCHY = org_chart.hierarchy(CHART)


def new_batch() -> ensemble.Batch:
    """LANES replicates of the default scenario, drawn but not yet lived."""
    nobody_late = np.zeros(HIERARCHY.n_people)
    one_group = np.zeros(HIERARCHY.n_people, np.int32)
    keys = [replicate_key(1, replicate) for replicate in range(LANES)]
    return ensemble.Batch(HIERARCHY, nobody_late, one_group, [Scenario(Parameters())] * LANES, keys)


def scalar_live() -> Callable[..., None]:
    """The same kernels, compiled without the promise that lets LLVM use SIMD instructions."""
    plain = numba.njit(nogil=True, error_model="numpy")
    one_week = plain(ensemble.live_one_week.py_func)
    source = ensemble.live.py_func
    names = source.__globals__ | {"live_one_week": one_week}
    return plain(FunctionType(source.__code__, names, source.__name__, source.__defaults__))


def person_weeks_per_second(live: Callable[..., None], first_recorded: int) -> float:
    """Speed of a compiled kernel over a few batches on one thread, set-up left out."""
    batches = [new_batch() for _ in range(BATCHES)]
    record = np.empty((WEEKS + 1 - first_recorded, len(ensemble.Sums._fields), 1, LANES))
    start = time.perf_counter()
    for batch in batches:
        live(
            1,
            WEEKS,
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
    seconds = time.perf_counter() - start
    return (HIERARCHY.n_people - 1) * WEEKS * LANES * BATCHES / seconds


def mesa_person_weeks_per_second() -> float:
    """Speed of the Mesa model, set-up left out."""
    model = EmpowermentModel(Parameters(), CHART, seed=1)
    start = time.perf_counter()
    for _ in range(MESA_WEEKS):
        model.step()
    return (HIERARCHY.n_people - 1) * MESA_WEEKS / (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    scalar = scalar_live()
    contestants: dict[str, Callable[[], float]] = {
        "Mesa, one agent a person": mesa_person_weeks_per_second,
        "numba, scalar loop": lambda: person_weeks_per_second(scalar, WEEKS),
        "ensemble, every week recorded": lambda: person_weeks_per_second(ensemble.live, 1),
        "ensemble, last week recorded": lambda: person_weeks_per_second(ensemble.live, WEEKS),
    }
    for contestant in contestants.values():
        contestant()
    rounds = [{name: speed() for name, speed in contestants.items()} for _ in range(ROUNDS)]
    mesa, loop, *_ = contestants
    print(f"{HIERARCHY.n_people} people, one thread, draws included; {ROUNDS} rounds, medians")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()},")
    print(f"numba {numba.__version__}, NumPy {np.__version__}\n")
    print("| engine | million person-weeks/s | times Mesa | times the scalar loop |")
    print("|---|---|---|---|")
    for name in contestants:
        speed = statistics.median(each[name] for each in rounds) / 1e6
        to_mesa = statistics.median(each[name] / each[mesa] for each in rounds)
        to_loop = statistics.median(each[name] / each[loop] for each in rounds)
        print(f"| {name} | {speed:.2f} | {to_mesa:.1f} | {to_loop:.2f} |")


if __name__ == "__main__":
    main()
