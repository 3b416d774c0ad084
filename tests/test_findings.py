"""Sentences against tables made by hand, and findings by kind of design."""

import re
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from empowersim import plots, words
from empowersim.analysis import Estimate
from empowersim.errors import AnalysisError
from empowersim.experiment import Experiment
from empowersim.findings import answer, findings
from empowersim.findings.loops import up_and_down
from empowersim.findings.study import file_name
from empowersim.outcomes import MEASURES, NAMES, REGIMES
from empowersim.scenarios import Intervention

SPACES = str.maketrans({words.NO_BREAK: " ", words.NARROW: " "})


def plain(text):
    """With spaces that may break, and a plain minus."""
    return text.translate(SPACES).replace(words.MINUS, "-")


def experiment(outcomes=("partnership",), level=0.5, **sections):
    return Experiment(
        title="T",
        scenario={"name": "carry-it-together", "weeks": 52},
        analysis={"outcomes": outcomes, "level": level},
        **sections,
    )


def results(planned, partnership, *, replicates=16, noise=0.01, strain=0.3, weeks=(52,)):
    """Results whose mean is a function of the point; the other relations are directed."""
    luck = np.random.default_rng(0).normal(0, noise, replicates)
    luck -= luck.mean()
    rows = []
    for number, point in enumerate(planned.points):
        for replicate in range(replicates):
            for week in weeks:
                share = float(np.clip(partnership(point) + luck[replicate], 0, 1))
                row = dict.fromkeys(NAMES, 0.5) | dict.fromkeys(REGIMES, 0.0)
                row |= {"partnership": share, "directed": 1 - share, "strain": strain}
                rows.append({"point": number, "replicate": replicate, "week": week} | row)
    return pd.DataFrame(rows)


def told(planned, table, language="en"):
    return findings(planned, planned.design_table(), table, language)


def sentences(found, name):
    (one,) = [each for each in found if each.name == name]
    return plain(" ".join(one.sentences))


def over_share(count=5, **sections):
    factors = {"collaborator_share": {"low": 0, "high": 1, "count": count}}
    return experiment(design={"kind": "grid", "factors": factors}, **sections)


CURVE = "curve-partnership-collaborator_share"


def share_of(point):
    return point.values["collaborator_share"]


# --- Curves -------------------------------------------------------------------------------------


def test_an_optimum_between_the_ends_is_told_with_both_ends():
    planned = over_share()
    found = told(planned, results(planned, lambda p: 0.8 - 2 * (share_of(p) - 0.5) ** 2))
    text = sentences(found, CURVE)
    assert "is highest at “Share carried by collaborators” = 0.5" in text
    assert "lower at both ends: 30.0 %" in text


def test_a_flat_curve_is_about_the_same():
    planned = over_share()
    text = sentences(told(planned, results(planned, lambda p: 0.4)), CURVE)
    assert "about the same whatever the value of “Share carried by collaborators”" in text
    assert "highest" not in text
    assert "rises" not in text
    assert "falls" not in text


def test_a_difference_within_the_noise_is_about_the_same():
    planned = over_share()
    table = results(planned, lambda p: 0.4 + 0.01 * share_of(p), noise=0.2)
    assert "about the same" in sentences(told(planned, table), CURVE)


def test_a_rising_curve_crosses_the_level_where_it_does():
    planned = over_share()
    text = sentences(told(planned, results(planned, lambda p: 0.1 + 0.8 * share_of(p))), CURVE)
    assert "rises from 10.0 %" in text
    at = re.search(r"crosses 50 % at “Share carried by collaborators” = ([\d.]+)", text)
    assert float(at[1]) == pytest.approx(0.5, abs=0.02)
    assert "falling" not in text


def test_a_level_that_is_never_reached_is_not_crossed():
    planned = over_share()
    assert "never crosses 50 %" in sentences(told(planned, results(planned, lambda p: 0.2)), CURVE)


