"""The sampler finds a region that is known; the stored candidates show the patterns."""

import numpy as np
import pandas as pd
import pytest

from empowersim import patterns
from empowersim.patterns import BANDS
from validation import calibration, calibration_page, calibration_region
from validation.calibration import BOX, DEFAULTS, FACTORS

REPLICATES = 16


def of(candidates):
    """By how much candidates miss their bands at REPLICATES, noise allowed for."""
    units = pd.read_csv(calibration.STORED / "numbers.csv")
    spread, noise = units["spread"].to_numpy(), units["noise"].to_numpy()
    numbers = patterns.measured(candidates, replicates=REPLICATES, workers=1)
    more = calibration.Size().replicates / REPLICATES
    return calibration.misses(numbers, spread, noise * np.sqrt(more))


def test_stored_candidates_show_the_patterns_and_one_outside_does_not():
    region = calibration.accepted_region()
    some = [region[k] for k in np.linspace(0, len(region) - 1, 5).astype(int)]
    outside = calibration.Parameters(b_collaborator=-2.0, w_share=3.5)
    *inside, refused = of([*some, outside])
    assert inside == [0] * 5
    assert refused > 0


def test_stored_numbers_are_accepted_and_every_candidate_is_in_the_box():
    stored = calibration_page.stored()
    assert len(stored.accepted) >= 150
    assert patterns.accepted(stored.accepted).to_numpy().all()
    factors = stored.factors
    assert not factors.duplicated().any()
    for name, (low, high) in BOX.items():
        assert factors[name].between(low, high).all(), name
    assert len(stored.region) == len(stored.accepted) + 1


def test_a_miss_is_counted_from_the_margin_and_what_is_no_number_is_furthest_off():
    table = pd.DataFrame([{band.column: band.low for band in BANDS}] * 3)
    one = BANDS[0].column
    table.loc[1, one] -= 0.05
    table.loc[2, one] = np.nan
    units = np.ones(len(BANDS))
    assert calibration.misses(table, units, 0 * units) == pytest.approx([0, 0.05, np.inf])
    noise = 0.01 * units
    assert calibration.misses(table, units, noise) == pytest.approx([0, 0.02, np.inf])


def test_the_sampler_fills_a_region_that_is_known():
    """A simplex in a corner of three factors: a 48th of the box, whose means are known."""
    low, high = np.array(list(BOX.values())).T

    def unit(candidates):
        return (candidates - low) / (high - low)

    def off(candidates):
        return np.maximum(unit(candidates)[:, :3].sum(axis=1) - 1 / 2, 0)

    rng = np.random.default_rng(5)
    first = calibration._in_box(rng.random((20_000, len(FACTORS))))
    start = first[np.argsort(off(first))[:4000]]
    found, waves = calibration.sample(start, np.sort(off(first))[:4000], off, rng, str)
    inside = unit(found)
    assert (inside[:, :3].sum(axis=1) <= 1 / 2).all()
    # Four standard errors of the mean of so many independent ones as there are ancestors.
    error = 4 / np.sqrt(waves["ancestors"].iloc[-1])
    spread = 1 / 2 * np.sqrt(3 / 80)
    assert inside[:, :3].mean(axis=0) == pytest.approx([1 / 8] * 3, abs=error * spread)
    free = [1 / 2] * (len(FACTORS) - 3)
    assert inside[:, 3:].mean(axis=0) == pytest.approx(free, abs=error * np.sqrt(1 / 12))
    assert waves["limit"].is_monotonic_decreasing
    assert waves["limit"].iloc[-calibration.MIXING :].eq(0).all()


def test_steps_leave_an_even_spread_as_it_is():
    """Also where factors are correlated, as under a bound on their sum: reflection would not."""
    rng = np.random.default_rng(2)
    low, high = np.array(list(BOX.values())).T

    def sums(candidates):
        return ((candidates - low) / (high - low))[:, :3].sum(axis=1)

    here = calibration._in_box(rng.random((200_000, len(FACTORS))))
    here = here[sums(here) <= 1 / 2]
    for _ in range(10):
        there = calibration._moved(here, rng)
        here = np.where((sums(there) <= 1 / 2)[:, None], there, here)
    assert sums(here).mean() == pytest.approx(3 / 8, abs=0.01)


def test_what_a_pattern_adds_to_the_others():
    counts = pd.DataFrame(
        [[True] * 8, [False] + [True] * 7, [False] * 8], columns=list(patterns.NAMES)
    )
    counts["candidates"] = [1, 3, 6]
    table = calibration_page.by_pattern(counts)
    assert table.loc["P1"].to_list() == pytest.approx([0.1, 4, 0.75])
    assert table.loc["P2"].to_list() == pytest.approx([0.4, 1, 0])


def test_what_separates_is_the_factor_that_differs_most():
    rng = np.random.default_rng(0)
    factors = pd.DataFrame(rng.random((200, 3)), columns=["a", "b", "c"])
    name, by = calibration_region.separates(factors, factors["b"] < 0.5)
    assert name == "b"
    assert by == pytest.approx(np.sqrt(3), rel=0.1)  # half a box, in standard deviations of one


def test_wilson_at_the_edge():
    share, low, high = calibration_region.wilson(pd.Series([True] * 10))
    assert (share, high) == (1, 1)
    assert low == pytest.approx(10 / (10 + 1.96**2), abs=1e-3)


def test_the_page_is_made_from_the_stored_candidates():
    section = calibration.section(small=True)
    assert all(f"`{name}`" in section.text for name in DEFAULTS)
    assert all(each.sentence in section.text for each in calibration_region.CONCLUSIONS)
