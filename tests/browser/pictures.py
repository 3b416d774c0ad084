"""`python -m tests.browser.pictures` takes the pictures of the app: docs/assets/app-*.png."""

from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from empowersim.app.workshop.chapters import KEYS
from tests.browser.conftest import CHROMIUM, FLAGS, Served
from tests.browser.test_workshop import PICK, Phone, go_on, pin_of, to_the_end_of_the_run

PLACE = Path(__file__).parents[2] / "docs" / "assets"
SCREEN = {"width": 1280, "height": 720}
BETS = (10, 15, 20, 25, 30, 30, 35, 35, 40, 40, 50, 55, 60, 80)
"""Of the room, in percent."""
LATE = 60_000


def taken(page, name):
    # What moves has come to rest.
    page.wait_for_timeout(4000)
    page.screenshot(path=PLACE / f"app-{name}.png")


def revealed(page, phones):
    """Lead the first chapter from the welcome to its reveal, with all that else there might be."""
    page.locator(PICK).nth(1).click()
    go_on(page)
    expect(page.locator("#es-w-bet")).to_be_visible(timeout=LATE)
    for phone, percent in zip(phones, BETS, strict=True):
        assert phone.bet(percent, KEYS[0]) == 200
    go_on(page)
    to_the_end_of_the_run(page, 104)
    go_on(page)
    go_on(page)
    expect(page.locator(".es-w-other").first).to_be_visible(timeout=LATE)


def opened(browser, served, path, language):
    page = browser.new_context(locale=language, viewport=SCREEN).new_page()
    page.goto(served.address + path)
    expect(page.locator("h1")).to_be_visible(timeout=LATE)
    return page


def main():
    with Served("--share") as served, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = opened(browser, served, "/workshop", "fr-FR")
        phones = [Phone(served.address, pin_of(page)) for _each in BETS]
        taken(page, "welcome-fr")
        revealed(page, phones)
        taken(page, "reveal-fr")
        page.get_by_role("button", name="English").click()
        taken(page, "reveal-en")
        page.get_by_role("button", name="Français").click()
        page.locator(PICK).nth(4).click()
        go_on(page)
        go_on(page)
        to_the_end_of_the_run(page, 104)
        taken(page, "run-fr")
        page = opened(browser, served, "/lab?scenario=carry-it-together", "fr-FR")
        expect(page.locator(".es-player")).to_be_visible(timeout=LATE)
        page.keyboard.press("End")
        taken(page, "lab-fr")


if __name__ == "__main__":
    main()
