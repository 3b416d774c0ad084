"""Rules of a researcher are tried before they are run: do they give numbers, and within bounds?"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from types import FunctionType
from typing import Any

import numpy as np

from empowersim.declaration import MOST_SAID, shown
from empowersim.errors import ExperimentError
from empowersim.parameters import LEVERS, Parameters

SAMPLES = 64
"""Of a rule's arguments, for each of POLICIES."""

POLICIES: Mapping[str, Parameters] = {
    "the default parameters": Parameters(),
    "every lever at 0": Parameters(**dict.fromkeys(LEVERS, 0.0)),
    "every lever at 1": Parameters(**dict.fromkeys(LEVERS, 1.0)),
}

_SHARE, _ANY = (0.0, 1.0), (-math.inf, math.inf)
_RETURNS = {
    "by_encounter": _ANY,
    "load": _ANY,
    "mean_of_others": _ANY,
    "sign": (0.0, 2.0),
    "utility_of_letting_go": _ANY,
    "utility_of_taking_on": _ANY,
}
"""Between which bounds a rule's value lies; [0, 1] for all others."""
_ROUNDING = 1e-9

_INDICATORS = frozenset(("left", "took", "succeeded", "coached", "trained"))
_ARGUMENTS = {
    "count": (1.0, 12.0),
    "delay": (0.0, 104.0),
    "team_load": (0.0, 12.0),
    "total": (0.0, 12.0),
    "week": (0.0, 208.0),
    "x": (-2.0, 2.0),
}
"""Between which bounds an argument is tried; [0, 1] for all others."""
_NORMAL = (-4.0, 4.0)
_DECISIONS = {
    "autonomy_after": ("letting_go",),
    "responsibility_after": ("taking_on",),
    "choice": ("letting_go", "taking_on"),
}
"""Whose utilities a rule meets."""


def try_rules(replaced: Sequence[str], rules: Mapping[str, FunctionType], where: str) -> None:
    """Hold what some rules of a set return against what they may return.

    Args:
        replaced: those to try; `where` is the file that they are in, for messages.
        rules: all of the set, by name: rules meet what the others return.
        where: the file's name.

    Raises:
        ExperimentError: naming the rule, what it returned, and for which arguments.
    """
    # Terms that a file replaces must suit the sum that it leaves alone.
    sums = [f"utility_of_{name}" for name in replaced if f"utility_of_{name}" in rules]
    trial = _Trial(rules, where)
    for name in dict.fromkeys((*replaced, *sums)):
        for arguments, policy in trial.arguments_of(name):
            trial.returned(name, arguments, policy)


class _Trial:
    """Calls rules of one set, and complains."""

    def __init__(self, rules: Mapping[str, FunctionType], where: str) -> None:
        self.rules = rules
        self.where = where

    def arguments_of(self, name: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Some of what a rule may be given, and under which of POLICIES; the same every time."""
        luck = np.random.default_rng(0)
        names = list(inspect.signature(self.rules[name]).parameters)
        for policy in POLICIES:
            for number in range(SAMPLES):
                # First all ends of the ranges at once, then some ends, and values in between.
                shares = luck.random(len(names)) if number % 2 else luck.integers(0, 2, len(names))
                if number in (0, 2):
                    shares = np.full(len(names), number / 2)
                drawn = zip(names, shares.tolist(), strict=True)
                yield {each: self._drawn(name, each, at, policy) for each, at in drawn}, policy

    def _drawn(self, rule: str, argument: str, share: float, policy: str) -> Any:
        """An argument, `share` of the way through what it can be."""
        if argument == "p":
            return POLICIES[policy]
        if argument == "t":
            return self._terms(rule.removeprefix("utility_of_"), share, policy)
        if argument == "utility" and rule in _DECISIONS:
            decisions = _DECISIONS[rule]
            decision = decisions[int(share * 1000) % len(decisions)]
            terms = self._terms(decision, share, policy)
            return self.returned(f"utility_of_{decision}", {"t": terms}, policy)
        if argument in _INDICATORS:
            return float(share > 0.5)
        low, high = _ARGUMENTS.get(argument, _SHARE)
        if argument == "luck" and rule == "normal_clipped":
            low, high = _NORMAL
        value = low + share * (high - low)
        return float(round(value)) if argument == "count" else value

    def _terms(self, decision: str, share: float, policy: str) -> Any:
        """The terms of a utility, for arguments that hang on one number."""
        luck = np.random.default_rng(int(share * 2**32))
        arguments = {
            each: POLICIES[policy] if each == "p" else float(luck.random())
            for each in inspect.signature(self.rules[decision]).parameters
        }
        return self.returned(decision, arguments, policy)

    def returned(self, name: str, arguments: Mapping[str, Any], policy: str) -> Any:
        """What a rule returns, checked."""
        try:
            value = self.rules[name](*arguments.values())
        except Exception as error:
            what = f"fails ({type(error).__name__}: {shown(error, str, most=MOST_SAID)})"
            raise self._complaint(name, what, arguments, policy) from None
        low, high = _RETURNS.get(name, _SHARE)
        if f"utility_of_{name}" in self.rules:
            wanted, is_right = "a tuple of finite numbers", _are_terms(value)
        else:
            bounded = f"a number in [{low:g}, {high:g}]"
            wanted = "a finite number" if low == -math.inf else bounded
            is_right = _lies(value, low, high)
        if not is_right:
            what = f"returns {shown(value)}, not {wanted},"
            raise self._complaint(name, what, arguments, policy)
        return value

    def _complaint(
        self, name: str, what: str, arguments: Mapping[str, Any], policy: str
    ) -> ExperimentError:
        given = [
            f"{each} = {value:.3g}" for each, value in arguments.items() if isinstance(value, float)
        ]
        case = ", ".join([*given, policy])
        return ExperimentError(f"{name} in {self.where} {what} where {case}")


def _lies(value: object, low: float, high: float) -> bool:
    if not isinstance(value, Real | np.bool_):
        return False
    return math.isfinite(value) and low - _ROUNDING <= float(value) <= high + _ROUNDING


def _are_terms(value: object) -> bool:
    return isinstance(value, tuple) and all(_lies(each, *_ANY) for each in value)
