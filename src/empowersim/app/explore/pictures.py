"""What Explore draws of a results folder: curves, maps and bars, as data for the browser."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import batched, combinations
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from empowersim import words
from empowersim.analysis import CONFIDENCE, Estimate
from empowersim.findings import Finding
from empowersim.findings.study import Key, Study, file_name, keys_of, of_key, triple
from empowersim.outcomes import REGIMES
from empowersim.plots.style import WORDS
from empowersim.words import LOWER_IS_BETTER, Language

if TYPE_CHECKING:
    import pandas as pd


CURVES_A_PICTURE = 6
MOST_ROWS_OF_BARS = 12
BETWEEN = " · "
COLON: Mapping[Language, str] = {"en": ": ", "fr": "\u00a0: "}
SHARE_STEPS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25)
"""Between places on an axis of shares."""


class Picture(NamedTuple):
    """A picture's data, for the browser.

    Attributes:
        kind: which Vue file draws it.
        name: for a list of pictures.
        title: a line.
        sentences: what it says.
        data: what is drawn, as JSON takes it; `marks` are what can be chosen in it.
        outcome: that its values are of.
        points: of each mark, the design's points behind it; none where there is nothing to open.
    """

    kind: Literal["curves", "heatmap", "bars"]
    name: str
    title: str
    sentences: tuple[str, ...]
    data: Mapping[str, Any]
    outcome: str
    points: Sequence[Sequence[int]]


def pictures(study: Study, findings: Sequence[Finding]) -> tuple[Picture, ...]:
    """All that can be drawn of what was found."""
    told = {finding.name: finding for finding in findings}
    return tuple(
        picture
        for draw in (_curves, _maps, _sobol, _morris, _best_points)
        for picture in draw(study, told)
    )


def _curves(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The curves of every outcome over every factor, a few a picture, the steepest first."""
    for outcome in study.outcomes:
        for factor in study.curved:
            finding = told.get(file_name("curve", outcome, factor))
            if finding is None or "curve" not in finding.tables:
                continue
            table = finding.tables["curve"]
            by = [str(name) for name in table.columns[: list(table.columns).index(factor)]]
            groups = {key: of_key(table, by, key) for key in keys_of(table, by)}
            steep = sorted(groups, key=lambda key: -float(np.ptp(groups[key]["mean"])))
            pages = list(batched(steep, CURVES_A_PICTURE))
            tips = finding.tables.get("tipping")
            for number, page in enumerate(pages, 1):
                name = f"{study.label(outcome)} · {study.label(factor)}"
                name += f" ({number}/{len(pages)})" if len(pages) > 1 else ""
                own = {key: groups[key] for key in groups if key in page}
                yield _curve_picture(study, finding, name, outcome, factor, by, own, tips)


def _curve_picture(
    study: Study,
    finding: Finding,
    name: str,
    outcome: str,
    factor: str,
    by: Sequence[str],
    groups: Mapping[Key, pd.DataFrame],
    tips: pd.DataFrame | None,
) -> Picture:
    language, design = study.language, study.around_base(factor)
    curves: list[dict[str, Any]] = []
    points: list[list[int]] = []
    for key, table in groups.items():
        own = of_key(design, by, key)
        crossed = [] if tips is None else of_key(tips, by, key).to_dict(orient="records")
        curves.append(
            {
                "name": _in_legend(study, by, key) or study.label(outcome),
                "marks": _curve_marks(study, factor, study.short(by, key), table),
                "tips": [[float(row[each]) for each in ("at", "at_low", "at_high")]
                         + [study.number(float(row["at"]))] for row in crossed],
            }
        )  # fmt: skip
        points += [own.loc[own[factor] == at, "point"].tolist() for at in table[factor]]
    ends = [table[["mean_low", "mean_high", "mean"]].to_numpy() for table in groups.values()]
    lowest, highest = float(np.nanmin(np.vstack(ends))), float(np.nanmax(np.vstack(ends)))
    if tips is not None:
        lowest, highest = min(lowest, study.level), max(highest, study.level)
    xs = study.values(factor)
    data = {
        "curves": curves,
        "legend": _legend_title(study, by),
        "x": {"label": words.axis(factor, language), "ticks": _ticks_at(study, xs)},
        "y": {
            "label": words.axis(outcome, language),
            "ticks": _share_ticks(lowest, highest, language),
        },
        "level": None if tips is None else study.level,
    }
    return Picture("curves", name, finding.title, finding.sentences, data, outcome, points)


