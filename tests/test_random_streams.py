"""The draws: the published generator, keyed as described, uniform and independent.

Statistical bounds hold with probability 1 - 1e-9 for perfect draws; the seed is fixed, so a test
that passes once passes always.
"""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from empowersim import random_streams as luck
from empowersim.errors import ParameterError

UNLIKELY = 1e-9
SIGMAS = 6.2
"""A normal number is further from its mean with probability less than UNLIKELY."""

words = st.integers(0, 2**64 - 1)


def outputs(seed, n):
    return luck.nth(np.array([seed], np.uint64), np.arange(n, dtype=np.uint64)).tolist()


# --- The generator ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "published"),
    [
        (
            1234567,
            [
                6457827717110365317,
                3203168211198807973,
                9817491932198370423,
                4593380528125082431,
                16408922859458223821,
            ],
        ),
        (0, [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]),
    ],
)
def test_reference_vectors_of_splitmix64(seed, published):
    assert outputs(seed, len(published)) == published
    assert [reference.splitmix64(seed, n) for n in range(len(published))] == published


@given(words, st.integers(0, 2**64 - 2))
def test_any_output_of_any_stream(seed, n):
    one = luck.nth(np.array([seed], np.uint64), np.array([n], np.uint64))
    assert one.tolist() == [reference.splitmix64(seed, n)]


@given(words, words, st.integers(0, 1000), st.integers(1, 5))
def test_draws_are_keyed_by_seed_replicate_week_person_and_slot(seed, replicate, week, n_people):
    key = luck.replicate_key(seed, replicate)
    expected = reference.Luck(seed, replicate)
    drawn = luck.week_draws(key, week, n_people)
    assert drawn.shape == (7, n_people)
    assert drawn.tolist() == [
        [expected.uniform(week, person, slot) for person in range(n_people)] for slot in range(7)
    ]
    uniform, normal = luck.initial_draws(key, n_people)
    assert uniform.tolist() == [
        [expected.uniform(0, person, slot) for person in range(n_people)] for slot in range(2)
    ]
    assert normal.tolist() == [
        [expected.normal(person, slot) for person in range(n_people)] for slot in range(2, 23, 3)
    ]


def test_slots_of_a_week():
    slots = [
        luck.COMPLEXITY, luck.LEFT_TO_HIM, luck.INITIATIVE, luck.SUCCESS, luck.LEAVING,
        luck.NEW_READINESS, luck.NEW_DISPOSITION,
    ]  # fmt: skip
    assert slots == list(range(luck.WEEKLY_SLOTS))


def test_slots_of_the_start_do_not_overlap():
    uniform = [luck.INITIAL_READINESS, luck.INITIAL_DISPOSITION]
    normal = [int(first) + n for first in luck.INITIAL_NORMALS for n in range(3)]
    assert len({*map(int, uniform), *normal}) == len(uniform) + len(normal) == 23


def test_the_least_and_the_greatest_number():
    least, greatest = luck.unit(np.array([0, 2**64 - 1], np.uint64))
    assert least == 0.0
    assert greatest == 1 - 2**-53


# --- Nobody shares his luck -------------------------------------------------------------------


def test_keys_of_persons_weeks_replicates_and_seeds_differ():
    keys = [
        luck.person_keys(luck.replicate_key(seed, replicate), week, 100)
        for seed in (0, 1, 2**64 - 1)
        for replicate in range(10)
        for week in range(50)
    ]
    assert len(np.unique(np.concatenate(keys))) == 3 * 10 * 50 * 100


def test_draws_do_not_depend_on_how_many_people_there_are():
    key = luck.replicate_key(5, 3)
    few, many = luck.week_draws(key, 9, 10), luck.week_draws(key, 9, 1000)
    assert np.array_equal(few, many[:, :10])
    for few, many in zip(luck.initial_draws(key, 10), luck.initial_draws(key, 1000), strict=True):
        assert np.array_equal(few, many[:, :10])


@pytest.mark.parametrize("wrong", [-1, 2**64, 1.0, True, "1", None])
def test_seeds_and_replicates_are_whole_numbers_of_64_bits(wrong):
    with pytest.raises(ParameterError, match=r"seed = .*18446744073709551615"):
        luck.replicate_key(wrong, 0)
    with pytest.raises(ParameterError, match=r"replicate = .*18446744073709551615"):
        luck.replicate_key(0, wrong)


def test_seeds_of_any_integer_type_are_the_same_seed():
    assert luck.replicate_key(np.uint64(7), np.int32(2)) == luck.replicate_key(7, 2)
    assert luck.replicate_key(2**64 - 1, 2**64 - 1) != luck.replicate_key(2**64 - 1, 0)


# --- Uniform ----------------------------------------------------------------------------------


