"""Tables that must be the same to the last bit."""

import numpy as np
import pandas as pd

from empowersim import simulate

TABLES = ("weekly", "people")


def assert_identical(one, other):
    """Every row, column and number, where there is none (NaN) and the sign of nought included."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    signs = [np.signbit(table.select_dtypes("float").to_numpy()) for table in (one, other)]
    where = ~one.select_dtypes("float").isna().to_numpy()
    assert np.array_equal(signs[0][where], signs[1][where])


def assert_engines_agree(points, chart, **how):
    """Every measure of every week and level, and everyone's state in every week."""
    for record, by_level in (("weekly", False), ("weekly", True), ("people", False)):
        ensemble, mesa = (
            simulate(points, chart, record=record, by_level=by_level, engine=engine, **how)
            for engine in ("ensemble", "mesa")
        )
        assert_identical(getattr(ensemble, record), getattr(mesa, record))
