"""The results of an experiment in a folder: what is committed survives a kill and a full disk.

A part is committed in six steps: written under another name, flushed, hashed, renamed, its folder
flushed; then the failures of its runs and, last, a line in the journal. Whatever is in the folder
without that line does not count: `repair` removes it, and its runs are done again. Every method
that reads results checks them against the journal first, so they are right or an error.

    folder = ResultsFolder.open(path)
    with folder.locked():
        folder.repair()
        for block in blocks_not_in(folder.receipts()):
            folder.commit(write_part(folder.path, block, spec_hash, *results_of(block)))
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from empowersim import ledger, org_chart, store
from empowersim.declaration import shown
from empowersim.errors import FolderLocked, StoreError
from empowersim.ledger import FAILURES, JOURNAL, PARTS, Failure, Receipt

if TYPE_CHECKING:
    import pandas as pd
    import xarray
    from numpy.typing import NDArray

EXPERIMENT, DESIGN, PROVENANCE = "experiment.toml", "design.parquet", "provenance.json"
CHARTS = "org_charts"
LOCK, OWNER = "lock", "lock.owner"
FORMAT = 1
"""Of the folder; one more whenever a version that knows the last one alone would misread it."""
REDO = "run the sweep again, which does its runs again"


class Repaired(NamedTuple):
    """What a repair found: how many blocks are whole, and which must be done again."""

    reused: int
    redone: tuple[str, ...]


def write_part(
    folder: Path,
    block: str,
    spec_hash: str,
    table: pd.DataFrame,
    failures: Sequence[Failure] = (),
) -> Receipt:
    """Write the results of a block's runs; they count when the receipt is committed.

    Threads and processes may do this at once, and for the same block.

    Args:
        folder: the results folder.
        block: sorts as a text where its part belongs.
        spec_hash: of the experiment; kept in the part.
        table: `point`, `replicate`, `week` and the measures; without rows if all runs failed.
        failures: the runs of the block that have no rows.

    Raises:
        StoreError: it cannot be written, or the table is none of results; nothing is left behind.
    """
    data = _parquet(store.columns_of(table), {_BLOCK: block, _SPEC_HASH: spec_hash})
    file = f"{PARTS}/part-{block}.parquet"
    store.whole(folder / file, lambda partial: partial.write_bytes(data))
    # The hash is of what was meant, not of what a faulty disk reads back.
    sha256 = hashlib.sha256(data).hexdigest()
    return Receipt(block, file, len(table), len(data), sha256, tuple(map(dict, failures)))


class ResultsFolder:
    """A folder that holds an experiment, how it is run, and its results so far.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        """Of a folder that is known to be one; others are for `open`."""
        self.path = path
        self._held = False

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        experiment_toml: str,
        design: pd.DataFrame,
        provenance: Mapping[str, Any],
        org_charts: Mapping[str, org_chart.Chart],
        sources: Mapping[str, str] = MappingProxyType({}),
    ) -> ResultsFolder:
        """Make a folder without results yet: whole, or not at all.

        Args:
            path: where nothing is, or an empty folder.
            experiment_toml: the experiment, as run.
            design: a row a point.
            provenance: how the results are made, as JSON takes it; `spec_hash` is that of every
                part. The hashes of the files are added.
            org_charts: by the name of the file that they get.
            sources: texts of code that a researcher added, by path in the folder.

        Raises:
            StoreError: something is there already, or it cannot be written.
            OrgChartError: a chart that cannot be saved.
        """
        with store.new_folder(path) as folder:
            (folder / PARTS).mkdir()
            (folder / CHARTS).mkdir()
            store.write_text(experiment_toml, folder / EXPERIMENT)
            store.write_table(design, folder / DESIGN)
            for name, chart in org_charts.items():
                org_chart.save(chart, folder / CHARTS / f"{name}.csv")
            for name, text in sources.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                store.write_text(text, folder / name)
            ledger.begin(folder)
            files = [EXPERIMENT, DESIGN, *(f"{CHARTS}/{name}.csv" for name in org_charts), *sources]
            hashes = {file: _sha256((folder / file).read_bytes()) for file in files}
            text = _sealed({"format": FORMAT, **provenance, "files": hashes})
            store.write_text(text, folder / PROVENANCE)
        return cls(Path(path))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ResultsFolder:
        """A folder that `create` made.

        Raises:
            StoreError: it is none, or something of it is missing.
        """
        place = Path(path)
        if not place.is_dir():
            raise StoreError(f"{place} is no folder; name one that a sweep has made")
        for name in (EXPERIMENT, DESIGN, PROVENANCE, JOURNAL, FAILURES, PARTS):
            if not (place / name).exists():
                raise StoreError(
                    f"{place} is no results folder, or no longer whole: {name} is missing; name one"
                    " that a sweep has made"
                )
        return cls(place)

    # --- Writing ------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing here; it ends with the process, however that ends.

        Raises:
            FolderLocked: another one is writing.
            StoreError: the disk has no locks, or none can be taken.
        """
        from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

        # Where the disk has no locks, this turns into a SoftFileLock: a mere file, which would
        # outlive its owner.
        lock: BaseFileLock = FileLock(self.path / LOCK, thread_local=False)
        try:
            with warnings.catch_warnings(action="ignore"):
                lock.acquire(blocking=False)
        except Timeout:
            if isinstance(lock, SoftFileLock):
                raise self._no_lock(_NO_LOCKS) from None
            raise FolderLocked(
                f"{self.path} is being written by {self._owner()}; wait until that has ended, or"
                " choose another folder"
            ) from None
        except (OSError, NotImplementedError) as error:
            raise self._no_lock(str(getattr(error, "strerror", None) or error)) from error
        try:
            if isinstance(lock, SoftFileLock):
                raise self._no_lock(_NO_LOCKS)
            self._held = True
            owner = f"process {os.getpid()} on {socket.gethostname()}"
            with suppress(OSError):
                (self.path / OWNER).write_text(owner, encoding="utf-8")
            yield
        finally:
            self._held = False
            with suppress(OSError):
                (self.path / OWNER).unlink()
            lock.release()

    def _owner(self) -> str:
        """Who holds the lock, as far as it has said so."""
        try:
            return (self.path / OWNER).read_text(encoding="utf-8") or "another process"
        except (OSError, ValueError):
            return "another process"

    def _no_lock(self, reason: str) -> StoreError:
        return StoreError(
            f"cannot lock {self.path}: {reason}; choose a folder on a disk of this machine"
        )

    def _must_be_locked(self) -> None:
        if not self._held:
            raise RuntimeError("a results folder is written inside `with folder.locked()` only")

    def replace_experiment(self, experiment_toml: str) -> None:
        """Hold the same experiment with more replicates; to be called inside `locked`.

        Raises:
            StoreError: it cannot be written.
        """
        self._must_be_locked()
        made = self.provenance()
        before, after = made["files"][EXPERIMENT], _sha256(experiment_toml.encode())
        # Whenever this is cut short, the file is one of the two that the provenance knows.
        known = made | {"files": made["files"] | {EXPERIMENT: after}}
        store.write_text(_sealed(known | {"before": before}), self.path / PROVENANCE)
        store.write_text(experiment_toml, self.path / EXPERIMENT)
        store.write_text(_sealed(known), self.path / PROVENANCE)

    def experiment_toml(self) -> str:
        """The experiment, as it was written.

        Raises:
            StoreError: it cannot be read, is damaged, or was changed by hand.
        """
        made, data = self.provenance(), self._read(EXPERIMENT)
        if _sha256(data) not in (made["files"][EXPERIMENT], made.get("before")):
            raise self._damaged(EXPERIMENT)
        return data.decode()

    def commit(self, receipt: Receipt) -> None:
        """Make a part count, in the place of any other of the same block.

        To be called by one thread at a time, inside `locked`.

        Raises:
            StoreError: it cannot be written; the part does not count.
        """
        self._must_be_locked()
        ledger.add(self.path, receipt)

    def repair(self) -> Repaired:
        """Remove what was left half done, and all that is damaged; to be called inside `locked`.

        What remains is whole, and what it lacks is to be done again.

        Raises:
            StoreError: a file cannot be read, removed or written.
        """
        self._must_be_locked()
        for folder in (self.path, self.path / PARTS):
            for unfinished in folder.glob(store.UNFINISHED):
                self._remove(unfinished)
        found = ledger.read(self.path)
        kept = {
            block: receipt
            for block, receipt in found.receipts.items()
            if block not in found.incomplete and self._is_whole(receipt)
        }
        ledger.rewrite(self.path, found, kept.values())
        redone = set(found.receipts) - set(kept)
        for stray in self._strays({receipt.file for receipt in kept.values()}):
            redone.add(stray.stem.removeprefix("part-"))
            self._remove(stray)
        return Repaired(len(kept), tuple(sorted(redone)))

    def _remove(self, file: Path) -> None:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(f"cannot remove {file}: {reason}; remove it yourself") from error

    def _strays(self, committed: set[str]) -> list[Path]:
        """The parts that are not among those committed."""
        return sorted(
            file
            for file in (self.path / PARTS).glob("part-*.parquet")
            if f"{PARTS}/{file.name}" not in committed
        )

    # --- The journal --------------------------------------------------------------------------

    def receipts(self) -> Mapping[str, Receipt]:
        """The parts that count, by block, in order.

        Raises:
            StoreError: the journal cannot be read.
        """
        return ledger.read(self.path).receipts

    def failures(self) -> list[Failure]:
        """The runs that failed and have no results yet, by point and replicate.

        Raises:
            StoreError: the journal, or a part, is damaged.
        """
        found = self._checked_ledger()
        if found.incomplete:
            raise StoreError(f"{self.path / FAILURES}: failures are missing; {REDO}")
        failed = {
            (failure["point"], failure["replicate"]): failure
            for receipt in found.receipts.values()
            for failure in receipt.failures
        }
        if failed:
            for receipt in found.receipts.values():
                done = self._part(receipt, columns=["point", "replicate"])
                for run in zip(done["point"].tolist(), done["replicate"].tolist(), strict=True):
                    failed.pop(run, None)
        return [failed[run] for run in sorted(failed)]

    def _checked_ledger(self) -> ledger.Ledger:
        """The ledger, where no damaged line may hide a part that should count."""
        found = ledger.read(self.path)
        for line in found.commits.damaged_lines:
            raise StoreError(f"{self.path / JOURNAL}: line {line} is damaged; {REDO}")
        return found

    # --- Reading ------------------------------------------------------------------------------

    def provenance(self) -> dict[str, Any]:
        """How the results are made, and the hashes of the `files` that say so.

        Raises:
            StoreError: it cannot be read, is damaged, or is of a later format than this version's.
        """
        text = self._read(PROVENANCE)
        with suppress(ValueError, AttributeError):
            made: dict[str, Any] = json.loads(text)
            made.pop("sha256", None)
            if _sealed(made).encode() == text:
                self._check_format(made)
                if _names_files(made.get("files")):
                    return made
        raise self._damaged(PROVENANCE)

    def _check_format(self, made: Mapping[str, Any]) -> None:
        """Refuse what only a later version can read; the first folders did not say their format."""
        found = made.get("format", 1)
        if found not in range(1, FORMAT + 1):
            raise StoreError(
                f"{self.path} has format {shown(found, str)}, of EmpowerSim"
                f" {shown(made.get('empowersim'), str)}; this version reads formats up to"
                f" {FORMAT}: open it with that version, or a later one"
            )

    def design(self) -> pd.DataFrame:
        """A row a point: its number, and what varies.

        Raises:
            StoreError: it cannot be read, or is damaged.
        """
        return self._table(DESIGN, self._known(DESIGN, self.provenance()["files"][DESIGN]))

    def parts(self, blocks: Collection[str] | None = None) -> Iterator[pd.DataFrame]:
        """The parts that count, in order of block, one in memory at a time.

        Args:
            blocks: the parts of these alone.

        Raises:
            StoreError: one of them, or the journal, is damaged.
        """
        columns: list[str] | None = None
        for receipt in self._checked_ledger().receipts.values():
            if blocks is not None and receipt.block not in blocks:
                continue
            part = self._part(receipt)
            if columns not in (None, list(part.columns)):
                raise StoreError(f"{self.path / receipt.file} has other columns than the others")
            columns = list(part.columns)
            yield part

    def results(self) -> pd.DataFrame:
        """All of them, in memory: `point`, `replicate`, `week`, a column a measure; sorted so.

        Raises:
            StoreError: there are none, or a part or the journal is damaged.
        """
        import pandas as pd

        parts = list(self.parts())
        if not parts:
            raise StoreError(f"{self.path} holds no results yet; run the sweep")
        full = [part for part in parts if len(part)] or parts[:1]
        return pd.concat(full).sort_values(list(store.KEYS), kind="stable", ignore_index=True)

    def digest(self) -> str:
        """The digest of all runs, whatever their blocks and order; 32 bytes of memory a run.

        Raises:
            StoreError: a run is there twice, or a part or the journal is damaged.
        """
        found = store.Digest()
        for part in self.parts():
            found.update(part)
        return str(found)

    def to_xarray(self) -> xarray.Dataset:
        """The measures over point, replicate and, if there is more than one a run, week.

        NaN where a run has no results. The design's columns are coordinates of the points.

        Raises:
            StoreError: xarray is not installed; or as `results`.
        """
        try:
            import xarray
        except ImportError:
            raise StoreError("xarray is not installed; pip install xarray") from None
        results = self.results()
        one_week = not results.duplicated(["point", "replicate"]).any()
        over = ["point", "replicate"] if one_week else list(store.KEYS)
        cube = xarray.Dataset.from_dataframe(results.set_index(over))
        design = self.design().set_index("point").loc[cube["point"].to_numpy()]
        return cube.assign_coords(
            {
                str(name): ("point", values.to_numpy())
                for name, values in design.items()
                if name not in cube.variables
            }
        )

    def verify(self) -> list[str]:
        """Everything that is wrong in the folder, a line each; none if it is whole."""
        return [*self._wrong_files(), *self._wrong_journals(), *self._wrong_parts()]

    def _wrong_files(self) -> Iterator[str]:
        try:
            hashes = self.provenance()["files"]
        except StoreError as error:
            yield str(error)
            return
        for file, sha256 in hashes.items():
            try:
                data = self._known(file, sha256)
                if file == DESIGN:
                    self._table(file, data)
            except StoreError as error:
                yield str(error)

    def _wrong_journals(self) -> Iterator[str]:
        for name in (JOURNAL, FAILURES):
            try:
                reading = ledger.read_journal(self.path / name)
            except StoreError as error:
                yield str(error)
                continue
            for line in reading.damaged_lines:
                yield f"{self.path / name}: line {line} is damaged; {REDO}"
            if reading.torn:
                yield f"{self.path / name}: the last line is incomplete; {REDO}"

    def _wrong_parts(self) -> Iterator[str]:
        try:
            known = ledger.read(self.path)
        except StoreError:
            return  # said of the journals
        spec_hash = None
        with suppress(StoreError):
            spec_hash = self.provenance().get("spec_hash")
        found = store.Digest()
        for receipt in known.receipts.values():
            if receipt.block in known.incomplete:
                yield f"{self.path / FAILURES}: block {receipt.block} lacks failures; {REDO}"
            try:
                part = self._part(receipt, spec_hash=spec_hash)
            except StoreError as error:
                yield str(error)
                continue
            try:
                found.update(part)
            except StoreError as error:
                yield f"{self.path / receipt.file}: {error}"
        try:
            str(found)
        except StoreError as error:
            yield f"{self.path}: {error}"
        for stray in self._strays({receipt.file for receipt in known.receipts.values()}):
            yield f"{stray} is not in the journal and does not count; {REDO}"

    # --- Files --------------------------------------------------------------------------------

    def _part(
        self,
        receipt: Receipt,
        columns: Sequence[str] | None = None,
        spec_hash: str | None = None,
    ) -> pd.DataFrame:
        """A part, held against its receipt and, where it is given, the experiment's hash."""
        data = self._known(receipt.file, receipt.sha256)
        part = self._table(receipt.file, data, columns)
        if part.attrs[_BLOCK] != receipt.block or len(part) != receipt.rows:
            raise self._damaged(receipt.file)
        if spec_hash is not None and part.attrs[_SPEC_HASH] != spec_hash:
            raise StoreError(f"{self.path / receipt.file} is of another experiment; {REDO}")
        part.attrs.clear()
        return part

    def _is_whole(self, receipt: Receipt) -> bool:
        # A part that cannot be read just now may be whole: that is an error, not a reason to redo.
        there = (self.path / receipt.file).exists()
        return there and _sha256(self._read(receipt.file)) == receipt.sha256

    def _known(self, file: str, sha256: str) -> bytes:
        """What a file holds, if it is what it was when it was written."""
        data = self._read(file)
        if _sha256(data) != sha256:
            raise self._damaged(file)
        return data

    def _read(self, file: str) -> bytes:
        place = self.path / file
        try:
            if store.is_endless(place):
                raise OSError("it is no file but a pipe or a device")
            return place.read_bytes()
        except OSError as error:
            raise StoreError(f"cannot read {place}: {error.strerror or error}; {REDO}") from error

    def _damaged(self, file: str) -> StoreError:
        remedy = REDO if file.startswith(PARTS) else "take it from a copy, or sweep anew elsewhere"
        return StoreError(f"{self.path / file} is damaged, or was changed; {remedy}")

    def _table(self, file: str, data: bytes, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A Parquet file's table, with what its footer says in `attrs`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as parquet:
                table = parquet.read(columns)
                found: pd.DataFrame = table.to_pandas()
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise self._damaged(file) from error
        footer = table.schema.metadata or {}
        found.attrs = {
            name: footer.get(name.encode(), b"").decode(errors="replace")
            for name in (_BLOCK, _SPEC_HASH)
        }
        return found


_NO_LOCKS = "its disk has no locks"
_BLOCK, _SPEC_HASH = "empowersim.block", "empowersim.spec_hash"


def _names_files(files: object) -> bool:
    """Whether these are hashes of files in the folder, the two that it needs among them."""
    return (
        isinstance(files, dict)
        and {EXPERIMENT, DESIGN} <= set(files)
        and all(isinstance(each, str) for each in files.values())
        and all(map(ledger.is_inside, files))
    )


def _parquet(columns: Mapping[str, NDArray[Any]], footer: Mapping[str, str]) -> bytes:
    """A table as a Parquet file, NaN as null; the same bytes for the same table and footer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Arrow's own pool would keep tens of megabytes for the next part, in each thread.
    pool = pa.system_memory_pool()
    arrays = {
        name: pa.array(values, from_pandas=True, memory_pool=pool)
        for name, values in columns.items()
    }
    buffer = pa.BufferOutputStream(pool)
    pq.write_table(
        pa.table(arrays, metadata=dict(footer)),
        buffer,
        write_page_checksum=True,
        use_dictionary=list(store.KEYS),
        memory_pool=pool,
    )
    data: bytes = buffer.getvalue().to_pybytes()
    return data


def _sealed(made: Mapping[str, Any]) -> str:
    """A mapping as JSON, with the hash of all the rest at its end."""
    text = json.dumps(made, indent=2, ensure_ascii=False, default=str)
    sealed = {**json.loads(text), "sha256": _sha256(text.encode())}
    return json.dumps(sealed, indent=2, ensure_ascii=False) + "\n"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
