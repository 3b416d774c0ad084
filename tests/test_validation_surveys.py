"""The simulated surveys: what is asked is true, controls find nothing, and the rules judge."""

import numpy as np
import pandas as pd
import pytest

from empowersim.analysis.bootstrap import Estimate
from empowersim.org_chart import balanced
from empowersim.parameters import Parameters
from empowersim.simulation import simulate
from validation import questionnaires, surveys
from validation.questionnaires import SURVEY_WEEK, YEAR, Answers, Life
from validation.surveys import CLAIMS, CUT, EFFECTS


@pytest.fixture(scope="module")
def small():
    return surveys.study(*surveys.SMALL)


@pytest.fixture(scope="module")
def organisation() -> Life:
    return questionnaires.lived(Parameters(), 3, SURVEY_WEEK + YEAR, seed=5)


@pytest.fixture(scope="module")
def alive() -> Answers:
    return survey_of({})


def survey_of(changes) -> Answers:
    there = questionnaires.everyone(
        questionnaires.lives(24, SURVEY_WEEK + YEAR, changes), SURVEY_WEEK
    )
    return questionnaires.answers(there, np.random.default_rng(0))


def test_the_matters_worked_out_again_are_those_that_were_lived(organisation):
    """Mean success of a week, of everyone with a manager, is the engines' output."""
    weekly = simulate(Parameters(), balanced(3, 3), weeks=SURVEY_WEEK, seed=5, workers=1).weekly
    for week in (1, 20, SURVEY_WEEK):
        succeeded = questionnaires.matters(organisation, week).succeeded[1:]
        assert succeeded.mean() == pytest.approx(weekly["output"][week], abs=1e-12)


def test_the_chance_of_success_is_what_successes_tend_to(organisation):
    weeks = range(1, SURVEY_WEEK)
    chance = np.mean([questionnaires.chance_of_success(organisation, week)[1:] for week in weeks])
    succeeded = np.mean(
        [questionnaires.matters(organisation, week).succeeded[1:] for week in weeks]
    )
    assert chance == pytest.approx(succeeded, abs=4 * 0.5 / np.sqrt(39 * len(weeks)))


def test_only_those_who_stayed_are_asked_and_the_head_is_not(organisation):
    asked = questionnaires.truths(organisation, SURVEY_WEEK).index
    disposition = organisation.states["disposition"][13 : SURVEY_WEEK + 1, asked]
    assert 0 not in asked
    assert 0 < len(asked) < 39  # somebody left
    assert (disposition == disposition[0]).all()


def test_with_everything_cut_nothing_correlates_and_otherwise_it_does(alive):
    """The negative control: the same survey of people whom nothing moves."""
    cut = questionnaires.correlations(survey_of(CUT), resamples=300)
    found = questionnaires.correlations(alive, resamples=300)
    for claim in CLAIMS:
        assert abs(cut.of(claim.one, claim.other).value) < 0.12
    assert found.of("exchange", "performance").low > 0.2
    assert found.of("autonomy", "facilitation").low > 0.3


def test_shuffled_answers_do_not_correlate(alive):
    dealt = questionnaires.shuffled(alive, np.random.default_rng(1))
    found = questionnaires.correlations(dealt, resamples=300)
    for one, other in [(claim.one, claim.other) for claim in CLAIMS] + [
        ("autonomy", "facilitation")
    ]:
        assert abs(found.of(one, other).value) < 0.1


def made_up(rho: float, n_organisations: int = 50, each: int = 60) -> pd.DataFrame:
    """People whose trust and autonomy correlate at `rho`; the other scales are noise."""
    rng = np.random.default_rng(3)
    truth = pd.DataFrame(
        rng.standard_normal((n_organisations * each, len(questionnaires.SCALES))),
        columns=questionnaires.SCALES,
    )
    truth["trust"] = rho * truth["autonomy"] + np.sqrt(1 - rho**2) * truth["trust"]
    return truth.assign(organisation=np.repeat(np.arange(n_organisations), each))


