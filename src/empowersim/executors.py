"""Where the work is done: today, threads over the compiled engine, which releases the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event


def in_threads[Task, Done](
    work: Callable[[Task, Event], Done], tasks: Sequence[Task], workers: int | None = None
) -> Iterator[Done]:
    """Do every task, `workers` at a time (default: one a core); results in the tasks' order.

    An interruption or an error drops the tasks that have not begun, and sets the event that those
    under way look at.
    """
    stop = Event()
    executor = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    try:
        yield from executor.map(lambda task: work(task, stop), tasks)
    finally:
        stop.set()
        executor.shutdown(wait=True, cancel_futures=True)
