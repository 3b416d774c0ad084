"""The workshop as a facilitator leads it, with phones and without, in a real browser."""

import html
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest
from playwright.sync_api import expect

from empowersim.app.language import _
from empowersim.app.workshop.chapters import KEYS, chapters
from tests.browser.conftest import Served

NARROW = "\N{NARROW NO-BREAK SPACE}"
PICK = ".es-w-rail .es-w-pick"


@pytest.fixture(scope="module")
def address():
    """Where the app is served to a room, for all tests of this module."""
    with Served("--share") as served:
        yield served.address


@pytest.fixture
def workshop(open_page):
    """Opens the workshop in one more browser tab."""

    def opened(**settings):
        page = open_page("/workshop", **settings)
        page.wait_for_selector(".es-w-scene", timeout=60_000)
        return page

    return opened


class Phone:
    """A participant who has joined with the PIN that the screen shows."""

    def __init__(self, address, pin):
        self.address = address + "/join"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("Origin", address), ("Accept", "application/json")]
        self._ask("", pin=pin)

    def bet(self, percent, question):
        """The answer's status."""
        return self._ask("/bet", value=percent, question=question).status

    def shows(self, text):
        """Whether the page of this phone has a text."""
        with self._opener.open(self.address) as page:
            return text in html.unescape(page.read().decode())

    def _ask(self, path, **form):
        try:
            return self._opener.open(self.address + path, urllib.parse.urlencode(form).encode())
        except urllib.error.HTTPError as refusal:
            return refusal


def pin_of(page):
    return page.locator(".es-w-pin b").inner_text().replace(" ", "")


def go_on(page):
    page.keyboard.press("PageDown")


def step(page, name):
    expect(page.locator(".es-w-steps [aria-current]")).to_have_text([name])


def bet_on_screen(page, percent):
    page.locator("#es-w-bet").fill(str(percent))
    expect(page.locator(".es-w-together output")).to_contain_text(str(percent))


def to_the_end_of_the_run(page, weeks):
    """Ask until the runs are done: what is not there yet cannot be skipped."""
    expect(page.locator(".es-w-clock")).to_be_visible(timeout=60_000)
    go_on(page)
    expect(page.locator(".es-w-clock b")).to_contain_text(f" {weeks}")


def is_drawn(page):
    """Whether the signs of the single run are on its canvas."""
    return page.locator(".es-w-course canvas").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, 1000, 1000).data.some((x) => x > 0)"
    )


