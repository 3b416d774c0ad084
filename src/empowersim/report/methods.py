"""How results were made, in words: model, design, runs, org charts, provenance."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from empowersim import words
from empowersim.designs import Grid, LatinHypercube, Listed, Morris, OneAtATime, Sobol
from empowersim.experiment import Experiment
from empowersim.results_folder import ResultsFolder
from empowersim.words import Language

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 8
MOST_CHARTS = 50
MOST_FAILURES = 20


def methods(experiment: Experiment, results: pd.DataFrame, language: Language) -> list[str]:
    """Paragraphs: the model, the design, the runs, the org charts, the intervals."""
    say = partial(words.say, language)
    return [
        say("methods model"),
        " ".join([_scenario(experiment, language), *_design(experiment, language)]),
        _runs(experiment, results, language),
        _charts(experiment, language),
        say("methods intervals"),
    ]


def _scenario(experiment: Experiment, language: Language) -> str:
    scenario = experiment.scenario
    name = words.quoted(scenario.name or "default", language)
    settings = [
        words.say(language, "equals", name=words.quoted(words.label(key, language), language),
                  value=value if isinstance(value, str) else words.number(value, language))
        for key, value in scenario.parameters.items()
    ]  # fmt: skip
    key = "methods scenario set" if settings else "methods scenario"
    told = words.say(language, key, name=name, settings=words.listed(settings, language))
    if len(experiment.all_cases) > 1:
        cases = [words.quoted(case, language) for case in experiment.all_cases]
        told += " " + words.say(language, "methods cases", cases=words.listed(cases, language))
    return told


def _design(experiment: Experiment, language: Language) -> list[str]:
    design = experiment.design
    if design is None:
        return [words.say(language, "methods no design")]
    sentences = [words.say(language, f"methods {design.kind}", **_sizes(design, language))]
    if isinstance(design, Listed):
        factors = [words.quoted(words.label(name, language), language) for name in design.factors]
    else:
        factors = [_factor(name, each, language) for name, each in design.factors.items()]
    sentences.append(
        words.say(
            language, "methods factors", factors=words.say(language, "separator").join(factors)
        )
    )
    points = words.number(len(experiment.points), language)
    return [*sentences, words.say(language, "methods points", points=points)]


def _sizes(design: object, language: Language) -> Mapping[str, str]:
    """What the sentence about a kind of design fills in."""
    match design:
        case LatinHypercube() | Sobol():
            return {"n": words.number(design.n, language), "seed": str(design.seed)}
        case Morris():
            trajectories = words.number(design.trajectories, language)
            return {"n": trajectories, "levels": str(design.levels), "seed": str(design.seed)}
        case Grid() | OneAtATime() | Listed() | _:
            return {}


def _factor(name: str, values: Any, language: Language) -> str:
    """A factor with its values or its range."""
    number = partial(words.number, language=language)
    quoted = words.quoted(words.label(name, language), language)
    if isinstance(values, tuple):
        if len(values) <= MOST_VALUES:
            return f"{quoted} ({words.say(language, 'separator').join(map(number, values))})"
        key, low, high = "methods values", min(values), max(values)
        count = words.number(len(values), language)
    else:
        key, low, high, count = "methods range", values.low, values.high, ""
    return words.say(language, key, factor=quoted, low=number(low), high=number(high), count=count)


def _runs(experiment: Experiment, results: pd.DataFrame, language: Language) -> str:
    number = partial(words.number, language=language)
    final = results[results["week"] == results["week"].max()]
    counts = final.groupby("point").size()
    least, most = int(counts.min()), int(counts.max())
    replicates = number(least) if least == most else f"{number(least)}–{number(most)}"
    sentences = [
        words.say(
            language,
            "methods runs",
            replicates=replicates,
            weeks=number(experiment.scenario.weeks),
            seed=str(experiment.runs.seed),
            runs=number(len(final)),
        ),
        words.say(
            language,
            "methods shared luck" if experiment.runs.common_random_numbers else "methods own luck",
        ),
    ]
    if experiment.runs.until:
        sentences.append(
            words.say(
                language,
                "methods until",
                subject=words.subject(experiment.runs.until.outcome, language),
                half_width=number(100 * experiment.runs.until.half_width),
            )
        )
    left = len(experiment.points) - len(counts)
    if left:
        sentences.append(words.say(language, "methods incomplete", points=number(left)))
    for key in ("model", "rules"):
        own = getattr(experiment.runs, key)
        if own:
            sentences.append(words.say(language, f"methods own {key}", name=own))
    return " ".join(sentences)


def _charts(experiment: Experiment, language: Language) -> str:
    """Each chart with its number of people, or the numbers between which it varies."""
    people: dict[str, list[int]] = {}
    seen: set[Hashable] = set()
    for number, point in enumerate(experiment.points):
        key = experiment.chart_key(number)
        if key not in seen and len(seen) < MOST_CHARTS:
            seen.add(key)
            people.setdefault(point.chart, []).append(len(experiment.chart_at(number)))
    told = []
    for name, sizes in people.items():
        least, most = (words.number(each, language) for each in (min(sizes), max(sizes)))
        count = least if least == most else f"{least}–{most}"
        quoted = words.quoted(name, language)
        told.append(words.say(language, "methods chart", name=quoted, people=count))
    return words.say(language, "methods charts", charts=words.listed(told, language))


# --- What went wrong, and how to make it again ------------------------------------------------


def failures_told(failures: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    """How many runs failed, and how the first of them did; nothing if none."""
    if not failures:
        return []
    told = [words.say(language, "failed", number=words.number(len(failures), language))]
    told += [
        words.say(
            language,
            "failure",
            point=str(each.get("point")),
            replicate=str(each.get("replicate")),
            error=str(each.get("error", "")),
        )
        for each in failures[:MOST_FAILURES]
    ]
    if len(failures) > MOST_FAILURES:
        left = words.number(len(failures) - MOST_FAILURES, language)
        told.append(words.say(language, "more failures", number=left))
    return told


def provenance(folder: ResultsFolder, language: Language) -> list[tuple[str, str]]:
    """What made the results, and their digest, by name."""
    made = folder.provenance()
    rows = [
        (name.replace("_", " "), str(value))
        for name, value in made.items()
        if not isinstance(value, Mapping | list)
    ]
    rows += [(f"SHA-256, {file}", str(value)) for file, value in made.get("files", {}).items()]
    return [(words.say(language, "digest"), folder.digest()), *rows]


def make_again(name: str) -> list[str]:
    """The commands that make the same results in a new folder, and hold them against these."""
    old, new = shlex.quote(name), shlex.quote(f"{name}-again")
    return [
        f"empowersim sweep {old}/experiment.toml --out {new}",
        f"empowersim report {new}",
    ]
