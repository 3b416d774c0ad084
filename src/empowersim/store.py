"""Results on disk: a folder of Parquet tables, each written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from empowersim.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd


def check_free(path: str | os.PathLike[str]) -> Path:
    """A place where nothing is yet, or an empty folder: to be asked before a long computation.

    Raises:
        StoreError: something is there already.
    """
    place = Path(path)
    try:
        taken = place.exists() and not (place.is_dir() and not any(place.iterdir()))
    except (OSError, ValueError) as error:
        raise _cannot_write(place, error) from error
    if taken:
        raise StoreError(f"{place} exists already, and nothing is overwritten; choose another")
    return place


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
        raise _cannot_write(place, error) from error
    try:
        yield staging
        staging.chmod(0o755)
        staging.replace(place)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise _cannot_write(place, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _cannot_write(place: Path, error: OSError | ValueError) -> StoreError:
    reason = getattr(error, "strerror", None) or error
    return StoreError(f"cannot write {place}: {reason}; make room or choose another")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    write_parts([table], path)


def write_parts(parts: Iterable[pd.DataFrame], path: Path) -> None:
    """Write a table of many parts as one Parquet file, holding one part at a time.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def write(partial: Path) -> None:
        with ExitStack() as open_files:
            writer = None
            for part in parts:
                table = pa.Table.from_pandas(part, preserve_index=False)
                if writer is None:
                    writer = open_files.enter_context(pq.ParquetWriter(partial, table.schema))
                writer.write_table(table)

    whole(path, write)


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name, then give it its own: readers never see half of it.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        write(partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error
    finally:
        # Gone if all went well; what an error or an interruption left, otherwise.
        with suppress(OSError, ValueError):
            partial.unlink(missing_ok=True)


class Digest:
    """A hash of every bit of a table's columns, to tell two results apart or the same.

    It does not depend on the parts in which the table's rows come.
    """

    def __init__(self) -> None:
        self._columns: dict[str, hashlib._Hash] = {}

    def update(self, part: pd.DataFrame) -> None:
        """Take in the next rows."""
        for name in part.columns:
            column = part[name]
            text = column.dtype.kind not in "iufb"
            values = "\0".join([*column.astype(str), ""]).encode() if text else column.to_numpy()
            self._columns.setdefault(name, hashlib.sha256()).update(
                values if isinstance(values, bytes) else values.tobytes()
            )

    def __str__(self) -> str:
        columns = [f"{name} {found.hexdigest()}" for name, found in self._columns.items()]
        return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16]


def digest(table: pd.DataFrame) -> str:
    """The digest of a whole table."""
    found = Digest()
    found.update(table)
    return str(found)
