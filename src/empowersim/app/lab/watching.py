"""What the lab shows is computed here: the run and its forecast, then what a witness saw of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from threading import Event, Thread

from empowersim.app.lab.forecast import Forecast, forecast
from empowersim.app.lab.life import Life, Organisation, live
from empowersim.app.lab.policy import Trial
from empowersim.app.lab.story import Witness, witness
from empowersim.errors import EmpowerSimError
from empowersim.scenarios import Scenario

QUIET = 0.6
"""Seconds without a change before the slow witness is called."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A trial that was run: its life and futures, and those of the policy it is compared with."""

    trial: Trial
    life: Life
    futures: Forecast
    pinned: Life | None = None
    pinned_futures: Forecast | None = None


def shown(
    trial: Trial, organisation: Organisation, week: int, before: Shown | None, stop: Event
) -> Shown:
    """Run a trial; what it shares with the one before is taken from there.

    Raises:
        RunError: too many people to watch.
        CancelledError: `stop` was set meanwhile.
    """
    life = _life(trial.policy, organisation, before.life if before else None, stop)
    futures = forecast(life, min(week, life.weeks), stop)
    if trial.pinned is None:
        return Shown(trial, life, futures)
    pinned = _life(
        trial.pinned, organisation, (before.pinned or before.life) if before else None, stop
    )
    known = before.pinned_futures if before and before.pinned is pinned else None
    if known is None or known.week != week:
        known = forecast(pinned, min(week, pinned.weeks), stop)
    return Shown(trial, life, futures, pinned, known)


def _life(policy: Scenario, organisation: Organisation, before: Life | None, stop: Event) -> Life:
    if before and before.scenario == policy and before.organisation.is_same(organisation):
        return before
    return live(policy, organisation, stop, before)


def watch(
    trial: Trial,
    organisation: Organisation,
    week: int,
    before: Shown | None,
    on_shown: Callable[[Shown], None],
    on_error: Callable[[str], None],
) -> Callable[[], None]:
    """Run a trial in a thread of its own; what is returned stops it."""
    stop = Event()

    def work() -> None:
        try:
            found = shown(trial, organisation, week, before, stop)
        except CancelledError:
            return
        except EmpowerSimError as error:
            if not stop.is_set():
                on_error(str(error))
            return
        if not stop.is_set():
            on_shown(found)

    Thread(target=work, daemon=True).start()
    return stop.set


def call_witness(life: Life, on_seen: Callable[[Witness], None]) -> Callable[[], None]:
    """Live a run again person by person, once nothing has changed for a while."""
    stop = Event()

    def work() -> None:
        if stop.wait(QUIET):
            return
        try:
            seen = witness(life, stop)
        except CancelledError:
            return
        if not stop.is_set():
            on_seen(seen)

    Thread(target=work, daemon=True).start()
    return stop.set
