"""Serves the page, on this machine alone unless it is shared; nothing calls home."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from empowersim.app import memory
from empowersim.app.network import LOCAL
from empowersim.declaration import check_whole
from empowersim.errors import ParameterError

if TYPE_CHECKING:
    import uvicorn

MOST_SESSIONS = 40
"""Browser tabs served at once; phones are none."""
EVERY_CARD = "0.0.0.0"  # noqa: S104 (only when asked to share, and behind the guard)
PAGE_FILES = Path(__file__).with_name("assets")
"""Styles, fonts and scripts of the page: `hatch_build.py` lays the folder down, whole."""
PAGE_FILES_PATH = "/page-files"
"""Where a browser asks for them."""


def listen(port: int, *, shared: bool = False) -> socket.socket:
    """A socket that already takes connections, so that a browser may be opened at once.

    It listens to this machine alone, or, shared, to the networks that the machine is in.

    Raises:
        ParameterError: a port that does not exist, is taken, or is not ours to take.
    """
    check_whole("--port", port, 1, 65535)
    try:
        return socket.create_server((EVERY_CARD if shared else LOCAL, port))
    except OSError as error:
        raise ParameterError(
            f"--port {port} cannot be had ({os.strerror(error.errno or 0)}); close the program that"
            " has it, or choose another port"
        ) from None


def has_page_files() -> bool:
    """Whether the styles, fonts and scripts of the page are here, and need no internet."""
    return PAGE_FILES.is_dir()


def configure() -> None:
    """Tell Solara how to serve: without the internet, if the page's files are here."""
    if has_page_files():
        # As a proxy it would ask the internet for what it lacks.
        os.environ |= {"SOLARA_ASSETS_PROXY": "false", "SOLARA_ASSETS_CDN": PAGE_FILES_PATH}
    from solara.server import settings

    settings.main.mode = "production"
    settings.telemetry.mixpanel_enable = False
    settings.kernel.cull_timeout = "10m"
    # Else the first request's headers would decide for everybody.
    settings.main.root_path = ""
    settings.theme.show_banner = False
    settings.theme.title = "EmpowerSim"


def serve(
    listening: socket.socket, *, most_sessions: int = MOST_SESSIONS, key: str | None = None
) -> None:
    """Serve the page until Ctrl-C (a KeyboardInterrupt); the engine is compiled meanwhile.

    At most `most_sessions` browser tabs are served at once. With a `key`, phones in the room
    may join, and who holds it may present from another machine.
    """
    memory.give_large_back()
    server = make_server(listening.getsockname()[1], most_sessions=most_sessions, key=key)
    from empowersim.app.lab.forecast import prepare

    Thread(target=prepare, daemon=True).start()
    server.run(sockets=[listening])


def make_server(port: int, *, most_sessions: int, key: str | None) -> uvicorn.Server:
    """Solara's server behind the guard, with the participants' page, ready to run."""
    configure()  # before anything imports Solara, which reads its environment then
    # A home that cannot be written is of no concern: this page keeps nothing there.
    warnings.filterwarnings("ignore", message="IPython (dir|parent) .* is not a writable location")

    # Whole before any page is drawn: the page's library looks into a pandas that a thread may be
    # half-way through importing.
    import pandas  # noqa: F401, ICN001
    import uvicorn
    from solara.server import app, kernel_context, starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    from empowersim.app.guard import MOST_MESSAGE, Guard
    from empowersim.app.patience import Patience
    from empowersim.app.room import phone
    from empowersim.app.room.betting import ROOM

    # Solara tells operators of a proxy that its cookie is not for https; there is no proxy.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    memory.give_back_after_sessions()
    ROOM.port, ROOM.shared = port, key is not None
    app.apps["__default__"] = app.AppScript("empowersim.app.page")
    if has_page_files():
        page_files = Mount(PAGE_FILES_PATH, StaticFiles(directory=PAGE_FILES))
        starlette.app.router.routes.insert(0, page_files)
    starlette.app.router.routes[:0] = phone.routes()

    def sessions() -> dict[str, str]:
        return {id_: each.session_id for id_, each in kernel_context.contexts.copy().items()}

    config = uvicorn.Config(
        Guard(starlette.app, sessions, most_sessions, key),
        log_level="error",
        access_log=False,
        http=Patience,
        timeout_graceful_shutdown=2,
        ws_max_size=MOST_MESSAGE,
        # Else a variable of the environment could have clients say themselves where they are.
        proxy_headers=False,
        server_header=False,
    )
    # The client is told (1007), and the one who reads the terminal can do nothing about it.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "UTF-8" not in record.getMessage())
    return uvicorn.Server(config)
