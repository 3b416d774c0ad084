import errno
import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empowersim import journal, org_chart, store
from empowersim.errors import FolderLocked, StoreError
from empowersim.results_folder import Repaired, ResultsFolder, _sealed, write_part
from faults.small_sweep import SPEC_HASH, block_id, create, damage, sweep, table
from processes import run_python

BLOCKS = 4


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A whole folder, of which the tests damage copies."""
    path = tmp_path_factory.mktemp("made") / "results"
    sweep(path, BLOCKS)
    return path


@pytest.fixture
def folder(made, tmp_path):
    path = tmp_path / "results"
    copy(made, path)
    return ResultsFolder.open(path)


def copy(source, target):
    for file in source.rglob("*"):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(file.read_bytes())


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def everything():
    return pd.concat([table(k)[0] for k in range(BLOCKS)], ignore_index=True)


# --- What is written comes back ---------------------------------------------------------------


def test_results_come_back_sorted_and_bit_for_bit(folder):
    pd.testing.assert_frame_equal(folder.results(), everything(), check_exact=True)
    parts = list(folder.parts())
    assert [part["point"].min() for part in parts] == [0, 2, 5, 7]
    assert folder.digest() == store.digest(everything())
    assert folder.verify() == []


def test_the_folder_holds_what_is_promised(folder):
    names = {str(file.relative_to(folder.path)) for file in folder.path.rglob("*")}
    parts = {f"parts/part-{block_id(k)}.parquet" for k in range(BLOCKS)}
    assert names - {"lock"} == parts | {
        *("experiment.toml", "design.parquet", "provenance.json", "journal.jsonl"),
        *("failures.jsonl", "org_charts", "org_charts/sample.csv", "parts"),
    }
    assert (folder.path / "experiment.toml").read_bytes() == 'title = "Né"\n'.encode()
    chart = org_chart.load(folder.path / "org_charts" / "sample.csv")
    assert chart.number_of_nodes() == org_chart.sample().number_of_nodes()


def test_pandas_and_duckdb_read_the_parts_without_us(folder):
    expected = everything()
    by_pandas = pd.read_parquet(folder.path / "parts").sort_values(list(store.KEYS))
    pd.testing.assert_frame_equal(by_pandas.reset_index(drop=True), expected)
    found = duckdb.sql(
        f"select * from read_parquet('{folder.path}/parts/*.parquet') order by 1, 2, 3"  # noqa: S608
    ).df()
    pd.testing.assert_frame_equal(found, expected)


def test_design_and_provenance_come_back_with_the_hashes_of_the_files(folder):
    design = folder.design()
    assert list(design.columns) == ["point", "case", "coaching"]
    assert design["coaching"].iloc[-1] == 1.0
    provenance = folder.provenance()
    assert (provenance["seed"], provenance["share"]) == (1, 0.1)
    assert set(provenance["files"]) == {
        "experiment.toml",
        "design.parquet",
        "org_charts/sample.csv",
    }
    for file, sha256 in provenance["files"].items():
        assert hashlib.sha256((folder.path / file).read_bytes()).hexdigest() == sha256


def test_receipts_come_back_and_are_small(folder):
    receipts = folder.receipts()
    assert list(receipts) == [block_id(k) for k in range(BLOCKS)]
    rows, failures = table(1)
    receipt = receipts[block_id(1)]
    assert receipt.rows == len(rows)
    assert receipt.failures == tuple(failures)
    assert receipt.size == (folder.path / receipt.file).stat().st_size
    assert write_part(folder.path, block_id(1), SPEC_HASH, rows, failures) == receipt
    assert len(pickle.dumps(receipt)) < 500


def test_a_part_takes_next_to_nothing_of_what_arrow_would_keep_in_each_thread():
    taken = run_python(
        "import numpy as np, pyarrow as pa; from empowersim.results_folder import _parquet;"
        "_parquet({'output': np.random.default_rng(1).random(1_000_000)}, {});"
        "print(pa.default_memory_pool().max_memory())"
    )
    assert int(taken) < 1_000_000


def test_a_part_says_whose_it_is(folder):
    footer = pq.read_schema(folder.path / "parts" / f"part-{block_id(2)}.parquet").metadata
    assert footer[b"empowersim.block"] == block_id(2).encode()
    assert footer[b"empowersim.spec_hash"] == SPEC_HASH.encode()


def test_measures_without_a_value_are_nan_to_pandas_and_null_to_sql(tmp_path):
    folder = create(tmp_path / "r", 1)
    rows, _ = table(0)
    rows["strain"] = [np.nan, np.inf, *rows["strain"][2:]]
    with folder.locked():
        folder.commit(write_part(folder.path, block_id(0), SPEC_HASH, rows))
    pd.testing.assert_frame_equal(folder.results(), rows, check_exact=True)
    query = f"select count(strain) from read_parquet('{folder.path}/parts/*.parquet')"  # noqa: S608
    assert duckdb.sql(query).fetchall() == [(len(rows) - 1,)]


def test_a_block_of_which_every_run_failed_is_a_part_too(tmp_path):
    folder = create(tmp_path / "r", 2)
    rows, _ = table(0)
    failures = [{"point": 0, "replicate": 0, "error": "bad luck"}]
    with folder.locked():
        # A table without rows has lost its types.
        nothing = pd.DataFrame(columns=rows.columns)
        folder.commit(write_part(folder.path, block_id(0), SPEC_HASH, nothing, failures))
        folder.commit(write_part(folder.path, block_id(1), SPEC_HASH, table(1)[0]))
        assert folder.repair() == Repaired(2, ())
    assert folder.verify() == []
    pd.testing.assert_frame_equal(folder.results(), table(1)[0].reset_index(drop=True))
    assert len(pd.read_parquet(folder.path / "parts")) == len(table(1)[0])
    assert folder.digest() == store.digest(table(1)[0])
    assert folder.failures() == failures


@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_digest_does_not_depend_on_how_runs_are_cut_into_parts(tmp_path_factory, data):
    rows = everything()
    n_runs = rows.groupby(["point", "replicate"]).ngroups
    run = rows.groupby(["point", "replicate"]).ngroup()
    cuts = sorted(data.draw(st.sets(st.integers(1, n_runs - 1), max_size=6)))
    blocks = list(pairwise([0, *cuts, n_runs]))
    folder = create(tmp_path_factory.mktemp("cut") / "r", BLOCKS)
    with folder.locked():
        for number in data.draw(st.permutations(range(len(blocks)))):
            start, end = blocks[number]
            some = rows[(start <= run) & (run < end)]
            folder.commit(write_part(folder.path, block_id(number), SPEC_HASH, some))
    assert folder.digest() == store.digest(rows)
    pd.testing.assert_frame_equal(folder.results(), rows, check_exact=True)


def test_a_cube_has_the_points_factors_and_gaps_where_runs_failed(folder):
    cube = folder.to_xarray()
    assert dict(cube.sizes) == {"point": 10, "replicate": 4, "week": 2}
    rows = everything().set_index(["point", "replicate", "week"])
    assert float(cube["trust"].sel(point=5, replicate=2, week=3)) == rows.loc[(5, 2, 3), "trust"]
    assert bool(cube["trust"].sel(point=3, replicate=0).isnull().all())
    np.testing.assert_array_equal(cube["coaching"], folder.design()["coaching"])


def test_a_cube_of_final_weeks_has_no_weeks(tmp_path):
    folder = create(tmp_path / "r", 1)
    with folder.locked():
        folder.commit(write_part(folder.path, block_id(0), SPEC_HASH, table(0, weeks=[3])[0]))
    cube = folder.to_xarray()
    assert dict(cube.sizes) == {"point": 3, "replicate": 4}


def test_without_xarray_one_line_says_so(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(StoreError, match="pip install xarray"):
        folder.to_xarray()


# --- Folders that are none --------------------------------------------------------------------


def test_a_folder_that_is_none_says_what_is_missing(tmp_path, folder):
    with pytest.raises(StoreError, match="is no folder"):
        ResultsFolder.open(tmp_path / "nowhere")
    with pytest.raises(StoreError, match=r"experiment\.toml is missing"):
        ResultsFolder.open(tmp_path)
    (folder.path / "journal.jsonl").unlink()
    with pytest.raises(StoreError, match=r"journal\.jsonl is missing"):
        ResultsFolder.open(folder.path)


def test_a_folder_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "precious").touch()
    with pytest.raises(StoreError, match="nothing is overwritten"):
        create(tmp_path / "taken", 1)
    monkeypatch.setattr(org_chart, "save", fail(errno.ENOSPC))
    with pytest.raises(StoreError, match="No space left"):
        create(tmp_path / "r", 1)
    assert names(tmp_path) == ["taken"]


def fail(number):
    def failing(*_args):
        raise OSError(number, os.strerror(number))

    return failing


def test_a_folder_without_results_yet_says_so(tmp_path):
    folder = create(tmp_path / "r", 1)
    assert folder.verify() == []
    assert folder.failures() == list(folder.parts()) == []
    with pytest.raises(StoreError, match="no results yet"):
        folder.results()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pd.DataFrame(), "no column point"),
        (table(0)[0].drop(columns="week"), "no column week"),
        (table(0)[0].assign(trust="high"), "column trust"),
    ],
)
def test_a_table_that_is_none_of_results_is_refused(folder, rows, message):
    before = names(folder.path / "parts")
    with pytest.raises(StoreError, match=message):
        write_part(folder.path, "0-00099", SPEC_HASH, rows)
    assert names(folder.path / "parts") == before


# --- The lock ---------------------------------------------------------------------------------


HOLD = """
import sys
from empowersim.results_folder import ResultsFolder
with ResultsFolder.open(sys.argv[1]).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_is_writing_and_a_dead_one_is_not_waited_for(folder):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(FolderLocked, match=f"by process {holder.pid} on .*wait"):
            folder.locked().__enter__()
        holder.kill()
    with folder.locked():
        pass
    assert "lock.owner" not in names(folder.path)


