import math
import sys

import numpy as np
import pandas as pd
import pytest

from empowersim.analysis import (
    compare,
    comparisons,
    discover,
    half_width,
    hysteresis,
    ishigami_coverage,
    morris_screening,
    regime_map,
    replicates_needed,
    response_curve,
    response_curves,
    robust_choice,
    sobol_indices,
    stopping_coverage,
    tipping_points,
)
from empowersim.designs import Morris, Range, Sobol
from empowersim.errors import AnalysisError
from empowersim.outcomes import REGIMES
from tables import crossed, results_of

X = np.linspace(0, 1, 11)


def table_of(design):
    table = pd.DataFrame([dict(point) for point in design.points()])
    table.insert(0, "point", range(len(table)))
    return table


# --- What all share ---------------------------------------------------------------------------


def test_each_group_has_a_curve_of_its_own():
    design = crossed(case=["one", "two"], chart=["a", "b"], x=X)
    results = results_of(design, lambda row: row.x if row.case == "one" else 1 - row.x)
    curves = response_curves(design, results, "x", "y", by=("case", "chart"))
    assert list(curves) == [("one", "a"), ("one", "b"), ("two", "a"), ("two", "b")]
    assert curves["one", "b"].best_x.value == 1
    assert curves["two", "a"].best_x.value == 0
    # Without the chart its two points are averaged.
    both = response_curves(design, results, "x", "y", by=("case",))
    mean = (curves["one", "a"].mean + curves["one", "b"].mean) / 2
    assert np.allclose(both["one",].mean, mean)


def test_weekly_results_count_by_their_last_week():
    design = crossed(x=X)
    last = results_of(design, lambda row: row.x).assign(week=2)
    weekly = pd.concat([last.assign(week=1, y=0.0), last])
    assert response_curve(design, weekly, "x", "y").mean.tolist() == (
        response_curve(design, last, "x", "y").mean.tolist()
    )


def test_points_that_stopped_at_different_times_have_intervals_of_their_own_width():
    design = crossed(x=[0.0, 1.0])
    results = results_of(design, lambda row: row.x, replicates=400, noise=0.2)
    results = results[(results.point == 0) | (results.replicate < 25)]
    curve = response_curve(design, results, "x", "y")
    width = curve.mean_high - curve.mean_low
    assert curve.mean[1] == pytest.approx(results[results.point == 1].y.mean())
    # 400 runs against 25: a quarter of the width.
    assert width[1] / width[0] == pytest.approx(4, rel=0.4)


def test_luck_that_is_not_shared_makes_differences_uncertain():
    design = crossed(x=[0.0, 1.0])
    results = results_of(design, lambda row: 0.5 + 0.01 * row.x, noise=0.001, common=0.2)
    shared = response_curves(design, results, "x", "y")[()]
    apart = response_curves(design, results, "x", "y", shared_luck=False)[()]
    assert shared.best_x == (1, 1, 1)
    assert apart.best_x == (1, 0, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d, r: (d, r.rename(columns={"y": "yy"})), "did you mean yy"),
        (lambda d, r: (d.rename(columns={"x": "z"}), r), "no column of the design is called 'x'"),
        (lambda d, r: (d.assign(x="word"), r), "x is no column of numbers"),
        (lambda d, r: (d, r[r.replicate == 0]), "point 0 has one run"),
        (lambda d, r: (d, pd.concat([r, r])), "have a run twice"),
        (lambda d, r: (d, r.assign(y=np.nan)), "no run with a value of y"),
    ],
)
def test_wrong_tables_are_refused_in_one_line(change, said):
    design = crossed(x=X)
    tables = change(design, results_of(design, lambda row: row.x))
    with pytest.raises(AnalysisError, match=said) as refused:
        response_curve(*tables, "x", "y")
    assert "\n" not in str(refused.value)


# --- Tipping points -----------------------------------------------------------------------------


