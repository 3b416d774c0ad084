"""Results for other tools: one CSV file, or an RO-Crate to archive and cite."""

from __future__ import annotations

import json
import mimetypes
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from empowersim import store
from empowersim.errors import StoreError
from empowersim.results_folder import LOCK, OWNER, ResultsFolder
from empowersim.sweep import experiment_in

RO_CRATE = "https://w3id.org/ro/crate/1.1"
WHAT = {
    "experiment.toml": "The experiment: question, prediction, scenario, design, runs",
    "design.parquet": "A row a point: its number, case, org chart, and the factors' values",
    "provenance.json": "Versions, hashes and machine that made the results",
    "journal.jsonl": "A line a part that counts: SHA-256, rows, size",
    "failures.jsonl": "A line a run that failed",
    "report.html": "The report",
}


def write_csv(folder: ResultsFolder, path: Path) -> None:
    """Every row of results, with the case, org chart and factors of its point; part by part.

    Raises:
        StoreError: something is there already, it cannot be written, or the folder is damaged.
    """
    store.check_free(path)
    design = folder.design()

    def write(partial: Path) -> None:
        with partial.open("w", encoding="utf-8", newline="") as file:
            for number, part in enumerate(folder.parts()):
                table = design.merge(part, on="point")
                table.to_csv(file, index=False, header=number == 0)

    store.whole(path, write)


def write_ro_crate(folder: ResultsFolder, path: Path) -> None:
    """The folder as a zip file with `ro-crate-metadata.json` (RO-Crate 1.1).

    Raises:
        StoreError: something is there already, it cannot be written, or the folder is damaged.
    """
    store.check_free(path)
    problems = folder.verify()
    if problems:
        raise StoreError(f"{folder.path} is not whole: {problems[0]}; sweep again first")
    files = sorted(_files(folder))
    metadata = json.dumps(_metadata(folder, files), indent=2, ensure_ascii=False)

    def write(partial: Path) -> None:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as crate:
            crate.writestr("ro-crate-metadata.json", metadata)
            for file in files:
                crate.write(folder.path / file, file)

    store.whole(path, write)


def _files(folder: ResultsFolder) -> Iterator[str]:
    for file in folder.path.rglob("*"):
        name = file.relative_to(folder.path).as_posix()
        if file.is_file() and name not in (LOCK, OWNER) and not file.name.startswith("."):
            yield name


def _metadata(folder: ResultsFolder, files: list[str]) -> dict[str, Any]:
    """What is in the crate, as JSON-LD."""
    experiment, made = experiment_in(folder), folder.provenance()
    entities = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": RO_CRATE},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": experiment.title or folder.path.name,
            "description": experiment.question or "Results of an EmpowerSim experiment",
            "identifier": folder.digest(),
            "datePublished": made["made"],
            "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
            "hasPart": [{"@id": file} for file in files],
            "mentions": {"@id": "#sweep"},
        },
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
        entity = {"@id": file, "@type": "File", "encodingFormat": kind}
        described = WHAT.get(file, "A part of the results" if file.startswith("parts/") else None)
        entities.append(entity | ({"description": described} if described else {}))
    return {"@context": f"{RO_CRATE}/context", "@graph": entities}
