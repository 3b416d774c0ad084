"""Questionnaires in the model's organisations: who is asked, what he answers, what correlates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from empowersim import rules
from empowersim.analysis.bootstrap import Estimate, estimate
from empowersim.designs import LatinHypercube
from empowersim.org_chart import Hierarchy, balanced, hierarchy
from empowersim.parameters import Parameters
from empowersim.random_streams import replicate_key, week_draws
from empowersim.simulation import STATES, simulate

type Array = NDArray[np.float64]

# --- The survey's design ----------------------------------------------------------------------

FACTORS: Mapping[str, tuple[float, float]] = {
    "mandate": (0, 1),
    "collaborator_share": (0, 1),
    "coaching": (0, 1),
    "training": (0, 1),
    "control_reward": (0, 1),
    "upward_accountability": (0, 0.5),  # few companies have it
    "start": (1, 40),  # they are at different stages
    "initial_control_habit": (0.6, 0.9),
    "initial_trust": (0.35, 0.65),
    "initial_appreciation": (0.3, 0.65),
    "readiness_low": (0.05, 0.25),
    "readiness_high": (0.5, 0.8),
    "capacity": (3, 8),
    "turnover": (0.001, 0.004),
}
"""In what the organisations differ, beside their span of 3 to 9: ranges of a Latin hypercube."""

SURVEY_WEEK, WINDOW, HALF_YEAR, YEAR = 52, 13, 26, 52
ITEMS = 4
"""Questions a scale. Noise as large as the spread of the truth gives four of them an alpha of .8
before rounding to five grades."""
METHOD_VARIANCE = 0.5
"""Of a respondent's mood, common to all his answers, against 1 of the truth and 1 of the noise: a
fifth of an answer's variance. A hypothesis, for the variant only."""

ASKED = (
    "empowering leadership",
    "autonomy",
    "facilitation",
    "trust",
    "appreciation",
    "exchange",
    "self-efficacy",
    "tension",
    "delegation before",
    "impact before",
    "impact",
    "performance",
)
"""What is asked; all of the collaborator, but performance of his manager."""
COUNTED = ("chance", "turnover")
"""What is not asked but known: how likely his matters were to succeed, and whether he left."""
SCALES = ASKED + COUNTED

# --- Organisations and what their people live ---------------------------------------------------


class Life(NamedTuple):
    """An organisation, and the state of its people in every week."""

    p: Parameters
    chart: Hierarchy
    key: np.uint64  # of its luck
    states: Mapping[str, Array]  # each (weeks + 1, n_people); NaN where a person has none


class Matters(NamedTuple):
    """The matters of one week, each (n_people,); what stands for the head means nothing."""

    took: Array
    succeeded: Array


def lives(n: int, weeks: int, changes: Mapping[str, float], seed: int = 0) -> list[Life]:
    """`n` organisations, each with luck of its own; `changes` hold for all of them."""
    ranges = {name: {"low": low, "high": high} for name, (low, high) in FACTORS.items()}
    span = {"span": {"low": 3, "high": 9, "whole": True}}
    design = LatinHypercube.model_validate({"n": n, "seed": seed, "factors": ranges | span})
    found = []
    for number, point in enumerate(design.points()):
        values = {**point, **changes}
        of_team = int(values.pop("span"))
        found.append(lived(Parameters(**values), of_team, weeks, seed + number))
    return found


def lived(p: Parameters, span: int, weeks: int, seed: int) -> Life:
    """One organisation of 31 to 91 people, lived through the ensemble engine."""
    chart = balanced(span, 3 if span < 5 else 2)
    people = simulate(p, chart, weeks=weeks, seed=seed, record="people", workers=1).people
    columns = people[list(STATES)].to_numpy().reshape(weeks + 1, -1, len(STATES))
    states = {name: columns[:, :, number] for number, name in enumerate(STATES)}
    return Life(p, hierarchy(chart), replicate_key(seed, 0), states)


def matters(life: Life, week: int) -> Matters:
    """The week's matters, as the rules make them of the recorded states and the week's luck.

    The engines record states only. Their luck is keyed, so what it did can be worked out again.
    """
    complexity, *luck = week_draws(life.key, week, life.chart.n_people)
    left = _happened(life.states["autonomy"][week], luck[0])
    took = _happened(life.states["responsibility"][week], luck[1])
    return Matters(took, _happened(_chances(life, week, left, took, complexity), luck[2]))


def chance_of_success(life: Life, week: int) -> Array:
    """Of a matter of mean complexity in a week, over all encounters that it may meet."""
    autonomy, responsibility = (life.states[k][week] for k in ("autonomy", "responsibility"))
    everyone = np.ones(life.chart.n_people)
    found = 0 * everyone
    for left, took in product((0, 1), repeat=2):
        share = (autonomy if left else 1 - autonomy) * (
            responsibility if took else 1 - responsibility
        )
        chances = _chances(life, week, left * everyone, took * everyone, everyone / 2)
        found += share * chances
    return found


