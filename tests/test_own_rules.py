"""A researcher's own rules, in both engines, and own agents in the Mesa engine."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

from empowersim import EmpowermentModel, Parameters, compiled, ensemble, rules, simulate
from empowersim.agents import Collaborator, Manager
from empowersim.errors import ExperimentError
from empowersim.model import model_class
from empowersim.own_rules import RULES, _built, find_source, rules_from
from empowersim.random_streams import replicate_key
from empowersim.rivals import RIVALS
from empowersim.rule_trial import try_rules
from empowersim.scenarios import NAMED
from equivalence.tables import TABLES, assert_engines_agree, assert_identical
from processes import run_python
from small_charts import CHARTS
from test_compiled import WITHOUT_AVX512, batch

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "own-rules.md"
EXAMPLES = dict(
    re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder of someone who follows the page."""
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own(folder, text, name="own.py"):
    (folder / name).write_text(text, encoding="utf-8")
    return rules_from(folder / name)


def untried(folder, text):
    """Rules as they are built, before anybody has looked at what they return."""
    (folder / "own.py").write_text(text, encoding="utf-8")
    return _built(find_source(folder / "own.py"))


# --- The page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["alone", "pair", "family", "chain", "star", "uneven"])
def test_both_engines_agree_with_own_rules(folder, chart):
    points = [NAMED["carry-it-together"], NAMED["just-let-go"], Parameters(mandate=0, capacity=1)]
    how = {"replicates": 2, "weeks": 40, "seed": 5, "rules": rules_from("my_rules.py")}
    assert_engines_agree(points, CHARTS[chart], **how)


def test_agents_and_rules_of_the_page_say_the_same(folder):
    """The agents see the attention; the rules see it where facilitation is 1."""
    always = own(folder, "def facilitation(control_habit):\n    return 1.0\n")
    by_agents = model_class("my_model:MyModel")(seed=3, rules=always)
    by_rules = EmpowermentModel(seed=3, rules=rules_from("my_rules"))
    for _ in range(30):
        by_agents.step()
        by_rules.step()
        assert by_agents.measures == by_rules.measures
    assert by_agents.people[9].why_responsibility == by_rules.people[9].why_responsibility
    assert by_rules.measures != lived(30).measures


def lived(weeks, **how):
    model = EmpowermentModel(seed=3, **how)
    for _ in range(weeks):
        model.step()
    return model


