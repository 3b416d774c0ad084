"""A sweep whose runs cost nothing, to be killed, damaged and taken up again.

`python -m faults.small_sweep DIR BLOCKS` (in tests/) begins it, or takes it up where it ended.
"""

import random
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from empowersim import org_chart
from empowersim.results_folder import ResultsFolder, write_part

RUNS_PER_BLOCK = 10
REPLICATES = 4
SPEC_HASH = "0123456789abcdef"
MEASURES = ("output", "strain", "trust")


def block_id(number):
    return f"0-{number:05}"


def table(number, weeks=(2, 3)):
    """The results of a block, and the failures of those runs that fail: every thirteenth."""
    runs = np.arange(number * RUNS_PER_BLOCK, (number + 1) * RUNS_PER_BLOCK)
    run, week = (axis.ravel() for axis in np.meshgrid(runs, weeks, indexing="ij"))
    keys = {"point": run // REPLICATES, "replicate": run % REPLICATES, "week": week}
    values = np.random.default_rng(number).random((len(run), len(MEASURES)))
    rows = pd.DataFrame(keys | dict(zip(MEASURES, values.T, strict=True)))
    failures = [
        {"point": int(r // REPLICATES), "replicate": int(r % REPLICATES), "error": "bad luck"}
        for r in runs[runs % 13 == 12]
    ]
    return rows[run % 13 != 12], failures


def create(path, n_blocks):
    n_points = -(-n_blocks * RUNS_PER_BLOCK // REPLICATES)
    design = pd.DataFrame(
        {"point": range(n_points), "case": "", "coaching": np.linspace(0, 1, n_points)}
    )
    return ResultsFolder.create(
        path,
        experiment_toml='title = "Né"\n',
        design=design,
        provenance={"spec_hash": SPEC_HASH, "seed": 1, "share": 0.1},
        org_charts={"sample": org_chart.sample()},
    )


def sweep(path, n_blocks, done=lambda: None):
    """Do every block that is not done yet; what a repair found."""
    folder = ResultsFolder.open(path) if Path(path).exists() else create(path, n_blocks)
    with folder.locked():
        repaired = folder.repair()
        have = folder.receipts()
        for number in range(n_blocks):
            if block_id(number) not in have:
                receipt = write_part(folder.path, block_id(number), SPEC_HASH, *table(number))
                folder.commit(receipt)
                done()
    return repaired


def flip(file, luck):
    """One bit of a file, another one than it was."""
    data = bytearray(file.read_bytes())
    data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    file.write_bytes(data)


def truncate(file, luck):
    """A file, shorter than it was."""
    file.write_bytes(file.read_bytes()[: luck.randrange(file.stat().st_size)])


def files(path):
    """Every file of a results folder that is not empty, the lock's aside."""
    found = (file for file in Path(path).rglob("*") if file.is_file() and file.stat().st_size)
    return sorted(file for file in found if not file.name.startswith("lock"))


def damage(path, luck: random.Random):
    """Flip or truncate one file of a results folder; which."""
    file = luck.choice(files(path))
    luck.choice([flip, truncate])(file, luck)
    return file


if __name__ == "__main__":
    place, blocks = sys.argv[1:]
    print(*sweep(place, int(blocks), lambda: print("committed", flush=True)))  # noqa: T201