def test_a_hill_tips_on_the_way_up_and_on_the_way_down():
    design = crossed(x=np.linspace(0, 1, 41))
    results = results_of(design, lambda row: 1 - 4 * (row.x - 0.5) ** 2, common=0.05)
    found = tipping_points(design, results, "x", "y", 0.5)
    root = math.sqrt(0.125)
    assert found["direction"].tolist() == ["rising", "falling"]
    assert (found["at_low"] <= [0.5 - root, 0.5 + root]).all()
    assert (found["at_high"] >= [0.5 - root, 0.5 + root]).all()
    assert (found["share"] == 1).all()
    assert tipping_points(design, results, "x", "y", 2.0).empty


def test_a_tipping_point_that_is_hardly_there_has_a_small_share():
    design = crossed(x=X)
    results = results_of(design, lambda row: 0.5 - (row.x - 0.5) ** 2, noise=0.01, common=0.1)
    highest = response_curve(design, results, "x", "y").mean.max()
    found = tipping_points(design, results, "x", "y", highest - 0.001)
    assert len(found) == 2
    assert found["share"].between(0.3, 0.8).all()


# --- Maps ---------------------------------------------------------------------------------------


def test_the_map_says_which_regime_rules_and_how_surely():
    design = crossed(x=[0.0, 1.0], y=[0.0, 0.5, 1.0])
    shares = results_of(design, lambda row: row.x * 0.8 + 0.1, noise=0.001)
    results = shares.assign(
        directed=1 - shares.y, partnership=shares.y, adrift=0.0, overburdened=0.0
    )
    found = regime_map(design, results, "x", "y")
    assert found["dominant"].tolist() == ["directed"] * 3 + ["partnership"] * 3
    assert (found["dominant_share"] == 1).all()
    assert np.allclose(found[list(REGIMES)].sum(axis=1), 1)
    assert found["partnership_low"][0] < 0.1 < found["partnership_high"][0]


# --- Which factors matter -----------------------------------------------------------------------

FACTORS = {name: Range(low=0, high=10) for name in ("a", "b", "c")}


def linear(row):
    return 3 * row.a + row.b


def test_sobol_indices_of_a_sum_are_its_shares_of_variance():
    design = table_of(Sobol(factors=FACTORS, n=256, seed=5))
    found = sobol_indices(design, results_of(design, linear, 4, noise=0.01), list("abc"), "y")
    truth = np.array([0.9, 0.1, 0.0])
    for index in ("first", "total"):
        assert found[index].to_numpy() == pytest.approx(truth, abs=0.05)
        assert (found[f"{index}_low"] <= truth + 0.01).all()
        assert (found[f"{index}_high"] >= truth - 0.01).all()


def test_the_luck_left_in_the_means_widens_sobol_intervals():
    design = table_of(Sobol(factors=FACTORS, n=64, seed=5))
    lucky = results_of(design, linear, 4, noise=20)
    # The same means, but every replicate has them.
    sure = lucky.assign(y=lucky.groupby("point")["y"].transform("mean"))
    widths = [
        (found["first_high"] - found["first_low"]).sum()
        for found in (sobol_indices(design, each, list("abc"), "y") for each in (lucky, sure))
    ]
    assert widths[0] > 1.1 * widths[1]


def test_each_case_has_its_own_indices():
    one = table_of(Sobol(factors=FACTORS, n=64, seed=5))
    two = one.assign(point=one["point"] + len(one), case="two")
    design = pd.concat([one.assign(case="one"), two], ignore_index=True)
    results = results_of(design, lambda row: row.a if row.case == "one" else row.b, 2, 0.01)
    found = sobol_indices(design, results, list("abc"), "y", by=("case",))
    important = found.loc[found.groupby("case")["total"].idxmax()]
    assert dict(zip(important["case"], important["factor"], strict=True)) == {
        "one": "a",
        "two": "b",
    }


