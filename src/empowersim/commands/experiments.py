"""Experiments: plan one, sweep it, look after its folder, and make something of the results."""

from __future__ import annotations

import json
import sys
import textwrap
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empowersim.commands.runs import asked
from empowersim.commands.terminal import in_words, print_json, progress, stopping
from empowersim.errors import ExperimentError, ParameterError, StoreError

if TYPE_CHECKING:
    from empowersim.executors import Executor
    from empowersim.experiment import Experiment
    from empowersim.results_folder import ResultsFolder

EXIT_DISK, EXIT_FAILED_RUNS, EXIT_INTERRUPTED = 5, 6, 130
DEFAULT_SCENARIO = "carry-it-together"


def plan(given: Namespace) -> None:
    """Say what a sweep would take; write nothing."""
    from empowersim.experiment import Experiment
    from empowersim.planning import estimate

    experiment = Experiment.read(given.file)
    found = estimate(experiment)
    if given.json:
        print_json(found._asdict())
        return
    at_most = "at most " if experiment.runs.until else ""
    print(
        f"{experiment.title or given.file}\n"
        f"{len(experiment.points):,} points × {at_most}{found.replicates:,} replicates ="
        f" {at_most}{found.runs:,} runs of {experiment.scenario.weeks:,} weeks, up to"
        f" {experiment.most_people:,} people\n"
        f"About {in_words(found.seconds)} on {found.workers} cores (from a pilot), and"
        f" {found.megabytes:,.1f} MB."
    )


def sweep(given: Namespace) -> int:
    """Run an experiment into a folder, or go on with it."""
    from empowersim.experiment import Experiment
    from empowersim.sweep import open_folder

    by_axes = any("=" in text for text in given.what)
    if by_axes:
        record = "weekly" if given.weekly else "final"
        experiment = asked(given, given.scenario or DEFAULT_SCENARIO, given.what, record)
    else:
        _refuse_options_of_axes(given)
        experiment = Experiment.read(given.what[0])
    return _run(given, experiment, open_folder(experiment, given.out))


def _refuse_options_of_axes(given: Namespace) -> None:
    """What an experiment file says itself is not said again."""
    if len(given.what) > 1:
        files = ", ".join(given.what)
        raise ParameterError(f"one experiment file at a time, not {len(given.what)}: {files}")
    options = {
        "--set": given.changes or None,
        "--weekly": given.weekly or None,
        "--scenario": given.scenario,
        "--rules": given.rules,
        "--weeks": given.weeks,
        "--org": given.org,
        "--replicates": given.replicates,
        "--seed": given.seed,
    }
    for option, value in options.items():
        if value is not None:
            raise ParameterError(f"{option} is for axes: the experiment file says it itself")


def _run(
    given: Namespace,
    experiment: Experiment,
    folder: ResultsFolder,
    again: Iterable[str] = (),
) -> int:
    """Do what a folder lacks, and say what became of it."""
    from empowersim import sweep

    total = sweep.most_runs(experiment)
    with stopping() as stop, progress(total, quiet=given.quiet or given.json) as update:
        tally = sweep.run(
            experiment,
            folder,
            _executor(given, experiment),
            stop=stop,
            progress=update,
            again=frozenset(again),
        )
    if given.json:
        print_json(status_of(folder) | {"this_time": vars(tally)})
    elif not given.quiet:
        print(_tally_in_words(experiment, folder, tally))
    if tally.stopped:
        return EXIT_INTERRUPTED
    return EXIT_FAILED_RUNS if tally.failed else 0


def _tally_in_words(experiment: Experiment, folder: ResultsFolder, tally: Any) -> str:
    lines = [
        f"{tally.reused + tally.done:,} runs ({len(experiment.points):,} points),"
        f" {experiment.scenario.weeks:,} weeks: {folder.path}/parts"
    ]
    if tally.reused or tally.redone:
        told = f"{tally.reused:,} runs were there, {tally.done:,} done now"
        if tally.redone:
            parts = "part was" if tally.redone == 1 else "parts were"
            told += f"; {tally.redone:,} damaged {parts} done again"
        lines.append(told)
    if tally.failed:
        lines.append(
            f"{tally.failed:,} runs failed: {folder.path}/failures.jsonl; try them again with:"
            f" empowersim retry {folder.path}"
        )
    if tally.stopped:
        lines.append("Interrupted: all that was done is kept; the same command goes on.")
    return "\n".join(lines)


def _executor(given: Namespace, experiment: Experiment) -> Executor:
    from empowersim import executors

    if given.scheduler or given.local_cluster:
        return executors.dask(scheduler=given.scheduler, local=given.local_cluster)
    if given.processes or experiment.runs.model:
        from empowersim.blocks import MODEL_MODULES, MODEL_RUNS

        if not experiment.runs.model:
            return executors.processes(given.workers)
        return executors.processes(
            given.workers, experiment.runs.timeout * MODEL_RUNS, MODEL_MODULES
        )
    return executors.threads(given.workers)


