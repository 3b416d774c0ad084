"""The patterns that the defaults must show, with the bands of acceptance of the description.

64 replicates on a balanced chart of span 6 and depth 3, unless a pattern says otherwise. Week 0 is
the start; the first week lived is week 1. "All levers at nought" means every effort of the company:
what careers reward (`control_reward`) stands by itself, and stays at its default of one half. What
follows if it is taken away as well is tested apart, where it makes a difference.
"""

from functools import cache
from itertools import pairwise

import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced
from empowersim.parameters import LEVERS
from empowersim.scenarios import NO_EFFORT, Intervention, Scenario, end_of_efforts

NOTHING = dict.fromkeys(LEVERS, 0.0)
"""No effort, and no reward for control either."""


def means(*points, weeks=156, span=6, depth=3):
    """Each point's measures by week, mean over the replicates."""
    table = simulate(list(points), balanced(span, depth), replicates=64, weeks=weeks).weekly
    by_week = table.drop(columns="replicate").groupby(["point", "week"]).mean()
    return [by_week.loc[number] for number in range(len(points))]


# --- P1: inertia ------------------------------------------------------------------------------


@pytest.mark.parametrize("levers", [NO_EFFORT, NOTHING], ids=["no effort", "no reward either"])
def test_p1_without_effort_nothing_changes(levers):
    [lived] = means(Parameters(**levers))
    end = lived.loc[156]
    assert 0.10 <= end["autonomy"] <= 0.25, f"autonomy {end['autonomy']:.3f}"
    assert end["partnership"] < 0.02, f"partnership {end['partnership']:.3f}"


# --- P2: "just let go" ------------------------------------------------------------------------

JUST_LET_GO = dict(NO_EFFORT) | {"mandate": 0.8}


def test_p2_just_let_go_relapses():
    [lived] = means(Parameters(**JUST_LET_GO))
    autonomy = lived["autonomy"]
    peak, when, end = autonomy.max(), autonomy.idxmax(), autonomy[156]
    said = f"{autonomy[0]:.3f} → {peak:.3f} in week {when} → {end:.3f}"
    assert peak - autonomy[0] >= 0.08, said
    assert when <= 45, said
    assert peak - end >= 0.05, said
    for state in ("trust", "assurance"):
        trough = lived[state].min()
        assert lived.loc[0, state] - trough >= 0.2, f"{state} falls to {trough:.3f}"
    assert lived.loc[156, "partnership"] < 0.02, f"partnership {lived.loc[156, 'partnership']:.3f}"


def test_p2_where_control_is_not_rewarded_autonomy_stays_but_no_partnership_comes():
    """A finding: what careers reward is part of what makes "just let go" relapse."""
    [lived] = means(Parameters(**NOTHING | {"mandate": 0.8}))
    autonomy, partnership = lived["autonomy"], lived.loc[156, "partnership"]
    assert autonomy[156] > autonomy[0] + 0.2, f"autonomy {autonomy[156]:.3f}"
    assert autonomy.max() - autonomy[156] < 0.05, f"autonomy peaks at {autonomy.max():.3f}"
    assert partnership < 0.05, f"partnership {partnership:.3f}"


# --- P3 and P4: who carries the change ----------------------------------------------------------

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@cache
def partnership_by_share(training):
    """Partnership in week 104, by the share that the collaborators carry; coaching is one half."""
    points = [
        Parameters(collaborator_share=share, coaching=0.5, training=training) for share in SHARES
    ]
    lived = means(*points, weeks=104)
    return {share: each.loc[104, "partnership"] for share, each in zip(SHARES, lived, strict=True)}


def said(by_share):
    return ", ".join(f"{share:g}: {value:.3f}" for share, value in by_share.items())


def test_p3_the_manager_cannot_carry_it_alone():
    carried = partnership_by_share(training=0.0)
    assert carried[0.0] < carried[0.5] / 2, said(carried)


def test_p4_the_best_share_is_in_between():
    carried = partnership_by_share(training=0.0)
    best = max(carried, key=carried.get)
    assert 0.25 <= best <= 0.75, said(carried)
    for end in (0.0, 1.0):
        assert carried[best] - carried[end] >= 0.2, said(carried)


def test_p4_training_lifts_the_whole_curve():
    untrained, trained = partnership_by_share(training=0.0), partnership_by_share(training=0.5)
    for share in SHARES:
        assert trained[share] > untrained[share], f"{said(untrained)} → {said(trained)}"


# --- P5: overload -----------------------------------------------------------------------------


def test_p5_carrying_it_all_without_help_strains_and_drives_away():
    alone = Parameters(coaching=0, training=0)
    all_of_it, nothing = means(
        alone.with_changes({"collaborator_share": 1}), alone.with_changes({"collaborator_share": 0})
    )
    strain = [lived["strain"].max() for lived in (all_of_it, nothing)]
    assert strain[0] >= 0.5, f"strain {strain[0]:.3f}"
    assert strain[1] <= 0.25, f"strain {strain[1]:.3f}"
    yearly = [52 * lived["departures"].mean() for lived in (all_of_it, nothing)]
    assert yearly[0] >= 1.5 * yearly[1], f"departures {yearly[0]:.3f} a year, {yearly[1]:.3f}"


# --- P6: the J-curve --------------------------------------------------------------------------


def test_p6_it_gets_worse_before_it_gets_better():
    [lived] = means(Parameters(), weeks=168, span=3, depth=5)
    before, trough, after = (
        lived["output"].loc[first:last].mean() for first, last in ((0, 12), (39, 51), (156, 168))
    )
    said = f"output {before:.3f} → {trough:.3f} → {after:.3f}"
    assert trough < before, said
    assert after - before >= 0.1, said


# --- P7: hysteresis ---------------------------------------------------------------------------


def end_of_everything(week):
    return tuple(Intervention(week, lever, 0.0) for lever in LEVERS)


@pytest.mark.parametrize("end", [end_of_efforts, end_of_everything])
def test_p7_what_stops_early_is_lost_and_what_stops_late_stays(end):
    helped = Parameters(coaching=0.7, training=0.7)
    points = [Scenario(helped, interventions=end(week)) for week in (60, 130)]
    early, late = (lived.loc[259, "partnership"] for lived in means(*points, weeks=259))
    assert early <= 0.10, f"partnership {early:.3f} where it stops in week 60"
    assert late >= 0.80, f"partnership {late:.3f} where it stops in week 130"


# --- P8: rewards ------------------------------------------------------------------------------


def test_p8_rewarding_control_delays():
    rewards = (0.0, 0.25, 0.5, 0.75, 1.0)
    lived = means(*(Parameters(control_reward=reward) for reward in rewards), weeks=104)
    reached = [each.loc[104, "partnership"] for each in lived]
    falls = [later <= earlier for earlier, later in pairwise(reached)]
    assert all(falls), f"partnership {[round(each, 3) for each in reached]}"
    assert reached[0] - reached[-1] > 0.5, f"partnership {[round(each, 3) for each in reached]}"
