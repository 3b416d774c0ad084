"""The ensemble engine against what a user would pick instead: `python -m benchmarks.peers.report`.

Every contestant lives the same model on the same chart with the default parameters on one core, and
records every week's means; set-up and start of processes are left out.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from benchmarks import batches
from benchmarks.measure import in_turn, median, ratio, table
from benchmarks.peers import foreign, naive_mesa, numpy_batch
from empowersim import EmpowermentModel, Parameters, org_chart
from empowersim.org_chart import Chart, hierarchy

CHART = org_chart.balanced(span=6, depth=3)
ENSEMBLE = "ensemble"
NUMPY = "NumPy, a batch of runs, the same draws"
NUMPY_OWN_DRAWS = "NumPy, a batch of runs, NumPy's draws"
MESA = "`EmpowermentModel` (Mesa)"
NAIVE = "Mesa, as first written"
FOREIGN = {
    "mesa-frames, 256 runs in a frame": "mesa_frames_model",
    "agentpy, as first written": "agentpy_model",
}


def mesa_person_weeks_per_second(chart: Chart, weeks: int) -> float:
    """Speed of the project's Mesa model, set-up left out."""
    model = EmpowermentModel(Parameters(), chart, seed=1)
    start = time.perf_counter()
    for _ in range(weeks):
        model.step()
    return len(model.collaborators) * weeks / (time.perf_counter() - start)


def contestants() -> tuple[dict[str, Callable[[], float]], list[str]]:
    """Those that can run here, and a line for each that cannot."""
    numpy_speed = numpy_batch.person_weeks_per_second
    runners: dict[str, Callable[[], float]] = {
        ENSEMBLE: lambda: batches.speed(hierarchy(CHART), 1040),
        NUMPY: lambda: numpy_speed(CHART, 52),
        NUMPY_OWN_DRAWS: lambda: numpy_speed(CHART, 52, draws=numpy_batch.NumpysDraws),
        MESA: lambda: mesa_person_weeks_per_second(CHART, 20),
        NAIVE: lambda: naive_mesa.person_weeks_per_second(CHART, 20),
    }
    absent = []
    for name, module in FOREIGN.items():
        speed = _foreign(module)
        try:
            speed()
        except (OSError, subprocess.SubprocessError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
            absent.append(f"Not run: {name} ({reason}).")
        else:
            runners[name] = speed
    return runners, absent


def _foreign(module: str) -> Callable[[], float]:
    return lambda: foreign.person_weeks_per_second(module, CHART, 10)


def section() -> str:
    """The contest, as a section of the benchmarks' page."""
    numpy_batch.check(CHART)
    runners, absent = contestants()
    speeds = in_turn(runners)
    rows: list[list[object]] = [
        [name, f"{median(speeds, name) / 1e6:.3g}", f"{ratio(speeds, ENSEMBLE, name):.3g}"]
        for name in runners
    ]
    notes = (
        f"One core, {len(CHART)} people, medians over rounds in turn, every week's means recorded."
        " The NumPy batch's state is the ensemble's to the last bit, checked at the start; the"
        f" others draw their own luck. `EmpowermentModel` runs at"
        f" {ratio(speeds, MESA, NAIVE):.2f} times the speed of Mesa as first written."
    )
    heading = "## Against what a user would pick"
    header = "contestant|million person-weeks/s|the ensemble is … times as fast"
    return "\n\n".join([heading, table(header, rows), " ".join([notes, *absent])]) + "\n"


if __name__ == "__main__":
    print(section())
