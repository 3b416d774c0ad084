"""The lab in a real browser: levers and forecast, the clock, people, A and B, links, exports."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from empowersim.app.lab.watching import LONG_QUIET

READY = ".es-player"
NEVER = 20.0
"""Seconds after which a forecast is not awaited any more."""

MOVE = """async (key) => {
  const slider = document.querySelectorAll(".es-lever [role=slider]")[2];
  const before = window.esForecastAt, begun = performance.now();
  const past = () => performance.now() - begun, wait = (done) => setTimeout(done, 4);
  const keyCode = key === "ArrowRight" ? 39 : 37;
  slider.focus();
  slider.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode, bubbles: true }));
  while (window.esForecastAt === before && past() < NEVER) await new Promise(wait);
  return past() / 1000;
}""".replace("NEVER", str(1000 * NEVER))


@pytest.fixture
def lab(open_page):
    def opened(query="", **options):
        page = open_page(f"/lab{query}", **options)
        page.wait_for_selector(READY, timeout=60_000)
        return page

    return opened


def week(page):
    return int(re.search(r"\d+", page.locator(".es-week").inner_text()).group())


def go_to(page, number):
    page.evaluate("(week) => dispatchEvent(new CustomEvent('es-goto', { detail: week }))", number)
    expect(page.locator(".es-when")).to_contain_text(str(number + 1))


def lever(page, name):
    return page.get_by_role("slider", name=name)


def test_the_first_screen(lab):
    page = lab()
    expect(page.locator(".es-person")).to_have_count(241)
    expect(page.locator("h1")).to_contain_text("of 100 futures")
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 1080
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.es-page *')].filter((e) => e.innerText"
        " && !e.children.length && e.checkVisibility()).map((e) =>"
        " parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 18


def test_every_move_of_a_lever_brings_a_forecast(lab):
    page = lab("?scenario=just-let-go")
    before = page.locator("h1").inner_text()
    for _ in range(12):
        assert page.evaluate(MOVE, "ArrowRight") < NEVER
    expect(page.locator("h1")).not_to_have_text(before)


def test_playing_sends_nothing_and_a_pause_tells_the_week(lab):
    page = lab()
    page.wait_for_timeout(1000 * (LONG_QUIET + 4))  # the witness has come
    sent, received = [], []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda one: sent.append(one))
    session.on("Network.webSocketFrameReceived", lambda one: received.append(one))
    page.keyboard.press(" ")
    page.wait_for_timeout(3000)
    assert week(page) > 10
    assert not sent
    assert not received
    page.keyboard.press(" ")
    now = week(page)
    expect(page.locator(".es-when")).to_contain_text(f"From week {now + 1} on")
    expect(page.locator(".es-series figcaption")).to_contain_text(f"from week {now} on")


def test_keys_step_and_scrub(lab):
    page = lab()
    for key, then in (("ArrowRight", 1), ("Shift+ArrowRight", 5), ("ArrowLeft", 4), ("End", 156)):
        page.keyboard.press(key)
        assert week(page) == then
    expect(page.locator("h1")).to_contain_text("This run ends with")
    expect(page.locator(".es-when")).to_contain_text("From week 156 on")
    page.keyboard.press("Home")
    assert week(page) == 0
    expect(page.locator("h1")).to_contain_text("of 100 futures")


def test_an_intervention_keeps_the_past_and_can_be_undone(lab):
    page = lab("?scenario=carry-it-together")
    go_to(page, 40)
    past = "[...Array(41)].map((_, week) => [...esRun.room(week)].join()).join('/')"
    before = page.evaluate(past)
    later = page.evaluate("[...esRun.room(90)].join()")
    lever(page, "Accompaniment of managers").press("Home")
    expect(page.locator(".es-changes li")).to_have_count(1)
    page.wait_for_function("(was) => [...esRun.room(90)].join() !== was", arg=later)
    assert page.evaluate(past) == before
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".es-changes li")).to_have_count(0)
    page.wait_for_function("(was) => [...esRun.room(90)].join() === was", arg=later)
    page.keyboard.press("Control+y")
    expect(page.locator(".es-changes li")).to_contain_text("Week 41: Accompaniment of managers 0")
    page.get_by_role("button", name="Remove: Week 41").click()
    expect(page.locator(".es-changes li")).to_have_count(0)


def test_a_and_b_under_the_same_luck(lab):
    page = lab("?scenario=carry-it-together")
    page.get_by_role("button", name="Keep as A").click()
    lever(page, "Accompaniment of managers").press("Home")
    expect(page.locator(".es-verdict p")).to_contain_text("B ends with more partnerships than A")
    page.wait_for_function("location.search.includes('a.scenario')")
    page.get_by_role("button", name="Drop A").click()
    expect(page.locator(".es-verdict p")).to_have_count(0)


def test_a_stays_while_b_becomes_a_longer_scenario(lab):
    page = lab("?scenario=carry-it-together")
    page.get_by_role("button", name="Keep as A").click()
    page.locator(".es-now select").select_option("Stop too early")
    expect(page.locator("h1")).to_contain_text("in week 260")
    expect(page.locator(".es-verdict p")).to_contain_text("B ends with more partnerships than A")


def test_what_cannot_be_watched_is_not_waited_for(open_page):
    page = open_page("/lab?chart=20x3&weeks=1040")
    expect(page.get_by_role("alert")).to_contain_text("are too many to watch", timeout=60_000)
    expect(page.locator("h1")).to_have_count(0)
    expect(page.locator(".es-stage .v-progress-linear")).to_have_count(0)
    page.locator(".es-now select").select_option("Carry it together")
    expect(page.locator(READY)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_late_echo_does_not_move_the_clock(lab):
    page = lab()
    told = page.evaluate("""async () => {
      const clock = document.querySelector(".es-player").__vue__, weeks = [];
      const echo = async (week) => {
        clock.at = { week };
        await clock.$nextTick();
        weeks.push(clock.week);
      };
      clock.tell_week = () => {};
      for (const week of [10, 12]) { clock.go(week); clock.tell(); }
      await echo(10); await echo(12); await echo(3);
      return weeks;
    }""")
    assert told == [12, 12, 3]


def test_a_persons_story_and_reasons(lab):
    page = lab("?scenario=carry-it-together&week=60")
    person = page.get_by_role("button", name=re.compile("^Ana Marshall"))
    person.focus()
    page.keyboard.press("Enter")
    story = page.locator(".es-story")
    expect(story.locator("h2")).to_have_text("Ana Marshall")
    expect(story).to_contain_text("reports to Olivier Lindqvist")
    expect(story.locator(".es-bars").first).to_contain_text("habit of control", timeout=20_000)
    expect(story).to_contain_text("Last matters: 12")
    go_to(page, 61)
    expect(story).to_contain_text("Week 61:")
    story.get_by_role("button", name="Close the story").click()
    expect(story).to_have_count(0)


def test_people_are_reached_by_arrows(lab):
    page = lab()
    page.locator(".es-person").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert re.search(r"directed, autonomy \d+.%, responsibility \d+.%", focused)
    assert week(page) == 0


def test_what_happens_is_told_in_french(lab):
    page = lab("?scenario=stop-too-early&week=70", locale="fr-FR")
    expect(page.locator("h1")).to_contain_text("futurs sur 100")
    expect(page.locator(".es-feed")).to_contain_text(re.compile("reprend .* à "), timeout=20_000)
    page.keyboard.press("p")
    expect(page.locator(".es-feed")).to_be_hidden()
    expect(page.locator(".es-policy")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_a_link_brings_back_the_trial_and_a_hostile_one_says_why(lab):
    page = lab("?scenario=stop-too-early&coaching=0.9&then=60.mandate.0&week=30")
    expect(page.locator(".es-changes li")).to_have_text(re.compile("Week 60: Push to let go 0.%"))
    assert week(page) == 30
    expect(page.locator(".es-lever", has_text="Accompaniment")).to_contain_text("90")
    go_to(page, 35)
    page.wait_for_function("location.search.includes('week=35')")
    page = lab("?scenario=<img src=x onerror=alert(1)>&then=hello")
    expect(page.get_by_role("alert")).to_contain_text("no scenario is called")
    expect(page.locator(".es-person")).to_have_count(241)


def test_a_link_to_a_chart_that_is_not_here_says_so(lab):
    page = lab("?chart=own", locale="fr-FR")
    expect(page.get_by_role("alert")).to_contain_text("voici l'exemple")
    expect(page.locator(".es-person")).to_have_count(241)


CUT = """() => {
  const column = document.querySelector(".es-policy"), box = column.getBoundingClientRect();
  const parts = [...column.querySelectorAll("button, select, .es-lever, .es-changes")];
  const out = parts.filter((each) => {
    const { bottom, right } = each.getBoundingClientRect();
    return !each.closest(".es-changes li") && (bottom > box.bottom + 1 || right > box.right + 1);
  });
  const texts = [...document.querySelectorAll(".es-page *")].filter((each) =>
    each.innerText && !each.children.length && each.checkVisibility());
  const sizes = texts.map((each) => parseFloat(getComputedStyle(each).fontSize));
  return [out.map((each) => each.innerText), Math.min(...sizes)];
}"""


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.parametrize(
    ("wide", "high", "least"), [(1280, 720, 14), (1366, 768, 14), (1920, 1080, 18)]
)
def test_nothing_is_cut_on_a_laptop_or_a_projector(lab, locale, wide, high, least):
    for query in ("?scenario=just-let-go", "?scenario=stop-too-early"):
        page = lab(query, locale=locale, viewport={"width": wide, "height": high})
        cut, smallest = page.evaluate(CUT)
        assert cut == []
        assert smallest >= least


def test_table_picture_and_printed_page(lab, tmp_path):
    page = lab("?week=20")
    with page.expect_download() as table:
        page.get_by_role("button", name="Table").click()
    lines = Path(table.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("week,autonomy,")
    assert len(lines) == 158
    with page.expect_download() as picture:
        page.get_by_role("button", name="Picture").click()
    data = Path(picture.value.path()).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 50_000
    page.emulate_media(media="print")
    expect(page.locator(".es-debrief")).to_contain_text("it does not predict")
    expect(page.locator(".es-policy")).to_be_hidden()


def test_thousands_of_people_are_folded(lab):
    page = lab("?chart=10x3")
    people = page.locator(".es-person")
    expect(people).to_have_count(111)
    page.locator(".es-person").nth(11).focus()
    page.keyboard.press("+")
    expect(people).to_have_count(121)
    page.keyboard.press("-")
    expect(people).to_have_count(111)
