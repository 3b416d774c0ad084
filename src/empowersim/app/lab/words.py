"""The lab's sentences, and the words of its pictures."""

from __future__ import annotations

from empowersim.app.lab.forecast import SUCCESS, better_in, reached
from empowersim.app.lab.life import Life, TooMany
from empowersim.app.lab.policy import levers_after
from empowersim.app.lab.story import MOST_PEOPLE
from empowersim.app.lab.watching import Tried
from empowersim.app.language import _, label, number, percent, plural
from empowersim.app.titles import title
from empowersim.scenarios import Intervention, Scenario
from empowersim.words import MINUS

type Texts = dict[str, str]


def signed(value: float) -> str:
    """A number with its sign, to one decimal."""
    text = number(abs(value), 1)
    return f"{MINUS if value < 0 else '+'}{text}"


def intervention(each: Intervention) -> str:
    """An intervention in a line."""
    return _(
        "Week {week}: {lever} {value}",
        week=number(each.week),
        lever=label(each.lever),
        value=percent(each.value),
    )


def chance(found: Tried) -> str:
    """The chance that the change succeeds, in a sentence."""
    futures = found.futures
    if futures.week == found.life.weeks:
        return _end(found.life)
    share, low, high = (percent(each) for each in futures.middle())
    spread = (
        _("{share} in nearly all", share=share)
        if low == high
        else _("mean {share}, nine in ten from {low} to {high}", share=share, low=low, high=high)
    )
    return _(
        "In {chance} of 100 futures, more than {half} of relations are partnerships in week"
        " {weeks} ({spread}).",
        chance=number(round(100 * futures.chance)),
        half=percent(SUCCESS),
        weeks=number(found.life.weeks),
        spread=spread,
    )


def _end(life: Life) -> str:
    return _(
        "This run ends with {share} of relations in partnership.",
        share=percent(float(life.share("partnership")[-1])),
    )


def difference(found: Tried) -> str:
    """How A and B differ under the same luck, in a sentence or two."""
    one, other = found.pinned_futures or found.futures, found.futures
    half = _half(reached(found.pinned or found.life, one), reached(found.life, other))
    return _(
        "Same luck: B ends with more partnerships than A in {better} of 100 futures, with fewer in"
        " {worse}; mean {b} for B, {a} for A.",
        better=number(round(100 * better_in(one, other))),
        worse=number(round(100 * better_in(other, one))),
        b=percent(other.middle()[0]),
        a=percent(one.middle()[0]),
    ) + (f" {half}" if half else "")


def _half(a: int | None, b: int | None) -> str:
    """When half of the relations are partnerships with A and B, if not in the same week."""
    if a == b:
        return ""
    if a is None:
        return _("Half are reached in week {b} with B, never with A.", b=number(b or 0))
    if b is None:
        return _("Half are reached in week {a} with A, never with B.", a=number(a))
    return _("Half are reached in week {b} with B, {a} with A.", a=number(a), b=number(b))


def called(found: Tried) -> str:
    """The policy by the scenario that it began with, how many people, and for how long."""
    return plural(
        "{scenario}: {people} people, {count} week",
        "{scenario}: {people} people, {count} weeks",
        found.life.weeks,
        scenario=title(found.life.scenario.name),
        people=number(found.life.cast.people.n_people),
    )


def debrief(found: Tried) -> list[str]:
    """The lines of the page to print: the policy, what came of it, and what to ask."""
    life = found.life
    levers = [
        _("{lever}: {value}", lever=label(lever), value=percent(value))
        for lever, value in levers_after(life.scenario, 0).items()
    ]
    compared = [difference(found)] if found.pinned else []
    return [
        *levers,
        *map(intervention, life.scenario.interventions),
        *dict.fromkeys((_end(life), chance(found))),
        *compared,
        _(
            "The model shows what follows from its assumptions; it does not predict what will"
            " happen here."
        ),
        _(
            "To discuss: who carried the change, when did control come back, and what would you do"
            " earlier?"
        ),
    ]


def exports() -> Texts:
    """Of what can be taken away."""
    return {
        "title": _("Save and share"),
        "link": _("Copy link"),
        "copied": _("Copied"),
        "table": _("Table"),
        "picture": _("Picture"),
        "print": _("Print"),
    }


def failure(error: Exception) -> str:
    """Why something could not be computed, in a line."""
    if isinstance(error, MemoryError):
        return _("This computer's memory is too small for this: take a smaller org chart.")
    if isinstance(error, TooMany):
        return _(
            "{people} people over {weeks} weeks are too many to watch one by one (at most {fit}):"
            " take a smaller org chart, or run it with: empowersim run",
            people=number(error.people),
            weeks=number(error.weeks),
            fit=number(error.fit),
        )
    return str(error)


def no_witness(life: Life) -> str:
    """Why a person's reasons are not told."""
    if life.cast.people.n_people > MOST_PEOPLE:
        return _("Reasons are told for up to {people} people.", people=number(MOST_PEOPLE))
    return _("Asking everyone why: a moment.")


def player() -> Texts:
    """Of the timeline."""
    return {
        "timeline": _("Timeline"),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One week back"),
        "forth": _("One week forward"),
        "week": _("Week {week}", week="{week}"),
        "week_name": _("Week"),
        "speed": _("Weeks per second"),
    }


def org_chart() -> Texts:
    """Of the org chart."""
    return {
        "summary": _(
            "Org chart: each mark is a person, its shape and colour the regime of the relation with"
            " the manager."
        ),
        "hint": _("Choose a person: by click, or with the arrow keys and Enter."),
        "head": _("{name}, at the head", name="{name}"),
        "person": _(
            "{name}: {regime}, autonomy {autonomy} %, responsibility {responsibility} %",
            name="{name}",
            regime="{regime}",
            autonomy="{autonomy}",
            responsibility="{responsibility}",
        ),
        "closer": _("Zoom in"),
        "farther": _("Zoom out"),
        "all": _("Fit"),
    }


def phase() -> Texts:
    """Of the phase portrait."""
    return {
        "summary": _(
            "Autonomy and responsibility of every relation, with the way of the last weeks."
        ),
        "autonomy": label("autonomy"),
        "responsibility": label("responsibility"),
    }


def series(found: Tried) -> Texts:
    """Of the series."""
    futures = found.futures
    begin = (
        _("from week {week} on", week=number(futures.week)) if futures.week else _("from the start")
    )
    return {
        "summary": _("Shares of the regimes by week. {verdict}", verdict=chance(found)),
        "week": _("week"),
        "bands": _("The whole run.")
        if futures.week == found.life.weeks
        else _(
            "Thick: this run. Bands: nine in ten of {runs} futures of these people {begin}.",
            runs=number(futures.runs),
            begin=begin,
        ),
        "pinned": _("A: partnership"),
        "a": _("A"),
    }


def feed(policy: Scenario) -> Texts:
    """Of what happens; before anything does, the scenario's story."""
    return {
        "title": _("What happens"),
        "week": _("Week {week}:", week="{week}"),
        "nothing": _(policy.story) if policy.story else _("Nothing to tell yet: press play."),
    }