def test_interference_kills_initiative_and_overload_lets_it_live(folder, capsys):
    exec(compile(EXAMPLES["compare.py"], "compare.py", "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    assert printed == re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    ours, theirs = (
        [float(number) for number in re.findall(r"\d\.\d+", line)] for line in printed.splitlines()
    )
    assert theirs[0] > 2 * theirs[1]
    assert abs(ours[0] - ours[1]) < 0.05
    best = rules_from("my_rules.py").functions
    efforts = [
        best.utility_of_taking_on(best.taking_on(autonomy, 0, 0.8, 0, attention, 0, None))
        for autonomy, attention in [(0.2, 1.0), (0.2, 0.5), (0.9, 0.5), (1.0, 1.0)]
    ]
    assert efforts == pytest.approx([0.8 * 0.2, 0.8 * 0.6, 0.8 * 0.95, 0.8])


def test_own_terms_explain_a_decision(folder, capsys):
    exec(compile(EXAMPLES["watch.py"], "watch.py", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.startswith("Initiative(benefit=0.")


# --- What replaces what -----------------------------------------------------------------------


def test_a_rule_that_is_left_alone_meets_the_new_ones(folder):
    text = "def choice(utility, p):\n    return 0.5 + 0.25 * (1.0 if utility > 0.0 else -1.0)\n"
    new = own(folder, text)
    p = Parameters(pace=0.25)
    assert new.functions.autonomy_after(0.5, 3.0, p) == 0.5625
    assert rules.autonomy_after(0.5, 3.0, p) != 0.5625
    assert_engines_agree(Parameters(), CHARTS["family"], weeks=20, rules=new)
    assert new.replaced == ("choice",)
    assert new.functions.trust_after is not rules.trust_after
    assert new.functions.TakingOn is rules.TakingOn


def test_seen_from_the_file_rules_means_the_original(folder):
    text = """
from empowersim import rules
from empowersim.rules import clip, towards

def _half(x):
    return HALF * x

HALF = 0.5

def choice(utility, p):
    return clip(_half(rules.choice(utility, p)))

def sign(left, took, appreciation, p):
    return towards(0.0, rules.sign(left, took, appreciation, p), HALF)
"""
    new = own(folder, text)
    p = Parameters()
    assert new.functions.choice(0.7, p) == 0.5 * rules.choice(0.7, p)
    assert_engines_agree(Parameters(), CHARTS["balanced"], weeks=20, rules=new)


def test_rules_repeated_word_for_word_change_nothing(folder):
    """Every rule replaced by its own source: other machine code, the same numbers."""
    text = Path(rules.__file__).read_text(encoding="utf-8")
    same = own(folder, text)
    assert set(same.replaced) == set(RULES)
    for table in TABLES:
        one, other = (
            getattr(simulate(Parameters(), CHARTS["uneven"], weeks=30, record=table, rules=each),
                    table)
            for each in (None, same)
        )  # fmt: skip
        assert_identical(one, other)


def starting_with(folder, trust, name="own.py"):
    """Rules that `begin` alone needs, which is compiled in a second."""
    return own(folder, f"def normal_clipped(mean, sd, luck):\n    return {trust}\n", name)


def trust_at_start(rule_set):
    return batch(CHARTS["pair"], rule_set).state.trust.mean()


def test_two_sets_of_rules_do_not_meet(folder):
    """In turns, in one process, from the cache or not."""
    low, high = (starting_with(folder, trust, f"{trust}.py") for trust in (0.25, 0.75))
    usual = trust_at_start(None)
    for _ in range(2):
        assert [trust_at_start(each) for each in (low, None, high)] == [0.25, usual, 0.75]


# --- Machine code -----------------------------------------------------------------------------


def test_without_own_rules_nothing_is_built_anew(folder):
    plain = batch(CHARTS["pair"])
    assert plain.kernels == (ensemble.begin, ensemble.live)
    assert plain.kernels.live.py_func.__globals__["rules"] is rules
    printed = run_python(
        "import sys; from test_compiled import batch; from small_charts import CHARTS;"
        "batch(CHARTS['pair']).run(1, 1); print('empowersim.own_rules' in sys.modules)"
    )
    assert printed == "False"


OUTPUT = """
from pathlib import Path
from empowersim import ensemble
from empowersim.own_rules import rules_from
from small_charts import CHARTS
from test_compiled import batch
own = rules_from(Path({folder!r}, "own.py"))
trust = batch(CHARTS["pair"], own).state.trust.mean()
print(own.source_hash, ensemble.kernels(own).begin.stats.cache_misses.total(), trust)
"""


def test_an_edit_takes_effect_in_spite_of_the_cache(tmp_path):
    def start(trust, imported):
        text = (
            f"from rate import RATE\ndef normal_clipped(mean, sd, luck):\n    return {trust} * RATE"
        )
        (tmp_path / "own.py").write_text(text, encoding="utf-8")
        (tmp_path / "rate.py").write_text(f"RATE = {imported}\n", encoding="utf-8")
        path = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        code = OUTPUT.format(folder=str(tmp_path))
        return run_python(code, NUMBA_CACHE_DIR=str(tmp_path / "cache"), **path).split()

    first, again, edited, imported = start(0.5, 1), start(0.5, 1), start(0.25, 1), start(0.5, 0)
    assert (first[1:], again[1:]) == (["1", "0.5"], ["0", "0.5"])
    assert (edited[1:], imported[1:]) == (["1", "0.25"], ["1", "0.0"])
    assert first[0] == again[0]
    assert len({each[0] for each in (first, edited, imported)}) == 3


def test_an_edit_takes_effect_in_the_same_process(folder):
    starts = [trust_at_start(starting_with(folder, trust)) for trust in (0.25, 0.5, 0.25)]
    assert starts == [0.25, 0.5, 0.25]


ASSEMBLY = """
from test_compiled import batch
from empowersim import ensemble
from empowersim.org_chart import balanced
from empowersim.own_rules import rules_from
own = rules_from({path!r})
batch(balanced(2, 1), own).run(weeks=1, first_recorded=1)
print(*ensemble.kernels(own).live.inspect_asm().values())
"""


@pytest.mark.skipif(not get_host_cpu_features().get("avx2"), reason="no AVX2 here")
def test_own_rules_handle_several_lanes_in_one_instruction(folder):
    """On the processor that asks most of a rule."""
    code = ASSEMBLY.format(path=str(folder / "my_rules.py"))
    assembly = run_python(code, NUMBA_CACHE_DIR=str(folder / "cache"), **WITHOUT_AVX512)
    packed = re.findall(r"\tv(?:add|sub|mul|div|sqrt)pd\t.*%[yz]mm", assembly)
    single = re.findall(r"\tv(?:add|sub|mul|div|sqrt)sd\t", assembly)
    assert len(packed) > 4 * len(single), f"{len(packed)} packed, {len(single)} single"


START = "def normal_clipped(mean, sd, luck):\n    "
TAKING_ON = (
    "def taking_on(autonomy, carried, own_drive, peers_responsibility, support, strain, p):\n    "
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("T = {}\n" + START + "return T.get(1, 0.5)", "normal_clipped.*class 'dict'"),
        (START + "pass", "normal_clipped.*returns none, not a number"),
        (START + "with open('x') as f:\n        return 0.5", "normal_clipped.*with"),
        ("def sign(left, took, appreciation, p):\n    return left, took", "sign.*not a number"),
    ],
)
def test_a_rule_that_cannot_be_compiled_is_named(folder, text, told):
    new = untried(folder, text)
    with pytest.raises(ExperimentError, match=f"^{told}.*Mesa engine$") as caught:
        simulate(Parameters(), CHARTS["pair"], weeks=2, rules=new)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def choice(utility, p):\n    return p.mandat", "attribute 'mandat'"),
        ("def choice(utility, p):\n    return 0.5 if utility > 0.0 else 'much'", "unify"),
        ("def utility_of_taking_on(t):\n    return t.nothing", "attribute 'nothing' of"),
        (TAKING_ON + "return autonomy", "it returns float64, not a tuple of terms"),
        (TAKING_ON + "return autonomy, 0.5", None),
        ("def choice(utility, p):\n    return 1", None),
    ],
)
def test_the_compilers_complaint_about_one_rule(folder, text, told):
    new = untried(folder, text)
    compiled.callable_from_kernels(new.own_functions())
    said = compiled.complaint(new.functions, new.replaced[0])
    assert said is None if told is None else told in said


