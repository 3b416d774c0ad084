"""Claims: draws cost at most a quarter of the engine's time; common luck sharpens comparisons."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType

import numba
import numpy as np

from benchmarks import batches
from benchmarks.measure import in_turn, ratio, table
from empowersim import Parameters, ensemble, org_chart, simulate
from empowersim.compiled import NoAlias

CHART = org_chart.balanced(6, 3)
WEEKS = 312
REPLICATES = 256
SHARES = ((0.5, 0.52), (0.5, 0.6))


def share_of_time() -> float:
    """The part of the engine's time that goes into draws."""
    hierarchy = org_chart.hierarchy(CHART)
    undrawn = _live_without_draws()

    def live_without_draws(batch: ensemble.Batch, weeks: int, record: np.ndarray) -> None:
        undrawn(1, weeks, 1, batch.table, batch.keys, batch.interventions, batch.chart,
                batch.state, batch.room, batch.sums, record)  # fmt: skip

    speeds = in_turn(
        {
            "with": lambda: batches.speed(hierarchy, WEEKS),
            "without": lambda: batches.speed(hierarchy, WEEKS, live_without_draws),
        }
    )
    return 1 - ratio(speeds, "with", "without")


def _live_without_draws() -> Callable[..., None]:
    """The same kernels with keys for draws: wrong numbers, but no hashing."""
    luck = ModuleType("luck")
    vars(luck).update({name: each for name, each in vars(ensemble.luck).items() if name.isupper()})
    luck.nth = numba.njit(lambda key, n: key + n)
    luck.uniform = numba.njit(lambda key, slot: np.float64(np.int64(key + slot)))
    source = ensemble.live.py_func
    copy = FunctionType(source.__code__, source.__globals__ | {"luck": luck}, source.__name__)
    return numba.njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)(copy)


def variance_ratios() -> list[list[object]]:
    """How much smaller the variance of a difference is under common luck than independent."""
    rows: list[list[object]] = []
    for near, far in SHARES:
        points = [Parameters(collaborator_share=share, coaching=0.5) for share in (near, far)]
        one, other = (
            simulate(points, CHART, replicates=REPLICATES, weeks=104, seed=seed, record="final")
            for seed in (1, 2)
        )
        for outcome in ("partnership", "output", "strain"):
            of_one = one.final.pivot(index="replicate", columns="point", values=outcome)
            of_other = other.final.pivot(index="replicate", columns="point", values=outcome)
            common, independent = (of_one[1] - of_one[0]).var(), (of_other[1] - of_one[0]).var()
            rows.append([f"{near:g} and {far:g}", outcome, f"{independent / common:.0f}"])
    return rows


def section() -> str:
    """Both claims."""
    return (
        "## Draws\n\nSplitMix64 keyed by seed, replicate, week, person and slot; its reference "
        "vectors and statistical checks are in `tests/test_random_streams.py`. Eight hashes a "
        f"person-week take {share_of_time():.0%} of the engine's time (against the same kernels "
        "with their keys for draws).\n\nCommon random numbers: how many times smaller the variance "
        "of the difference between two policies is (week 104) than with independent seeds.\n\n"
        + table("collaborators' shares|outcome|times smaller", variance_ratios())
    )


if __name__ == "__main__":
    print(section())