def drawn(seeds=1, replicates=4, weeks=40, n_people=600):
    """(seeds, replicates, weeks, slots, people)"""
    return np.array(
        [
            [
                [
                    luck.week_draws(luck.replicate_key(seed, replicate), week, n_people)
                    for week in range(weeks)
                ]
                for replicate in range(replicates)
            ]
            for seed in range(seeds)
        ]
    )


def furthest_from_uniform(sample):
    """The Kolmogorov-Smirnov distance, in units of its bound (Dvoretzky, Kiefer, Wolfowitz)."""
    ordered, n = np.sort(sample, axis=None), sample.size
    steps = np.arange(n + 1) / n
    distance = max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())
    return distance / math.sqrt(math.log(2 / UNLIKELY) / (2 * n))


def unevenness(counts):
    """Pearson's χ² of counts that should be equal, in units of its bound (Laurent, Massart)."""
    expected = counts.sum() / counts.size
    chi_square = ((counts - expected) ** 2 / expected).sum()
    free, x = counts.size - 1, math.log(1 / UNLIKELY)
    return chi_square / (free + 2 * math.sqrt(free * x) + 2 * x)


@pytest.mark.parametrize("slot", range(luck.WEEKLY_SLOTS))
def test_draws_are_uniform(slot):
    sample = drawn()[:, :, :, slot]
    assert furthest_from_uniform(sample) < 1
    assert unevenness(np.histogram(sample, 256, (0, 1))[0]) < 1


def test_the_last_bits_are_uniform_too():
    last_byte = (drawn() * 2**53).astype(np.int64) % 256
    assert unevenness(np.bincount(last_byte.ravel(), minlength=256)) < 1


def test_the_bounds_refuse_numbers_that_are_nearly_uniform():
    skewed = drawn()[:, :, :, 0] ** 1.05
    assert furthest_from_uniform(skewed) > 1
    assert unevenness(np.histogram(skewed, 256, (0, 1))[0]) > 1


# --- Independent ------------------------------------------------------------------------------


def togetherness(one, other):
    """The correlation of two samples, and the unevenness of their pairs, in units of the bounds."""
    one, other = one.ravel(), other.ravel()
    correlation = np.corrcoef(one, other)[0, 1]
    pairs = np.histogram2d(one, other, 16, ((0, 1), (0, 1)))[0]
    return max(abs(correlation) * math.sqrt(one.size) / SIGMAS, unevenness(pairs))


@pytest.mark.parametrize("axis", range(5), ids=["seeds", "replicates", "weeks", "slots", "persons"])
@pytest.mark.parametrize("distance", [1, 2])
def test_neighbours_are_independent(axis, distance):
    sample = np.moveaxis(drawn(seeds=3, replicates=3, weeks=12), axis, 0)
    assert togetherness(sample[:-distance], sample[distance:]) < 1


def test_slots_are_pairwise_independent():
    sample = np.moveaxis(drawn(), 3, 0)
    for one, other in combinations(range(luck.WEEKLY_SLOTS), 2):
        assert togetherness(sample[one], sample[other]) < 1


def test_the_bounds_refuse_numbers_that_depend_a_little():
    sample = np.moveaxis(drawn(), 3, 0)
    dependent = (0.97 * sample[1] + 0.03 * sample[0]) % 1
    assert togetherness(sample[0], sample[1]) < 1 < togetherness(sample[0], dependent)


# --- Nearly normal ----------------------------------------------------------------------------


def test_normal_numbers_have_the_moments_of_twelve_uniform_ones():
    z = np.array(luck.initial_draws(luck.replicate_key(0, 0), 60_000)[1])
    n = z.size
    assert abs(z.mean()) < SIGMAS / math.sqrt(n)
    assert abs(z.var() - 1) < SIGMAS * math.sqrt(2 / n)
    assert abs((z**3).mean()) < SIGMAS * math.sqrt(15 / n)
    assert abs((z**4).mean() - 2.9) < SIGMAS * math.sqrt(96 / n)
    assert np.all(np.abs(z) < 6)


def test_normal_numbers_of_one_person_do_not_depend_on_one_another():
    z = luck.initial_draws(luck.replicate_key(0, 0), 60_000)[1]
    correlations = np.corrcoef(z) - np.eye(len(z))
    assert np.abs(correlations).max() < SIGMAS / math.sqrt(z.shape[1])
    between_persons = np.corrcoef(z[:, :-1].ravel(), z[:, 1:].ravel())[0, 1]
    assert abs(between_persons) < SIGMAS / math.sqrt(z.size)


def test_normal_numbers_are_exact():
    """Multiples of 2⁻¹⁶ of few digits: no machine can round them otherwise."""
    z = luck.initial_draws(luck.replicate_key(1, 1), 1000)[1] * 2**16
    assert np.array_equal(z, np.round(z))