@pytest.mark.parametrize("analysis", [sobol_indices, morris_screening])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d, r, names: (d, r[r.point != 7], names), "the first is point 7"),
        (lambda d, r, names: (d, r, names[:2]), "not a design of kind"),
        (lambda d, r, names: (d.assign(a=range(len(d))), r, names), "not a design of kind"),
        (lambda d, r, names: (d, r.assign(y=1.0), names), "the same at every point"),
    ],
)
def test_a_design_of_another_kind_or_with_holes_is_refused(analysis, change, said):
    kind = Sobol(factors=FACTORS, n=16) if analysis is sobol_indices else (
        Morris(factors=FACTORS, trajectories=10))  # fmt: skip
    design = table_of(kind)
    with pytest.raises(AnalysisError, match=said):
        analysis(*change(design, results_of(design, linear, 2), list("abc")), "y")


def test_intervals_hold_the_indices_of_ishigamis_function():
    found = ishigami_coverage(20)
    assert found["truth"].round(4).tolist() == [0.3139, 0.4424, 0, 0.5576, 0.4424, 0.2437]
    assert (found["coverage"] >= 0.9).all()


def test_morris_finds_size_and_interaction():
    design = table_of(Morris(factors=FACTORS, trajectories=30, seed=2))
    found = morris_screening(
        design,
        results_of(design, lambda row: -row.a + row.b * row.c / 5, 4, 0.001),
        list("abc"),
        "y",
    ).set_index("factor")
    assert found.loc["a", ["mu", "mu_star", "sigma"]].tolist() == pytest.approx(
        [-10, 10, 0], abs=0.1
    )
    assert found["sigma"]["b"] > 1
    assert found["mu_star_low"]["b"] < 10 < found["mu_star_high"]["b"]
    assert (found["mu_star_low"] <= found["mu_star"]).all()


# --- Policies -----------------------------------------------------------------------------------


def test_shared_luck_shows_in_a_paired_comparison():
    design = crossed(case=["old", "new"], x=[0.0, 1.0])
    results = results_of(
        design, lambda row: row.x + 0.1 * (row.case == "new"), 64, noise=0.05, common=0.5
    )
    found = compare(design, results, "y", {"case": "new"}, {"case": "old"})
    assert found.difference.low <= 0.1 <= found.difference.high
    assert found.better_share.value > 0.9
    # Means over two points: (.05²/2 + .5²) × 2 against .05²/2 × 2.
    assert found.variance_ratio.low <= 201 <= found.variance_ratio.high
    assert found.replicates == 64
    lower = compare(design, results, "y", {"case": "new"}, {"case": "old"}, higher_is_better=False)
    assert lower.better_share.value == 1 - found.better_share.value
    two = compare(design, results, "y", {"point": 3}, {"point": 0})
    assert two.difference.value == pytest.approx(1.1, abs=0.05)


def test_only_replicates_that_both_have_are_compared():
    design = crossed(case=["old", "new"])
    results = results_of(design, lambda row: 0.0, 20, noise=0.1, common=1.0)
    results = results[(results.point == 0) | (results.replicate >= 15)]
    found = comparisons(design, results, "y", "old")
    assert found["replicates"].tolist() == [5]
    with pytest.raises(AnalysisError, match="share 1 replicates"):
        compare(design, results[(results.point == 0) | (results.replicate == 16)], "y",
                {"case": "new"}, {"case": "old"})  # fmt: skip


def test_policies_are_compared_at_the_same_points_only():
    design = crossed(case=["old", "new"], x=[0.0, 1.0]).drop(index=[1, 2])
    results = results_of(design, lambda row: 0.0)
    one = compare(design, results, "y", {"case": "new"}, {"case": "old"})
    assert one.replicates == 32  # a point each: these two are meant
    design = crossed(case=["old", "new"], x=[0.0, 1.0, 2.0, 3.0]).drop(index=[2, 3, 4, 5])
    with pytest.raises(AnalysisError, match="no point of case = new"):
        compare(design, results_of(design, lambda row: 0.0), "y", {"case": "new"}, {"case": "old"})
    with pytest.raises(AnalysisError, match="no point that was run has case = newer"):
        compare(
            design, results_of(design, lambda row: 0.0), "y", {"case": "newer"}, {"case": "old"}
        )


