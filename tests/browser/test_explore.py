"""Explore in a real browser: pictures, a run opened in the lab, a small sweep, and troubles."""

import re

import pytest
from playwright.sync_api import expect

from empowersim import sweep
from empowersim.executors import threads
from empowersim.experiment import Experiment
from tests.browser.conftest import Served

LATE = 40_000


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with two sweeps, one of them damaged."""
    place = tmp_path_factory.mktemp("explored")
    for name in ("good", "damaged"):
        experiment = Experiment(
            title="Two <b>levers</b>",
            scenario={"weeks": 20},
            org_charts={"small": {"spans": [4, 3]}},
            design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1], "training": [0, 0.5, 1]}},
            runs={"replicates": 8},
            analysis={"outcomes": ["autonomy"], "level": 0.3},
        )
        folder = sweep.open_folder(experiment, place / name)
        sweep.run(experiment, folder, threads(1))
    next((place / "damaged" / "parts").iterdir()).write_bytes(b"x")
    return place


@pytest.fixture(scope="module")
def address(root):
    """The app, started from the folder that holds the sweeps."""
    with Served(place=root) as served:
        yield served.address


def choose(page, label, text):
    listed = page.get_by_label(label, exact=True).first
    offered = listed.locator("option", has_text=text).first
    listed.select_option(offered.get_attribute("value"))


def explored(open_page, **given):
    page = open_page("/explore", **given)
    label = "Dossier de résultats" if given.get("locale") == "fr-FR" else "Results folder"
    choose(page, label, "good")
    expect(page.locator(".es-picture")).to_be_visible(timeout=LATE)
    return page


def test_a_folder_is_drawn_and_told(open_page):
    page = explored(open_page)
    expect(page.locator(".es-picture-mark")).to_have_count(9)
    # What people have written is text, whatever it holds.
    expect(page.locator(".ex-words h2")).to_have_text("Two <b>levers</b>")
    expect(page.locator(".ex-words")).to_contain_text("Answer:")
    choose(page, "Picture", "×")
    expect(page.locator("svg rect").first).to_be_visible()
    expect(page.locator(".es-picture-mark")).to_have_count(9)
    # Letters and numbers, not colours alone.
    assert all(page.locator(".es-picture-mark").nth(k).text_content().strip() for k in range(9))
    expect(page.locator(".es-picture-legend")).to_contain_text("Partnership")


def test_in_french(open_page):
    page = explored(open_page, locale="fr-FR")
    expect(page.locator("h1")).to_have_text("Explorer")
    expect(page.locator(".ex-words")).to_contain_text("Réponse")


def test_a_click_or_enter_opens_the_lab(open_page):
    page = explored(open_page)
    # Curves may lie on each other: the uppermost mark takes the click.
    page.locator(".es-picture-mark").nth(4).click(force=True)
    expect(page).to_have_url(re.compile("/lab"), timeout=LATE)
    # The address changes before the page does.
    expect(page.locator(".es-week")).to_be_visible(timeout=LATE)
    page.locator("nav a", has_text="Explore").click()
    expect(page.locator(".es-picture")).to_be_visible(timeout=LATE)
    page.wait_for_timeout(1000)
    assert page.url.endswith("/explore"), "the lab has written its link into another's address"
    page.locator(".es-picture-mark").first.focus()
    page.keyboard.press("ArrowRight")
    assert "0.5" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    expect(page.locator(".es-week")).to_be_visible(timeout=LATE)


def test_another_folder_is_shown_though_the_first_takes_long(open_page, root):
    """The one that was left takes twenty times as long as the one that is wanted."""
    slow = Experiment(
        title="Slow",
        scenario={"weeks": 4},
        org_charts={"small": {"spans": [3, 2]}},
        design={
            "kind": "sobol",
            "n": 512,
            "seed": 1,
            "factors": {
                name: {"low": 0, "high": 1} for name in ("coaching", "training", "mandate")
            },
        },
    )
    sweep.run(slow, sweep.open_folder(slow, root / "slow"), threads(2))
    page = explored(open_page)
    page.get_by_role("button", name="Look again").click()
    choose(page, "Results folder", "slow")
    expect(page.locator("[role=status]")).to_have_text("Reading the results…")
    choose(page, "Results folder", "good")
    expect(page.locator(".ex-words h2")).to_have_text("Two <b>levers</b>", timeout=LATE)
    page.wait_for_timeout(8000)
    expect(page.locator(".ex-words h2")).to_have_text("Two <b>levers</b>")


def test_a_damaged_folder_is_one_clear_line(open_page):
    page = open_page("/explore")
    choose(page, "Results folder", "damaged")
    expect(page.locator(".es-error")).to_contain_text("is damaged", timeout=LATE)


def test_a_small_sweep_is_run_and_opened(open_page, root):
    page = open_page("/explore")
    page.get_by_role("button", name="A small sweep").click()
    choose(page, "Runs of each point", "8")
    expect(page.locator(".ex-form")).to_contain_text("second", timeout=LATE)
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".es-error")).to_contain_text(
        "56 runs done, in results-app-1", timeout=LATE
    )
    expect(page.locator(".es-picture-mark")).to_have_count(7, timeout=LATE)
    assert len(list((root / "results-app-1" / "parts").iterdir())) == 1


def test_a_sweep_can_be_cancelled_and_another_has_to_wait(open_page):
    page, other = open_page("/explore"), open_page("/explore")
    for each in (page, other):
        each.get_by_role("button", name="A small sweep").click()
        choose(each, "Second lever", "Training")
        each.get_by_label("Values").last.select_option("11 values")
        choose(each, "Runs of each point", "64")
        choose(each, "Scenario", "Stop too early")
        expect(each.locator(".ex-form")).to_contain_text("4,928 runs:", timeout=LATE)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("progress")).to_be_visible()
    other.get_by_role("button", name="Start").click()
    expect(other.locator(".es-error")).to_contain_text("Another sweep is running", timeout=LATE)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".es-error")).to_contain_text("Stopped:", timeout=LATE)
    expect(page.locator("progress")).to_have_count(0)
