"""`python -m storms.app` keeps the app busy for minutes, and writes what became of it.

Sessions are real pages in two browsers, which take turns at playing: on a small machine, thirty
that draw at once would measure the browsers, not the app. Phones and hostile clients are plain
connections. Numbers come from the server's process (/proc), so that it runs on Linux alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from typing import IO, Any, NamedTuple

import numpy as np
import psutil
from websockets.exceptions import WebSocketException

from empowersim.app.lab.watching import LONG_QUIET
from storms import page as report
from storms.strangers import HALF_OPEN, HOSTILE, free_places, garbage
from storms.sweeps import Row

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
BROWSERS, PLAYING_AT_ONCE = 2, 4
PHONES, KILLED = 8, 4
SOON = 5.0
"""Seconds within which a lever's answer must have come; half a second is the aim for one user."""
NEVER = 20.0
MOST_GROWTH = 0.1

MOVE = """async ([lever, key, keyCode]) => {
  const slider = document.querySelectorAll(".es-lever [role=slider]")[lever];
  const low = +slider.ariaValueMin, high = +slider.ariaValueMax, now = +slider.ariaValueNow;
  if (key === "ArrowRight" && now >= high) { key = "ArrowLeft"; keyCode = 37; }
  if (key === "ArrowLeft" && now <= low) { key = "ArrowRight"; keyCode = 39; }
  const before = window.esForecastAt, begun = performance.now();
  slider.focus();
  slider.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode, bubbles: true }));
  while (window.esForecastAt === before && performance.now() - begun < NEVER)
    await new Promise((done) => setTimeout(done, 4));
  return [(performance.now() - begun) / 1000, `${now} ${key} ${slider.ariaValueNow}`];
}"""
MOVE = MOVE.replace("NEVER", str(1000 * NEVER))
SOCKETS = """window.esSockets = [];
const Usual = WebSocket;
window.WebSocket = class extends Usual {
  constructor(...given) { super(...given); window.esSockets.push(this); }
};"""
BACK = "esSockets.some((each) => each.readyState === 1)"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000"


class Use(NamedTuple):
    """What the server uses at one moment: megabytes, threads, seconds computed so far."""

    megabytes: float
    threads: int
    seconds: float

    @classmethod
    def of(cls, process: int) -> Use:
        """As Linux tells it."""
        place = Path("/proc") / str(process)
        status = dict(
            line.split(":", 1)
            for line in (place / "status").read_text().splitlines()
            if ":" in line
        )
        ticks = (place / "stat").read_text().rpartition(")")[2].split()[11:15]
        seconds = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        return cls(int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), seconds)


class Log:
    """What was seen: answers by when, bytes while playing, first paints, what went wrong."""

    def __init__(self) -> None:
        self.answers: list[tuple[float, float]] = []
        self.played, self.bytes = 0.0, 0
        self.paints: list[float] = []
        self.ready: list[float] = []
        self.wrong: Counter[str] = Counter()
        self.hostile: Counter[tuple[str, bool]] = Counter()
        self.bets: Counter[bool] = Counter()
        self.modes = 0
        self.lost = 0
        self.places = 0
        self.memory: list[float] = []
        self.traced: Counter[str] = Counter()


@contextmanager
def served(most_sessions: int, errors: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The app in a process of its own, open to phones: its number and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", "--share", "--sessions", str(most_sessions), "--port", str(port)]
    command = [sys.executable, "-m", "empowersim", "app", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as app:
        try:
            assert app.stdout is not None
            assert f"localhost:{port}" in app.stdout.readline()
            yield app.pid, f"http://localhost:{port}"
        finally:
            app.kill()


# --- Sessions ---------------------------------------------------------------------------------


@asynccontextmanager
async def browsers() -> AsyncIterator[list[Any]]:
    """As many Chromium processes as share the pages."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        opened = [
            await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for _each in range(BROWSERS)
        ]
        yield opened
        for each in opened:
            await each.close()


async def opened(browser: Any, address: str, log: Log, path: str) -> Any:
    """One more user's page, whose mistakes and messages are counted."""
    context = await browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 720}, reduced_motion="reduce"
    )
    await context.add_init_script(SOCKETS)
    page = await context.new_page()
    page.es_bytes = 0

    def count(frame: str | bytes) -> None:
        page.es_bytes += len(frame)

    def listen(websocket: Any) -> None:
        websocket.on("framereceived", count)
        websocket.on("framesent", count)

    page.on("websocket", listen)
    page.on("pageerror", lambda error: log.wrong.update([f"error: {error}"[:200]]))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and log.wrong.update([f"status {answer.status}"]),
    )
    begun = time.monotonic()
    await page.goto(address + path)
    await page.wait_for_selector(".es-page", timeout=120_000)
    log.ready.append(time.monotonic() - begun)
    log.paints.append(await page.evaluate(PAINTED) or 0.0)
    return page


