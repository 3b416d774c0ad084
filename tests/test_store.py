import errno
import hashlib
import os
import stat
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim import store
from empowersim.errors import StoreError

TABLE = pd.DataFrame({"point": [0, 1], "output": [0.25, float("nan")]})


def test_a_table_comes_back_as_it_was(tmp_path):
    store.write_table(TABLE, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), TABLE)
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "t.txt"
    store.write_text("before", path)

    def full(self: Path, *_args, **_kwargs):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="No space left on device"):
        store.write_text("after", path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["t.txt"]


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    place = tmp_path / "a" / "b"
    with store.new_folder(place) as folder:
        (folder / "precious").touch()
        assert not place.exists()
    assert [file.name for file in place.iterdir()] == ["precious"]
    for taken in (place, place / "precious"):
        with pytest.raises(StoreError, match="nothing is overwritten"), store.new_folder(taken):
            pass
    with (
        pytest.raises(StoreError, match="cannot write"),
        store.new_folder(place / "precious" / "c"),
    ):
        pass
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "precious"]


def fill(place, meanwhile):
    with store.new_folder(place) as folder:
        (folder / "first").touch()
        meanwhile()


def fail(error):
    raise error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_a_folder_that_fails_half_way_leaves_nothing(tmp_path, error):
    with pytest.raises((StoreError, KeyboardInterrupt)):
        fill(tmp_path / "results", lambda: fail(error))
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_fill_one_folder_one_is_refused(tmp_path):
    place = tmp_path / "results"

    def another():
        with store.new_folder(place) as folder:
            (folder / "second").touch()

    with pytest.raises(StoreError, match="cannot write"):
        fill(place, another)
    assert [file.name for file in place.iterdir()] == ["second"]


def test_a_text_keeps_its_line_ends(tmp_path):
    store.write_text("a\nb\r\né", tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_bytes() == "a\nb\r\né".encode()


def test_several_may_write_one_file_at_once(tmp_path):
    texts = [str(k) * 1000 for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            list(pool.map(store.write_text, texts, [tmp_path / "t.txt"] * 8))
            assert (tmp_path / "t.txt").read_text() in texts
    assert [file.name for file in tmp_path.iterdir()] == ["t.txt"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO])
def test_a_disk_that_cannot_flush_folders_is_no_failure_but_a_failing_one_is(
    tmp_path, monkeypatch, number
):
    real = os.fsync

    def flush(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", flush)
    with (
        nullcontext() if number == errno.EINVAL else pytest.raises(StoreError, match="cannot write")
    ):
        store.write_text("text", tmp_path / "t.txt")


# --- The digest -------------------------------------------------------------------------------


def runs(n_points=4, n_replicates=3, weeks=(0, 1, 2)):
    keys = list(product(range(n_points), range(n_replicates), weeks))
    table = pd.DataFrame(keys, columns=["point", "replicate", "week"])
    values = np.random.default_rng(0).random((len(table), 3))
    values[1, 1] = np.nan
    return table.assign(trust=values[:, 0], strain=values[:, 1], output=values[:, 2])


def digest_in_parts(parts):
    found = store.Digest()
    for part in parts:
        found.update(part)
    return str(found)


@given(st.data())
def test_the_digest_depends_on_neither_parts_nor_any_order(data):
    table = runs()
    by_run = [rows for _, rows in table.groupby(["point", "replicate"])]
    by_run = data.draw(st.permutations(by_run))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(by_run)))))
    columns = data.draw(st.permutations(list(table.columns)))
    seed = data.draw(st.integers(0, 99))
    parts = [
        pd.concat(some).sample(frac=1, random_state=seed)[columns]
        for start, end in pairwise([0, *cuts, len(by_run)])
        if (some := by_run[start:end])
    ]
    assert digest_in_parts([table[:0], *parts]) == store.digest(table)


def changes():
    table = runs()
    nudged, negative = table.copy(), table.copy()
    nudged.loc[7, "trust"] = np.nextafter(nudged.loc[7, "trust"], 2)
    yield "last bit", nudged
    negative.loc[7, "trust"] = 0.0
    yield "zero", negative
    yield "minus zero", negative.replace({"trust": {0.0: -0.0}})
    yield "name", table.rename(columns={"trust": "mistrust"})
    yield "two measures", table.rename(columns={"trust": "strain", "strain": "trust"})
    yield "fewer runs", table[table["point"] < 3]
    yield "fewer weeks", table[:-1]
    yield "point", table.assign(point=table["point"] + 1)
    yield "week", table.assign(week=table["week"] + 1)
    yield "two runs", table.assign(replicate=table["replicate"].max() - table["replicate"])
    yield "nothing", table[:0]


def test_the_digest_sees_every_change():
    digests = [store.digest(runs()), *(store.digest(changed) for _, changed in changes())]
    assert len(set(digests)) == len(digests)


def test_the_digest_takes_every_nan_and_every_type_of_whole_number_alike():
    table = runs()
    other_nan = table.copy()
    other_nan["strain"] = np.where(
        table["strain"].isna(), -np.float64("nan"), table["strain"].to_numpy()
    )
    assert store.digest(other_nan) == store.digest(table)
    assert store.digest(table.astype({"point": "int32", "week": "uint8"})) == store.digest(table)
    counts = table.assign(trust=1)
    assert store.digest(counts) == store.digest(counts.astype({"trust": float}))


def test_the_digest_is_what_its_documentation_says():
    table = runs(n_points=2, n_replicates=1, weeks=[3])
    digest = hashlib.sha256(b"output\0strain\0trust")
    for row in table.itertuples():
        rows = struct.pack("<qddd", row.week, row.output, row.strain, row.trust)
        digest.update(struct.pack("<qq", row.point, row.replicate))
        digest.update(hashlib.sha256(rows).digest()[:16])
    assert store.digest(table) == digest.hexdigest()[:16]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([runs(), runs()[-3:]], "point 3, replicate 2 has results twice"),
        ([runs(), runs().drop(columns="trust")], "different measures"),
        ([runs().drop(columns="week")], "no column week"),
        ([runs().assign(trust="high")], "column trust .* must hold numbers"),
        ([runs().assign(point=0.5)], "column point .* whole numbers"),
    ],
)
def test_what_is_no_results_has_no_digest(tables, message):
    with pytest.raises(StoreError, match=message):
        digest_in_parts(tables)
