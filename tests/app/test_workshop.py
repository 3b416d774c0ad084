"""The facilitator's steps, and what is told if the model does not run; drawn without a browser."""

import time

import ipyvuetify
import pytest
import solara

from empowersim.app import language
from empowersim.app.room import phone
from empowersim.app.room.betting import ROOM, Room
from empowersim.app.workshop import mode, stages
from empowersim.app.workshop.chapters import KEYS, PHASES, PLACES, Outcome, Place, Playing, Record
from empowersim.errors import OrgChartError

OUTCOME = Outcome(0.5, 0.4, 0.6)
PLAYED = Playing(16, ((0.0,), (0.25,), (0.25,), (0.5,)), OUTCOME, (), (1,), ("3",))


@pytest.fixture(autouse=True)
def workshop(monkeypatch):
    """A workshop that has just begun, and a room of its own."""
    for name, value in vars(Room()).items():
        monkeypatch.setattr(ROOM, name, value)
    for kept, value in (
        (mode.place, PLACES[0]),
        (mode.records, {}),
        (mode.shown, False),
        (mode.playing, None),
        (mode.failed, None),
        (stages.chosen, ""),
        (language.current, "en"),
    ):
        kept.set(value)


def be_at(key, phase, *, done=()):
    mode.records.set({key: Record((0.3,), 0.4, OUTCOME) for key in done})
    mode.place.set(Place(key, phase))


def texts(widget):
    """All that a widget and those in it show."""
    if isinstance(widget, str):
        return [widget]
    return [text for child in getattr(widget, "children", None) or [] for text in texts(child)]


def drawn(what):
    """A component, drawn, and a way to read it."""
    box, drawing = solara.render(what, handle_error=False)
    return drawing, lambda: " ".join(texts(box))


def soon(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", range(1, 8))
def test_from_a_story_a_step_back_leads_to_the_last_chapters_debrief(number):
    be_at(KEYS[number], "story", done=KEYS[:number])
    mode.back()
    assert (mode.place.value, mode.shown.value) == (Place(KEYS[number - 1], "debrief"), True)
    mode.back()
    assert (mode.place.value, mode.shown.value) == (Place(KEYS[number - 1], "reveal"), True)


def test_from_the_summary_a_step_back_leads_to_the_last_debrief():
    mode.records.set({KEYS[-1]: Record(outcome=OUTCOME)})
    mode.place.set(PLACES[-1])
    mode.back()
    assert mode.place.value == Place(KEYS[-1], "debrief")


def test_back_to_a_chapter_that_was_passed_over_is_to_its_story():
    be_at(KEYS[3], "story", done=KEYS[:1])
    mode.back()
    assert mode.place.value == Place(KEYS[2], "story")
    mode.back()
    mode.back()
    assert mode.place.value == Place(KEYS[0], "debrief")


@pytest.mark.parametrize("at", PLACES[1:])
def test_a_step_back_leads_somewhere_from_everywhere(at):
    mode.place.set(at)
    mode.back()
    assert PLACES.index(mode.place.value) < PLACES.index(at)
    assert mode.place_before(PLACES[0]) is None


def test_a_look_elsewhere_does_not_cost_the_bets():
    token = ROOM.join()
    be_at(KEYS[0], "story")
    mode.forward()
    ROOM.bet(token, 0.3)
    mode.go_to(PLACES[0])
    assert ROOM.phase == "waiting"
    mode.go_to(Place(KEYS[2], "story"))
    mode.go_to(Place(KEYS[0], "bet"))
    assert ROOM.bets() == [0.3]


@pytest.mark.parametrize("to", PHASES[2:])
def test_bets_are_noted_wherever_one_goes_on_to(to):
    token = ROOM.join()
    be_at(KEYS[0], "story")
    mode.forward()
    ROOM.bet(token, 0.3)
    mode.playing.set((KEYS[0], PLAYED))
    mode.go_to(Place(KEYS[0], to))
    assert mode.record_of(KEYS[0]).bets == (0.3,)


def test_who_bets_anew_or_begins_anew_inherits_nothing():
    token = ROOM.join()
    for key in KEYS[:2]:
        mode.go_to(Place(key, "bet"))
        ROOM.bet(token, 0.3)
    mode.bet_anew()
    assert (ROOM.bets(), ROOM.bets(KEYS[0])) == ([], [0.3])
    mode.begin_anew()
    assert ROOM.bets(KEYS[0]) == []


def test_a_reveal_without_its_runs_says_that_the_model_is_running():
    be_at(KEYS[0], "reveal", done=KEYS[:1])
    chapter = mode.chapter_at(mode.place.value)
    drawing, said = drawn(stages.Reveal(chapter, mode.record_of(KEYS[0]), None, more=False))
    assert "The model is running" in said()
    drawing.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OrgChartError("nobody is in the chart; bring another"), "nobody is in the chart"),
        (MemoryError(), "The memory of this machine is full"),
    ],
)
def test_a_model_that_does_not_run_is_told_and_run_again_when_asked(monkeypatch, error, told):
    def play(*_given):
        raise error

    monkeypatch.setattr(mode, "play", play)
    be_at(KEYS[0], "run")
    drawing, said = drawn(mode.Workshop())
    soon(lambda: told in said())
    assert "Try again" in said()
    monkeypatch.setattr(mode, "play", lambda *_given: PLAYED)
    drawing.find(ipyvuetify.Btn, children=["Try again"]).widget.fire_event("click", {})
    soon(lambda: mode.played(KEYS[0]))
    assert told not in said()
    drawing.close()


def test_the_door_sends_phones_where_they_are_in_the_network(monkeypatch):
    def door(*hosts, shared=True):
        monkeypatch.setattr(phone, "own_addresses", lambda: [*hosts])
        monkeypatch.setattr(ROOM, "shared", shared)
        seen = stages.Seen(ROOM.state(), 0, phone.join_addresses())
        drawing, said = drawn(stages.Door(seen, large=True))
        told = said()
        drawing.close()
        return told

    assert "empowersim app --share" in door("192.168.1.5", shared=False)
    for told in (door(), door("192.168.1.5", shared=False)):
        assert "Bet together, on the screen" in told
        assert ROOM.pin[:3] not in told
    assert "connect this machine to the network" in door()
    alone = door("192.168.1.5")
    assert "http://192.168.1.5:8765/join" in alone
    assert "192.168.1.5" in door("192.168.1.5", "172.17.0.1")
    stages.chosen.set("http://172.17.0.1:8765/join")
    assert "172.17.0.1" in door("192.168.1.5", "172.17.0.1")
    assert "192.168.1.5" in door("192.168.1.5")