def test_two_of_one_process_cannot_both_write(folder):
    other = ResultsFolder.open(folder.path)
    with folder.locked():
        for again in (other, folder):
            with pytest.raises(FolderLocked, match=f"process {os.getpid()}"):
                again.locked().__enter__()
    with other.locked():
        assert other.repair() == Repaired(BLOCKS, ())


def test_nothing_is_written_without_the_lock(folder):
    receipt = folder.receipts()[block_id(0)]
    for write in (folder.repair, lambda: folder.commit(receipt)):
        with pytest.raises(RuntimeError, match="locked"):
            write()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EROFS])
def test_a_disk_without_locks_is_refused_in_one_line(folder, monkeypatch, number):
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", fail(number))
    for _ in ("with the lock's file from before", "without"):
        with pytest.raises(StoreError, match=r"cannot lock .* choose a folder"):
            folder.locked().__enter__()
        (folder.path / "lock").unlink(missing_ok=True)
    monkeypatch.undo()
    with folder.locked():
        pass


# --- Damage -----------------------------------------------------------------------------------


def test_every_damage_is_found_and_mended_or_refused(made, tmp_path):
    """A few hundred flips and truncations, over all files; none is read as if it were right."""
    luck = random.Random(4)  # noqa: S311
    whole = ResultsFolder.open(made)
    right = whole.results()
    path = tmp_path / "r"
    copy(made, path)
    folder = ResultsFolder.open(path)
    for _ in range(200):
        hurt = damage(path, luck)
        problems = folder.verify()
        assert any(hurt.name in line for line in problems), hurt
        assert not any("\n" in line for line in problems)
        # A journal that lost its last lines is one of a sweep that has not done as much yet.
        if hurt.suffix != ".jsonl":
            with suppress(StoreError):
                assert folder.results().equals(right)
        hurt.write_bytes((made / hurt.relative_to(path)).read_bytes())
    assert folder.verify() == []


