"""A sweep: an experiment's blocks done into a folder, which can be gone on with."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from empowersim import blocks, store
from empowersim.analysis import half_width
from empowersim.blocks import Block
from empowersim.declaration import check_whole, shown
from empowersim.errors import ExperimentError, Mismatch, ParameterError, StoreError
from empowersim.executors import Executor, Lost, processes, threads
from empowersim.experiment import Experiment
from empowersim.ledger import JOURNAL, Receipt
from empowersim.results_folder import EXPERIMENT, ResultsFolder, write_part
from empowersim.simulation import MAX_RUNS

if TYPE_CHECKING:
    import pandas as pd

type Progress = Callable[[int], object]


@dataclass
class Tally:
    """What became of a sweep's runs.

    Attributes:
        reused: runs that were there before.
        done: runs done now, failures included.
        failed: runs in the folder that failed.
        redone: parts that were damaged, and were done again.
        stopped: whether it was told to stop before the end.
    """

    reused: int = 0
    done: int = 0
    failed: int = 0
    redone: int = 0
    stopped: bool = False


def open_folder(experiment: Experiment, path: str | Path) -> ResultsFolder:
    """The folder of an experiment: made, or found with the same experiment in it.

    Raises:
        Mismatch: the folder holds another experiment, or was made by other code.
        StoreError: it cannot be made, or is something else.
    """
    path = Path(path)
    if path.exists() and any(path.iterdir()):
        return _taken_up(experiment, ResultsFolder.open(path))
    try:
        return ResultsFolder.create(
            path,
            experiment_toml=experiment.to_toml(),
            design=experiment.design_table(),
            provenance=provenance(experiment),
            org_charts=experiment.read_charts(),
            sources=experiment.sources(),
        )
    except StoreError:
        if not (path / EXPERIMENT).exists():
            raise
        # Another process has made it meanwhile.
        return _taken_up(experiment, ResultsFolder.open(path))


def experiment_in(folder: ResultsFolder) -> Experiment:
    """The experiment that a folder holds.

    Raises:
        StoreError: it was damaged, or changed by hand.
        Mismatch: this version would run something else.
    """
    folder.experiment_toml()
    experiment = Experiment.read(folder.path / EXPERIMENT)
    if experiment.hash() != folder.provenance().get("spec_hash"):
        raise Mismatch(
            f"{folder.path} was made by another version of EmpowerSim, which understood its"
            " experiment otherwise; go on with that version, or start in a new folder"
        )
    return experiment


def provenance(experiment: Experiment) -> dict[str, Any]:
    """What decided the results besides the experiment itself."""
    import numpy as np

    import empowersim

    return {
        "spec_hash": experiment.hash(),
        "sources": source_hash(),
        "empowersim": empowersim.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "system": platform.system(),
        "seed": experiment.runs.seed,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


@lru_cache(1)
def source_hash() -> str:
    """A hash of the code that decides what a run is."""
    import hashlib

    package, digest = Path(__file__).parent, hashlib.sha256()
    modules = (
        *("agents", "blocks", "cases", "compiled", "designs", "ensemble", "experiment", "model"),
        *("outcomes", "own_rules", "parameters", "random_streams", "rules", "scenarios"),
        *("simulation", "week"),
    )
    files = [package / f"{module}.py" for module in modules]
    files += sorted((package / "org_chart").glob("*.py"))
    files += sorted((package / "org_chart" / "samples").iterdir())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _check(experiment: Experiment, folder: ResultsFolder) -> None:
    """Refuse to add runs to those of another experiment, or of other code.

    Raises:
        Mismatch: saying which of the two.
        StoreError: the folder is damaged.
    """
    made = folder.provenance()
    if made.get("sources") != source_hash():
        raise Mismatch(
            f"{folder.path} was made by EmpowerSim {shown(made.get('empowersim'), str)} with other"
            " rules than these; go on with that version, or start in a new folder"
        )
    # The points, too: a library that samples a design may do so otherwise in another version.
    if made.get("spec_hash") != experiment.hash() or not folder.design().equals(
        experiment.design_table()
    ):
        raise Mismatch(
            f"{folder.path} holds another experiment; choose a new folder, or give the experiment"
            f" that it was made from: {folder.path / EXPERIMENT}"
        )


def _taken_up(experiment: Experiment, folder: ResultsFolder) -> ResultsFolder:
    """A folder that holds the same runs; what the analysis and the words say is brought up to date.

    Raises:
        Mismatch: it holds other runs, or another prediction, which was written before them.
    """
    _check(experiment, folder)
    there = experiment_in(folder)
    if (there.runs.replicates, there.runs.until) != (
        experiment.runs.replicates,
        experiment.runs.until,
    ):
        raise Mismatch(
            f"{folder.path} has other replicates ({_replicates(there.runs)}, not"
            f" {_replicates(experiment.runs)}); for more: empowersim extend {folder.path}"
            " --replicates N"
        )
    if there.prediction != experiment.prediction:
        raise Mismatch(
            f"{folder.path} has another prediction, written before its runs; keep that one, or"
            " start in a new folder"
        )
    if there.settings() != experiment.settings():
        with folder.locked():
            folder.replace_experiment(experiment.to_toml())
    return folder


def _replicates(runs: Any) -> str:
    return f"until {runs.until.half_width:g}" if runs.until else str(runs.replicates)


def run_experiment(
    experiment: Experiment,
    path: str | Path,
    executor: Executor | None = None,
    *,
    progress: Progress | None = None,
) -> ResultsFolder:
    """Run an experiment into a folder, or go on with it there; what the folder has is kept.

    Args:
        experiment: what to run.
        path: a new folder, or one that holds the same experiment.
        executor: as in `run`.
        progress: as in `run`.

    Raises:
        Mismatch: the folder holds another experiment, or was made by other code.
        FolderLocked, StoreError, RunError: as in `run`.
    """
    experiment.check()
    folder = open_folder(experiment, path)
    run(experiment, folder, executor, progress=progress)
    return folder


def run(
    experiment: Experiment,
    folder: ResultsFolder,
    executor: Executor | None = None,
    *,
    stop: Event | None = None,
    progress: Progress | None = None,
    again: Collection[str] = (),
) -> Tally:
    """Do what a folder lacks; what it has is kept, but for parts that were damaged.

    Args:
        experiment: the one that the folder was made for.
        folder: where the parts go.
        executor: does the blocks (`empowersim.executors`); by default threads, one a core, and
            processes for a model written in Python.
        stop: once set, no new block is begun, and those under way are kept.
        progress: called with the number of runs done since the last call; first with those that
            were there.
        again: blocks that are done once more, though they are there.

    Raises:
        FolderLocked: another process is writing the folder.
        StoreError: a part cannot be written; what was written is kept.
        RunError: the workers cannot be had.
    """
    stop, progress = stop or Event(), progress or (lambda _runs: None)
    executor = executor or (processes() if experiment.runs.model else threads())
    work = partial(do, str(folder.path.resolve()), experiment.hash())
    with folder.locked():
        _check(experiment, folder)
        tally = Tally(redone=len(folder.repair().redone))
        store.release_unused()
        for all_blocks in side_by_side(experiment, folder):
            there = folder.receipts().keys() - set(again)
            for block in all_blocks:
                if block.id in there:
                    tally.reused += block.n_runs
                    progress(block.n_runs)
            todo = [block for block in all_blocks if block.id not in there]
            for block, done in executor.map(work, todo, stop):
                receipt = (
                    _careful(experiment, folder, block, stop) if isinstance(done, Lost) else done
                )
                if receipt:
                    folder.commit(receipt)
                    tally.done += block.n_runs
                    progress(block.n_runs)
            if stop.is_set():
                tally.stopped = not is_complete(experiment, folder)
                break
        tally.failed = len(folder.failures())
    return tally


def side_by_side(experiment: Experiment, folder: ResultsFolder) -> Iterator[list[Block]]:
    """The blocks that may be done side by side; what comes next is decided when they are done.

    That is all of them, or a round of replicates of those that go on until a mean is known.
    """
    for block in folder.receipts():
        if not Block.is_id(block):
            raise StoreError(
                f"{folder.path / JOURNAL} has a block {shown(block)}, which no sweep makes; sweep"
                " anew elsewhere"
            )
    points: Sequence[int] = range(len(experiment.points))
    rounds = blocks.rounds(experiment, folder.receipts())
    if not experiment.runs.until:
        # A round of few points has too few blocks to keep the workers busy.
        yield [block for each in rounds for block in blocks.cut(experiment, points, each)]
        return
    values: dict[int, list[float]] = {}
    for replicates in rounds:
        round_ = list(blocks.cut(experiment, points, replicates))
        yield round_
        points = _undecided(experiment, folder, points, round_, values)
        if not points:
            return


def is_complete(experiment: Experiment, folder: ResultsFolder) -> bool:
    """Whether every run that was asked for is there, or has failed."""
    there = folder.receipts()
    return all(block.id in there for round_ in side_by_side(experiment, folder) for block in round_)


def most_runs(experiment: Experiment) -> int:
    """Runs that a sweep has at most."""
    return len(experiment.points) * blocks.most_replicates(experiment)


def runs_in(experiment: Experiment, receipt: Receipt) -> int:
    """Runs of a part, with those that failed."""
    weekly = experiment.runs.record == "weekly"
    return receipt.rows // (experiment.scenario.weeks + 1 if weekly else 1) + len(receipt.failures)


def extended(folder: ResultsFolder, replicates: int) -> Experiment:
    """The experiment of a folder with more replicates, which the folder holds from now on.

    Raises:
        ParameterError: no more than it has, or replicates that end when a mean is known.
        Mismatch: the folder was made by other code.
    """
    experiment = experiment_in(folder)
    _check(experiment, folder)
    if experiment.runs.until:
        raise ParameterError(
            f"{folder.path} has replicates until a mean is known, not a number of them; for a"
            " narrower mean sweep into a new folder"
        )
    check_whole("replicates", replicates, blocks.most_replicates(experiment) + 1, MAX_RUNS)
    more = experiment.with_replicates(replicates)
    with folder.locked():
        folder.replace_experiment(more.to_toml())
    return more


def save(experiment: Experiment, results: pd.DataFrame, path: str | Path) -> ResultsFolder:
    """A folder for results that were made otherwise.

    Raises:
        StoreError: something is there already, or it cannot be written.
    """
    folder = open_folder(experiment, path)
    with folder.locked():
        for round_ in side_by_side(experiment, folder):
            for block in round_:
                own = results["point"].isin(block.points) & results["replicate"].between(
                    block.first, block.last - 1
                )
                part = write_part(folder.path, block.id, experiment.hash(), results[own])
                folder.commit(part)
    return folder


def do(folder: str, spec_hash: str, block: Block) -> Receipt:
    """Do one block and write its part; called in threads, processes, and on other machines."""
    experiment = _experiment(folder, spec_hash)
    table, failures = blocks.results_of(experiment, block)
    return write_part(Path(folder), block.id, spec_hash, table, failures)


@lru_cache(4)
def _experiment(folder: str, spec_hash: str) -> Experiment:
    experiment = Experiment.read(Path(folder) / EXPERIMENT)
    if experiment.hash() != spec_hash:
        raise ExperimentError(f"{folder}: experiment.toml was changed while the sweep ran")
    return experiment


# --- Workers that die -------------------------------------------------------------------------


def _careful(
    experiment: Experiment, folder: ResultsFolder, block: Block, stop: Event
) -> Receipt | None:
    """A block whose worker died, each run in a process of its own: only the culprit fails."""
    import pandas as pd

    tables, failures = [], []
    work = partial(do_alone, str(folder.path.resolve()), experiment.hash())
    alone = processes(timeout=experiment.runs.timeout, preload=blocks.MODEL_MODULES)
    for single, done in alone.map(work, block.single_runs(), stop):
        if isinstance(done, Lost):
            failures.append(blocks.failure(experiment, single.points[0], single.first, done.reason))
        else:
            tables.append(done[0])
            failures += done[1]
    if len(tables) + len(failures) < block.n_runs:
        return None
    table = pd.concat([blocks.results_table([]), *tables]).sort_values(list(blocks.KEYS))
    return write_part(folder.path, block.id, experiment.hash(), table, tuple(failures))


def do_alone(folder: str, spec_hash: str, block: Block) -> blocks.Results:
    """A block's results, without writing them."""
    return blocks.results_of(_experiment(folder, spec_hash), block)


# --- Enough replicates ------------------------------------------------------------------------


def _undecided(
    experiment: Experiment,
    folder: ResultsFolder,
    points: Iterable[int],
    round_: Iterable[Block],
    values: dict[int, list[float]],
) -> tuple[int, ...]:
    """The points whose mean is not known well enough yet; `values` grows by the round's."""
    until = experiment.runs.until
    assert until  # noqa: S101 (for the types)
    for part in folder.parts({block.id for block in round_}):
        final = part[part["week"] == experiment.scenario.weeks]
        for point, own in zip(final["point"].tolist(), final[until.outcome].tolist(), strict=True):
            values.setdefault(point, []).append(own)
    return tuple(
        point for point in points if not half_width(values.get(point, [])) <= until.half_width
    )
