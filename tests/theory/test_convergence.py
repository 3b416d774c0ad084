"""A mean nears its expectation as independent runs must, and powers are those of the textbook."""

import numpy as np
import pytest
from scipy.stats import f as central_f
from scipy.stats import t as student

from validation.verification import (
    POWER,
    SHARES,
    SIZES,
    cohens_f,
    convergence_order,
    outcomes_by_share,
    paired_power,
    power,
    runs_for_difference,
    runs_needed,
)

# --- Convergence ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def partnership():
    """In week 104 of as many runs as the greatest size, 16 times."""
    return outcomes_by_share(16 * SIZES[-1], [0.5])["partnership"][:, 0]


def test_the_error_of_a_mean_falls_with_the_root_of_its_runs(partnership):
    found = convergence_order(partnership)
    assert found.low < -0.5 < found.high
    assert found.high - found.low < 0.25


def test_runs_that_are_not_independent_do_not_converge_so(partnership):
    """Each shares a shock with its 64 neighbours."""
    shock = np.repeat(np.random.default_rng(0).normal(size=len(partnership) // 64), 64)
    assert convergence_order(partnership + 0.1 * shock).low > -0.5


# --- Power ------------------------------------------------------------------------------------


def test_the_published_example():
    """Three points, f = .594 (rounded), 21.07 runs (Seri & Secchi 2017, section 11.4.2)."""
    fewest, most = (runs_needed(lambda n, f=f: power(n, f, 3)) for f in (0.5945, 0.5935))
    assert fewest < 21.07 < most
    assert not fewest < 19.60 < most  # by their approximation


@pytest.mark.parametrize(
    ("f", "groups", "published"),
    [(0.05, 5, 1929.51), (0.1, 2, 875.55), (0.1, 5, 487.08), (0.2, 5, 122.96), (0.4, 5, 31.04)],
)
def test_the_published_table(f, groups, published):
    """Their Table 11.4 comes from an approximation, here within 3 %."""
    exact = runs_needed(lambda n: power(n, f, groups))
    assert exact == pytest.approx(published, rel=0.03)
    assert runs_needed(lambda n: power(n, f, groups, alpha=0.05)) < 0.8 * published


def test_the_power_is_how_often_the_effect_is_seen():
    """10,000 analyses of variance of normal numbers: within 5 standard errors."""
    rng = np.random.default_rng(1)
    n, means = 12, np.array([0.0, 0.5, 1.0])
    draws = rng.normal(size=(10_000, n, 3)) + means
    between = n * draws.mean(axis=1).var(axis=1, ddof=1)
    within = draws.var(axis=1, ddof=1).mean(axis=1)
    seen = (between / within > central_f.isf(0.01, 2, 3 * (n - 1))).mean()
    expected = power(n, means.std(), 3)
    assert abs(seen - expected) < 5 * np.sqrt(expected * (1 - expected) / 10_000)
    assert abs(seen - power(n + 1, means.std(), 3)) > 5 * np.sqrt(expected * (1 - expected) / 1e4)


def test_the_power_of_a_paired_test():
    rng = np.random.default_rng(2)
    n, effect = 15, 0.8
    draws = rng.normal(effect, 1, size=(20_000, n))
    t = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / np.sqrt(n))
    seen = (np.abs(t) > student.isf(0.005, n - 1)).mean()
    expected = paired_power(n, effect)
    assert abs(seen - expected) < 5 * np.sqrt(expected * (1 - expected) / 20_000)


def test_shared_luck_needs_fewer_runs_where_it_is_shared():
    rng = np.random.default_rng(3)
    luck = rng.normal(size=2000)
    one, other = 0.1 * luck, 0.1 * luck + 0.03 * rng.normal(size=2000)
    own, shared = runs_for_difference(one, other)
    assert own > 8 * shared
    own, shared = runs_for_difference(one, rng.permutation(other))
    assert own == pytest.approx(shared, rel=0.2)


def test_the_replicates_of_the_experiments_tell_the_shares_apart():
    """64 of them: with luck of their own, every outcome's effect has the power asked for."""
    for name, values in outcomes_by_share(64).items():
        assert power(64, cohens_f(values), len(SHARES)) > POWER, name
