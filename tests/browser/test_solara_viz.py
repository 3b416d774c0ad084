"""The how-to page on Mesa's SolaraViz: its very code is served, and steps in a real browser."""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from empowersim.app import server
from pages import BLOCK, DOCS
from tests.browser.conftest import free_port

STAND_IN = """# In place of Altair: Mesa names its classes, and this page draws with none of them.
def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return object
"""


def code_of(page):
    """The file that the page has its reader write."""
    blocks = BLOCK.finditer((DOCS / "how-to" / page).read_text(encoding="utf-8"))
    return next(block["text"] for block in blocks if block["title"])


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("viz")
    (folder / "watch.py").write_text(code_of("watch-one-run.md"), encoding="utf-8")
    if find_spec("altair") is None:
        (folder / "altair.py").write_text(STAND_IN, encoding="utf-8")
    port = free_port()
    # The package that is tested, wherever the server runs.
    paths = [str(folder), str(Path(server.__file__).parents[2]), *sys.path[1:]]
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "solara", "run", "watch.py", "--port", str(port)),
            *("--no-open", "--production"),
        ],
        cwd=folder,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(paths),
            "SOLARA_ASSETS_PROXY_CACHE_DIR": str(server.PAGE_FILES),
        },
    ) as served:
        try:
            wait_for(f"http://localhost:{port}", served)
            yield f"http://localhost:{port}"
        finally:
            served.kill()


def wait_for(address, served):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert served.poll() is None, "the server has ended"
        try:
            urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310 (our own server)
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server does not answer")


def opened(browser, address):
    page = browser.new_page()
    page.goto(address)
    expect(page.get_by_text("Time: 0.0")).to_be_visible(timeout=60_000)
    return page


def test_the_model_steps_and_is_drawn_anew_for_each_user_alone(browser, address):
    one, other = opened(browser, address), opened(browser, address)
    try:
        expect(one.locator("img")).to_have_count(2)
        before = [picture.get_attribute("src") for picture in one.locator("img").all()]
        for week in (1, 2):
            one.get_by_role("button", name="Step", exact=True).click()
            expect(one.get_by_text(f"Time: {week}.0")).to_be_visible()
        expect(one.locator("img").last).not_to_have_attribute("src", before[1])
        expect(other.get_by_text("Time: 0.0")).to_be_visible()
        one.get_by_role("button", name="Reset").click()
        expect(one.get_by_text("Time: 0.0")).to_be_visible()
    finally:
        one.close()
        other.close()
