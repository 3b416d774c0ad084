"""The room: phases, bets that count once, and how many it takes."""

import threading

import pytest

from empowersim.app.room.betting import (
    GONE_AFTER,
    MOST_PARTICIPANTS,
    NotJoined,
    Question,
    Room,
    RoomError,
    RoomFull,
)
from empowersim.errors import ParameterError

QUESTION = Question("one", "How many?", "Combien ?")
OTHER = Question("two", "And now?", "Et là ?")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_pins_are_six_digits_of_their_own():
    pins = {Room().pin for _ in range(50)}
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(pins) > 40


def test_a_round_from_waiting_to_revealed():
    room = Room()
    assert (room.phase, room.question, room.bets()) == ("waiting", None, [])
    one, two = room.join(), room.join()
    room.open(QUESTION)
    room.bet(one, 0.4)
    room.bet(two, 1)
    room.bet(one, 0.3)
    assert room.bets() == [0.3, 1]
    assert (room.bet_of(one), room.bet_of(two)) == (0.3, 1)
    room.close()
    with pytest.raises(RoomError, match="wait for the next question"):
        room.bet(one, 0.9)
    room.reveal(0.05)
    assert room.state()[1:] == ("revealed", QUESTION, 0.05, (0.3, 1))
    room.put_away()
    assert room.state()[1:] == ("waiting", None, None, ())


def test_a_closed_question_goes_on_and_a_revealed_one_begins_anew():
    room = Room()
    token = room.join()
    room.open(QUESTION)
    room.bet(token, 0.4)
    room.close()
    room.open(QUESTION)
    assert room.bets() == [0.4]
    room.reveal(0.1)
    room.open(QUESTION)
    assert room.state()[1:] == ("betting", QUESTION, None, ())


def test_bets_outlast_a_look_elsewhere_until_they_were_revealed():
    room = Room()
    token = room.join()
    room.open(QUESTION)
    room.bet(token, 0.4)
    room.put_away()
    assert room.bets() == []
    room.open(OTHER)
    room.bet(token, 0.7)
    room.open(QUESTION)
    assert (room.bets(), room.bets("two")) == ([0.4], [0.7])
    room.reveal(0.1)
    room.open(OTHER)
    assert (room.bets("one"), room.bets()) == ([], [0.7])


def test_a_forgotten_bet_is_not_the_next_groups():
    room = Room()
    token = room.join()
    for question in (OTHER, QUESTION):
        room.open(question)
        room.bet(token, 0.4)
    room.forget("one")
    assert (room.bets(), room.bet_of(token), room.bets("two")) == ([], None, [0.4])
    room.bet(token, 0.6)
    assert room.bets() == [0.6]
    room.forget()
    assert (room.bets(), room.bets("two")) == ([], [])
    room.bet(token, 0.5)
    assert room.bets() == [0.5]


def test_a_bet_that_comes_late_is_not_one_on_the_next_question():
    room = Room()
    token = room.join()
    room.open(QUESTION)
    room.open(OTHER)
    with pytest.raises(RoomError):
        room.bet(token, 0.4, "one")
    room.bet(token, 0.4, "two")
    assert (room.bets("one"), room.bets("two")) == ([], [0.4])


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf"), "0.5", None, True])
def test_a_bet_that_is_no_share_is_refused(value):
    room = Room()
    token = room.join()
    room.open(QUESTION)
    with pytest.raises(ParameterError, match="bet"):
        room.bet(token, value)
    with pytest.raises(ParameterError, match="outcome"):
        room.reveal(value)
    assert (room.bets(), room.phase) == ([], "betting")


def test_out_of_turn():
    room = Room()
    with pytest.raises(RoomError, match="waiting"):
        room.close()
    with pytest.raises(RoomError, match="no question"):
        room.reveal(0.1)
    room.open(QUESTION)
    with pytest.raises(NotJoined, match="PIN"):
        room.bet("made up", 0.1)


def test_participants_are_those_heard_of_in_the_last_minute():
    clock = Clock()
    room = Room(clock)
    here, _away = room.join(), room.join()
    assert room.participants() == 2
    clock.now = 61
    assert room.greet(here)
    assert not room.greet("made up")
    assert room.participants() == 1


def test_a_full_room_takes_another_when_someone_is_long_gone():
    clock = Clock()
    room = Room(clock)
    gone = room.join()
    clock.now = GONE_AFTER / 2
    for _ in range(MOST_PARTICIPANTS - 1):
        room.join()
    with pytest.raises(RoomFull, match=str(MOST_PARTICIPANTS)):
        room.join()
    clock.now = GONE_AFTER + 1
    room.join()
    assert not room.greet(gone)


def test_a_change_wakes_who_waits_for_it():
    room = Room()
    version, seen = room.wait_for_change(-1, 10), []
    waiting = threading.Thread(target=lambda: seen.append(room.wait_for_change(version, 10)))
    waiting.start()
    room.open(QUESTION)
    waiting.join(5)
    assert seen != [version]
    assert room.wait_for_change(seen[0], 0.01) == seen[0]
    assert room.wait_for_change(version, 10) == seen[0]


def test_many_threads_bet_at_once():
    room = Room()
    tokens = [room.join() for _ in range(50)]
    room.open(QUESTION)

    def bet(token):
        for step in range(20):
            room.bet(token, step / 19)

    threads = [threading.Thread(target=bet, args=(token,)) for token in tokens]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert room.bets() == [1.0] * 50
