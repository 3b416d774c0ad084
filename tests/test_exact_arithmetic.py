"""The rules use only operations that IEEE 754 rounds exactly, so that the engines can agree.

Everything that is not on the list below is refused, known or not.
"""

import ast
import inspect
from textwrap import dedent

import pytest

from empowersim import outcomes, rules

ALLOWED = (
    *(ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.Name, ast.Attribute),
    *(ast.Load, ast.Store, ast.Constant, ast.Tuple, ast.Expr, ast.IfExp, ast.Call, ast.Starred),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub),
    *(ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
)
RULES = [
    function
    for function in vars(rules).values()
    if inspect.isfunction(function) and function.__module__ == rules.__name__
] + [outcomes.regime]
CALLABLE = {"abs", "math.sqrt", "LettingGo", "TakingOn", "Regime"} | {
    rule.__name__ for rule in RULES
}


def inexact(source):
    """What a rule's source does beyond the list, one text for each."""
    function = ast.parse(dedent(source)).body[0]
    _drop_what_is_never_run(function)
    found = []
    for node in ast.walk(function):
        if not isinstance(node, ALLOWED):
            found.append(f"{type(node).__name__} in: {ast.unparse(node)}")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) not in CALLABLE:
            found.append(f"call of {ast.unparse(node.func)}")
        elif isinstance(node, ast.Constant) and type(node.value) is not float:
            found.append(f"constant {node.value!r}")
    return found


def _drop_what_is_never_run(function):
    """Docstring and annotations."""
    if ast.get_docstring(function):
        del function.body[0]
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_uses_exact_operations_only(rule):
    assert inexact(inspect.getsource(rule)) == []


@pytest.mark.parametrize(
    "body",
    [
        "return x**2.0",
        "return x * x if x > 0 else 0.0",
        "return sum([x])",
        "return math.exp(x)",
        "return math.hypot(x, x)",
        "return x // 2.0",
        "return min(x, x)",
        "return x and x",
        "if x > 0.0:\n        return x\n    return 0.0",
        "for _ in x:\n        x += 1.0\n    return x",
    ],
)
def test_the_check_refuses(body):
    assert inexact(f"def rule(x, p):\n    {body}\n")


def test_all_rules_are_checked():
    names = {rule.__name__ for rule in RULES}
    assert {"clip", "choice", "drive", "usefulness", "mean_of_others", "regime"} <= names
