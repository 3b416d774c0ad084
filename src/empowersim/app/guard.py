"""Who may come in: everything that asks the server for something passes here first.

This machine's own browser may do all. With `--share` other machines reach the participants' page
alone, unless they hold the presenter's key. Whatever the page does not need is not there.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from empowersim.app.network import is_local
from empowersim.app.room import phone
from empowersim.app.room.tries import PerAddress

MOST_BODY = 64 * 1024
"""Bytes; forms and beacons are small, and files come over the websocket."""
MOST_MESSAGE = 26 * 1024 * 1024
"""Bytes of one websocket message: an org chart of 25 MB and its wrapping."""
CONNECTIONS_PER_SESSION = 2
"""A page that connects again may hold its old connection for a moment."""
AT_ONCE, PER_SECOND = 300, 120
"""Requests of one address of the network: 200 phones behind one address ask 100 times a second."""
KEY_COOKIE = "empowersim-presenter"

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PAGE = re.compile(r"/|(?:/[a-z][a-z-]*)+/?")
NOT_PAGES = ("readyz", "resourcez", "static", "jupyter", "join")
FILE = re.compile(r"/(?:page-files|_solara/cdn|static|jupyter/nbextensions)(?:/[\w@+-][\w@.+-]*)+")
KERNEL = re.compile(rf"/jupyter/api/kernels/({UUID})/channels")
CLOSING = re.compile(rf"/_solara/api/close/{UUID}")
JOINING = re.compile(r"/join(?:/[a-z]+(?:\.[a-z]+)?)?")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that, browsers send “Origin: null” with forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
PHONE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY = (
    # Solara's page holds its scripts, and compiles its templates in the browser.
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
    " connect-src 'self' ws://{host}; object-src 'none'; form-action 'self'; base-uri 'self';"
    " frame-ancestors 'none'"
)
KINDS: Mapping[str, tuple[str, ...]] = {
    "kernel_info_request": (),
    "comm_info_request": (),
    "comm_open": ("comm_id", "target_name"),
    "comm_msg": ("comm_id",),
    "comm_close": ("comm_id",),
    "shutdown_request": (),
}
"""Messages of a kernel, and the names that each must hold: Solara prints them as they are."""
CHANNELS = ("shell", "control")
NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
UNTRUSTED = re.compile(rb"forwarded|x-forwarded-.*|(?:x-)?script-name")
"""Headers of a proxy, of which there is none: Solara would build its page from them."""


class Guard:
    """An ASGI middleware around the whole server."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Callable[[], Mapping[str, str]],
        most_sessions: int,
        key: str | None = None,
    ) -> None:
        """Guard `app`.

        `sessions` tells the kernels that live, each of one browser tab, and the cookie of its
        browser; `key` opens all to a presenter on another machine, and None keeps other machines
        out altogether.
        """
        self._app, self._sessions, self._most_sessions, self._key = (
            app,
            sessions,
            most_sessions,
            key,
        )
        self._connected: Counter[str] = Counter()
        self._requests = PerAddress(AT_ONCE, PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a websocket through, or answer it here."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        asked = HTTPConnection(scope)
        refusal = self._refusal(asked)
        if scope["type"] == "websocket":
            if refusal:
                return await WebSocketClose(1008)(scope, receive, send)
            with self._connection(asked):
                return await self._app(_without_proxies(scope), _whole(receive), send)
        answer = refusal or self._app
        strict = bool(refusal) or bool(JOINING.fullmatch(scope["path"]))
        policy = PHONE_POLICY if strict else PAGE_POLICY.format(host=asked.headers["host"])
        return await answer(_without_proxies(scope), _capped(receive), _with_headers(send, policy))

    def _refusal(self, asked: HTTPConnection) -> Response | None:
        """Why something is not let through, as an answer; None if it is."""
        return (
            _misaddressed(asked)
            or _unknown(asked)
            or _foreign(asked)
            or _oversize(asked)
            or self._from_outside(asked)
            or self._of_another(asked)
            or self._full(asked)
        )

    def _from_outside(self, asked: HTTPConnection) -> Response | None:
        address = asked.client.host if asked.client else ""
        if is_local(address):
            return None
        if self._key is None:
            return PlainTextResponse("Not shared.", 403)
        if not self._requests.take(address):
            # Closed, for thousands more may stand behind it on the same connection.
            held_up = {"Retry-After": "2", "Connection": "close"}
            return PlainTextResponse("Too many requests.", 429, held_up)
        if JOINING.fullmatch(asked.scope["path"]) or self._opens(asked.cookies.get(KEY_COOKIE, "")):
            return None
        if not _is_page(asked):
            return PlainTextResponse("For the presenter only.", 403)
        if not self._opens(asked.query_params.get("key", "")):
            return RedirectResponse("/join", 303)
        answer = RedirectResponse(asked.scope["path"], 303)
        # Lax: the link may have been sent by mail, and the browser comes from there.
        answer.set_cookie(KEY_COOKIE, self._key, httponly=True, samesite="lax")
        return answer

    def _opens(self, key: str) -> bool:
        return secrets.compare_digest(key.encode(), (self._key or "").encode())

    def _of_another(self, asked: HTTPConnection) -> Response | None:
        """Refuse the session of another browser, or of one that keeps no cookies, to come back."""
        kernel = KERNEL.fullmatch(asked.scope["path"])
        owner = self._sessions().get(kernel[1]) if kernel else None
        return None if owner in {None, *asked.cookies.values()} else Response(status_code=403)

    def _full(self, asked: HTTPConnection) -> Response | None:
        live = {*self._sessions(), *self._connected}
        if kernel := KERNEL.fullmatch(asked.scope["path"]):
            most = self._most_sessions * CONNECTIONS_PER_SESSION
            fits = kernel[1] in live or len(live) < self._most_sessions
            return None if fits and self._connected.total() < most else Response(status_code=503)
        if _is_page(asked) and len(live) >= self._most_sessions:
            return phone.full_house(asked, self._most_sessions)
        return None

    @contextmanager
    def _connection(self, asked: HTTPConnection) -> Iterator[None]:
        """Counts a websocket from before its session begins, so that a rush cannot slip in."""
        kernel = asked.scope["path"].split("/")[4]
        self._connected[kernel] += 1
        try:
            yield
        finally:
            self._connected[kernel] -= 1
            if not self._connected[kernel]:
                del self._connected[kernel]


def _misaddressed(asked: HTTPConnection) -> Response | None:
    """Refuse a name that is not this machine's: a page elsewhere that had its name point here."""
    hosts = asked.headers.getlist("host")
    if len(hosts) == 1 and (host := _name(hosts[0])) is not None and host in _own_names(asked):
        return None
    return PlainTextResponse("This is not the address of EmpowerSim.", 421)


def _own_names(asked: HTTPConnection) -> set[str]:
    here = asked.scope.get("server") or ("",)
    machine = socket.gethostname().lower()
    return {"localhost", "127.0.0.1", "::1", here[0], machine, f"{machine}.local"} - {""}


def _name(host: str) -> str | None:
    """The name in `name:port`, None if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _unknown(asked: HTTPConnection) -> Response | None:
    """Refuse what the page does not need: by path, and what is done with it."""
    path = asked.scope["path"]
    if asked.scope["type"] == "websocket":
        known = KERNEL.fullmatch(path) and asked.query_params.get("session_id")
        return None if known else Response(status_code=404)
    method = asked.scope["method"]
    if CLOSING.fullmatch(path) and asked.query_params.get("session_id"):
        return None if method == "POST" else Response(status_code=405)
    if JOINING.fullmatch(path):
        return None if method in {"GET", "HEAD", "POST"} else Response(status_code=405)
    if FILE.fullmatch(path) or _is_page(asked):
        return None if method in {"GET", "HEAD"} else Response(status_code=405)
    return PlainTextResponse("There is nothing here.", 404)


def _is_page(asked: HTTPConnection) -> bool:
    path = asked.scope["path"]
    return bool(PAGE.fullmatch(path)) and path.split("/")[1] not in NOT_PAGES


def _foreign(asked: HTTPConnection) -> Response | None:
    """Refuse what another site's page has the browser do here."""
    if asked.scope["type"] == "http" and asked.scope["method"] != "POST":
        return None
    origins = asked.headers.getlist("origin")
    host = asked.headers["host"].lower()
    if len(origins) == 1 and origins[0].lower() in {f"http://{host}", f"https://{host}"}:
        return None
    return PlainTextResponse("This came from another site.", 403)


def _oversize(asked: HTTPConnection) -> Response | None:
    """Refuse what says itself that it is too large; what does not say so is cut off later."""
    length = asked.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) <= MOST_BODY:
        return None
    return PlainTextResponse("Too large.", 413)


