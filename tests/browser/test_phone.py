"""The participants' page on a phone, and who is let in to the others, in a real browser."""

import threading
import time

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.applications import Starlette

from empowersim.app import server
from empowersim.app.guard import Guard
from empowersim.app.network import own_addresses
from empowersim.app.room import phone
from empowersim.app.room.betting import ROOM, Question, Room
from empowersim.app.room.tries import Tries
from tests.browser.conftest import Served, free_port

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "fr-FR"}
QUESTION = Question("let-go", "What share of partnerships?", "Quelle part de partenariats ?")
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def room_address():
    """The participants' page served from here, so that the test can drive its room."""
    listening = server.listen(free_port())
    app = Guard(Starlette(routes=phone.routes()), dict, 40)
    served = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://localhost:{listening.getsockname()[1]}/join"
    served.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(phone, "TRIES", Tries())
    for name, value in vars(Room()).items():
        monkeypatch.setattr(ROOM, name, value)
    return ROOM


@pytest.fixture
def phones(browser, room_address, room):
    """Opens the page on one more phone; in the end, nothing may have gone wrong in any."""
    wrong, contexts = [], []

    def opened(**settings):
        contexts.append(browser.new_context(**PHONE | settings))
        page = contexts[-1].new_page()
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda asked: asked.url.startswith((room_address, "data:")) or wrong.append(asked.url),
        )
        page.goto(room_address)
        return page

    yield opened
    for context in contexts:
        context.close()
    # A wrong PIN, and a connection that a test cut, are told to the console too.
    assert [
        each for each in wrong if "403" not in each and "INTERNET_DISCONNECTED" not in each
    ] == []


def enter(page, pin):
    page.get_by_label("Le code affiché à l'écran").fill(pin)
    page.get_by_role("button", name="Entrer").click()


def test_a_phone_joins_bets_and_sees_what_came_out(phones, room):
    page = phones()
    enter(page, "x" * 6 if room.pin == "000000" else "000000")
    expect(page.get_by_role("alert").first).to_contain_text("Ce n'est pas le code")
    enter(page, room.pin)
    expect(page.locator("h1")).to_have_text("Vous y êtes.")
    room.open(QUESTION)
    expect(page.locator("h1")).to_contain_text("Quelle part de partenariats")
    page.get_by_label("Votre pari").fill("41")
    page.get_by_role("button", name="Un de moins").click()
    expect(page.locator("output")).to_have_text(f"40{NARROW}%")
    page.get_by_role("button", name="Parier").click()
    expect(page.locator(".in")).to_contain_text(f"40{NARROW}%")
    assert room.bets() == [0.4]
    for value in (0.1, 0.4, 0.9):
        room.bet(room.join(), value)
    room.close()
    expect(page.locator("main")).to_contain_text("Les paris sont clos")
    room.reveal(0.02)
    expect(page.locator(".outcome")).to_have_text(f"2{NARROW}%")
    expect(page.locator("circle")).to_have_count(4)
    expect(page.locator("circle.own")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    room.put_away()
    expect(page.locator("h1")).to_have_text("Vous y êtes.")


def test_a_bet_placed_without_a_connection_arrives_later(phones, room):
    page = phones()
    enter(page, room.pin)
    room.open(QUESTION)
    page.get_by_label("Votre pari").fill("70")
    page.context.set_offline(True)
    page.get_by_role("button", name="Parier").click()
    expect(page.get_by_text("La connexion est perdue")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".in")).to_contain_text(f"70{NARROW}%")
    expect(page.get_by_text("La connexion est perdue")).to_be_hidden()
    assert room.bets() == [0.7]


def test_without_scripts_a_phone_bets_all_the_same(phones, room):
    page = phones(java_script_enabled=False)
    enter(page, room.pin)
    room.open(QUESTION)
    expect(page.locator("h1")).to_contain_text("Quelle part", timeout=10_000)
    page.get_by_role("button", name="Parier").click()
    expect(page.locator(".in")).to_contain_text(f"50{NARROW}%")
    assert room.bets() == [0.5]


def test_two_phones_speak_two_languages(phones, room):
    one, other = phones(), phones(locale="en-GB")
    expect(one.locator("html")).to_have_attribute("lang", "fr")
    expect(other.locator("html")).to_have_attribute("lang", "en")
    other.get_by_role("link", name="Français").click()
    expect(other.locator("h1")).to_have_text("Rejoindre la salle")


def test_a_closed_tab_gives_its_place_to_the_next(browser):
    with Served("--sessions", "1") as served:
        address = served.address
        first = browser.new_context(locale="en-GB").new_page()
        first.goto(address)
        expect(first.locator(".es-page")).to_be_visible(timeout=60_000)
        second = browser.new_context(locale="fr-FR").new_page()
        assert second.goto(address).status == 503
        expect(second.locator("h1")).to_have_text("Toutes les places sont prises")
        first.close(run_before_unload=True)
        closed = time.monotonic()
        while second.goto(address).status == 503:
            assert time.monotonic() < closed + 5
        expect(second.locator(".es-page")).to_be_visible(timeout=60_000)
        first.context.close()
        second.context.close()


@pytest.mark.skipif(not own_addresses(), reason="needs a network card")
def test_from_the_network_the_room_bets_and_the_presenter_presents(browser):
    with Served("--share") as served:
        said = served.process.stdout
        participants, presenter = said.readline().split(), said.readline().split()
        address, pin, link = participants[3], participants[-1], presenter[-1]
        page = browser.new_context(**PHONE).new_page()
        page.goto(address.removesuffix("join") + "workshop")
        assert page.url == address
        enter(page, pin)
        expect(page.locator("h1")).to_have_text("Vous y êtes.")
        wrong = []
        other = browser.new_context().new_page()
        other.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        other.on("pageerror", lambda error: wrong.append(str(error)))
        other.goto(link)
        expect(other.locator(".es-page")).to_be_visible(timeout=60_000)
        assert "key" not in other.url
        assert wrong == []
        page.context.close()
        other.context.close()