def test_a_valley_is_not_called_the_same():
    planned = over_share()
    table = results(planned, lambda p: 0.2 + 2 * (share_of(p) - 0.5) ** 2)
    text = sentences(told(planned, table), CURVE)
    assert "lower between the ends" in text
    assert "about the same" not in text


def test_less_strain_is_better():
    planned = over_share(outcomes=("strain",))
    table = results(planned, lambda p: 0.4)
    place = table["point"] / 4
    luck = np.random.default_rng(1).normal(0, 0.01, 16)[table["replicate"]]
    table["strain"] = 0.2 + (place - 0.25) ** 2 + luck
    text = sentences(told(planned, table), "curve-strain-collaborator_share")
    assert "strain is lowest at “Share carried by collaborators” = 0.25" in text.replace(
        "Strain", "strain"
    )
    assert "higher at both ends" in text


def test_every_group_has_a_curve_and_no_figure_too_many():
    factors = {"collaborator_share": [0, 0.5, 1], "coaching": [k / 10 for k in range(10)]}
    planned = experiment(design={"kind": "grid", "factors": factors})
    found = told(planned, results(planned, share_of, replicates=4))
    (curves,) = [each for each in found if each.name == CURVE]
    assert len(curves.figures) == 2
    assert len(curves.tables["curve"]) == 30
    assert "2 more are in the table" in curves.sentences[-1]


def test_too_many_points_are_said_to_be_too_many(monkeypatch):
    monkeypatch.setattr("empowersim.findings.study.MOST_POINTS", 4)
    planned = over_share()
    found = told(planned, results(planned, share_of))
    assert "for 5 points; at most 4 are analysed" in sentences(found, CURVE)
    assert "is highest" in sentences(found, "overview")


# --- Cases --------------------------------------------------------------------------------------


def two_cases(gap, noise=0.01):
    planned = experiment(cases={"first": {}, "second": {"set": {"coaching": 0}}})
    table = results(planned, lambda p: 0.5 - gap * (p.case == "second"), noise=noise)
    return planned, table


def test_cases_without_a_difference_are_about_the_same():
    planned, table = two_cases(0)
    own = np.random.default_rng(2).normal(0, 0.02, len(table))
    table["partnership"] += own - own.mean()
    text = sentences(told(planned, table), "cases")
    assert "In “second” and in “first”, the share of partnerships is about the same" in text
    assert "higher" not in text
    assert "lower" not in text


def test_a_case_that_is_lower_is_told_with_its_difference():
    text = sentences(told(*two_cases(0.2)), "cases")
    assert "lower than in “first”: -20 points" in text
    assert "better in 0 % of the replicates" in text


def test_the_best_of_points_that_overlap_is_said_to_be_about_the_same():
    planned, table = two_cases(0.001, noise=0.1)
    assert "about the same" in sentences(told(planned, table), "overview")


# --- Other designs --------------------------------------------------------------------------------


def test_one_at_a_time_tells_what_moves_and_what_does_not():
    factors = {"collaborator_share": [0, 1], "coaching": [0]}
    planned = experiment(design={"kind": "one-at-a-time", "factors": factors})
    table = results(planned, lambda p: 0.3 + 0.4 * (p.values["coaching"] == 0))
    text = sentences(told(planned, table), "moves-partnership")
    assert (
        "With “Accompaniment of managers” = 0, the share of partnerships rises by 40 points" in text
    )
    same = "With “Share carried by collaborators” = 0 and “Share carried by collaborators” = 1"
    assert f"{same}, the share of partnerships is about the same" in text


def sobol(partnership, **options):
    ranges = {name: {"low": 0, "high": 1} for name in ("coaching", "training", "mandate")}
    planned = experiment(design={"kind": "sobol", "n": 64, "factors": ranges})
    return planned, results(planned, partnership, replicates=4, noise=0.001, **options)


@pytest.fixture
def no_prim(monkeypatch):
    monkeypatch.setattr("empowersim.findings.sensitivity.find_spec", lambda name: None)


