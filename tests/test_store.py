import errno
from pathlib import Path

import pandas as pd
import pytest

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

    monkeypatch.setattr(Path, "write_text", full)
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


def test_the_digest_sees_the_last_bit():
    nudged = TABLE.copy()
    nudged.loc[0, "output"] = 0.25 + 2**-54
    assert store.digest(nudged) != store.digest(TABLE)
    assert store.digest(TABLE.copy()) == store.digest(TABLE)
    assert store.digest(TABLE.rename(columns={"output": "trust"})) != store.digest(TABLE)
    people = pd.DataFrame({"person": ["a", "b"]})
    assert store.digest(people) != store.digest(people[::-1])


def test_the_digest_does_not_depend_on_the_parts(tmp_path):
    people = pd.DataFrame({"person": ["a", "b", "c"], "trust": [0.1, 0.2, 0.3]})
    in_parts = store.Digest()
    for part in (people[:1], people[1:]):
        in_parts.update(part)
    assert str(in_parts) == store.digest(people)
    store.write_parts([people[:1], people[1:]], tmp_path / "people.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "people.parquet"), people)
