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
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from empowersim.app.explore.pictures import Picture, pictures
from empowersim.errors import AnalysisError, EmpowerSimError, StoreError
from empowersim.experiment import Experiment
from empowersim.findings import answer, findings, unfinished
from empowersim.findings.study import Study
from empowersim.ledger import JOURNAL
from empowersim.results_folder import EXPERIMENT, FORMAT, OWNER, PROVENANCE, ResultsFolder
from empowersim.simulation import luck_of
from empowersim.sweep import experiment_in, source_hash
from empowersim.words import Language

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
MOST_LETTERS = 200
"""Of what is told of an error, or of who is writing."""
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


# --- What a folder says -----------------------------------------------------------------------


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
    return Read(name, study, answered, pictures(study, told), lacking, writer, obstacle, digest)


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
