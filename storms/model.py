"""`python -m storms.model`: the model where nobody goes, and the same bits wherever it goes."""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.large import peak_megabytes
from empowersim import ensemble, outcomes, simulate
from empowersim.errors import EmpowerSimError
from empowersim.org_chart import Chart, balanced, hierarchy
from empowersim.own_rules import rules_from
from empowersim.parameters import LEVERS
from empowersim.random_streams import replicate_key
from empowersim.rivals import RIVALS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from storms import page
from storms.corners import (
    FULL,
    MOVING,
    anywhere,
    chain,
    one_at_a_time,
    point,
    same,
    star,
    wide_and_deep,
    wrong_points,
)
from storms.sweeps import Row

TESTS = Path(__file__).parents[1] / "tests"
SMALL = balanced(3, 2)
LONG = 100_000
LONG_IN_MESA = 10_000
CORNERS = 10_000
CORNERS_IN_BOTH = 1_000
WEEKS = 30
WEEKS_TIMED = 8_000
"""Long enough for what loses a tenth every week to get to the smallest numbers."""
SLOW = 3.0
"""A run that takes this many times the usual is slow: smallest numbers, on some processors."""

FADING = {
    **dict.fromkeys(("stress_weight", "effort_collaborator", "will_experience"), 0.0),
    **dict.fromkeys(("will_disposition", "will_appreciation", "appreciation_base"), 0.0),
    **dict.fromkeys(("appreciation_fit", "appreciation_support", "trust_gain"), 0.0),
    **dict.fromkeys(("train_rate", "learning_alone", "learning_facilitated"), 0.0),
    **dict.fromkeys(("overburdened_learning", "turnover", "turnover_strain"), 0.0),
    **dict.fromkeys(("sign_base", "sign_appreciation", "peer_assurance", "coaching"), 0.0),
    **dict.fromkeys(("b_manager", "neutral_trust"), 0.0),
    "b_collaborator": -10.0,
}
"""Nothing feeds what people are: it fades, down to the smallest numbers that there are."""


# --- Long runs --------------------------------------------------------------------------------


