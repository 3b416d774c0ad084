"""What a witness saw, what is worth telling of it, and how it is told."""

import re
from concurrent.futures import CancelledError
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from empowersim import rules, scenarios
from empowersim.app.lab import story, tales
from empowersim.app.lab.life import Cast, in_force, live
from empowersim.app.lab.story import LEFT, MOST_A_WEEK, SUCCEEDED, TOOK, happenings, witness
from empowersim.app.lab.tales import FIRST_NAMES, events, invented, names, tale
from empowersim.app.language import LANGUAGES, current
from empowersim.org_chart import balanced, sample
from empowersim.outcomes import NAMES
from empowersim.simulation import STATES

SCENARIO = replace(scenarios.named("stop-too-early"), weeks=90)


@pytest.fixture(scope="module")
def life():
    return live(SCENARIO, Cast.of(balanced(4, 3), seed=1))


@pytest.fixture(scope="module")
def seen(life):
    return witness(life, Event())


@pytest.fixture(params=LANGUAGES)
def spoken(request):
    before = current.value
    current.set(request.param)
    yield request.param
    current.set(before)


def test_the_witness_saw_this_very_run(life, seen):
    relations = life.cast.people.n_people - 1
    succeeded = seen.encounters[1:, 1:, SUCCEEDED].sum(axis=1) / relations
    np.testing.assert_array_equal(succeeded, life.measures[1:, NAMES.index("output")])
    gone = seen.encounters[:, :, story.GONE]
    np.testing.assert_array_equal(gone, life.newcomers)


def test_the_terms_are_those_that_moved_autonomy(life, seen):
    week, person = 33, 20
    p = in_force(SCENARIO, week)
    terms = rules.LettingGo(*seen.letting_go[week, person].tolist())
    autonomy = life.states[:, STATES.index("autonomy"), person]
    after = rules.autonomy_after(autonomy[week - 1], rules.utility_of_letting_go(terms), p)
    assert after == pytest.approx(autonomy[week], abs=1e-6)


def test_a_witness_whom_nobody_needs_stops(life):
    stop = Event()
    stop.set()
    with pytest.raises(CancelledError):
        witness(life, stop)


def test_what_is_worth_telling(life, seen):
    told = happenings(life, seen)
    assert [each.week for each in told] == sorted(each.week for each in told)
    weeks = [each.week for each in told]
    assert max(weeks.count(week) for week in set(weeks)) <= MOST_A_WEEK
    kinds = {each.kind for each in told}
    assert {"policy", "first", "team", "back", "given", "gone"} <= kinds
    assert [each.week for each in told if each.kind == "policy"] == [60]
    assert sum(each.kind == "first" for each in told) == 1


def test_control_taken_back_stays_back_and_counts_failures(life, seen):
    room = np.isin(life.regimes, (1, 3))
    back = [each for each in happenings(life, seen) if each.kind == "back"]
    assert back
    for each in back:
        after = room[each.week - 1 : each.week + story.STAYS, each.person]
        assert after.tolist() == [True] + [False] * (len(after) - 1)
        lately = seen.encounters[max(1, each.week - 8) : each.week, each.person]
        failed = sum(bool(met[LEFT]) and not met[SUCCEEDED] for met in lately)
        assert each.failures == failed
    assert all(each.failures == 0 for each in happenings(life, None))


def test_names_are_the_charts_or_invented_once_each():
    assert names(Cast.of(sample()))[0] == "Olivier Lindqvist"
    assert names(Cast.of(balanced(2, 1))) == ["Nadia", "Alex", "Camille"]
    assert len(set(FIRST_NAMES)) == 60
    many = [invented(person) for person in range(12_000)]
    assert len(set(many)) == len(many)


def test_every_event_is_told_without_a_blank_left_open(life, seen, spoken):
    called = names(life.cast)
    told = events(life, seen, called)
    assert all("{" not in text and text for _, _, text in told)
    stop = next(text for _, person, text in told if person < 0)
    lever = "Accompaniment of managers" if spoken == "en" else "Accompagnement des managers"
    assert lever in stop
    verb = "takes" if spoken == "en" else "reprend"
    assert any(verb in text for _, _, text in told)


@pytest.mark.parametrize("person", [0, 1, 30])
@pytest.mark.parametrize("week", [0, 1, 61, 90])
def test_everyone_has_a_story_in_every_week(life, seen, spoken, person, week):
    called = names(life.cast)
    found = tale(life, seen, person, week, called)
    assert found.name == called[person]
    assert all("{" not in text for text in (found.about, *found.sentences))
    assert bool(found.letting_go) == bool(person and week)
    weights = [abs(bar.weight) for bar in found.letting_go]
    assert weights == sorted(weights, reverse=True)
    assert not tale(life, None, person, week, called).letting_go


def test_a_story_counts_what_was_met(life, seen):
    current.set("en")
    found = tale(life, seen, 30, 61, names(life.cast))
    left, took, succeeded = (
        int(seen.encounters[50:62, 30, which].sum()) for which in (LEFT, TOOK, SUCCEEDED)
    )
    lately = next(text for text in found.sentences if text.startswith("Last matters"))
    assert [int(each) for each in re.findall(r"\d+", lately)] == [12, left, took, succeeded]


def test_of_one_matter_there_is_no_count(life, seen):
    current.set("en")
    first, second = (tale(life, seen, 30, week, names(life.cast)).sentences for week in (1, 2))
    assert not [text for text in first if text.startswith("Last matters")]
    assert [text for text in first if text.startswith("Last matter,")]
    assert [text for text in second if text.startswith("Last matters: 2")]


def test_texts_say_neither_he_nor_she():
    words = [*tales.MATTERS, *tales.LETTING_GO.values(), *tales.TAKING_ON.values()]
    assert not {"he", "she", "his", "him", "her"} & set(" ".join(words).split())
