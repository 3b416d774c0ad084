"""The workshop's chapters: told whole in both languages, and true of what the engine says."""

import json
from concurrent.futures import CancelledError
from string import Formatter
from threading import Event

import pytest
from babel.messages.pofile import read_po

from empowersim.app.language import LOCALES, _
from empowersim.app.room.betting import Room
from empowersim.app.workshop.chapters import (
    FEWEST_RUNS,
    KEYS,
    MOST_DOTS,
    PHASES,
    PLACES,
    Outcome,
    Place,
    Record,
    chapters,
    kept,
    play,
    restored,
)
from empowersim.errors import OrgChartError
from empowersim.org_chart import balanced, sample

TOLD = (*chapters(own_chart=False), chapters(own_chart=True)[-1])
by_key = {chapter.key: chapter for chapter in TOLD}


def texts_of(chapter):
    return [
        chapter.title,
        *chapter.story,
        chapter.essay,
        chapter.question,
        *(other.text for other in chapter.others),
        *chapter.debrief,
        chapter.finding,
        chapter.silence,
    ]


@pytest.fixture(scope="module")
def played():
    """Every chapter on the sample, run once; fewer runs than in the workshop."""
    return {chapter.key: play(chapter, sample(), runs=16) for chapter in TOLD[:8]}


@pytest.mark.parametrize("chapter", TOLD, ids=lambda chapter: chapter.story[0][:12])
def test_a_chapter_is_told_whole_in_both_languages(chapter):
    for text in texts_of(chapter):
        assert text
        assert _(text, "fr") != _(text, "en")
    assert len(chapter.story) == len(chapter.debrief) == 3
    assert 1 <= len(chapter.others) <= 4
    assert (
        len({text for text in texts_of(chapter) if text != chapter.question})
        == len(texts_of(chapter)) - 1
    )


def test_the_french_file_has_a_text_for_every_message_and_the_same_blanks():
    with (LOCALES / "fr" / "workshop.po").open("rb") as source:
        messages = [message for message in read_po(source, locale="fr") if message.id]
    for message in messages:
        for one, other in zip(
            [message.id] if isinstance(message.id, str) else message.id,
            [message.string] if isinstance(message.string, str) else message.string,
            strict=True,
        ):
            assert other.strip(), one
            assert blanks(one) == blanks(other), one


def blanks(text):
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name}


def test_there_are_eight_chapters_and_the_last_is_ones_own():
    assert len(KEYS) == len(set(KEYS)) == 8
    assert tuple(chapter.key for chapter in chapters(own_chart=True)) == KEYS
    assert KEYS[-1] == "your-organisation"
    assert len(PLACES) == 8 * len(PHASES) + 2


@pytest.mark.parametrize("chapter", TOLD[:8], ids=lambda chapter: chapter.key)
def test_runs_give_shares_and_one_run_gives_its_relations(chapter, played):
    found = played[chapter.key]
    for outcome in (found.outcome, *found.others):
        assert 0 <= outcome.low <= outcome.mean <= outcome.high + 1e-12
        assert outcome.high <= 1
    assert len(found.others) == len(chapter.others)
    assert len(found.shares) == 4
    for week in zip(*found.shares, strict=True):
        assert sum(week) == pytest.approx(1)
    assert found.shares[3][-1] == pytest.approx(found.outcome.mean)
    assert len(found.frames) == len(found.shares[0]) == chapter.week + 1
    assert {len(frame) for frame in found.frames} == {sum(found.teams)}
    assert set("".join(found.frames)) <= set("0123")