# --- A folder ---------------------------------------------------------------------------------


def status_of(folder: ResultsFolder) -> dict[str, Any]:
    """What a folder holds, by its journal."""
    from empowersim import sweep

    experiment = sweep.experiment_in(folder)
    receipts = folder.receipts()
    return {
        "folder": str(folder.path),
        "title": experiment.title,
        "points": len(experiment.points),
        "runs": sweep.most_runs(experiment),
        "until": experiment.runs.until is not None,
        "done": sum(sweep.runs_in(experiment, each) for each in receipts.values()),
        "parts": len(receipts),
        "failed": len(folder.failures()),
        "megabytes": sum(receipt.size for receipt in receipts.values()) / 1e6,
        "complete": sweep.is_complete(experiment, folder),
    }


def status(given: Namespace) -> None:
    """How far a folder is."""
    found = status_of(_folder(given))
    if given.json:
        print_json(found)
        return
    at_most = "at most " if found["until"] else ""
    state = "complete" if found["complete"] else "not complete"
    print(
        f"{found['folder']}: {found['title']}\n{found['done']:,} of {at_most}{found['runs']:,} runs"
        f" in {found['parts']:,} parts, {found['megabytes']:,.1f} MB; {found['failed']:,} failed;"
        f" {state}"
    )


def verify(given: Namespace) -> int:
    """Hold every byte of a folder against its journal."""
    from empowersim import sweep

    folder = _folder(given)
    problems = folder.verify()
    if not problems and not sweep.is_complete(sweep.experiment_in(folder), folder):
        problems = ["not all runs are there: the command that began the sweep goes on with it"]
    digest = None if problems else folder.digest()
    if given.json:
        print_json({"whole": not problems, "problems": problems, "digest": digest})
    elif problems:
        print("\n".join(problems))
    else:
        print(f"{folder.path} is whole: digest {digest}")
    return EXIT_DISK if problems else 0


def retry(given: Namespace) -> int:
    """Run those runs again that failed, with the others of their parts."""
    from empowersim import sweep

    folder = _folder(given)
    experiment = sweep.experiment_in(folder)
    failed = {(each["point"], each["replicate"]) for each in folder.failures()}
    again = [
        name
        for name, receipt in folder.receipts().items()
        if any((each["point"], each["replicate"]) in failed for each in receipt.failures)
    ]
    return _run(given, experiment, folder, again)


def extend(given: Namespace) -> int:
    """Give an experiment more replicates."""
    from empowersim import sweep

    folder = _folder(given)
    experiment = sweep.extended(folder, given.replicates)
    return _run(given, experiment, folder)


def replay(given: Namespace) -> int:
    """Live one run of a folder again, alone, and hold it against what the folder has."""
    from empowersim import sweep
    from empowersim.replay import live_again

    folder = _folder(given)
    replayed = live_again(sweep.experiment_in(folder), folder, *_run_numbers(given.run))
    if given.json:
        print_json(replayed._asdict() | {"course": replayed.course.to_dict(orient="records")})
    else:
        print(replayed.in_words())
    if replayed.failed:
        return EXIT_FAILED_RUNS
    return EXIT_DISK if replayed.same is False else 0


def _run_numbers(text: str) -> tuple[int, int]:
    point, _, replicate = text.partition(":")
    try:
        return int(point), int(replicate)
    except ValueError:
        raise ParameterError(f"{text!r} is no run; write POINT:REPLICATE, as 12:0") from None


# --- Results ----------------------------------------------------------------------------------


def analyse(given: Namespace) -> None:
    """Tables and figures of what was found, and the answer in words."""
    from empowersim.report import write_analysis

    place = write_analysis(_folder(given).path, given.language)
    found = json.loads((place / "findings.json").read_text(encoding="utf-8"))
    print(textwrap.fill(found["answer"], 92))
    print(f"\nTables and figures: {place}/")


def report(given: Namespace) -> None:
    """One page that says it all."""
    from empowersim.report import write_report

    print(f"Report: {write_report(_folder(given).path, given.language)}")


def export(given: Namespace) -> None:
    """The results for other tools: a CSV file, or an RO-Crate."""
    from empowersim import export as exporting

    if given.out.endswith(".csv"):
        complete = exporting.write_csv(_folder(given), Path(given.out))
    elif given.out.endswith(".zip"):
        complete = exporting.write_ro_crate(_folder(given), Path(given.out))
    else:
        raise ExperimentError(f"--out {given.out} ends neither in .csv nor in .zip (an RO-Crate)")
    print(f"Exported: {given.out}")
    if not complete:
        print("empowersim: not all runs are there: the sweep has not ended", file=sys.stderr)


def _folder(given: Namespace) -> ResultsFolder:
    from empowersim.results_folder import ResultsFolder

    if not Path(given.folder).is_dir():
        raise StoreError(f"{given.folder} is no folder; give the --out of a sweep")
    return ResultsFolder.open(Path(given.folder))
