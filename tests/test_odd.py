"""docs/odd.md says what the code does: its equations and programs are run, and held against it."""

import ast
import importlib.util
import inspect
import math
import random
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from empowersim import EmpowermentModel, Parameters, outcomes, rules, simulate
from empowersim.compiled import functions_of
from empowersim.org_chart import balanced, hierarchy
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from empowersim.simulation import STATES
from small_charts import CHARTS

ROOT = Path(__file__).parents[1]
ODD = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
RULES = {each.__name__: each for each in functions_of(rules)} | {"regime": outcomes.regime}
SIGNS = {"·": "*", "−": "-", "√": "sqrt", "½": "0.5", "≥": ">="}
MATHEMATICS = {"sqrt": math.sqrt, "abs": abs, "max": max, "terms": SimpleNamespace}
HEADINGS = [
    "1. Purpose and patterns",
    "2. Entities, state variables, and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialization",
    "6. Input data",
    "7. Submodels",
]
CONCEPTS = [
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
]

# --- Reading the document -----------------------------------------------------------------------


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", ODD, re.DOTALL)


def function_text(block):
    """An equation block as a Python function: four spaces begin a line, more continue it."""
    for sign, ours in SIGNS.items():
        block = block.replace(sign, ours)
    signature, *lines = block.rstrip("\n").split("\n")
    statements = []
    for line in lines:
        if re.match(r" {4}\S", line):
            statements.append(line.strip())
        else:
            statements[-1] += " " + line.strip()
    body = [re.sub(r"^= ", "return ", each) for each in statements]
    return f"def {signature}:\n" + "".join(f"    {each}\n" for each in body)


EQUATIONS = {
    block.partition("(")[0]: function_text(block)
    for block in blocks("text")
    if re.match(r"\w+\(.*\)\n", block)
}
PROGRAMS = "\n\n".join(blocks("python"))
DESCRIPTION = compile("\n\n".join([*EQUATIONS.values(), PROGRAMS]), "odd.md", "exec")


def names_used(text):
    """The names of a function that are neither its arguments nor its own."""
    function = ast.parse(text).body[0]
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    own = {each.arg for each in function.args.args}
    own |= {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return {node.id for node in nodes} - own


def unknown_names(text):
    return names_used(text) - DECLARATIONS.keys() - RULES.keys() - MATHEMATICS.keys()


def described(p):
    """Everything that the document defines, under these parameters."""
    names = MATHEMATICS | {name: getattr(p, name) for name in DECLARATIONS}
    exec(DESCRIPTION, names)  # noqa: S102 (the document's own words)
    return names


# --- What is generated --------------------------------------------------------------------------


@cache
def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_what_the_code_and_the_template_give():
    assert generator().text() == ODD, "out of date; run: python docs/generate.py"


def test_the_seven_headings_in_order():
    assert re.findall(r"^## (.*)$", ODD, re.MULTILINE) == HEADINGS


def test_the_eleven_design_concepts_in_order():
    assert re.findall(r"^### 4\.\d+ (.*)$", ODD, re.MULTILINE) == CONCEPTS


def test_every_link_leads_somewhere():
    links = set(re.findall(r"\]\(([^)#]+)\)", ODD))
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"`(tests/\S+?\.py)(?:::(\w+))?`", ODD))
    assert len(named) >= 15
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{path}::{test}"


def test_every_experiment_and_named_scenario_of_the_claims_exists():
    claims = [line for line in ODD.splitlines() if re.match(r"\| C\d \| `", line)]
    assert len(claims) == 9
    for claim in claims:
        assert re.search(r"\]\(\.\./experiments/\d\d_", claim), claim
        scenarios = claim.split(" | ")[4]
        assert set(scenarios.split(", ")) <= {*NAMED, "–"}, claim


def test_every_parameter_is_in_one_table():
    for name in DECLARATIONS:
        assert len(re.findall(rf"^\| `{name}` \| [-\d]", ODD, re.MULTILINE)) == 1, name