async def in_the_lab(browser: Any, address: str, log: Log) -> Any:
    """One more page, in the lab: people come one after another, as through a door."""
    page = await opened(browser, address, log, "/lab")
    await page.wait_for_selector(".es-player", timeout=60_000)
    return page


async def close(pages: Iterable[Any]) -> None:
    """As a user closes a tab, of which the page tells the server."""
    for page in pages:
        await page.close(run_before_unload=True)
    await asyncio.sleep(2)


class Session:
    """Someone in the lab, who wanders off now and then."""

    def __init__(self, page: Any, log: Log, luck: random.Random, playing: asyncio.Semaphore):
        self._page, self._log, self._luck, self._playing = page, log, luck, playing

    async def live(self, begun: float, until: float) -> bool:
        """Act until the end; whether it came so far."""
        acts = [self._move] * 6 + [self._play] * 2 + [self._wander, self._lose]
        try:
            while time.monotonic() < until:
                await self._luck.choice(acts)(begun)
                await asyncio.sleep(self._luck.uniform(2, 10))
        except Exception as error:
            # Whatever happens to one of many is counted, and ends that one alone.
            first_line = str(error).partition("\n")[0]
            self._log.wrong[f"session: {type(error).__name__} {first_line}"[:200]] += 1
            return False
        return True

    async def _to_the_lab(self) -> None:
        await self._page.click("nav a[href='/lab']")
        await self._page.wait_for_selector(".es-player", timeout=60_000)

    async def _move(self, begun: float) -> None:
        key = self._luck.choice([("ArrowLeft", 37), ("ArrowRight", 39)])
        asked = time.monotonic() - begun
        lever = self._luck.randrange(6)
        # A thumb has no size of its own: to Playwright it is never visible.
        await self._page.locator(".es-lever [role=slider]").nth(5).wait_for(state="attached")
        seconds, moved = await self._page.evaluate(MOVE, [lever, *key])
        self._log.answers.append((asked, seconds))
        if seconds >= NEVER:
            week = await self._page.inner_text(".es-week")
            self._log.wrong[f"no answer to lever {lever} ({moved}) in {week}"] += 1

    async def _play(self, _begun: float) -> None:
        async with self._playing:
            await self._page.locator("h1").click()
            # What was asked for before has come: what is sent from here on is for the playing.
            await self._page.keyboard.press("Home")
            await self._silence()
            await self._page.keyboard.press(" ")
            before, started = self._page.es_bytes, time.monotonic()
            await asyncio.sleep(self._luck.uniform(3, 8))
            self._log.bytes += self._page.es_bytes - before
            self._log.played += time.monotonic() - started
            await self._page.keyboard.press(" ")

    async def _lose(self, begun: float) -> None:
        """The connection is lost; the page comes back by itself, and answers."""
        await self._page.evaluate("esSockets.forEach((each) => each.close())")
        await self._page.wait_for_function(BACK, timeout=60_000)
        self._log.lost += 1
        await self._move(begun)

    async def _silence(self) -> None:
        before, deadline = -1, time.monotonic() + 60
        while before != self._page.es_bytes and time.monotonic() < deadline:
            before = self._page.es_bytes
            await asyncio.sleep(2 * LONG_QUIET)

    async def _wander(self, _begun: float) -> None:
        for mode in self._luck.sample(["workshop", "explore", "organisation"], 2):
            await self._page.click(f"nav a[href='/{mode}']")
            await asyncio.sleep(self._luck.uniform(1, 3))
            self._log.modes += 1
        await self._to_the_lab()


async def kill_a_browser(address: str, log: Log) -> None:
    """One with several pages in the lab, each in the middle of something, is gone at once."""
    from playwright.async_api import async_playwright

    mark = f"--user-agent=storm-{os.getpid()}"
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, mark])
        pages = [await opened(browser, address, log, "/lab") for _each in range(KILLED)]
        for page in pages:
            await page.wait_for_selector(".es-player", timeout=60_000)
        for process in psutil.process_iter(["cmdline"]):
            if mark in (process.info["cmdline"] or []):
                with suppress(psutil.NoSuchProcess):
                    process.kill()


async def facilitate(page: Any, until: float) -> None:
    """The workshop, from chapter to chapter and from the start again."""
    while time.monotonic() < until:
        with suppress(Exception):
            last = await page.locator(".es-w-rail .es-w-pick").last.get_attribute("aria-current")
            if last:
                await page.locator(".es-w-rail .es-w-pick").first.click()
            else:
                await page.keyboard.press("PageDown")
        await asyncio.sleep(3)


