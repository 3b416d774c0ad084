"""Builds reference.c and calls it on a batch of the ensemble engine."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from empowersim import ensemble
from empowersim.compiled import LANES
from empowersim.parameters import DECLARATIONS

FLAGS = (
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    # Neither changes a result; without them gcc uses no SIMD where a condition or √ is.
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fopenmp-simd",
    "-mprefer-vector-width=512",
)


class _Chart(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in ("n_people", "n_groups", "n_cohorts")),
        *((name, ctypes.c_void_p) for name in ensemble.Chart._fields),
    ]


class _State(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ensemble.State._fields]


class _Room(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ensemble.Room._fields[1:5]]


@cache
def library() -> ctypes.CDLL:
    """The compiled reference."""
    folder = Path(tempfile.mkdtemp(prefix="empowersim-reference-"))
    (folder / "parameters.inc").write_text(",\n".join(DECLARATIONS), encoding="utf-8")
    source, built = Path(__file__).with_name("reference.c"), folder / "reference.so"
    subprocess.run(
        ["gcc", *FLAGS, "-shared", "-fPIC", f"-DLANES={LANES}", f"-I{folder}", "-o", str(built),
         str(source), "-lm"],
        check=True,
    )  # fmt: skip
    return ctypes.CDLL(str(built))


def live(batch: ensemble.Batch, weeks: int, record: NDArray[np.float64]) -> None:
    """Live weeks 1 to `weeks`, recording every one, as `ensemble.live` does."""
    n_groups = len(batch.sums.autonomy)
    chart = _Chart(
        len(batch.chart.team_size),
        n_groups,
        len(batch.chart.delay_of_cohort),
        *(array.ctypes.data for array in batch.chart),
    )
    state = _State(*(array.ctypes.data for array in batch.state))
    room = _Room(*(array.ctypes.data for array in batch.room[1:5]))
    sums = np.zeros((len(ensemble.Sums._fields), n_groups, LANES))
    library().live(
        ctypes.c_int64(1),
        ctypes.c_int64(weeks),
        ctypes.c_int64(1),
        ctypes.c_void_p(batch.table.ctypes.data),
        ctypes.c_void_p(batch.keys.ctypes.data),
        ctypes.byref(chart),
        ctypes.byref(state),
        ctypes.byref(room),
        ctypes.c_void_p(sums.ctypes.data),
        ctypes.c_void_p(record.ctypes.data),
    )
