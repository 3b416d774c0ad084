import errno
import json
import os
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim import journal
from empowersim.errors import StoreError

RECORDS = [
    {"block": "0-00000", "rows": 64, "file": "parts/part-0-00000.parquet"},
    {"block": "0-00001", "text": 'a "quoted"\nline, an é and half a pair \ud800'},
    {},
    {"block": "0-00002", "share": 0.1, "nothing": None, "inner": [{"a": 1}]},
]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.touch()
    return path


@pytest.fixture
def full(path):
    journal.append(path, *RECORDS)
    return path


def test_a_record_that_its_reader_does_not_understand_counts_as_damaged(path):
    journal.append(path, {"a": 1}, {"b": 2})
    found = journal.read(path, lambda record: "a" in record)
    assert (found.records, found.damaged_lines) == ([{"a": 1}], [2])


def test_a_pipe_is_no_journal(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="pipe: it is no file but a pipe or a device"):
        journal.read(tmp_path / "pipe")


def test_records_come_back_in_order(path):
    assert journal.read(path) == journal.Reading([], [], torn=False)
    for record in RECORDS:
        journal.append(path, record)
    assert journal.read(path) == journal.Reading(RECORDS, [], torn=False)
    assert journal.read(path).whole


def test_a_line_is_a_checksum_and_json(full):
    for line, record in zip(full.read_text("ascii").splitlines(), RECORDS, strict=True):
        crc, _, text = line.partition(" ")
        assert json.loads(text) == record
        assert int(crc, 16) == zlib.crc32(text.encode())


def test_numbers_of_numpy_are_numbers_and_other_things_are_refused(path):
    journal.append(path, {"point": np.int64(3), "share": np.float64(0.5)})
    assert journal.read(path).records == [{"point": 3, "share": 0.5}]
    with pytest.raises(TypeError, match="cannot be kept"):
        journal.append(path, {"point": object()})
    assert len(journal.read(path).records) == 1


def test_cut_at_every_byte_it_has_the_lines_before_and_goes_on(full):
    data = full.read_bytes()
    for end in range(len(data) + 1):
        full.write_bytes(data[:end])
        n_whole = data[:end].count(b"\n")
        torn = end > 0 and data[end - 1 : end] != b"\n"
        assert journal.read(full) == journal.Reading(RECORDS[:n_whole], [], torn)
        journal.append(full, {"next": end})
        assert journal.read(full) == ([*RECORDS[:n_whole], {"next": end}], [], False)


def test_every_flipped_bit_costs_its_line_and_no_other_is_made_up(full):
    data = full.read_bytes()
    for position in range(len(data)):
        line = data[:position].count(b"\n")
        for bit in range(8):
            damaged = bytearray(data)
            damaged[position] ^= 1 << bit
            full.write_bytes(damaged)
            found = journal.read(full)
            assert not found.whole
            # A line end that is lost costs the next line, too.
            lost = 1 + (data[position : position + 1] == b"\n")
            assert found.records == RECORDS[:line] + RECORDS[line + lost :]
            if not found.torn:
                assert line + 1 in found.damaged_lines


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=20),
    st.floats(0, 1),
)
def test_no_damage_makes_up_a_record(tmp_path_factory, damage, cut):
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    journal.rewrite(path, RECORDS)
    data = bytearray(path.read_bytes())
    for where, value in damage:
        data[int(where * (len(data) - 1))] = value
    path.write_bytes(data[: int(cut * len(data))])
    assert all(record in RECORDS for record in journal.read(path).records)
    journal.append(path, {"next": 1})
    assert journal.read(path).records[-1] == {"next": 1}
    assert not journal.read(path).torn


@given(st.binary(max_size=300))
def test_anything_at_all_can_be_read(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    path.write_bytes(data)
    assert journal.read(path).records == []


def test_text_with_a_right_checksum_that_is_no_record_is_damage(path):
    path.write_bytes(b"".join(b"%08x %s\n" % (zlib.crc32(t), t) for t in (b"[1]", b"{", b"")))
    assert journal.read(path) == journal.Reading([], [1, 2, 3], torn=False)


def test_a_long_torn_tail_is_cut(full):
    whole = full.read_bytes()
    full.write_bytes(whole + b"\0" * 100_000)
    assert journal.read(full) == journal.Reading(RECORDS, [], torn=True)
    journal.append(full, {})
    assert journal.read(full).records == [*RECORDS, {}]
    assert full.read_bytes().startswith(whole)


def fail(number):
    def failing(*_args):
        raise OSError(number, os.strerror(number))

    return failing


def test_what_could_not_be_flushed_is_not_there(full, monkeypatch):
    before = full.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail(errno.ENOSPC))
        with pytest.raises(StoreError, match="No space left on device"):
            journal.append(full, {"next": 1}, {"next": 2})
        with pytest.raises(StoreError, match="No space left on device"):
            journal.rewrite(full, [])
    assert full.read_bytes() == before
    assert list(full.parent.iterdir()) == [full]


def test_a_journal_that_is_not_there_is_an_error_in_one_line(tmp_path):
    for use in (journal.read, lambda path: journal.append(path, {})):
        with pytest.raises(StoreError, match=r"gone\.jsonl: No such file") as raised:
            use(tmp_path / "gone.jsonl")
        assert "\n" not in str(raised.value)


def test_a_journal_is_rewritten_in_one_step(full):
    journal.rewrite(full, RECORDS[1:])
    assert journal.read(full).records == RECORDS[1:]
