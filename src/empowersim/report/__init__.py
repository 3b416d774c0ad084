"""The report of an experiment: one page that needs nothing else, and the analysis as files.

The page holds its style and its pictures; it loads nothing, runs no script, and can be printed.
Every name that people have chosen is escaped.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empowersim import store, words
from empowersim.errors import StoreError
from empowersim.experiment import Experiment
from empowersim.findings import Finding, answer, findings, unfinished
from empowersim.report.methods import failures_told, make_again, methods, provenance
from empowersim.report.tables import Shown, shown
from empowersim.results_folder import ResultsFolder
from empowersim.sweep import experiment_in
from empowersim.words import Language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["write_analysis", "write_report"]

LARGEST_SVG = 400_000
PAGES: Mapping[Language, str] = {"en": "report.html", "fr": "report.fr.html"}


@dataclass(frozen=True, eq=False)
class _Read:
    """A results folder as it was read once.

    Attributes:
        folder: which one.
        language: of what is told.
    """

    folder: ResultsFolder
    language: Language

    @cached_property
    def experiment(self) -> Experiment:
        return experiment_in(self.folder)

    @cached_property
    def results(self) -> pd.DataFrame:
        results = self.folder.results()
        if results.empty:
            raise StoreError(
                f"{self.folder.path}: every run failed; see failures.jsonl, then: empowersim retry"
            )
        return results

    @cached_property
    def unfinished(self) -> str:
        """How many of the runs are there, if not all."""
        return unfinished(self.experiment, self.folder, self.language)

    @cached_property
    def findings(self) -> list[Finding]:
        return findings(self.experiment, self.folder.design(), self.results, self.language)

    @cached_property
    def answer(self) -> str:
        """The answer; of a sweep that has not ended, it says so first."""
        told = answer(self.experiment, self.findings, self.language)
        return f"{self.unfinished} {told}".lstrip()


# --- The page ---------------------------------------------------------------------------------


def write_report(folder: Path, language: Language = "en") -> Path:
    """Write the page of an experiment into its results folder, over the one that was there.

    Returns where it is: `report.html`, or `report.fr.html`.

    Raises:
        StoreError: it is no results folder, has no results, is damaged, or cannot be written.
        ExperimentError: its experiment was damaged.
        AnalysisError: its results are none.
    """
    read = _Read(ResultsFolder.open(folder), language)
    place = read.folder.path / PAGES[language]
    store.write_text(_page(read), place)
    return place


def _page(read: _Read) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    language = read.language
    environment = Environment(
        loader=PackageLoader("empowersim", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    experiment = read.experiment
    return environment.get_template("page.html.jinja").render(
        language=language,
        say=lambda key, **values: words.say(language, key, **values),
        style=Path(__file__).with_name("page.css").read_text(encoding="utf-8"),
        title=experiment.title.strip() or words.say(language, "untitled"),
        unfinished=read.unfinished,
        question=experiment.question.strip(),
        prediction=experiment.prediction.strip(),
        answer=read.answer,
        findings=[_told(finding, language) for finding in read.findings],
        methods=methods(experiment, read.results, language),
        failures=failures_told(read.folder.failures(), language),
        provenance=provenance(read.folder, language),
        experiment=experiment.to_toml(),
        make_again=make_again(read.folder.path.name),
    )


@dataclass(frozen=True)
class _Told:
    """A finding as the page shows it; pictures as (address, alternative text)."""

    name: str
    title: str
    sentences: tuple[str, ...]
    pictures: list[tuple[str, str]]
    tables: list[Shown]


def _told(finding: Finding, language: Language) -> _Told:
    instead = " ".join([f"{finding.title}.", *finding.sentences[:3]])
    return _Told(
        finding.name,
        finding.title,
        finding.sentences,
        [(_address(draw()), instead) for draw in finding.figures.values()],
        [shown(table, _file(finding, name), language) for name, table in finding.tables.items()],
    )


def _address(figure: Figure) -> str:
    """A picture as a data URL: drawn by lines, if they are not too many."""
    data, kind = _drawn(figure, "svg"), "svg+xml"
    if len(data) > LARGEST_SVG:
        data, kind = _drawn(figure, "png"), "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _drawn(figure: Figure, kind: str) -> bytes:
    """The bytes of a picture, the same for the same figure."""
    import matplotlib as mpl

    stream = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "empowersim"}):
        figure.savefig(
            stream, format=kind, metadata={"Date" if kind == "svg" else "Software": None}
        )
    return stream.getvalue()


# --- The files --------------------------------------------------------------------------------


def write_analysis(folder: Path, language: Language = "en") -> Path:
    """Write the findings' tables and figures, and `findings.json`, into `analysis` of the folder.

    Tables as Parquet and CSV, figures as PNG and SVG: `FINDING-NAME.csv` and so on. Files of the
    same names are replaced. Returns where they are.

    Raises:
        StoreError, ExperimentError, AnalysisError: as `write_report`.
    """
    read = _Read(ResultsFolder.open(folder), language)
    place = read.folder.path / "analysis"
    told = read.findings
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise store.cannot_write(place, error) from error
    said = {
        "language": language,
        "complete": not read.unfinished,
        "answer": read.answer,
        "findings": [_write(finding, place) for finding in told],
    }
    store.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", place / "findings.json")
    return place


def _write(finding: Finding, place: Path) -> dict[str, Any]:
    """Write the files of a finding; what `findings.json` says of it."""
    files = []
    for name, table in finding.tables.items():
        file = _file(finding, name)
        store.write_table(table, place / f"{file}.parquet")
        store.write_text(table.to_csv(index=False, lineterminator="\n"), place / f"{file}.csv")
        files += [f"{file}.parquet", f"{file}.csv"]
    for name, draw in finding.figures.items():
        figure = draw()
        for kind in ("png", "svg"):
            _write_bytes(_drawn(figure, kind), place / f"{_file(finding, name)}.{kind}")
            files.append(f"{_file(finding, name)}.{kind}")
    return {
        "name": finding.name,
        "title": finding.title,
        "sentences": list(finding.sentences),
        "files": files,
    }


def _write_bytes(data: bytes, path: Path) -> None:
    store.whole(path, lambda partial: partial.write_bytes(data))


def _file(finding: Finding, name: str) -> str:
    return f"{finding.name}-{name}"
