"""The overview: which point does best, and in which regimes relations end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from empowersim import words
from empowersim.analysis import CONFIDENCE
from empowersim.findings.study import Finding, Study, keys_of, of_key, triple
from empowersim.outcomes import REGIMES
from empowersim.words import LOWER_IS_BETTER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MANY = 10
COLOURS = {
    "directed": "#9A9A9A",
    "adrift": "#E69F00",
    "overburdened": "#D55E00",
    "partnership": "#0072B2",
}
HATCHES = {"directed": "", "adrift": "//", "overburdened": "xx", "partnership": ""}


def overview(study: Study) -> Finding:
    """How many runs there are, the best point, and the regimes there and on average."""
    points = point_means(study)
    best = _best(points, study.main)
    row = points.iloc[best]
    key = tuple(row[name] for name in _all_by(study))
    where = study.where(_all_by(study), key) or study.say("everywhere").lower()
    found = study.estimate(triple(row, study.main), study.main)
    sentences = [_runs(study), *_range(study, points)]
    if len(points) > 1:
        low = study.main in LOWER_IS_BETTER
        subject = study.subject(study.main)
        best_key = "best low" if low else "best high"
        sentences.append(study.say(best_key, subject=subject, best=found, where=where))
        sentences += _rivals(study, points, best)
        sentences.append(study.say("regimes there", shares=_shares(study, row)))
        sentences.append(study.say("regimes mean", shares=_shares(study, points.mean(numeric_only=True))))
        gist = study.say("best there", where=where, best=found, shares=_shares(study, row))
    else:
        sentences.append(study.say("regimes alone", shares=_shares(study, row)))
        gist = study.say("regimes alone", shares=_shares(study, row))
    return Finding(
        "overview",
        study.say("overview"),
        tuple(sentences),
        (gist,) if len(points) > 1 else (*_range(study, points), gist),
        {"points": points},
        {"regimes": partial(_draw, study, points)},
    )


def point_means(study: Study) -> pd.DataFrame:
    """The design with each point's mean outcomes, their t intervals, and its mean regimes."""
    from scipy.special import stdtrit

    found = study.design.copy()
    groups = study.final.groupby("point")
    found["runs"] = groups.size().reindex(found["point"]).to_numpy()
    for outcome in dict.fromkeys((*study.outcomes, *REGIMES)):
        moments = groups[outcome].agg(["mean", "std", "count"]).reindex(found["point"])
        found[outcome] = moments["mean"].to_numpy()
        if outcome in study.outcomes:
            count = moments["count"].to_numpy(np.float64)
            with np.errstate(invalid="ignore", divide="ignore"):
                t = stdtrit(count - 1, (1 + CONFIDENCE) / 2)
                half = t * moments["std"].to_numpy() / np.sqrt(count)
            found[f"{outcome}_low"] = found[outcome] - half
            found[f"{outcome}_high"] = found[outcome] + half
    return found.reset_index(drop=True)


def _all_by(study: Study) -> tuple[str, ...]:
    return (*study.by, *(name for name in study.factors if len(study.values(name)) > 1))


def _best(points: pd.DataFrame, outcome: str) -> int:
    values = points[outcome].to_numpy()
    return int(np.nanargmin(values) if outcome in LOWER_IS_BETTER else np.nanargmax(values))


def _runs(study: Study) -> str:
    final = study.final
    return study.say(
        "runs",
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
            best = study.estimate(triple(own.iloc[0], study.main), study.main)
            text = words.say(study.language, "at one point", subject=subject, best=best)
        else:
            text = words.say(
                study.language,
                "over points",
                subject=subject,
                mean=words.amount(values.mean(), study.main, study.language),
                points=study.number(len(own)),
                lowest=words.amount(values.min(), study.main, study.language),
                highest=words.amount(values.max(), study.main, study.language),
            )
        sentences.append(study.of_group(study.by, key, text))
    return list(study.some(sentences))


def _rivals(study: Study, points: pd.DataFrame, best: int) -> list[str]:
    """How many points cannot be told from the best one, by their intervals."""
    low, high = points[f"{study.main}_low"], points[f"{study.main}_high"]
    if study.main in LOWER_IS_BETTER:
        overlapping = int((low <= high.iloc[best]).sum()) - 1
    else:
        overlapping = int((high >= low.iloc[best]).sum()) - 1
    if np.isnan(low.iloc[best]):
        return []
    if overlapping > 1:
        sentences = [study.say("not alone", number=study.number(overlapping))]
    else:
        sentences = [study.say("one not alone" if overlapping == 1 else "alone")]
    return [*sentences, study.say("chosen")] if len(points) > MANY else sentences


def _shares(study: Study, row: pd.Series[float]) -> str:
    parts = [
        words.say(
            study.language,
            "regime share",
            share=words.amount(float(row[regime]), regime, study.language),
            regime=words.REGIME_SHARES[regime][words.LANGUAGES.index(study.language)],
        )
        for regime in sorted(REGIMES, key=lambda name: -float(row[name]))
    ]
    return study.listed(parts)


# --- The picture ------------------------------------------------------------------------------


def _draw(study: Study, points: pd.DataFrame) -> Figure:
    """The shares of the regimes, a bar each for the mean and the best point of every group."""
    from matplotlib.figure import Figure

    bars = _bars(study, points)
    figure = Figure(figsize=(9, 1.9 + 0.55 * len(bars)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for place, (_, shares) in enumerate(bars):
        left = 0.0
        for regime in REGIMES:
            share = shares[regime]
            axes.barh(place, share, 0.7, left, color=COLOURS[regime], hatch=HATCHES[regime],
                      edgecolor="white", lw=1, label=study.label(regime) if not place else None)  # fmt: skip
            if share >= 0.08:
                axes.text(left + share / 2, place, words.percent(share, study.language),
                          ha="center", va="center", fontsize=12, fontweight="bold",
                          bbox={"fc": "white", "ec": "none", "pad": 1.5, "alpha": 0.85})  # fmt: skip
            left += share
    axes.set_yticks(range(len(bars)), [name for name, _ in bars], fontsize=12)
    axes.invert_yaxis()
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
        bars.append((_bar(study, name, "mean" if len(own) > 1 else ""), _of(own.mean(numeric_only=True))))
        if len(own) > 1:
            best = own.iloc[_best(own, study.main)]
            bars.append((_bar(study, name, "best point"), _of(best)))
    return bars


def _bar(study: Study, name: str, kind: str) -> str:
    return ": ".join(part for part in (name, kind and study.say(kind).lower()) if part)


def _of(row: pd.Series[float]) -> dict[str, float]:
    return {regime: float(row[regime]) for regime in REGIMES}
