"""V4 to V7: the rules for verdicts, negative controls that must give nought, and the section."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from empowersim import Parameters, simulate
from empowersim.org_chart import balanced
from empowersim.own_rules import rules_from
from validation import structure_studies as studies
from validation import structures
from validation.structure_studies import ALTERNATIVES, SMALL, Estimate, Moderated, Squeeze, Worst

SURE = Estimate(0.10, 0.08, 0.12)
LARGE = Estimate(0.30, 0.28, 0.32)
UNSURE = Estimate(0.01, -0.01, 0.03)
HARM = Estimate(-0.10, -0.12, -0.08)


def final(parameters, rules=None):
    return simulate(
        parameters, balanced(6, 2), replicates=4, weeks=60, record="final", rules=rules, workers=1
    ).final


# --- Rules for verdicts -----------------------------------------------------------------------


def test_an_interval_is_students():
    mean, low, high = studies.estimate([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert high - mean == pytest.approx(4.302653 / 3**0.5)
    assert mean - low == pytest.approx(high - mean)


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        ([Moderated(SURE, SURE, LARGE)] * 3, "reproduced"),
        ([Moderated(SURE, LARGE, LARGE)] * 3, "reproduced in part"),
        ([Moderated(SURE, SURE, LARGE), Moderated(UNSURE, LARGE, LARGE)], "reproduced in part"),
        ([Moderated(UNSURE, LARGE, LARGE)] * 3, "not reproduced"),
    ],
)
def test_empowerment_works_only_with_a_good_boss_if_it_hardly_works_otherwise(found, answer):
    assert studies.verdict_v4(found) == answer


@pytest.mark.parametrize(
    ("even", "difference", "against_half", "effect"),
    [
        (UNSURE, HARM, HARM, "nothing to break"),
        (LARGE, HARM, HARM, "breaks"),
        (LARGE, HARM, SURE, "harms"),
        (LARGE, UNSURE, SURE, "does no harm"),
    ],
)
def test_what_a_squeeze_does_in_a_word(even, difference, against_half, effect):
    assert Squeeze(even, LARGE, difference, against_half).effect == effect


@pytest.mark.parametrize(
    ("outcome", "effect", "by_assurance", "answer"),
    [
        ("partnership", HARM, SURE, "reproduced"),
        ("partnership", HARM, UNSURE, "reproduced in part"),
        ("partnership", UNSURE, SURE, "not reproduced"),
        ("assurance", HARM, SURE, "not reproduced"),  # it must reach the team
    ],
)
def test_accountability_harms_if_it_reaches_the_team(outcome, effect, by_assurance, answer):
    worst = [Worst(outcome, studies.LAST, 0, effect, 0.1)]
    assert studies.verdict_v7(worst, by_assurance) == answer


def test_assurance_turns_harm_into_help_only_if_both_are_clear():
    table = pd.DataFrame([[HARM, SURE], [HARM, UNSURE], [UNSURE, SURE]])
    counts = studies.crossings(table)
    assert counts == {"of": 3, "harms": 2, "helps": 2, "turns": 1}
    assert studies.verdict_crossing(counts) == "reproduced"
    assert studies.verdict_crossing({**counts, "turns": 0}) == "not reproduced"


def survey_of(planted, seed):
    """What a survey finds where facilitation × trust has a known weight."""
    rng = np.random.default_rng(seed)
    cells = pd.DataFrame(product([0], range(8), range(40)), columns=["point", "replicate", "k"])
    f, trust, before, noise = rng.standard_normal((4, len(cells)))
    after = 0.5 * f + planted * f * trust + 0.3 * before + noise
    readiness = {"readiness before": before, "readiness after": after}
    table = cells.assign(level=1, facilitation=f, trust=trust, **readiness)
    return studies.survey(table, "trust", "readiness").interaction


@pytest.mark.parametrize("planted", [0.0, 0.4])
def test_surveys_find_the_interaction_that_is_there_and_seldom_one_that_is_not(planted):
    """Over 20 surveys: of one, an interval of 95 % is wrong once in twenty times."""
    found = [survey_of(planted, seed) for seed in range(20)]
    truth = planted / np.sqrt(0.25 + planted**2 + 0.09 + 1)
    means = np.array([each.mean for each in found])
    error = means.std(ddof=1) / np.sqrt(len(means))
    assert means.mean() == pytest.approx(truth, abs=4 * error)
    missed = sum(not each.low <= truth <= each.high for each in found)
    assert missed <= 4, f"{missed} of 20"  # 4 or fewer with probability .997
    if planted:
        assert all(each.low > 0 for each in found)


def test_a_survey_counts_only_what_is_beyond_its_control():
    found = dict.fromkeys(studies.OUTCOMES, Moderated(SURE, SURE, LARGE))
    beyond = dict.fromkeys(studies.OUTCOMES, SURE)
    assert studies.verdict_survey(found, beyond) == "reproduced"
    assert studies.verdict_survey(found, {**beyond, "readiness": UNSURE}) == "reproduced in part"
    none = dict.fromkeys(studies.OUTCOMES, UNSURE)
    assert studies.verdict_survey(found, none) == "not reproduced"


# --- Negative controls --------------------------------------------------------------------------


def test_without_the_cascade_a_managers_room_reaches_his_team_in_no_way():
    for each in studies.experiment_v4(0.0, SMALL).values():
        assert each.interaction == (0, 0, 0)
        assert each.where_bad == each.where_good
    assert studies.experiment_v4(1.0, SMALL)["readiness"].interaction.low > 0


def test_where_managers_have_room_for_all_the_span_takes_nothing_from_a_good_leader():
    roomy = studies.by_span(studies.Candidate("", {"capacity": 1000.0}), (4, 16), 12)
    usual = studies.by_span(studies.USUAL, (4, 16), 12)
    for context in studies.CONTEXTS:
        lost = studies.spans_of(roomy, context).lost
        assert -studies.CLEAR < lost.low <= lost.high < studies.CLEAR, str(lost)
    assert studies.spans_of(usual, "leaders as they are").lost.high < -0.1


def test_accountability_without_rewards_and_insecurity_reaches_no_team():
    deaf = pd.DataFrame({"control_reward": [0.0], "w_insecurity": [0.0]})
    effects = studies.effects_of_accountability(deaf, 4)
    assert (effects[["strain", "output", "partnership"]] == 0).all(axis=None)
    assert (effects["assurance"] < 0).any()


def test_the_rival_of_v7_is_the_model_where_nobody_answers_to_his_team():
    judged = rules_from(ALTERNATIVES / "judged.py")
    pd.testing.assert_frame_equal(final(Parameters(), judged), final(Parameters()))
    answers = Parameters(upward_accountability=0.8, coaching=0)
    assert final(answers, judged)["assurance"].mean() < final(answers)["assurance"].mean() - 0.02


@pytest.mark.parametrize("file", ["overload_grabs", "overload_trusts", "overload_by_assurance"])
def test_rivals_of_overload_are_the_model_where_overload_moves_nobody(file):
    own = rules_from(ALTERNATIVES / f"{file}.py")
    deaf = Parameters(w_overload=0)
    pd.testing.assert_frame_equal(final(deaf, own), final(deaf))
    assert not final(Parameters(), own).equals(final(Parameters()))


# --- Candidates and the section -------------------------------------------------------------------


@pytest.mark.parametrize("candidate", studies.CANDIDATES, ids=lambda each: each.name[:3])
def test_candidates_start_alike_at_a_span_of_six(candidate):
    def autonomy(of):
        return simulate(
            Parameters(**of.changes),
            balanced(6, 3),
            replicates=8,
            weeks=1,
            record="final",
            rules=of.rules,
            workers=1,
        ).final["autonomy"]

    assert np.abs(autonomy(candidate) - autonomy(studies.USUAL)).max() < 0.002


def test_the_section_says_what_was_found_and_draws_nothing_when_small():
    pictures = (structures.SPANS_FIGURE, structures.CASCADE_FIGURE)
    before = [each.stat().st_mtime_ns if each.exists() else None for each in pictures]
    section = structures.section(small=True)
    after = [each.stat().st_mtime_ns if each.exists() else None for each in pictures]
    assert after == before
    names = [each.name for each in section.verdicts]
    assert names == ["V4a", "V4b", "V5a", "V5b", "V5c", "V6a", "V6b", "V7a", "V7b"]
    by_name = {each.name: each.answer for each in section.verdicts}
    assert by_name["V4b"] == "reproduced in part"
    assert by_name["V6a"] == "not reproduced"
    told = section.text + " ".join(each.found for each in section.verdicts)
    assert "nan" not in told.replace("nance", "")
    assert "Proposal" in told