def test_the_findings_are_what_the_engine_says(played):
    mean = {key: found.outcome.mean for key, found in played.items()}
    others = {key: [other.mean for other in found.others] for key, found in played.items()}
    assert max(mean["just-let-go"], *others["just-let-go"]) < 0.05
    later, trained, coached = others["all-on-the-manager"]
    assert mean["all-on-the-manager"] < 0.5 < min(later, coached)
    assert mean["all-on-the-manager"] < trained
    assert mean["all-on-the-collaborators"] < 0.1
    untrained, uncoached, untrained_later = others["carry-it-together"]
    assert uncoached < 0.05 < untrained < mean["carry-it-together"]
    assert untrained_later > 0.9
    until_90, until_117, until_130, push_alone = others["when-to-stop"]
    assert mean["when-to-stop"] < 0.05
    assert until_90 < until_117 < until_130
    assert push_alone > 0.8
    halved, none, years_later = others["what-we-reward"]
    assert mean["what-we-reward"] < 0.1 < halved < none
    assert years_later > 0.5
    assert mean["pyramid-turned-over"] > 0.9
    assert max(others["your-organisation"]) == others["your-organisation"][-1]


def test_a_bands_ends_are_those_of_nine_runs_in_ten():
    found = play(by_key["all-on-the-manager"], balanced(3, 2), runs=40)
    assert found.outcome.low < found.outcome.mean < found.outcome.high
    assert play(by_key["all-on-the-manager"], balanced(3, 2), runs=40) == found


@pytest.mark.parametrize("chapter", TOLD[:8], ids=lambda chapter: chapter.key)
def test_of_two_people_every_number_is_one(chapter):
    found = play(chapter, balanced(1, 1), runs=3)
    numbers = [*found.outcome, *(number for other in found.others for number in other)]
    numbers += [share for course in found.shares for share in course]
    assert all(0 <= number <= 1 for number in numbers)
    assert {len(frame) for frame in found.frames} == {1}


def test_one_person_alone_has_no_relation_to_run():
    with pytest.raises(OrgChartError, match="one person alone"):
        play(TOLD[-1], balanced(1, 0))


def test_a_stopped_chapter_runs_no_further():
    stop = Event()
    stop.set()
    with pytest.raises(CancelledError):
        play(TOLD[0], balanced(2, 1), stop)


def test_of_a_large_organisation_no_single_relation_is_sent():
    found = play(TOLD[0], balanced(MOST_DOTS + 1, 1), runs=1)
    assert found.frames == ()
    assert found.teams == (MOST_DOTS + 1,)


def test_a_large_organisation_gets_fewer_runs():
    assert play(TOLD[0], balanced(2, 1)).runs == 100
    assert play(TOLD[0], balanced(2, 1), runs=3).runs == 3
    assert FEWEST_RUNS <= play(TOLD[0], balanced(3000, 1)).runs < 100


@pytest.mark.parametrize("chapter", TOLD, ids=lambda chapter: chapter.key)
def test_a_room_takes_the_question_and_the_outcome(chapter):
    room = Room()
    room.open(chapter.asked)
    room.reveal(1.0)
    assert chapter.asked.text_fr != chapter.asked.text_en


def test_what_the_room_said_is_the_median_of_the_phones_else_the_bet_placed_together():
    assert Record().said is None
    assert Record(together=0.3).said == 0.3
    assert Record((0.1, 0.2, 0.9), 0.3).said == 0.2
    assert Record((0.1, 0.2)).closest is None
    assert Record((0.1, 0.2, 0.9), outcome=Outcome(0.6, 0.5, 0.7)).closest == 0.9


def test_a_tab_goes_on_where_it_was():
    place = Place("when-to-stop", "reveal")
    records = {"just-let-go": Record((0.1, 1.0), 0.5, Outcome(0.0, 0.0, 0.1)), KEYS[1]: Record()}
    assert restored(kept(place, records)) == (place, records)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[1, 2]",
        json.dumps([["nowhere", "bet"], {}]),
        json.dumps([["just-let-go", "bet"], {"just-let-go": [["x"], None, None]}]),
        json.dumps([["just-let-go", "bet"], {"just-let-go": [[], None, [1]]}]),
        json.dumps([["just-let-go", "bet"], []]),
    ],
)
def test_what_was_not_kept_by_a_tab_is_left_alone(text):
    assert restored(text) is None


def test_a_chapter_that_is_no_more_is_forgotten():
    text = json.dumps([["", "welcome"], {"old": [[], None, None]}])
    assert restored(text) == (PLACES[0], {})
