"""Clients that nobody has asked in: what they send, and whether the server withstands it."""

from __future__ import annotations

import random
import socket
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib
from collections.abc import Callable
from contextlib import ExitStack, suppress

from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

MOST_HALF_OPEN = 50
GARBAGE_KERNEL = "00000000-0000-4000-8000-000000000000"
COMPRESSED = 0x40
"""The bit of a frame's first byte."""
MUCH_IN_LITTLE = zlib.compress(bytes(100_000_000), wbits=-15)
GARBAGE_COOKIE = {"Cookie": "solara-session-id=00000000-0000-4000-8000-000000000001"}


def from_elsewhere(address: str, _luck: random.Random) -> bool:
    """Another site's page wants a session."""
    try:
        with connect(_channels(address), origin="http://elsewhere.example"):
            return False
    except WebSocketException:
        return True


def garbage(address: str, luck: random.Random) -> bool:
    """Frames that are no messages; always of one session, so that they take one place."""
    joined = connect(_channels(address), origin=address, additional_headers=GARBAGE_COOKIE)
    with joined as websocket, suppress(WebSocketException):
        for _each in range(20):
            data = luck.randbytes(luck.randrange(1, 5000))
            websocket.send(data if luck.random() < 0.5 else data.decode("latin-1"))
    return _answers(address, "/join") == 200


def broken_frames(address: str, luck: random.Random) -> bool:
    """Frames that no browser builds: no UTF-8, unknown kinds, cut short, much in little."""
    joined = connect(
        _channels(address), origin=address, additional_headers=GARBAGE_COOKIE, close_timeout=0.1
    )
    with suppress(WebSocketException, OSError), joined as websocket:
        for _each in range(20):
            data = luck.choice((luck.randbytes(luck.randrange(120)), MUCH_IN_LITTLE))
            opcode = luck.choice((Opcode.TEXT, Opcode.BINARY, Opcode.CONT))
            frame = bytearray(Frame(opcode, data, luck.random() < 0.7).serialize(mask=True))
            frame[0] ^= luck.choice((0, COMPRESSED, luck.randrange(128)))
            websocket.socket.sendall(frame[: luck.choice((None, luck.randrange(len(frame))))])
    return _answers(address, "/join") == 200


def flood(address: str, luck: random.Random) -> bool:
    """Pages and wrong PINs, a hundred in a row."""
    wrong = urllib.parse.urlencode({"pin": luck.randrange(10**6)}).encode()
    answers = [_answers(address, "/join", wrong if k % 4 == 0 else None) for k in range(100)]
    return {*answers} <= {200, 403, 429}


def half_open(address: str, _luck: random.Random) -> bool:
    """A request that is never finished."""
    if len(HALF_OPEN) >= MOST_HALF_OPEN:
        HALF_OPEN.pop(0).close()
    url = urllib.parse.urlsplit(address)
    begun = socket.create_connection((url.hostname, url.port), timeout=10)
    begun.sendall(b"GET /workshop HTTP/1.1\r\nHost: local")
    HALF_OPEN.append(begun)
    return _answers(address, "/join") == 200


HALF_OPEN: list[socket.socket] = []
HOSTILE: dict[str, Callable[[str, random.Random], bool]] = {
    "websocket of another site: refused": from_elsewhere,
    "20 frames of garbage: phones are served all the same": garbage,
    "20 frames that no browser builds: phones are served all the same": broken_frames,
    "100 requests in a row, a quarter with wrong PINs: none fails": flood,
    "a request that never ends: phones are served all the same": half_open,
}


def _channels(address: str, kernel: str = GARBAGE_KERNEL) -> str:
    path = f"/jupyter/api/kernels/{kernel}/channels?session_id=x"
    return address.replace("http", "ws", 1) + path


def _answers(address: str, path: str, data: bytes | None = None) -> int:
    asked = urllib.request.Request(address + path, data, {"Origin": address})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


def free_places(address: str, most: int) -> int:
    """How many new sessions the server takes at once, of as many as it has places for."""
    with ExitStack() as all_open:
        taken = 0
        for _each in range(most):
            with suppress(WebSocketException, OSError):
                url = _channels(address, str(uuid.uuid4()))
                headers = {"Cookie": f"solara-session-id={uuid.uuid4()}"}
                joined = connect(url, origin=address, additional_headers=headers)
                all_open.enter_context(joined)
                taken += 1
        return taken
