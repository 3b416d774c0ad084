"""Charts as text for a terminal: figures, and a folded tree."""

from collections.abc import Hashable, Mapping
from statistics import mean, median

import numpy as np

from empowersim.errors import OrgChartError
from empowersim.org_chart.cells import clean
from empowersim.org_chart.hierarchy import Chart, Hierarchy, hierarchy

_SPAN_CLASSES = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 12), (13, 20), (21, 50), (51, None))
_WIDEST_BAR = 30
_MOST_LEVELS = 12
_WIDEST_TEAM = 10


def describe(chart: Chart) -> str:
    """The chart's figures: people, managers, levels, and the distribution of spans.

    Raises:
        OrgChartError: The chart is no tree.
    """
    tree = hierarchy(chart)
    n_managers = len(tree.managers)
    lines = [
        f"{_count(tree.n_people, 'person', 'people')}, {_count(n_managers, 'manager')}, "
        f"{_count(tree.n_levels, 'level')}",
        f"people by level: {_by_level(tree)}",
    ]
    if n_managers:
        lines += _spans(tree.team_size[tree.managers].tolist())
    return "\n".join(lines)


def tree(chart: Chart, most: int = 40) -> str:
    """The chart as an indented tree of at most `most` lines, at least 1.

    Teams are unfolded from the top down, as far as the lines go. A folded team shows as the
    number of people below its manager, the rest of a long team as a line that counts them.

    Raises:
        OrgChartError: The chart is no tree, or `most` is less than 1.
    """
    if most < 1:
        raise OrgChartError(f"most = {most} is too small: a tree has at least 1 line")
    people = hierarchy(chart)
    below = _people_below(people)
    shown = _reports_shown(people, most)
    lines: list[str] = []
    # What is still to be written, the next line last: a person, or the rest of a team.
    todo: list[tuple[int, int, bool]] = [(0, 0, False)]
    while todo:
        person, indent, is_rest = todo.pop()
        margin = "  " * indent
        if is_rest:
            lines.append(margin + _rest(people, below, person, shown[person]))
            continue
        folded = f"  (+{below[person]:,} below)" if below[person] and not shown[person] else ""
        lines.append(margin + _label(chart, people.ids[person]) + folded)
        todo += reversed(_team_lines(people, person, shown[person], indent + 1))
    return "\n".join(lines)


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _by_level(tree: Hierarchy) -> str:
    counts = np.bincount(tree.level).tolist()
    named = " · ".join(f"{count:,}" for count in counts[:_MOST_LEVELS])
    return named + " · …" * (len(counts) > _MOST_LEVELS)


def _spans(spans: list[int]) -> list[str]:
    lines = [
        f"span of control: min {min(spans):,}, median {median(spans):g}, "
        f"mean {mean(spans):.1f}, max {max(spans):,}"
    ]
    classes = [
        (low, high, sum(low <= span <= (high or span) for span in spans))
        for low, high in _SPAN_CLASSES
    ]
    largest = max(count for *_, count in classes)
    for low, high, count in classes:
        if count:
            bar = "█" * max(1, round(_WIDEST_BAR * count / largest))
            label = f"{low}–{high}" if high else f"{low}+"
            lines.append(f"  {label:>6}  {_count(count, 'manager'):>15}  {bar}")
    return lines


def _people_below(people: Hierarchy) -> list[int]:
    """The number of people below each person, at all levels."""
    below = [0] * people.n_people
    manager = people.manager.tolist()
    for person in range(people.n_people - 1, 0, -1):
        below[manager[person]] += below[person] + 1
    return below


def _reports_shown(people: Hierarchy, most: int) -> Mapping[int, int]:
    """How many reports each visible person shows; 0 folds the team."""
    shown = {}
    room = most - 1
    queue = [0]
    for person in queue:  # the list grows while it is walked
        size = int(people.team_size[person])
        reports = _unfolded(size, min(room, _WIDEST_TEAM))
        room -= reports + (0 < reports < size)
        shown[person] = reports
        start = int(people.team_start[person])
        queue.extend(range(start, start + reports))
    return shown


def _unfolded(size: int, room: int) -> int:
    """How many of a team fit; if not all, one line is kept to count the rest."""
    if size <= room:
        return size
    return room - 1 if room > 2 else 0


def _team_lines(
    people: Hierarchy, person: int, shown: int, indent: int
) -> list[tuple[int, int, bool]]:
    start = int(people.team_start[person])
    lines = [(report, indent, False) for report in range(start, start + shown)]
    return [*lines, (person, indent, True)] if 0 < shown < people.team_size[person] else lines


def _rest(people: Hierarchy, below: list[int], person: int, shown: int) -> str:
    start, size = int(people.team_start[person]), int(people.team_size[person])
    further = sum(below[start + shown : start + size])
    return f"… {size - shown:,} more" + (f" (+{further:,} below)" if further else "")


def _label(chart: Chart, person: Hashable) -> str:
    details = (chart.nodes[person].get(what) for what in ("name", "title", "unit"))
    texts = [clean(str(text)) for text in (person, *details) if text is not None]
    return " · ".join(dict.fromkeys(filter(None, texts)))
