"""The mean field: each of its terms by one week of the model, and the limit by its order.

In the first week all begin alike, so the mean change over n people is its expectation within 5
standard errors. Rates are so slow that what a phase reads of the phases before it in the same week
is, but for ε, what the equations read.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import Scenario, end_of_efforts
from validation import mean_field
from validation.mean_field import RATES, Teams, alike, change, change_of_trust, lived, mean_of_clip
from validation.verification import agreement, order, stretched, trust_swapped

from .still import NO_RATE

STANDARD_ERRORS = 5
SLOW = 1e-5
SPAN, DEPTH, REPLICATES = 40, 2, 64
SEEDS = range(1, 7)
CLIPPED = 0


def test_the_rates_are_all_but_those_of_leaving():
    assert set(RATES) == set(NO_RATE) - {"turnover", "turnover_strain"}


# --- One week ---------------------------------------------------------------------------------

STARTS = [name for name in DECLARATIONS if name.startswith("initial") and not name.endswith("_sd")]
NO_CLIP = {"sign_base", "sign_appreciation", "effort_manager"}
"""At their defaults hardly any manager is so useful, or so spent, that `clip` holds him."""
ONLY_OUTPUT = {name for name in DECLARATIONS if name.startswith("directed_s")} - {"directed_stress"}
ONLY_OUTPUT |= {f"directed_{name}" for name in ("attention", "dilution", "readiness", "complexity")}
"""Success where matters are directed changes nobody; test_chances.py has it."""
GROUPS = ("letting go", "taking on", "encounters", "consequences", "taking stock")
WEIGHTS = {name for name, known in DECLARATIONS.items() if known.group in GROUPS} - {*RATES}


@cache
def drawn(seed):
    """Parameters of which half are far from their defaults, in the midst of the change."""
    rng = np.random.default_rng(seed)
    values = {name: rng.uniform(0.1, 0.9) for name in (*LEVERS, *STARTS, "root_autonomy")}
    free = sorted(WEIGHTS - NO_CLIP)
    for name in rng.choice(free, len(free) // 2, replace=False):
        known = DECLARATIONS[name]
        value = known.default * rng.uniform(0.5, 1.5) + rng.uniform(0, 0.1)
        values[name] = min(max(value, known.low), known.high)
    for trait in ("readiness", "disposition"):
        values |= dict.fromkeys((f"{trait}_low", f"{trait}_high"), rng.uniform(0.1, 0.8))
    values |= {"capacity": SPAN * rng.uniform(0.3, 0.9), "start": 0, "ramp": 1}
    slow = {name: SLOW * getattr(Parameters(), name) for name in RATES}
    return alike(Parameters(**values | slow))


@cache
def first_week(seed):
    """How the first week changes everyone: by state, by level of managers, (people,)."""
    how = {"replicates": REPLICATES, "weeks": 1, "seed": 3, "record": "people"}
    table = simulate(drawn(seed), balanced(SPAN, DEPTH), workers=1, **how).people
    number = np.tile(np.arange(1 + SPAN + SPAN**2), REPLICATES)
    level = np.searchsorted([1, 1 + SPAN], number, side="right")
    states = table.set_index("week")[list(Teams._fields)]
    moved = {name: states.loc[1, name].to_numpy() - states.loc[0, name] for name in states}
    return {
        name: [of.to_numpy()[level == up + (name not in OF_MANAGERS)] for up in range(DEPTH)]
        for name, of in moved.items()
    }


OF_MANAGERS = ("control_habit", "assurance")


def refused(seed, of_trust=change_of_trust, **changes):
    """The states, and levels, whose mean change is not that of the equations."""
    p = drawn(seed)
    wrong = p.with_changes(changes)
    expected = change(0, mean_field.start(p, DEPTH), wrong, SPAN, of_trust)
    found = set()
    for name, by_level in first_week(seed).items():
        for level, moved in enumerate(by_level):
            error = STANDARD_ERRORS * moved.std() / np.sqrt(len(moved))
            # A week moves what other phases read by less than ε, and what they do by ε².
            if abs(moved.mean() - getattr(expected, name)[level]) > error + SLOW**2:
                found.add((name, level))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_week_moves_everyone_as_the_equations_say(seed):
    assert refused(seed) == set()


def test_where_usefulness_is_clipped_a_team_of_40_is_not_wide():
    """There a team that is luckier than its mean adds less than an unluckier one takes."""
    assert refused(CLIPPED) == {("assurance", 1)}


def test_wrong_trust_is_refused_as_wrong_trust():
    """Where as many are adrift as are overburdened, swapping them hardly matters."""
    assert set.union(*(refused(seed, trust_swapped) for seed in SEEDS)) == {
        ("trust", level) for level in range(DEPTH)
    }


@pytest.mark.parametrize("name", sorted((WEIGHTS | {*RATES, *LEVERS}) - ONLY_OUTPUT))
def test_half_more_or_less_of_any_number_is_seen(name):
    """Somewhere: what nobody carries, or nobody lacks, does not show everywhere."""
    known = DECLARATIONS[name]
    values = {seed: getattr(drawn(seed), name) for seed in SEEDS}
    less = [(seed, 0.5 * value) for seed, value in values.items()]
    more = [(seed, 1.5 * value + 0.1) for seed, value in values.items()]
    assert any(
        refused(seed, **{name: min(max(other, known.low), known.high)})
        for seed, other in less + more
    )


def test_the_mean_of_a_clip():
    x = (np.arange(100_000) + 0.5) / 100_000
    for base, slope in [
        (0.2, 0.5),
        (-0.4, 0.9),
        (0.7, 0.8),
        (-1, 3),
        (1.3, -2),
        (0.4, 1e-9),
        (2, 0),
    ]:
        expected = np.clip(base + slope * x, 0, 1).mean()
        # The middles of n steps miss a kink by at most slope / (8 n²).
        assert mean_of_clip(np.array([base]), np.array([slope]))[0] == pytest.approx(
            expected, abs=1e-9
        )


# --- The limit --------------------------------------------------------------------------------

EPSILONS = (1.0, 0.5, 0.25)


@pytest.fixture(scope="module")
def nearer():
    return [agreement(16, epsilon, round(128 / epsilon)) for epsilon in EPSILONS]


def test_the_model_nears_its_mean_field_in_proportion_to_epsilon(nearer):
    """Nearer to order 1 than to ½; and luck is small enough for the order to be seen."""
    assert order(EPSILONS, [each.greatest for each in nearer]) > 0.75
    assert all(each.greatest > 3 * each.error for each in nearer)


def test_the_model_does_not_near_a_wrong_mean_field(nearer):
    assert order(EPSILONS, [each.wrong for each in nearer]) < 0.25
    assert nearer[-1].wrong > 10 * nearer[-1].greatest


def test_slowed_down_the_equations_take_the_same_course():
    """But for when in a week something begins, which is a week of 1/ε."""
    fast, slow = (lived(stretched(16, epsilon), 16, DEPTH) for epsilon in (1.0, 1 / 16))
    for name, one, other in zip(Teams._fields, fast, slow, strict=True):
        # A week's delay moves a state by at most a week's change.
        a_week = np.abs(np.diff(one, axis=0)).max()
        assert np.abs(one - other[::16]).max() < 1.5 * a_week, name


def test_interventions_work_from_their_week_on():
    scenario = Scenario(interventions=end_of_efforts(60), weeks=80)
    without = lived(replace(scenario, interventions=()), 6, 3)
    for name, one, other in zip(Teams._fields, lived(scenario, 6, 3), without, strict=True):
        assert np.allclose(one[:60], other[:60], atol=1e-6), name
        assert np.abs(one[80] - other[80]).max() > 1e-3, name