@pytest.mark.usefixtures("no_prim")
def test_sobol_names_the_factor_that_decides_and_those_that_do_not():
    planned, table = sobol(lambda p: 0.1 + 0.7 * p.values["coaching"] + 0.1 * p.values["mandate"])
    found = told(planned, table)
    text = sentences(found, "sobol-partnership")
    assert "decides most about the share of partnerships is “Accompaniment of managers”" in text
    assert "At most 5 % of the variance involves" in text
    assert "“Training of collaborators”" in text.split("At most")[1]
    assert "pip install" in sentences(found, "discovery")


@pytest.mark.usefixtures("no_prim")
def test_sobol_does_not_choose_between_equals():
    planned, table = sobol(lambda p: 0.1 + 0.4 * p.values["coaching"] + 0.4 * p.values["mandate"])
    text = sentences(told(planned, table), "sobol-partnership")
    assert "cannot be told apart" in text
    assert "“Accompaniment of managers”" in text
    assert "“Push to let go”" in text


@pytest.mark.usefixtures("no_prim")
def test_what_cannot_be_computed_says_why_and_spoils_nothing():
    planned, table = sobol(lambda p: 0.4)
    found = told(planned, table[table["point"] != 7])
    assert "could not be computed" in sentences(found, "sobol-partnership")
    assert found[0].name == "overview"


def test_morris_names_the_factor_and_its_way():
    ranges = {name: {"low": 0, "high": 1} for name in ("coaching", "control_reward")}
    planned = experiment(design={"kind": "morris", "trajectories": 8, "factors": ranges})
    table = results(planned, lambda p: 0.8 - 0.6 * p.values["control_reward"], replicates=4)
    text = sentences(told(planned, table), "morris-partnership")
    assert text.startswith("“Careers reward control” moves the share of partnerships most")
    assert "60" in text
    assert "downwards" in text


def test_a_regime_map_counts_its_cells():
    factors = {"collaborator_share": [0, 0.5, 1], "coaching": [0, 0.5, 1]}
    planned = experiment(design={"kind": "grid", "factors": factors})
    table = results(planned, lambda p: 0.9 * (p.values["coaching"] > 0.4), replicates=4)
    text = sentences(told(planned, table), "map-collaborator_share-coaching")
    assert (
        "Of 9 cells, the largest share of relations is partnerships in 6 and directed in 3." in text
    )


RAMPS = [
    {"lever": "coaching", "week": 2, "until": 22, "from": 0, "to": 1, "steps": 5},
    {"lever": "coaching", "week": 26, "until": 46, "from": 0.8, "to": 0, "steps": 4},
]


def test_a_lever_up_and_down_is_a_loop():
    planned = experiment(runs={"record": "weekly"}, cases={"one": {"ramps": RAMPS}})
    table = results(planned, lambda p: 0.0, weeks=range(53))
    luck = np.random.default_rng(3).normal(0, 0.01, 16)[table["replicate"]]
    # What was won stays: the share follows the highest value that the lever has had.
    table["partnership"] = 0.1 + 0.8 * np.clip((table["week"] - 2) / 20, 0, 1) + luck
    found = told(planned, table)
    text = sentences(found, "loop-coaching-0")
    assert "stays higher than on the way up" in text
    assert "never on the way back" in text
    assert answer(planned, found).startswith("On the way back")


def test_loops_of_several_cases_are_told_apart():
    planned = experiment(runs={"record": "weekly"}, cases={"one": {"ramps": RAMPS},
                                                           "two": {"ramps": RAMPS}})  # fmt: skip
    table = results(planned, lambda p: 0.0, weeks=range(53))
    luck = np.random.default_rng(3).normal(0, 0.01, 16)[table["replicate"]]
    table["partnership"] = 0.1 + 0.8 * np.clip((table["week"] - 2) / 20, 0, 1) + luck
    found = told(planned, table)
    loops = [each for each in found if each.name.startswith("loop-")]
    assert [each.gist for each in loops] == [each.sentences for each in loops]
    for case, loop in zip(("one", "two"), loops, strict=True):
        assert all(each.startswith(f"In “{case}”: ") for each in loop.gist)
    text = answer(planned, found)
    assert "In “one”: on the way back" in text
    assert "In “two”: on the way back" in text