def test_what_cannot_be_compiled_runs_in_the_mesa_engine(folder):
    new = own(folder, "T = {0: 0.25}\ndef choice(utility, p):\n    return T[0]\n")
    table = simulate(Parameters(), CHARTS["pair"], weeks=400, engine="mesa", rules=new).final
    assert table["autonomy"][0] == pytest.approx(0.25)


# --- Files ------------------------------------------------------------------------------------


def refused(folder, text):
    with pytest.raises(ExperimentError) as caught:
        own(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def responsibilty_after(x, p):\n    return x", "did you mean responsibility_after?"),
        ("def choice(u, p):\n    return u", "takes (u, p); the rule takes (utility, p)"),
        ("def choice(p, utility):\n    return 1.0", "(p, utility)"),
        ("def choice(*args):\n    return 1.0", "(*args)"),
        ("def choice(utility, p, *, more=1):\n    return 1.0", "(utility, p, more=1)"),
        ("x = 1\n", "replaces no rule"),
        ("from empowersim.rules import choice", "replaces no rule"),
        ("choice = 3", "choice in own.py is not a plain function"),
        ("import numba\n@numba.njit\ndef choice(utility, p):\n    return 1.0", "not a plain"),
        ("def choice(utility, p)\n    return 1", "own.py, line 1 fails: SyntaxError"),
        ("import math\n\nmath.sqrt(-1)", "own.py, line 3 fails: ValueError"),
        ("import nothing_like_it", "line 1 fails: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)", "line 2 fails: SystemExit: 3"),
        ("import random\ndef choice(utility, p):\n    return random.random()", "draws luck"),
        ("import numpy as np\ndef choice(utility, p):\n    return np.random.rand()", "draws luck"),
        (
            "from random import random\ndef _f():\n    return random()\n"
            "def choice(utility, p):\n    return _f()",
            "_f in own.py draws luck",
        ),
    ],
)
def test_a_file_that_is_refused(folder, text, told):
    assert told in refused(folder, text)


