"""The overview: which point does best, and in which regimes relations end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from empowersim import words
from empowersim.designs import OneAtATime
from empowersim.findings.study import Finding, Study, keys_of, of_key, triple
from empowersim.outcomes import REGIMES
from empowersim.words import LOWER_IS_BETTER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MANY = 10
LEAST_NAMED = 0.08
COLOURS = {
    "directed": "#9A9A9A",
    "adrift": "#E69F00",
    "overburdened": "#D55E00",
    "partnership": "#0072B2",
}
HATCHES = {"directed": "", "adrift": "//", "overburdened": "xx", "partnership": ""}


def overview(study: Study) -> Finding:
    """How many runs there are, the best point, and the regimes there and on average.

    Points at which no run has a value of the main outcome are left out.
    """
    points = study.points[study.points[study.main].notna()].reset_index(drop=True)
    if points.empty:
        told = study.say("no value", subject=study.subject(study.main))
        tables = {"points": study.points}
        return Finding("overview", study.say("overview"), (_runs(study), told), (told,), tables)
    best = _best(points, study.main)
    row = points.iloc[best]
    where = _where(study, row)
    found = study.estimate(triple(row, study.main))
    sentences = [_runs(study), *_range(study, points)]
    if len(points) > 1:
        subject = study.subject(study.main)
        best_key = "best low" if study.main in LOWER_IS_BETTER else "best high"
        shares = _shares(study, row)
        rivals = _rivals(study, points, best)
        sentences.append(study.say(best_key, subject=subject, best=found, where=where))
        sentences += [study.say("regimes there", shares=shares)] if shares else []
        sentences += _rivals_in_words(study, rivals, len(points))
        on_average = _shares(study, points.mean(numeric_only=True))
        sentences += [study.say("regimes mean", shares=on_average)] if on_average else []
        key_there = f"best there{_tie(rivals)}"
        told = study.say(
            key_there, where=where, best=found, shares=shares, number=study.number(rivals)
        )
        gist = _range(study, points) if study.is_sampled or not shares else [told]
    else:
        shares = _shares(study, row)
        sentences += [study.say("regimes alone", shares=shares)] if shares else []
        gist = sentences[1:]
    return Finding(
        "overview",
        study.say("overview"),
        tuple(sentences),
        tuple(gist),
        {"points": study.points},
        {"regimes": partial(_draw, study, points)},
    )


def _where(study: Study, row: pd.Series[float]) -> str:
    """Which point a row of the design is; of a move from a base, what moved."""
    factors = [name for name in study.factors if len(study.values(name)) > 1]
    if isinstance(study.experiment.design, OneAtATime):
        base = study.experiment.points[0].values
        factors = [name for name in factors if row[name] != base[name]]
        if not factors:
            place = study.where(study.by, tuple(row[name] for name in study.by))
            at_base = words.say(study.language, "at the base")
            return f"{place}, {at_base}" if place else at_base
    by = (*study.by, *factors)
    return study.where(by, tuple(row[name] for name in by))


def _best(points: pd.DataFrame, outcome: str) -> int:
    values = points[outcome].to_numpy()
    return int(np.nanargmin(values) if outcome in LOWER_IS_BETTER else np.nanargmax(values))


def _runs(study: Study) -> str:
    final = study.final
    return study.say(
        "runs" if len(study.design) > 1 else "runs at one point",
        runs=study.number(len(final)),
        points=study.number(len(study.design)),
        weeks=study.number(float(final["week"].max())),
    )


def _range(study: Study, points: pd.DataFrame) -> list[str]:
    """What the main outcome is, for each case and org chart."""
    sentences = []
    for key in keys_of(points, study.by):
        own = of_key(points, study.by, key)
        values = own[study.main]
        subject = study.subject(study.main)
        if len(own) == 1:
            best = study.estimate(triple(own.iloc[0], study.main))
            text = words.say(study.language, "at one point", subject=subject, best=best)
        else:
            text = words.say(
                study.language,
                "over points",
                subject=subject,
                mean=words.amount(values.mean(), study.language),
                points=study.number(len(own)),
                lowest=words.amount(values.min(), study.language),
                highest=words.amount(values.max(), study.language),
            )
        sentences.append(study.of_group(study.by, key, text))
    return list(study.some(sentences))


def _rivals(study: Study, points: pd.DataFrame, best: int) -> int:
    """How many points cannot be told from the best one, by their intervals."""
    low, high = points[f"{study.main}_low"], points[f"{study.main}_high"]
    if study.main in LOWER_IS_BETTER:
        overlapping = low <= high.iloc[best]
    else:
        overlapping = high >= low.iloc[best]
    return int(overlapping.sum()) - int(overlapping.iloc[best])


def _tie(rivals: int) -> str:
    if rivals == 0:
        return ""
    return " tied one" if rivals == 1 else " tied"


def _rivals_in_words(study: Study, rivals: int, points: int) -> list[str]:
    if rivals > 1:
        sentences = [study.say("not alone", number=study.number(rivals))]
    else:
        sentences = [study.say("one not alone" if rivals else "alone")]
    return [*sentences, study.say("chosen")] if points > MANY else sentences


def _shares(study: Study, row: pd.Series[float]) -> str:
    """The regimes' shares, the largest first, without those that have none; empty if unknown."""
    parts = [
        words.say(
            study.language,
            "regime share",
            share=words.amount(float(row[regime]), study.language),
            regime=study.regime(regime),
        )
        for regime in sorted(REGIMES, key=lambda name: -float(row[name]))
        if row[regime] > 0
    ]
    return study.listed(parts)


