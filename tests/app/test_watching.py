"""Runs in threads: what is shared is kept, and what nobody waits for is not delivered."""

from dataclasses import replace
from threading import Event

import pytest

from empowersim import scenarios
from empowersim.app.lab import watching
from empowersim.app.lab.life import Organisation
from empowersim.app.lab.policy import Trial, moved
from empowersim.app.lab.watching import call_witness, shown, watch
from empowersim.org_chart import balanced

PEOPLE = Organisation.of(balanced(3, 2))
POLICY = replace(scenarios.named("carry-it-together"), weeks=60)


def test_the_life_is_kept_when_only_the_week_changes():
    first = shown(Trial(POLICY), PEOPLE, 0, None, Event())
    later = shown(Trial(POLICY), PEOPLE, 20, first, Event())
    assert later.life is first.life
    assert later.futures.week == 20


def test_a_and_b_meet_the_same_luck():
    other = moved(POLICY, "coaching", 0.0, 20)
    both = shown(Trial(other, POLICY), PEOPLE, 20, None, Event())
    assert (both.life.states[:21] == both.pinned.states[:21]).all()
    same = shown(Trial(POLICY, POLICY), PEOPLE, 20, both, Event())
    assert (same.futures.ends == same.pinned_futures.ends).all()
    assert same.pinned is both.pinned
    assert same.pinned_futures is both.pinned_futures


def test_what_was_stopped_is_not_delivered():
    come, delivered = Event(), []
    stop = watch(Trial(POLICY), PEOPLE, 0, None, delivered.append, delivered.append)
    stop()
    watch(Trial(POLICY), PEOPLE, 0, None, lambda _: come.set(), delivered.append)
    assert come.wait(60)
    assert delivered == []


def test_too_many_people_are_refused_in_one_line():
    said, told = [], Event()
    large = Organisation.of(balanced(30, 3))
    watch(
        Trial(replace(POLICY, weeks=156)),
        large,
        0,
        None,
        said.append,
        lambda line: (said.append(line), told.set()),
    )
    assert told.wait(60)
    assert "are too many to watch" in said[0]


@pytest.mark.parametrize("stopped", [True, False])
def test_the_witness_waits_for_quiet(monkeypatch, stopped):
    monkeypatch.setattr(watching, "QUIET", 0.1)
    come = Event()
    life = shown(Trial(POLICY), PEOPLE, 0, None, Event()).life
    stop = call_witness(life, lambda _: come.set())
    if stopped:
        stop()
    assert come.wait(0.5 if stopped else 60) is not stopped
