"""A run in words: who people are, what happens to them, and why they decided as they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from empowersim import rules
from empowersim.app import language
from empowersim.app.lab.life import Cast, Life, in_force
from empowersim.app.lab.story import (
    LEFT,
    SUCCEEDED,
    TOOK,
    Happening,
    Witness,
    happenings,
)
from empowersim.app.language import N_, _, label, number, percent, plural
from empowersim.outcomes import REGIMES
from empowersim.scenarios import Scenario
from empowersim.words import capital, listed

# fmt: off
FIRST_NAMES = (
    "Nadia", "Alex", "Camille", "Sam", "Louise", "Hugo", "Inès", "Robin", "Claire", "Karim",
    "Alice", "Noah", "Chloé", "Adam", "Emma", "Malik", "Sarah", "Lucas", "Fatou", "Oscar", "Julie",
    "David", "Léa", "Amir", "Zoé", "Martin", "Maya", "Simon", "Jade", "Victor", "Anna", "Rayan",
    "Eva", "Tom", "Lina", "Paul", "Rose", "Samir", "Elise", "Leo", "Mia", "Gabriel", "Aya",
    "Arthur", "Nora", "Jules", "Yasmine", "Max", "Iris", "Omar", "Lucie", "Ben", "Clara", "Elias",
    "Ruth", "Theo", "Agnès", "Felix", "Salma", "Denis",
)
# fmt: on
"""Given by number to people of a chart without names."""

MATTERS = (
    N_("the planning"),
    N_("the budget"),
    N_("a recruitment"),
    N_("a client's complaint"),
    N_("the new supplier"),
    N_("the quality review"),
    N_("the training plan"),
    N_("the quarterly figures"),
    N_("an urgent order"),
    N_("the safety rules"),
    N_("the software update"),
    N_("the team's holidays"),
)
"""What an encounter may have been about: invented."""

LETTING_GO = {
    "bias": N_("starting point"),
    "mandate": N_("the company's push"),
    "trust": N_("level of trust"),
    "overload": N_("too much to look after"),
    "cascade": N_("level of room from above"),
    "habit": N_("habit of control"),
    "insecurity": N_("lack of assurance"),
    "reward": N_("careers reward control"),
}
TAKING_ON = {
    "bias": N_("starting point"),
    "room": N_("room given"),
    "share": N_("call on the team"),
    "drive": N_("ready and willing"),
    "peers": N_("example of the team"),
    "support": N_("support of the manager"),
    "strain": N_("strain"),
}
LATELY = 12
"""Weeks that a story looks back on."""
SMALL = 0.05
"""A term below this tells for nothing."""


def names(cast: Cast) -> list[str]:
    """What everyone is called: as in the chart, or by a first name given by number."""
    nodes = cast.chart.nodes
    return [
        str(nodes[each].get("name") or invented(person))
        for person, each in enumerate(cast.people.ids)
    ]


def invented(person: int) -> str:
    """A plausible name for the person of a number; nobody shares it with another."""
    first, again = FIRST_NAMES[person % len(FIRST_NAMES)], person // len(FIRST_NAMES)
    if not again:
        return first
    later, letter = divmod(again - 1, 26)
    return f"{first} {chr(65 + letter)}{chr(96 + later) if later else ''}."


def matter(week: int, person: int) -> str:
    """What a person's encounter of a week was about."""
    return _(MATTERS[(5 * person + 7 * week) % len(MATTERS)])


# --- Events -------------------------------------------------------------------------------------


def events(life: Life, seen: Witness | None, called: Sequence[str]) -> list[tuple[int, int, str]]:
    """What happened, in words: week, person (-1 for the policy), sentence."""
    return [
        (each.week, each.person, sentence(each, life, called)) for each in happenings(life, seen)
    ]


def sentence(happening: Happening, life: Life, called: Sequence[str]) -> str:
    """A happening in words."""
    week, kind, person, failures = happening
    if kind == "policy":
        return change_of(life.scenario, week)
    name, boss = called[person], called[int(life.cast.people.manager[person])]
    what = matter(week, person)
    if kind == "given":
        return _("{boss} leaves {matter} to {name}.", boss=boss, name=name, matter=what)
    if kind == "back":
        return _taken_back(failures).format(boss=boss, name=name, matter=what)
    if kind == "gone":
        strain = percent(float(life.state("strain")[week - 1, person]))
        return _("{name} leaves (strain {strain}); someone new begins.", name=name, strain=strain)
    told = {
        "first": N_("{name} and {boss}: the first partnership."),
        "team": N_("First partnership in the team that {name} leads."),
        "all": N_("The whole team that {name} leads are partners."),
    }
    return _(told[kind], name=name, boss=boss)


def _taken_back(failures: int) -> str:
    """The template of a sentence; its blanks are filled by whom it is about."""
    template = {
        0: N_("{boss} takes {matter} back from {name}."),
        1: N_("{boss} takes {matter} back from {name}, after a failure."),
        2: N_("{boss} takes {matter} back from {name}, after a second failure."),
    }.get(failures, N_("{boss} takes {matter} back from {name}, after several failures."))
    return _(template, boss="{boss}", matter="{matter}", name="{name}")


def change_of(policy: Scenario, week: int) -> str:
    """What the interventions of a week do, in words."""
    changes = [each for each in policy.interventions if each.week == week]
    before = in_force(policy, week - 1)
    return " ".join(
        _(
            "{lever}: from {before} to {after}.",
            lever=label(each.lever),
            before=percent(getattr(before, each.lever)),
            after=percent(each.value),
        )
        for each in changes
    )


# --- A person's story ---------------------------------------------------------------------------


