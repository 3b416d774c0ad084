"""Designs and results of known functions, with noise."""

from itertools import product

import numpy as np
import pandas as pd


def crossed(**columns):
    """A design: every combination of the columns' values, the last fastest."""
    design = pd.DataFrame(list(product(*columns.values())), columns=list(columns))
    design.insert(0, "point", range(len(design)))
    return design


def results_of(design, outcome, replicates=32, noise=0.05, common=0.0, seed=1):
    """Results of `outcome(row)`, with noise of each run and `common` noise of each replicate."""
    rng = np.random.default_rng(seed)
    means = np.array([outcome(row) for row in design.itertuples(index=False)])
    shape = (replicates, len(design))
    runs = means + rng.normal(0, noise, shape) + rng.normal(0, common, (replicates, 1))
    return pd.DataFrame(
        {
            "point": np.tile(design["point"], replicates),
            "replicate": np.repeat(np.arange(replicates), len(design)),
            "y": runs.ravel(),
        }
    )
