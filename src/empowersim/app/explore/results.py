"""Results folders as the page reads them: which there are, what they say, any run of theirs.

Only folders that were found below ROOT are opened, and no code that lies in them is run.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import tempfile
import tomllib
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import batched, combinations, count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from empowersim import words
from empowersim.analysis import CONFIDENCE, Estimate
from empowersim.errors import AnalysisError, EmpowerSimError, StoreError
from empowersim.experiment import Experiment
from empowersim.findings import Finding, answer, findings, unfinished
from empowersim.findings.study import Key, Study, file_name, keys_of, of_key, triple
from empowersim.outcomes import REGIMES
from empowersim.parameters import DECLARATIONS
from empowersim.planning import estimate
from empowersim.plots.style import WORDS
from empowersim.results_folder import EXPERIMENT, FORMAT, JOURNAL, OWNER, PROVENANCE, ResultsFolder
from empowersim.scenarios import named
from empowersim.simulation import luck_of
from empowersim.sweep import experiment_in, most_runs, source_hash
from empowersim.words import LOWER_IS_BETTER, Language

if TYPE_CHECKING:
    import pandas as pd

    from empowersim.app.session import Run

ROOT = Path.cwd()
"""Folders below it may be opened, and new ones are made in it."""
LEVELS = 2
MOST_FOLDERS = 200
MOST_ENTRIES = 20_000
"""Looked at when folders are searched, so that a home folder does not hold up the page."""
MOST_ROWS = 2_000_000
"""Of results that the page reads: some hundred megabytes."""
CURVES_A_PICTURE = 6
MOST_ROWS_OF_BARS = 12
MOST_LETTERS = 200
"""Of what is told of an error, or of who is writing."""
BETWEEN = " · "
COLON: Mapping[Language, str] = {"en": ": ", "fr": "\u00a0: "}
SHARE_STEPS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25)
"""Between places on an axis of shares."""

type Problem = Literal[
    "gone", "none", "damaged", "version", "empty", "failed", "large", "analysis", "foreign", "left"
]
type Obstacle = Literal["", "own code", "other rules"]
"""Why no run of a folder can be lived again: it can, it was run by code that lies in the folder,
or by other rules than these."""
type Which = Literal["typical", "lowest", "highest"]
"""Which run of a point: the one whose outcome is nearest to the mean, or at an end."""
WHICH: tuple[Which, ...] = get_args(Which.__value__)


class Trouble(EmpowerSimError):  # noqa: N818 (a state of the folder)
    """A folder that cannot be shown.

    Attributes:
        problem: which of the few things that may be wrong.
    """

    def __init__(self, problem: Problem, reason: object) -> None:
        super().__init__(str(reason))
        self.problem: Problem = problem


# --- Which folders there are ------------------------------------------------------------------


_spare: tempfile.TemporaryDirectory[str] | None = None  # of the server; it goes when that ends


def new_place() -> Path:
    """Where a sweep from the page goes: below ROOT, or in a temporary folder if that is closed."""
    global _spare
    root = ROOT
    if not os.access(ROOT, os.W_OK):
        _spare = _spare or tempfile.TemporaryDirectory(prefix="empowersim-")
        root = Path(_spare.name)
    return next(place for k in count(1) if not (place := root / f"results-app-{k}").exists())


def is_temporary(place: Path) -> bool:
    """Whether a folder goes when the server ends."""
    return _spare is not None and place.is_relative_to(_spare.name)


def found() -> dict[str, Path]:
    """The results folders by name, those written to last first."""
    roots = [ROOT, *([Path(_spare.name)] if _spare else [])]
    places = {
        str(path.relative_to(root)) if path != root else root.name or str(root): path
        for root in roots
        for path in _folders(root)
    }
    written = {name: when for name in places if (when := _written(places[name])) is not None}
    newest = sorted(written, key=lambda name: -written[name])
    return {name: places[name] for name in newest[:MOST_FOLDERS]}


def _written(folder: Path) -> float | None:
    """When results came into a folder for the last time; None if it is no folder of results."""
    # It may go, or be shut, while one looks.
    with suppress(OSError):
        files = [(folder / name).stat() for name in (EXPERIMENT, JOURNAL)]
        if all(stat.S_ISREG(each.st_mode) for each in files):
            return files[-1].st_mtime
    return None


def _folders(root: Path) -> Iterator[Path]:
    """A folder and those in it; no hidden one, and none that a link leads out to."""
    inside, left = root.resolve(), MOST_ENTRIES
    level = [root]
    for _ in range(LEVELS + 1):
        yield from level
        below: list[Path] = []
        for folder in level:
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if (left := left - 1) < 0:
                        return
                    if _is_ours(entry, inside):
                        below.append(Path(entry.path))
        level = sorted(below)


def _is_ours(entry: os.DirEntry[str], inside: Path) -> bool:
    """Whether it is a folder that one may look into; a link that leads to itself is none."""
    with suppress(OSError):
        seen = not entry.name.startswith(".") and entry.is_dir()
        return seen and Path(entry.path).resolve().is_relative_to(inside)
    return False


# --- A small sweep ----------------------------------------------------------------------------


def small_sweep(title: str, scenario: str, steps: Mapping[str, int], replicates: int) -> Experiment:
    """A grid over the whole ranges of some levers, on the sample chart.

    A chart that someone has brought in is not written to the disk, as a sweep would do.

    Args:
        title: of the experiment.
        scenario: a named one.
        steps: how many values each lever has.
        replicates: of each point.
    """
    factors = {
        lever: {"low": DECLARATIONS[lever].low, "high": DECLARATIONS[lever].high, "count": values}
        for lever, values in steps.items()
    }
    said: dict[str, Any] = {
        "title": title,
        "scenario": {"name": scenario, "weeks": named(scenario).weeks},
        "org_charts": {"sample": {"sample": True}},
        "design": {"kind": "grid", "factors": factors},
        "runs": {"replicates": replicates},
    }
    return Experiment(**said)


def seconds_for(experiment: Experiment) -> float:
    """How long such a sweep will take; the first time, some seconds are spent on finding out."""
    return _seconds_of_a_week() * most_runs(experiment) * experiment.scenario.weeks


@lru_cache(1)
def _seconds_of_a_week() -> float:
    """Of one run, by a pilot of the largest sweep that the page offers with one lever."""
    largest = small_sweep("", "carry-it-together", {"coaching": 11}, 64)
    plan = estimate(largest, workers=workers())
    return plan.seconds / plan.runs / largest.scenario.weeks


def workers() -> int:
    """Threads of a sweep: one core is left to the page."""
    return max(1, (os.cpu_count() or 1) - 1)


# --- What a folder says -----------------------------------------------------------------------


class Picture(NamedTuple):
    """A picture's data, for the browser.

    Attributes:
        kind: which Vue file draws it.
        name: for a list of pictures.
        title: a line.
        sentences: what it says.
        data: what is drawn, as JSON takes it; `marks` are what can be chosen in it.
        outcome: that its values are of.
        points: of each mark, the design's points behind it; none where there is nothing to open.
    """

    kind: Literal["curves", "heatmap", "bars"]
    name: str
    title: str
    sentences: tuple[str, ...]
    data: Mapping[str, Any]
    outcome: str
    points: Sequence[Sequence[int]]


@dataclass(frozen=True, eq=False)
class Read:
    """A results folder that was read.

    Attributes:
        name: that it was found by.
        study: experiment, design and results.
        answer: to the question, in a few sentences.
        pictures: all that can be drawn of it.
        unfinished: how many runs are there, if not all.
        writer: who is writing the folder, or was when it was killed; empty if nobody.
        obstacle: why no run of it can be lived again, if so.
        digest: of its journal and language: as long as it is the same, so is all the rest.
    """

    name: str
    study: Study
    answer: str
    pictures: tuple[Picture, ...]
    unfinished: str
    writer: str
    obstacle: Obstacle
    digest: str

    @property
    def title(self) -> str:
        """Of the experiment, or the folder's name."""
        return self.study.experiment.title.strip() or self.name

    def chosen(self, picture: Picture, mark: int, which: Which) -> tuple[int, int]:
        """The point and replicate of a run behind a mark.

        Raises:
            Trouble: there is none.
        """
        if not (0 <= mark < len(picture.points) and picture.points[mark]):
            raise Trouble("analysis", f"mark {mark} stands for no run; choose another")
        final = self.study.final
        own = final[final["point"].isin(picture.points[mark])]
        values = own[picture.outcome].to_numpy(np.float64)
        if not np.isfinite(values).any():
            raise Trouble("analysis", f"no run there has a value of {picture.outcome}")
        away = {
            "typical": np.abs(values - np.nanmean(values)),
            "lowest": values,
            "highest": -values,
        }[which]
        run = own.iloc[int(np.nanargmin(away))]
        return int(run["point"]), int(run["replicate"])

    def live(self, point: int, replicate: int) -> Run:
        """What the lab needs to live that very run.

        Raises:
            Trouble: it would not be the same run.
        """
        # With it comes Solara, which the command that serves the page has to configure first.
        from empowersim.app.session import Run

        if self.obstacle:
            raise Trouble("version", f"{self.name}: its runs are not those of this version")
        experiment = self.study.experiment
        runs = experiment.runs
        luck = luck_of(runs.seed, point, replicate, common=runs.common_random_numbers)
        return Run(experiment.scenario_at(point), experiment.chart_at(point), *luck)


