"""Bets of a room: who has joined by phone, the question that is open, and what was bet on it.

One server holds one room, shared on purpose by all its browser tabs and phones; one facilitator
drives it: `open` a question, `close` it, `reveal` its outcome, and `put_away` what was asked.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from threading import Condition
from typing import Literal, NamedTuple, cast

from empowersim.declaration import Declaration
from empowersim.errors import EmpowerSimError

MOST_PARTICIPANTS = 200
SEEN_WITHIN = 60.0
"""Seconds since a phone last asked, within which its holder counts as being here."""
GONE_AFTER = 600.0
"""Seconds of silence after which a participant makes room for another in a full room."""

Phase = Literal["waiting", "betting", "closed", "revealed"]


class RoomError(EmpowerSimError):
    """Something that the room does not do in its phase; the message says what to do first."""


class NotJoined(RoomError):  # noqa: N818 (a state of the participant)
    """A bet of someone who has not joined with the PIN."""


class RoomFull(RoomError):  # noqa: N818 (a state of the room)
    """More participants than the room takes."""


class Question(NamedTuple):
    """What the room bets on: a share of a whole. `key` names it; the workshop gives it."""

    key: str
    text_en: str
    text_fr: str


class State(NamedTuple):
    """All that a screen shows of the room, at one moment; no two moments have the same version."""

    version: int
    phase: Phase
    question: Question | None
    outcome: float | None
    bets: tuple[float, ...]


class Room:
    """Safe to use from any thread; nothing in it waits but `wait_for_change`.

    Participants join with `pin`, six digits. `port` and `shared` say how the room is served, and
    whether to the network.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.port = 8765
        self.shared = False
        self.pin = f"{secrets.randbelow(10**6):06}"
        self._clock = clock
        self._changed = Condition()
        self._version = 0
        self._phase: Phase = "waiting"
        self._question: Question | None = None
        self._outcome: float | None = None
        self._bets: dict[str, dict[str, float]] = {}
        self._seen: dict[str, float] = {}

    @property
    def phase(self) -> Phase:
        """Whether the room waits for a question, bets, has stopped betting, or has seen it."""
        return self._phase

    @property
    def question(self) -> Question | None:
        """What the room bets on or last bet on; None while it waits."""
        return self._question

    def state(self) -> State:
        """All of it at one moment."""
        with self._changed:
            bets = tuple(self._bets_on(self._question).values())
            return State(self._version, self._phase, self._question, self._outcome, bets)

    def wait_for_change(self, version: int, timeout: float) -> int:
        """Wait until the room has moved on from `version`, or `timeout` seconds.

        What is returned is the room's version now, to wait for the next change with; -1 is none.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    # What the facilitator does.

    def open(self, question: Question) -> None:
        """Ask for bets. A question goes on with the bets on it until it was revealed."""
        with self._changed:
            self._leave()
            self._question, self._outcome = question, None
            self._move_to("betting")

    def close(self) -> None:
        """Take no more bets.

        Raises:
            RoomError: no question is open.
        """
        with self._changed:
            if self._phase != "betting":
                raise RoomError(f"the room is {self._phase}, not betting; open a question first")
            self._move_to("closed")

    def reveal(self, outcome: float) -> None:
        """Show what came out, a share, and take no more bets.

        Raises:
            RoomError: no question was asked.
            ParameterError: the outcome is no share.
        """
        with self._changed:
            if self._question is None:
                raise RoomError("no question was asked; open one before its outcome is revealed")
            self._outcome = _share("outcome", outcome)
            self._move_to("revealed")

    def put_away(self) -> None:
        """Ask nothing any more; the phones wait for the next question."""
        with self._changed:
            self._leave()
            self._question = self._outcome = None
            self._move_to("waiting")

    def forget(self, key: str | None = None) -> None:
        """Drop the bets on the question of this key; by default all, for the next group."""
        with self._changed:
            if key is None:
                self._bets.clear()
            else:
                self._bets.pop(key, None)
            self._tell()

    def bets(self, key: str | None = None) -> list[float]:
        """The bets on the question of this key, by default the one that is asked."""
        with self._changed:
            if key is None:
                return list(self._bets_on(self._question).values())
            return list(self._bets.get(key, {}).values())

    def participants(self) -> int:
        """How many have been heard of in the last minute."""
        with self._changed:
            now = self._clock()
            return sum(now - seen <= SEEN_WITHIN for seen in self._seen.values())

    # What a participant does. Who holds a token has given the PIN; a second one bets a second time.

    def join(self) -> str:
        """Let one more in: a token that nobody can guess.

        Raises:
            RoomFull: there are as many as the room takes, and all were here lately.
        """
        with self._changed:
            now = self._clock()
            if len(self._seen) >= MOST_PARTICIPANTS:
                self._seen = {
                    token: seen for token, seen in self._seen.items() if now - seen <= GONE_AFTER
                }
            if len(self._seen) >= MOST_PARTICIPANTS:
                raise RoomFull(f"the room is full: it takes {MOST_PARTICIPANTS}; bet with a friend")
            token = secrets.token_urlsafe(24)
            self._seen[token] = now
            self._tell()
            return token

    def greet(self, token: str) -> bool:
        """Note that a participant is here; False for a token that is not the room's."""
        with self._changed:
            if token not in self._seen:
                return False
            self._seen[token] = self._clock()
            return True

    def bet(self, token: str, value: float, key: str | None = None) -> None:
        """Take a bet in place of the participant's last one.

        `key` names the question that was bet on: a bet that comes late is not one on the next.

        Raises:
            NotJoined: the token is not the room's.
            RoomError: the room is not betting.
            ParameterError: the bet is no share.
        """
        with self._changed:
            if not self.greet(token):
                raise NotJoined("this participant is not in the room; join with the PIN")
            if self._question is None or self._phase != "betting" or self._is_other(key):
                raise RoomError("no bets are taken on this; wait for the next question")
            bet = _share("bet", value)
            self._bets.setdefault(self._question.key, {})[token] = bet
            self._tell()

    def bet_of(self, token: str) -> float | None:
        """The participant's bet on the question that is asked, if any."""
        with self._changed:
            return self._bets_on(self._question).get(token)

    def _leave(self) -> None:
        """Drop the bets on what was revealed: who asks it again asks anew."""
        if self._question and self._phase == "revealed":
            self._bets.pop(self._question.key, None)

    def _is_other(self, key: str | None) -> bool:
        return key is not None and self._question is not None and key != self._question.key

    def _bets_on(self, question: Question | None) -> dict[str, float]:
        return self._bets.get(question.key, {}) if question else {}

    def _move_to(self, phase: Phase) -> None:
        self._phase = phase
        self._tell()

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()


def _share(name: str, value: object) -> float:
    """A bet or an outcome as a float.

    Raises:
        ParameterError: naming the value and what is allowed.
    """
    Declaration("", 0.0, 0.0, 1.0, "1", "", "", "", "").check(name, value)
    return float(cast(float, value))


ROOM = Room()
"""The room of this server."""
