"""Org charts: grow, import and show."""

from __future__ import annotations

from argparse import Namespace

from empowersim import org_chart
from empowersim.declaration import check_whole
from empowersim.errors import OrgChartError


def org_grow(given: Namespace) -> None:
    """Grow a chart and save it."""
    from empowersim import store

    store.check_free(given.out)
    chart = _grown(given)
    org_chart.save(chart, given.out)
    print(f"{chart.number_of_nodes():,} people: {given.out}")


def _grown(given: Namespace) -> org_chart.Chart:
    """The one of the three kinds that the arguments ask for."""
    balanced = given.span is not None or given.depth is not None
    if balanced + (given.spans is not None) + (given.people is not None) > 1:
        raise OrgChartError("grow one kind: --span and --depth, or --spans, or --people")
    for name in ("mean_span", "spread", "seed"):
        if given.people is None and getattr(given, name) is not None:
            raise OrgChartError(f"--{name.replace('_', '-')} is for random charts: add --people")
    if given.spans is not None:
        return org_chart.from_spans(_whole_numbers(given.spans))
    if given.people is not None:
        mean_span = 6.0 if given.mean_span is None else given.mean_span
        spread = min(2.0, mean_span - 1) if given.spread is None else given.spread
        return org_chart.random(given.people, mean_span, spread, given.seed or 0)
    return org_chart.balanced(
        6 if given.span is None else given.span, 3 if given.depth is None else given.depth
    )


def _whole_numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise OrgChartError(
            f"--spans {text!r} are not whole numbers with commas; write --spans 8,5,6"
        ) from None


def org_import(given: Namespace) -> None:
    """Read a chart from somewhere else, say what became of its rows, and save it."""
    from empowersim import store

    store.check_free(given.out)
    reading = org_chart.read(given.files, format=given.format, drop=given.drop)
    org_chart.save(reading.chart, given.out)
    print(reading.report)
    print(f"\n{org_chart.describe(reading.chart)}\n\nSaved: {given.out}")


def org_show(given: Namespace) -> None:
    """A chart's figures and a tree."""
    check_whole("--most", given.most, 1, 1_000_000)
    chart = (
        org_chart.load(given.files, format=given.format, drop=given.drop)
        if given.files
        else org_chart.sample()
    )
    print(f"{org_chart.describe(chart)}\n\n{org_chart.tree(chart, given.most)}")
