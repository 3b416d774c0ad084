"""`python -m storms.guided`: inputs that look for new ways through the code that reads them.

The storms of inputs bend what is right; here atheris (libFuzzer) keeps whatever reaches a branch
that nothing has reached before, and bends that further. `make fuzz` brings atheris, on Linux.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storms.sweeps import Row

CASES = 100_000
SECONDS_A_CASE, MEGABYTES = 5, 2_048
COMPILED = ("compiled", "ensemble", "rules", "random_streams", "own_rules", "outcomes")
"""Modules of empowersim whose code becomes machine code, and must stay as it is."""
DOORS = ("csv", "json", "graphml", "uk-organogram", "experiment.toml", "journal", "share link")


def fuzz(door: str, cases: int, corpus: str) -> None:
    """Be atheris at one door; it ends this process, with a traceback if something went wrong.

    It sees the branches of what is imported here and not before: so little is imported above.
    """
    import atheris

    as_they_are = [f"empowersim.{module}" for module in COMPILED]
    with atheris.instrument_imports(include=["empowersim"], exclude=as_they_are):
        from storms import inputs

    trial, seeds = _door(door, Path(corpus).parent)
    for number, seed in enumerate(seeds):
        (Path(corpus) / f"seed-{number}").write_bytes(seed)

    def one(data: bytes) -> None:
        fault, _refused = inputs.fault_of(trial(data))
        if fault:
            raise inputs.Unclear(f"{fault} for {data[:300]!r}")

    limits = [f"-atheris_runs={cases}", f"-timeout={SECONDS_A_CASE}", f"-rss_limit_mb={MEGABYTES}"]
    # What went wrong is printed, too, in base 64.
    aside = f"-artifact_prefix={Path(corpus).parent}/"
    atheris.Setup([sys.argv[0], *limits, aside, "-max_len=2000", "-seed=1", corpus], one)
    atheris.Fuzz()


def _door(door: str, place: Path) -> tuple[Callable[[bytes], object], list[bytes]]:
    """What makes a case of some bytes, and bytes to begin with."""
    from empowersim import ledger, org_chart
    from empowersim.app.lab import policy
    from empowersim.experiment import Experiment
    from storms import inputs
    from storms.inputs import Case

    def of_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], Case]:
        path = place / name

        def case(data: bytes) -> Case:
            path.write_bytes(data)
            return Case(lambda: read(path), (name,), True)

        return case

    def chart(path: Path) -> object:
        return org_chart.load(path, format=door, drop=path.stat().st_size % 2 == 0)  # type: ignore[arg-type]

    def linked(data: bytes) -> Case:
        query = data.decode(errors="surrogateescape")
        return Case(lambda: policy.read(policy.written(policy.read(query))), ())

    made = {
        "csv": (of_file("chart.csv", chart), list(inputs.TABLES)),
        "json": (of_file("chart.json", chart), [json_of(tree) for tree in inputs.TREES]),
        "graphml": (of_file("chart.graphml", chart), [inputs.GRAPHML]),
        "uk-organogram": (of_file("senior.csv", chart), [inputs.SENIOR]),
        "experiment.toml": (
            of_file("experiment.toml", Experiment.read),
            [inputs.tomli_w.dumps(each).encode() for each in inputs.EXPERIMENTS],
        ),
        "journal": (of_file(ledger.JOURNAL, ledger.read_journal), _journal_lines()),
        "share link": (linked, [each.encode() for each in inputs.LINKS]),
    }
    return made[door]


def json_of(tree: object) -> bytes:
    """A chart's tree as a file."""
    import json

    return json.dumps(tree).encode()


def _journal_lines() -> list[bytes]:
    from empowersim import ledger

    with tempfile.TemporaryDirectory() as name:
        ledger.begin(Path(name))
        part = "0000000-0000004-000000"
        ledger.add(
            Path(name), ledger.Receipt(part, f"parts/part-{part}.parquet", 4, 9, "a" * 64, ())
        )
        return [(Path(name) / ledger.JOURNAL).read_bytes()]


# --- All of them ------------------------------------------------------------------------------


def row_of(door: str, cases: int) -> Row:
    """One door in a process of its own; what was wrong is printed."""
    from storms.sweeps import Row

    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        corpus = Path(name) / "corpus"
        corpus.mkdir()
        options = ["--door", door, "--cases", str(cases), "--corpus", str(corpus)]
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, *options],
            capture_output=True,
            text=True,
            errors="replace",
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONHASHSEED": "0"},
            check=False,
        )
        kept = len(list(corpus.iterdir()))
    told = re.findall(r"^#(\d+)\s.*cov: (\d+)", done.stdout + done.stderr, re.MULTILINE)
    if done.returncode or not told:
        print((done.stdout + done.stderr)[-3_000:], file=sys.stderr)
    last, branches = told[-1] if told else ("0", "0")
    tried = cases if not done.returncode else int(last)
    reached = f"guided by {int(branches):,} branches reached; {kept:,} inputs kept"
    return Row(f"{door}, by coverage", tried, tried - bool(done.returncode), reached)


def main() -> int:
    """Fuzz every door, print, and write the rows."""
    parser = argparse.ArgumentParser(prog="python -m storms.guided")
    parser.add_argument("--cases", type=int, metavar="N", default=CASES)
    parser.add_argument("--door", choices=DOORS, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.door:
        fuzz(given.door, given.cases, given.corpus)
        return 0
    from storms import page

    rows = []
    for door in DOORS:
        rows.append(row_of(door, given.cases))
        print(*rows[-1], sep=" | ", flush=True)
    page.write("Inputs, guided", page.table(rows))
    return int(any(row.survived < row.tried for row in rows))


if __name__ == "__main__":
    sys.exit(main())
