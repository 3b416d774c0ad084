"""The participants' page: join with the PIN, bet, see the outcome. No session of Solara behind it.

The server draws the page in every phase, so that it works without scripts; a script asks every two
seconds whether there is something new to show, and then fetches the page again.

A browser bets once on a question, however often it joins: its cookie keeps its place. Who joins
with a second browser, or a private window, bets twice, and the screen counts one participant more
than there are people. To prevent that, everybody would have to say who they are.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from empowersim import words
from empowersim.app import language
from empowersim.app.network import own_addresses
from empowersim.app.room.betting import ROOM, NotJoined, Question, RoomError, RoomFull
from empowersim.app.room.tries import Tries
from empowersim.errors import ParameterError
from empowersim.words import LANGUAGES, Language

FILES = Path(__file__).with_name("join")
TOKEN_COOKIE, LANGUAGE_COOKIE = "empowersim-participant", "empowersim-language"
A_DAY = 24 * 3600
MOST_FORM, FORM_WITHIN = 1024, 10.0
"""Bytes of a form, and seconds in which it must have come."""
STEPS = 20
"""Bets are drawn to the nearest of so many steps from end to end."""
WIDTH, HEIGHT, LARGEST_DOT = 320.0, 150.0, 7.0
"""Of the picture of the bets, in its own units: the axis, the tallest pile, a dot's radius."""

FRESH = {"Cache-Control": "no-store", "Connection": "close"}
"""A phone asks every two seconds; two hundred connections kept open would serve nobody."""

PAGES = Environment(loader=FileSystemLoader(FILES), autoescape=True)
TRIES = Tries()


class Dot(NamedTuple):
    """One bet in the picture: where its middle is, from the axis' left end, upwards."""

    x: float
    y: float
    own: bool


def join_addresses() -> tuple[str, ...]:
    """Where phones in the room find their page, the likeliest first; none if they cannot."""
    hosts = own_addresses() if ROOM.shared else []
    return tuple(f"http://{host}:{ROOM.port}/join" for host in hosts)


def routes() -> list[Route]:
    """All that a phone may ask for."""
    return [
        Route("/join", show, methods=["GET"]),
        Route("/join", join, methods=["POST"]),
        Route("/join/state", state, methods=["GET"]),
        Route("/join/bet", bet, methods=["POST"]),
        *(
            Route(f"/join/{name}", partial(_file, name), methods=["GET"])
            for name in ("phone.css", "phone.js")
        ),
    ]


async def show(request: Request) -> Response:
    """The page: the form for the PIN, or what the room does now."""
    token = request.cookies.get(TOKEN_COOKIE, "")
    shown = _room(request, token) if ROOM.greet(token) else _door(request)
    if (chosen := request.query_params.get("lang")) in LANGUAGES:
        shown.set_cookie(LANGUAGE_COOKIE, chosen, max_age=A_DAY, path="/join", samesite="strict")
    return shown


async def join(request: Request) -> Response:
    """Let in who gives the PIN, at their old place if they have one; who errs too often waits."""
    address = request.client.host if request.client else ""
    pin = "".join((await _form(request)).get("pin", "").split())
    # Nothing is awaited from here on: many tries at once are still counted one by one.
    if pause := TRIES.pause(address):
        return _door(request, "wait", 429, {"Retry-After": str(ceil(pause))}, pause)
    if not secrets.compare_digest(pin.encode(), ROOM.pin.encode()):
        TRIES.wrong(address)
        return _door(request, "wrong", 403)
    token = request.cookies.get(TOKEN_COOKIE, "")
    if not ROOM.greet(token):
        try:
            token = ROOM.join()
        except RoomFull:
            return _door(request, "full", 503)
    entered = RedirectResponse("/join", 303, FRESH)
    entered.set_cookie(
        TOKEN_COOKIE, token, max_age=A_DAY, path="/join", httponly=True, samesite="strict"
    )
    return entered


async def state(request: Request) -> Response:
    """For the page's script: `view` changes whenever this phone has something else to show."""
    token = request.cookies.get(TOKEN_COOKIE, "")
    if not ROOM.greet(token):
        return JSONResponse({}, 401, FRESH)
    return JSONResponse({"view": _view(token)}, headers=FRESH)