def test_the_robust_choice_is_the_one_that_never_fails():
    gains = {"bold": [1.0, 0.0, 1.0], "careful": [0.8, 0.7, 0.8], "idle": [0.1, 0.1, 0.1]}
    design = crossed(case=list(gains), x=[0, 1, 2])
    results = results_of(design, lambda row: gains[row.case][row.x], noise=0.02)
    found = robust_choice(design, results, "y", 0.5)
    policies = found.policies.set_index("case")
    assert policies["max_regret"].tolist() == pytest.approx([0.7, 0.2, 0.9], abs=0.03)
    assert policies["mean_regret"].tolist() == pytest.approx([0.7 / 3, 0.4 / 3, 0.8], abs=0.03)
    assert policies["satisficing"].tolist() == pytest.approx([2 / 3, 1, 0])
    assert policies["best_share"].tolist() == [0, 1, 0]
    regrets = found.regrets.set_index(["case", "x"])["regret"]
    assert regrets["bold", 1] == pytest.approx(0.7, abs=0.03)
    assert regrets["careful", 1] == 0
    lower = robust_choice(design, results, "y", 0.5, higher_is_better=False).policies
    assert lower["satisficing"].tolist() == pytest.approx([1 / 3, 0, 1])
    assert lower["max_regret"].tolist() == pytest.approx([0.9, 0.7, 0.1], abs=0.03)
    assert lower["satisficing_low"].tolist() == pytest.approx([1 / 3, 0, 1])


# --- Hysteresis ---------------------------------------------------------------------------------


