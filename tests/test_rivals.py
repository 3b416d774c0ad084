"""Rules from the literature, by name: in both engines, within their bounds, and as they say."""

import inspect
import json
import math
import pickle
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llvmlite.binding import get_host_cpu_features

from empowersim import EmpowermentModel, Parameters, rules, simulate
from empowersim.cli import main
from empowersim.errors import ExperimentError
from empowersim.experiment import Experiment
from empowersim.org_chart import balanced
from empowersim.own_rules import rules_from
from empowersim.rivals import RIVALS, title
from empowersim.scenarios import NAMED
from equivalence.tables import assert_engines_agree, assert_identical
from processes import run_python
from small_charts import CHARTS
from strategies import indicators, parameters, shares
from test_compiled import WITHOUT_AVX512
from test_exact_arithmetic import inexact

DOCS = Path(__file__).parents[1] / "docs"
NAMES = (
    "aghion-tirole",
    "linear-effort",
    "logit",
    "situational-leadership",
    "symmetric-trust",
)
ROUNDING = 1e-12
utilities = st.floats(-60, 60)


@cache
def rival(name):
    return rules_from(name)


def own(name, function):
    """A function of a rival's file, a helper included."""
    one = vars(rival(name).functions)[rival(name).replaced[0]]
    return one.__globals__[function]


# --- Names ------------------------------------------------------------------------------------


def test_the_folder_is_the_list():
    assert tuple(RIVALS) == NAMES
    assert all(re.fullmatch(r"[A-Z].{20,110}\.", title(name)) for name in RIVALS)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_its_file(name):
    by_name, by_file = rival(name), rules_from(RIVALS[name])
    assert by_name == by_file
    assert by_name.name == name
    assert pickle.loads(pickle.dumps(by_name)) == by_name  # noqa: S301


def test_no_two_replace_the_same_rule():
    """So that a difference has one cause, and all can be held against ours at once."""
    replaced = [rule for name in RIVALS for rule in rival(name).replaced]
    assert len(replaced) == len(set(replaced))


@pytest.mark.parametrize("name", ["logitt", "situational_leadership", "nope", "x-y", "", None, 3])
def test_a_name_that_nothing_has_is_refused_with_the_rivals(name):
    with pytest.raises(ExperimentError) as caught:
        rules_from(name)
    told = str(caught.value)
    assert repr(str(name)) in told
    assert ", ".join(RIVALS) in told
    assert "path/to/my_rules.py" in told
    assert "\n" not in told
    if name == "logitt":
        assert "did you mean logit?" in told


def test_a_file_that_is_not_there_is_still_a_file(tmp_path):
    with pytest.raises(ExperimentError, match=r"no file .*logit\.py"):
        rules_from(tmp_path / "logit.py")


