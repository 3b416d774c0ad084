"""Runs in threads: what is shared is kept, and what nobody waits for is not delivered."""

from dataclasses import replace
from queue import Queue
from threading import Event
from unittest.mock import Mock

import pytest

from empowersim import scenarios
from empowersim.app.lab import watching, words
from empowersim.app.lab.life import Cast, TooMany
from empowersim.app.lab.policy import Trial, moved
from empowersim.app.lab.watching import call_witness, try_out, watch
from empowersim.app.lab.words import called, debrief, difference, failure
from empowersim.app.language import LANGUAGES, current
from empowersim.errors import RunError
from empowersim.org_chart import balanced, sample
from empowersim.scenarios import Intervention

SAMPLE = Cast.of(sample())
PEOPLE = Cast.of(balanced(3, 2))
POLICY = replace(scenarios.named("carry-it-together"), weeks=60)


def test_the_life_is_kept_when_only_the_week_changes():
    first = try_out(Trial(POLICY), PEOPLE, 0, None, Event())
    later = try_out(Trial(POLICY), PEOPLE, 20, first, Event())
    assert later.life is first.life
    assert later.futures.week == 20


def test_a_and_b_meet_the_same_luck():
    other = moved(POLICY, "coaching", 0.0, 20)
    both = try_out(Trial(other, POLICY), PEOPLE, 20, None, Event())
    assert (both.life.states[:21] == both.pinned.states[:21]).all()
    same = try_out(Trial(POLICY, POLICY), PEOPLE, 20, both, Event())
    assert (same.futures.ends == same.pinned_futures.ends).all()
    assert same.pinned is both.pinned
    assert same.pinned_futures is both.pinned_futures


@pytest.mark.parametrize("names", [("stop-too-early", "just-let-go"), ("carry-it-together",) * 2])
@pytest.mark.parametrize("week", [0, 100, 156])
def test_a_is_lived_for_as_many_weeks_as_b(names, week):
    """B, of 260 weeks, would else have fewer futures than A, of 156; or A fewer weeks."""
    policy, pinned = map(scenarios.named, names)
    if policy == pinned:
        # What A would do after B's last week is left out.
        late = tuple(Intervention(week, "coaching", 0.0) for week in (60, 140, 156))
        policy, pinned = replace(policy, weeks=120), replace(pinned, interventions=late)
    trial = Trial(policy, pinned)
    before = try_out(Trial(pinned), SAMPLE, 0, None, Event())
    found = try_out(trial, SAMPLE, week, before, Event())
    assert found.life.weeks == found.pinned.weeks == policy.weeks
    assert found.futures.runs == found.pinned_futures.runs
    assert found.pinned_futures.week == found.futures.week == min(week, policy.weeks)
    for language in LANGUAGES:
        current.set(language)
        assert "B" in difference(found)
        assert debrief(found)
    current.set("en")
    shorter = replace(pinned, weeks=policy.weeks)
    anew = try_out(Trial(shorter), SAMPLE, week, None, Event())
    assert (anew.life.states == found.pinned.states).all()


def test_the_comparison_says_never(monkeypatch):
    found = try_out(Trial(POLICY, POLICY), PEOPLE, 0, None, Event())
    said = {}
    for a, b in ((12, 12), (12, 30), (None, 30), (12, None), (None, None)):
        monkeypatch.setattr(words, "reached", Mock(side_effect=(a, b)))
        said[a, b] = difference(found).partition(" for A.")[2].strip()
    assert said == {
        (12, 12): "",
        (12, 30): "Half are reached in week 30 with B, 12 with A.",
        (None, 30): "Half are reached in week 30 with B, never with A.",
        (12, None): "Half are reached in week 12 with A, never with B.",
        (None, None): "",
    }


def test_one_week_is_no_weeks():
    short = try_out(Trial(replace(POLICY, weeks=1)), PEOPLE, 0, None, Event())
    assert called(short).endswith("13 people, 1 week")
    current.set("fr")
    assert called(short).endswith("1\N{NO-BREAK SPACE}semaine") or called(short).endswith(
        "1 semaine"
    )
    current.set("en")


def test_what_was_stopped_is_not_delivered():
    come, delivered = Event(), []
    stop = watch(Trial(POLICY), PEOPLE, 0, None, delivered.append, delivered.append)
    stop()
    watch(Trial(POLICY), PEOPLE, 0, None, lambda _: come.set(), delivered.append)
    assert come.wait(60)
    assert delivered == []


def test_too_many_people_are_refused_in_one_line():
    said, told = [], Event()
    large = Cast.of(balanced(30, 3))
    watch(
        Trial(replace(POLICY, weeks=156)),
        large,
        0,
        None,
        said.append,
        lambda error: (said.append(failure(error)), told.set()),
    )
    assert told.wait(60)
    assert "are too many to watch" in said[0]


ERRORS = {
    MemoryError(): "memory is too small",
    TooMany(27_931, 156, 20_000): "27,931 people over 156 weeks are too many to watch",
    RunError("in one line"): "in one line",
}


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_thread_that_cannot_go_on_says_why(monkeypatch, error):
    def fail(*_ignored):
        raise error

    monkeypatch.setattr(watching, "QUIET", 0)
    life = try_out(Trial(POLICY), PEOPLE, 0, None, Event()).life
    monkeypatch.setattr(watching, "live", fail)
    monkeypatch.setattr(watching, "witness", fail)
    said = Queue()
    watch(Trial(POLICY), PEOPLE, 0, None, said.put, lambda why: said.put(failure(why)))
    assert ERRORS[error] in said.get(timeout=60)
    call_witness(life, True, said.put, lambda why: said.put(failure(why)))
    assert ERRORS[error] in said.get(timeout=60)


@pytest.mark.parametrize("stopped", [True, False])
def test_the_witness_waits_for_quiet(monkeypatch, stopped):
    monkeypatch.setattr(watching, "QUIET", 0.1)
    come = Event()
    life = try_out(Trial(POLICY), PEOPLE, 0, None, Event()).life
    stop = call_witness(life, True, lambda _: come.set(), lambda _: None)
    if stopped:
        stop()
    assert come.wait(0.5 if stopped else 60) is not stopped


def test_the_witness_waits_longer_while_no_story_is_open(monkeypatch):
    monkeypatch.setattr(watching, "QUIET", 0)
    monkeypatch.setattr(watching, "LONG_QUIET", 1)
    life = try_out(Trial(POLICY), PEOPLE, 0, None, Event()).life
    came: Queue[str] = Queue()
    call_witness(life, False, lambda _: came.put("later"), lambda _: None)
    call_witness(life, True, lambda _: came.put("soon"), lambda _: None)
    assert [came.get(timeout=60), came.get(timeout=60)] == ["soon", "later"]
