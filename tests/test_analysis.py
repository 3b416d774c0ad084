import numpy as np
import pandas as pd
import pytest

from empowersim.analysis import Estimate, regimes_in_words, response_curve, shape_in_words

X = np.linspace(0, 1, 21)


def curve_of(shape, noise=0.02, replicates=64, seed=1):
    """A response curve of a known function with normal noise that points share in part."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, noise, (replicates, 1))
    runs = shape(X) + common + rng.normal(0, noise, (replicates, len(X)))
    design = pd.DataFrame({"point": range(len(X)), "share": X})
    results = pd.DataFrame(
        {
            "point": np.tile(np.arange(len(X)), replicates),
            "replicate": np.repeat(np.arange(replicates), len(X)),
            "y": runs.ravel(),
        }
    )
    return response_curve(design, results, "share", "y")


def hill(x):
    return 0.9 - 2 * (x - 0.4) ** 2


def test_the_optimum_is_found_within_its_interval():
    curve = curve_of(hill)
    assert curve.best_x.low <= 0.4 <= curve.best_x.high
    assert curve.best_x.high - curve.best_x.low < 0.3
    assert curve.at(0.0).low <= hill(0.0) <= curve.at(0.0).high


def test_the_interval_of_the_mean_covers_the_truth_as_often_as_it_says():
    covered = [
        curve.at(0.5).low <= hill(0.5) <= curve.at(0.5).high
        for curve in (curve_of(hill, seed=seed) for seed in range(100))
    ]
    # Binomial(100, .95): three standard deviations below the mean.
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100)


def test_points_may_come_in_any_order():
    design = pd.DataFrame({"point": [0, 1, 2], "share": [1.0, 0.0, 0.5]})
    results = pd.DataFrame({"point": [0, 1, 2] * 2, "replicate": [0] * 3 + [1] * 3,
                            "y": [3.0, 1.0, 2.0] * 2})  # fmt: skip
    curve = response_curve(design, results, "share", "y")
    assert curve.x.tolist() == [0.0, 0.5, 1.0]
    assert curve.mean.tolist() == [1.0, 2.0, 3.0]
    assert curve.best_x == Estimate(1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (hill, "an optimum between the ends"),
        (lambda x: x, "no optimum between the ends"),
        (lambda x: 1 - x, "no optimum between the ends"),
        (lambda x: 0.5 + 0 * x, "about the same"),
    ],
)
def test_the_words_follow_the_shape(shape, said):
    assert said in shape_in_words(curve_of(shape))


def test_regimes_are_told_largest_first():
    results = pd.DataFrame({"directed": [0.1], "adrift": [0.2], "overburdened": [0.0],
                            "partnership": [0.7], "strain": [0.25]})  # fmt: skip
    assert regimes_in_words(results) == (
        "70% partnership, 20% adrift, 10% directed, 0% overburdened; strain 0.25"
    )
