"""Claim: the ensemble engine is as fast as the same week written by hand in C, with SIMD."""

from __future__ import annotations

import numpy as np

from benchmarks import batches, c_kernel
from benchmarks.measure import in_turn, median, ratio, table
from empowersim import org_chart

PERSON_WEEKS = 1_000_000
CHARTS = {
    "50": org_chart.random(50, 6, 2, 1),
    "259": org_chart.balanced(6, 3),
    "1,555": org_chart.balanced(6, 4),
    "9,331": org_chart.balanced(6, 5),
}


def assert_same_bits(hierarchy: org_chart.Hierarchy, weeks: int) -> None:
    """Both leave the same state and the same sums."""
    ours, theirs = batches.new_batch(hierarchy), batches.new_batch(hierarchy)
    our_record, their_record = batches.room_to_record(weeks), batches.room_to_record(weeks)
    batches.live(ours, weeks, our_record)
    c_kernel.live(theirs, weeks, their_record)
    np.testing.assert_array_equal(np.array(ours.state), np.array(theirs.state))
    np.testing.assert_array_equal(our_record, their_record)


def section() -> str:
    """The speeds side by side, on one thread, draws and weekly means included."""
    rows: list[list[object]] = []
    for people, chart in CHARTS.items():
        hierarchy = org_chart.hierarchy(chart)
        weeks = PERSON_WEEKS // hierarchy.n_people
        assert_same_bits(hierarchy, weeks)
        speeds = in_turn(
            {
                "ensemble": lambda h=hierarchy, w=weeks: batches.speed(h, w),
                "C": lambda h=hierarchy, w=weeks: batches.speed(h, w, c_kernel.live),
            }
        )
        rows.append(
            [
                people,
                f"{median(speeds, 'ensemble') / 1e6:.1f}",
                f"{median(speeds, 'C') / 1e6:.1f}",
                f"{ratio(speeds, 'ensemble', 'C'):.2f}",
            ]
        )
    return (
        "## Against C\n\nThe same week in C (`benchmarks/reference.c`), lanes of runs, "
        f"gcc with `{' '.join(c_kernel.FLAGS)}`; million person-weeks a second on one thread, "
        "draws and weekly means included. State and means are equal to the last bit.\n\n"
        + table("people|ensemble|C|ratio", rows)
    )


if __name__ == "__main__":
    print(section())