def test_what_repair_leaves_is_whole_and_the_rest_is_done_again(made, tmp_path):
    luck = random.Random(5)  # noqa: S311
    digest = ResultsFolder.open(made).digest()
    path = tmp_path / "r"
    copy(made, path)
    for _ in range(40):
        file = luck.choice(
            [f for f in path.rglob("*.*") if f.suffix == ".jsonl" or "part-" in f.name]
        )
        data = bytearray(file.read_bytes())
        data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
        file.write_bytes(data[: luck.randrange(len(data))] if luck.random() < 0.5 else data)
        sweep(path, BLOCKS)
        folder = ResultsFolder.open(path)
        assert folder.verify() == []
        assert folder.digest() == digest
        assert len(folder.failures()) == 3


def written(file):
    """Which file it is, and when it was written; not when it was read."""
    known = file.stat()
    return known.st_ino, known.st_size, known.st_mtime_ns


def test_repair_removes_what_was_left_half_done_and_nothing_else(folder):
    parts = folder.path / "parts"
    for left in (parts / ".part-x.parquet.12.partial", folder.path / ".journal.jsonl.1.partial"):
        left.write_bytes(b"half")
    (parts / "part-0-00009.parquet").write_bytes((parts / "part-0-00000.parquet").read_bytes())
    (parts / "part-0-00001.parquet").unlink()
    (parts / "part-0-00002.parquet").write_bytes(b"PAR1")
    kept = [*(parts / f"part-0-0000{n}.parquet" for n in (0, 3)), folder.path / "failures.jsonl"]
    before = [written(file) for file in kept]
    (folder.path / "notes.txt").write_text("mine")
    with folder.locked():
        assert folder.repair() == Repaired(2, ("0-00001", "0-00002", "0-00009"))
        assert folder.repair() == Repaired(2, ())
    assert names(parts) == ["part-0-00000.parquet", "part-0-00003.parquet"]
    assert (folder.path / "notes.txt").exists()
    assert [written(file) for file in kept] == before
    assert folder.verify() == []


