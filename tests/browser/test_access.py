"""Everyone can use it: axe-core finds but trifles in any mode; focus, names and headings."""

import re

import pytest
from playwright.sync_api import expect

from empowersim import sweep
from empowersim.executors import threads
from empowersim.experiment import Experiment
from tests.browser.conftest import Served

LATE = 40_000
MODES = ("Workshop", "Lab", "Explore", "Your organisation")
CHART = b"id,manager,name\n1,,Ann\n2,1,Bob\n3,1,Cleo\n4,Absent,Dan\n5,nobody,Eve\n"
"""With rows that are left out."""
OPTIONS = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The app, shared with phones, started from a folder that holds a sweep."""
    root = tmp_path_factory.mktemp("accessible")
    experiment = Experiment(
        title="Two levers",
        scenario={"weeks": 20},
        org_charts={"small": {"spans": [4, 3]}},
        design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1], "training": [0, 0.5, 1]}},
        runs={"replicates": 8},
        analysis={"outcomes": ["autonomy"], "level": 0.3},
    )
    sweep.run(experiment, sweep.open_folder(experiment, root / "good"), threads(1))
    with Served("--share", place=root) as served:
        yield served.address


@pytest.fixture
def check(axe):
    """Looks at a page with axe-core; in the end, nothing may have been found but trifles in any."""
    found = []

    def checked(page, state):
        # A colour that still fades is measured half-way.
        page.wait_for_timeout(300)
        for each in axe.run(page, options=OPTIONS).response["violations"]:
            where = [" ".join(node["target"]) for node in each["nodes"]]
            told = f"{state}: {each['impact']} {each['id']} ({len(where)}): {where[0]}"
            if each["impact"] != "minor":
                found.append(told)

    yield checked
    assert found == []


def test_home_and_the_list_of_keys(open_page, check):
    page = open_page()
    check(page, "home")
    page.keyboard.press("?")
    expect(page.locator(".es-keys")).to_be_visible()
    check(page, "keys")


def test_workshop_in_every_phase(open_page, check):
    page = open_page("/workshop")
    expect(page.locator(".es-w-code")).to_be_visible(timeout=LATE)
    check(page, "welcome")
    for phase in ("Story", "Bet", "Run"):
        page.keyboard.press("PageDown")
        expect(page.locator(".es-w-steps [aria-current=step]")).to_have_text(phase)
        if phase == "Run":
            expect(page.locator(".es-w-clock")).to_be_visible(timeout=LATE)
        check(page, phase)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page.locator(".es-w-steps [aria-current=step]")).to_have_text("Reveal")
    page.keyboard.press("PageDown")
    check(page, "Reveal")
    page.keyboard.press("PageDown")
    expect(page.locator(".es-w-questions")).to_be_visible()
    check(page, "Debrief")
    page.locator(".es-w-rail .es-w-pick").last.click()
    expect(page.locator("div.es-w-summary table")).to_be_visible()
    check(page, "summary")
    page.keyboard.press("p")
    expect(page.locator(".es-head")).to_be_hidden()
    check(page, "summary, presented")


def test_lab_at_rest_and_with_all_open(open_page, check):
    page = open_page("/lab?scenario=stop-too-early&week=70")
    page.wait_for_selector(".es-player", timeout=LATE)
    check(page, "lab")
    page.get_by_role("button", name="Keep as A").click()
    page.get_by_role("slider", name="Accompaniment of managers").press("Home")
    expect(page.locator(".es-verdict p")).to_contain_text("than A")
    page.locator(".es-person").nth(20).click()
    expect(page.locator(".es-bars").first).to_be_visible(timeout=LATE)
    check(page, "lab: A and B, a story")


def test_explore_with_each_picture_and_the_form(open_page, check):
    page = open_page("/explore")
    expect(page.locator(".es-picture")).to_be_visible(timeout=LATE)
    page.get_by_role("button", name="A small sweep").click()
    expect(page.locator(".ex-form")).to_contain_text("second", timeout=LATE)
    listed = page.get_by_label("Picture")
    for text in listed.locator("option").all_inner_texts():
        listed.select_option(text)
        check(page, f"explore: {text}")


def test_organisation_before_and_after(open_page, check):
    page = open_page("/organisation")
    check(page, "organisation")
    for data, then in ((CHART, ".or-facts"), (b"id,manager\n1,2\n2,1\n", ".es-error")):
        given = {"name": "chart.csv", "mimeType": "text/csv", "buffer": data}
        page.set_input_files(".or-file input", given)
        expect(page.locator(then).first).to_be_visible(timeout=LATE)
        check(page, f"organisation: {then}")


def test_phone_in_every_phase(open_page, address, browser, check):
    screen = open_page("/workshop")
    pin = screen.locator(".es-w-pin b").inner_text().replace(" ", "")
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
    phone.goto(f"{address}/join")
    check(phone, "door")
    phone.get_by_label("The PIN on the screen").fill(pin)
    phone.get_by_role("button", name="Join").click()
    expect(phone.locator("h1")).to_have_text("You are in.")
    check(phone, "in")
    screen.keyboard.press("PageDown")
    screen.keyboard.press("PageDown")
    phone.get_by_label("Your bet").fill("40")
    check(phone, "bet")
    phone.get_by_role("button", name="Place my bet").click()
    expect(phone.locator(".in")).to_be_visible()
    screen.keyboard.press("PageDown")
    expect(screen.locator(".es-w-clock")).to_be_visible(timeout=LATE)
    screen.keyboard.press("PageDown")
    screen.keyboard.press("PageDown")
    expect(phone.locator(".outcome")).to_be_visible()
    check(phone, "revealed")
    phone.context.close()


# --- Focus, names and headings ----------------------------------------------------------------


def test_one_mode_is_current_and_every_tab_has_its_title(open_page):
    page = open_page()
    expect(page).to_have_title("EmpowerSim")
    for mode in (*MODES, *reversed(MODES)):
        page.locator("nav a", has_text=mode).click()
        expect(page).to_have_title(f"{mode}: EmpowerSim")
        expect(page.locator("[aria-label=Modes] [aria-current=page]")).to_have_text([mode])
        expect(page.get_by_role("heading", level=1)).to_have_count(1, timeout=LATE)
    page.get_by_role("button", name="Français").click()
    expect(page).to_have_title(re.compile("^Atelier.:.EmpowerSim$"))


def test_one_mode_is_current_after_another_led_there(open_page):
    page = open_page("/workshop")
    page.locator(".es-w-rail .es-w-pick", has_text="Your organisation").click()
    page.get_by_role("button", name="Bring an org chart").click()
    current = page.locator("[aria-label=Modes] [aria-current=page]")
    expect(current).to_have_text(["Your organisation"])
    given = {"name": "chart.csv", "mimeType": "text/csv", "buffer": b"id,manager\n1,\n2,1\n3,1\n"}
    page.set_input_files(".or-file input", given)
    page.get_by_role("button", name="Use it").click(timeout=LATE)
    page.get_by_role("button", name="To the lab").click()
    expect(current).to_have_text(["Lab"])
    page.go_back()
    expect(current).to_have_text(["Your organisation"])


def test_the_first_tab_stop_leads_past_the_head(open_page):
    page = open_page("/organisation")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_list_of_keys_takes_the_focus_and_gives_it_back(open_page):
    page = open_page()
    button = page.get_by_role("button", name="Keys")
    button.press("Enter")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(button).to_be_focused()
    expect(page.locator(".es-head")).to_be_visible()
    for shown in (1, 0, 1):
        page.keyboard.press("?")
        expect(listed).to_have_count(shown)
    listed.get_by_role("button", name="Close").click()
    expect(listed).to_have_count(0)
