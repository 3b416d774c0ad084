"""Files on disk, each written whole or not at all; and the digest of results.

What is written is there after a loss of power, too: files and the folders that name them are
flushed to the disk before anybody is told that they exist.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empowersim.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("point", "replicate", "week")
"""The columns that say what a row of results is of; all others are measures."""

UNFINISHED = ".*.partial"
"""The names that files have while they are written."""


def check_free(path: str | os.PathLike[str]) -> Path:
    """A place where nothing is yet, or an empty folder: to be asked before a long computation.

    Raises:
        StoreError: something is there already.
    """
    place = Path(path)
    try:
        taken = place.exists() and not (place.is_dir() and not any(place.iterdir()))
    except (OSError, ValueError) as error:
        raise cannot_write(place, error) from error
    if taken:
        raise StoreError(f"{place} exists already, and nothing is overwritten; choose another")
    return place


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is there; False for what cannot be the name of one, too."""
    with suppress(OSError, ValueError):
        return Path(path).is_file()
    return False


def is_endless(path: str | os.PathLike[str]) -> bool:
    """Whether what is there is neither file nor folder: to read a pipe or a device may not end."""
    place = Path(path)
    with suppress(OSError, ValueError):
        return place.exists() and not place.is_file() and not place.is_dir()
    return False


@contextmanager
def new_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to fill, which gets its name when it is full: others see all of it or nothing.

    Raises:
        StoreError: something is there already, or it cannot be written; nothing is left behind.
    """
    place = check_free(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except (OSError, ValueError) as error:
        raise cannot_write(place, error) from error
    try:
        yield staging
        staging.chmod(0o755)
        flush_folder(staging)
        staging.replace(place)
        flush_folder(place.parent)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise cannot_write(place, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def cannot_write(place: Path, error: OSError | ValueError) -> StoreError:
    """What to tell people when writing failed."""
    reason = getattr(error, "strerror", None) or error
    return StoreError(f"cannot write {place}: {reason}; make room or choose another")


def flush_folder(folder: Path) -> None:
    """Make the names in a folder last, where the system can do that for a folder at all."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network disks refuse to flush folders, and have no other way.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    whole(path, lambda partial: pq.write_table(arrow, partial, write_page_checksum=True))


def release_unused() -> None:
    """Give memory back that Arrow keeps for tables to come, such as 20 MB after a large design."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8, its line ends as they are.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    whole(path, lambda partial: partial.write_bytes(text.encode()))


def whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name, then give it its own: readers never see half of it.

    The other name is nobody else's, so that several may write the same file: the last one stays.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        write(partial)
        with partial.open("r+b") as written:
            os.fsync(written.fileno())
        partial.replace(path)
        flush_folder(path.parent)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from error
    finally:
        # Gone if all went well; what an error or an interruption left, otherwise.
        with suppress(OSError, ValueError):
            partial.unlink(missing_ok=True)


# --- Results ----------------------------------------------------------------------------------


def columns_of(table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """A table of results as it is kept: KEYS first, as int64, then the measures, as float64.

    Raises:
        StoreError: a key is missing or not whole, or a measure is no number.
    """
    missing = [name for name in KEYS if name not in table.columns]
    if missing:
        raise StoreError(
            f"a table of results has no column {missing[0]}; it needs {', '.join(KEYS)}, even empty"
        )
    measures = [str(name) for name in table.columns if name not in KEYS]
    return {name: _numbers(table[name], name) for name in (*KEYS, *measures)}


def _numbers(column: pd.Series[Any], name: str) -> NDArray[Any]:
    kinds, kept = ("iu", np.int64) if name in KEYS else ("iufb", np.float64)
    if len(column) and column.dtype.kind not in kinds:
        needed = "whole numbers" if name in KEYS else "numbers"
        raise StoreError(f"column {name} of the results is {column.dtype}; it must hold {needed}")
    return column.to_numpy(kept)


_RUN = np.dtype([("point", "<i8"), ("replicate", "<i8"), ("hash", "V16")])


class Digest:
    """A hash of every bit of every run's results, to tell two sets of runs apart or the same.

    Runs may come in any order and in any parts, the rows of a run together. A run is hashed by its
    rows in order of week, each the int64 of its week and the float64 of its measures in order of
    name, little-endian, every NaN alike; the digest is the hash of the measures' names and of the
    runs' numbers and hashes, by point and replicate. It keeps 32 bytes a run.
    """

    def __init__(self) -> None:
        self._measures: list[str] | None = None
        self._runs = bytearray()

    def update(self, part: pd.DataFrame) -> None:
        """Take in the next runs.

        Raises:
            StoreError: it is no table of results, or has other measures than those before.
        """
        columns = columns_of(part)
        if not len(part):
            return
        measures = sorted(set(columns) - set(KEYS))
        if self._measures not in (None, measures):
            raise StoreError("two parts have different measures; they are of different experiments")
        self._measures = measures
        # A stable sort, so that rows which share a week (one a level) stay in their order.
        order = np.lexsort([columns[name] for name in reversed(KEYS)])
        points, replicates = columns["point"][order], columns["replicate"][order]
        changes = (np.diff(points) != 0) | (np.diff(replicates) != 0)
        first_rows = np.concatenate([[0], np.flatnonzero(changes) + 1])
        runs = np.empty(len(first_rows), _RUN)
        runs["point"], runs["replicate"] = points[first_rows], replicates[first_rows]
        runs["hash"] = _hashes(_bits(columns, measures)[order], first_rows)
        self._runs += runs.tobytes()

    def __str__(self) -> str:
        """The digest of the runs so far.

        Raises:
            StoreError: a run came twice.
        """
        runs = np.frombuffer(self._runs, _RUN)
        order = np.lexsort([runs["replicate"], runs["point"]])
        points, replicates = runs["point"][order], runs["replicate"][order]
        twice = np.flatnonzero((np.diff(points) == 0) & (np.diff(replicates) == 0))
        if len(twice):
            which = f"point {points[twice[0]]}, replicate {replicates[twice[0]]}"
            raise StoreError(f"{which} has results twice; keep one of the two")
        found = hashlib.sha256("\0".join(self._measures or []).encode())
        for first in range(0, len(order), 65536):
            found.update(runs[order[first : first + 65536]].tobytes())
        return found.hexdigest()[:16]


def _bits(columns: Mapping[str, NDArray[Any]], measures: Iterable[str]) -> NDArray[np.int64]:
    """The weeks and measures of all rows, (n_rows, 1 + n_measures)."""
    bits = [columns["week"]]
    for name in measures:
        values = columns[name]
        bits.append(np.where(np.isnan(values), np.nan, values).view(np.int64))
    return np.stack(bits, axis=1).astype("<i8", copy=False)


def _hashes(bits: NDArray[np.int64], first_rows: NDArray[np.intp]) -> NDArray[np.void]:
    """The hashes of runs, which begin at these rows."""
    rows = memoryview(bits.reshape(-1)).cast("B")
    starts = (first_rows * bits.strides[0]).tolist()
    found = b"".join(
        hashlib.sha256(rows[start:end]).digest()[:16]
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)
    )
    return np.frombuffer(found, "V16")


def digest(table: pd.DataFrame) -> str:
    """The digest of a whole table of results."""
    found = Digest()
    found.update(table)
    return str(found)