def read(
    name: str, language: Language, stop: Event | None = None, known: Collection[Read] = ()
) -> Read:
    """Read a folder that `found` names, and work out what it says.

    Args:
        name: the folder's.
        language: of all that is said.
        stop: ends the reading at its next step.
        known: what was read before, and is given again if nothing has changed since.

    Raises:
        Trouble: what is wrong with it; “left” if `stop` was set.
    """
    place = found().get(name)
    if place is None:
        raise Trouble("gone", f"{name!r} is no results folder here, or no longer; choose another")
    try:
        digest = _digest(place, language)
        for each in known:
            if (each.name, each.digest) == (name, digest):
                return replace(each, writer=_writer(place))
        return _read(name, place, language, digest, stop or Event())
    except Trouble:
        raise
    except Exception as error:
        # Whoever wrote the folder, the page has to go on.
        logging.getLogger(__name__).exception("%s cannot be read.", place)
        raise Trouble("foreign", _in_a_line(error)) from error


def _in_a_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:MOST_LETTERS] if said else type(error).__name__


def _digest(place: Path, language: Language) -> str:
    try:
        files = [(place / name).read_bytes() for name in (EXPERIMENT, JOURNAL)]
    except OSError as error:
        raise Trouble("gone", error) from None
    return sha256(b"\0".join([language.encode(), *files])).hexdigest()