def test_every_chapter_from_its_story_to_its_debrief_by_clicker_in_french(workshop):
    page = workshop(locale="fr-FR")
    for number, chapter in enumerate(chapters(own_chart=False), 1):
        go_on(page)
        step(page, "Histoire")
        expect(page.locator("h1")).to_have_text(_(chapter.title, "fr"))
        expect(page.locator(".es-w-told")).to_have_count(3)
        go_on(page)
        step(page, "Pari")
        expect(page.locator("h1")).to_have_text(_(chapter.question, "fr"))
        bet_on_screen(page, 10 * number)
        go_on(page)
        step(page, "Simulation")
        expect(page.get_by_role("heading", level=1)).to_contain_text([_(chapter.title, "fr")])
        to_the_end_of_the_run(page, chapter.week)
        assert is_drawn(page)
        go_on(page)
        step(page, "Résultat")
        expect(page.locator("h1")).to_contain_text(f"La salle a dit {10 * number}{NARROW}%")
        expect(page.locator(".es-w-other")).to_have_count(0)
        go_on(page)
        expect(page.locator(".es-w-other")).to_have_count(len(chapter.others))
        go_on(page)
        step(page, "Échange")
        expect(page.locator(".es-w-questions li")).to_have_text(
            [_(question, "fr") for question in chapter.debrief]
        )
    go_on(page)
    expect(page.locator("tbody tr")).to_have_count(8)
    expect(page.locator("tbody .es-w-said")).to_have_count(8)
    expect(page.locator("tbody .es-w-mean")).to_have_count(8)
    expect(page.locator(".es-w-rail .es-w-mark", has_text="✓")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    page.emulate_media(media="print")
    expect(page.locator("tbody tr").last).to_be_visible()
    expect(page.locator(".es-w-rail")).to_be_hidden()


def test_phones_bet_and_see_what_came_out(workshop, address):
    page = workshop()
    phones = [Phone(address, pin_of(page)) for _each in range(5)]
    expect(page.locator(".es-w-door")).to_contain_text("5 participants are in")
    page.locator(PICK, has_text="All on the managers").click()
    step(page, "Story")
    assert all(phone.shows("The next question will appear here") for phone in phones)
    go_on(page)
    step(page, "Bet")
    for phone, percent in zip(phones, (10, 30, 55, 55, 80), strict=True):
        assert phone.bet(percent, KEYS[1]) == 200
    expect(page.locator(".es-w-dots i")).to_have_count(5)
    go_on(page)
    step(page, "Run")
    assert phones[0].bet(20, KEYS[1]) == 409
    assert phones[0].shows("Bets are closed")
    to_the_end_of_the_run(page, 104)
    go_on(page)
    expect(page.locator("h1")).to_contain_text(f"The room said 55{NARROW}%; in the model it is")
    expect(page.locator(".es-w-dot")).to_have_count(5)
    expect(page.locator(".es-w-remark")).to_contain_text("The closest bet was")
    said = page.locator(".es-w-value.es-w-late").inner_text()
    assert phones[0].shows(f'What came out: <strong class="outcome">{said}<')
    page.locator(PICK, has_text="What we bet").click()
    expect(page.locator("tbody .es-w-one")).to_have_count(5)
    assert phones[0].shows("The next question will appear here")


def test_bets_that_are_closed_can_be_taken_anew(workshop, address):
    page = workshop()
    phone = Phone(address, pin_of(page))
    go_on(page)
    go_on(page)
    step(page, "Bet")
    assert phone.bet(40, KEYS[0]) == 200
    expect(page.locator(".es-w-dots i")).to_have_count(1)
    go_on(page)
    to_the_end_of_the_run(page, 104)
    page.keyboard.press("PageUp")
    step(page, "Bet")
    assert phone.shows(f"Your bet is in: 40{NARROW}%")
    assert phone.shows("Change my bet")
    page.get_by_role("button", name="Run", exact=True).click()
    to_the_end_of_the_run(page, 104)
    go_on(page)
    step(page, "Reveal")
    page.get_by_role("button", name="Bet", exact=True).click()
    expect(page.locator(".es-w-closed")).to_contain_text("Bets are closed")
    assert phone.bet(0, KEYS[0]) == 409
    page.get_by_role("button", name="Bet again").click()
    expect(page.locator(".es-w-closed")).to_have_count(0)
    expect(page.locator(".es-w-dots i")).to_have_count(0)
    assert phone.bet(0, KEYS[0]) == 200


def test_a_look_at_the_welcome_does_not_cost_the_bets(workshop, address):
    page = workshop()
    phone = Phone(address, pin_of(page))
    page.locator(PICK, has_text="What we reward").click()
    go_on(page)
    step(page, "Bet")
    assert phone.bet(40, KEYS[5]) == 200
    expect(page.locator(".es-w-dots i")).to_have_count(1)
    page.locator(PICK, has_text="Welcome").click()
    expect(page.locator(".es-w-large")).to_be_visible()
    page.locator(PICK, has_text="What we reward").click()
    go_on(page)
    step(page, "Bet")
    expect(page.locator(".es-w-dots i")).to_have_count(1)
    assert phone.shows(f"Your bet is in: 40{NARROW}%")


def test_a_step_back_from_a_story_is_to_the_chapter_before(workshop):
    page = workshop()
    go_on(page)
    page.get_by_role("button", name="Run", exact=True).click()
    to_the_end_of_the_run(page, 104)
    for name in ("Reveal", "Reveal", "Debrief", "Story"):
        go_on(page)
        step(page, name)
    page.keyboard.press("PageUp")
    step(page, "Debrief")
    page.keyboard.press("ArrowLeft")
    step(page, "Reveal")
    expect(page.locator(".es-w-other")).to_have_count(3, timeout=60_000)
    page.reload()
    step(page, "Reveal")
    expect(page.locator(".es-w-reveal p").first).to_be_visible()
    expect(page.locator("h1")).to_contain_text("In the model it is", timeout=60_000)


def test_nothing_of_the_end_shows_before_its_week(workshop):
    page = workshop()
    page.locator(PICK, has_text="Carry it together").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".es-w-clock")).to_be_visible(timeout=60_000)
    shares = page.locator(".es-w-course .es-w-share")
    assert int(shares.first.text_content().strip(f"{NARROW}%")) < 50
    assert page.locator("#es-w-lived rect").evaluate("lived => lived.width.baseVal.value") < 305
    page.get_by_role("button", name="Skip to the end").click()
    expect(page.locator(".es-w-clock b")).to_have_text("week 104")
    assert page.locator("#es-w-lived rect").evaluate("lived => lived.width.baseVal.value") == 610
    page.get_by_role("button", name="Play again").click()
    expect(page.locator(".es-w-clock b")).not_to_have_text("week 104")