# --- Phones -----------------------------------------------------------------------------------


ASKED = re.compile(r'name="question" value="([^"]+)"')
BET_IS_IN = 'class="said in"'


def bet(address: str, pin: str, log: Log, ended: threading.Event) -> None:
    """A phone that has joined does as the page's script does, and bets when it is asked."""
    phone = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    phone.addheaders = [("Origin", address), ("Accept", "application/json")]
    luck, seen = random.Random(), ""

    def send(path: str, **form: object) -> str:
        data = urllib.parse.urlencode(form).encode() or None
        with phone.open(f"{address}/join{path}", data, timeout=20) as answer:
            return str(answer.read().decode())

    send("", pin=pin)
    while not ended.wait(2):
        try:
            if (view := json.loads(send("/state"))["view"]) == seen:
                continue
            page, seen = send(""), view
            if (asked := ASKED.search(page)) and BET_IS_IN not in page:
                send("/bet", value=luck.randrange(101), question=asked[1])
                log.bets[True] += 1
        except urllib.error.HTTPError as refusal:
            # 409: the bets were closed a moment ago.
            log.bets[refusal.code == 409] += 1
        except OSError:
            log.bets[False] += 1


def annoy(address: str, log: Log, ended: threading.Event) -> None:
    """One of them every two seconds."""
    luck = random.Random()
    while not ended.wait(2):
        for name, attack in HOSTILE.items():
            try:
                withstood = attack(address, luck)
            except (OSError, WebSocketException):
                withstood = False
            log.hostile[name, withstood] += 1
            if ended.wait(2):
                break


# --- The whole --------------------------------------------------------------------------------


async def watch(process: int, log: Log, minutes: float) -> None:
    """Note the server's memory, eight times."""
    while True:
        log.memory.append(Use.of(process).megabytes)
        await asyncio.sleep(60 * minutes / 8)


async def soak(sessions: int, minutes: float) -> tuple[Log, dict[str, Use], int]:
    """Open all, keep them busy, close all; the log, the uses, and who came to the end."""
    log, uses, ended = Log(), {}, threading.Event()
    playing = asyncio.Semaphore(PLAYING_AT_ONCE)
    with tempfile.TemporaryFile() as errors, served(2 * sessions, errors) as (process, address):
        await asyncio.sleep(15)
        uses["start"] = Use.of(process)
        async with browsers() as shared:
            leader = await opened(shared[0], address, log, "/workshop")
            pin = (await leader.inner_text(".es-w-pin b")).replace(" ", "")
            uses["first"] = Use.of(process)
            pages = [
                await in_the_lab(shared[k % BROWSERS], address, log) for k in range(1, sessions)
            ]
            uses["all"] = Use.of(process)
            threads = [
                threading.Thread(target=bet, args=(address, pin, log, ended)) for _ in range(PHONES)
            ]
            threads.append(threading.Thread(target=annoy, args=(address, log, ended)))
            await kill_a_browser(address, log)
            begun = time.monotonic()
            for each in threads:
                each.start()
            watching = asyncio.create_task(watch(process, log, minutes))
            lived = await asyncio.gather(
                facilitate(leader, begun + 60 * minutes),
                *(
                    Session(page, log, random.Random(k), playing).live(begun, begun + 60 * minutes)
                    for k, page in enumerate(pages)
                ),
            )
            ended.set()
            watching.cancel()
            await asyncio.gather(*(asyncio.to_thread(each.join) for each in threads))
            uses["end"] = Use.of(process)
            await close((leader, *pages))
        for each in HALF_OPEN:
            each.close()
        await asyncio.sleep(60)
        uses["closed"] = Use.of(process)
        await asyncio.sleep(5)
        uses["later"] = Use.of(process)
        async with browsers() as shared:
            await close(
                [await in_the_lab(shared[k % BROWSERS], address, log) for k in range(sessions)]
            )
        await asyncio.sleep(60)
        uses["again"] = Use.of(process)
        log.places = free_places(address, 2 * sessions)
        errors.seek(0)
        log.traced.update(_last_lines(errors.read().decode(errors="replace")))
    return log, uses, 1 + sum(map(bool, lived[1:]))


def _last_lines(errors: str) -> list[str]:
    """What each traceback of the server ends with."""
    return re.findall(r"^(?:\s*\|\s*)?(\w+(?:Error|Exception)\b.*)$", errors, re.MULTILINE)