def _without_proxies(scope: Scope) -> Scope:
    kept = [each for each in scope["headers"] if not UNTRUSTED.fullmatch(each[0].lower())]
    return {**scope, "headers": kept}


def _capped(receive: Receive) -> Receive:
    left = MOST_BODY

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return capped


def _whole(receive: Receive) -> Receive:
    """Ends a websocket that sends what is no message of a kernel, which Solara trusts it to be."""

    async def whole() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and not _is_of_a_kernel(_told(message)):
            return {"type": "websocket.disconnect", "code": 1003}
        return message

    return whole


def _told(message: Message) -> str | bytes:
    """The JSON of a message: all of a text, or the first part of several.

    The first four bytes say how many parts there are, the next ones where each begins. Solara would
    make room for all that they promise: 30 GB, for a frame of five bytes.
    """
    if message.get("text") is not None:
        return str(message["text"])
    data: bytes = message["bytes"]
    parts = int.from_bytes(data[:4])
    if not 0 < parts < len(data) // 4:
        return b""
    begin, end = int.from_bytes(data[4:8]), int.from_bytes(data[8:12]) if parts > 1 else None
    return data[begin:end]


def _is_of_a_kernel(told: str | bytes) -> bool:
    try:
        message = json.loads(told if isinstance(told, str) else told.decode())
        header, content = message["header"], message["content"]
        return (
            all(isinstance(each, str) for each in header.values())
            and message["channel"] in CHANNELS
            and isinstance(content.get("data", {}), dict)
            and all(NAME.fullmatch(content[name]) for name in KINDS[header["msg_type"]])
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _with_headers(send: Send, policy: str) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS | {"Content-Security-Policy": policy})
        await send(message)

    return with_headers