def _happened(probability: Array, luck: Array) -> Array:
    return np.array(list(map(rules.happens, probability, luck)))


def _chances(life: Life, week: int, left: Array, took: Array, complexity: Array) -> Array:
    """Chances of success in given encounters."""
    ready, strain = (life.states[k][week - 1] for k in ("readiness", "strain"))
    given, support = attention_and_support(life, week)
    of_each = zip(left, took, complexity, ready, strain, given, support, strict=True)
    return np.array([rules.success_probability(*each, life.p) for each in of_each])


def attention_and_support(life: Life, week: int) -> tuple[Array, Array]:
    """What each gets of his manager in a week: attention, and facilitation × attention."""
    p, boss = life.p, life.chart.manager
    autonomy, responsibility = (life.states[k][week - 1] for k in ("autonomy", "responsibility"))
    load = rules.load(autonomy, responsibility, p)
    of_team = np.bincount(boss[1:], np.asarray(load)[1:], life.chart.n_people)
    given = np.array([rules.attention(each, p) for each in of_team])[boss]
    return given, rules.facilitation(life.states["control_habit"][week - 1][boss]) * given


# --- Who answers what -----------------------------------------------------------------------------


def truths(life: Life, week: int) -> pd.DataFrame:
    """What is true of each person in the survey's week: a column a scale, NaN without a following.

    Only of those who have been in place for the 39 weeks that the questions reach back.
    """
    state = {name: values[week] for name, values in life.states.items()}
    early, late = (
        [matters(life, each) for each in range(end - WINDOW + 1, end + 1)]
        for end in (week - HALF_YEAR, week)
    )
    facilitation = 1 - state["control_habit"][life.chart.manager]
    newcomer = np.diff(life.states["disposition"], axis=0) != 0
    left = newcomer[week : week + YEAR].any(axis=0)
    found = {
        "empowering leadership": (state["autonomy"] + facilitation) / 2,
        "autonomy": state["autonomy"],
        "facilitation": facilitation,
        "trust": state["trust"],
        "appreciation": state["appreciation"],
        "exchange": (state["trust"] + state["appreciation"]) / 2,
        "self-efficacy": state["readiness"],
        "tension": state["strain"],
        "delegation before": life.states["autonomy"][week - HALF_YEAR],
        "impact before": np.mean([each.took * each.succeeded for each in early], axis=0),
        "impact": np.mean([each.took * each.succeeded for each in late], axis=0),
        "performance": np.mean([each.succeeded for each in late], axis=0),
        "chance": np.mean(
            [chance_of_success(life, each) for each in range(week - WINDOW + 1, week + 1)], axis=0
        ),
        "turnover": left.astype(float),
    }
    stayed = ~newcomer[week - HALF_YEAR - WINDOW : week].any(axis=0)
    stayed[0] = False  # the head reports to nobody
    return pd.DataFrame(found).assign(team=life.chart.manager)[stayed]


def everyone(organisations: Sequence[Life], week: int) -> pd.DataFrame:
    """The truths of all who may be asked, with the number of their organisation."""
    return pd.concat(
        [truths(life, week).assign(organisation=n) for n, life in enumerate(organisations)],
        ignore_index=True,
    )


def sample(there: pd.DataFrame, each: int, rng: np.random.Generator) -> pd.DataFrame:
    """At most `each` people of every organisation, at random."""
    shuffled_rows = there.iloc[rng.permutation(len(there))]
    return shuffled_rows.groupby("organisation").head(each)


def within_teams(truth: pd.DataFrame) -> pd.DataFrame:
    """Differences from the mean of those who report to the same manager."""
    keys = [truth["organisation"], truth["team"]]
    centred = truth[list(SCALES)] - truth[list(SCALES)].groupby(keys).transform("mean")
    return centred.assign(organisation=truth["organisation"])


class Answers(NamedTuple):
    """A filled-in survey."""

    items: Array  # (n_respondents, n_items)
    scale: NDArray[np.int64]  # the number of each item's scale in SCALES, (n_items,)
    organisation: NDArray[np.int64]  # (n_respondents,), from 0 without gaps


def answers(
    truth: pd.DataFrame, rng: np.random.Generator, *, noise: float = 1.0, method: float = 0.0
) -> Answers:
    """What they answer on a scale from 1 to 5, four questions a scale, about the truth's 3 ± 1.

    Args:
        truth: a row a respondent.
        rng: draws the noise.
        noise: standard deviation of an answer's noise, 1 being the spread of the truth; with 0
            answers are not rounded, either.
        method: variance of a respondent's mood, common to all that he answers himself.
    """
    mood = np.sqrt(method) * rng.standard_normal(len(truth))
    columns: list[Array] = []
    for name in ASKED:
        true = truth[name].to_numpy()
        told = 3 + (true - true.mean()) / true.std() + (mood if name != "performance" else 0.0)
        items = told[:, None] + noise * rng.standard_normal((len(truth), ITEMS))
        columns.append(np.clip(np.round(items), 1, 5) if noise else told[:, None])
    columns += [truth[[name]].to_numpy() for name in COUNTED]
    scale = np.repeat(np.arange(len(SCALES)), [each.shape[1] for each in columns])
    return Answers(np.hstack(columns), scale, truth["organisation"].to_numpy())


