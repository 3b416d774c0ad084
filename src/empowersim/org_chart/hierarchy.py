"""A chart as index arrays: people in breadth-first order, so that every team is contiguous."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from empowersim.errors import OrgChartError

# A rooted tree; each edge leads from a collaborator to the manager.
type Chart = nx.DiGraph[Any]
type Indices = NDArray[np.int32]

MOST_PEOPLE = 10_000_000  # a networkx graph of more takes over ten gigabytes
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A reporting tree as arrays of shape (n_people,), int32, in breadth-first order.

    The team of person `j` is `range(team_start[j], team_start[j] + team_size[j])`. Siblings keep
    the order in which they were added to the chart, so equal charts give equal arrays.

    Attributes:
        ids: Each person's node in the chart, the root first.
        manager: Index of each person's manager, smaller than the person's own; the root's is 0.
        level: Number of managers above each person, 0 at the root; non-decreasing.
        team_start: Index of each person's first report, in [1, n_people]; non-decreasing.
        team_size: Number of each person's direct reports, 0 for most.
    """

    ids: tuple[Hashable, ...]
    manager: Indices
    level: Indices
    team_start: Indices
    team_size: Indices

    @property
    def n_people(self) -> int:
        """Number of people, the root included, at least 1."""
        return len(self.ids)

    @property
    def n_levels(self) -> int:
        """Number of levels, the root's included, at least 1."""
        return int(self.level[-1]) + 1

    @property
    def managers(self) -> Indices:
        """Indices of the people who have reports, increasing, (n_managers,), int32."""
        return np.flatnonzero(self.team_size).astype(np.int32)


def hierarchy(chart: Chart) -> Hierarchy:
    """The chart's index arrays, if it is one tree in which edges lead to the manager.

    Raises:
        OrgChartError: Someone has two managers or reports to himself, a cycle, no top or several
            tops, an empty or undirected graph; the message names an example.
    """
    people, manager = _people_and_managers(chart)
    root = _only_root(people, manager)
    order = _breadth_first(root, manager)
    if len(order) < len(people):
        raise _cycle_error(people, manager, reached=order)
    return _in_order(people, manager, order)


def _people_and_managers(chart: Chart) -> tuple[list[Hashable], list[int]]:
    """The nodes in the order they were added, and the position of each one's manager there."""
    if not (isinstance(chart, nx.Graph) and chart.is_directed()):
        raise OrgChartError(
            f"an org chart is a directed graph (networkx.DiGraph), not {type(chart).__name__}; "
            "each edge leads from a collaborator to the manager"
        )
    if len(chart) == 0:
        raise OrgChartError("the org chart is empty: it needs at least one person")
    people = list(chart)
    position = {person: index for index, person in enumerate(people)}
    manager = [NOBODY] * len(people)
    for index, (person, above) in enumerate(chart.adjacency()):
        if len(above) > 1:
            raise _two_managers_error(chart, person, list(above))
        for superior in above:
            if superior == person:
                raise OrgChartError(f"{person!r} reports to {person!r}: remove that edge")
            manager[index] = position[superior]
    return people, manager


def _only_root(people: list[Hashable], manager: list[int]) -> int:
    roots = [index for index, superior in enumerate(manager) if superior == NOBODY]
    if not roots:
        raise _cycle_error(people, manager, reached=[])
    if len(roots) > 1:
        named = _some([people[root] for root in roots], at_most=3)
        raise OrgChartError(
            f"{len(roots)} people report to nobody ({named}), but a chart has exactly one "
            "top: give the others a manager, or add a head above them"
        )
    return roots[0]


def _breadth_first(root: int, manager: list[int]) -> list[int]:
    team: list[list[int]] = [[] for _ in manager]
    for index, superior in enumerate(manager):
        if superior != NOBODY:
            team[superior].append(index)
    order = [root]
    for person in order:  # the list grows while it is walked: it is its own queue
        order.extend(team[person])
    return order


def _in_order(people: list[Hashable], manager: list[int], order: list[int]) -> Hierarchy:
    n_people = len(order)
    new_index = np.empty(n_people, np.int32)
    new_index[order] = np.arange(n_people, dtype=np.int32)
    superior = np.array(manager, np.int32)[order]
    superior[0] = order[0]
    new_manager = new_index[superior]
    team_size = np.bincount(new_manager[1:], minlength=n_people).astype(np.int32)
    team_start = np.cumsum(team_size, dtype=np.int32) - team_size + np.int32(1)
    level = [0]
    for above in new_manager[1:].tolist():
        level.append(level[above] + 1)
    return Hierarchy(
        ids=tuple(people[index] for index in order),
        manager=new_manager,
        level=np.array(level, np.int32),
        team_start=team_start,
        team_size=team_size,
    )


def _two_managers_error(chart: Chart, person: Hashable, managers: list[Hashable]) -> OrgChartError:
    named = _some(managers, at_most=2)
    return OrgChartError(
        f"{person!r} reports to {len(managers)} managers ({named}), but a chart has one manager "
        f"for each person: keep one{_reversed_hint(chart)}"
    )


def _cycle_error(people: list[Hashable], manager: list[int], reached: list[int]) -> OrgChartError:
    """Walk up from someone below no root until a person comes back: that person is on a cycle."""
    person = min(set(range(len(people))).difference(reached))
    walked: dict[int, None] = {}
    while person not in walked:
        walked[person] = None
        person = manager[person]
    path = list(walked)
    cycle = [people[index] for index in path[path.index(person) :]]
    return OrgChartError(
        f"{len(cycle)} people report to one another in a cycle ({_some(cycle, at_most=4)}): "
        "remove one of these edges"
    )


def _reversed_hint(chart: Chart) -> str:
    """A remedy for the commonest mistake: edges drawn from the manager to the collaborator."""
    one_above = all(len(below) <= 1 for below in chart.pred.values())
    if not (one_above and chart.number_of_edges() == len(chart) - 1):
        return ""
    return " (edges lead from collaborator to manager: if yours lead down, use chart.reverse())"


def _some(people: list[Hashable], at_most: int) -> str:
    named = ", ".join(repr(person) for person in people[:at_most])
    return named + ", …" * (len(people) > at_most)
