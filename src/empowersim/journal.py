"""A journal: a file to which lines are added, each with a checksum of its own.

A line is the CRC-32 of a JSON object in eight hexadecimal digits, a space, the object, and a line
end. What is added is on the disk when `append` returns. A line that was half written, or damaged
later, is never taken for a record.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from empowersim.errors import StoreError
from empowersim.store import cannot_write, is_endless, whole

type Record = Mapping[str, Any]


class Reading(NamedTuple):
    """What a journal holds.

    Attributes:
        records: of the lines that are whole, in order.
        damaged_lines: numbers, from 1, of the lines that are not.
        torn: the last line lacks its end: it was being written, or was when its writer died. It is
            in neither of the other two, and the next `append` cuts it off.
    """

    records: list[dict[str, Any]]
    damaged_lines: list[int]
    torn: bool

    @property
    def whole(self) -> bool:
        """Nothing is damaged or torn."""
        return not self.damaged_lines and not self.torn


def read(path: Path, fits: Callable[[Record], bool] = lambda _record: True) -> Reading:
    """Everything in the journal that is whole, and what is not.

    Args:
        path: where it is.
        fits: whether a record is one that its reader understands; others count as damaged.

    Raises:
        StoreError: the file cannot be read.
    """
    try:
        if is_endless(path):
            raise OSError("it is no file but a pipe or a device")
        *lines, tail = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror or error}") from error
    records, damaged = [], []
    for number, line in enumerate(lines, 1):
        record = _record(line)
        if record is None or not fits(record):
            damaged.append(number)
        else:
            records.append(record)
    return Reading(records, damaged, bool(tail))


def append(path: Path, *records: Record) -> None:
    """Add lines to a journal that is there, be it an empty file; all are on the disk at the end.

    A torn last line is cut off first, lest the next one be glued to it.

    Raises:
        StoreError: they cannot be written; none of them is there, as far as that can be told.
    """
    lines = b"".join(_line(record) for record in records)
    try:
        with path.open("r+b", buffering=0) as file:
            end = _end_of_lines(file)
            file.truncate(end)
            try:
                _write(file, end, lines)
            except BaseException:
                with suppress(OSError):
                    file.truncate(end)
                raise
    except OSError as error:
        raise cannot_write(path, error) from error


def rewrite(path: Path, records: Iterable[Record]) -> None:
    """Put a journal of these records in the place of the one that is there, in one step.

    Raises:
        StoreError: it cannot be written; the journal is as it was.
    """
    lines = b"".join(_line(record) for record in records)
    whole(path, lambda partial: partial.write_bytes(lines))


def _write(file: BinaryIO, end: int, lines: bytes) -> None:
    file.seek(end)
    rest = memoryview(lines)
    while rest:
        # A disk that is nearly full takes a part first, and says why only when it is asked again.
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())


def _end_of_lines(file: BinaryIO) -> int:
    """Where the last line end is behind, in bytes."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 4096)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _line(record: Record) -> bytes:
    # In ASCII, so that no text, not even half a surrogate pair, can break a line.
    text = json.dumps(dict(record), separators=(",", ":"), default=_plain).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _plain(value: object) -> object:
    """A number of numpy's as one of Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be kept in a journal")


def _record(line: bytes) -> dict[str, Any] | None:
    text = line[9:]
    if line[:9] != b"%08x " % zlib.crc32(text):
        return None
    with suppress(ValueError):
        record = json.loads(text)
        return record if isinstance(record, dict) else None
    return None