def test_a_part_that_cannot_be_read_just_now_is_not_thrown_away(folder, monkeypatch):
    monkeypatch.setattr(Path, "read_bytes", fail_for("part-0-00001.parquet", Path.read_bytes))
    with folder.locked(), pytest.raises(StoreError, match=r"part-0-00001\.parquet: Input/output"):
        folder.repair()
    monkeypatch.undo()
    assert folder.verify() == []


def fail_for(name, real):
    def failing(path):
        if path.name == name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path)

    return failing


def test_readers_do_not_pass_over_what_a_damaged_line_hides(folder):
    lines = (folder.path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"0-00001", b"0-00007")
    (folder.path / "journal.jsonl").write_bytes(b"".join(lines))
    for read in (folder.results, folder.digest, folder.failures, folder.to_xarray):
        with pytest.raises(StoreError, match=r"journal\.jsonl: line 2 is damaged"):
            read()


def test_a_failure_that_was_lost_makes_its_block_be_done_again(folder):
    (folder.path / "failures.jsonl").write_bytes(b"")
    with pytest.raises(StoreError, match="failures are missing"):
        folder.failures()
    assert any("lacks failures" in line for line in folder.verify())
    with folder.locked():
        assert folder.repair().redone == (block_id(1), block_id(2), block_id(3))


def test_verify_sees_what_checksums_cannot(tmp_path):
    folder = create(tmp_path / "r", BLOCKS)
    with folder.locked():
        folder.commit(write_part(folder.path, "0-00000", "another spec", table(0)[0]))
        folder.commit(write_part(folder.path, "0-00001", SPEC_HASH, table(1)[0]))
        folder.commit(write_part(folder.path, "0-00002", SPEC_HASH, table(1)[0]))
        renamed = write_part(folder.path, "0-00003", SPEC_HASH, table(3)[0])
        folder.commit(renamed._replace(block="0-00004"))
        more = write_part(folder.path, "0-00005", SPEC_HASH, table(2)[0])
        folder.commit(more._replace(rows=more.rows + 1))
    problems = "\n".join(folder.verify())
    assert "part-0-00000.parquet is of another experiment" in problems
    assert "replicate 2 has results twice" in problems
    assert "part-0-00003.parquet is damaged" in problems
    assert "part-0-00005.parquet is damaged" in problems
    assert len(problems.splitlines()) == 4


def test_parts_of_other_measures_are_not_mixed(folder):
    other = table(9)[0].rename(columns={"trust": "mistrust"})
    with folder.locked():
        folder.commit(write_part(folder.path, "0-00009", SPEC_HASH, other))
    with pytest.raises(StoreError, match=r"part-0-00009\.parquet has other columns"):
        folder.results()
    (problem,) = folder.verify()
    assert "part-0-00009.parquet: two parts have different measures" in problem


def test_a_design_that_was_changed_is_no_longer_read(folder):
    pd.DataFrame({"point": [0]}).to_parquet(folder.path / "design.parquet")
    with pytest.raises(StoreError, match=r"design\.parquet is damaged, or was changed"):
        folder.design()


def test_provenance_that_was_changed_is_no_longer_read(folder):
    file = folder.path / "provenance.json"
    made = json.loads(file.read_text())
    file.write_text(json.dumps(made | {"seed": 2}, indent=2))
    with pytest.raises(StoreError, match=r"provenance\.json is damaged"):
        folder.provenance()
    assert folder.results().equals(everything())


@pytest.mark.parametrize("said", [{}, {"format": 1}])
def test_the_first_format_is_read_whether_it_says_so_or_not(folder, said):
    made = folder.provenance()
    del made["format"]
    (folder.path / "provenance.json").write_text(_sealed(said | made), encoding="utf-8")
    assert folder.verify() == []


@pytest.mark.parametrize("later", [2, "2.0"])
def test_a_later_format_is_refused_with_the_version_that_reads_it(folder, later):
    made = folder.provenance() | {"format": later, "empowersim": "9.1"}
    (folder.path / "provenance.json").write_text(_sealed(made), encoding="utf-8")
    refused = f"has format {later}, of EmpowerSim 9.1; this version reads formats up to 1: open it"
    for read in (folder.provenance, folder.design, folder.experiment_toml):
        with pytest.raises(StoreError, match=refused):
            read()
    assert refused in folder.verify()[0]


