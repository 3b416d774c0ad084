"""Sessions are apart, end with their tabs, and come back after a lost connection."""

import json
import os
import time
import uuid
from collections import deque
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from tests.browser.conftest import Served

LATE = 40_000
CHART = b"id,manager\n1,\n2,1\n3,1\n4,2\n"
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 1

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="counts threads and seconds in /proc"
)

SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.sockets.push(this); }
};
"""
"""Keeps the page's websockets, so that a test can cut them."""


def command_of(process):
    try:
        return (process / "cmdline").read_bytes()
    except FileNotFoundError:
        return b""


class Watched(Served):
    """The served app, and what it uses."""

    @property
    def place(self):
        return Path("/proc") / str(self.process.pid)

    def threads(self):
        return len(list((self.place / "task").iterdir()))

    def seconds(self):
        """Computed so far, by it and by the processes it has started and that have ended."""
        after_name = (self.place / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:15])) / TICK

    def children(self):
        """Processes it has started, but the one of Python's own that stays and waits."""
        tasks = (self.place / "task").glob("*/children")
        found = [Path("/proc", child) for task in tasks for child in task.read_text().split()]
        return [each for each in found if b"resource_tracker" not in command_of(each)]

    def is_quiet(self, within):
        """Whether it comes to compute nothing, for a second, within so many."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            before = self.seconds()
            time.sleep(1)
            if self.seconds() - before <= 0.05 and not self.children():
                return True
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Watched(place=tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def address(server):
    return server.address


def lab(open_page):
    page = open_page("/lab?scenario=carry-it-together")
    page.wait_for_selector(".es-player", timeout=60_000)
    return page


def bring(page):
    given = {"name": "chart.csv", "mimeType": "text/csv", "buffer": CHART}
    page.set_input_files(".or-file input", given)
    page.get_by_role("button", name="Use it").click(timeout=LATE)
    expect(page.locator("main")).to_contain_text("In use in this tab")


def go(page, mode):
    page.locator(f"nav a[href='/{mode}']").click()


# --- Apart ------------------------------------------------------------------------------------


def test_two_sessions_know_nothing_of_each_other(open_page):
    one, other = lab(open_page), lab(open_page)
    before = other.locator("h1").inner_text()
    one.get_by_role("slider", name="Accompaniment of managers").press("Home")
    expect(one.locator("h1")).not_to_have_text(before)
    one.get_by_role("button", name="Keep as A").click()
    go(one, "organisation")
    bring(one)
    one.get_by_role("button", name="Français").click()
    expect(one.locator("html")).to_have_attribute("lang", "fr")
    go(one, "lab")
    expect(one.locator(".es-person")).to_have_count(4, timeout=LATE)
    expect(other.locator("h1")).to_have_text(before)
    expect(other.locator(".es-person")).to_have_count(241)
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(other.get_by_role("button", name="Keep as A")).to_be_visible()
    go(other, "organisation")
    expect(other.locator(".or-facts")).to_have_count(0)
    go(other, "workshop")
    other.locator(".es-w-rail .es-w-pick", has_text="Your organisation").click()
    expect(other.get_by_role("button", name="Bring an org chart")).to_be_visible()


def test_a_page_that_is_loaded_anew_has_forgotten_the_chart_and_kept_the_trial(open_page):
    page = open_page("/organisation")
    bring(page)
    page.get_by_role("button", name="To the lab").click()
    page.wait_for_selector(".es-player", timeout=LATE)
    page.get_by_role("slider", name="Accompaniment of managers").press("End")
    page.wait_for_function("location.search.includes('coaching=1')")
    page.reload()
    page.wait_for_selector(".es-player", timeout=LATE)
    expect(page.locator(".es-person")).to_have_count(241)
    expect(page.locator("main")).to_contain_text("not in this browser tab; here is the sample")
    expect(page.locator(".es-lever", has_text="Accompaniment")).to_contain_text("100")
    go(page, "organisation")
    expect(page.locator(".or-read")).to_contain_text("A row for each person")
    kept = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "manager" not in kept


# --- When a tab closes ------------------------------------------------------------------------


def start_forecasts(page):
    """Lever after lever, so that one is under way when the page goes."""
    go(page, "lab")
    page.wait_for_selector(".es-player", timeout=LATE)
    lever = page.get_by_role("slider", name="Accompaniment of managers")
    for _each in range(15):
        lever.press("ArrowRight", no_wait_after=True)
    page.locator("h1").click()
    page.keyboard.press(" ")


def start_runs(page):
    go(page, "workshop")
    page.locator(".es-w-rail .es-w-pick", has_text="When can we stop").click()
    expect(page.locator("h1")).to_contain_text("When can we stop")


def start_sweep(page):
    go(page, "explore")
    page.get_by_role("button", name="A small sweep").click()
    page.get_by_label("Second lever").select_option("Training of collaborators")
    for values in page.get_by_label("Values").all():
        values.select_option("11 values")
    page.get_by_label("Runs of each point").select_option("64")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("progress")).to_be_visible()


def start_reading(page):
    go(page, "organisation")
    rows = "".join(f"{k},{k // 2}\n" for k in range(2, 60_000))
    data = f"id,manager\n1,\n{rows}".encode()
    given = {"name": "chart.csv", "mimeType": "text/csv", "buffer": data}
    page.set_input_files(".or-file input", given)
    expect(page.locator(".or-read")).to_contain_text("Reading")


@pytest.mark.parametrize("start", [start_forecasts, start_runs, start_sweep, start_reading])
def test_nothing_computes_after_the_tab_has_closed(server, open_page, start):
    assert server.is_quiet(60)
    before = server.threads()
    page = open_page()
    page.wait_for_timeout(500)
    computed = server.seconds()
    start(page)
    assert server.seconds() > computed
    page.close(run_before_unload=True)
    assert server.is_quiet(20)
    # The engine's and the server's own pools stay; they wait, and do not grow with the sessions.
    assert server.threads() <= before + 12


def test_threads_do_not_grow_with_the_sessions(server, open_page):
    counts = []
    for _each in range(3):
        page = lab(open_page)
        page.close(run_before_unload=True)
        assert server.is_quiet(20)
        counts.append(server.threads())
    assert counts[-1] <= counts[0] + 1


# --- What no browser sends ----------------------------------------------------------------------


def test_frames_of_strangers_leave_the_terminal_quiet(capfd, tmp_path):
    """They are in the network of the room, and the one who reads the terminal is no programmer."""
    message = {"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": {}}
    frames = [
        Frame(Opcode.BINARY, bytes(1)),
        Frame(Opcode.TEXT, b"\xff\xfe"),
        Frame(Opcode.TEXT, json.dumps(message).encode()),
        Frame(Opcode.BINARY, b"\x7f\xff\xff\xff."),
        Frame(Opcode.CONT, b"1"),
        Frame(Opcode.CLOSE, b"\xff\xff"),
    ]
    with Served(place=tmp_path) as server:
        place = server.address.replace("http", "ws", 1) + "/jupyter/api/kernels"
        known = {"origin": server.address, "additional_headers": {"Cookie": "solara-session-id=1"}}
        for frame, reserved_bits in product(frames, (0, 0x10)):
            channels = f"{place}/{uuid.UUID(int=1)}/channels?session_id=x"
            with connect(channels, close_timeout=1, **known) as websocket:
                first, *others = frame.serialize(mask=True)
                websocket.socket.sendall(bytes([first | reserved_bits, *others]))
                with suppress(ConnectionClosed):
                    deque(websocket, 0)
    assert capfd.readouterr().err == ""


# --- When the connection is lost --------------------------------------------------------------


def test_a_lost_connection_comes_back_with_all_that_was(address, browser):
    context = browser.new_context(locale="en-GB", viewport={"width": 1920, "height": 1080})
    context.add_init_script(SOCKETS)
    page = context.new_page()
    page.goto(f"{address}/lab?scenario=carry-it-together")
    page.wait_for_selector(".es-player", timeout=60_000)
    page.get_by_role("slider", name="Accompaniment of managers").press("Home")
    expect(page.locator("h1")).not_to_contain_text("In 100 of 100")
    before = page.locator("h1").inner_text()
    page.evaluate("sockets.forEach((each) => each.close())")
    page.wait_for_function("sockets.length > 1 && sockets.at(-1).readyState === 1", timeout=LATE)
    expect(page.locator("h1")).to_have_text(before)
    page.get_by_role("slider", name="Accompaniment of managers").press("End")
    expect(page.locator("h1")).not_to_have_text(before, timeout=LATE)
    context.close()


def test_a_server_that_has_gone_is_told(browser, tmp_path):
    page = browser.new_context(locale="en-GB").new_page()
    with Served(place=tmp_path) as server:
        page.goto(server.address)
        page.wait_for_selector(".es-page", timeout=60_000)
        server.stop()
        # Solara lays a veil over the page, with a sign that turns.
        expect(page.locator(".v-overlay--active .v-progress-circular")).to_be_visible(timeout=LATE)
    with Served(place=tmp_path, port=server.port):
        expect(page.get_by_text("Please refresh the page").last).to_be_visible(timeout=LATE)
        page.context.close()


# --- A walk -----------------------------------------------------------------------------------


def test_a_walk_through_all_modes_asks_for_nothing_that_is_not_here(open_page):
    """What went wrong on the way, `open_page` tells in the end."""
    page = open_page(locale="fr-FR")
    for mode in ("workshop", "lab", "explore", "organisation", "workshop"):
        go(page, mode)
        expect(page.locator("[aria-label=Modes] [aria-current=page]")).to_have_attribute(
            "href", f"/{mode}", timeout=LATE
        )
        expect(page.get_by_role("heading", level=1)).to_have_count(1, timeout=LATE)
    for _each in range(12):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(150)
    for key in ("p", "p", "?", "Escape"):
        page.keyboard.press(key)
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    page.wait_for_selector(".es-page", timeout=LATE)
