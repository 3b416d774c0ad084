"""Where the work is done: today, threads over the compiled engine, which releases the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor


def in_threads[Task, Done](
    work: Callable[[Task], Done], tasks: Sequence[Task], workers: int | None = None
) -> Iterator[Done]:
    """Do every task, `workers` at a time (default: one a core); results in the tasks' order.

    An interruption or an error drops the tasks that have not begun.
    """
    executor = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    try:
        yield from executor.map(work, tasks)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
