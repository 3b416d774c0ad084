"""Results folders as the page reads them: found, drawn, and any run lived again; never misread."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from empowersim import outcomes, results_folder, sweep
from empowersim.app import controls, session
from empowersim.app.explore import mode, results
from empowersim.app.explore.results import Trouble
from empowersim.app.explore.small_sweep import grid
from empowersim.executors import threads
from empowersim.experiment import Experiment
from empowersim.ledger import JOURNAL
from empowersim.results_folder import EXPERIMENT, OWNER, PROVENANCE
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


@contextmanager
def page():
    """What a session holds, as at its beginning, and so in the end."""
    try:
        yield
    finally:
        mode.said.set("")
        mode.done.set(0)
        session.asked_for.set(None)


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


def test_reading_folders_takes_no_solara():
    """The command imports it before it tells Solara how to serve, which Solara reads once."""
    code = "import sys, empowersim.app.explore.results; sys.exit('solara' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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


def test_a_folder_that_goes_between_two_looks_at_it_is_passed_over(root, monkeypatch):
    swept(root / "one")
    real = Path.stat

    def stat(path, **options):
        found = real(path, **options)
        # The last that is asked whether it is there.
        if path.name == EXPERIMENT and path.parent.name == "two":
            shutil.rmtree(path.parent)
        return found

    swept(root / "two")
    monkeypatch.setattr(Path, "stat", stat)
    assert list(results.found()) == ["one"]


def test_a_link_to_itself_hides_no_other_folder(root):
    for name in ("a", "m", "z"):
        swept(root / name)
    for name in ("b", "loop", "y"):
        (root / name).symlink_to(name)
    assert sorted(results.found()) == ["a", "m", "z"]


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
        assert str(os.getpid()) in read.writer
    assert not (folder.path / OWNER).exists()
    assert results.read("made", "en", known=[read]).writer == ""


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


def sealed(path, change):
    """Change what a folder's provenance says, as whoever wrote it could have."""
    made = json.loads((path / PROVENANCE).read_text())
    made.pop("sha256")
    change(made)
    (path / PROVENANCE).write_text(results_folder._sealed(made))


def test_a_folder_of_a_later_format_is_of_another_version(root):
    sealed(swept(root / "made").path, lambda made: made.update(format=99))
    assert problem("made") == "version"


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("a\nb"), MemoryError(), TypeError()])
@pytest.mark.parametrize("step", ["_experiment", "_tables", "findings", "pictures"])
def test_whatever_is_not_foreseen_is_one_line(root, monkeypatch, step, error):
    swept(root / "made")

    def broken(*_):
        raise error

    monkeypatch.setattr(results, step, broken)
    assert problem("made") == "foreign"


@pytest.mark.parametrize("file", ["journal.jsonl", "failures.jsonl", "provenance.json"])
@pytest.mark.parametrize("text", ["{}\n", "[]\n", "null", "\xff", '{"block": 1}\n', "1e999\n"])
def test_a_foreign_file_is_one_line(root, file, text):
    made = swept(root / "made").path
    (made / file).write_bytes(text.encode("latin-1"))
    with suppress(Trouble):
        results.read("made", "en")


@pytest.mark.parametrize(
    "told",
    ["title = 3", "runs = 3", 'design = "x"', "org_charts = []", "org_charts = {a = 1}", ""],
)
def test_a_foreign_experiment_is_one_line(root, told):
    made = swept(root / "made").path
    (made / "experiment.toml").write_text(told)
    digest = sha256(told.encode()).hexdigest()
    sealed(made, lambda said: said["files"].update({"experiment.toml": digest}))
    assert problem("made") in ("version", "foreign", "damaged")


def test_one_run_of_a_point_has_no_interval(root):
    swept(root / "made", replicates=1)
    for picture in results.read("made", "en").pictures:
        json.dumps(picture.data, allow_nan=False)


# --- Read again, or no longer -------------------------------------------------------------------


def test_what_was_read_is_given_again_until_something_changes(root, monkeypatch):
    folder = swept(root / "made")
    read = results.read("made", "en")
    monkeypatch.setattr(results, "_read", lambda *_: pytest.fail("read again"))
    assert results.read("made", "en", known=[read]).study is read.study
    monkeypatch.undo()
    monkeypatch.setattr(results, "ROOT", root)
    assert results.read("made", "fr", known=[read]).study is not read.study
    with (folder.path / JOURNAL).open("a") as written:
        written.write("\n")
    with suppress(Trouble):
        assert results.read("made", "en", known=[read]).study is not read.study


