"""The doors, the head, the languages and the keys, in a real browser."""

from playwright.sync_api import expect

MODES = ("Workshop", "Lab", "Explore", "Your organisation")


def test_every_door_leads_to_its_mode(open_page):
    page = open_page()
    for mode in MODES:
        page.locator(".es-name").click()
        page.locator(".es-door", has_text=mode).click()
        expect(page.locator("nav [aria-current=page]")).to_have_text(mode)
        expect(page.locator("h1")).to_be_visible()


def test_two_users_speak_two_languages(open_page):
    one, other = open_page(), open_page(locale="fr-FR")
    expect(one.locator("h1")).to_have_text("Who carries the change?")
    expect(other.locator("h1")).to_contain_text("Qui porte le changement")
    one.get_by_role("button", name="Français").click()
    expect(one.locator("h1")).to_contain_text("Qui porte le changement")
    expect(one.locator("html")).to_have_attribute("lang", "fr")
    other.get_by_role("button", name="English").click()
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(one.locator("html")).to_have_attribute("lang", "fr")


def test_keys_present_and_help(open_page):
    page = open_page()
    expect(page.locator(".es-head")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".es-head")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator(".es-head")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator(".es-keys")).to_contain_text("play or pause")
    page.keyboard.press("Escape")
    expect(page.locator(".es-keys")).to_be_hidden()
