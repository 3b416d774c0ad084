"""Named, cited scenarios: sets of parameters, interventions at a week, and who starts when."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from empowersim.declaration import check_whole, shown, unknown_name
from empowersim.errors import ParameterError, ScenarioError
from empowersim.org_chart import Hierarchy
from empowersim.parameters import DECLARATIONS, LEVERS, Parameters

DEFAULT_WEEKS = 156
MAX_WEEKS = 1_000_000


@dataclass(frozen=True, order=True)
class Intervention:
    """A lever's change: from `week` (1 is the first) on, `lever` has `value` for everyone.

    Raises:
        ParameterError: a week below 1, a name that is no lever, or a value out of its range.
    """

    week: int
    lever: str
    value: float

    def __post_init__(self) -> None:
        """Refuse at the door."""
        if not isinstance(self.lever, str) or self.lever not in LEVERS:
            raise ParameterError(
                unknown_name("lever", self.lever, LEVERS, f"levers: {', '.join(LEVERS)}")
            )
        check_whole("week of an intervention", self.week, 1, MAX_WEEKS)
        DECLARATIONS[self.lever].check(self.lever, self.value)
        object.__setattr__(self, "week", int(self.week))
        object.__setattr__(self, "value", float(self.value))


type Order = Literal["all-at-once", "pilot", "top-down", "bottom-up"]


@dataclass(frozen=True)
class Rollout:
    """Who starts the change when.

    Attributes:
        order: all-at-once; pilot (one branch first, the others `lag` weeks later); top-down
            (each level `lag` weeks after the one above); bottom-up (after the one below).
        lag: weeks between one group and the next, a whole number from 0.
        branch: for a pilot, the person at the head of the branch; by default the first who
            reports to the top.

    Raises:
        ScenarioError: an order that does not exist, or a branch without a pilot.
        ParameterError: a lag out of its range.
    """

    order: Order = "all-at-once"
    lag: int = 26
    branch: Hashable | None = None

    def __post_init__(self) -> None:
        """Refuse at the door."""
        orders = get_args(Order.__value__)
        if not isinstance(self.order, str) or self.order not in orders:
            raise ScenarioError(
                unknown_name("rollout", self.order, orders, f"rollouts: {', '.join(orders)}")
            )
        check_whole("lag of a rollout", self.lag, 0, MAX_WEEKS)
        object.__setattr__(self, "lag", int(self.lag))
        if self.branch is not None and self.order != "pilot":
            raise ScenarioError(
                f"a branch ({shown(self.branch)}) is for the rollout pilot, not for {self.order}"
            )

    def delays(self, hierarchy: Hierarchy) -> NDArray[np.float64]:
        """Weeks by which each person starts later than the first, (n_people,).

        Raises:
            ScenarioError: the pilot's branch is not in the org chart.
        """
        level = hierarchy.level.astype(np.float64)
        if self.order == "top-down":
            return level * self.lag
        if self.order == "bottom-up":
            return (level.max() - level) * self.lag
        if self.order == "pilot":
            return np.where(_in_branch(hierarchy, self._head(hierarchy)), 0.0, float(self.lag))
        return np.zeros(hierarchy.n_people)

    def _head(self, hierarchy: Hierarchy) -> int:
        if self.branch is None:
            return min(1, hierarchy.n_people - 1)
        if self.branch not in hierarchy.ids:
            raise ScenarioError(
                f"the pilot's branch {shown(self.branch)} is nobody in the org chart; give the id"
                " of the person at its head"
            )
        return hierarchy.ids.index(self.branch)


def _in_branch(hierarchy: Hierarchy, head: int) -> NDArray[np.bool_]:
    """Who is in the branch under `head`, himself included, (n_people,)."""
    inside = np.zeros(hierarchy.n_people, np.bool_)
    inside[head] = True
    for person in range(head + 1, hierarchy.n_people):
        inside[person] = inside[hierarchy.manager[person]]
    return inside


@dataclass(frozen=True)
class Scenario:
    """A named set of parameters, interventions and a rollout, with its story and its source."""

    parameters: Parameters = field(default_factory=Parameters)
    interventions: tuple[Intervention, ...] = ()
    rollout: Rollout = field(default_factory=Rollout)
    weeks: int = DEFAULT_WEEKS
    name: str = "own"
    story: str = ""
    claim: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse at the door, and sort the interventions: one for a lever in a week."""
        check_whole("weeks", self.weeks, 1, MAX_WEEKS)
        _check_kind("parameters", self.parameters, Parameters)
        _check_kind("rollout", self.rollout, Rollout)
        _check_kind("interventions", self.interventions, tuple | list)
        for intervention in self.interventions:
            _check_kind("each of the interventions", intervention, Intervention)
        ordered = tuple(sorted(self.interventions, key=lambda each: (each.week, each.lever)))
        for one, other in pairwise(ordered):
            if (one.week, one.lever) == (other.week, other.lever):
                raise ScenarioError(
                    f"two interventions set {one.lever} in week {one.week}; keep one of them"
                )
        object.__setattr__(self, "interventions", ordered)
        object.__setattr__(self, "weeks", int(self.weeks))

    def with_changes(self, changes: Mapping[str, float]) -> Self:
        """The same scenario with some parameters changed."""
        return replace(self, parameters=self.parameters.with_changes(changes))

    @cached_property
    def changes_by_week(self) -> Mapping[int, Mapping[str, float]]:
        """What the interventions set, by week."""
        by_week: dict[int, dict[str, float]] = {}
        for each in self.interventions:
            by_week.setdefault(each.week, {})[each.lever] = each.value
        return by_week


