"""Contestants whose packages must not enter the project's environment: a process in their own.

`python -m benchmarks.peers.foreign MODULE WEEKS`, in that environment, reads a chart's
edges as JSON and prints person-weeks per second.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from empowersim.org_chart import Chart

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".venv-peers"
REQUIREMENTS = HERE / "requirements.txt"
ONE_CORE = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


def make_environment() -> Path:
    """The Python of the contestants' environment, made anew when the requirements change."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    installed = ENVIRONMENT / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:",
             "-r", REQUIREMENTS],
            check=True,
            timeout=600,
        )  # fmt: skip
        installed.write_text(wanted, encoding="utf-8")
    return python


def person_weeks_per_second(module: str, chart: Chart, weeks: int) -> float:
    """Speed of a foreign contestant, start of its process and set-up left out."""
    paths = (str(HERE.parents[1]), str(HERE.parents[1] / "src"))
    answer = subprocess.run(
        [make_environment(), "-m", "benchmarks.peers.foreign", module, str(weeks)],
        input=json.dumps(list(chart.edges)),
        env=os.environ | ONE_CORE | {"PYTHONPATH": os.pathsep.join(paths)},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(answer.stdout.split()[-1])


def main() -> None:
    """Print the second of two measurements."""
    import networkx as nx

    module, weeks = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}"), int(sys.argv[2])
    chart = nx.DiGraph(json.load(sys.stdin))
    module.person_weeks_per_second(chart, 1)
    print(module.person_weeks_per_second(chart, weeks))


if __name__ == "__main__":
    main()