def test_a_rivals_name_comes_before_a_modules(tmp_path, monkeypatch):
    (tmp_path / "logit.py").write_text("def choice(utility, p):\n    return 0.25\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert rules_from("logit") == rival("logit")
    assert rules_from("logit.py").functions.choice(1.0, Parameters()) == 0.25


def test_a_hash_hangs_on_the_text_not_on_where_the_package_is(tmp_path):
    """A worker elsewhere gets the text, and must come to the same hash."""
    for name, path in RIVALS.items():
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        assert rules_from(copy).source_hash == rival(name).source_hash


# --- Selection --------------------------------------------------------------------------------


def test_an_experiment_file_names_a_rival(tmp_path):
    file = tmp_path / "experiment.toml"
    file.write_text('[runs]\nrules = "symmetric-trust"\n')
    found = Experiment.read(file)
    assert found.rules == rival("symmetric-trust")
    assert found.sources() == {}  # the package has it
    assert 'rules = "symmetric-trust"' in found.to_toml()
    assert found.hash() != Experiment().in_folder(tmp_path).hash()
    file.write_text('[runs]\nrules = "symetric-trust"\n')
    with pytest.raises(ExperimentError, match=r"did you mean symmetric-trust\?"):
        Experiment.read(file)


def tell(capsys, *arguments):
    code = main(list(arguments))
    return code, *capsys.readouterr()


def test_the_command_line_lists_them(capsys):
    code, printed, _ = tell(capsys, "rivals")
    assert code == 0
    for name in RIVALS:
        assert f"{name}\n    {title(name)}\n" in printed
    code, printed, _ = tell(capsys, "rivals", "--json")
    listed = json.loads(printed)
    assert [row["name"] for row in listed] == list(RIVALS)
    assert listed[2]["replaces"] == ["choice"]


def test_the_command_line_runs_by_them(capsys, tmp_path):
    chart = str(tmp_path / "chart.csv")
    assert tell(capsys, "org", "grow", "--span", "2", "--depth", "2", "--out", chart)[0] == 0
    call = ("run", "just-let-go", "--org", chart, "--weeks", "12", "--replicates", "2")
    by_rival = tell(capsys, *call, "--rules", "symmetric-trust", "--json")
    again = tell(capsys, *call, "--rules", "symmetric-trust", "--json", "--engine", "mesa")
    assert by_rival == again
    assert by_rival[1] != tell(capsys, *call, "--json")[1]
    out = str(tmp_path / "results")
    assert tell(capsys, *call, "--rules", "symmetric-trust", "--out", out)[0] == 0
    assert Experiment.read(Path(out) / "experiment.toml").rules == rival("symmetric-trust")
    assert tell(capsys, "replay", out, "0:1")[0] == 0
    code, _, told = tell(capsys, *call, "--rules", "logitt")
    assert code == 2
    assert "did you mean logit?" in told


def test_a_sweep_by_axes_takes_a_rival_and_a_file_says_its_own(capsys, tmp_path):
    out = str(tmp_path / "results")
    axes = ("sweep", "collaborator_share=0,1", "--weeks", "3", "--replicates", "2", "--out", out)
    assert tell(capsys, *axes, "--rules", "symmetric-trust", "--quiet")[0] == 0
    assert Experiment.read(Path(out) / "experiment.toml").rules == rival("symmetric-trust")
    again = ("sweep", f"{out}/experiment.toml", "--rules", "logit", "--out", f"{out}2")
    code, _, told = tell(capsys, *again)
    assert code == 2
    assert "--rules is for axes" in told


# --- Both engines -----------------------------------------------------------------------------

POINTS = [
    NAMED["carry-it-together"],
    NAMED["just-let-go"],
    Parameters(mandate=1, capacity=1, choice_spread=0.01, turnover=0.1),
]


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_agree_to_the_last_bit(name):
    how = {"replicates": 2, "weeks": 40, "seed": 5, "rules": rival(name)}
    assert_engines_agree(POINTS, CHARTS["uneven"], **how)


@pytest.mark.parametrize("name", NAMES)
def test_it_makes_a_difference(name):
    ours, theirs = (
        simulate(POINTS, CHARTS["uneven"], weeks=40, rules=each).weekly
        for each in (None, rival(name))
    )
    states = ["autonomy", "responsibility", "trust"]
    assert_identical(ours[states][ours.week == 0], theirs[states][theirs.week == 0])
    assert not ours.equals(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_only_exact_operations(name):
    """What our rules may do, and calls of the original rules and of the file's own functions."""
    one = rival(name).functions
    file = vars(one)[rival(name).replaced[0]].__globals__
    functions = [each for each in rival(name).own_functions() if each.__globals__ is file]
    own_names = {each for each, what in file.items() if inspect.isclass(what)}
    own_names |= {function.__name__ for function in functions} | {
        f"rules.{each}" for each in vars(rules)
    }
    for function in functions:
        found = inexact(inspect.getsource(function))
        assert [each for each in found if each.removeprefix("call of ") not in own_names] == []


ASSEMBLY = """
from test_compiled import batch
from empowersim import ensemble
from empowersim.org_chart import balanced
from empowersim.own_rules import rules_from
own = rules_from("logit")
batch(balanced(2, 1), own).run(weeks=1, first_recorded=1)
print(*ensemble.kernels(own).live.inspect_asm().values())
"""


@pytest.mark.skipif(not get_host_cpu_features().get("avx2"), reason="no AVX2 here")
def test_the_logit_handles_several_lanes_in_one_instruction(tmp_path):
    """Its exponential is the longest function here: a longer one would be called, lane by lane."""
    assembly = run_python(ASSEMBLY, NUMBA_CACHE_DIR=str(tmp_path), **WITHOUT_AVX512)
    packed = re.findall(r"\tv(?:add|sub|mul|div|sqrt)pd\t.*%[yz]mm", assembly)
    single = re.findall(r"\tv(?:add|sub|mul|div|sqrt)sd\t", assembly)
    assert len(packed) > 4 * len(single), f"{len(packed)} packed, {len(single)} single"


# --- Logit ------------------------------------------------------------------------------------


@given(st.floats(-40, 40))
def test_the_exponential_is_right_to_13_digits(x):
    assert own("logit", "_exp")(x) == pytest.approx(math.exp(x), rel=1e-13, abs=0)


def test_the_exponential_at_its_ends():
    exp = own("logit", "_exp")
    assert exp(0.0) == 1.0
    for x in (-40.0, -1.0, 1.0, 40.0):
        assert exp(x) == pytest.approx(math.exp(x), rel=1e-13, abs=0)


@given(utilities, utilities, parameters())
def test_logit_is_a_logistic_curve(one, other, p):
    choice = rival("logit").functions.choice
    less, more = sorted((one, other))
    assert 0.0 < choice(less, p) <= choice(more, p) + ROUNDING <= 1.0 + ROUNDING
    assert choice(0.0, p) == 0.5
    assert choice(-one, p) == pytest.approx(1.0 - choice(one, p), abs=ROUNDING)
    exponent = min(40.0, max(-40.0, 2.0 * one / math.sqrt(p.choice_spread)))
    assert choice(one, p) == pytest.approx(1.0 / (1.0 + math.exp(-exponent)), abs=ROUNDING)


@given(parameters())
def test_logit_is_as_steep_as_ours_at_0_and_has_lighter_tails(p):
    choice, step = rival("logit").functions.choice, 1e-4 * math.sqrt(p.choice_spread)
    slopes = [(each(step, p) - each(-step, p)) / (2 * step) for each in (choice, rules.choice)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-6)
    assert slopes[1] == pytest.approx(0.5 / math.sqrt(p.choice_spread), rel=1e-6)
    far = -4.0 * math.sqrt(p.choice_spread)
    assert choice(far, p) < rules.choice(far, p)


# --- Aghion and Tirole ------------------------------------------------------------------------


def effort(autonomy, carried, own_drive, strain):
    own_rules = rival("aghion-tirole").functions
    terms = own_rules.taking_on(autonomy, carried, own_drive, 0.5, 0.5, strain, Parameters())
    return own_rules.utility_of_taking_on(terms)


@given(*[shares] * 5)
def test_initiative_is_a_share_and_interference_kills_it(autonomy, carried, drive, strain, more):
    best = effort(autonomy, carried, drive, strain)
    assert 0.0 <= best <= 1.0
    assert effort(max(autonomy, more), carried, drive, strain) >= best - ROUNDING
    assert effort(autonomy, max(carried, more), drive, strain) >= best - ROUNDING
    assert effort(autonomy, carried, max(drive, more), strain) >= best - ROUNDING
    assert effort(autonomy, carried, drive, max(strain, more)) <= best + ROUNDING
    assert effort(0.0, carried, drive, strain) == 0.0


def test_initiative_starts_where_ours_starts():
    p = Parameters()
    mean_drive = drive_at_the_start()
    best = effort(p.initial_autonomy, 0.0, mean_drive, p.initial_strain)
    assert best == pytest.approx(p.initial_responsibility, abs=0.01)


# --- Situational leadership -------------------------------------------------------------------


def drive_at_the_start():
    model = EmpowermentModel(org_chart=balanced(10, 3))
    drives = [rules.drive(each.readiness, each.willingness) for each in model.collaborators]
    return sum(drives) / len(drives)


def lets_go(own_rules, trust, own_drive, p):
    terms = own_rules.letting_go(0.5, trust, own_drive, 0.7, 0.2, 0.8, 0.8, p)
    return own_rules.utility_of_letting_go(terms)


@given(shares, shares, shares, shares, parameters())
def test_managers_go_by_drive_and_not_by_trust(trust, other, drive, more, p):
    theirs = rival("situational-leadership").functions
    assert lets_go(theirs, trust, drive, p) == lets_go(theirs, other, drive, p)
    assert lets_go(theirs, trust, max(drive, more), p) >= lets_go(theirs, trust, drive, p)
    assert lets_go(rules, trust, drive, p) == lets_go(rules, trust, more, p)


def test_by_situation_everybody_starts_alike_on_average():
    p, neutral = Parameters(), own("situational-leadership", "NEUTRAL_DRIVE")
    theirs = rival("situational-leadership").functions
    assert drive_at_the_start() == pytest.approx(neutral, abs=0.01)
    ours = lets_go(rules, p.initial_trust, neutral, p)
    assert lets_go(theirs, p.initial_trust, neutral, p) == pytest.approx(ours, abs=ROUNDING)
    one_more = lets_go(theirs, 0.5, neutral + 0.25, p) - lets_go(theirs, 0.5, neutral, p)
    assert one_more == pytest.approx(0.25 * p.w_trust)


# --- Symmetric trust --------------------------------------------------------------------------


@given(shares, indicators, indicators, parameters())
def test_trust_is_won_as_fast_as_it_is_lost(trust, left, took, p):
    after = rival("symmetric-trust").functions.trust_after
    won, lost = (after(trust, left, took, succeeded, p) for succeeded in (1.0, 0.0))
    assert 0.0 <= lost <= won <= 1.0
    if left or took:
        mirrored = 1.0 - after(1.0 - trust, left, took, 0.0, p)
        assert won == pytest.approx(mirrored, abs=ROUNDING)
        assert won - lost == pytest.approx(p.trust_gain, abs=ROUNDING)
    else:
        assert won == lost == pytest.approx(rules.trust_after(trust, 0.0, 0.0, 1.0, p))


# --- The pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_description_and_the_decision_say_them_as_they_are(name):
    odd = (DOCS / "odd.md").read_text(encoding="utf-8")
    [row] = [line for line in odd.splitlines() if line.startswith(f"| [`{name}`](")]
    assert title(name) in row
    assert ", ".join(f"`{rule}`" for rule in rival(name).replaced) in row
    decision = (DOCS / "decisions" / "0007-rival-rules.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in decision
