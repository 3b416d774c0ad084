"""Claims: two threads are nearly twice one; a person-week costs the same in any size of chart."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks import batches
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
            name: lambda h=h: batches.speed(h, max(3, PERSON_WEEKS // h.n_people))
            for name, h in hierarchies.items()
        }
    )
    return [
        [f"{int(n):,}", f"{median(speeds, n) / 1e6:.1f}", f"{ratio(speeds, n, REFERENCE):.2f}"]
        for n in hierarchies
    ]


def over_threads() -> float:
    """How much faster two threads are than one, over batches that are ready to live."""
    hierarchy = org_chart.hierarchy(org_chart.balanced(6, 3))

    def speed(workers: int) -> float:
        ready = [batches.new_batch(hierarchy) for _ in range(BATCHES)]
        record = [batches.room_to_record(THREAD_WEEKS) for _ in range(BATCHES)]
        start = time.perf_counter()
        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(batches.live, ready, [THREAD_WEEKS] * BATCHES, record))
        return 1 / (time.perf_counter() - start)

    speeds = in_turn({"one": lambda: speed(1), "two": lambda: speed(2)})
    return ratio(speeds, "two", "one")


def section() -> str:
    """Both claims."""
    return (
        f"## Scaling\n\nTwo threads: {over_threads():.2f} times one.\n\nCharts of the same shape "
        "in all sizes, one thread, every week recorded; million person-weeks a second, and the "
        f"ratio to {REFERENCE} people.\n\n" + table("people|speed|ratio", over_sizes())
    )


if __name__ == "__main__":
    print(section())
