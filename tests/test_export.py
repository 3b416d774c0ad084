"""Exports against the folder they are made of."""

import json
import os
import shutil
import zipfile
from urllib.parse import unquote

import pandas as pd
import pytest

from empowersim import org_chart, store, sweep
from empowersim.blocks import results_table
from empowersim.errors import StoreError
from empowersim.experiment import Experiment
from empowersim.export import write_csv, write_ro_crate
from empowersim.results_folder import LOCK, OWNER, PROVENANCE, ResultsFolder, _sealed, write_part

TEXT = """
title = "Who carries?"
question = "Does coaching help?"

[scenario]
name = "carry-it-together"
weeks = 8

[cases.plain]
[cases."left, alone"]
set = { training = 0 }

[org_charts."R&D 50 %"]
file = "chart.csv"

[design]
kind = "grid"
factors = { coaching = [0, 0.5] }

[runs]
replicates = 64
seed = 1
"""
EXPORTS = {"csv": write_csv, "zip": write_ro_crate}
every_kind = pytest.mark.parametrize("kind", EXPORTS)


def made(place, blocks=None):
    """A results folder in parts of 64 runs: with all of them, or the first few."""
    org_chart.save(org_chart.balanced(3, 2), place / "chart.csv")
    (place / "experiment.toml").write_text(TEXT, encoding="utf-8")
    experiment = Experiment.read(place / "experiment.toml")
    folder = sweep.open_folder(experiment, place / "results")
    with folder.locked():
        for block in next(sweep.side_by_side(experiment, folder))[:blocks]:
            folder.commit(sweep.do(str(folder.path), experiment.hash(), block))
    return folder


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("empowersim.blocks.RUNS", 64)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def crate(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("crate") / "crate.zip"
    (folder.path / LOCK).touch()
    (folder.path / OWNER).touch()
    assert write_ro_crate(folder, path)
    return zipfile.ZipFile(path)


def entities(crate):
    metadata = json.loads(crate.read("ro-crate-metadata.json"))
    assert metadata["@context"] == "https://w3id.org/ro/crate/1.1/context"
    found = {entity["@id"]: entity for entity in metadata["@graph"]}
    assert len(found) == len(metadata["@graph"])
    return found


# --- CSV ------------------------------------------------------------------------------------------


def test_the_csv_is_the_results_joined_with_the_design(folder, tmp_path):
    assert write_csv(folder, tmp_path / "all.csv")
    assert len(folder.receipts()) > 1
    joined = folder.design().merge(folder.results(), on="point")
    assert len(joined) == len(folder.results()) == 256
    found = pd.read_csv(tmp_path / "all.csv")
    pd.testing.assert_frame_equal(found, joined, check_dtype=False, rtol=1e-15)


def test_a_csv_without_rows_has_its_header(tmp_path):
    folder = made(tmp_path, blocks=0)
    failed = {"point": 0, "replicate": 0, "error": "none"}
    with folder.locked():
        part = write_part(
            folder.path, "0000000-0000064-000000", "hash", results_table([]), (failed,)
        )
        folder.commit(part)
    write_csv(folder, tmp_path / "none.csv")
    lines = (tmp_path / "none.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("point,case,org_chart,coaching,replicate,week,")


# --- RO-Crate -------------------------------------------------------------------------------------


def test_the_crate_describes_itself_and_the_dataset(folder, crate):
    found = entities(crate)
    descriptor = found["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    root = found["./"]
    assert root["@type"] == "Dataset"
    assert root["name"] == "Who carries?"
    assert root["description"] == "Does coaching help?"
    assert root["datePublished"] == folder.provenance()["made"]
    assert root["license"]["@id"] in found
    assert root["identifier"] == folder.digest()


def test_every_reference_in_the_crate_is_to_something_in_it(crate):
    found = entities(crate)
    for entity in found.values():
        for name, value in entity.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and name != "conformsTo":
                    assert each["@id"] in found, (entity["@id"], name)


def test_every_file_of_the_crate_is_listed_and_none_besides(folder, crate):
    found = entities(crate)
    listed = [each["@id"] for each in found["./"]["hasPart"]]
    assert all(found[each]["@type"] == "File" for each in listed)
    assert sorted(map(unquote, listed)) == sorted(
        set(crate.namelist()) - {"ro-crate-metadata.json"}
    )
    assert "org_charts/R%26D%2050%20%25.csv" in listed
    assert "org_charts/R&D 50 %.csv" in crate.namelist()


def test_the_crate_has_every_file_as_it_is_and_no_lock(folder, crate):
    names = set(crate.namelist())
    assert not names & {LOCK, OWNER}
    there = {
        file.relative_to(folder.path).as_posix()
        for file in folder.path.rglob("*")
        if file.is_file()
    }
    assert names - {"ro-crate-metadata.json"} == there - {LOCK, OWNER}
    for name in names & there:
        assert crate.read(name) == (folder.path / name).read_bytes()


def test_an_extracted_crate_is_the_results_folder_and_can_be_exported_again(
    folder, crate, tmp_path
):
    crate.extractall(tmp_path / "copy")
    copy = ResultsFolder.open(tmp_path / "copy")
    assert copy.digest() == folder.digest()
    assert not copy.verify()
    write_ro_crate(copy, tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as again:
        assert sorted(again.namelist()) == sorted(crate.namelist())


def test_files_of_a_wrong_clock_and_of_an_unknown_maker_are_exported(folder, tmp_path):
    copy = ResultsFolder.open(shutil.copytree(folder.path, tmp_path / "copy"))
    made = json.loads((copy.path / PROVENANCE).read_bytes())
    known = {name: made[name] for name in made if name not in ("sha256", "made", "numpy")}
    (copy.path / PROVENANCE).write_text(_sealed(known), encoding="utf-8")
    os.utime(copy.path / "journal.jsonl", (0, 0))  # zip files begin in 1980
    write_ro_crate(copy, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as zipped:
        assert "NumPy unknown" in zipped.read("ro-crate-metadata.json").decode()


# --- Both -----------------------------------------------------------------------------------------


@every_kind
def test_nothing_is_overwritten(folder, tmp_path, kind):
    path = tmp_path / f"taken.{kind}"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="exists already"):
        EXPORTS[kind](folder, path)
    assert path.read_text(encoding="utf-8") == "mine"


@every_kind
def test_a_folder_without_any_run_is_one_line_and_no_file(tmp_path, kind):
    folder = made(tmp_path, blocks=0)
    with pytest.raises(StoreError, match="holds no results yet") as caught:
        EXPORTS[kind](folder, tmp_path / f"none.{kind}")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / f"none.{kind}").exists()


@every_kind
def test_a_sweep_that_has_not_ended_is_exported_and_said_to_lack_runs(tmp_path, kind):
    folder = made(tmp_path, blocks=1)
    assert EXPORTS[kind](folder, tmp_path / f"some.{kind}") is False
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "some.zip") as crate:
            assert "64 of 256 runs are there" in entities(crate)["./"]["description"]


@every_kind
def test_damage_is_one_line_and_no_file(tmp_path, kind):
    folder = made(tmp_path)
    part = next((folder.path / "parts").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(StoreError, match="damaged"):
        EXPORTS[kind](folder, tmp_path / f"bad.{kind}")
    assert not list(tmp_path.glob(f"*bad.{kind}*"))
    assert not list(tmp_path.glob(store.UNFINISHED))
