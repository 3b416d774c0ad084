"""Results folders as the page reads them: found, drawn, and any run lived again; never misread."""

import json
import os
import shutil
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from empowersim import outcomes, sweep
from empowersim.app.explore import results
from empowersim.app.explore.results import Trouble
from empowersim.executors import threads
from empowersim.experiment import Experiment
from empowersim.results_folder import JOURNAL, OWNER, PROVENANCE
from empowersim.simulation import simulate

GRID = {"kind": "grid", "factors": {"coaching": [0, 0.5, 1], "training": [0, 0.4, 0.8]}}


def swept(path, design=GRID, cases=None, outcome="partnership", **runs):
    experiment = Experiment(
        title="Small",
        scenario={"weeks": 12},
        cases=cases or {},
        org_charts={"small": {"spans": [3, 2]}},
        design=design,
        runs={"replicates": 5, "seed": 9} | runs,
        analysis={"outcomes": [outcome]},
    )
    folder = sweep.open_folder(experiment, path)
    sweep.run(experiment, folder, threads(1))
    return folder


@pytest.fixture
def root(tmp_path, monkeypatch):
    place = tmp_path / "root"
    place.mkdir()
    monkeypatch.setattr(results, "ROOT", place)
    return place


def problem(name, language="en"):
    with pytest.raises(Trouble) as caught:
        results.read(name, language)
    assert "\n" not in str(caught.value)
    return caught.value.problem


# --- Which folders ------------------------------------------------------------------------------


def test_folders_are_found_two_levels_deep_and_the_latest_first(root):
    swept(root / "one")
    swept(root / "deep" / "two")
    swept(root / "much" / "too" / "deep")
    swept(root / ".hidden")
    (root / "empty").mkdir()
    os.utime(root / "one" / JOURNAL, (2e9, 2e9))
    assert list(results.found()) == ["one", str(Path("deep") / "two")]


def test_the_root_itself_may_be_one(root):
    swept(root)
    assert results.read(root.name, "en").title == "Small"


@pytest.mark.parametrize("name", ["../out", "/etc", "one/../../out", "link", "", "\0", "."])
def test_nothing_outside_of_the_root_is_opened(root, name):
    swept(root.parent / "out")
    swept(root / "one")
    (root / "link").symlink_to(root.parent / "out", target_is_directory=True)
    assert list(results.found()) == ["one"]
    assert problem(name) == "gone"


def test_a_folder_that_no_one_may_read_is_passed_over(root, monkeypatch):
    swept(root / "one")
    real = os.scandir

    def scandir(place):
        if str(place).endswith("shut"):
            raise PermissionError(13, "shut")
        return real(place)

    (root / "shut").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    assert list(results.found()) == ["one"]


def test_new_sweeps_get_numbers(root, monkeypatch):
    assert results.new_place() == root / "results-app-1"
    (root / "results-app-1").mkdir()
    assert results.new_place() == root / "results-app-2"
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(results, "_spare", None)
    place = results.new_place()
    assert results.is_temporary(place)
    swept(place)
    assert results.read("results-app-1", "en").title == "Small"
    results._spare.cleanup()


# --- What is wrong ------------------------------------------------------------------------------


def test_each_trouble_has_its_name(root):
    made = swept(root / "made").path

    def copy(name):
        return shutil.copytree(made, root / name)

    (copy("not whole") / PROVENANCE).unlink()
    (copy("no design") / "design.parquet").write_bytes(b"x")
    next((copy("damaged") / "parts").iterdir()).write_bytes(b"x")
    (copy("by hand") / "experiment.toml").write_text("title = 'other'\n")
    (copy("torn provenance") / PROVENANCE).write_text("{}")
    (copy("empty") / JOURNAL).write_text("")
    assert problem("not whole") == "none"
    assert problem("no design") == problem("damaged") == "damaged"
    assert problem("by hand") == problem("torn provenance") == "damaged"
    assert problem("empty") == "empty"


def test_a_folder_of_another_version_is_told(root, monkeypatch):
    swept(root / "made")
    monkeypatch.setattr(Experiment, "hash", lambda _self: "another")
    assert problem("made") == "version"


def test_a_folder_that_is_too_large_is_not_read(root, monkeypatch):
    swept(root / "made")
    monkeypatch.setattr(results, "MOST_ROWS", 10)
    assert problem("made") == "large"


def test_a_folder_that_is_being_written_is_read_and_not_locked(root):
    folder = swept(root / "made")
    with folder.locked():
        read = results.read("made", "en")
        assert read.unfinished == ""
        assert str(os.getpid()) in results.writer_of("made")
    assert not (folder.path / OWNER).exists()
    assert results.writer_of("made") == results.writer_of("nothing") == ""


def test_a_sweep_that_was_stopped_says_so(root):
    experiment = Experiment(
        scenario={"weeks": 12},
        org_charts={"small": {"spans": [3, 2]}},
        design={"kind": "grid", "factors": {"coaching": {"low": 0, "high": 1, "count": 300}}},
        runs={"replicates": 16},
    )
    folder, stop = sweep.open_folder(experiment, root / "half"), Event()
    tally = sweep.run(
        experiment, folder, threads(1), stop=stop, progress=lambda n: n and stop.set()
    )
    assert tally.stopped
    assert "of" in results.read("half", "en").unfinished


# --- Pictures -----------------------------------------------------------------------------------


def test_a_grid_has_curves_a_map_and_its_best_points(root):
    swept(root / "made")
    read = results.read("made", "fr")
    kinds = [picture.kind for picture in read.pictures]
    assert kinds == ["curves", "curves", "heatmap", "bars"]
    curves, _, cells, best = read.pictures
    assert len(curves.data["curves"]) == 3
    assert len(curves.points) == len(cells.points) == len(best.points) == 9
    assert sorted(p for points in cells.points for p in points) == list(range(9))
    for picture in read.pictures:
        json.dumps(picture.data, allow_nan=False)


