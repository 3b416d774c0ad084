"""Which policy to choose when nobody knows the scenario: regret, and how often it is enough."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim.analysis.bootstrap import check_columns, interval, runs_of
from empowersim.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd


class RobustChoice(NamedTuple):
    """Policies over scenarios.

    Attributes:
        policies: a row a policy: `max_regret` and `mean_regret` over the scenarios and
            `satisficing`, the share of scenarios in which it is good enough, each with `_low` and
            `_high`; `best_share`, of the resamples in which its largest regret is the least.
        regrets: a row a policy and scenario: the scenario's columns; `mean`, the outcome; `regret`
            with `_low` and `_high`, how much the best policy in this scenario does better.
    """

    policies: pd.DataFrame
    regrets: pd.DataFrame


def robust_choice(
    design: pd.DataFrame,
    results: pd.DataFrame,
    outcome: str,
    level: float,
    *,
    policy: str = "case",
    higher_is_better: bool = True,
    shared_luck: bool = True,
    seed: int = 0,
) -> RobustChoice:
    """The policies of one column of the design, the other columns' points being the scenarios.

    Only scenarios in which every policy was run count. Good enough is a mean of at least `level`;
    of at most `level`, if lower is better. Luck makes the largest regret look larger than it is,
    the more so the more scenarios there are: its resamples say by how much it may be off.

    Raises:
        AnalysisError: a column that is not there, fewer than two policies, no scenario in which
            all were run, or a point with one run.
    """
    runs = runs_of(design, results, outcome, shared_luck=shared_luck).needs_replicates()
    policies, scenarios, point = _crossed(runs.design, policy)
    sign = 1.0 if higher_is_better else -1.0
    means = runs.means[point]
    again = runs.resampled_means(np.random.default_rng(seed))[:, point]
    regret, regrets = _regret(means[None], sign)[0], _regret(again, sign)
    return RobustChoice(
        _by_policy(policy, policies, regret, regrets, sign * means >= sign * level,
                   sign * again >= sign * level),
        _by_scenario(policy, policies, scenarios, means, regret, regrets),
    )  # fmt: skip


def _crossed(
    design: pd.DataFrame, policy: str
) -> tuple[list[Hashable], pd.DataFrame, NDArray[np.int64]]:
    """Policies, scenarios, and which row of the design each pair is, (n_policies, n_scenarios)."""
    check_columns(design, "design", [policy])
    names = [name for name in design.columns if name not in {"point", policy}]
    policies = list(design[policy].unique())
    if len(policies) < 2:
        raise AnalysisError(f"{policies[0]!r} is the only {policy}; a choice needs at least two")
    rows = dict(zip(design[[policy, *names]].itertuples(index=False, name=None),
                    range(len(design)), strict=True))  # fmt: skip
    scenarios = design[names].drop_duplicates()
    keys = [tuple(key) for key in scenarios.itertuples(index=False, name=None)]
    complete = np.array([all((each, *key) in rows for each in policies) for key in keys], np.bool_)
    if not complete.any():
        raise AnalysisError(
            f"there is no point at which every {policy} was run; cross the cases with one design"
        )
    keys = [key for key, there in zip(keys, complete, strict=True) if there]
    point = np.array([[rows[(each, *key)] for key in keys] for each in policies])
    return policies, scenarios[complete].reset_index(drop=True), point


def _regret(means: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """How much better the best policy is, (n, n_policies, n_scenarios) → the same."""
    gain = sign * means
    return gain.max(axis=1, keepdims=True) - gain


def _by_policy(
    policy: str,
    policies: list[Hashable],
    regret: NDArray[np.float64],
    regrets: NDArray[np.float64],
    enough: NDArray[np.bool_],
    enough_again: NDArray[np.bool_],
) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, object] = {policy: policies}
    for name, value, again in (
        ("max_regret", regret.max(axis=1), regrets.max(axis=2)),
        ("mean_regret", regret.mean(axis=1), regrets.mean(axis=2)),
        ("satisficing", enough.mean(axis=1), enough_again.mean(axis=2)),
    ):
        low, high = interval(again)
        columns |= {name: value, f"{name}_low": low, f"{name}_high": high}
    least = regrets.max(axis=2).argmin(axis=1)
    columns["best_share"] = np.bincount(least, minlength=len(policies)) / len(least)
    return pd.DataFrame(columns)


def _by_scenario(
    policy: str,
    policies: list[Hashable],
    scenarios: pd.DataFrame,
    means: NDArray[np.float64],
    regret: NDArray[np.float64],
    regrets: NDArray[np.float64],
) -> pd.DataFrame:
    import pandas as pd

    low, high = interval(regrets)
    columns: dict[str, object] = {
        policy: [name for name in policies for _ in range(len(scenarios))],
        **{name: scenarios[name].tolist() * len(policies) for name in scenarios.columns},
        "mean": means.ravel(),
        "regret": regret.ravel(),
        "regret_low": low.ravel(),
        "regret_high": high.ravel(),
    }
    return pd.DataFrame(columns)