def _read(name: str, place: Path, language: Language, digest: str, stop: Event) -> Read:
    try:
        folder = ResultsFolder.open(place)
    except StoreError as error:
        raise Trouble("none", error) from None
    experiment, obstacle = _experiment(folder)
    _go_on_unless(stop)
    design, results = _tables(folder)
    _go_on_unless(stop)
    try:
        told = findings(experiment, design, results, language)
        # A model's runs are cut otherwise, so that without it one cannot tell what is missing.
        lacking = "" if obstacle == "own code" else unfinished(experiment, folder, language)
    except (AnalysisError, StoreError) as error:
        raise Trouble("analysis", error) from None
    _go_on_unless(stop)
    there = design[design["point"].isin(results["point"].unique())].reset_index(drop=True)
    study = Study(experiment, there, results, language)
    answered, writer = answer(experiment, told, language), _writer(place)
    return Read(name, study, answered, _pictures(study, told), lacking, writer, obstacle, digest)


def _go_on_unless(stop: Event) -> None:
    if stop.is_set():
        raise Trouble("left", "another folder was chosen")


def _writer(place: Path) -> str:
    """Who is writing a folder, or was when it was killed; empty if nobody."""
    # Not by its lock: to try that could keep the writer itself out.
    try:
        return (place / OWNER).read_text(encoding="utf-8")[:MOST_LETTERS]
    except (OSError, ValueError):
        return ""


