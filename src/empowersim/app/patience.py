"""How long the server waits for those who are slow: uvicorn itself would wait for ever.

What remains: whoever opens connections faster than they are ended, a thousand within ten seconds,
takes all that the machine can hold open at once. Such a stranger has to be in the room's network.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

ASK_WITHIN = 10.0
"""Seconds in which a request's head must have come; its body has as long (`room.phone`)."""
READ_WITHIN = 30.0
"""Seconds in which a client must have read what waits for it."""


class Patience(H11Protocol):
    """One connection, ended if its request does not come, or if its answer is not read."""

    _asking: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_request()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """What was asked for is a websocket: it stays open for as long as it is used."""
        _cancel(self._asking)
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next one."""
        super().on_response_complete()
        self._await_request()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._reading = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        _cancel(self._reading)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        _cancel(self._asking)
        _cancel(self._reading)

    def _await_request(self) -> None:
        _cancel(self._asking)
        self._asking = self.loop.call_later(ASK_WITHIN, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        # What was answered before its body came whole is over, too.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()  # once the client has read all that was sent
            self._asking = self.loop.call_later(READ_WITHIN, self.transport.abort)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
