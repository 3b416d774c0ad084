"""People choose by utilities with Gumbel noise: the logistic curve of discrete choice.

Who takes the better of two options, each of whose utilities carries independent Gumbel noise of
the same scale, takes the first with probability 1 / (1 + exp(−βu)), u being the difference of the
utilities (McFadden 1974). Ours has the same shape with heavier tails: however much speaks against
an option, its inclination falls as 1 / u² only, where here it falls exponentially.

Kept: the curve. Left out: that β can be estimated from choices; nobody has observed these.

Scale: β makes the slope at 0 ours, 1 / (2 √choice_spread); the logistic curve's is β / 4.

D. McFadden, Conditional logit analysis of qualitative choice behavior, in P. Zarembka (ed.),
Frontiers in Econometrics, Academic Press, 1974, 105-142 (not checked at the source).
"""

import math

from empowersim.parameters import Parameters

FURTHEST = 40.0
"""Beyond ± this, in units of noise, the choice is as good as made: 4e-18 is left of the other."""


def _exp(x: float) -> float:
    """exp(x) on [-FURTHEST, FURTHEST] by exact operations: Taylor's series at x / 64, to the 64th.

    At |x / 64| ≤ 0.625 what follows the 15th power is below 5e-17 of the whole. Six squarings make
    64 times that, and of about three roundings of 2⁻⁵³: less than 1e-13 in all, as a test holds.
    """
    y = x / 64.0
    # Coefficients, not divisions: a longer function is called, which costs the loop its SIMD.
    s = 1.0 / 1307674368000.0
    s = 1.0 / 87178291200.0 + y * s
    s = 1.0 / 6227020800.0 + y * s
    s = 1.0 / 479001600.0 + y * s
    s = 1.0 / 39916800.0 + y * s
    s = 1.0 / 3628800.0 + y * s
    s = 1.0 / 362880.0 + y * s
    s = 1.0 / 40320.0 + y * s
    s = 1.0 / 5040.0 + y * s
    s = 1.0 / 720.0 + y * s
    s = 1.0 / 120.0 + y * s
    s = 1.0 / 24.0 + y * s
    s = 1.0 / 6.0 + y * s
    s = 0.5 + y * s
    s = 1.0 + y * s
    s = 1.0 + y * s
    to_2 = s * s
    to_4 = to_2 * to_2
    to_8 = to_4 * to_4
    to_16 = to_8 * to_8
    to_32 = to_16 * to_16
    return to_32 * to_32


def choice(utility: float, p: Parameters) -> float:
    """Inclination in (0, 1) that a utility leads to."""
    x = 2.0 / math.sqrt(p.choice_spread) * utility
    held = -FURTHEST if x < -FURTHEST else (FURTHEST if x > FURTHEST else x)
    return 1.0 / (1.0 + _exp(-held))