def _experiment(folder: ResultsFolder) -> tuple[Experiment, Obstacle]:
    """The experiment, without the code that a researcher gave it."""
    if _is_newer(folder):
        raise Trouble("version", f"{folder.path} is of a later version; open it with that one")
    try:
        said = tomllib.loads(folder.experiment_toml())
        made_by_these_rules = folder.provenance().get("sources") == source_hash()
    except (StoreError, ValueError) as error:
        raise Trouble("damaged", error) from None
    try:
        if {"model", "rules"} & set(said.get("runs", {})):
            runs = {key: said["runs"][key] for key in said["runs"] if key not in ("model", "rules")}
            _refuse_files_elsewhere(said, folder.path)
            return Experiment(**said | {"runs": runs}).in_folder(folder.path), "own code"
        _refuse_files_elsewhere(said, folder.path)
        return experiment_in(folder), "" if made_by_these_rules else "other rules"
    except Trouble:
        raise
    except (EmpowerSimError, TypeError, AttributeError) as error:
        raise Trouble("version", error) from None


def _is_newer(folder: ResultsFolder) -> bool:
    """Whether only a later version can read it."""
    with suppress(OSError, ValueError, AttributeError, TypeError):
        return bool(json.loads((folder.path / PROVENANCE).read_bytes()).get("format", 1) > FORMAT)
    return False


def _refuse_files_elsewhere(said: Mapping[str, Any], folder: Path) -> None:
    """A sweep keeps all its files in its folder; one that names others was made to read them."""
    files = [chart.get("file") for chart in said.get("org_charts", {}).values()]
    files.append(said.get("design", {}).get("file"))
    for file in filter(None, files):
        if not (folder / str(file)).resolve().is_relative_to(folder.resolve()):
            raise Trouble("damaged", f"{folder / EXPERIMENT} names {file!r}, outside of its folder")


