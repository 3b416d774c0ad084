"""Results for other tools: one CSV file, or an RO-Crate to archive and cite."""

from __future__ import annotations

import json
import mimetypes
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from empowersim import store
from empowersim.errors import StoreError
from empowersim.findings import unfinished
from empowersim.results_folder import LOCK, OWNER, ResultsFolder
from empowersim.sweep import experiment_in

RO_CRATE = "https://w3id.org/ro/crate/1.1"
LICENSE = "https://spdx.org/licenses/Apache-2.0"
METADATA = "ro-crate-metadata.json"
LEFT_OUT = (LOCK, OWNER, METADATA)
WHAT = {
    "experiment.toml": "The experiment: question, prediction, scenario, design, runs",
    "design.parquet": "A row a point: its number, case, org chart, and the factors' values",
    "provenance.json": "Versions, hashes and machine that made the results",
    "journal.jsonl": "A line a part that counts: SHA-256, rows, size",
    "failures.jsonl": "A line a run that failed",
    "report.html": "The report",
}


def write_csv(folder: ResultsFolder, path: Path) -> bool:
    """Every row of results, with the case, org chart and factors of its point; part by part.

    Returns whether every run that was asked for is there, or has failed.

    Raises:
        StoreError: something is there already, it cannot be written, or the folder has no results
            or is damaged.
        ExperimentError: the folder's experiment was damaged.
    """
    store.check_free(path)
    lacking = unfinished(experiment_in(folder), folder)
    design = folder.design()

    def write(partial: Path) -> None:
        with partial.open("w", encoding="utf-8", newline="") as file:
            for number, part in enumerate(folder.parts()):
                table = design.merge(part, on="point")
                table.to_csv(file, index=False, header=number == 0, lineterminator="\n")

    store.whole(path, write)
    return not lacking


def write_ro_crate(folder: ResultsFolder, path: Path) -> bool:
    """The folder as a zip file with `ro-crate-metadata.json` (RO-Crate 1.1).

    Returns whether every run that was asked for is there, or has failed; if not, the crate's
    description says so.

    Raises:
        StoreError, ExperimentError: as `write_csv`.
    """
    store.check_free(path)
    experiment = experiment_in(folder)
    lacking = unfinished(experiment, folder)
    problems = folder.verify()
    if problems:
        raise StoreError(f"{folder.path} is not whole: {problems[0]}; sweep again first")
    files = sorted(_files(folder))
    about = f"{experiment.question or 'Results of an EmpowerSim experiment'} {lacking}".rstrip()
    metadata = json.dumps(
        _metadata(folder, files, experiment.title or folder.path.name, about),
        indent=2,
        ensure_ascii=False,
    )

    def write(partial: Path) -> None:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as crate:
            crate.writestr(METADATA, metadata)
            for file in files:
                crate.write(folder.path / file, file)

    store.whole(path, write)
    return not lacking


def _files(folder: ResultsFolder) -> Iterator[str]:
    for file in folder.path.rglob("*"):
        name = file.relative_to(folder.path).as_posix()
        if file.is_file() and name not in LEFT_OUT and not file.name.startswith("."):
            yield name


def _metadata(folder: ResultsFolder, files: list[str], name: str, about: str) -> dict[str, Any]:
    """What is in the crate, as JSON-LD; files by their paths as URIs."""
    made = dict.fromkeys(("made", "empowersim", "python", "numpy"), "unknown") | folder.provenance()
    entities = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": RO_CRATE},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": name,
            "description": about,
            "identifier": folder.digest(),
            "datePublished": made["made"],
            "license": {"@id": LICENSE},
            "hasPart": [{"@id": quote(file)} for file in files],
            "mentions": {"@id": "#sweep"},
        },
        {"@id": LICENSE, "@type": "CreativeWork", "name": "Apache License 2.0"},
        {
            "@id": "#sweep",
            "@type": "CreateAction",
            "name": "The sweep that made the results",
            "instrument": {"@id": "#empowersim"},
            "object": {"@id": "experiment.toml"},
            "result": {"@id": "./"},
        },
        {
            "@id": "#empowersim",
            "@type": "SoftwareApplication",
            "name": "EmpowerSim",
            "version": made["empowersim"],
            "softwareRequirements": f"Python {made['python']}, NumPy {made['numpy']}",
        },
    ]
    for file in files:
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        entity = {"@id": quote(file), "@type": "File", "encodingFormat": kind}
        described = WHAT.get(file, "A part of the results" if file.startswith("parts/") else None)
        entities.append(entity | ({"description": described} if described else {}))
    return {"@context": f"{RO_CRATE}/context", "@graph": entities}
