"""Claims: large jobs finish, in memory that the size of a sweep does not change.

Each job runs in a process of its own, on all cores: `python -m benchmarks.large sobol` runs one and
prints its findings.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.measure import table
from empowersim import Parameters, org_chart, simulate
from empowersim.simulation import simulate_in_parts

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
    """First-order and total indices of partnership for 12 factors, after SALib's design."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = {
        "num_vars": len(FACTORS),
        "names": list(FACTORS),
        "bounds": [list(bounds) for bounds in FACTORS.values()],
    }
    design = sampling.sample(problem, SOBOL_N, seed=1)
    points = [dict(zip(FACTORS, row, strict=True)) for row in design.tolist()]
    parts = simulate_in_parts(
        [Parameters().with_changes(point) for point in points],
        org_chart.balanced(6, 3),
        replicates=SOBOL_REPLICATES,
        weeks=SOBOL_WEEKS,
        record="final",
    )
    runs = np.concatenate([part.final["partnership"].to_numpy() for part in parts])
    found = analysis.analyze(problem, runs.reshape(len(points), -1).mean(axis=1), seed=1)
    order = np.argsort(-found["ST"])[:3]
    largest = ", ".join(
        f"{list(FACTORS)[k]} {found['ST'][k]:.2f} ± {found['ST_conf'][k]:.2f}" for k in order
    )
    return (
        f"Sobol analysis of {len(FACTORS)} factors: {len(points):,} points × {SOBOL_REPLICATES}"
        f" replicates × {SOBOL_WEEKS} weeks × 259 people; largest total indices of partnership:"
        f" {largest}"
    )


def sweep(n_runs: int) -> str:
    """Many runs of a small company."""
    parts = simulate_in_parts(
        Parameters(), org_chart.random(50, 6, 2, 1), replicates=n_runs, weeks=104, record="final"
    )
    return f"{sum(len(part.final) for part in parts):,} runs × 104 weeks × 50 people"


def large_company() -> str:
    """One run of as many people as the largest employers have."""
    chart = org_chart.random(1_000_000, 6, 2, 1)
    results = simulate(Parameters(), chart, weeks=52, record="final")
    assert np.isfinite(results.final["partnership"]).all()  # noqa: S101 (a run that went astray)
    return "one run × 52 weeks × 1,000,000 people, growing the chart included"


JOBS = {
    "sweep": lambda: sweep(100_000),
    "large-sweep": lambda: sweep(1_000_000),
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
