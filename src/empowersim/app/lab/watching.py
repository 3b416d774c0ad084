"""What the lab shows is computed here: the run and its forecast, then what a witness saw of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore, Event, Thread

from empowersim.app.lab.forecast import Forecast, forecast
from empowersim.app.lab.life import Cast, Life, live
from empowersim.app.lab.policy import Trial
from empowersim.app.lab.story import Witness, witness
from empowersim.errors import EmpowerSimError
from empowersim.scenarios import Scenario

QUIET, LONG_QUIET = 0.6, 5.0
"""Seconds without a change before the slow witness is called: while someone's story is open, and
otherwise, for all that is told without one is how many failures led to a change."""
TRIALS = BoundedSemaphore(os.cpu_count() or 1)
WITNESSES = BoundedSemaphore(1)
"""How many of all sessions' trials are run at a time, and how many witnesses are heard: of thirty
that computed at once, the thread that serves the pages would get its turn last."""
IMPATIENCE = 0.05
"""Seconds after which who waits for a turn looks whether it is still wanted."""


@dataclass(frozen=True, eq=False)
class Tried:
    """A trial that was run: its life and futures, and those of the policy it is compared with.

    That policy is lived for as many weeks as the one on trial, and has as many futures.
    """

    trial: Trial
    life: Life
    futures: Forecast
    pinned: Life | None = None
    pinned_futures: Forecast | None = None


def try_out(trial: Trial, cast: Cast, week: int, before: Tried | None, stop: Event) -> Tried:
    """Run a trial; what it shares with the one before is taken from there.

    Raises:
        RunError: too many people to watch.
        CancelledError: `stop` was set meanwhile.
    """
    weeks = trial.policy.weeks
    week = min(week, weeks)
    life = _life(trial.policy, cast, before.life if before else None, stop)
    futures = forecast(life, week, stop)
    if trial.pinned is None:
        return Tried(trial, life, futures)
    policy = replace(trial.pinned, weeks=weeks)
    pinned = _life(policy, cast, (before.pinned or before.life) if before else None, stop)
    known = before.pinned_futures if before and before.pinned is pinned else None
    if known is None or known.week != week:
        known = forecast(pinned, week, stop)
    return Tried(trial, life, futures, pinned, known)


def _life(policy: Scenario, cast: Cast, before: Life | None, stop: Event) -> Life:
    if before and before.scenario == policy and before.cast.is_same(cast):
        return before
    return live(policy, cast, stop, before)


def watch(
    trial: Trial,
    cast: Cast,
    week: int,
    before: Tried | None,
    on_tried: Callable[[Tried], None],
    on_error: Callable[[Exception], None],
) -> Callable[[], None]:
    """Run a trial in a thread of its own; what is returned stops it."""

    def tried(stop: Event) -> Tried:
        return try_out(trial, cast, week, before, stop)

    return _in_thread(tried, on_tried, on_error, TRIALS)


def call_witness(
    life: Life,
    soon: bool,
    on_seen: Callable[[Witness], None],
    on_error: Callable[[Exception], None],
) -> Callable[[], None]:
    """Live a run again person by person, once nothing has changed for a while."""
    after = QUIET if soon else LONG_QUIET
    return _in_thread(lambda stop: witness(life, stop), on_seen, on_error, WITNESSES, after)


def _in_thread[Found](
    find: Callable[[Event], Found],
    on_found: Callable[[Found], None],
    on_error: Callable[[Exception], None],
    turns: BoundedSemaphore,
    after: float = 0.0,
) -> Callable[[], None]:
    """Whoever waits hears of what was found, or why it was not; of neither, once it is stopped."""
    stop = Event()

    def work() -> None:
        try:
            with _turn(turns, stop, after):
                found = find(stop)
                if not stop.is_set():
                    on_found(found)
        except CancelledError:
            return
        except (EmpowerSimError, MemoryError) as error:
            if not stop.is_set():
                on_error(error)

    Thread(target=work, daemon=True).start()
    return stop.set


@contextmanager
def _turn(turns: BoundedSemaphore, stop: Event, after: float) -> Iterator[None]:
    """Wait for a turn, `after` so many seconds.

    Raises:
        CancelledError: it is not wanted any more.
    """
    stop.wait(after)
    while not turns.acquire(timeout=IMPATIENCE):
        if stop.is_set():
            raise CancelledError
    try:
        if stop.is_set():
            raise CancelledError
        yield
    finally:
        turns.release()