def rows(sessions: int, minutes: float, log: Log, uses: dict[str, Use], lived: int) -> list[Row]:
    """What the page says."""
    first = [seconds for asked, seconds in log.answers if asked < 60]
    last = [seconds for asked, seconds in log.answers if asked > 60 * (minutes - 1)]
    in_time = sum(seconds < SOON for _asked, seconds in log.answers)
    memory = ", ".join(f"{uses[when].megabytes:.0f} MB {text}" for when, text in MOMENTS.items())
    threads = ", ".join(f"{uses[when].threads} {text}" for when, text in MOMENTS.items())
    idle = uses["later"].seconds - uses["closed"].seconds
    share = (uses["end"].seconds - uses["all"].seconds) / (60 * minutes * (os.cpu_count() or 1))
    traced = "; ".join(f"{count} × {what[:80]}" for what, count in log.traced.most_common(3))
    wrong = "; ".join(f"{count} × {what}" for what, count in log.wrong.most_common(3))
    grown = uses["end"].megabytes / log.memory[len(log.memory) // 2]
    on_the_way = ", ".join(f"{each:.0f}" for each in log.memory)
    return [
        Row(
            f"sessions for {minutes:g} minutes, on {os.cpu_count()} processors",
            sessions,
            lived,
            f"{log.modes} changes of mode, {log.lost} lost connections;"
            f" {wrong or 'nothing went wrong in any page'}",
        ),
        Row(
            f"a lever that is moved is answered within {SOON:g} s",
            len(log.answers),
            in_time,
            f"first minute: {told(first)}; last minute: {told(last)}; the server takes {share:.0%}"
            " of the processors' time, and the browsers are on the same machine",
        ),
        Row(
            "playing sends next to nothing: less than 10 kB a minute",
            1,
            int(log.bytes / 1000 < 10 * log.played / 60),
            f"{log.bytes / 1000 / (log.played / 60 or 1):.1f} kB a minute,"
            f" {log.played / 60:.1f} minutes played",
        ),
        Row(
            "first paint of the page within 3 s",
            len(log.paints),
            sum(paint < 3 for paint in log.paints),
            f"{log.paints[0]:.1f} s for the first, {log.paints[-1]:.1f} s for the last; drawn whole"
            f" after {log.ready[0]:.1f} and {log.ready[-1]:.1f} s",
        ),
        Row(
            f"the server's memory settles: the second half adds less than {MOST_GROWTH:.0%}",
            1,
            int(grown < 1 + MOST_GROWTH),
            f"{memory}; on the way {on_the_way}",
        ),
        Row(
            f"a second wave of {sessions} sessions leaves less than {MOST_GROWTH:.0%} more memory"
            " than the first",
            1,
            int(uses["again"].megabytes < (1 + MOST_GROWTH) * uses["closed"].megabytes),
            f"{uses['again'].megabytes:.0f} MB a minute after it",
        ),
        Row(
            "after all have gone, nothing computes",
            1,
            int(idle < 0.25),
            f"{idle:.2f} s of computing in 5 s; threads: {threads}",
        ),
        Row(
            "places that are free again",
            2 * sessions - _held(minutes),
            log.places,
            f"of {2 * sessions}; who vanishes without a word holds a place for ten minutes, as the"
            f" garbage did, and a browser with {KILLED} pages that was killed",
        ),
        Row(f"bets of {PHONES} phones", log.bets.total(), log.bets[True]),
        *(
            Row(
                name,
                log.hostile[name, True] + log.hostile[name, False],
                log.hostile[name, True],
                f"in the server's log: {traced or 'nothing'}" if HOSTILE[name] is garbage else "",
            )
            for name in HOSTILE
        ),
    ]


def _held(minutes: float) -> int:
    """Places of those who went without a word less than ten minutes ago."""
    return 1 + (KILLED if minutes < 10 else 0)


MOMENTS = {
    "start": "at the start",
    "first": "with one",
    "all": "with all",
    "end": "at the end",
    "closed": "a minute after",
}


def told(answers: list[float]) -> str:
    """Median and 95th percentile."""
    if not answers:
        return "none"
    return f"{median(answers):.2f} s, 95 % within {np.quantile(answers, 0.95):.2f} s"


def main() -> int:
    """Soak, print, write; the exit code says whether all went well."""
    parser = argparse.ArgumentParser(prog="python -m storms.app", description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help="browser pages")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--out", type=Path, default=report.PAGE, help="the page to write into")
    given = parser.parse_args()
    log, uses, lived = asyncio.run(soak(given.sessions, given.minutes))
    found = rows(given.sessions, given.minutes, log, uses, lived)
    text = report.table(found)
    print(text)
    report.write("App", text, given.out)
    return int(any(row.survived < row.tried for row in found))


if __name__ == "__main__":
    sys.exit(main())