def test_patterns_held_out_and_accepted():
    assert set(re.findall(r"^\| ([PV]\d) \|", ODD, re.MULTILINE)) == {
        f"{kind}{number}" for kind in "PV" for number in range(1, 9)
    }


# --- The equations ------------------------------------------------------------------------------


def test_every_rule_has_an_equation_and_every_equation_a_rule():
    assert EQUATIONS.keys() == RULES.keys()
    submodels = ODD[ODD.index("## 7. ") :]
    assert [name for name in EQUATIONS if f"\n{name}(" not in submodels] == []


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_names_only_what_there_is(name):
    assert unknown_names(EQUATIONS[name]) == set()


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_has_the_arguments_of_its_rule(name):
    described_ones = [each.arg for each in ast.parse(EQUATIONS[name]).body[0].args.args]
    assert described_ones == [
        each for each in inspect.signature(RULES[name]).parameters if each != "p"
    ]


def test_nothing_has_two_meanings():
    assert not DECLARATIONS.keys() & RULES.keys()
    for text in EQUATIONS.values():
        arguments = {each.arg for each in ast.parse(text).body[0].args.args}
        assert not arguments & DECLARATIONS.keys()


def any_parameters(luck):
    values = {name: luck.uniform(each.low, each.high) for name, each in DECLARATIONS.items()}
    for one in ("readiness", "disposition"):
        low, high = sorted((values[f"{one}_low"], values[f"{one}_high"]))
        values |= {f"{one}_low": low, f"{one}_high": high}
    return Parameters(**values)


def any_argument(name, luck):
    if name in ("left", "took", "succeeded", "trained", "coached"):
        return luck.choice((0.0, 1.0))
    if name in ("week", "delay", "count"):
        return float(luck.randrange(0, 200))
    if name in ("x", "utility", "value", "target"):
        return luck.uniform(-3, 3)
    if name in ("team_load", "total"):
        return luck.uniform(0, 20)
    return luck.choice((0.0, 1.0, luck.random(), luck.random(), luck.random()))


def bits_of(value):
    """A number, or named numbers, so that one bit is a difference."""
    if isinstance(value, SimpleNamespace):
        return {name: float(each).hex() for name, each in vars(value).items()}
    if hasattr(value, "_asdict"):
        return {name: float(each).hex() for name, each in value._asdict().items()}
    return float(value).hex()


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_gives_what_its_rule_gives_to_the_last_bit(name):
    luck = random.Random(name)  # noqa: S311 (no secret)
    sides = [(p, described(p)) for p in [Parameters(), *(any_parameters(luck) for _ in range(20))]]
    asked = list(inspect.signature(RULES[name]).parameters)
    for p, names in sides:
        for _ in range(50):
            if asked[0] == "t":
                of = name.removeprefix("utility_of_")
                terms = inspect.signature(RULES[of]).return_annotation
                fields = getattr(rules, terms)._fields
                arguments = [getattr(rules, terms)(*(luck.uniform(-4, 4) for _ in fields))]
            else:
                arguments = [any_argument(each, luck) for each in asked if each != "p"]
            given = [*arguments, p] if "p" in asked else arguments
            assert bits_of(names[name](*arguments)) == bits_of(RULES[name](*given)), arguments


# --- The programs: a run, written from the document alone ---------------------------------------


def people_of(chart, names, rollout):
    tree = hierarchy(chart)
    people = [
        SimpleNamespace(number=number, manager=None, team=[], level=0)
        for number in range(tree.n_people)
    ]
    for person in people[1:]:
        person.manager = people[tree.manager[person.number]]
        person.level = person.manager.level + 1
        person.manager.team.append(person)
    head = people[min(1, len(people) - 1)]
    for person in people:
        person.delay = names["delay"](rollout.order, rollout.lag, person, people, head)
    return people


