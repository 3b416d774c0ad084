"""The app, served for the tests, and a real browser; skipped where there is none."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import empowersim
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


class Served:
    """The app in a process of its own, as a person starts it, from the folder `place`."""

    def __init__(self, *options, place=None, port=None):
        self.port = port or free_port()
        self.address = f"http://localhost:{self.port}"
        command = [sys.executable, "-m", "empowersim", "app", "--no-browser"]
        # It may start elsewhere, where a relative path to the package would lead nowhere.
        package = {"PYTHONPATH": str(Path(empowersim.__file__).parents[1])}
        # A shell may have told its children to ignore Ctrl-C; the app is to hear it.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=place,
            env=os.environ | package,
        )
        signal.signal(signal.SIGINT, before)

    def __enter__(self):
        assert f"localhost:{self.port}" in self.process.stdout.readline()
        return self

    def stop(self):
        """As a person does, with Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 0

    def __exit__(self, trouble, *_more):
        try:
            if trouble is None and self.process.poll() is None:
                self.stop()
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


@pytest.fixture(scope="module")
def address():
    """Where the app is served, for all tests of a module."""
    with Served() as served:
        yield served.address


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
        # A page that is left takes back what it has asked for.
        page.on(
            "requestfailed",
            lambda asked: asked.failure == "net::ERR_ABORTED" or wrong.append(asked.url),
        )
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
