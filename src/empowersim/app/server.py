"""Serves the page on this machine alone: nothing listens to the network, nothing calls home."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from threading import Thread

from empowersim.declaration import check_whole
from empowersim.errors import ParameterError

ADDRESS = "127.0.0.1"
HOSTS = ("localhost", ADDRESS)
PAGE_FILES = Path(__file__).with_name("assets")
"""Styles, fonts and scripts of the page: `hatch_build.py` lays the folder down, whole."""
PAGE_FILES_PATH = "/page-files"
"""Where a browser asks for them."""


def listen(port: int) -> socket.socket:
    """A socket that already takes connections, so that a browser may be opened at once.

    Raises:
        ParameterError: a port that does not exist, is taken, or is not ours to take.
    """
    check_whole("--port", port, 1, 65535)
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as error:
        raise ParameterError(
            f"--port {port} cannot be had ({os.strerror(error.errno or 0)}); close the program that"
            " has it, or choose another port"
        ) from None


def has_page_files() -> bool:
    """Whether the styles, fonts and scripts of the page are here, and need no internet."""
    return PAGE_FILES.is_dir()


def configure() -> None:
    """Tell Solara how to serve: without the internet, if the page’s files are here."""
    if has_page_files():
        # As a proxy it would ask the internet for what it lacks.
        os.environ |= {"SOLARA_ASSETS_PROXY": "false", "SOLARA_ASSETS_CDN": PAGE_FILES_PATH}
    from solara.server import settings

    settings.main.mode = "production"
    settings.telemetry.mixpanel_enable = False
    settings.kernel.cull_timeout = "10m"
    settings.theme.show_banner = False
    settings.theme.title = "EmpowerSim"


def serve(listening: socket.socket) -> None:
    """Serve the page until Ctrl-C (a KeyboardInterrupt); the engine is compiled meanwhile."""
    configure()

    # Whole before any page is drawn: the page's library looks into a pandas that a thread may be
    # half-way through importing.
    import pandas  # noqa: F401, ICN001
    import uvicorn
    from solara.server import app, starlette
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    from empowersim.app.forecast import prepare

    app.apps["__default__"] = app.AppScript("empowersim.app.page")
    if has_page_files():
        page_files = Mount(PAGE_FILES_PATH, StaticFiles(directory=PAGE_FILES))
        starlette.app.router.routes.insert(0, page_files)
    config = uvicorn.Config(
        TrustedHostMiddleware(starlette.app, allowed_hosts=HOSTS),
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    Thread(target=prepare, daemon=True).start()
    uvicorn.Server(config).run(sockets=[listening])
