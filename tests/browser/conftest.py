"""The app, served for the tests, and a real browser; skipped where there is none."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from empowersim.app import server

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SCREEN = {"width": 1920, "height": 1080}


def pytest_collection_modifyitems(items):
    missing = (
        "needs /usr/bin/chromium"
        if not CHROMIUM.exists()
        else "needs the page's files: make app"
        if not server.has_page_files()
        else ""
    )
    for item in items:
        if missing and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason=missing))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def address():
    """Where the app is served, for all tests of a module."""
    port = free_port()
    command = [sys.executable, "-m", "empowersim", "app", "--no-browser", "--port", str(port)]
    # A shell may have told its children to ignore Ctrl-C; the app is to hear it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
        signal.signal(signal.SIGINT, before)
        try:
            assert f"localhost:{port}" in app.stdout.readline()
            yield f"http://localhost:{port}"
            app.send_signal(signal.SIGINT)
            assert app.wait(20) == 0
        finally:
            app.kill()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(address, browser):
    """Opens a place of the app for one more user; in the end, nothing may have gone wrong."""
    wrong, contexts = [], []

    def opened(path="/", locale="en-GB", viewport=SCREEN):
        context = browser.new_context(locale=locale, viewport=viewport)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(asked.url))
        page.on(
            "response",
            lambda answer: (
                (answer.status >= 400 or not answer.url.startswith((address, "data:", "blob:")))
                and wrong.append(f"{answer.status} {answer.url}")
            ),
        )
        page.goto(address + path)
        page.wait_for_selector(".es-page", timeout=60_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
