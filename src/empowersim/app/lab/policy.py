"""What is on trial in the lab: a policy, the one it is compared with, and how both came about.

All of it fits into a link that can be read: `scenario=just-let-go&coaching=0.8&then=41.mandate.0`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from empowersim.app.lab.forecast import FIRST_SCENARIO
from empowersim.app.lab.life import Cast, in_force
from empowersim.declaration import check_whole, unknown_name
from empowersim.errors import ParameterError, ScenarioError
from empowersim.org_chart import Chart, balanced, sample
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.random_streams import replicate_key
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario, named

DECIMALS = 4
MOST_WEEKS = 1040
"""Twenty years: as long as a link may ask the lab to watch."""
LONGEST_LINK = 4000
OWN = "own"
"""What a link calls an org chart that it cannot carry: one that was brought in, or a sweep's."""


def moved(policy: Scenario, lever: str, value: float, week: int) -> Scenario:
    """A lever moved after a week: from the next one on, or, after week 0, from the start."""
    value = round(value, DECIMALS)
    if week == 0:
        return policy.with_changes({lever: value})
    others = tuple(
        each for each in policy.interventions if (each.week, each.lever) != (week + 1, lever)
    )
    kept = replace(policy, interventions=others)
    if getattr(in_force(kept, week + 1), lever) == value:
        return kept
    return replace(policy, interventions=(*others, Intervention(week + 1, lever, value)))


def without(policy: Scenario, intervention: Intervention) -> Scenario:
    """A policy with one of its interventions left out."""
    left = tuple(each for each in policy.interventions if each != intervention)
    return replace(policy, interventions=left)


def levers_after(policy: Scenario, week: int) -> Mapping[str, float]:
    """Where the levers are once a week has been lived: as the next week will have them."""
    parameters = in_force(policy, week + 1 if week else 0)
    return {lever: getattr(parameters, lever) for lever in LEVERS}


class Trial(NamedTuple):
    """The policy that is on trial, B, and the one that it is compared with, A."""

    policy: Scenario
    pinned: Scenario | None = None


@dataclass(frozen=True)
class History:
    """The trials so far, and those that were taken back."""

    now: Trial
    past: tuple[Trial, ...] = ()
    future: tuple[Trial, ...] = ()
    move: tuple[str, int] | None = field(default=None, compare=False)
    """The lever moved last and the week: while it is dragged, only its last place counts."""

    MOST = 200

    def then(self, trial: Trial, move: tuple[str, int] | None = None) -> History:
        """One trial later."""
        if trial == self.now:
            return self
        if move and move == self.move and self.past:
            return History(trial, self.past, (), move)
        return History(trial, (*self.past, self.now)[-self.MOST :], (), move)

    def undo(self) -> History:
        """The trial before."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.now, *self.future))

    def redo(self) -> History:
        """The trial that was taken back last."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.now), self.future[1:])


# --- Links --------------------------------------------------------------------------------------


class Link(NamedTuple):
    """What a link says: the trial, its luck, the week that is shown, and the chart.

    The chart is one to grow, as `grown` reads it, or `OWN`; if blank, the own one or the sample.
    """

    trial: Trial
    seed: int = 0
    replicate: int = 0
    week: int = 0
    chart: str = ""


def written(link: Link) -> str:
    """The link's part after the question mark."""
    parts = _policy_parts(link.trial.policy, "")
    if link.trial.pinned:
        parts |= _policy_parts(link.trial.pinned, "a.")
    for name in ("seed", "replicate", "week", "chart"):
        if value := getattr(link, name):
            parts[name] = str(value)
    return urlencode(parts)


def _policy_parts(policy: Scenario, prefix: str) -> dict[str, str]:
    base = NAMED.get(policy.name, named(FIRST_SCENARIO))
    parts = {"scenario": base.name}
    for name in DECLARATIONS:
        value = getattr(policy.parameters, name)
        if value != getattr(base.parameters, name):
            parts[name] = f"{value:.12g}"
    if policy.interventions != base.interventions:
        parts["then"] = "~".join(
            f"{each.week}.{each.lever}.{each.value:.12g}" for each in policy.interventions
        )
    if policy.weeks != base.weeks:
        parts["weeks"] = str(policy.weeks)
    if policy.rollout != base.rollout:
        order, lag, branch = astuple(policy.rollout)
        parts["rollout"] = f"{order}.{lag}" + (f".{branch}" if branch is not None else "")
    return {prefix + name: value for name, value in parts.items()}