class Term(NamedTuple):
    """One term of a decision: its words and its weight, above 0 where it speaks for it."""

    words: str
    weight: float


class Tale(NamedTuple):
    """A person in a week: sentences, and the terms of two decisions, the strongest first."""

    name: str
    about: str
    sentences: list[str]
    letting_go: list[Term]
    taking_on: list[Term]


def tale(life: Life, seen: Witness | None, person: int, week: int, called: Sequence[str]) -> Tale:
    """A person's story up to a week; without a witness, no encounters and no reasons."""
    people, nodes = life.cast.people, life.cast.chart.nodes
    name, boss = called[person], called[int(people.manager[person])]
    details = nodes[people.ids[person]]
    size = int(people.team_size[person])
    about = [str(details[each]) for each in ("title", "unit") if details.get(each)]
    if size:
        about.append(plural("leads {count} person", "leads {count} people", size))
    if person == 0:
        alone = _("At the head: nobody above decides for {name}.", name=name)
        return Tale(name, ", ".join(about), [alone], [], [])
    about.append(_("reports to {boss}", boss=boss))
    sentences = [_now(life, person, week), *_past(life, person, week)]
    let_go: list[Term] = []
    took_on: list[Term] = []
    if week and seen:
        # Of one matter, the last is all there is to tell.
        sentences += [_lately(seen, person, week, name)] if week > 1 else []
        sentences.append(_last(seen, person, week, name))
        let_go = _bars(LETTING_GO, seen.letting_go[week, person].tolist())
        took_on = _bars(TAKING_ON, seen.taking_on[week, person].tolist())
        sentences.append(_why(let_go, seen, person, week, boss))
    return Tale(name, ", ".join(about), sentences, let_go, took_on)


def _now(life: Life, person: int, week: int) -> str:
    autonomy, responsibility, trust, strain = (
        percent(float(life.state(state)[week, person]))
        for state in ("autonomy", "responsibility", "trust", "strain")
    )
    regime = label(REGIMES[life.regimes[week, person]]).lower()
    return _(
        "Week {week}: {regime}; autonomy {autonomy}, responsibility {responsibility}, trust"
        " received {trust}, strain {strain}.",
        week=number(week),
        regime=regime,
        autonomy=autonomy,
        responsibility=responsibility,
        trust=trust,
        strain=strain,
    )


def _past(life: Life, person: int, week: int) -> list[str]:
    """The regimes that lasted, and whether someone new came into the place."""
    course = life.regimes[: week + 1, person]
    begins = [0, *(np.flatnonzero(np.diff(course)) + 1).tolist()]
    spans = zip(begins, [*begins[1:], week + 1], strict=True)
    lasted = [
        _(
            "{regime} in weeks {first} to {last}",
            regime=label(REGIMES[course[first]]).lower(),
            first=number(first),
            last=number(end - 1),
        )
        for first, end in spans
        if end - first >= 4
    ]
    sentences = [capital(", ".join(lasted[-4:])) + "."] if len(lasted) > 1 else []
    came = np.flatnonzero(life.newcomers[: week + 1, person])
    if len(came):
        sentences.append(
            _("Someone new has been in this place since week {week}.", week=number(int(came[-1])))
        )
    return sentences


def _lately(seen: Witness, person: int, week: int, name: str) -> str:
    met = seen.encounters[max(1, week - LATELY + 1) : week + 1, person]
    return _(
        "Last matters: {all}; left to {name}: {left}; initiative taken: {took}; succeeded:"
        " {succeeded}.",
        all=number(len(met)),
        left=number(int(met[:, LEFT].sum())),
        took=number(int(met[:, TOOK].sum())),
        succeeded=number(int(met[:, SUCCEEDED].sum())),
        name=name,
    )


def _last(seen: Witness, person: int, week: int, name: str) -> str:
    left, took, succeeded, gone = seen.encounters[week, person].tolist()
    if gone:
        return _("Then {name} leaves; someone new begins.", name=name)
    ended = _("it went well") if succeeded else _("it failed")
    what = {
        (True, True): N_("Last matter, {matter}: left to {name}, who took it on; {ended}."),
        (True, False): N_(
            "Last matter, {matter}: left to {name}, who did not take it on; {ended}."
        ),
        (False, True): N_("Last matter, {matter}: {name} wanted it, the manager kept it; {ended}."),
        (False, False): N_(
            "Last matter, {matter}: the manager decided, {name} carried out; {ended}."
        ),
    }[left, took]
    return _(what, matter=matter(week, person), name=name, ended=ended)


def _bars(words: dict[str, str], terms: list[float]) -> list[Term]:
    bars = [Term(_(text), term) for text, term in zip(words.values(), terms, strict=True)]
    told = [bar for bar in bars if abs(bar.weight) >= SMALL]
    return sorted(told, key=lambda bar: -abs(bar.weight))


def _why(bars: list[Term], seen: Witness, person: int, week: int, boss: str) -> str:
    terms = rules.LettingGo(*seen.letting_go[week, person].tolist())
    parameters = in_force(seen.life.scenario, week)
    leans = rules.choice(rules.utility_of_letting_go(terms), parameters)
    sides = [
        listed_words([bar for bar in bars if (bar.weight > 0) == speaks_for][:2])
        for speaks_for in (True, False)
    ]
    return _(
        "{boss} leans towards leaving {share} of matters. For it: {reasons}. Against it: {doubts}.",
        boss=boss,
        share=percent(leans),
        reasons=sides[0],
        doubts=sides[1],
    )


def listed_words(bars: Sequence[Term]) -> str:
    """The words of some terms, as a list in a sentence."""
    return listed([bar.words for bar in bars], language.current.value) or _("nothing")
