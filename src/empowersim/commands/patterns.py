"""Whether parameters, or rules, show the patterns that the model must show."""

from __future__ import annotations

import math
from argparse import Namespace

from empowersim import patterns as known
from empowersim.commands.runs import changes
from empowersim.commands.terminal import print_json
from empowersim.errors import ParameterError
from empowersim.own_rules import rules_from
from empowersim.parameters import LEVERS, Parameters


def patterns(given: Namespace) -> None:
    """Every number of every pattern, and whether it is where it is accepted."""
    settings = changes(given.changes)
    if levers := sorted(settings.keys() & set(LEVERS)):
        raise ParameterError(
            f"--set {levers[0]} makes no difference: each pattern sets the levers itself; change"
            " other parameters"
        )
    checks = known.check(
        Parameters(**settings),
        rules=None if given.rules is None else rules_from(given.rules),
        replicates=given.replicates,
        seed=given.seed,
    )
    if given.json:
        rows = [each._asdict() | {"holds": each.holds} for each in checks]
        print_json([row | {"high": _finite(row["high"])} for row in rows])
        return
    for each in checks:
        allowed = f"{each.low:g} to {each.high:g}" if each.high < math.inf else f"from {each.low:g}"
        sign = "yes" if each.holds else "NO "
        print(f"{sign}  {each.pattern}  {each.what:52} {each.value:8.3f}   accepted: {allowed}")
    broken = sorted({each.pattern for each in checks if not each.holds})
    print(f"Not shown: {', '.join(broken)}." if broken else "All patterns are shown.")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