def _legend_title(study: Study, by: Sequence[str]) -> str:
    """The factors whose values alone stand in the legend; one alone is named there itself."""
    factors = [study.label(name) for name in by if name in study.factors]
    return BETWEEN.join(factors) if len(factors) > 1 else ""


def _in_legend(study: Study, by: Sequence[str], key: Key) -> str:
    """A group in a legend: not with commas, which are also those of French numbers."""
    if not _legend_title(study, by):
        return study.legend(by, key)
    return BETWEEN.join(
        study.number(float(str(value))) if name in study.factors else str(value)
        for name, value in zip(by, key, strict=True)
    )


def _curve_marks(study: Study, factor: str, group: str, table: pd.DataFrame) -> list[list[Any]]:
    """The places of a curve: value, mean, the ends of its interval, and its text."""
    marks = []
    for row in table.to_dict(orient="records"):
        at = float(row[factor])
        here = Estimate(*(float(row[each]) for each in ("mean", "mean_low", "mean_high")))
        told = words.estimate(here, study.language)
        place = ", ".join(filter(None, (group, study.setting(factor, at))))
        marks.append([at, *here, f"{place}{COLON[study.language]}{told}"])
    return marks


def _ticks_at(study: Study, values: Sequence[float], most: int = 11) -> list[list[Any]]:
    """Some of the values of a factor, with their texts."""
    step = -(-len(values) // most)
    return [[value, study.number(value)] for value in values[::step]]


def _share_ticks(low: float, high: float, language: Language) -> list[list[Any]]:
    """Places on an axis of shares, the first at or below `low`, the last at or above `high`."""
    width = max(high - low, 0.002)
    step = next((each for each in SHARE_STEPS if each * 6 >= width), SHARE_STEPS[-1])
    decimals = 1 if step < 0.01 else 0
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    places = np.arange(first, max(last, first + 1) + 1) * step
    return [[float(at), words.percent(float(at), language, decimals)] for at in places]


def _maps(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The regime that prevails in each cell of two factors, with the main outcome's value."""
    for x, y in combinations(study.curved, 2):
        finding = told.get(file_name("map", x, y))
        if finding is None or "map" not in finding.tables:
            continue
        table = finding.tables["map"]
        for key in keys_of(table, study.by):
            group = study.short(study.by, key)
            title = study.titled(finding.title, group)
            own = of_key(table, study.by, key)
            yield _map_picture(
                study, finding, title, x, y, own, of_key(study.design, study.by, key)
            )


def _map_picture(
    study: Study,
    finding: Finding,
    title: str,
    x: str,
    y: str,
    table: pd.DataFrame,
    design: pd.DataFrame,
) -> Picture:
    language = study.language
    xs, ys = sorted(table[x].unique().tolist()), sorted(table[y].unique().tolist())
    rows = table.to_dict(orient="records")
    points = [
        design.loc[(design[x] == row[x]) & (design[y] == row[y]), "point"].tolist() for row in rows
    ]
    data = {
        "cells": [
            {"x": xs.index(row[x]), "y": ys.index(row[y])} | _cell(study, x, y, row) for row in rows
        ],
        "x": {"label": words.axis(x, language), "values": [study.number(each) for each in xs]},
        "y": {"label": words.axis(y, language), "values": [study.number(each) for each in ys]},
    }
    name = f"{study.label(x)} × {study.label(y)}"
    return Picture("heatmap", name, title, finding.sentences, data, "partnership", points)


def _cell(study: Study, x: str, y: str, row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """The regime that prevails in a cell, how sure that is, and the share of partnerships."""
    regime, share = str(row["dominant"]), float(row["partnership"])
    where = study.listed([study.setting(name, float(row[name])) for name in (x, y)])
    pairs = [
        f"{study.label(each)} {words.percent(float(row[each]), study.language)}"
        for each in dict.fromkeys((regime, "partnership"))
    ]
    return {
        "regime": REGIMES.index(regime),
        "sure": bool(row["dominant_share"] >= CONFIDENCE),
        "share": share,
        "value": words.number(100 * share, study.language, 0),
        "text": f"{where}{COLON[study.language]}{', '.join(pairs)}",
    }


def _sobol(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    yield from _indices(
        study, told, "sobol", ("total", "first"), "total index", "first-order index"
    )


def _morris(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    yield from _indices(study, told, "morris", ("mu_star",), "mu star axis")


def _indices(
    study: Study,
    told: Mapping[str, Finding],
    kind: str,
    columns: Sequence[str],
    *legend: str,
) -> Iterator[Picture]:
    """Factors by how much they decide, those that decide most above."""
    texts = {**WORDS, **words.figure_words(study.language)}
    for outcome in study.outcomes:
        finding = told.get(file_name(kind, outcome))
        if finding is None or "table" not in finding.tables:
            continue
        for key in keys_of(finding.tables["table"], study.by):
            table = of_key(finding.tables["table"], study.by, key)
            ordered = table.sort_values(columns[0], ascending=False, kind="stable")
            rows = [
                _bar_row(
                    study.label(str(row["factor"])),
                    [triple(row, column) for column in columns],
                    study.language,
                )
                for row in ordered.head(MOST_ROWS_OF_BARS).to_dict(orient="records")
            ]
            group = study.short(study.by, key)
            title = study.titled(finding.title, group)
            data = _bars(rows, [texts[each] for each in legend], study.language)
            name = f"{kind.capitalize()} · {study.label(outcome)}"
            name += f" · {group}" if group else ""
            yield Picture("bars", name, title, finding.sentences, data, outcome, ())


def _best_points(study: Study, told: Mapping[str, Finding]) -> Iterator[Picture]:
    """The points that do best."""
    points, main = study.points[study.points[study.main].notna()], study.main
    if points.empty:
        return
    best = points.sort_values(main, ascending=main in LOWER_IS_BETTER, kind="stable")
    best = best.head(MOST_ROWS_OF_BARS)
    by = [*study.by, *(name for name in study.factors if len(study.values(name)) > 1)]
    rows = [
        _bar_row(
            study.short(by, key) or str(row["case"]),
            [_finite(triple(row, main))],
            study.language,
            _in_legend(study, by, key),
        )
        for row in best.to_dict(orient="records")
        for key in [tuple(row[name] for name in by)]
    ]
    data = _bars(rows, [words.axis(main, study.language)], study.language)
    data["names"] = _legend_title(study, by)
    overview = next(iter(told.values()))
    numbers = [[int(point)] for point in best["point"]]
    yield Picture("bars", "", overview.title, overview.sentences, data, main, numbers)


def _finite(found: Estimate) -> Estimate:
    """One run alone has no interval."""
    value, low, high = found
    return found if np.isfinite([low, high]).all() else Estimate(value, value, value)


def _bar_row(
    name: str, bars: Sequence[Estimate], language: Language, short: str = ""
) -> dict[str, Any]:
    told = ", ".join(words.estimate(bar, language) for bar in bars)
    values = [[*bar, words.percent(bar.value, language)] for bar in bars]
    return {"name": short or name, "bars": values, "text": f"{name}{COLON[language]}{told}"}


def _bars(rows: Sequence[Any], legend: Sequence[str], language: Language) -> dict[str, Any]:
    ends = [end for row in rows for bar in row["bars"] for end in bar[:3]]
    ticks = _share_ticks(min(0.0, *ends), max(ends), language)
    return {"rows": rows, "legend": legend, "ticks": ticks}
