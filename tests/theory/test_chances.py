"""What is drawn has the distribution that it should have, within a tolerance that is derived.

A mean of n numbers is further than 5 standard errors from its expectation once in two million
times; the seed is fixed. Each tolerance must refuse a slightly wrong theory, or it is none.
"""

from math import sqrt

import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced

from .still import NO_RATE, alike, always

STANDARD_ERRORS = 5
CHART = balanced(6, 3)
RELATIONS = 258
REPLICATES = 32


def mean_per_week(p, measure, weeks=20):
    """The mean of a flow over all matters of all weeks, and their number."""
    table = simulate(p, CHART, weeks=weeks, replicates=REPLICATES, seed=2).weekly
    return table[measure].mean(), RELATIONS * REPLICATES * weeks


def agrees(share, n, probability):
    """Whether a share of n trials agrees with their probability."""
    tolerance = STANDARD_ERRORS * sqrt(probability * (1 - probability) / n)
    return abs(share - probability) < tolerance


# --- Departures -------------------------------------------------------------------------------


def test_departures_without_strain():
    share, n = mean_per_week(Parameters(**NO_RATE | {"turnover": 0.03}), "departures")
    assert agrees(share, n, 0.03)
    assert not agrees(share, n, 0.033)


def test_departures_with_strain():
    """A strain of 0.6 that never eases."""
    leave = {"turnover": 0.01, "turnover_strain": 0.05}
    p = Parameters(**NO_RATE | leave | alike(strain=0.6))
    share, n = mean_per_week(p, "departures", weeks=1)
    assert agrees(share, n, 0.01 + 0.05 * 0.36)
    assert not agrees(share, n, 0.01 + 0.05 * 0.6)


def test_newcomers_take_the_places_of_those_who_leave():
    """The share of places in which nobody has left for t weeks is (1 - q)^t."""
    p = Parameters(**NO_RATE | {"turnover": 0.05, "neutral_trust": 0.25} | alike(trust=0.75))
    weeks, replicates = 12, 256
    final = simulate(p, CHART, weeks=weeks, replicates=replicates, record="final").final
    share = (final["trust"].mean() - 0.25) / (0.75 - 0.25)
    assert agrees(share, RELATIONS * replicates, 0.95**weeks)
    assert not agrees(share, RELATIONS * replicates, 0.95 ** (weeks + 1))


# --- Encounters -------------------------------------------------------------------------------

PERSON = {"readiness_low": 0.4, "readiness_high": 0.4, "mandate": 0.0}
PERSON |= alike(control_habit=0.25, strain=0.1)
MEAN_COMPLEXITY = 0.5
SUCCESS = {
    # Six directed collaborators are a load of 6, for a capacity of 4.
    "directed": 0.30 + 0.55 * 4 / 6 * (1 - 0.4 * MEAN_COMPLEXITY) + 0.1 * 0.4 - 0.1 * 0.5,
    "adrift": 0.45 + 0.40 * 0.4 - 0.45 * MEAN_COMPLEXITY,
    "overburdened": 0.45 + 0.40 * 0.4 - 0.45 * MEAN_COMPLEXITY + 0.2 * 4 / 6,
    "partnership": 0.50 + 0.45 * 0.4 - 0.45 * MEAN_COMPLEXITY + 0.20 * 0.75 - 0.3 * 0.1,
}


@pytest.mark.parametrize("encounter", SUCCESS)
def test_matters_succeed_as_often_as_they_should(encounter):
    share, n = mean_per_week(always(encounter, **PERSON), "output")
    assert agrees(share, n, SUCCESS[encounter])
    assert not agrees(share, n, SUCCESS[encounter] + 0.01)


A, R = 0.7, 0.4
MIXED = {
    "directed": (1 - A) * (1 - R),
    "adrift": A * (1 - R),
    "overburdened": (1 - A) * R,
    "partnership": A * R,
}
ATTENTION = 4 / (6 * ((1 - A) + A * (0.6 - 0.4 * R)))


