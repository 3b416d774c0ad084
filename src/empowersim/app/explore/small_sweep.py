"""The sweep that the page itself offers: a grid over one lever or two, and how long it takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from empowersim.experiment import Experiment
from empowersim.parameters import DECLARATIONS
from empowersim.planning import estimate
from empowersim.scenarios import named
from empowersim.sweep import most_runs


def grid(title: str, scenario: str, steps: Mapping[str, int], replicates: int) -> Experiment:
    """A grid over the whole ranges of some levers, on the sample chart.

    A chart that someone has brought in is not written to the disk, as a sweep would do.

    Args:
        title: of the experiment.
        scenario: a named one.
        steps: how many values each lever has.
        replicates: of each point.
    """
    factors = {
        lever: {"low": DECLARATIONS[lever].low, "high": DECLARATIONS[lever].high, "count": values}
        for lever, values in steps.items()
    }
    said: dict[str, Any] = {
        "title": title,
        "scenario": {"name": scenario, "weeks": named(scenario).weeks},
        "org_charts": {"sample": {"sample": True}},
        "design": {"kind": "grid", "factors": factors},
        "runs": {"replicates": replicates},
    }
    return Experiment(**said)


def seconds_for(experiment: Experiment) -> float:
    """How long such a sweep will take; the first time, some seconds are spent on finding out."""
    return _seconds_of_a_week() * most_runs(experiment) * experiment.scenario.weeks


@lru_cache(1)
def _seconds_of_a_week() -> float:
    """Of one run, by a pilot of the largest sweep that the page offers with one lever."""
    largest = grid("", "carry-it-together", {"coaching": 11}, 64)
    plan = estimate(largest, workers=workers())
    return plan.seconds / plan.runs / largest.scenario.weeks


def workers() -> int:
    """Threads of a sweep: one core is left to the page."""
    return max(1, (os.cpu_count() or 1) - 1)
