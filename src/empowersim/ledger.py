"""What the two journals of a results folder say together: which parts count, and which runs failed.

A line of the journal makes a part count; the runs that the part lacks have a line each in the
failures, which are written first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from empowersim import journal

type Failure = Mapping[str, Any]
"""A run that failed: its `point` and `replicate`, and what else is known of it."""

JOURNAL, FAILURES, PARTS = "journal.jsonl", "failures.jsonl", "parts"
MOST_LETTERS = 300
"""Of the name of a file in the folder, with its own folder: no disk takes longer names."""


class Receipt(NamedTuple):
    """What is known of a part that was written.

    Attributes:
        block: of which it holds the runs.
        file: its path in the results folder.
        rows: how many.
        size: in bytes.
        sha256: of the whole file, hexadecimal.
        failures: the block's runs that have no rows.
    """

    block: str
    file: str
    rows: int
    size: int
    sha256: str
    failures: tuple[Failure, ...]


class Ledger(NamedTuple):
    """What the journal and the failures say together.

    Attributes:
        receipts: by block, in order.
        incomplete: the blocks that had more failures than can be read.
        commits, failures: what could be read, and what not.
    """

    receipts: dict[str, Receipt]
    incomplete: set[str]
    commits: journal.Reading
    failures: journal.Reading


def begin(folder: Path) -> None:
    """Make both, without a line.

    Raises:
        StoreError: they cannot be written.
    """
    for name in (JOURNAL, FAILURES):
        journal.rewrite(folder / name, [])


def add(folder: Path, receipt: Receipt) -> None:
    """Make a part count, in the place of any other of the same block.

    Raises:
        StoreError: it cannot be written; the part does not count.
    """
    if receipt.failures:
        journal.append(folder / FAILURES, *_failure_records(receipt))
    journal.append(folder / JOURNAL, _record(receipt))


def read(folder: Path) -> Ledger:
    """What can be read of both, damage included.

    Raises:
        StoreError: one of the two cannot be read.
    """
    commits, failures = read_journal(folder / JOURNAL), read_journal(folder / FAILURES)
    by_part: dict[tuple[str, str], dict[tuple[int, int], Failure]] = {}
    for record in failures.records:
        part, failure = record.pop("part"), record
        # A commit that was cut short and done again has left its failures twice.
        of_part = by_part.setdefault((part["block"], part["sha256"]), {})
        of_part[failure["point"], failure["replicate"]] = failure
    receipts, failed = {}, {}
    for record in commits.records:
        block, sha256, failed[block] = record["block"], record["sha256"], record["failures"]
        own = tuple(by_part.get((block, sha256), {}).values())
        receipts[block] = Receipt(
            block, record["file"], record["rows"], record["size"], sha256, own
        )
    return Ledger(
        {block: receipts[block] for block in sorted(receipts)},
        {block for block, each in receipts.items() if len(each.failures) != failed[block]},
        commits,
        failures,
    )


def read_journal(path: Path) -> journal.Reading:
    """One of the two; a line that no commit writes counts as damaged.

    Raises:
        StoreError: it cannot be read.
    """
    return journal.read(path, {JOURNAL: _is_receipt, FAILURES: _is_failure}[path.name])


def rewrite(folder: Path, ledger: Ledger, kept: Iterable[Receipt]) -> None:
    """Leave in both what belongs to the parts that are kept, if they hold anything else.

    Raises:
        StoreError: it cannot be written.
    """
    kept = list(kept)
    if len(kept) < len(ledger.receipts) or not ledger.commits.whole:
        journal.rewrite(folder / JOURNAL, map(_record, kept))
    if not ledger.failures.whole:
        records = (line for each in kept for line in _failure_records(each))
        journal.rewrite(folder / FAILURES, records)


def is_inside(file: str) -> bool:
    """Whether a name is that of a file in the folder, and none that leads elsewhere."""
    path = PurePosixPath(file)
    is_name = file.isprintable() and len(file) <= MOST_LETTERS
    return is_name and not path.is_absolute() and ".." not in path.parts


def _record(receipt: Receipt) -> dict[str, Any]:
    """A receipt with the number of its failures; they have lines of their own elsewhere."""
    return {**receipt._asdict(), "failures": len(receipt.failures)}


def _failure_records(receipt: Receipt) -> list[dict[str, Any]]:
    """The failures, each with the part that lacks it: it counts if that part does."""
    part = {"block": receipt.block, "sha256": receipt.sha256}
    return [{"part": part, **failure} for failure in receipt.failures]


def _is_receipt(record: Mapping[str, Any]) -> bool:
    """Whether a line of the journal is one that a commit writes."""
    return (
        all(isinstance(record.get(name), str) for name in ("block", "file", "sha256"))
        and PurePosixPath(record["file"]).parent.name == PARTS
        and is_inside(record["file"])
        and all(_is_count(record.get(name)) for name in ("rows", "size", "failures"))
    )


def _is_failure(record: Mapping[str, Any]) -> bool:
    """Whether a line of the failures is one that a commit writes."""
    part = record.get("part")
    return (
        isinstance(part, dict)
        and all(isinstance(part.get(name), str) for name in ("block", "sha256"))
        and all(_is_count(record.get(name)) for name in ("point", "replicate"))
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
