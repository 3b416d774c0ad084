"""How often something may be tried, so that the room's PIN cannot be guessed.

One address may be wrong 5 times, then waits 10 s, 20 s, 40 s, … up to 10 minutes after each: 21
tries in a workshop of two hours. All addresses together may be wrong 60 times, and 6 times more
with every minute: 60 + 120 * 6 = 780 tries of a million PINs, a chance of 1 in 1280, however many
machines guess. Who guesses it may bet, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]

FREE_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 600.0
FORGOTTEN_AFTER = 3600.0
"""Seconds after its last wrong try that an address begins anew."""
WRONG_AT_ONCE, WRONG_PER_SECOND = 60, 6 / 60
MOST_ADDRESSES = 1000


class Allowance:
    """So many at once, and so many more with every second (a token bucket)."""

    def __init__(self, at_once: float, per_second: float, clock: Clock = time.monotonic) -> None:
        self._at_once, self._per_second, self._clock = at_once, per_second, clock
        self._left, self._when = at_once, clock()

    def pause(self) -> float:
        """Seconds until one more is allowed; 0 if it is now."""
        return max(0.0, (1.0 - self._now_left()) / self._per_second)

    def is_whole(self) -> bool:
        """Whether nothing of it is used up."""
        return self._now_left() >= self._at_once

    def take(self) -> bool:
        """Use one up; False, and nothing is used, if none is left."""
        if self.pause() > 0:
            return False
        self._left -= 1
        return True

    def _now_left(self) -> float:
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._when) * self._per_second)
        self._when = now
        return self._left


class Tries:
    """The wrong PINs of each address, and of all. A right PIN forgives none of them."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._all = Allowance(WRONG_AT_ONCE, WRONG_PER_SECOND, clock)
        self._wrong: dict[str, tuple[int, float]] = {}

    def pause(self, address: str) -> float:
        """Seconds that an address has to wait before its next try; 0 if it may try now."""
        now = self._clock()
        wrong, last = self._wrong.get(address, (0, now))
        own = min(FIRST_PAUSE * 2.0 ** (wrong - FREE_TRIES), LONGEST_PAUSE)
        left = last + own - now if wrong >= FREE_TRIES else 0.0
        return max(0.0, left, self._all.pause())

    def wrong(self, address: str) -> None:
        """Count a wrong try."""
        now = self._clock()
        # Few are ever held: no more are counted than all may be wrong within an hour.
        self._wrong = {
            each: known for each, known in self._wrong.items() if now - known[1] < FORGOTTEN_AFTER
        }
        self._all.take()
        self._wrong[address] = (self._wrong.get(address, (0, now))[0] + 1, now)


class PerAddress:
    """An allowance for each address."""

    def __init__(self, at_once: float, per_second: float, clock: Clock = time.monotonic) -> None:
        self._at_once, self._per_second, self._clock = at_once, per_second, clock
        self._of: dict[str, Allowance] = {}

    def take(self, address: str) -> bool:
        """Use up one of this address; False if it has none left."""
        if address not in self._of:
            if len(self._of) >= MOST_ADDRESSES:
                self._of = {each: of for each, of in self._of.items() if not of.is_whole()}
            self._of[address] = Allowance(self._at_once, self._per_second, self._clock)
        return self._of[address].take()