def _check_kind(name: str, value: object, kind: Any) -> None:
    if not isinstance(value, kind):
        wanted = getattr(kind, "__name__", "tuple or list")
        raise ScenarioError(f"{name} = {shown(value)} is no {wanted}; give a {wanted}")


def as_scenario(given: object) -> Scenario:
    """Parameters as a scenario of their own; a scenario as it is.

    Raises:
        ScenarioError: something else.
    """
    if isinstance(given, Parameters):
        return Scenario(given)
    if isinstance(given, Scenario):
        return given
    raise ScenarioError(
        f"expected Parameters or a Scenario, not {type(given).__name__} {shown(given)}; for a"
        " named scenario: scenarios.named('just-let-go')"
    )


EFFORTS = tuple(lever for lever in LEVERS if lever != "control_reward")
"""The levers that a company must work for; what careers reward stands by itself."""

NO_EFFORT: Mapping[str, float] = MappingProxyType(dict.fromkeys(EFFORTS, 0.0))
"""Every effort left out, as changes of parameters."""


def end_of_efforts(week: int) -> tuple[Intervention, ...]:
    """Every effort stops in `week`; what careers reward stays as it is."""
    return tuple(Intervention(week, lever, 0.0) for lever in EFFORTS)


def named(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        ScenarioError: naming the nearest one.
    """
    if name not in NAMED:
        raise ScenarioError(unknown_name("scenario", name, NAMED, "see: empowersim scenarios"))
    return NAMED[name]


ESSAY = "B. Duperrin, essay on reverse management"


def _by_name(scenarios: Iterable[Scenario]) -> Mapping[str, Scenario]:
    return MappingProxyType({scenario.name: scenario for scenario in scenarios})


NAMED: Mapping[str, Scenario] = _by_name(
    (
        Scenario(
            name="status-quo",
            story="Nobody asks for change. Careers go to those who keep control. Managers direct,"
            " collaborators wait, and each finds the other as expected.",
            claim="C1: managers were trained and rewarded to direct",
            source=ESSAY,
            parameters=Parameters(**NO_EFFORT),
        ),
        Scenario(
            name="just-let-go",
            story="The company tells its managers to let go, and leaves it at that. They let go,"
            " and matters land on people who were not ready.",
            claim="C4: it is naive to think that the manager lets go and the rest follows",
            source=ESSAY,
            parameters=Parameters(collaborator_share=0, coaching=0, training=0),
        ),
        Scenario(
            name="all-on-the-manager",
            story="Managers are to change, with a coach at their side. Nothing is asked of the"
            " collaborators. Managers carry the whole weight and wait for a sign.",
            claim="C3: to put the whole weight of the change on the manager is an error",
            source=ESSAY,
            parameters=Parameters(collaborator_share=0, training=0),
        ),
        Scenario(
            name="all-on-the-collaborators",
            story="“You are empowered now”: the teams are to carry the change alone, without"
            " training, and their managers without a coach.",
            claim="C7: are collaborators ready, and do they want it?",
            source=ESSAY,
            parameters=Parameters(collaborator_share=1, coaching=0, training=0),
        ),
        Scenario(
            name="carry-it-together",
            story="Both sides carry half. Managers are accompanied, collaborators are trained,"
            " take initiatives and make their manager feel useful.",
            claim="C6: autonomy comes with responsibility; both sides carry a part",
            source=ESSAY,
        ),
        Scenario(
            name="stop-too-early",
            story="The company accompanies its people well, and sees results. After a year it"
            " declares victory and stops everything. Have the new habits taken root?",
            claim="C2: the company must accompany managers strongly, and long enough",
            source=ESSAY,
            parameters=Parameters(coaching=0.7, training=0.7),
            interventions=end_of_efforts(60),
            weeks=260,
        ),
        Scenario(
            name="what-we-reward",
            story="The speeches praise those who let go; promotions go to those who keep control."
            " Everything else is done as it should be.",
            claim="C1: managers let go against what they are rewarded for",
            source=ESSAY,
            parameters=Parameters(control_reward=1),
        ),
        Scenario(
            name="employees-first",
            story="The pyramid is turned over: managers answer to those who serve the customers,"
            " and their careers hang on what their teams say of them.",
            claim="C9: management in the service of the front line",
            source="V. Nayar, Employees First, Customers Second, Harvard Business Press, 2010",
            parameters=Parameters(upward_accountability=0.8),
        ),
        Scenario(
            name="apec",
            story="A France in which 83 % are satisfied with their manager, as managers and"
            " professionals say in surveys. Does the change come easier where managers are already"
            " valued?",
            claim="C8, contested: most employees do value their manager's work",
            source="Apec survey of cadres, 2026: 83 % satisfied with their manager",
            # A normal of this mean and standard deviation .16 is above ½ with probability .83.
            parameters=Parameters(initial_appreciation=0.653),
        ),
    )
)
