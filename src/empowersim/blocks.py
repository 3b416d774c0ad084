"""Blocks: the runs of an experiment cut into tasks, each of which makes one part of the results."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched, groupby
from traceback import format_exc
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from empowersim import outcomes
from empowersim.errors import RunError
from empowersim.experiment import BATCH, Experiment
from empowersim.simulation import luck_of, simulate_block

if TYPE_CHECKING:
    import pandas as pd

# Under half a second of the ensemble engine on one core: short enough to lose and to share out,
# long enough to be worth a file.
PERSON_WEEKS = 25_000_000
ROWS = 500_000
RUNS = 2_048
MODEL_RUNS = 8
MODEL_MODULES = ("pandas", "empowersim.model")
"""What runs of a researcher's model import besides that model: not to be counted as their time."""

KEYS = ("point", "replicate", "week")

type Results = tuple[pd.DataFrame, tuple[Mapping[str, Any], ...]]


class Block(NamedTuple):
    """Some points with some consecutive replicates.

    Attributes:
        number: its place in its round, which always holds the same runs.
        points: numbers of the experiment's points.
        first, last: the replicates from `first` up to, not including, `last`.
    """

    number: int
    points: tuple[int, ...]
    first: int
    last: int

    @property
    def id(self) -> str:
        """A name that sorts like the work, and says which replicates it holds."""
        return f"{self.first:07d}-{self.last:07d}-{self.number:06d}"

    @property
    def n_runs(self) -> int:
        """Runs in the block."""
        return len(self.points) * (self.last - self.first)

    @staticmethod
    def is_id(text: str) -> bool:
        """Whether some block could have this id."""
        bounds = re.fullmatch(r"(\d{7,8})-(\d{7,8})-\d+", text, re.ASCII)
        return bounds is not None and int(bounds[1]) < int(bounds[2])

    def single_runs(self) -> Iterator[Self]:
        """Every run as a block of its own."""
        for point in self.points:
            for replicate in range(self.first, self.last):
                yield type(self)(0, (point,), replicate, replicate + 1)


class Replicates(NamedTuple):
    """Consecutive replicates, that all points of a round get."""

    first: int
    last: int


def rounds(experiment: Experiment, done: Collection[str] = ()) -> Iterator[Replicates]:
    """The replicates in the order in which they are run, in rounds that every point goes through.

    Rounds that have begun, by the ids of their blocks, keep their bounds: a sweep that was given
    more replicates since goes on after them.
    """
    begun = sorted({Replicates(*map(int, each.split("-")[:2])) for each in done})
    until, first = experiment.runs.until, 0
    while first < most_replicates(experiment):
        step = (BATCH if first else until.at_least) if until else _runs_at_a_time(experiment)
        # A round of which nothing is left must not run into one that is there.
        later = [each.first for each in begun if each.first > first]
        last = min(first + step, most_replicates(experiment), *later)
        known = [each for each in begun if each.first == first]
        round_ = known[0] if known else Replicates(first, last)
        yield round_
        first = round_.last


def most_replicates(experiment: Experiment) -> int:
    """Replicates of a point at most."""
    until = experiment.runs.until
    return until.at_most if until else experiment.runs.replicates


