"""What a results folder lacks: said before anything is told of a sweep that has not ended."""

from __future__ import annotations

from empowersim import sweep, words
from empowersim.errors import StoreError
from empowersim.experiment import Experiment
from empowersim.results_folder import ResultsFolder
from empowersim.words import Language


def unfinished(experiment: Experiment, folder: ResultsFolder, language: Language = "en") -> str:
    """A sentence that says how many of the runs are there; empty if they all are, or have failed.

    Raises:
        StoreError: none is, or the journal is damaged.
    """
    receipts = folder.receipts().values()
    if not receipts:
        raise StoreError(f"{folder.path} holds no results yet; run the sweep")
    done = sum(sweep.runs_in(experiment, each) for each in receipts)
    most = sweep.most_runs(experiment)
    # How many runs it takes to know a mean is not known before.
    enough = experiment.runs.until is not None or done >= most
    if enough and sweep.is_complete(experiment, folder):
        return ""
    return words.say(
        language,
        "unfinished until" if experiment.runs.until else "unfinished",
        done=words.number(done, language),
        runs=words.number(most, language),
    )