def long_runs() -> Iterator[Row]:
    """Nineteen centuries: what drifts a little in a week would be seen."""
    points = {
        "defaults": Scenario(),
        "people come and go": point(dict(MOVING)),
        "efforts end in week 60": NAMED["stop-too-early"],
        "all fades": point(dict(FADING)),
    }
    for name, scenario in points.items():
        wrong, (_people, weekly) = wrong_points([scenario], SMALL, LONG)
        middle, end = np.array_split(weekly[list(outcomes.NAMES)].to_numpy()[LONG // 5 :], 2)
        moved = float(np.abs(middle.mean(axis=0) - end.mean(axis=0)).max())
        ratio = _late_against_early(scenario)
        yield Row(
            f"{LONG:,} weeks, {name}: everyone's states and all measures in bounds",
            1,
            int(not wrong and ratio < SLOW),
            f"a week at the end takes {ratio:.2f} of one at the start; a measure's mean over"
            f" the last 40,000 weeks differs by {moved:.3f} at most from that of those before",
        )
    how = {"weeks": LONG_IN_MESA, "record": "people"}
    agree = [
        same(*([simulate(each, SMALL, engine=engine, **how).people] for engine in ENGINES))
        for each in points.values()
    ]
    what = f"both engines over {LONG_IN_MESA:,} weeks: the same bits in every week"
    yield Row(what, len(agree), sum(agree))


ENGINES = ("ensemble", "mesa")


def _late_against_early(scenario: Scenario, weeks: int = 4_000) -> float:
    """What the last weeks of a long run cost, in what as many after the thousandth do."""
    tree = hierarchy(SMALL)
    batch = ensemble.Batch(
        tree,
        np.zeros(tree.n_people),
        np.zeros_like(tree.level),
        [scenario] * ensemble.LANES,
        [replicate_key(0, replicate) for replicate in range(ensemble.LANES)],
    )
    nothing = np.empty((0, len(outcomes.NAMES), 1, ensemble.LANES))

    def live(first: int, last: int) -> float:
        start = time.process_time()
        kernel_room = batch.interventions, batch.chart, batch.state, batch.room, batch.sums
        ensemble.live(first, last, last + 1, batch.table, batch.keys, *kernel_room, nothing)
        return time.process_time() - start

    live(0, 999)
    early = live(1_000, 999 + weeks)
    live(1_000 + weeks, LONG - weeks)
    return live(LONG - weeks + 1, LONG) / early


# --- Corners ----------------------------------------------------------------------------------


def corners(luck: random.Random) -> Iterator[Row]:
    """Parameters at the ends of their ranges, alone, together, and a number inside."""
    names, alone = zip(*one_at_a_time(), strict=True)
    wrong, _ = wrong_points(alone, SMALL, 4 * WEEKS, replicates=4)
    remark = ", ".join(names[each] for each in sorted(wrong)[:3])
    what = "a parameter at an end of its range, or a number inside: all in bounds"
    yield Row(what, len(alone), len(alone) - len(wrong), remark)
    points = [anywhere(luck, WEEKS) for _ in range(CORNERS)]
    wrong = {
        first + each
        for first in range(0, CORNERS, 1_000)
        for each in wrong_points(points[first : first + 1_000], SMALL, WEEKS, seed=first)[0]
    }
    what = "many parameters at ends, with interventions and rollouts: all in bounds"
    yield Row(what, CORNERS, CORNERS - len(wrong))
    sure = point(MOVING | FULL | {"initial_assurance_sd": 5e-16})
    wrong, _ = wrong_points([sure], balanced(9, 2), 200, replicates=64)
    yield Row("peers as sure as can be, or a rounding below", 64, 64 * (not wrong))
    yield _in_both_engines([*alone[::3], *points[:CORNERS_IN_BOTH]])
    yield from (_by_rival(name, points[:2_000]) for name in RIVALS)
    yield _slowest(dict(zip(names, alone, strict=True)), points[:200])


def _in_both_engines(points: list[Scenario]) -> Row:
    agree = 0
    for first in range(0, len(points), 50):
        some = points[first : first + 50]
        found = [wrong_points(some, SMALL, WEEKS, engine=engine)[1] for engine in ENGINES]
        agree += len(some) if same(*found) else 0
    return Row("corners in both engines: the same bits in every week", len(points), agree)


def _by_rival(name: str, points: list[Scenario]) -> Row:
    rules = rules_from(name)
    wrong, _ = wrong_points(points, SMALL, WEEKS, rules=rules)
    few = points[:100]
    ours = wrong_points(few, SMALL, WEEKS, rules=rules)[1]
    agree = same(ours, wrong_points(few, SMALL, WEEKS, rules=rules, engine="mesa")[1])
    remark = "a hundred in both engines: the same bits" if agree else "the engines differ"
    survived = (len(points) - len(wrong)) * agree
    return Row(f"corners by the rival rules {name}", len(points), survived, remark)


def _slowest(alone: dict[str, Scenario], together: list[Scenario]) -> Row:
    """How long the slowest corner takes, in what a usual run does."""
    points = alone | {f"random corner {k}": each for k, each in enumerate(together)}
    points["all fades"] = point(dict(FADING))
    usual = min(_seconds(Scenario()) for _ in range(5))
    ratios = {name: _seconds(each) / usual for name, each in points.items()}
    for name in sorted(ratios, key=lambda name: -ratios[name])[:20]:  # others may disturb a clock
        again = (_seconds(points[name]) / min(usual, _seconds(Scenario())) for _ in range(3))
        ratios[name] = min(ratios[name], *again)
    slowest = max(ratios, key=lambda name: ratios[name])
    return Row(
        f"corners over {WEEKS_TIMED:,} weeks: at most {SLOW:g} times the time of a usual run",
        len(ratios),
        sum(each <= SLOW for each in ratios.values()),
        f"at most {ratios[slowest]:.2f} ({slowest}); in the middle"
        f" {float(np.median(list(ratios.values()))):.2f}",
    )


def _seconds(scenario: Scenario, weeks: int = WEEKS_TIMED) -> float:
    """The processor's seconds for a batch of long runs."""
    start = time.process_time()
    how = {"weeks": weeks, "replicates": ensemble.LANES, "workers": 1}
    simulate(scenario, SMALL, record="final", **how)
    return time.process_time() - start


# --- Charts -----------------------------------------------------------------------------------

CHARTS: dict[str, tuple[Callable[[], Chart], int, int]] = {
    "one person": (partial(balanced, 6, 0), 50, 50),
    "two people": (partial(balanced, 1, 1), 200, 200),
    "a chain of 1,000": (partial(chain, 1_000), 50, 50),
    "a chain of 10,000": (partial(chain, 10_000), 20, 5),
    "a star of 50,000": (partial(star, 50_000), 10, 2),
    "5,000 beside a chain of 500 with 5,000 below": (partial(wide_and_deep, 5_000, 500), 20, 8),
    "1,111,111 people, spans of 10": (partial(balanced, 10, 6), 4, 0),
}
"""How each is made, weeks lived, and weeks lived in the Mesa engine as well."""


def charts() -> Iterator[Row]:
    """Charts at the ends, each in a process of its own, whose memory is told."""
    for name in CHARTS:
        yield _alone(partial(_on_chart, name))


def _alone[Done](work: Callable[[], Done]) -> Done:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work).result()


def _on_chart(name: str) -> Row:
    make, weeks, in_mesa = CHARTS[name]
    chart, start = make(), time.perf_counter()
    points = [point(dict(MOVING)), point(MOVING | FULL)]
    points += [
        point(dict(MOVING), rollout=Rollout(order, lag=1)) for order in ("bottom-up", "pilot")
    ]
    if len(chart) > 100_000:
        points = points[1:3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulate(points, chart, weeks=weeks, workers=1, record="final")
    memory, seconds = peak_megabytes() / 1000, time.perf_counter() - start
    wrong, ours = wrong_points(points, chart, min(weeks, 8_000_000 // len(chart)))
    told = f"{len(points)} runs of {weeks} weeks: {seconds:.1f} s, {memory:.1f} GB at most"
    if len(chart) == 1:
        told += "; nobody reports to anybody: no measure is a number"
    agree = True
    if in_mesa:
        start = time.perf_counter()
        ours = wrong_points(points[:2], chart, in_mesa)[1]
        theirs = wrong_points(points[:2], chart, in_mesa, engine="mesa")[1]
        agree = same(ours, theirs)
        told += f"; {in_mesa} weeks in both engines, {time.perf_counter() - start:.0f} s: "
        told += "the same bits" if agree else "they differ"
    return Row(name, len(points), (len(points) - len(wrong)) * agree, told)


# --- Interventions, and the least and greatest of each number ---------------------------------


def numbers() -> list[Row]:
    """An intervention a week, the least that can be run, and seeds at their ends."""
    every = tuple(
        Intervention(week, lever, (week * 5 + k) % 8 / 7)
        for week in range(1, LONG_IN_MESA + 1)
        for k, lever in enumerate(LEVERS)
    )
    many = point(dict(MOVING), interventions=every, weeks=LONG_IN_MESA)
    wrong, _ = wrong_points([many], SMALL, LONG_IN_MESA)
    few = {"weeks": 1_000, "record": "people"}
    agree = same(*([simulate(many, SMALL, engine=engine, **few).people] for engine in ENGINES))
    tenth = point(dict(MOVING), interventions=every[: len(every) // 10])
    few_weeks, all_weeks = _seconds(tenth, LONG_IN_MESA // 10), _seconds(many, LONG_IN_MESA)
    growth = all_weeks / few_weeks
    rows = [
        Row(
            f"every lever set anew in each of {LONG_IN_MESA:,} weeks",
            1,
            int(not wrong and agree and growth < 10 * SLOW),
            f"{growth:.0f} times the time of a tenth of them, {all_weeks:.1f} s for 16 runs;"
            f" 1,000 weeks in both engines: {'the same bits' if agree else 'they differ'}",
        )
    ]
    seeds = (0, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1)
    tables = [
        [wrong_points([point(dict(MOVING))], SMALL, 1, seed=seed, engine=engine) for seed in seeds]
        for engine in ENGINES
    ]
    right = [
        not one[0] and not other[0] and same(one[1], other[1])
        for one, other in zip(*tables, strict=True)
    ]
    rows.append(
        Row("one week, one replicate, seeds from 0 to 2⁶⁴ − 1, both engines", 6, sum(right))
    )
    return [*rows, _refused()]


def _refused() -> Row:
    """What makes no run: one line that names it."""
    asked = [
        *({"seed": seed} for seed in (-1, -(2**63), 2**64, 0.5, True, "1", None)),
        *({"weeks": weeks} for weeks in (0, -1, 1_000_001, 1.5)),
        *({"replicates": replicates} for replicates in (0, -1, 10**9)),
    ]
    told = [_refusal(**each) for each in asked]
    refused = [
        "\n" not in line and next(iter(each)) in line
        for each, line in zip(asked, told, strict=True)
    ]
    what = "seeds, weeks and replicates out of range: refused in a line that names them"
    return Row(what, len(asked), sum(refused), told[0])


def _refusal(**how: object) -> str:
    try:
        simulate(Scenario(), SMALL, **how)  # type: ignore[arg-type]
    except EmpowerSimError as error:
        return str(error)
    return "\n"


# --- Reproducibility --------------------------------------------------------------------------

PRINTED = """
from equivalence.golden import digests
print(*digests(workers=1).values())
"""
INTERPRETED = """
import pytest
from equivalence.golden import RUNS, digests
from equivalence.test_interpreted import interpret
interpret(pytest.MonkeyPatch())
few = [name for name, run in RUNS.items() if not run.rules and run.replicates < 3]
print(*digests(few, workers=1).values())
"""
ELSEWHERE = {
    "the plainest processor": {"NUMBA_CPU_NAME": "generic"},
    "no AVX-512": {"NUMBA_CPU_FEATURES": "-avx512f"},
    "machine code not optimised": {"NUMBA_OPT": "0"},
    "loops not vectorised": {"NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0"},
}


def golden() -> Iterator[Row]:
    """The digests that are written down in the tests, come to elsewhere."""
    known = (TESTS / "equivalence" / "test_golden.py").read_text(encoding="utf-8")
    places = [(name, PRINTED, how) for name, how in ELSEWHERE.items()]
    for name, code, how in [*places, ("no compiler", INTERPRETED, {})]:
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", code],
                env=os.environ | how | {"NUMBA_CACHE_DIR": cache},
                cwd=TESTS,
                capture_output=True,
                text=True,
                check=True,
            )
        found = done.stdout.split()
        settings = ", ".join(f"`{key}={value}`" for key, value in how.items())
        yield Row(
            f"golden digests: {name}", len(found), sum(each in known for each in found), settings
        )


def model() -> list[Row]:
    """Every storm of the model."""
    rows = []
    for part in (long_runs, partial(corners, random.Random(1)), charts, numbers):
        for row in part():
            rows.append(row)
            print(*row, sep=" | ", flush=True)
    return rows


def reproducibility() -> list[Row]:
    """The golden runs under other processors, and without a compiler."""
    rows = []
    for row in golden():
        rows.append(row)
        print(*row, sep=" | ", flush=True)
    return rows


def main() -> int:
    """Storm, print, write; the exit code says whether all went well."""
    ill = 0
    for name, storm in (("Model", model), ("Reproducibility", reproducibility)):
        rows = storm()
        page.write(name, page.table(rows))
        ill += sum(row.survived < row.tried for row in rows)
    return int(ill > 0)


if __name__ == "__main__":
    sys.exit(main())