def read(query: str) -> Link:
    """What the part of a link after the question mark says.

    Raises:
        EmpowerSimError: in one line, what in the link cannot be had.
    """
    if len(query) > LONGEST_LINK:
        raise ScenarioError(f"the link is too long (at most {LONGEST_LINK:,} letters)")
    parts = dict(parse_qsl(query, keep_blank_values=True))
    of_pinned = {name[2:]: parts.pop(name) for name in [*parts] if name.startswith("a.")}
    seed, replicate, week = (
        _whole(name, parts.pop(name, "0"), 2**63 - 1) for name in ("seed", "replicate", "week")
    )
    replicate_key(seed, replicate)
    chart = parts.pop("chart", "")
    if chart != OWN:
        grown(chart)
    policy = _policy(parts)
    pinned = _policy(of_pinned) if of_pinned else None
    return Link(Trial(policy, pinned), seed, replicate, min(week, policy.weeks), chart)


def grown(chart: str) -> Chart | None:
    """The chart that a link asks for, "6x3" being `balanced(6, 3)`; None if it asks for none.

    Raises:
        ScenarioError: it is no such text, or too large to watch.
    """
    if not chart:
        return None
    sizes = re.fullmatch(r"([1-9]\d?)x([1-9])", chart)
    if not sizes:
        raise ScenarioError(f"chart = {_cut(chart)} is no size; write span x levels, such as 6x3")
    span, depth = map(int, sizes.groups())
    if sum(span**level for level in range(depth + 1)) > 20_000:
        raise ScenarioError(f"chart = {chart} has over 20,000 people; take a smaller one")
    return balanced(span, depth)


def linked(cast: Cast) -> str:
    """What a link calls a chart: the size that it grows from, `OWN`, or nothing for the sample."""
    if _are_equal(cast.chart, sample()):
        return ""
    span, depth = int(cast.people.team_size[0]), int(cast.people.level[-1])
    size = f"{span}x{depth}"
    try:
        grows = grown(size)
    except ScenarioError:
        return OWN
    return size if grows and _are_equal(cast.chart, grows) else OWN


def _are_equal(one: Chart, other: Chart) -> bool:
    """Whether charts have the same people, named alike, in the same order."""
    return [*one.nodes(data=True)] == [*other.nodes(data=True)] and [*one.edges] == [*other.edges]


def _policy(parts: dict[str, str]) -> Scenario:
    """The policy of some parts of a link, each of which must be known."""
    policy = named(parts.pop("scenario", FIRST_SCENARIO))
    if "weeks" in parts:
        weeks = _whole("weeks", parts.pop("weeks"), MOST_WEEKS)
        policy = replace(policy, weeks=weeks)
    if "rollout" in parts:
        policy = replace(policy, rollout=_rollout(parts.pop("rollout")))
    if "then" in parts:
        each = filter(None, parts.pop("then").split("~"))
        policy = replace(policy, interventions=tuple(map(_intervention, each)))
    for name in parts:
        if name not in DECLARATIONS:
            raise ParameterError(
                unknown_name("part of the link", _cut(name), DECLARATIONS, "leave it out")
            )
    return policy.with_changes({name: _number(name, value) for name, value in parts.items()})


def _rollout(text: str) -> Rollout:
    order, _dot, rest = text.partition(".")
    lag, dot, branch = rest.partition(".")
    return Rollout(order, _whole("lag", lag, MOST_WEEKS), branch if dot else None)  # type: ignore[arg-type]


def _intervention(text: str) -> Intervention:
    week, _dot, rest = text.partition(".")
    lever, _dot, value = rest.partition(".")
    return Intervention(_whole("week of then", week, MOST_WEEKS), lever, _number("then", value))


def _whole(name: str, text: str, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise ParameterError(f"{name} = {_cut(text)} in the link is no whole number")
    check_whole(name, int(text), 0, high)
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParameterError(f"{name} = {_cut(text)} in the link is no number") from None


def _cut(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
