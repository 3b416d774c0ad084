"""One run of a results folder, lived again alone."""

from __future__ import annotations

from functools import partial
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from empowersim import blocks, executors, store
from empowersim.blocks import Block
from empowersim.declaration import check_whole
from empowersim.errors import ParameterError
from empowersim.executors import Lost
from empowersim.experiment import Experiment
from empowersim.results_folder import ResultsFolder

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("autonomy", "responsibility", "trust", "strain", "partnership", "output")


class Replay(NamedTuple):
    """A run and what became of it.

    Attributes:
        point, replicate: which run.
        case, chart: of the point.
        factors: the values at the point.
        course: its weeks; empty if it failed again.
        error: why it failed, with its traceback if it left one; empty if it did not.
        same: whether it is, to the last bit, what the folder holds; None if that holds no results
            of it.
    """

    point: int
    replicate: int
    case: str
    chart: str
    factors: dict[str, float]
    course: pd.DataFrame
    error: str
    same: bool | None

    @property
    def failed(self) -> bool:
        """Whether it failed again."""
        return bool(self.error)

    def in_words(self) -> str:
        """For people."""
        factors = ", ".join(f"{name} {value:g}" for name, value in self.factors.items())
        head = (
            f"Run {self.point}:{self.replicate} (case {self.case}, org chart {self.chart}"
            f"{', ' if factors else ''}{factors})"
        )
        if self.failed:
            return f"{head} failed again:\n{self.error}"
        held = {True: "the same, to the last bit", False: "NOT THE SAME", None: "no results"}
        weeks = self.course[self.course["week"] % 13 == 0].set_index("week")[list(SHOWN)]
        return f"{head}\n{weeks.round(3).to_string(na_rep='·')}\nIn the folder: {held[self.same]}"


def live_again(experiment: Experiment, folder: ResultsFolder, point: int, replicate: int) -> Replay:
    """Live a run again, every week of it kept; a researcher's model in a process of its own.

    Raises:
        ParameterError: the experiment has no such run.
        RunError: that process cannot be had.
    """
    check_whole("point", point, 0, len(experiment.points) - 1)
    check_whole("replicate", replicate, 0, blocks.most_replicates(experiment) - 1)
    weekly = experiment.recorded("weekly")
    course, error = _lived(weekly, Block(0, (point,), replicate, replicate + 1))
    case, chart, values = experiment.points[point]
    held = _held(folder, point, replicate)
    own = course[course["week"].isin(held["week"])]
    same = store.digest(own) == store.digest(held) if len(held) and not error else None
    return Replay(point, replicate, case, chart, dict(values), course, error, same)


def _lived(experiment: Experiment, run: Block) -> tuple[pd.DataFrame, str]:
    """A run's weeks, or why it failed."""
    if not experiment.runs.model:
        course, _ = blocks.results_of(experiment, run)
        return course, ""
    # It may leave, kill its process, or never end.
    alone = executors.processes(1, experiment.runs.timeout, blocks.MODEL_MODULES)
    [(_, done)] = alone.map(partial(blocks.results_of, experiment), [run], Event())
    if isinstance(done, Lost):
        return blocks.results_table([]), done.reason
    course, failures = done
    return course, failures[0]["traceback"] if failures else ""


def _held(folder: ResultsFolder, point: int, replicate: int) -> pd.DataFrame:
    """The rows of a run in the folder; none if it has not been done, or failed."""
    found = None
    for part in folder.parts():
        rows = part[(part["point"] == point) & (part["replicate"] == replicate)]
        if len(rows):
            return rows
        found = part if found is None else found
    if found is None:
        raise ParameterError(f"{folder.path} has no results yet; sweep first")
    return found.iloc[:0]
