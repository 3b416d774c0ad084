"""How the benchmarks measure: contestants in turn, round after round, medians of ratios."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

ROUNDS = 7

type Speeds = Mapping[str, list[float]]


def in_turn(contestants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> Speeds:
    """Each contestant's speed in each round, after one that does not count.

    Contestants take turns, so that a drift of the machine's speed hits all alike.
    """
    for contestant in contestants.values():
        contestant()
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            speeds[name].append(contestant())
    return speeds


def median(speeds: Speeds, name: str) -> float:
    """The median speed of a contestant."""
    return statistics.median(speeds[name])


def ratio(speeds: Speeds, one: str, other: str) -> float:
    """The median, over rounds, of one contestant's speed to another's."""
    pairs = zip(speeds[one], speeds[other], strict=True)
    return statistics.median(a / b for a, b in pairs)


def table(header: str, rows: list[list[object]]) -> str:
    """A Markdown table; `header` holds the columns' names with | between them."""
    columns = header.split("|")
    lines = [header, "|".join("---" for _ in columns)]
    lines += ["|".join(map(str, row)) for row in rows]
    return "\n".join(f"|{line}|" for line in lines)


def machine() -> str:
    """What the figures were measured on, in a line."""
    import os

    import numba
    import numpy as np

    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python"
        f" {platform.python_version()}, NumPy {np.__version__}, numba {numba.__version__}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    widest = next((name for name in ("avx512f", "avx2") if any(name in line for line in lines)), "")
    return f"{names[0] if names else platform.machine()} ({widest or 'no AVX'})"
