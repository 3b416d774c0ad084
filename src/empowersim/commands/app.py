"""The workshop app."""

from __future__ import annotations

from argparse import Namespace


def app(given: Namespace) -> None:
    """Serve the workshop app on this machine until Ctrl-C."""
    import webbrowser
    from contextlib import suppress
    from threading import Thread

    from empowersim.app import server

    with suppress(KeyboardInterrupt), server.listen(given.port) as listening:
        address = f"http://localhost:{given.port}"
        print(f"EmpowerSim is at {address} (stop it with Ctrl-C)", flush=True)
        if not server.has_page_files():
            print("Its first visit needs the internet: “make app” would install its page's files.")
        if not given.no_browser:
            # In a thread: a browser in the terminal returns only when it is closed.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.serve(listening)
