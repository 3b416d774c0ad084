"""Growing charts of a given shape. People are numbered "1", "2", … in breadth-first order."""

import operator
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from empowersim.declaration import shown
from empowersim.errors import OrgChartError
from empowersim.org_chart.hierarchy import MOST_PEOPLE, Chart

# Of the people on a level who could lead a team, this share does, until all teams are led. Lower
# makes charts deeper and narrower; at 1 every level but the last two would be managers only.
_SHARE_LEADING = 0.75
# Rounding spans to whole numbers adds this variance: that of a coin with a uniform probability.
_VARIANCE_OF_ROUNDING = 1 / 6
_WIDEST_SPREAD = 3.0  # in units of mean_span - 1; beyond, most of the gamma variables are 0
_ROUNDING_ERROR = 1e-9


def balanced(span: int = 6, depth: int = 3) -> Chart:
    """A chart in which every manager has `span` reports, over `depth` levels below the root.

    Args:
        span: Direct reports of each manager, at least 1.
        depth: Levels below the root, at least 0; 3 levels of 6 make 1 + 6 + 36 + 216 = 259 people.

    Raises:
        OrgChartError: An argument is out of its range, or there would be over 10 million people.
    """
    span, depth = _whole("span", span, 1), _whole("depth", depth, 0)
    _check_size(depth + 1)  # each level has someone
    return _with_spans(repeat(span, depth))


def from_spans(spans: Sequence[int]) -> Chart:
    """A chart in which all managers of one level have the same number of reports.

    Args:
        spans: Direct reports of each manager, each at least 1, from the root's level downwards;
            `[8, 5, 6]` makes 1 + 8 + 40 + 240 = 289 people, and `[]` the root alone.

    Raises:
        OrgChartError: A span is out of its range, or there would be over 10 million people.
    """
    given: object = spans
    if not isinstance(given, list | tuple | range | np.ndarray) or not np.ndim(given):
        raise OrgChartError(f"spans = {shown(spans)} is no list of whole numbers: write [8, 5, 6]")
    return _with_spans(_whole(f"spans[{level}]", span, 1) for level, span in enumerate(spans))


def random(people: int, mean_span: float, spread: float, seed: int) -> Chart:
    """A random chart in which managers have spans of a given mean and spread.

    Spans are one plus a gamma variable, scaled and rounded so that exactly `people` people come
    out: their mean is as near to `mean_span` as a whole number of managers allows, and a spread
    below 0.4 makes them as equal as whole numbers can be. Going down the chart, each person
    leads a team with probability 3/4 until all teams are led.

    Args:
        people: Number of people, the root included, in [1, 10 million].
        mean_span: Mean of the managers' spans, at least 1.
        spread: Standard deviation of the spans, in [0, 3 · (mean_span - 1)].
        seed: At least 0; the same arguments and seed give the same chart.

    Raises:
        OrgChartError: An argument is out of its range.
    """
    _check_size(_whole("people", people, 1))
    _check_spans(mean_span, spread)
    rng = np.random.default_rng(_whole("seed", seed, 0))
    if people == 1:
        return _chart([])
    n_managers = min(max(1, round((people - 1) / mean_span)), people - 1)
    spans = _random_spans(people - 1, n_managers, mean_span, spread, rng)
    return _chart(_with_teams(spans, rng))


def _with_spans(spans: Iterable[int]) -> Chart:
    """The chart of these spans by level, which is not begun before its size is known."""
    levels = []
    on_level = people = 1
    for span in spans:
        on_level *= span
        people += on_level
        _check_size(people)
        levels.append(span)
    return _chart(_teams_by_level(levels))


def _teams_by_level(spans: Iterable[int]) -> Iterator[int]:
    first, on_level = 0, 1
    for span in spans:
        for manager in range(first, first + on_level):
            yield from repeat(manager, span)
        first, on_level = first + on_level, on_level * span


def _random_spans(
    reports: int, n_managers: int, mean: float, spread: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Spans of at least 1 whose sum is `reports`, (n_managers,)."""
    beyond_one = reports - n_managers
    if beyond_one == 0:
        return np.ones(n_managers, np.int64)
    variance = max(spread**2 - _VARIANCE_OF_ROUNDING, 0.0)
    if variance:
        wanted = rng.gamma((mean - 1) ** 2 / variance, variance / (mean - 1), n_managers)
    else:
        wanted = np.ones(n_managers)
    return 1 + _rounded(wanted * (beyond_one / wanted.sum()), beyond_one, rng)


def _rounded(
    values: NDArray[np.float64], total: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Each value rounded up or down at random, so that their sum stays `total`."""
    ends = np.floor(np.cumsum(values) + rng.random()).astype(np.int64)
    ends[-1] = total
    return np.diff(np.minimum(ends, total), prepend=0)


def _with_teams(spans: NDArray[np.int64], rng: np.random.Generator) -> Iterator[int]:
    """The manager of each person from the second on, each team led by someone above it."""
    person, people = 0, 1
    for span in spans.tolist():
        # The last person so far must lead, or nobody would be left to lead the next team.
        while person < people - 1 and rng.random() >= _SHARE_LEADING:
            person += 1
        yield from repeat(person, span)
        person, people = person + 1, people + span


def _chart(managers: Iterable[int]) -> Chart:
    """The chart in which person number i + 2 reports to the one with index `managers[i]`."""
    chart: Chart = nx.DiGraph()
    chart.add_node("1")
    for index, manager in enumerate(managers, 2):
        chart.add_edge(str(index), str(manager + 1))
    return chart


def _whole(name: str, value: int, lowest: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise OrgChartError(f"{name} = {shown(value)} is no whole number") from None
    if number < lowest:
        text = shown(number, str)
        raise OrgChartError(f"{name} = {text} is too small: it must be at least {lowest}")
    return number


def _check_size(people: int) -> None:
    if people > MOST_PEOPLE:
        raise OrgChartError(
            f"the chart would have more than {MOST_PEOPLE:,} people, the most that are allowed;"
            " take fewer people, smaller spans or a smaller depth"
        )


def _check_spans(mean_span: float, spread: float) -> None:
    for name, value in (("mean_span", mean_span), ("spread", spread)):
        if not isinstance(value, int | float | np.number):
            raise OrgChartError(f"{name} = {shown(value)} is no number")
    if not 1 <= mean_span <= MOST_PEOPLE:
        raise OrgChartError(f"mean_span = {shown(mean_span, str)} is outside [1, {MOST_PEOPLE}]")
    widest = _WIDEST_SPREAD * (mean_span - 1)
    if not 0 <= spread <= widest * (1 + _ROUNDING_ERROR):
        raise OrgChartError(
            f"spread = {shown(spread, str)} is outside [0, {widest:g}], which is"
            " 3 · (mean_span - 1)"
        )
