"""The page in a real browser; needs Chromium, Playwright, and the page's files (make app)."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from empowersim.app import server

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
    pytest.mark.skipif(not server.has_page_files(), reason="needs the page's files: make app"),
]
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture
def address():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("empowersim"), "app", "--no-browser", "--port"]
    # A shell may have told its children to ignore Ctrl-C; the app is to hear it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, text=True) as app:
        signal.signal(signal.SIGINT, before)
        try:
            assert f"localhost:{port}" in app.stdout.readline()
            yield f"http://localhost:{port}"
            app.send_signal(signal.SIGINT)
            assert app.wait(20) == 0
        finally:
            app.kill()


@pytest.fixture
def open_page(address):
    """Opens the page for one more user; in the end, nothing may have gone wrong in any."""
    wrong = []

    def opened(browser, locale):
        page = browser.new_context(locale=locale).new_page()
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(asked.url))
        page.on(
            "response",
            lambda answer: (
                (answer.status >= 400 or not answer.url.startswith(address))
                and wrong.append(f"{answer.status} {answer.url}")
            ),
        )
        page.goto(address)
        page.wait_for_selector("svg.es-shares", timeout=60_000)
        return page

    yield opened
    assert wrong == []


def test_levers_scenarios_and_languages_answer_each_user_alone(open_page):
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        one, other = open_page(browser, "en-GB"), open_page(browser, "fr-FR")
        verdict = one.locator(".es-verdict")
        expect(verdict).to_contain_text("After 156 weeks, 100")
        expect(other.locator(".es-verdict")).to_contain_text("Après 156 semaines, 100")
        expect(other.locator("html")).to_have_attribute("lang", "fr")

        lever = one.get_by_role("slider", name="Accompaniment of managers")
        picture = one.get_by_role("img")
        expect(picture).to_contain_text("Partnership 100")
        for _ in range(10):
            lever.press("ArrowLeft")
        expect(lever).to_have_attribute("aria-valuenow", "0")
        expect(verdict).not_to_contain_text("100")
        expect(picture).not_to_contain_text("Partnership 100")

        one.click(".es-head .v-select")
        one.click("text=Stop too early")
        expect(verdict).to_contain_text("After 260 weeks")
        expect(picture).to_contain_text("week 60: efforts stop")
        one.click("text=Français")
        expect(verdict).to_contain_text("Après 260 semaines")
        expect(one.locator("html")).to_have_attribute("lang", "fr")

        expect(other.locator(".es-verdict")).to_contain_text("Après 156 semaines, 100")
        browser.close()