def test_a_path_begins_with_the_first_step_and_gives_the_last_its_time():
    steps = tuple(
        Intervention(w, "coaching", v) for w, v in ((1, 0), (5, 0.5), (9, 1), (13, 0.5), (17, 0))
    )
    (path,) = up_and_down(steps, 100).values()
    assert path[1] == 0
    assert path[4] == 0
    assert path[12] == 1
    assert max(path) == 20
    assert not up_and_down(steps[:3], 100)


def test_no_results_are_an_error():
    planned = experiment()
    table = results(planned, lambda p: 0.5)
    with pytest.raises(AnalysisError, match="no results"):
        told(planned, table.iloc[:0])


def test_weekly_results_tell_what_the_last_week_does():
    planned, table = two_cases(0.2)
    early = table.assign(week=1, partnership=0.0)
    both = told(planned, pd.concat([early, table]))
    assert [each.sentences for each in both] == [each.sentences for each in told(planned, table)]


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("kind", ["grid", "one-at-a-time", "two cases"])
def test_an_outcome_without_any_value_is_a_sentence(kind, language):
    sections = (
        {"cases": {"one": {}, "two": {}}}
        if kind == "two cases"
        else {"design": {"kind": kind, "factors": {"coaching": [0, 0.5, 1]}}}
    )
    planned = experiment(outcomes=("trust", "strain"), **sections)
    table = results(planned, lambda p: 0.5).assign(trust=np.nan)
    found = told(planned, table, language)
    assert words.say(language, "no value", subject=words.subject("trust", language)) in (
        found[0].sentences
    )
    text = answer(planned, found, language)
    assert "nan" not in text
    for figure in (draw for each in found for draw in each.figures.values()):
        figure()


def test_points_without_a_value_are_left_out_and_the_others_told():
    planned = experiment(
        cases={"one": {}, "two": {}}, design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1]}}
    )
    table = results(planned, lambda p: 0.5)
    lost = table["point"] < 3
    table.loc[lost, list(REGIMES)] = np.nan
    found = told(planned, table)
    assert "In “two”: the share of partnerships is 50 %" in sentences(found, "overview")
    assert "“one”" not in sentences(found, "overview")
    for draw in found[0].figures.values():
        draw()


def test_unknown_regimes_are_not_told():
    planned = over_share(outcomes=("trust",))
    table = results(planned, lambda p: 0.5)
    table[list(REGIMES)] = np.nan
    found = told(planned, table)
    assert "of all relations" not in " ".join(found[0].sentences).lower()
    assert "Trust is 50 %" in plain(answer(planned, found))


@pytest.mark.parametrize("left", range(1, 10))
@pytest.mark.parametrize("kind", ["grid", "one-at-a-time"])
def test_a_sweep_cut_short_anywhere_can_be_told(kind, left):
    factors = {"collaborator_share": [0, 0.5, 1], "coaching": [0, 0.5, 1]}
    planned = experiment(
        outcomes=("partnership", "strain"),
        cases={"one": {}, "two": {}},
        design={"kind": kind, "factors": factors},
    )
    table = results(planned, lambda p: 0.4 + 0.2 * share_of(p), replicates=4)
    found = told(planned, table[table["point"] < left])
    assert answer(planned, found)
    for figure in (draw for each in found for draw in each.figures.values()):
        figure()


# --- The figures ----------------------------------------------------------------------------------


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def first_curves(planned, outcome):
    found = told(planned, results(planned, lambda p: p.values["collaborator_share"], replicates=4))
    name = file_name("curve", outcome, "collaborator_share")
    (curves,) = [each for each in found if each.name == name]
    return curves.figures["curves-1"]()


