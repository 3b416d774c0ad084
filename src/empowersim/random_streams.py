"""Draws keyed by seed, replicate, week, person and slot: no state, no order, the same everywhere.

The generator is SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014), used as what it is, a counter-based generator: the n-th output of the stream seeded
with `key` is a hash of `key + (n + 1)·γ`. Each level of the key is an output of the level above:
seed → replicate → week → person → slot.

The same functions serve NumPy arrays (Mesa engine) and compiled scalars (ensemble engine), so they
use 64-bit unsigned integers throughout. Everyone draws every slot every week, used or not: two runs
that share seed and replicate share their luck, whatever their parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from empowersim.declaration import check_whole

type Keys = NDArray[np.uint64]
type Draws = Any  # an array of floats as wide as the keys; one float in a kernel

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)
_11, _16, _27, _30, _31, _32, _48 = (np.uint64(n) for n in (11, 16, 27, 30, 31, 32, 48))
_LOW_16 = np.uint64(0xFFFF)
_FROM_53_BITS = 2.0**-53
_FROM_16_BITS = 2.0**-16

# Slots of a person's week.
COMPLEXITY, LEFT_TO_HIM, INITIATIVE, SUCCESS, LEAVING, NEW_READINESS, NEW_DISPOSITION = (
    np.uint64(slot) for slot in range(7)
)
WEEKLY_SLOTS = 7

# Slots of a person's start, drawn in week 0: two uniform ones, then three for each normal one.
INITIAL_READINESS, INITIAL_DISPOSITION = np.uint64(0), np.uint64(1)
(
    INITIAL_AUTONOMY,
    INITIAL_RESPONSIBILITY,
    INITIAL_TRUST,
    INITIAL_STRAIN,
    INITIAL_APPRECIATION,
    INITIAL_CONTROL_HABIT,
    INITIAL_ASSURANCE,
) = INITIAL_NORMALS = tuple(np.uint64(slot) for slot in range(2, 23, 3))


def nth(key: Keys, n: Keys | np.uint64) -> Keys:
    """The n-th output, from 0, of SplitMix64 seeded with `key`; any shapes that broadcast."""
    z: Keys = key + (n + _ONE) * _GAMMA
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


def unit(bits: Keys) -> Draws:
    """Uniform numbers in [0, 1), multiples of 2⁻⁵³, from 64 random bits each."""
    return (bits >> _11) * _FROM_53_BITS


def uniform(person_key: Keys, slot: Keys | np.uint64) -> Draws:
    """A person's uniform number of one slot, in [0, 1)."""
    return unit(nth(person_key, slot))


def _four_of_16_bits(bits: Keys) -> Keys:
    """The sum of the four 16-bit integers in 64 bits."""
    four: Keys = (bits & _LOW_16) + ((bits >> _16) & _LOW_16) + ((bits >> _32) & _LOW_16)
    return four + (bits >> _48)


def standard_normal(person_key: Keys, slot: Keys | np.uint64) -> Draws:
    """A nearly normal number of mean 0 and variance 1, in (−6, 6), from three slots.

    The sum of twelve uniform numbers less its mean: exact in floating point on every machine, where
    a logarithm is not. Its kurtosis is 0.1 below the normal's.
    """
    twelve = (
        _four_of_16_bits(nth(person_key, slot))
        + _four_of_16_bits(nth(person_key, slot + _ONE))
        + _four_of_16_bits(nth(person_key, slot + _ONE + _ONE))
    )
    # A 16-bit integer's mean is ½ below 2¹⁵: the 6 makes good twelve halves.
    return (twelve + 6.0) * _FROM_16_BITS - 6.0


def replicate_key(seed: int, replicate: int) -> np.uint64:
    """The key of one replicate under a seed, both in [0, 2⁶⁴).

    Raises:
        ParameterError: a seed or replicate that is no whole number in that range.
    """
    check_whole("seed", seed, 0, 2**64 - 1)
    check_whole("replicate", replicate, 0, 2**64 - 1)
    keys = nth(np.array([0], np.uint64), np.array([seed], np.uint64))
    return np.uint64(nth(keys, np.array([replicate], np.uint64))[0])


def person_keys(key: np.uint64, week: int, n_people: int) -> Keys:
    """The keys of every person in one week, (n_people,)."""
    week_key = nth(np.array([key], np.uint64), np.array([week], np.uint64))
    return nth(week_key, np.arange(n_people, dtype=np.uint64))


def week_draws(key: np.uint64, week: int, n_people: int) -> NDArray[np.float64]:
    """Every person's uniform numbers of one week, (WEEKLY_SLOTS, n_people), in [0, 1)."""
    slots = np.arange(WEEKLY_SLOTS, dtype=np.uint64)[:, np.newaxis]
    draws: NDArray[np.float64] = uniform(person_keys(key, week, n_people), slots)
    return draws


def initial_draws(key: np.uint64, n_people: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Everyone's draws for week 0: uniform ones (2, n_people), standard normal ones (7, n_people).

    Rows are in the order of the INITIAL_ slots.
    """
    keys = person_keys(key, 0, n_people)
    uniform_slots = np.array([[INITIAL_READINESS], [INITIAL_DISPOSITION]])
    normal_slots = np.array([[slot] for slot in INITIAL_NORMALS])
    return uniform(keys, uniform_slots), standard_normal(keys, normal_slots)