async def bet(request: Request) -> Response:
    """Take a bet in percent: from the page's form, or from its script, which asks for JSON."""
    token = request.cookies.get(TOKEN_COOKIE, "")
    status = _bet(token, await _form(request))
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({}, status, FRESH)
    return RedirectResponse("/join", 303, FRESH)


def _bet(token: str, form: dict[str, str]) -> int:
    try:
        ROOM.bet(token, float(form.get("value", "")) / 100, form.get("question", ""))
    except NotJoined:
        return 401
    except RoomError:
        return 409
    except (ParameterError, ValueError):
        return 422
    return 200


def full_house(asked: HTTPConnection, most: int) -> Response:
    """The page that says that no more browser tabs are taken, and comes back by itself."""
    return _page(asked, "full.html.jinja", 503, {"Retry-After": "10"}, most=most)


def spoken(asked: HTTPConnection) -> Language:
    """The language of a phone: the one chosen on the page, or the first it asks for."""
    for chosen in (asked.query_params.get("lang"), asked.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return "fr" if chosen == "fr" else "en"
    return language.spoken_by(asked.headers.get("accept-language", ""))


def pile_up(bets: Sequence[float], own: float | None) -> tuple[list[Dot], float]:
    """The bets as piles of dots over the axis, and the dots' radius; one of them is one's own.

    The tallest pile fits the picture, so dots are smaller in a room that agrees.
    """
    piles = Counter(round(each * STEPS) for each in bets)
    radius = min(LARGEST_DOT, HEIGHT / max(piles.values(), default=1) / 2)
    own_step = None if own is None else round(own * STEPS)
    # One's own lies at the bottom, where the mark under the axis points.
    dots = [
        Dot(step * WIDTH / STEPS, (2 * level + 1) * radius, step == own_step and not level)
        for step, count in piles.items()
        for level in range(count)
    ]
    return dots, radius


def _door(
    asked: HTTPConnection,
    wrong: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
    pause: float = 0,
) -> Response:
    pin = asked.query_params.get("pin", "")
    values = {"wrong": wrong, "minutes": ceil(pause / 60), "seconds": ceil(pause), "pin": pin}
    return _page(asked, "door.html.jinja", status, headers, **values)


def _room(asked: HTTPConnection, token: str) -> Response:
    now, own = ROOM.state(), ROOM.bet_of(token)
    values: dict[str, Any] = {"now": now, "own": own, "view": _view(token), "width": WIDTH}
    if now.question:
        values["text"] = _text(now.question, spoken(asked))
        values["dots"], values["radius"] = pile_up(now.bets, own)
    return _page(asked, "room.html.jinja", 200, None, **values)


def _page(
    asked: HTTPConnection, template: str, status: int, headers: dict[str, str] | None, **values: Any
) -> Response:
    spoken_here = spoken(asked)
    text = PAGES.get_template(template).render(
        _=partial(language._, language=spoken_here),
        plural=partial(language.plural, language=spoken_here),
        percent=partial(language.percent, language=spoken_here),
        language=spoken_here,
        languages=language.NAMES,
        **values,
    )
    return HTMLResponse(text, status, FRESH | (headers or {}))


def _view(token: str) -> str:
    now, own = ROOM.state(), ROOM.bet_of(token)
    key = now.question.key if now.question else ""
    return f"{now.phase} {key} {own} {now.outcome}"


def _text(question: Question, spoken_here: Language) -> str:
    text = question.text_fr if spoken_here == "fr" else question.text_en
    return words.typeset(text, spoken_here)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form; none of one that breaks off or is none.

    Raises:
        HTTPException: it is too large, or too slow.
    """
    body = b""
    try:
        async with asyncio.timeout(FORM_WITHIN):
            async for part in request.stream():
                body += part
                if len(body) > MOST_FORM:
                    raise HTTPException(413)
        return dict(parse_qsl(body.decode(), max_num_fields=4))
    except TimeoutError:
        raise HTTPException(408) from None
    except (ClientDisconnect, ValueError):
        return {}


async def _file(name: str, _request: Request) -> Response:
    return FileResponse(FILES / name, headers={"Cache-Control": "no-cache"})