def test_a_legend_of_one_factor_names_it_and_one_of_several_leaves_that_to_the_title():
    by_one = {"collaborator_share": [0, 0.5, 1], "coaching": [0, 1]}
    planned = experiment(design={"kind": "grid", "factors": by_one})
    name = words.label("coaching", "en")
    assert legend_of(first_curves(planned, "partnership")) == [f"{name} 0", f"{name} 1"]
    by_two = by_one | {"training": [0.5, 1]}
    planned = experiment(design={"kind": "grid", "factors": by_two})
    assert legend_of(first_curves(planned, "partnership"))[0] == "0, 0.5"


def test_where_less_is_better_the_caption_says_lowest():
    planned = over_share(outcomes=("partnership", "strain"))
    for outcome, word in (("partnership", "highest"), ("strain", "lowest")):
        caption = first_curves(planned, outcome).legends[0].get_title().get_text()
        assert f"the {word} mean" in caption


# --- The answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_answer_has_weeks_intervals_and_the_prediction_as_it_was(language):
    prediction = "An optimum {lies} between."
    planned = over_share().model_copy(update={"prediction": prediction})
    table = results(planned, lambda p: 0.8 - 2 * (share_of(p) - 0.5) ** 2)
    text = answer(planned, told(planned, table, language), language)
    assert "52" in text
    assert "[" in text
    assert prediction in text
    assert "{" not in text.replace(prediction, "")


# --- Words ----------------------------------------------------------------------------------------


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things():
    assert words.TEXTS["en"].keys() == words.TEXTS["fr"].keys()
    optional = {"subject", "count"}  # French may say "elle", English may leave it out
    for key, text in words.TEXTS["en"].items():
        assert blanks(text) - optional == blanks(words.TEXTS["fr"][key]) - optional, key


def test_figures_speak_french():
    assert words.FIGURE_WORDS["fr"].keys() == plots.WORDS.keys()
    assert words.FIGURE_WORDS["en"].keys() <= plots.WORDS.keys()
    for language in words.LANGUAGES:
        for key, text in words.FIGURE_WORDS[language].items():
            assert blanks(text) == blanks(plots.WORDS[key]), key


def test_every_measure_can_be_told():
    for measure in MEASURES:
        assert len(words.SUBJECTS[measure.name]) == len(words.LANGUAGES)


def test_french_numbers():
    assert words.percent(0.345, "fr", 1) == f"34,5{words.NARROW}%"
    assert words.number(2688, "fr") == f"2{words.NARROW}688"
    assert words.number(-0.25, "fr") == f"{words.MINUS}0,25"
    assert words.number(-0.0001, "en", 2) == "0.00"
    found = words.estimate(Estimate(0.893, 0.88, 0.905), "fr")
    assert plain(found) == "89 % [88 à 90 %]"


def test_an_interval_is_as_precise_as_it_deserves():
    def shown(*three):
        return plain(words.estimate(Estimate(*three), "en"))

    assert shown(0.5, 0.4, 0.6) == "50 % [40 to 60 %]"
    assert shown(0.5012, 0.4987, 0.5034) == "50.1 % [49.9 to 50.3 %]"
    assert shown(0.0031, 0.0028, 0.0034) == "0.31 % [0.28 to 0.34 %]"
    assert plain(words.difference(Estimate(-0.12, -0.14, -0.1), "en")) == "-12 points [-14 to -10]"


def test_french_signs_do_not_leave_their_words():
    for key, text in words.TEXTS["fr"].items():
        assert not re.search(r" [:;?!%»]|« ", words.typeset(text, "fr")), key


def test_names_of_files_are_safe():
    assert file_name("curve", "../a b/ç") == "curve-a-b-ç"
    assert file_name("x", "../") == "x-x"


def test_intervals_of_shares_end_where_shares_do():
    """Partnerships everywhere, but in one run: a t interval alone would go past 100 %."""
    planned = experiment(design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1]}})
    shares = results(planned, lambda _: 1.0, noise=0)
    shares.loc[shares["replicate"] == 3, "partnership"] = 0.9
    (overview,) = [each for each in told(planned, shares) if each.name == "overview"]
    points = overview.tables["points"]
    assert points["partnership"].max() < 1
    assert points["partnership_high"].max() == 1