def cut(experiment: Experiment, points: Sequence[int], replicates: Replicates) -> Iterator[Block]:
    """The blocks of a round.

    Beyond the first round of replicates until a mean is known, a point is a block: which points go
    on may change when failed runs are run again, and a block must always hold the same runs.
    """
    if experiment.runs.until and replicates.first > 0:
        for point in points:
            yield Block(point, (point,), *replicates)
        return
    n_replicates = replicates.last - replicates.first
    at_a_time = max(1, _runs_at_a_time(experiment) // n_replicates)
    for number, some in enumerate(batched(points, at_a_time)):
        yield Block(number, some, *replicates)


def _runs_at_a_time(experiment: Experiment) -> int:
    """Runs of a block: by their length and their rows; a multiple of BATCH, which fills lanes."""
    if experiment.runs.model:
        return MODEL_RUNS
    weeks = experiment.scenario.weeks
    rows = weeks + 1 if experiment.runs.record == "weekly" else 1
    runs = min(PERSON_WEEKS // (weeks * experiment.most_people), ROWS // rows, RUNS)
    return max(1, runs // BATCH) * BATCH


def results_of(experiment: Experiment, block: Block) -> Results:
    """The table of a block's runs, by point, replicate and week, and the runs that failed."""
    if experiment.runs.model:
        return _with_model(experiment, block)
    import pandas as pd

    tables = [
        simulate_block(
            {point: experiment.scenario_at(point) for point in points},
            experiment.chart_at(points[0]),
            replicates=range(block.first, block.last),
            weeks=experiment.scenario.weeks,
            seed=experiment.runs.seed,
            record=experiment.runs.record,
            common_luck=experiment.runs.common_random_numbers,
            rules=experiment.rules,
        )
        for points in _by_chart(experiment, block.points)
    ]
    return pd.concat(tables, ignore_index=True), ()


def _with_model(experiment: Experiment, block: Block) -> Results:
    """Every run on its own in a researcher's model; what it raises is a failure, not the end."""
    rows: list[dict[str, float]] = []
    failures = []
    for point in block.points:
        for replicate in range(block.first, block.last):
            try:
                rows += run_of_model(experiment, point, replicate)
            except Exception as error:  # whatever a model that is not ours may raise
                reason = f"{type(error).__name__}: {_message(error)}"
                failures.append(failure(experiment, point, replicate, reason, format_exc()))
    return results_table(rows), tuple(failures)


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # an exception of a model that is not ours may fail to say what it is
        return "(it cannot say why)"


def results_table(rows: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Rows of results as a table, typed though there be none."""
    import pandas as pd

    table = pd.DataFrame(rows, columns=[*KEYS, *outcomes.NAMES])
    return table.astype(dict.fromkeys(KEYS, "int64") | dict.fromkeys(outcomes.NAMES, "float64"))


def run_of_model(experiment: Experiment, point: int, replicate: int) -> list[dict[str, float]]:
    """The rows of one run in the model that the experiment names."""
    from empowersim.model import model_class

    runs = experiment.runs
    seed, drawn = luck_of(runs.seed, point, replicate, common=runs.common_random_numbers)
    model = model_class(str(experiment.model))(
        experiment.scenario_at(point),
        experiment.chart_at(point),
        seed=seed,
        replicate=drawn,
        rules=experiment.rules,
    )
    weeks = experiment.scenario.weeks
    rows = []
    for week in range(weeks + 1):
        if week > 0:
            model.step()
        if runs.record == "weekly" or week == weeks:
            keys = {"point": point, "replicate": replicate, "week": week}
            rows.append(keys | _checked(model.measures, week))
    return rows


def _checked(measures: Mapping[str, Any], week: int) -> dict[str, float]:
    """The measures that results hold, each a finite number; a start has no flows."""
    found = {}
    for name in outcomes.NAMES:
        if name not in measures:
            raise RunError(f"the model's measures lack {name!r}; give all of outcomes.NAMES")
        found[name] = float(measures[name])
        if not math.isfinite(found[name]) and not (week == 0 and name in outcomes.FLOWS):
            raise RunError(f"the model's {name} is {found[name]} in week {week}; give a number")
    return found


def failure(
    experiment: Experiment, point: int, replicate: int, error: str, trace: str = ""
) -> Mapping[str, Any]:
    """What is kept of a run that failed: enough to run it alone."""
    return {
        "point": point,
        "replicate": replicate,
        "seed": experiment.runs.seed,
        "parameters": dict(experiment.points[point].values),
        "error": error,
        "traceback": trace,
    }


def _by_chart(experiment: Experiment, points: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Consecutive points that share a chart."""
    for _, some in groupby(points, experiment.chart_key):
        yield tuple(some)