# --- Trying again -----------------------------------------------------------------------------


def test_a_block_that_is_done_again_takes_the_place_of_the_first(folder):
    rows, failures = table(1)
    mended = pd.concat([rows, rows[-1:].assign(point=3, replicate=0)])
    assert [(f["point"], f["replicate"]) for f in failures] == [(3, 0)]
    with folder.locked():
        folder.commit(write_part(folder.path, block_id(1), SPEC_HASH, mended))
    assert (3, 0) not in {(f["point"], f["replicate"]) for f in folder.failures()}
    assert len(folder.failures()) == 2
    assert folder.receipts()[block_id(1)].failures == ()
    assert folder.verify() == []
    assert len(folder.results()) == len(everything()) + 1


def test_a_failure_is_mended_by_a_later_block_with_its_run(folder):
    before = folder.failures()
    assert [(f["point"], f["replicate"]) for f in before] == [(3, 0), (6, 1), (9, 2)]
    one = table(1)[0][-1:]
    still = {**before[1], "error": "again"}
    with folder.locked():
        again = one.assign(point=3, replicate=0)
        folder.commit(write_part(folder.path, "1-00000", SPEC_HASH, again, [still]))
    assert folder.failures() == [still, before[2]]
    assert folder.verify() == []


def test_a_commit_that_was_cut_short_and_done_again_counts_its_failures_once(folder, monkeypatch):
    rows, failures = table(1)
    receipt = write_part(folder.path, "0-00009", SPEC_HASH, rows.assign(point=20), failures)
    before = folder.receipts()
    append = journal.append

    def only_failures(path, *records):
        if path.name == "journal.jsonl":
            raise StoreError("full")
        append(path, *records)

    with folder.locked():
        monkeypatch.setattr(journal, "append", only_failures)
        with pytest.raises(StoreError, match="full"):
            folder.commit(receipt)
        assert folder.receipts() == before
        monkeypatch.undo()
        folder.commit(receipt)
    assert folder.receipts()["0-00009"] == receipt
    assert folder.verify() == []


def test_opening_a_folder_loads_no_heavy_package():
    code = (
        "import sys, empowersim.results_folder\n"
        "print(*{'pandas', 'pyarrow', 'xarray', 'filelock'} & set(sys.modules))"
    )
    assert run_python(code) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../elsewhere.parquet"},
        {"file": "parts/../../part-x.parquet"},
        {"file": ["parts"]},
        {"rows": None},
        {"rows": -1},
        {"sha256": 3},
        {"block": None},
    ],
)
def test_a_line_of_the_journal_that_no_version_writes_is_damaged(folder, change):
    line = (folder.path / "journal.jsonl").read_bytes().splitlines()[0]
    journal.rewrite(folder.path / "journal.jsonl", [json.loads(line[9:]) | change])
    assert folder.receipts() == {}
    assert any("journal.jsonl: line 1 is damaged" in problem for problem in folder.verify())


def test_a_line_of_the_failures_that_no_version_writes_is_damaged(folder):
    journal.rewrite(folder.path / "failures.jsonl", [{"point": 1, "replicate": 0}])
    assert any("failures.jsonl: line 1 is damaged" in problem for problem in folder.verify())


@pytest.mark.parametrize(
    "files",
    [
        *(None, {}, {"experiment.toml": "a"}, ["a"]),
        *({"/etc/passwd": "a"}, {"../x": "a"}, {"a" * 5_000: "a"}, {"a\nb": "a"}),
    ],
)
def test_a_provenance_that_no_version_writes_is_damaged(folder, files):
    made = json.loads((folder.path / "provenance.json").read_bytes())
    made.pop("sha256")
    both = made["files"] if isinstance(files, dict) and len(str(files)) > 2 else {}
    wanted = (both | files) if both and "experiment.toml" not in files else files
    (folder.path / "provenance.json").write_text(_sealed(made | {"files": wanted}), "utf-8")
    with pytest.raises(StoreError, match=r"provenance\.json is damaged"):
        folder.provenance()


@pytest.mark.parametrize("name", ["journal.jsonl", "failures.jsonl", "provenance.json"])
def test_a_pipe_in_the_place_of_a_file_is_no_file(folder, name):
    (folder.path / name).unlink()
    os.mkfifo(folder.path / name)
    assert any("is no file but a pipe or a device" in problem for problem in folder.verify())
