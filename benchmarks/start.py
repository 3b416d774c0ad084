"""Claim: the first result of the command line is there in seconds, with a cold cache too."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
COMMAND = [sys.executable, "-m", "empowersim", "run", "carry-it-together"]


def seconds(cache: str) -> float:
    """Seconds of one whole process."""
    start = time.perf_counter()
    subprocess.run(
        COMMAND, check=True, capture_output=True, env=os.environ | {"NUMBA_CACHE_DIR": cache}
    )
    return time.perf_counter() - start


def section() -> str:
    """Cold and warm in pairs."""
    cold, warm = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(seconds(cache))
            warm.append(seconds(cache))
    return (
        "## Start\n\n`empowersim run carry-it-together` (64 runs of 156 weeks), the whole process: "
        f"{statistics.median(cold):.1f} s with an empty cache of machine code, "
        f"{statistics.median(warm):.1f} s with a full one (medians of {ROUNDS} pairs)."
    )


if __name__ == "__main__":
    print(section())
