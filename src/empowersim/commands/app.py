"""The workshop app."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path


def app(given: Namespace) -> None:
    """Serve the workshop app until Ctrl-C, on this machine or, shared, to the room."""
    import secrets
    import webbrowser
    from contextlib import suppress
    from threading import Thread

    from empowersim.app import server
    from empowersim.app.explore import results
    from empowersim.declaration import check_whole
    from empowersim.errors import ParameterError

    check_whole("--sessions", given.sessions, 1, 1000)
    folder = Path(given.results).resolve()
    if not folder.is_dir():
        raise ParameterError(f"--results {given.results} is no folder; give one that exists")
    key = secrets.token_urlsafe(24) if given.share else None
    with suppress(KeyboardInterrupt), server.listen(given.port, shared=given.share) as listening:
        address = f"http://localhost:{given.port}"
        print(f"EmpowerSim is at {address} (stop it with Ctrl-C)", flush=True)
        if key:
            _tell_addresses(given.port, key)
        if not server.has_page_files():
            print("Its first visit needs the internet: “make app” would install its page's files.")
        if not given.no_browser:
            # In a thread: a browser in the terminal returns only when it is closed.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        results.ROOT = folder
        server.serve(listening, most_sessions=given.sessions, key=key)


def _tell_addresses(port: int, key: str) -> None:
    """Say where the room joins, and the link that opens everything: for the presenter alone."""
    from empowersim.app.network import own_addresses
    from empowersim.app.room.betting import ROOM

    addresses = own_addresses()
    if not addresses:
        print("This machine is in no network: phones cannot reach it yet. Join one.", flush=True)
    for address in addresses:
        print(f"Participants join at http://{address}:{port}/join with the PIN {ROOM.pin}")
        print(f"To present from another computer: http://{address}:{port}/?key={key}", flush=True)