def ramped(outcome, replicates=32, hold=3, early=0.0):
    """Weekly results of a lever that goes up and down, and its path; `early` in a hold is added."""
    steps = [*np.linspace(0, 1, 11), *np.linspace(1, 0, 11)[1:]]
    path = {1 + week: float(steps[week // hold]) for week in range(hold * len(steps))}
    rng = np.random.default_rng(3)
    rows = [
        (
            4,
            replicate,
            week,
            outcome(lever, week > 11 * hold) + early * (week % hold > 0) + rng.normal(0, 0.02),
        )
        for replicate in range(replicates)
        for week, lever in path.items()
    ]
    return pd.DataFrame(rows, columns=["point", "replicate", "week", "y"]), path


def test_a_loop_has_the_area_and_the_crossings_that_were_planted():
    # Only the last week of each hold counts.
    results, path = ramped(lambda lever, back: min(1.0, lever + 0.25 * back), early=9.0)
    found = hysteresis(results, path, "y", 0.5)
    # The way down is 0.25 above, but never above 1: a triangle of 0.25 × 0.25 / 2 is cut off.
    assert found.area.value == pytest.approx(0.25 - 0.25**2 / 2, abs=0.015)
    assert found.area.low < found.area.value < found.area.high
    crossings = found.crossings.set_index("way")
    assert crossings["at"]["up"] == pytest.approx(0.5, abs=0.02)
    assert crossings["at"]["down"] == pytest.approx(0.25, abs=0.02)
    up = found.loop[found.loop["way"] == "up"]
    assert up["value"].tolist() == pytest.approx(np.linspace(0, 1, 11).tolist())


def test_without_memory_there_is_no_loop():
    results, path = ramped(lambda lever, back: lever)
    area = hysteresis(results, path, "y", 0.5).area
    assert area.low <= 0 <= area.high


def test_what_makes_no_loop_is_refused():
    results, path = ramped(lambda lever, back: lever, replicates=2)
    with pytest.raises(AnalysisError, match="record = 'weekly'"):
        hysteresis(results[results.week == 9], path, "y", 0.5)
    with pytest.raises(AnalysisError, match="up once and down again"):
        hysteresis(results, {week: float(week) for week in path}, "y", 0.5)
    with pytest.raises(AnalysisError, match="up once and down again"):
        hysteresis(results, {}, "y", 0.5)
    with pytest.raises(AnalysisError, match="2 points"):
        hysteresis(pd.concat([results, results.assign(point=5)]), path, "y", 0.5)
    with pytest.raises(AnalysisError, match="1 complete replicates"):
        hysteresis(results[results.replicate == 0], path, "y", 0.5)


# --- Scenario discovery ---------------------------------------------------------------------------


def fails(row):
    """0 in a box, and in a corner outside of it."""
    return 1.0 - ((row.a < 0.4 and row.scenario > 0.5) or (row.a > 0.8 and row.c > 0.8))


def test_prim_finds_the_box_that_was_planted():
    rng = np.random.default_rng(8)
    design = pd.DataFrame(rng.random((200, 3)), columns=["a", "scenario", "c"])
    design.insert(0, "point", range(200))
    results = results_of(design, fails, 4, 0.05)
    box = discover(design, results, ["a", "scenario", "c"], "y", 0.5, refits=3)
    limits = box.limits.set_index("factor")
    assert set(limits.index) == {"a", "scenario"}
    assert np.isnan(limits["low"]["a"])
    assert limits["high"]["a"] == pytest.approx(0.4, abs=0.05)
    assert limits["low"]["scenario"] == pytest.approx(0.5, abs=0.05)
    assert limits["high_low"]["a"] <= limits["high_high"]["a"]
    assert (limits["restricted_share"] > 0).all()
    assert box.density.value > 0.9 > box.coverage.value > 0.7
    assert box.density.low <= box.density.value <= box.density.high
    assert box.coverage.low < box.coverage.value < box.coverage.high
    inside = box.points[box.points["inside"]]
    assert box.density.value == pytest.approx(inside["of_interest"].mean())
    assert box.mass == pytest.approx(len(inside) / 200)


def test_without_ema_workbench_the_remedy_is_named(monkeypatch):
    for name in ("ema_workbench", "ema_workbench.analysis", "ema_workbench.analysis.prim"):
        monkeypatch.setitem(sys.modules, name, None)
    design = crossed(x=np.linspace(0, 1, 50))
    with pytest.raises(AnalysisError, match=r'pip install "empowersim\[discovery\]"'):
        discover(design, results_of(design, lambda row: row.x), ["x"], "y", 0.5)


def test_a_box_needs_points_on_either_side():
    design = crossed(x=np.linspace(0, 1, 50))
    with pytest.raises(AnalysisError, match=r"^0 of 50 points"):
        discover(design, results_of(design, lambda row: row.x), ["x"], "y", -1)
    with pytest.raises(AnalysisError, match=r"^0 of 50 points have a mean y not below 2"):
        discover(design, results_of(design, lambda row: row.x), ["x"], "y", 2, below=False)


# --- How many replicates --------------------------------------------------------------------------


def test_the_half_width_is_a_little_wider_than_students():
    values = np.random.default_rng(0).normal(size=500)
    student = 1.9647 * values.std(ddof=1) / math.sqrt(500)
    assert student < half_width(values) < 1.1 * student
    assert half_width([0.3]) == math.inf
    assert half_width([0.1, 0.9, math.nan]) == half_width([0.1, 0.9])


def test_a_pilot_without_spread_is_not_trusted():
    assert half_width([0.5] * 100) == pytest.approx(0.03, rel=0.01)
    assert half_width([0.5] * 100, span=10) == pytest.approx(0.3, rel=0.01)
    assert replicates_needed([0.5] * 10, 0.01) == 300


def test_as_many_replicates_as_needed_and_no_more():
    rng = np.random.default_rng(0)
    pilot = rng.normal(0, 1, 64)
    needed = replicates_needed(pilot, 0.1)
    assert 1.96**2 / 0.1**2 * pilot.var() < needed < 1.4 * 1.96**2 / 0.1**2 * pilot.var()
    assert replicates_needed(pilot, 100.0) == 2
    with pytest.raises(AnalysisError, match="at least 2"):
        replicates_needed([1.0], 0.1)
    with pytest.raises(AnalysisError, match="half_width = 0"):
        replicates_needed(pilot, 0)


def test_intervals_hold_when_runs_stop_at_their_width():
    found = stopping_coverage(300)
    # Binomial(300, .95): three standard deviations below the mean.
    assert (found["coverage"] >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 300)).all()
    assert (found["replicates"] < 400).all()