def test_arrows_turn_pages_but_not_under_a_slider(workshop):
    page = workshop()
    page.keyboard.press("ArrowRight")
    step(page, "Story")
    page.keyboard.press("ArrowRight")
    step(page, "Bet")
    page.locator("#es-w-bet").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".es-w-together output")).to_have_text(f"51{NARROW}%")
    step(page, "Bet")
    go_on(page)
    step(page, "Run")
    page.keyboard.press("ArrowLeft")
    step(page, "Bet")
    expect(page.locator(".es-w-together output")).to_have_text(f"51{NARROW}%")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(page.locator("h1")).to_have_text("Who carries the change?")


def test_of_two_screens_the_one_where_somebody_pressed_last_drives(workshop):
    one, other = workshop(), workshop(locale="fr-FR")
    go_on(one)
    go_on(one)
    step(one, "Bet")
    expect(one.locator(".es-w-elsewhere")).to_have_count(0)
    other.locator(PICK, has_text="Tout sur les équipes").click()
    go_on(other)
    step(other, "Pari")
    expect(other.locator(".es-w-elsewhere")).to_have_count(0)
    expect(one.locator(".es-w-elsewhere")).to_contain_text("Another screen drives")
    one.get_by_role("button", name="Drive it from here").click()
    expect(one.locator(".es-w-elsewhere")).to_have_count(0)
    expect(other.locator(".es-w-elsewhere")).to_contain_text("un autre écran")


def test_a_page_that_is_loaded_anew_goes_on_where_it_was(workshop):
    page = workshop()
    go_on(page)
    go_on(page)
    bet_on_screen(page, 35)
    # What is kept follows the press a moment later.
    page.wait_for_function("sessionStorage.getItem('empowersim-workshop').includes('0.35')")
    page.reload()
    step(page, "Bet")
    expect(page.locator(".es-w-together output")).to_have_text(f"35{NARROW}%")


def test_a_chapter_opens_in_the_lab_and_the_workshop_waits(workshop):
    page = workshop()
    go_on(page)
    page.get_by_role("button", name="Run", exact=True).click()
    to_the_end_of_the_run(page, 104)
    go_on(page)
    go_on(page)
    go_on(page)
    step(page, "Debrief")
    page.get_by_role("button", name="Open in the lab").click()
    expect(page.locator("nav [aria-current=page]")).to_have_text("Lab")
    page.locator(".es-mode", has_text="Workshop").click()
    step(page, "Debrief")


def test_the_last_chapter_runs_on_the_chart_that_was_brought(open_page):
    page = open_page("/organisation")
    chart = b"id,manager\n1,\n2,1\n3,1\n4,2\n"
    given = {"name": "chart.csv", "mimeType": "text/csv", "buffer": chart}
    page.set_input_files(".or-file input", given)
    page.get_by_role("button", name="Use it").click(timeout=40_000)
    page.locator("nav a", has_text="Workshop").click()
    page.locator(PICK, has_text="Your organisation").click()
    expect(page.locator(".es-w-told").first).to_contain_text("that you have brought")
    page.get_by_role("button", name="Run", exact=True).click()
    to_the_end_of_the_run(page, 104)
    shares = page.locator(".es-w-course .es-w-share").all_text_contents()
    assert sum(int(share.strip(f"{NARROW}%")) for share in shares) in (99, 100, 101)
    go_on(page)
    step(page, "Reveal")
    page.get_by_role("button", name="Debrief").click()
    page.get_by_role("button", name="Open in the lab").click()
    expect(page.locator("nav [aria-current=page]")).to_have_text("Lab")


def test_presenting_shows_the_stage_alone_and_scrolls_nowhere(workshop):
    page = workshop(viewport={"width": 1280, "height": 720}, locale="fr-FR")
    page.keyboard.press("p")
    expect(page.locator(".es-w-rail")).to_be_hidden()
    for _press in range(3):
        assert page.evaluate("document.documentElement.scrollHeight") <= 720
        assert len(page.screenshot()) > 25_000
        go_on(page)
