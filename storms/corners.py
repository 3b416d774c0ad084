"""Parameters and charts at the ends of what is allowed, and what must hold there."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence

import networkx as nx
import numpy as np
import pandas as pd

from empowersim import Parameters, outcomes, simulate
from empowersim.org_chart import Chart, balanced, hierarchy
from empowersim.own_rules import RuleSet
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import Intervention, Rollout, Scenario
from empowersim.simulation import STATES

MOVING = {"turnover": 0.1, "start": 2.0, "ramp": 3.0}
"""People come and go, and the change begins at once: nothing waits for weeks that nobody lives."""
BOUNDS = (("readiness_low", "readiness_high"), ("disposition_low", "disposition_high"))
# Utilities of seven or eight terms, peers' means of full assurance: where rounding goes furthest.
FULL = {"peer_assurance": 1.0, "assurance_rate": 1.0, "initial_assurance": 1.0}


# --- Points -----------------------------------------------------------------------------------


def ends(name: str) -> tuple[float, float, float, float]:
    """The ends of a parameter's range, and the numbers next to them inside."""
    low, high = float(DECLARATIONS[name].low), float(DECLARATIONS[name].high)
    return low, float(np.nextafter(low, high)), float(np.nextafter(high, low)), high


def point(values: dict[str, float], **how: object) -> Scenario:
    """A scenario with these values, bounds that cross put in order."""
    for pair in BOUNDS:
        both = [values.get(name, DECLARATIONS[name].default) for name in pair]
        values |= zip(pair, sorted(both), strict=True)
    return Scenario(Parameters(**values), **how)  # type: ignore[arg-type]


def one_at_a_time() -> Iterator[tuple[str, Scenario]]:
    """Every parameter alone at each of its ends, and one number inside; what is moved, and to."""
    for name in DECLARATIONS:
        for value in ends(name):
            yield f"{name} = {value!r}", point(MOVING | {name: value})


def anywhere(luck: random.Random, weeks: int) -> Scenario:
    """A random corner: all parameters, a half, or the levers alone at an end, some one number off.

    Its interventions go from end to end, too.
    """
    names = list(DECLARATIONS)
    chosen = luck.choice([names, luck.sample(names, len(names) // 2), list(LEVERS)])
    off = luck.choice([0.0, 0.5, 1.0])
    values = dict(MOVING)
    for name in chosen:
        low, above, below, high = ends(name)
        values[name] = luck.choice((above, below) if luck.random() < off else (low, high))
    # Half of all corners would have a change that never begins, a half nobody who stays a week.
    values |= {name: MOVING[name] for name in MOVING if luck.random() < 0.5}
    if luck.random() < 0.1:  # all as sure as can be, or a rounding below
        values |= FULL | {"initial_assurance_sd": luck.choice([0.0, 5e-16])}
    changes = {
        (luck.randint(1, weeks), lever): luck.choice(ends(lever))
        for lever in luck.sample(LEVERS, luck.randint(0, 3))
    }
    return point(
        values,
        interventions=tuple(Intervention(*when, value) for when, value in changes.items()),
        rollout=Rollout(luck.choice(["all-at-once", "pilot", "top-down", "bottom-up"]), lag=2),
    )


# --- Charts -----------------------------------------------------------------------------------


def chain(people: int) -> Chart:
    """Every manager has one report."""
    return balanced(1, people - 1)


def star(people: int) -> Chart:
    """One manager has all."""
    return balanced(people - 1, 1)


def wide_and_deep(wide: int, deep: int) -> Chart:
    """A head of `wide` people, a chain of `deep` below one of them, `wide` people at its end."""
    chart: Chart = nx.DiGraph()
    chart.add_edges_from((("first", number), "head") for number in range(wide))
    chart.add_edge(("chain", 0), ("first", 0))
    chart.add_edges_from((("chain", number), ("chain", number - 1)) for number in range(1, deep))
    chart.add_edges_from((("last", number), ("chain", deep - 1)) for number in range(wide))
    return chart


# --- What must hold ---------------------------------------------------------------------------


def out_of_bounds(table: pd.DataFrame, names: Sequence[str], expected: np.ndarray) -> set[int]:
    """The points with a number outside [0, 1], or one that is there where there is none to expect.

    `expected` says which are numbers, of the shape (rows of one run, names).
    """
    values = table[list(names)].to_numpy()
    runs = values.reshape(-1, *expected.shape)
    wrong = (np.isnan(runs) == expected) | (runs < 0.0) | (runs > 1.0)
    points = table["point"].to_numpy()[:: len(expected)]
    return {int(each) for each in points[wrong.any(axis=(1, 2))]}


def wrong_points(
    points: Sequence[Scenario],
    chart: Chart,
    weeks: int,
    *,
    engine: str = "ensemble",
    replicates: int = 1,
    seed: int = 0,
    rules: RuleSet | None = None,
) -> tuple[set[int], tuple[pd.DataFrame, pd.DataFrame]]:
    """The points whose states or measures leave their bounds in some week; everyone's, and they.

    A warning is an error: neither engine divides by nought nor overflows.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = [
            getattr(
                simulate(
                    points,
                    chart,
                    weeks=weeks,
                    replicates=replicates,
                    seed=seed,
                    record=record,
                    engine=engine,  # type: ignore[arg-type]
                    workers=1,
                    rules=rules,
                ),
                record,
            )
            for record in ("people", "weekly")
        ]
    people, weekly = tables
    wrong = out_of_bounds(people, STATES, _states_there(chart, weeks))
    wrong |= out_of_bounds(weekly, outcomes.NAMES, _measures_there(chart, weeks))
    return wrong, (people, weekly)


def _states_there(chart: Chart, weeks: int) -> np.ndarray:
    """Which states are numbers in a table of people, (weeks + 1) · people rows."""
    tree = hierarchy(chart)
    there = np.ones((tree.n_people, len(STATES)), bool)
    there[0, : STATES.index("control_habit")] = False
    there[tree.team_size == 0, STATES.index("control_habit") :] = False
    return np.tile(there, (weeks + 1, 1))


def _measures_there(chart: Chart, weeks: int) -> np.ndarray:
    """Which measures are numbers in a weekly table, weeks + 1 rows."""
    there = np.full((weeks + 1, len(outcomes.NAMES)), len(chart) > 1)
    there[0, [outcomes.NAMES.index(name) for name in outcomes.FLOWS]] = False
    return there


def same(ones: Sequence[pd.DataFrame], others: Sequence[pd.DataFrame]) -> bool:
    """Whether tables are the same to the last bit, every NaN alike."""
    return all(_bits(one) == _bits(other) for one, other in zip(ones, others, strict=True))


def _bits(table: pd.DataFrame) -> tuple[list[str], bytes]:
    numbers = table.select_dtypes("number").to_numpy(np.float64)
    return list(table), np.where(np.isnan(numbers), np.nan, numbers).tobytes()
