"""What commands print: JSON, progress, and how Ctrl-C stops them."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

SECONDS_BETWEEN_LINES = 10.0


def print_json(value: object) -> None:
    """JSON on standard output; what is not there (NaN) is null."""
    json.dump(_without_nan(value), sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    print()


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and value != value else value


@contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Callable[[int], object]]:
    """How far the runs are and how long the rest takes: a bar on a terminal, lines elsewhere."""
    if quiet:
        yield lambda _runs: None
    elif sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, unit=" runs", leave=False) as bar:
            yield bar.update
    else:
        yield _Lines(total).update


class _Lines:
    """A line from time to time, for a log."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.start = self.last = time.monotonic()

    def update(self, runs: int) -> None:
        self.done += runs
        now = time.monotonic()
        if now - self.last < SECONDS_BETWEEN_LINES or self.done >= self.total:
            return
        self.last = now
        left = (now - self.start) / self.done * (self.total - self.done)
        share = f"{self.done:,} of {self.total:,} runs ({self.done / self.total:.0%})"
        print(f"{share}, about {in_words(left)} left", file=sys.stderr, flush=True)


def in_words(seconds: float) -> str:
    """A duration for people."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C, or a request to terminate, sets; the second interrupts."""
    stop, signals = threading.Event(), (signal.SIGINT, signal.SIGTERM)

    def first(_signal: int, _frame: object) -> None:
        stop.set()
        for each in signals:
            signal.signal(each, signal.default_int_handler)
        print(
            "empowersim: finishing what is under way (Ctrl-C again to give it up)", file=sys.stderr
        )

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {each: signal.signal(each, first) for each in signals}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
