"""How an outcome answers to a factor, and to two: curves, tipping points, regime maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from empowersim import words
from empowersim.analysis import (
    Estimate,
    ResponseCurve,
    regime_map,
    response_curves,
    tipping_points,
)
from empowersim.designs import Listed, OneAtATime
from empowersim.findings.study import Finding, Key, Study, file_name, keys_of, of_key, triple
from empowersim.outcomes import REGIMES
from empowersim.words import LOWER_IS_BETTER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

CURVES_A_FIGURE = 6
MOST_CURVES = 24
MOST_MAPS = 6
SURE = 0.95

type Shape = Literal["inside", "rising", "falling", "flat", "dip", "plateau"]


# --- Curves -----------------------------------------------------------------------------------


def curves(study: Study) -> Iterator[Finding]:
    """The curves of every outcome over every factor with enough values."""
    for outcome in study.outcomes:
        for factor in study.curved:
            yield study.attempt(
                file_name("curve", outcome, factor),
                _title(study, outcome, factor),
                partial(_curves, study, outcome, factor),
            )


def _title(study: Study, outcome: str, factor: str) -> str:
    return study.say("curves", subject=study.subject(outcome), factor=study.factor(factor))


def _curves(study: Study, outcome: str, factor: str) -> Finding:
    design = study.around_base(factor)
    by, averaged = _split(study, design, factor)
    design = _with_enough_values(design, factor, by)
    found = response_curves(
        design, study.final, factor, outcome, by=by, shared_luck=study.shared_luck
    )
    best = found
    if outcome in LOWER_IS_BETTER:
        negated = study.final.assign(**{outcome: -study.final[outcome]})
        best = response_curves(
            design, negated, factor, outcome, by=by, shared_luck=study.shared_luck
        )
    tips = tipping_points(
        design, study.final, factor, outcome, study.level, by=by, shared_luck=study.shared_luck
    ) if outcome == study.main else None  # fmt: skip
    order = sorted(found, key=lambda key: -np.ptp(found[key].mean))
    sentences, gist = [], []
    for key in order:
        text = curve_in_words(study, factor, outcome, best[key])
        gist.append(study.of_group(by, key, text))
        if tips is not None:
            text += " " + " ".join(tips_in_words(study, factor, of_key(tips, by, key)))
        sentences.append(study.of_group(by, key, text))
    # One at a time, the moves are what is told: these curves are of them.
    is_told = outcome == study.main and not isinstance(study.experiment.design, OneAtATime)
    tables = {"curve": _table(factor, by, found)}
    if tips is not None:
        tables["tipping"] = tips
    return Finding(
        file_name("curve", outcome, factor),
        _title(study, outcome, factor),
        (*([study.say("curves averaged")] if averaged else []), *study.some(sentences)),
        tuple(gist) if is_told else (),
        tables,
        _figures(study, outcome, factor, by, found, tips),
    )


def _split(study: Study, design: pd.DataFrame, factor: str) -> tuple[tuple[str, ...], bool]:
    """What splits the points into curves, and whether other factors are averaged over."""
    if isinstance(study.experiment.design, OneAtATime):
        return study.by, False
    others = [name for name in study.factors if name != factor and len(study.values(name)) > 1]
    by = (*study.by, *others)
    is_list = isinstance(study.experiment.design, Listed)
    if not is_list and len(design[list(by)].drop_duplicates()) > MOST_CURVES:
        return study.by, True
    return by, False


def _with_enough_values(design: pd.DataFrame, factor: str, by: Sequence[str]) -> pd.DataFrame:
    """The groups that have a curve: at least three values of the factor."""
    if not by:
        return design
    many = design.groupby(list(by))[factor].transform("nunique") >= 3
    return design[many]


def shape(curve: ResponseCurve) -> Shape:
    """What a curve looks like; the best of its points is the highest. Decided by intervals."""
    low_end, high_end = float(curve.x[0]), float(curve.x[-1])
    first, last = curve.at(low_end), curve.at(high_end)
    if curve.best_mean.low <= min(first.high, last.high):
        lowest = int(curve.mean.argmin())
        return "dip" if curve.mean_high[lowest] < min(first.low, last.low) else "flat"
    inside = low_end < curve.best_x.low and curve.best_x.high < high_end
    if inside and curve.best_mean.low > max(first.high, last.high):
        return "inside"
    if last.low > first.high:
        return "rising"
    if first.low > last.high:
        return "falling"
    return "plateau"


def curve_in_words(study: Study, factor: str, outcome: str, curve: ResponseCurve) -> str:
    """One sentence. The curve is of the negated outcome, if lower is better."""
    low_better = outcome in LOWER_IS_BETTER
    form: str = shape(curve)
    lowest = int(curve.mean.argmin())
    at: Estimate | float = float(curve.x[lowest]) if form == "dip" else curve.best_x
    if low_better:
        form = {"rising": "falling", "falling": "rising"}.get(form, f"{form} low")

    def told(found: Estimate) -> str:
        if low_better:
            found = Estimate(-found.value, -found.high, -found.low)
        return study.estimate(found)

    return words.say(
        study.language,
        f"curve {form}",
        subject=study.subject(outcome),
        factor=study.factor(factor),
        at=words.place(at, study.language) if isinstance(at, Estimate) else study.number(at),
        best=told(curve.best_mean),
        lowest=told(curve.at(float(curve.x[lowest]))),
        first=told(curve.at(float(curve.x[0]))),
        last=told(curve.at(float(curve.x[-1]))),
        low=study.number(float(curve.x[0])),
        high=study.number(float(curve.x[-1])),
    )


def tips_in_words(study: Study, factor: str, tips: pd.DataFrame) -> list[str]:
    """A sentence for each crossing of the level."""
    if tips.empty:
        return [study.say("no tipping", level=study.level_text())]
    return [
        study.say(
            "tipping" if row["share"] >= SURE else "tipping maybe",
            level=study.level_text(),
            factor=study.factor(factor),
            at=words.place(triple(row, "at"), study.language),
            direction=words.say(study.language, str(row["direction"])),
            share=words.percent(row["share"], study.language),
        )
        for row in tips.to_dict(orient="records")
    ]


def _table(factor: str, by: Sequence[str], found: Mapping[Key, ResponseCurve]) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for key, curve in found.items():
        own = pd.DataFrame(
            {factor: curve.x, "mean": curve.mean, "mean_low": curve.mean_low,
             "mean_high": curve.mean_high, "run_low": curve.run_low, "run_high": curve.run_high}
        )  # fmt: skip
        columns = [*by, *own.columns]
        groups: Any = dict(zip(by, key, strict=True))
        tables.append(own.assign(**groups)[columns])
    return pd.concat(tables, ignore_index=True)


def _figures(
    study: Study,
    outcome: str,
    factor: str,
    by: Sequence[str],
    found: Mapping[Key, ResponseCurve],
    tips: pd.DataFrame | None,
) -> dict[str, partial[Figure]]:
    """A few curves a figure, the steepest groups first."""
    keys = sorted(found, key=lambda key: -np.ptp(found[key].mean))
    in_order = list(found)
    figures = {}
    for start in range(0, len(keys), CURVES_A_FIGURE):
        some = sorted(keys[start : start + CURVES_A_FIGURE], key=in_order.index)
        named = {study.legend(by, key) or study.label(outcome): found[key] for key in some}
        tipping = None
        if tips is not None:
            tipping = {
                study.legend(by, key) or study.label(outcome): of_key(tips, by, key) for key in some
            }
        figures[f"curves-{start // CURVES_A_FIGURE + 1}"] = partial(
            _draw_curves, study, named, tipping, outcome, factor, by
        )
    return figures


def _draw_curves(
    study: Study,
    named: Mapping[str, ResponseCurve],
    tipping: Mapping[str, pd.DataFrame] | None,
    outcome: str,
    factor: str,
    by: Sequence[str],
) -> Figure:
    from empowersim import plots

    title = _title(study, outcome, factor)
    others = [study.factor(name) for name in by if name in study.factors]
    if others:
        title = study.say("curves by", title=title, factors=study.listed(others))
    return plots.response_curves(
        named,
        title=title,
        x_label=words.axis(factor, study.language),
        y_label=words.axis(outcome, study.language),
        tipping=tipping,
        level=study.level if tipping is not None else None,
        higher_is_better=outcome not in LOWER_IS_BETTER,
        labels=words.figure_words(study.language),
    )


# --- Maps -------------------------------------------------------------------------------------


def maps(study: Study) -> Iterator[Finding]:
    """Which regime prevails over each two factors with enough values."""
    for x, y in list(combinations(study.curved, 2))[:3]:
        yield study.attempt(
            file_name("map", x, y),
            study.say("maps", x=study.factor(x), y=study.factor(y)),
            partial(_map, study, x, y),
        )


def _map(study: Study, x: str, y: str) -> Finding:
    table = regime_map(study.design, study.final, x, y, by=study.by, shared_luck=study.shared_luck)
    others = [name for name in study.factors if name not in (x, y) and len(study.values(name)) > 1]
    sentences = [study.say("curves averaged")] if others else []
    figures = {}
    told = []
    for number, key in enumerate(keys_of(table, study.by), 1):
        own = of_key(table, study.by, key)
        told.append(study.of_group(study.by, key, map_in_words(study, own)))
        if number <= MOST_MAPS:
            group = study.short(study.by, key)
            figures[f"map-{number}"] = partial(_draw_map, study, own, x, y, group, "regime_map")
            figures[f"shares-{number}"] = partial(_draw_map, study, own, x, y, group, "share_maps")
    return Finding(
        file_name("map", x, y),
        study.say("maps", x=study.factor(x), y=study.factor(y)),
        (*sentences, *study.some(told)),
        tuple(told),
        {"map": table},
        figures,
    )


def map_in_words(study: Study, table: pd.DataFrame) -> str:
    """How many cells each regime prevails in, and how many are not sure."""
    counts = table["dominant"].value_counts()
    parts = [
        words.say(
            study.language,
            "map share",
            number=study.number(int(counts[regime])),
            regime=study.regime(regime),
        )
        for regime in sorted(REGIMES, key=lambda name: -counts.get(name, 0))
        if counts.get(regime, 0)
    ]
    text = words.say(
        study.language, "map cells", cells=study.number(len(table)), shares=study.listed(parts)
    )
    unsure = int((table["dominant_share"] < SURE).sum())
    if unsure:
        text += " " + study.say("map unsure", number=study.number(unsure))
    return text


def _draw_map(study: Study, table: pd.DataFrame, x: str, y: str, group: str, kind: str) -> Figure:
    from empowersim import plots

    draw = plots.regime_map if kind == "regime_map" else plots.share_maps
    title = study.say("map title" if kind == "regime_map" else "share title")
    return draw(
        table,
        x,
        y,
        title=study.titled(title, group),
        x_label=words.axis(x, study.language),
        y_label=words.axis(y, study.language),
        labels=words.figure_words(study.language),
    )
