"""The defaults show every pattern; where rewards end too is tested apart (decision 4)."""

from functools import cache

import pytest

from empowersim import Parameters, patterns, simulate
from empowersim.org_chart import balanced
from empowersim.own_rules import rules_from
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import Intervention, Scenario

NOTHING = dict.fromkeys(LEVERS, 0.0)
"""No effort, and no reward for control either."""


@cache
def checks():
    return patterns.check()


def shows(pattern):
    """Every number of the pattern is where it is accepted."""
    wrong = [each for each in checks() if each.pattern == pattern and not each.holds]
    assert wrong == []
    assert any(each.pattern == pattern for each in checks())


def lives(*points, weeks=156):
    """Each point's measures by week, mean over the replicates."""
    table = simulate(list(points), balanced(6, 3), replicates=64, weeks=weeks).weekly
    by_week = table.drop(columns="replicate").groupby(["point", "week"]).mean()
    return [by_week.loc[number] for number in range(len(points))]


def test_p1_without_effort_nothing_changes():
    shows("P1")


def test_p1_without_rewards_either():
    [lived] = lives(Parameters(**NOTHING))
    assert 0.10 <= lived.loc[156, "autonomy"] <= 0.25
    assert lived.loc[156, "partnership"] < 0.02


def test_p2_just_let_go_relapses():
    shows("P2")


def test_p2_where_control_is_not_rewarded_autonomy_stays_but_no_partnership_comes():
    """A finding: what careers reward is part of what makes "just let go" relapse."""
    [lived] = lives(Parameters(**NOTHING | {"mandate": 0.8}))
    autonomy, partnership = lived["autonomy"], lived.loc[156, "partnership"]
    assert autonomy[156] > autonomy[0] + 0.2, f"autonomy {autonomy[156]:.3f}"
    assert autonomy.max() - autonomy[156] < 0.05, f"autonomy peaks at {autonomy.max():.3f}"
    assert partnership < 0.05, f"partnership {partnership:.3f}"


def test_p3_the_manager_cannot_carry_it_alone():
    shows("P3")


def test_p4_the_best_share_is_in_between():
    shows("P4")


def test_p5_carrying_it_all_without_help_strains_and_drives_away():
    shows("P5")


def test_p6_it_gets_worse_before_it_gets_better():
    shows("P6")


def test_p7_what_stops_early_is_lost_and_what_stops_late_stays():
    shows("P7")


def test_p7_where_rewards_end_too():
    helped = Parameters(coaching=0.7, training=0.7)
    ends = [tuple(Intervention(week, lever, 0.0) for lever in LEVERS) for week in (60, 130)]
    points = [Scenario(helped, interventions=end) for end in ends]
    early, late = (lived.loc[259, "partnership"] for lived in lives(*points, weeks=259))
    assert early <= 0.10, f"partnership {early:.3f} where it stops in week 60"
    assert late >= 0.80, f"partnership {late:.3f} where it stops in week 130"


def test_p8_rewarding_control_delays():
    shows("P8")


# --- The numbers themselves ---------------------------------------------------------------------


def test_the_numbers_are_those_of_the_runs_they_name():
    """Some of them measured again, from tables of their own."""
    numbers = {f"{each.pattern} {each.what}": each.value for each in checks()}
    quiet, alone = lives(
        Parameters(mandate=0, collaborator_share=0, coaching=0, training=0),
        Parameters(collaborator_share=1, coaching=0, training=0),
    )
    assert numbers["P1 autonomy in week 156"] == pytest.approx(quiet.loc[156, "autonomy"])
    assert numbers["P5 greatest strain at a share of 1"] == pytest.approx(alone["strain"].max())
    rewarded, unrewarded = lives(
        Parameters(control_reward=1), Parameters(control_reward=0), weeks=104
    )
    fall = unrewarded.loc[104, "partnership"] - rewarded.loc[104, "partnership"]
    assert numbers["P8 fall from no reward to full reward"] == pytest.approx(fall)


def test_a_model_without_its_mechanisms_does_not_show_the_patterns():
    """A negative control: without any weight in any choice, only inertia is left."""
    weightless = Parameters().with_changes(
        {name: 0.0 for name in DECLARATIONS if name.startswith(("w_", "b_"))}
    )
    table = patterns.measured([weightless, Parameters()], replicates=8)
    none, all_but_p6 = (row for _, row in patterns.accepted(table).iterrows())
    assert not none[["P2", "P3", "P4", "P7", "P8"]].any()
    assert all_but_p6[["P1", "P2", "P3", "P4", "P5", "P7"]].all()


def test_candidates_do_not_depend_on_each_other():
    others = [Parameters(w_trust=value) for value in (1.0, 3.0, 5.0)]
    together = patterns.measured(others, replicates=2)
    [alone] = patterns.measured(others[1:2], replicates=2).to_numpy()
    assert list(together.to_numpy()[1]) == pytest.approx(list(alone), nan_ok=True)


def test_levers_of_a_candidate_play_no_part():
    plain, pushed = patterns.measured(
        [Parameters(), Parameters(mandate=0.1, coaching=1)], replicates=2
    ).to_numpy()
    assert list(plain) == list(pushed)


def test_own_rules_are_held_against_the_patterns(tmp_path):
    own = tmp_path / "stubborn.py"
    own.write_text("def autonomy_after(autonomy, utility, p):\n    return autonomy\n")
    shown = patterns.check(rules=rules_from(own), replicates=2)
    assert {each.pattern for each in shown if not each.holds} >= {"P2", "P7", "P8"}
