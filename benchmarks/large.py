"""Claims: large jobs finish, in memory that the size of a sweep does not change.

Each job runs in a process of its own, on all cores: `python -m benchmarks.large sobol` runs one and
prints its findings.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measure import table
from empowersim import (
    Experiment,
    Parameters,
    ResultsFolder,
    org_chart,
    run_experiment,
    simulate,
)
from empowersim.analysis import sobol_indices

FACTORS: Mapping[str, tuple[float, float]] = {
    "mandate": (0, 1),
    "collaborator_share": (0, 1),
    "coaching": (0, 1),
    "training": (0, 1),
    "control_reward": (0, 1),
    "upward_accountability": (0, 1),
    "ramp": (4, 52),
    "capacity": (2, 6),
    "turnover": (0, 0.01),
    "initial_trust": (0.2, 0.8),
    "initial_control_habit": (0.4, 1),
    "initial_assurance": (0.4, 1),
}
SOBOL_N, SOBOL_REPLICATES, SOBOL_WEEKS = 1024, 10, 156


def sobol() -> str:
    """First-order and total indices of partnership for 12 factors, with their analysis."""
    experiment = Experiment(
        scenario={"weeks": SOBOL_WEEKS},
        design={
            "kind": "sobol",
            "n": SOBOL_N,
            "seed": 1,
            "factors": {name: {"low": low, "high": high} for name, (low, high) in FACTORS.items()},
        },
        runs={"replicates": SOBOL_REPLICATES},
    )
    with swept(experiment) as folder:
        found = sobol_indices(folder.design(), folder.results(), list(FACTORS), "partnership")
    total = found.sort_values("total", ascending=False).head(3)
    largest = ", ".join(
        f"{each.factor} {each.total:.2f} ({each.total_low:.2f} to {each.total_high:.2f})"
        for each in total.itertuples()
    )
    return (
        f"Sobol analysis of {len(FACTORS)} factors: {len(experiment.points):,} points ×"
        f" {SOBOL_REPLICATES} replicates × {SOBOL_WEEKS} weeks × {experiment.most_people} people;"
        f" largest total indices of partnership (95 % intervals): {largest}"
    )


def many_runs(n_runs: int) -> str:
    """A sweep of many runs of a small company."""
    experiment = Experiment(
        scenario={"weeks": 104},
        org_charts={"small": {"random": {"people": 50, "seed": 1}}},
        runs={"replicates": n_runs},
    )
    with swept(experiment) as folder:
        done = sum(len(part) for part in folder.parts())
    return f"{done:,} runs × 104 weeks × 50 people"


@contextmanager
def swept(experiment: Experiment) -> Iterator[ResultsFolder]:
    """The results of an experiment, in a folder for the time being."""
    with TemporaryDirectory() as place:
        yield run_experiment(experiment, Path(place) / "results")


def large_company() -> str:
    """One run of as many people as the largest employers have."""
    chart = org_chart.random(1_000_000, 6, 2, 1)
    results = simulate(Parameters(), chart, weeks=52, record="final")
    assert np.isfinite(results.final["partnership"]).all()  # noqa: S101 (a run that went astray)
    return "one run × 52 weeks × 1,000,000 people, growing the chart included"


JOBS = {
    "sweep": lambda: many_runs(100_000),
    "large-sweep": lambda: many_runs(1_000_000),
    "large-company": large_company,
    "sobol": sobol,
}


def section() -> str:
    """Every job's time and peak memory."""
    rows: list[list[object]] = []
    for name in JOBS:
        call = [sys.executable, "-m", "benchmarks.large", name]
        found = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        rows.append([found["job"], f"{found['seconds']:.0f}", f"{found['megabytes']:,.0f}"])
    return "## Large jobs\n\nOn all cores.\n\n" + table("job|seconds|peak memory, MB", rows)


def peak_megabytes() -> float:
    """The most memory that this process has held (Linux).

    `ru_maxrss` would count what held the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


def main(name: str) -> None:
    """Run one job; print what it was, its time and its peak memory as JSON."""
    start = time.perf_counter()
    job = JOBS[name]()
    print(
        json.dumps(
            {
                "job": job,
                "seconds": time.perf_counter() - start,
                "megabytes": peak_megabytes(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