def success_of_mixed(encounter):
    """At the attention that the mixture leaves, which is full."""
    if encounter in ("directed", "overburdened"):
        weight = 0.55 * (1 - 0.4 * MEAN_COMPLEXITY) if encounter == "directed" else 0.2
        return SUCCESS[encounter] + weight * (min(1, ATTENTION) - 4 / 6)
    return SUCCESS[encounter]


def test_encounters_are_mixed_by_two_independent_draws():
    p = always("directed", **PERSON).with_changes(alike(autonomy=A, responsibility=R))
    share, n = mean_per_week(p, "output")
    expected = sum(MIXED[each] * success_of_mixed(each) for each in MIXED)
    assert agrees(share, n, expected)
    swapped = {**MIXED, "adrift": MIXED["overburdened"], "overburdened": MIXED["adrift"]}
    wrong = sum(swapped[each] * success_of_mixed(each) for each in MIXED)
    assert not agrees(share, n, wrong)


# --- Mean trust: the model's mean field, where it is exact --------------------------------------


def mean_trust(p, gains, losses, weeks):
    """E[trust] week by week: its change is linear in trust, and luck is drawn apart from it."""
    trust = p.initial_trust
    for _ in range(weeks):
        change = MIXED["directed"] * p.trust_drift * (p.neutral_trust - trust)
        for each, gain in gains.items():
            chance = success_of_mixed(each)
            change += MIXED[each] * chance * p.trust_gain * gain * (1 - trust)
            change -= MIXED[each] * (1 - chance) * p.trust_loss * losses[each] * trust
        trust += change
    return trust


@pytest.mark.parametrize("weeks", [1, 10, 60])
def test_mean_trust_follows_its_mean_field(weeks):
    moving = {"trust_gain": 0.06, "trust_loss": 0.12, "trust_drift": 0.02}
    p = always("directed", **PERSON, **moving, **alike(trust=0.6))
    p = p.with_changes(alike(autonomy=A, responsibility=R))
    trust = simulate(p, CHART, weeks=weeks, replicates=256, record="final").final["trust"]
    error = STANDARD_ERRORS * trust.std() / sqrt(len(trust))
    gains = {"partnership": 1, "adrift": 0.2, "overburdened": 0.5}
    losses = {"partnership": 0.4, "adrift": 1, "overburdened": 0.7}
    assert trust.mean() == pytest.approx(mean_trust(p, gains, losses, weeks), abs=error)
    swapped = {"partnership": 0.4, "adrift": 0.7, "overburdened": 1}
    assert trust.mean() != pytest.approx(mean_trust(p, gains, swapped, weeks), abs=error)


# --- The start --------------------------------------------------------------------------------


def test_the_start_has_the_moments_of_its_distributions():
    p = Parameters()
    table = simulate(p, CHART, weeks=1, replicates=REPLICATES, record="people").people
    begun = table.query("week == 0")
    for name in ("autonomy", "responsibility", "trust", "appreciation"):  # hardly ever clipped
        values = begun[name].dropna()
        mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
        error = STANDARD_ERRORS * sd / sqrt(len(values))
        assert values.mean() == pytest.approx(mean, abs=error), name
        assert values.mean() != pytest.approx(mean + 0.2 * sd, abs=error), name
        assert values.std() == pytest.approx(sd, abs=error), name
    for name in ("readiness", "disposition"):
        values = begun[name].dropna()
        low, high = getattr(p, f"{name}_low"), getattr(p, f"{name}_high")
        error = STANDARD_ERRORS * (high - low) / sqrt(12 * len(values))
        assert values.mean() == pytest.approx((low + high) / 2, abs=error), name
        assert values.mean() != pytest.approx((low + high) / 2 + 0.05 * (high - low), abs=error)
        assert low <= values.min() < values.max() <= high
    correlation = begun["readiness"].corr(begun["disposition"])
    assert abs(correlation) < STANDARD_ERRORS / sqrt(len(values))
