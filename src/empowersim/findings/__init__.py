"""Findings: what an experiment's results say, in sentences, tables and figures.

Sentences are computed from the numbers and say no more than their intervals allow: where these
overlap, things are "about the same".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from empowersim import words
from empowersim.designs import Grid, Listed, OneAtATime
from empowersim.errors import AnalysisError
from empowersim.experiment import Experiment
from empowersim.findings.loops import is_loop, loops
from empowersim.findings.overview import overview
from empowersim.findings.policies import cases, moves
from empowersim.findings.response import curves, maps
from empowersim.findings.sensitivity import discovery, indices, screening
from empowersim.findings.study import Finding, Study
from empowersim.findings.unfinished import unfinished
from empowersim.words import Language

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Finding", "answer", "findings", "unfinished"]

ANSWERS = 4


def findings(
    experiment: Experiment,
    design: pd.DataFrame,
    results: pd.DataFrame,
    language: Language = "en",
) -> list[Finding]:
    """What the results say, the overview first; which findings depends on the kind of design.

    Args:
        experiment: whose results they are.
        design: a row a point.
        results: a row a run, or a run and week; points and runs may be missing.
        language: of the sentences, labels and figures.

    Raises:
        AnalysisError: there are no results at all.
    """
    if results.empty:
        raise AnalysisError("there are no results yet; run the sweep first")
    there = design[design["point"].isin(results["point"].unique())].reset_index(drop=True)
    study = Study(experiment, there, results, language)
    found = [overview(study), *loops(study)]
    kind = experiment.design
    if isinstance(kind, OneAtATime):
        found += moves(study)
    if isinstance(kind, Grid | OneAtATime | Listed):
        found += curves(study)
    if isinstance(kind, Grid):
        found += maps(study)
    return [*found, *indices(study), *screening(study), *discovery(study), *cases(study)]


def answer(experiment: Experiment, found: Sequence[Finding], language: Language = "en") -> str:
    """The answer to the question in two to five sentences, for a reader who sees nothing else.

    The prediction stands beside it as it was written; whether it came true is for the reader.
    """
    overview, *others = found
    ranked = [*(each.gist for each in others), overview.gist]
    rounds = zip_longest(*(list(enumerate(gist)) for gist in ranked))
    chosen: list[tuple[int, int, str]] = []
    for each_round in rounds:
        for place, gist in enumerate(each_round):
            if gist is not None and len(chosen) < ANSWERS:
                chosen.append((place, *gist))
    sentences = [text for _, _, text in sorted(chosen)]
    if not sentences:
        sentences = [overview.sentences[0]]
    # What a loop tells is of all weeks, the rest of the last one.
    of_the_end = sum(place < len(others) and is_loop(others[place]) for place, _, _ in chosen)
    if of_the_end < len(sentences):
        weeks = words.number(experiment.scenario.weeks, language)
        text = words.lower(sentences[of_the_end])
        sentences[of_the_end] = words.say(language, "after weeks", weeks=weeks, text=text)
    if experiment.prediction:
        told = words.quoted(experiment.prediction.strip(), language)
        sentences.append(words.say(language, "prediction was", prediction=told))
    return " ".join(sentences)