def shuffled(given: Answers, rng: np.random.Generator) -> Answers:
    """The same answers, each scale's dealt out anew among all respondents."""
    items = given.items.copy()
    for scale in range(len(SCALES)):
        own = given.scale == scale
        items[:, own] = rng.permutation(items[:, own])
    return given._replace(items=items)


# --- Correlations, with organisations resampled ---------------------------------------------------

LEVELS = ("pooled", "within", "between")
"""All respondents as if of one organisation; against their organisation's mean; the means."""


class Correlations(NamedTuple):
    """Between SCALES: of the survey, then of each resample of organisations, (1 + n, m, m)."""

    values: Array
    alpha: Array  # Cronbach's, (m,)

    def of(self, one: str, other: str) -> Estimate:
        """A correlation with its 95 % interval."""
        return _estimate(self._at(one, other))

    def difference(self, first: tuple[str, str], second: tuple[str, str]) -> Estimate:
        """By how much one correlation is above another."""
        return _estimate(self._at(*first) - self._at(*second))

    def coefficient(self, outcome: str, cause: str, control: str) -> Estimate:
        """The standardised coefficient of a cause, of a regression that has the control, too."""
        y, x, z = self._at(outcome, cause), self._at(cause, control), self._at(outcome, control)
        return _estimate((y - x * z) / (1 - x * x))

    def _at(self, one: str, other: str) -> Array:
        found: Array = self.values[:, SCALES.index(one), SCALES.index(other)]
        return found


def _estimate(found: Array) -> Estimate:
    """The first with the others' interval; a resample without an alpha above 0 has no value."""
    return estimate(found[0], found[1:][~np.isnan(found[1:])])


def correlations(
    given: Answers, level: str = "pooled", *, corrected: bool = True, resamples: int = 2000
) -> Correlations:
    """Correlations between the scales' means.

    Args:
        given: the survey.
        level: one of LEVELS.
        corrected: divided by √(alpha·alpha), as meta-analyses do.
        resamples: of whole organisations, with replacement.
    """
    member = (given.scale == np.arange(len(SCALES))[:, None]).astype(float)
    items = _groups(given, level)
    scales = [each @ member.T for each in items]
    drawn = np.random.default_rng(1).multinomial(
        len(items), np.full(len(items), 1 / len(items)), resamples
    )
    weights = np.vstack([np.ones(len(items)), drawn])
    weights = weights / (weights @ [len(each) for each in items])[:, None]

    def mean(of_groups: list[Array]) -> Array:
        """Of respondents, from each organisation's sums: one for each resample."""
        sums = np.array(of_groups)
        return np.tensordot(weights, sums, 1)

    of_items, of_scales = (mean([each.sum(axis=0) for each in of]) for of in (items, scales))
    own = (mean([(each * each).sum(axis=0) for each in items]) - of_items**2) @ member.T
    covariance = mean([each.T @ each for each in scales])
    covariance -= of_scales[:, :, None] * of_scales[:, None, :]
    return _between_scales(covariance, own, member.sum(axis=1), corrected)


def _groups(given: Answers, level: str) -> list[Array]:
    """Each organisation's items, as the level looks at them."""
    order = np.argsort(given.organisation, kind="stable")
    starts = np.flatnonzero(np.diff(given.organisation[order])) + 1
    groups = np.split(given.items[order], starts)
    if level == "within":
        return [each - each.mean(axis=0) for each in groups]
    if level == "between":
        return [each.mean(axis=0, keepdims=True) for each in groups]
    return groups


def _between_scales(covariance: Array, own: Array, count: Array, corrected: bool) -> Correlations:
    """Correlations from the covariances of the scales' sums, (n, m, m).

    `own` is the sum of the items' variances, (n, m), `count` the number of items, (m,).
    """
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    # Cronbach's alpha; what was counted, not asked, is taken as it is.
    asked = count > 1
    ratio = np.divide(own, variance, out=np.zeros_like(own), where=asked & (variance > 0))
    alpha = np.where(asked, count / np.maximum(count - 1, 1) * (1 - ratio), 1.0)
    scatter = variance * alpha if corrected else variance
    spread = np.sqrt(np.where(scatter > 0, scatter, np.nan))
    return Correlations(covariance / (spread[:, :, None] * spread[:, None, :]), alpha[0])
