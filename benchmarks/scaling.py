"""Claims: two threads are nearly twice one; a person-week costs the same in any size of chart."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks import batches, c_kernel
from benchmarks.measure import in_turn, median, ratio, table
from empowersim import org_chart

PERSON_WEEKS = 400_000
SIZES = (50, 259, 1_555, 9_331, 100_000)
REFERENCE = "259"
THREAD_WEEKS, BATCHES = 156, 24


def over_sizes() -> list[list[object]]:
    """Speed for charts of the same shape (random, mean span 6, spread 2) in all sizes."""
    hierarchies = {str(n): org_chart.hierarchy(org_chart.random(n, 6, 2, 1)) for n in SIZES}
    speeds = in_turn(
        {
            name: lambda h=h: batches.speed(h, max(26, PERSON_WEEKS // h.n_people))
            for name, h in hierarchies.items()
        }
    )
    return [
        [f"{int(n):,}", f"{median(speeds, n) / 1e6:.1f}", f"{ratio(speeds, n, REFERENCE):.2f}"]
        for n in hierarchies
    ]


def over_threads() -> tuple[float, float]:
    """How much faster two threads are than one, over batches that are ready to live.

    Of the ensemble engine, and of the C reference: what the machine gives at most.
    """
    hierarchy = org_chart.hierarchy(org_chart.balanced(6, 3))

    def speed(live: Callable[..., None], workers: int) -> float:
        ready = [batches.new_batch(hierarchy) for _ in range(BATCHES)]
        record = [batches.room_to_record(THREAD_WEEKS) for _ in range(BATCHES)]
        start = time.perf_counter()
        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(live, ready, [THREAD_WEEKS] * BATCHES, record))
        return 1 / (time.perf_counter() - start)

    speeds = in_turn(
        {
            f"{name} {workers}": lambda live=live, workers=workers: speed(live, workers)
            for name, live in (("ensemble", batches.live), ("C", c_kernel.live))
            for workers in (1, 2)
        }
    )
    return ratio(speeds, "ensemble 2", "ensemble 1"), ratio(speeds, "C 2", "C 1")


def section() -> str:
    """Both claims."""
    ours, limit = over_threads()
    return (
        f"## Scaling\n\nTwo threads: {ours:.2f} times one; the C reference, which shows what the "
        f"machine gives: {limit:.2f}. (Two processors that are threads of one core give nearly "
        "nothing to code that keeps its arithmetic units busy.)\n\nCharts of the same shape "
        "in all sizes, one thread, every week recorded; million person-weeks a second, and the "
        f"ratio to {REFERENCE} people.\n\n" + table("people|speed|ratio", over_sizes())
    )


if __name__ == "__main__":
    print(section())