def lived_as_described(scenario, chart, weeks, seed):
    """Everyone's state and the measures, week by week."""
    names = described(scenario.parameters)
    people = people_of(chart, names, scenario.rollout)
    key = names["replicate_key"](seed, 0)
    for week in range(weeks + 1):
        for each in scenario.interventions:
            if each.week == week:
                names[each.lever] = each.value
        if week:
            names["live"](week, people, key)
        else:
            names["begin"](people, key)
        states = [[getattr(person, name) for name in STATES] for person in people]
        yield np.array(states, float), names["measure"](people, week)


def assert_same_bits(ours, described_ones):
    """NaN stands for what nobody reads: the engines' tables leave it out."""
    read = ~np.isnan(ours)
    np.testing.assert_array_equal(ours[read], described_ones[read])


CHANGED = (
    Intervention(9, "coaching", 1),
    Intervention(20, "collaborator_share", 0.25),
    Intervention(20, "upward_accountability", 0.5),
)
RUNS = {
    **{name: (NAMED[name], "family") for name in NAMED},
    **{f"on {chart}": (NAMED["carry-it-together"], chart) for chart in CHARTS},
    **{
        f"rollout {order}": (Scenario(interventions=CHANGED, rollout=Rollout(order, 7)), "family")
        for order in ("all-at-once", "pilot", "top-down", "bottom-up")
    },
    "many leave": (Scenario(Parameters(turnover=0.2)), "family"),
}


@pytest.mark.parametrize("run", RUNS)
def test_a_run_from_the_document_is_the_engines_to_the_last_bit(run):
    scenario, chart = RUNS[run]
    weeks, chart = 40, CHARTS[chart]
    results = simulate(scenario, chart, weeks=weeks, seed=3, record="people")
    people = results.people[list(STATES)].to_numpy().reshape(weeks + 1, -1, len(STATES))
    weekly = simulate(scenario, chart, weeks=weeks, seed=3).weekly
    model = EmpowermentModel(scenario, chart, seed=3)
    lived = lived_as_described(scenario, chart, weeks, 3)
    for week, (states, measures) in enumerate(lived):
        if week:
            model.step()
        assert_same_bits(people[week], states)
        assert list(measures) == list(outcomes.NAMES)
        for name, value in measures.items():
            np.testing.assert_array_equal(weekly.loc[week, name], value, err_msg=name)
            np.testing.assert_array_equal(model.measures[name], value, err_msg=name)


def test_the_run_to_check_against_follows_from_the_document():
    rows = re.findall(r"^\| (\d) \| (\S*0x\S*.*) \|$", ODD, re.MULTILINE)
    lived = list(lived_as_described(NAMED["carry-it-together"], balanced(2, 2), 40, 1))
    shown = [states for week in (0, 1, 12, 40) for states in lived[week][0]]
    assert len(rows) == len(shown) == 28
    for (_, cells), states in zip(rows, shown, strict=True):
        for cell, state in zip(cells.split(" | "), states, strict=True):
            assert cell in ("–", float(state).hex())


# --- The checks themselves can fail -------------------------------------------------------------


def test_a_parameter_that_does_not_exist_is_seen():
    block = "load(autonomy)\n    relief = w_nothing · autonomy\n    = relief + w_room\n"
    assert unknown_names(function_text(block)) == {"w_nothing"}


def test_another_order_of_operations_is_seen():
    names = described(Parameters())
    changed = (
        EQUATIONS["load"]
        .replace("(1 - autonomy) + autonomy *", "1 - (autonomy - autonomy *")
        .rstrip()
        + ")\n"
    )
    exec(changed, names)  # noqa: S102
    luck = random.Random(0)  # noqa: S311
    pairs = [(luck.random(), luck.random()) for _ in range(100)]
    assert any(names["load"](*each) != rules.load(*each, Parameters()) for each in pairs)