def _tables(folder: ResultsFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The design and the results."""
    try:
        receipts = folder.receipts()
        if not receipts:
            raise Trouble("empty", f"{folder.path} holds no results yet")
        rows = sum(receipt.rows for receipt in receipts.values())
        if rows > MOST_ROWS:
            raise Trouble("large", f"{folder.path} has {rows:,} rows, at most {MOST_ROWS:,}")
        design, results = folder.design(), folder.results()
    except StoreError as error:
        raise Trouble("damaged", error) from None
    if results.empty:
        raise Trouble("failed", f"every run in {folder.path} failed")
    return design, results


# --- Pictures ---------------------------------------------------------------------------------


def _pictures(study: Study, findings: Sequence[Finding]) -> tuple[Picture, ...]:
    """All that can be drawn."""
    told = {finding.name: finding for finding in findings}
    return tuple(
        picture
        for draw in (_curves, _maps, _sobol, _morris, _best_points)
        for picture in draw(study, told)
    )


def _curves(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The curves of every outcome over every factor, a few a picture, the steepest first."""
    for outcome in study.outcomes:
        for factor in study.curved:
            finding = told.get(file_name("curve", outcome, factor))
            if finding is None or "curve" not in finding.tables:
                continue
            table = finding.tables["curve"]
            by = [str(name) for name in table.columns[: list(table.columns).index(factor)]]
            groups = {key: of_key(table, by, key) for key in keys_of(table, by)}
            steep = sorted(groups, key=lambda key: -float(np.ptp(groups[key]["mean"])))
            pages = list(batched(steep, CURVES_A_PICTURE))
            tips = finding.tables.get("tipping")
            for number, page in enumerate(pages, 1):
                name = f"{study.label(outcome)} · {study.label(factor)}"
                name += f" ({number}/{len(pages)})" if len(pages) > 1 else ""
                own = {key: groups[key] for key in groups if key in page}
                yield _curve_picture(study, finding, name, outcome, factor, by, own, tips)


def _curve_picture(
    study: Study,
    finding: Finding,
    name: str,
    outcome: str,
    factor: str,
    by: Sequence[str],
    groups: Mapping[Key, pd.DataFrame],
    tips: pd.DataFrame | None,
) -> Picture:
    language, design = study.language, study.around_base(factor)
    curves: list[dict[str, Any]] = []
    points: list[list[int]] = []
    for key, table in groups.items():
        own = of_key(design, by, key)
        crossed = [] if tips is None else of_key(tips, by, key).to_dict(orient="records")
        curves.append(
            {
                "name": _in_legend(study, by, key) or study.label(outcome),
                "marks": _curve_marks(study, factor, study.short(by, key), table),
                "tips": [[float(row[each]) for each in ("at", "at_low", "at_high")]
                         + [study.number(float(row["at"]))] for row in crossed],
            }
        )  # fmt: skip
        points += [own.loc[own[factor] == at, "point"].tolist() for at in table[factor]]
    ends = [table[["mean_low", "mean_high", "mean"]].to_numpy() for table in groups.values()]
    lowest, highest = float(np.nanmin(np.vstack(ends))), float(np.nanmax(np.vstack(ends)))
    if tips is not None:
        lowest, highest = min(lowest, study.level), max(highest, study.level)
    xs = study.values(factor)
    data = {
        "curves": curves,
        "legend": _legend_title(study, by),
        "x": {"label": words.axis(factor, language), "ticks": _ticks_at(study, xs)},
        "y": {
            "label": words.axis(outcome, language),
            "ticks": _share_ticks(lowest, highest, language),
        },
        "level": None if tips is None else study.level,
    }
    return Picture("curves", name, finding.title, finding.sentences, data, outcome, points)


def _legend_title(study: Study, by: Sequence[str]) -> str:
    """The factors whose values alone stand in the legend; one alone is named there itself."""
    factors = [study.label(name) for name in by if name in study.factors]
    return BETWEEN.join(factors) if len(factors) > 1 else ""


def _in_legend(study: Study, by: Sequence[str], key: Key) -> str:
    """A group in a legend: not with commas, which are also those of French numbers."""
    if not _legend_title(study, by):
        return study.legend(by, key)
    return BETWEEN.join(
        study.number(float(str(value))) if name in study.factors else str(value)
        for name, value in zip(by, key, strict=True)
    )


def _curve_marks(study: Study, factor: str, group: str, table: pd.DataFrame) -> list[list[Any]]:
    """The places of a curve: value, mean, the ends of its interval, and its text."""
    marks = []
    for row in table.to_dict(orient="records"):
        at = float(row[factor])
        here = Estimate(*(float(row[each]) for each in ("mean", "mean_low", "mean_high")))
        told = words.estimate(here, study.language)
        place = ", ".join(filter(None, (group, study.setting(factor, at))))
        marks.append([at, *here, f"{place}{COLON[study.language]}{told}"])
    return marks


def _ticks_at(study: Study, values: Sequence[float], most: int = 11) -> list[list[Any]]:
    """Some of the values of a factor, with their texts."""
    step = -(-len(values) // most)
    return [[value, study.number(value)] for value in values[::step]]


def _share_ticks(low: float, high: float, language: Language) -> list[list[Any]]:
    """Places on an axis of shares, the first at or below `low`, the last at or above `high`."""
    width = max(high - low, 0.002)
    step = next((each for each in SHARE_STEPS if each * 6 >= width), SHARE_STEPS[-1])
    decimals = 1 if step < 0.01 else 0
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    places = np.arange(first, max(last, first + 1) + 1) * step
    return [[float(at), words.percent(float(at), language, decimals)] for at in places]


def _maps(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The regime that prevails in each cell of two factors, with the main outcome's value."""
    for x, y in combinations(study.curved, 2):
        finding = told.get(file_name("map", x, y))
        if finding is None or "map" not in finding.tables:
            continue
        table = finding.tables["map"]
        for key in keys_of(table, study.by):
            group = study.short(study.by, key)
            title = study.titled(finding.title, group)
            own = of_key(table, study.by, key)
            yield _map_picture(
                study, finding, title, x, y, own, of_key(study.design, study.by, key)
            )


def _map_picture(
    study: Study,
    finding: Finding,
    title: str,
    x: str,
    y: str,
    table: pd.DataFrame,
    design: pd.DataFrame,
) -> Picture:
    language = study.language
    xs, ys = sorted(table[x].unique().tolist()), sorted(table[y].unique().tolist())
    rows = table.to_dict(orient="records")
    points = [
        design.loc[(design[x] == row[x]) & (design[y] == row[y]), "point"].tolist() for row in rows
    ]
    data = {
        "cells": [
            {"x": xs.index(row[x]), "y": ys.index(row[y])} | _cell(study, x, y, row) for row in rows
        ],
        "x": {"label": words.axis(x, language), "values": [study.number(each) for each in xs]},
        "y": {"label": words.axis(y, language), "values": [study.number(each) for each in ys]},
    }
    name = f"{study.label(x)} × {study.label(y)}"
    return Picture("heatmap", name, title, finding.sentences, data, "partnership", points)


def _cell(study: Study, x: str, y: str, row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """The regime that prevails in a cell, how sure that is, and the share of partnerships."""
    regime, share = str(row["dominant"]), float(row["partnership"])
    where = study.listed([study.setting(name, float(row[name])) for name in (x, y)])
    pairs = [
        f"{study.label(each)} {words.percent(float(row[each]), study.language)}"
        for each in dict.fromkeys((regime, "partnership"))
    ]
    return {
        "regime": REGIMES.index(regime),
        "sure": bool(row["dominant_share"] >= CONFIDENCE),
        "share": share,
        "value": words.number(100 * share, study.language, 0),
        "text": f"{where}{COLON[study.language]}{', '.join(pairs)}",
    }


def _sobol(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    yield from _indices(
        study, told, "sobol", ("total", "first"), "total index", "first-order index"
    )


def _morris(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    yield from _indices(study, told, "morris", ("mu_star",), "mu star axis")


def _indices(
    study: Study,
    told: Mapping[str, Finding],
    kind: str,
    columns: Sequence[str],
    *legend: str,
) -> Iterator[Picture]:
    """Factors by how much they decide, those that decide most above."""
    texts = {**WORDS, **words.figure_words(study.language)}
    for outcome in study.outcomes:
        finding = told.get(file_name(kind, outcome))
        if finding is None or "table" not in finding.tables:
            continue
        for key in keys_of(finding.tables["table"], study.by):
            table = of_key(finding.tables["table"], study.by, key)
            ordered = table.sort_values(columns[0], ascending=False, kind="stable")
            rows = [
                _bar_row(
                    study.label(str(row["factor"])),
                    [triple(row, column) for column in columns],
                    study.language,
                )
                for row in ordered.head(MOST_ROWS_OF_BARS).to_dict(orient="records")
            ]
            group = study.short(study.by, key)
            title = study.titled(finding.title, group)
            data = _bars(rows, [texts[each] for each in legend], study.language)
            name = f"{kind.capitalize()} · {study.label(outcome)}"
            name += f" · {group}" if group else ""
            yield Picture("bars", name, title, finding.sentences, data, outcome, ())


def _best_points(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The points that do best."""
    points, main = study.points[study.points[study.main].notna()], study.main
    if points.empty:
        return
    best = points.sort_values(main, ascending=main in LOWER_IS_BETTER, kind="stable")
    best = best.head(MOST_ROWS_OF_BARS)
    by = [*study.by, *(name for name in study.factors if len(study.values(name)) > 1)]
    rows = [
        _bar_row(
            study.short(by, key) or str(row["case"]),
            [_finite(triple(row, main))],
            study.language,
            _in_legend(study, by, key),
        )
        for row in best.to_dict(orient="records")
        for key in [tuple(row[name] for name in by)]
    ]
    data = _bars(rows, [words.axis(main, study.language)], study.language)
    data["names"] = _legend_title(study, by)
    overview = next(iter(told.values()))
    numbers = [[int(point)] for point in best["point"]]
    yield Picture("bars", "", overview.title, overview.sentences, data, main, numbers)


def _finite(found: Estimate) -> Estimate:
    """One run alone has no interval."""
    value, low, high = found
    return found if np.isfinite([low, high]).all() else Estimate(value, value, value)


def _bar_row(
    name: str, bars: Sequence[Estimate], language: Language, short: str = ""
) -> dict[str, Any]:
    told = ", ".join(words.estimate(bar, language) for bar in bars)
    values = [[*bar, words.percent(bar.value, language)] for bar in bars]
    return {"name": short or name, "bars": values, "text": f"{name}{COLON[language]}{told}"}


def _bars(rows: Sequence[Any], legend: Sequence[str], language: Language) -> dict[str, Any]:
    ends = [end for row in rows for bar in row["bars"] for end in bar[:3]]
    ticks = _share_ticks(min(0.0, *ends), max(ends), language)
    return {"rows": rows, "legend": legend, "ticks": ticks}
