"""What many runs make of the four regimes, week by week: computed in one go, for the page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from empowersim import scenarios
from empowersim.analysis import SPREAD
from empowersim.outcomes import REGIMES
from empowersim.parameters import LEVERS
from empowersim.simulation import simulate

RUNS = 64
FIRST_SCENARIO = "carry-it-together"


class Band(NamedTuple):
    """A share week by week from week 0: the mean of the runs, and where 90 % of them lie."""

    mean: list[float]
    low: list[float]
    high: list[float]


def lever_values(scenario: str) -> dict[str, float]:
    """Where a named scenario puts the levers."""
    parameters = scenarios.named(scenario).parameters
    return {lever: getattr(parameters, lever) for lever in LEVERS}


def forecast(scenario: str, levers: Mapping[str, float]) -> Mapping[str, Band]:
    """The share of relations in each regime, for a named scenario with its levers moved.

    Raises:
        ScenarioError, ParameterError: no such scenario or lever, or a value out of its range.
    """
    return _forecast(scenario, tuple(sorted(levers.items())))


@lru_cache(maxsize=256)
def _forecast(scenario: str, levers: tuple[tuple[str, float], ...]) -> Mapping[str, Band]:
    chosen = scenarios.named(scenario).with_changes(dict(levers))
    weekly = simulate(chosen, replicates=RUNS).weekly
    shares = weekly[list(REGIMES)].to_numpy().reshape(RUNS, chosen.weeks + 1, len(REGIMES))
    low, high = np.quantile(shares, ((1 - SPREAD) / 2, (1 + SPREAD) / 2), axis=0)
    curves = np.stack([shares.mean(axis=0), low, high]).transpose(2, 0, 1).round(4)
    return {regime: Band(*curves[k].tolist()) for k, regime in enumerate(REGIMES)}


def prepare() -> None:
    """Compile the engine (seconds, once on a machine) by asking for the first forecast."""
    forecast(FIRST_SCENARIO, lever_values(FIRST_SCENARIO))
