"""Claims of sweeps: coverage of intervals, memory, overhead, the plan's estimate."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from empowersim import executors, planning, sweep
from empowersim.analysis import ishigami_coverage, stopping_coverage
from empowersim.experiment import Experiment
from storms.sweeps import Row

TRIALS, ISHIGAMI_TRIALS = 500, 100
MANY = 200_000


def _resident() -> float:
    """Megabytes that this process holds now (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1e3


def _small_runs(n_runs: int) -> Experiment:
    return Experiment(
        scenario={"name": "carry-it-together", "weeks": 20},
        org_charts={"small": {"balanced": {"span": 4, "depth": 2}}},
        design={
            "kind": "lhs",
            "n": n_runs // 16,
            "factors": {
                "collaborator_share": {"low": 0, "high": 1},
                "coaching": {"low": 0, "high": 1},
                "training": {"low": 0, "high": 1},
            },
        },
        runs={"replicates": 16},
    )


def many_runs() -> list[Row]:
    """A sweep of many runs: growth of the driver, and what a run costs besides itself."""
    with tempfile.TemporaryDirectory() as folder:
        sweep.run_experiment(_small_runs(3200), Path(folder) / "warm")
        experiment = _small_runs(MANY)
        before, most, start = _resident(), 0.0, time.perf_counter()

        def watch(_runs: int) -> None:
            nonlocal most
            most = max(most, _resident())

        results = sweep.run_experiment(experiment, Path(folder) / "many", progress=watch)
        seconds = time.perf_counter() - start
        parts = len(results.receipts())
    return [
        Row(
            f"{MANY:,} runs: the driver grows by less than 50 MB",
            1,
            int(most - before < 50),
            f"{most - before:.0f} MB; {seconds:.0f} s, {parts} parts,"
            f" {seconds / MANY * 1e6:.0f} µs a run in all (21 people, 20 weeks, two threads)",
        )
    ]


def plans() -> list[Row]:
    """The plan's time against the truth."""
    rows = []
    for name, experiment in (
        ("small runs", _small_runs(400_000)),
        ("weekly, large chart", _large()),
        ("several charts", _charts()),
    ):
        with tempfile.TemporaryDirectory() as folder:
            expected = planning.estimate(experiment)
            start = time.perf_counter()
            results = sweep.run_experiment(experiment, Path(folder) / "x", executors.threads())
            ratio = (time.perf_counter() - start) / expected.seconds
            size = sum(each.size for each in results.receipts().values()) / 1e6
        rows.append(
            Row(
                f"plan within ± 30 %: {name}",
                1,
                int(1 / 1.3 <= ratio <= 1.3),
                f"took {ratio:.2f} of the time and {size / expected.megabytes:.2f} of the size",
            )
        )
    return rows


def _large() -> Experiment:
    return Experiment(
        scenario={"name": "carry-it-together", "weeks": 104},
        org_charts={"large": {"random": {"people": 2000}}},
        design={"kind": "grid", "factors": {"coaching": {"low": 0, "high": 1, "count": 41}}},
        runs={"replicates": 64, "record": "weekly"},
    )


def _charts() -> Experiment:
    return Experiment(
        scenario={"name": "carry-it-together", "weeks": 104},
        org_charts={
            "balanced": {"balanced": {"span": "span", "depth": 3}},
            "sample": {"sample": True},
        },
        design={
            "kind": "grid",
            "factors": {"span": [3, 4, 6, 8], "coaching": {"low": 0, "high": 1, "count": 41}},
        },
        runs={"replicates": 64},
    )


def _covered(claim: str, row: dict[str, float], trials: int, wanted: float) -> Row:
    share = row["coverage"]
    return Row(claim, trials, round(share * trials), f"{share:.1%}, {wanted:.0%} wanted")


def section() -> list[Row]:
    """Every claim."""
    rows = [
        _covered(f"until ± {row['half_width']:g}: mean inside, {row['mean']}", row, TRIALS, 0.93)
        for row in stopping_coverage(TRIALS).to_dict(orient="records")
    ]
    rows += [
        _covered(
            f"Ishigami: {row['index']} index of {row['factor']} inside its interval",
            row,
            ISHIGAMI_TRIALS,
            0.9,
        )
        for row in ishigami_coverage(ISHIGAMI_TRIALS).to_dict(orient="records")
    ]
    rows += many_runs()
    rows += plans()
    for row in rows:
        print(*row, sep=" | ", flush=True)
    return rows


if __name__ == "__main__":
    section()