@pytest.mark.parametrize(
    "where", ["nope", "nope.py", "a/nope.py", "", "..x", "x-y", "nope.sub", "math", None, 3]
)
def test_what_is_no_file_is_refused(folder, where):
    with pytest.raises(ExperimentError) as caught:
        rules_from(where)
    assert "\n" not in str(caught.value)


BY_UTILITY = "def choice(utility, p):\n    return "


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BY_UTILITY + "float('nan')", "choice in own.py returns nan, not a number in [0, 1],"),
        (BY_UTILITY + "7.0", "choice in own.py returns 7.0, not a number in [0, 1]"),
        (BY_UTILITY + "utility", "choice in own.py returns"),
        (BY_UTILITY + "'much'", "choice in own.py returns 'much'"),
        (BY_UTILITY + "None", "choice in own.py returns None"),
        (BY_UTILITY + "p.mandat", "choice in own.py fails (AttributeError"),
        (BY_UTILITY + "0.1 / p.mandate", "every lever at 0"),
        (BY_UTILITY + "print(utility) or 0.5", "choice in own.py prints"),
        (
            "def _say(x):\n    print(x)\n" + BY_UTILITY + "_say(utility) or 0.5",
            "_say in own.py prints",
        ),
        ("def sign(left, took, appreciation, p):\n    return 7.0", "sign in own.py returns 7.0"),
        (
            "def load(autonomy, responsibility, p):\n    return 1 / 0.0",
            "load in own.py fails (ZeroDivisionError",
        ),
        (
            "def load(autonomy, responsibility, p):\n    return float('inf')",
            "load in own.py returns inf, not a finite number",
        ),
        (TAKING_ON + "return autonomy", "taking_on in own.py returns"),
        (TAKING_ON + "return autonomy, 0.5", "utility_of_taking_on in own.py fails"),
    ],
)
def test_a_rule_that_returns_what_it_must_not_is_refused(folder, text, told):
    assert told in refused(folder, text)


@pytest.mark.parametrize("place", ["", "    "], ids=["when it is read", "when it is tried"])
def test_what_the_code_of_others_says_is_cut_and_in_one_line(folder, place):
    begin = "def choice(utility, p):\n" if place else ""
    told = refused(folder, f"{begin}{place}raise ValueError('a\\nb' + 'x' * 5_000)\n")
    assert "own.py" in told
    assert "ValueError: a bxxx" in told
    assert len(told.splitlines()) == 1
    assert len(told) < 600


def test_our_rules_and_the_rivals_pass_the_trial():
    try_rules(list(RULES), RULES, "rules.py")
    for rival in RIVALS:
        found = rules_from(rival)
        try_rules(found.replaced, {name: vars(found.functions)[name] for name in RULES}, rival)