def test_the_correction_finds_what_noise_has_hidden():
    given = questionnaires.answers(made_up(0.5), np.random.default_rng(0))
    raw = questionnaires.correlations(given, corrected=False, resamples=300)
    found = questionnaires.correlations(given, resamples=300)
    assert found.alpha[0] == pytest.approx(0.79, abs=0.03)
    assert raw.of("trust", "autonomy").high < 0.45
    assert found.of("trust", "autonomy").value == pytest.approx(0.5, abs=0.04)


def test_a_mood_common_to_all_answers_makes_correlations_of_nothing():
    given = questionnaires.answers(made_up(0), np.random.default_rng(0), method=0.5)
    found = questionnaires.correlations(given, resamples=100)
    assert found.of("trust", "tension").low > 0.2
    assert abs(found.of("trust", "performance").value) < 0.1  # which another person rates


def test_correlations_are_numpys_and_levels_part_them():
    truth = made_up(0.5)
    truth[["trust", "tension"]] += (
        3 * np.random.default_rng(4).standard_normal(50)[truth["organisation"], None]
    )
    given = questionnaires.answers(truth, np.random.default_rng(0), noise=0)
    pooled, within, between = (
        questionnaires.correlations(given, level, resamples=200).of("trust", "tension")
        for level in questionnaires.LEVELS
    )
    assert pooled.value == pytest.approx(np.corrcoef(truth["trust"], truth["tension"])[0, 1])
    assert abs(within.value) < 0.05 < 0.95 < between.value
    # Fifty organisations say less than three thousand independent people would.
    assert pooled.high - pooled.low > 3 * 4 * (1 - pooled.value**2) / np.sqrt(len(truth))


def test_a_coefficient_is_that_of_least_squares():
    truth = made_up(0.6)
    given = questionnaires.answers(truth, np.random.default_rng(0), noise=0)
    found = questionnaires.correlations(given, resamples=10).coefficient(
        "trust", "autonomy", "tension"
    )
    x = truth[["autonomy", "tension"]]
    x, y = (x - x.mean()) / x.std(), truth["trust"]
    assert found.value == pytest.approx(np.linalg.lstsq(x, (y - y.mean()) / y.std())[0][0])


def test_earlier_impact_moves_managers_among_colleagues_by_trust_alone(small):
    path = surveys.DELEGATION
    assert small.colleagues.coefficient(*path).low > 0
    without = small.switched_colleagues["trust does not move managers"].coefficient(*path)
    assert abs(without.value) < 0.05


def test_the_rules_judge():
    of_size, claim = surveys.of_size, surveys.BEHAVIOUR  # .31
    assert of_size(Estimate(0.3, 0.2, 0.4), claim) == "reproduced"
    assert of_size(Estimate(0.6, 0.5, 0.7), claim) == "reproduced in part"  # the sign alone
    assert of_size(Estimate(0.1, -0.1, 0.3), claim) == "reproduced in part"  # the size alone
    assert of_size(Estimate(-0.2, -0.3, -0.1), claim) == "not reproduced"
    assert surveys.hardly(Estimate(0, -0.1, 0.1), -0.04)
    assert not surveys.hardly(Estimate(0, -0.1, 0.2), -0.04)


def test_the_section_has_all_verdicts_and_writes_no_picture(monkeypatch, tmp_path, small):
    monkeypatch.setattr(surveys, "study", lambda *_: small)
    monkeypatch.setattr(surveys, "FIGURE", tmp_path / "validation_surveys.png")
    found = surveys.section(small=True)
    assert [each.name for each in found.verdicts] == [
        "V1a", "V1b", "V1c", "V1d", "V1e", "V2", "V3"
    ]  # fmt: skip
    assert all(name in found.text for name in EFFECTS)
    assert "nan" not in found.text + "".join(map(str, found.verdicts))
    assert not (tmp_path / "validation_surveys.png").exists()


def test_labels_do_not_lie_on_each_other():
    assert surveys.apart([0.0, 0.5, 0.52, 0.55], gap=0.1) == pytest.approx([0.0, 0.5, 0.6, 0.7])


def test_the_picture_is_drawn(tmp_path, small):
    surveys.picture(small, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 50_000