# --- The picture ------------------------------------------------------------------------------


def _draw(study: Study, points: pd.DataFrame) -> Figure:
    """The shares of the regimes, a bar each for the mean and the best point of every group."""
    from matplotlib.figure import Figure

    from empowersim.plots.style import literal

    bars = _bars(study, points)
    figure = Figure(figsize=(9, 1.1 + 0.55 * len(bars)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for place, (_, shares) in enumerate(bars):
        left = 0.0
        for regime in REGIMES:
            named = study.label(regime) if place == 0 else None
            axes.barh(
                place,
                shares[regime],
                0.7,
                left,
                label=named,
                color=COLOURS[regime],
                hatch=HATCHES[regime],
                edgecolor="white",
            )
            if shares[regime] >= LEAST_NAMED:
                axes.text(
                    left + shares[regime] / 2,
                    place,
                    words.percent(shares[regime], study.language),
                    ha="center",
                    va="center",
                    fontsize=12,
                    fontweight="bold",
                    bbox={"fc": "white", "ec": "none", "pad": 1.5, "alpha": 0.85},
                )
            left += shares[regime]
    axes.set_yticks(range(len(bars)), [literal(name) for name, _ in bars], fontsize=12)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda share, _: words.percent(share, study.language))
    axes.tick_params(labelsize=12)
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(fontsize=12, frameon=False, ncols=4, loc="outside lower center")
    return figure


def _bars(study: Study, points: pd.DataFrame) -> list[tuple[str, dict[str, float]]]:
    """Names and shares; of the first groups only, if there are many."""
    bars = []
    for key in keys_of(points, study.by)[:MANY]:
        own = of_key(points, study.by, key).reset_index(drop=True)
        name = study.short(study.by, key)
        bars.append(
            (_bar(study, name, "mean" if len(own) > 1 else ""), _of(own.mean(numeric_only=True)))
        )
        if len(own) > 1:
            best = own.iloc[_best(own, study.main)]
            bars.append((_bar(study, name, "best point"), _of(best)))
    return bars


def _bar(study: Study, name: str, kind: str) -> str:
    """What stands beside a bar."""
    if not (name and kind):
        return name or (kind and study.say(kind))
    return words.say(study.language, "in group", group=name, text=words.say(study.language, kind))


def _of(row: pd.Series[float]) -> dict[str, float]:
    return {regime: float(row[regime]) for regime in REGIMES}
