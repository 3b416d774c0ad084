"""Results on disk: a folder of Parquet tables, each written whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from empowersim.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd


def new_folder(path: str | os.PathLike[str]) -> Path:
    """An empty folder to write results to, made if it does not exist.

    Raises:
        StoreError: something is there already, or it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}; choose another") from error
    if taken:
        raise StoreError(f"{folder} is not empty, and nothing is ever overwritten; choose another")
    return folder


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet.

    Raises:
        StoreError: it cannot be written; nothing is left behind.
    """
    whole(path, lambda partial: table.to_parquet(partial, index=False))


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
    partial = path.with_name(f".{path.name}.partial")
    try:
        write(partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        reason = error.strerror or error
        raise StoreError(f"cannot write {path}: {reason}; make room or choose another") from error


def digest(table: pd.DataFrame) -> str:
    """A hash of every bit of a table's numbers, to tell two results apart or the same."""
    found = hashlib.sha256()
    for name in table.columns:
        found.update(f"{name}\n".encode())
        column = table[name]
        values = column.astype(str).to_list() if column.dtype == object else column.to_numpy()
        found.update(repr(values).encode() if isinstance(values, list) else values.tobytes())
    return found.hexdigest()[:16]