def test_what_a_file_prints_when_it_is_read_is_no_output_of_ours(folder, capsys):
    own(folder, "print('hello')\n" + BY_UTILITY + "0.5")
    assert capsys.readouterr() == ("", "hello\n")


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("json", "no set of rules is called 'json' (rivals: "),
        ("os.path", "no set of rules is called 'os.path'"),
        ("notpy.txt", "notpy.txt is no Python file; give one, whose name ends in .py"),
        ("logit.txt", "logit.txt is no Python file"),
        ("./notpy.txt", "notpy.txt is no Python file"),
        ("tomli_w", "replaces no rule"),
    ],
)
def test_what_is_no_file_of_rules_is_called_what_it_is(folder, where, told):
    for name in ("notpy.txt", "logit.txt"):
        (folder / name).write_text("words", encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        rules_from(where)
    assert told in str(caught.value)


def test_own_rules_may_be_called_like_a_module_of_python(folder):
    (folder / "json.py").write_text(BY_UTILITY + "0.5", encoding="utf-8")
    assert rules_from("json").replaced == ("choice",)


def test_a_file_that_is_not_utf_8(folder):
    (folder / "own.py").write_bytes(b"x = '\xff'")
    with pytest.raises(ExperimentError, match=r"cannot read .*own\.py"):
        rules_from("own.py")


def test_a_module_and_its_file_are_the_same_rules(folder, monkeypatch):
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").touch()
    (folder / "package" / "rate.py").write_text("RATE = 0.5\n")
    relative = "from .rate import RATE\ndef leaving_probability(strain, p):\n    return RATE\n"
    (folder / "package" / "mine.py").write_text(relative)
    assert rules_from("my_rules") == rules_from("my_rules.py") == rules_from(folder / "my_rules.py")
    assert len({rules_from("my_rules"), rules_from("my_rules.py")}) == 1
    monkeypatch.syspath_prepend(str(folder))
    assert rules_from("my_rules").name == "my_rules"
    assert rules_from("package.mine").functions.leaving_probability(0, None) == 0.5
    assert find_source("package.mine").path == str(folder / "package" / "mine.py")


PICKLED = """
import pickle
from pathlib import Path
own = pickle.loads(Path({path!r}).read_bytes())
print(own.source_hash, own.functions.leaving_probability(0.0, None), *own.replaced)
"""


def test_a_set_of_rules_travels_with_its_text(folder):
    new = own(folder, "def leaving_probability(strain, p):\n    return 0.125\n")
    again = pickle.loads(pickle.dumps(new))  # noqa: S301
    assert again == new
    assert (again.name, again.functions) == (new.name, new.functions)
    (folder / "pickled").write_bytes(pickle.dumps(new))
    (folder / "own.py").unlink()
    printed = run_python(PICKLED.format(path=str(folder / "pickled")))
    assert printed == f"{new.source_hash} 0.125 leaving_probability"


def test_what_a_file_imports_counts(folder, monkeypatch):
    monkeypatch.syspath_prepend(str(folder))
    (folder / "other.py").write_text("RATE = 0.1\ndef helper(x):\n    return x + 1.0\n")
    text = (
        "import math\nimport other\nfrom other import helper\n"
        "def leaving_probability(strain, p):\n    return helper(other.RATE) * math.pi / 10\n"
    )
    first = own(folder, text)
    assert own(folder, text) == first
    monkeypatch.setattr(sys.modules["other"], "RATE", 0.2)
    second = own(folder, text)
    exec("def helper(x):\n    return x + 2.0\n", vars(sys.modules["other"]))  # noqa: S102
    third = own(folder, text)
    assert len({first.source_hash, second.source_hash, third.source_hash}) == 3
    monkeypatch.delitem(sys.modules, "other")


def test_rules_that_import_something_else_over_there_are_refused(folder, monkeypatch):
    monkeypatch.syspath_prepend(str(folder))
    (folder / "rate_here.py").write_text("RATE = 0.1\n")
    text = "from rate_here import RATE\ndef leaving_probability(strain, p):\n    return RATE\n"
    pickled = pickle.dumps(own(folder, text))
    monkeypatch.setattr(sys.modules["rate_here"], "RATE", 0.2)
    with pytest.raises(ExperimentError, match="not the same here"):
        pickle.loads(pickled)  # noqa: S301


def test_arrays_count_with_all_their_numbers(folder, monkeypatch):
    many = np.zeros(5000)
    monkeypatch.setitem(sys.modules, "numbers_of_mine", type(sys)("numbers_of_mine"))
    sys.modules["numbers_of_mine"].MANY = many
    text = "from numbers_of_mine import MANY\ndef choice(utility, p):\n    return MANY[2500]\n"
    first = own(folder, text)
    many[2500] = 1.0
    assert own(folder, text) != first


# --- Own agents -------------------------------------------------------------------------------


def test_own_agents_fill_the_chart(folder):
    model = model_class("my_model.py:MyModel")(Parameters(), CHARTS["family"], seed=1)
    kinds = [type(person).__name__ for person in model.people]
    assert kinds == ["Superior", "Superior", "Subordinate", "Subordinate", "Superior",
                     "Subordinate"]  # fmt: skip
    assert all(isinstance(person, Collaborator) for person in model.people)
    assert all(isinstance(person, Manager) for person in model.managers)
    assert model_class("my_model.py:MyModel") is type(model)


SPAWNED = """
import multiprocessing
from empowersim.model import model_class

def work(where):
    model = model_class(where)(None, None, seed=3, replicate=1, rules=None)
    model.step()
    return model.measures["responsibility"]

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(*pool.map(work, ["my_model:MyModel", "my_model.py:MyModel"]))
"""


def test_own_agents_run_in_a_spawned_process(folder):
    (folder / "spawned.py").write_text(SPAWNED)
    done = subprocess.run(
        [sys.executable, "spawned.py"], cwd=folder, capture_output=True, text=True, check=True
    )
    model = model_class("my_model.py:MyModel")(seed=3, replicate=1)
    model.step()
    assert done.stdout.split() == [str(model.measures["responsibility"])] * 2


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("my_model", "write module:Class"),
        ("my_model:", "write module:Class"),
        (":MyModel", "write module:Class"),
        ("nope:MyModel", "no module is called 'nope'"),
        ("nope.py:MyModel", "no file nope.py"),
        ("my_model.py:MyMode", "did you mean MyModel?"),
        ("my_model.py:Superior", "not a model; make it a subclass of EmpowermentModel"),
        ("broken.py:Model", "broken.py, line 1 fails: NameError"),
        ("strange.py:Agents", "manager_class = .* of .* is not a subclass of Manager"),
        ("strange.py:Closed", "cannot be made as EmpowermentModel is"),
    ],
)
def test_a_model_that_is_refused(folder, where, told):
    (folder / "broken.py").write_text("Modle\n")
    (folder / "strange.py").write_text(
        "from empowersim import EmpowermentModel\n"
        "from empowersim.agents import Collaborator\n"
        "class Agents(EmpowermentModel):\n    manager_class = Collaborator\n"
        "class Closed(EmpowermentModel):\n    def __init__(self, seed):\n        pass\n"
    )
    with pytest.raises(ExperimentError, match=told.replace("?", r"\?")) as caught:
        model_class(where)
    assert "\n" not in str(caught.value)


def test_the_model_itself_can_be_asked_for():
    assert model_class("empowersim.model:EmpowermentModel") is EmpowermentModel


def test_kernels_of_own_rules_are_compiled_in_the_one_way(folder):
    for kernel in ensemble.kernels(rules_from("my_rules.py")):
        assert kernel.targetoptions["nogil"]
        assert kernel.targetoptions["error_model"] == "numpy"
        assert not kernel.targetoptions.get("fastmath")


def test_every_lane_has_the_same_rules(folder):
    new = rules_from("my_rules.py")
    one = batch(CHARTS["family"], new).trace(9)
    assert one.shape[-1] == compiled.LANES
    model = EmpowermentModel(
        Parameters(), CHARTS["family"], seed=0, replicate=compiled.LANES - 1, rules=new
    )
    assert model._key == replicate_key(0, compiled.LANES - 1)
    for _ in range(9):
        model.step()
    assert [person.trust for person in model.people] == one[-1, 2, :, -1].tolist()