def test_marks_stand_for_the_points_with_their_values(root):
    swept(root / "made")
    read = results.read("made", "en")
    curves, _, cells, _best = read.pictures
    means = read.study.final.groupby("point")["partnership"].mean()
    marks = [mark for curve in curves.data["curves"] for mark in curve["marks"]]
    for mark, (point,) in zip(marks, curves.points, strict=True):
        assert read.study.experiment.points[point].values["coaching"] == mark[0]
        assert means[point] == pytest.approx(mark[1])
    for cell, (point,) in zip(cells.data["cells"], cells.points, strict=True):
        assert means[point] == pytest.approx(cell["share"])


@pytest.mark.parametrize(
    ("kind", "more", "pictures"),
    [
        ("sobol", {"n": 8, "seed": 1}, {"bars"}),
        ("morris", {"trajectories": 4, "seed": 1}, {"bars"}),
        ("one-at-a-time", {}, {"curves", "bars"}),
    ],
)
def test_other_designs_have_pictures_of_their_own(root, kind, more, pictures):
    ranges = {"coaching": {"low": 0, "high": 1}, "mandate": {"low": 0, "high": 1}}
    factors = {"coaching": [0, 0.3, 1]} if kind == "one-at-a-time" else ranges
    swept(root / "made", {"kind": kind, "factors": factors} | more, outcome="autonomy")
    read = results.read("made", "en")
    assert {picture.kind for picture in read.pictures} == pictures
    if kind != "one-at-a-time":
        assert len(read.pictures[0].data["rows"]) == 2


def test_cases_alone_are_bars_that_open(root):
    swept(root / "made", None, cases={"a": {}, "b": {"set": {"coaching": 0}}})
    (picture,) = results.read("made", "en").pictures
    assert [row["name"] for row in picture.data["rows"]]
    assert sorted(map(list, picture.points)) == [[0], [1]]


# --- That very run ------------------------------------------------------------------------------


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("which", results.WHICH)
def test_the_run_in_the_lab_is_the_one_of_the_sweep_to_the_last_bit(root, common, which):
    swept(root / "made", common_random_numbers=common)
    read = results.read("made", "en")
    picture = read.pictures[0]
    for mark in range(len(picture.points)):
        point, replicate = read.chosen(picture, mark, which)
        lived = read.live(point, replicate)
        # The lab draws by seed and replicate, as `simulate` does with that many replicates.
        final = simulate(
            lived.scenario, lived.chart, replicates=lived.replicate + 1, seed=lived.seed,
            record="final", workers=1,
        ).final.iloc[-1]  # fmt: skip
        row = read.study.final.set_index(["point", "replicate"]).loc[(point, replicate)]
        assert np.array_equal(final[list(outcomes.NAMES)], row[list(outcomes.NAMES)])


def test_which_run_is_the_typical_one(root):
    swept(root / "made")
    read = results.read("made", "en")
    picture = read.pictures[0]
    for mark, points in enumerate(picture.points):
        own = read.study.final[read.study.final["point"].isin(points)]["partnership"].tolist()
        found = [own[read.chosen(picture, mark, which)[1]] for which in results.WHICH]
        assert found[1:] == [min(own), max(own)]
        assert abs(found[0] - np.mean(own)) == min(abs(value - np.mean(own)) for value in own)


@pytest.mark.parametrize("mark", [-1, 9, 10**9])
def test_a_mark_that_is_not_there_opens_nothing(root, mark):
    swept(root / "made")
    read = results.read("made", "en")
    with pytest.raises(Trouble):
        read.chosen(read.pictures[0], mark, "typical")


def test_runs_of_other_rules_are_shown_and_not_opened(root, monkeypatch):
    swept(root / "made")
    monkeypatch.setattr(results, "source_hash", lambda: "other")
    read = results.read("made", "en")
    assert read.obstacle == "other rules"
    assert read.pictures
    with pytest.raises(Trouble):
        read.live(0, 0)


def test_code_in_a_folder_is_never_run(root, tmp_path):
    code = tmp_path / "own.py"
    code.write_text(
        "from pathlib import Path\n"
        f"Path({str(tmp_path / 'ran')!r}).touch()\n"
        "from empowersim.model import EmpowermentModel\n"
        "class Own(EmpowermentModel):\n    pass\n"
    )
    swept(root / "made", None, model=f"{code}:Own", replicates=2)
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()
    read = results.read("made", "en")
    assert read.obstacle == "own code"
    assert not (tmp_path / "ran").exists()
    with pytest.raises(Trouble):
        read.live(0, 0)


def test_a_folder_that_names_files_elsewhere_is_refused(root):
    said = {"org_charts": {"a": {"file": "../../secret.csv"}}}
    with pytest.raises(Trouble):
        results._refuse_files_elsewhere(said, root)
    results._refuse_files_elsewhere({"org_charts": {"a": {"file": "org_charts/a.csv"}}}, root)


# --- A small sweep ------------------------------------------------------------------------------


def test_a_small_sweep_is_a_grid_over_whole_ranges():
    experiment = results.small_sweep("Title", "stop-too-early", {"coaching": 3, "mandate": 5}, 8)
    assert len(experiment.points) == 15
    assert sweep.most_runs(experiment) == 120
    assert experiment.scenario.weeks == 260
    assert {point.values["coaching"] for point in experiment.points} == {0, 0.5, 1}
    experiment.check()
