"""Ten runs and a sweep whose every bit is known, and their digests.

`python -m equivalence.golden` (in tests/) prints the digests as test_golden.py writes them down.
Where one differs, what the model says has changed, or this machine computes otherwise: that is to
be understood, and said in the changelog, before a digest is written anew.
"""

import hashlib
from typing import NamedTuple

import numpy as np

from empowersim import Parameters, simulate
from empowersim.experiment import Experiment
from empowersim.org_chart import Chart
from empowersim.own_rules import rules_from
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from empowersim.sweep import run_experiment
from small_charts import CHARTS, tree


class Run(NamedTuple):
    """What is simulated; `rules` is the name of a rival."""

    points: list[Scenario]
    chart: Chart
    weeks: int
    replicates: int = 2
    seed: int = 0
    by_level: bool = False
    rules: str | None = None


def _own_parameters(step: float) -> Parameters:
    """Every parameter somewhere in its range: `step` parts of it on from one to the next."""
    values = {
        name: known.low + (k * step) % 1.0 * (min(known.high, 1000.0) - known.low)
        for k, (name, known) in enumerate(DECLARATIONS.items(), 1)
    }
    for bounds in (("readiness_low", "readiness_high"), ("disposition_low", "disposition_high")):
        values |= zip(bounds, sorted(values[each] for each in bounds), strict=True)
    return Parameters(**values | {"start": 3.0, "ramp": 10.0})


# Teams of one to eight on five levels; without a generator, whose luck another NumPy may change.
_UNEVEN = tree([(k, k * k % 7 * k // 8) for k in range(1, 40)])
# In every week another lever, to another of eight values.
_EVERY_WEEK = tuple(
    Intervention(week, LEVERS[week % len(LEVERS)], week * 5 % 8 / 7) for week in range(1, 31)
)
_ROLLOUTS = [
    Rollout("pilot", lag=6, branch="cid"),
    Rollout("top-down", lag=5),
    Rollout("bottom-up", lag=5),
]
_SOON = Parameters(start=3, ramp=4, turnover=0.05)

RUNS = {
    "defaults": Run([Scenario()], CHARTS["balanced"], weeks=156, replicates=19),
    "named scenarios": Run(
        [each.with_changes({"turnover": 0.05}) for each in NAMED.values()],
        _UNEVEN,
        weeks=66,
    ),
    "a whole organisation": Run([NAMED["employees-first"]], CHARTS["sample"], weeks=12, seed=1),
    "interventions": Run(
        [Scenario(_SOON, interventions=_EVERY_WEEK)], CHARTS["family"], weeks=30, seed=2
    ),
    "rollouts": Run(
        [Scenario(_SOON, rollout=each) for each in _ROLLOUTS],
        CHARTS["family"],
        weeks=30,
        by_level=True,
    ),
    "own parameters": Run(
        [Scenario(_own_parameters(step)) for step in (0.37, 0.61, 0.83)],
        CHARTS["star"],
        weeks=40,
        seed=3,
    ),
    "the greatest seed": Run([NAMED["apec"]], CHARTS["chain"], weeks=156, seed=2**64 - 1),
    "two people, one week": Run([Scenario(_SOON)], CHARTS["pair"], weeks=1, replicates=1),
    "logit": Run([Scenario(_SOON)], _UNEVEN, weeks=30, rules="logit"),
    "aghion-tirole": Run(
        [NAMED["just-let-go"], NAMED["carry-it-together"]],
        CHARTS["balanced"],
        weeks=30,
        rules="aghion-tirole",
    ),
}

SWEEP = Experiment(
    title="Golden",
    scenario={"name": "carry-it-together", "weeks": 20},
    org_charts={"small": {"balanced": {"span": 4, "depth": 2}}},
    design={
        "kind": "grid",
        "factors": {"collaborator_share": [0, 0.3, 1], "coaching": [0, 0.7]},
    },
    runs={"replicates": 48, "record": "weekly", "seed": 5},
)


def digest(run: Run, **how) -> str:
    """A hash of everything that a run says: the tables final, weekly and people."""
    hashed = hashlib.sha256()
    rules = rules_from(run.rules) if run.rules else None
    for record in ("final", "weekly", "people"):
        asked = {"weeks": run.weeks, "replicates": run.replicates, "seed": run.seed}
        results = simulate(
            run.points,
            run.chart,
            record=record,
            by_level=run.by_level and record != "people",
            rules=rules,
            **asked,
            **how,
        )
        for name, column in getattr(results, record).items():
            hashed.update(f"{record} {name}\0".encode())
            hashed.update(_bytes(column.to_numpy()))
    return hashed.hexdigest()


def _bytes(values) -> bytes:
    """A column's bytes on any machine: little-endian, every NaN alike, texts in lines."""
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()
    if values.dtype.kind == "i":
        return values.astype("<i8").tobytes()
    return "\n".join(values).encode()


def digests(names=tuple(RUNS), **how) -> dict[str, str]:
    """The digests of runs, by name."""
    return {name: digest(RUNS[name], **how) for name in names}


def digest_of_sweep(folder, executor=None) -> str:
    """The digest of the sweep, done in a folder that is not there yet."""
    return run_experiment(SWEEP, folder, executor).digest()


if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    for name, found in digests().items():
        print(f'    "{name}": "{found}",')  # noqa: T201
    with tempfile.TemporaryDirectory() as place:
        print(f'SWEEP = "{digest_of_sweep(Path(place) / "golden")}"')  # noqa: T201
