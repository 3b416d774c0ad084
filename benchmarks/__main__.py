"""`python -m benchmarks` measures every claim and writes docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks import against_c, draws, engines, forecast, large, scaling, start
from benchmarks.measure import ROUNDS, machine
from benchmarks.peers import report as peers

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
TRIED = Path(__file__).with_name("tried.md")


def main() -> None:
    """Measure, print, write."""
    parts = [
        "# Performance",
        f"Written by `make bench` on {machine()}.",
        f"Contestants take turns in {ROUNDS} rounds; speeds are medians, ratios the medians of each"
        " round's ratio: another machine has other speeds, and about the same ratios.",
    ]
    for claim in (engines, against_c, peers, scaling, draws, forecast, start, large):
        parts.append(claim.section())
        print(parts[-1], end="\n\n", flush=True)
    parts.append(TRIED.read_text(encoding="utf-8").strip())
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