def test_a_reading_ends_once_another_folder_is_wanted(root, monkeypatch):
    swept(root / "made")
    stop = Event()
    stop.set()
    monkeypatch.setattr(results, "_tables", lambda _: pytest.fail("read on"))
    with pytest.raises(Trouble) as caught:
        results.read("made", "en", stop)
    assert caught.value.problem == "left"


def test_what_is_kept_is_bounded(root, monkeypatch):
    swept(root / "made")
    read = results.read("made", "en")
    many = [replace(read, name=str(k)) for k in range(10)]
    names = [each.name for each in mode._kept_with(read, many)]
    assert names == ["made", "0", "1", "2", "3", "4"]
    assert [each.name for each in mode._kept_with(many[1], many[:3])] == ["1", "0", "2"]
    monkeypatch.setattr(results, "MOST_ROWS", 2 * len(read.study.final))
    assert [each.name for each in mode._kept_with(read, many)] == ["made", "0"]


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


def test_a_legend_names_its_factors_and_no_number_runs_into_another(root):
    factors = {"coaching": [0, 0.5, 1], "training": [0.25, 1], "mandate": [0.5, 1]}
    swept(root / "made", {"kind": "grid", "factors": factors})
    data = results.read("made", "fr").pictures[0].data
    assert len(data["legend"].split(" · ")) == 2
    assert {curve["name"] for curve in data["curves"]} == {
        *("0,25 · 0,5", "0,25 · 1", "1 · 0,5", "1 · 1"),
    }
    told = data["curves"][0]["marks"][0][4]
    assert told.count("\xa0=\xa0") == 3
    assert "\xa0: " in told
    best = results.read("made", "fr").pictures[-1].data
    assert len(best["names"].split(" · ")) == 3
    assert {len(row["name"].split(" · ")) for row in best["rows"]} == {3}
    assert best["rows"][0]["text"].count("\xa0=\xa0") == 3


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


HOSTILE = ["0", "x", None, -1, 9, 10**30, float("nan"), 0.0, [0], {"a": 0}, "../../etc/passwd"]


@pytest.mark.parametrize("sent", HOSTILE, ids=repr)
def test_what_a_browser_sends_that_is_no_mark_does_nothing(root, sent):
    swept(root / "made")
    read = results.read("made", "en")
    with page():
        mode._open(read, read.pictures[0], lambda _: pytest.fail("opened"), sent)
        assert (mode.said.value, session.asked_for.value) == ("", None)


def test_a_mark_opens_its_run(root):
    swept(root / "made")
    read = results.read("made", "en")
    went = []
    with page():
        mode._open(read, read.pictures[0], went.append, 3)
        assert went == ["/lab"]
        assert session.asked_for.value.chart is read.study.experiment.chart_at(0)


@pytest.mark.parametrize("sent", [*HOSTILE, 2], ids=repr)
def test_what_a_browser_sends_that_is_not_in_a_list_is_not_chosen(sent):
    values = ["one", "two"]
    if sent in (0, 1) and isinstance(sent, int):
        return
    controls._chosen(values, lambda _: pytest.fail("chosen"), sent)


# --- A sweep ends, whatever happens --------------------------------------------------------------


def test_a_sweep_that_fails_unforeseen_ends_with_a_line(monkeypatch):
    ended = Event()
    monkeypatch.setattr(sweep, "open_folder", lambda *_: {}["x"])
    with page():
        experiment = grid("Title", "status-quo", {"coaching": 3}, 8)
        asked = mode.Asked(experiment, Event())
        leave = mode._begin(asked, lambda _: ended.set())
        assert ended.wait(10)
        assert "KeyError" in mode.said.value
        leave()
    assert not mode.AT_ONCE.locked()


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
    experiment = grid("Title", "stop-too-early", {"coaching": 3, "mandate": 5}, 8)
    assert len(experiment.points) == 15
    assert sweep.most_runs(experiment) == 120
    assert experiment.scenario.weeks == 260
    assert {point.values["coaching"] for point in experiment.points} == {0, 0.5, 1}
    experiment.check()
