"""There and back: what an outcome does while a lever goes up and down again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from empowersim import words
from empowersim.analysis import Estimate, Hysteresis, hysteresis
from empowersim.findings.study import Finding, Study, file_name, triple
from empowersim.scenarios import Intervention

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_POINTS = 4
LEAST_STEPS = 2
PREFIX = "loop"


def loops(study: Study) -> Iterator[Finding]:
    """The loop of every lever that a case moves up and down, at the first points of each."""
    if study.results["week"].nunique() < 3:
        return
    told = 0
    for _, row in study.design.iterrows():
        point = int(row["point"])
        scenario = study.experiment.scenario_at(point)
        for lever, path in up_and_down(scenario.interventions, scenario.weeks).items():
            if told == MOST_POINTS:
                return
            told += 1
            by = (*study.by, *(name for name in study.factors if len(study.values(name)) > 1))
            key = tuple(row[name] for name in by)
            group, place = study.short(by, key), study.where(by, key)
            title = study.say(
                "hysteresis", subject=study.subject(study.main), factor=study.factor(lever)
            )
            title = f"{title} ({group})" if group else title
            name = file_name(PREFIX, lever, str(point))
            make = partial(_loop, study, point, lever, path, name, title, place)
            yield study.attempt(name, title, make)


def is_loop(finding: Finding) -> bool:
    """Whether a finding is one of these."""
    return finding.name.startswith(f"{PREFIX}-")


def up_and_down(
    interventions: tuple[Intervention, ...], weeks: int
) -> Mapping[str, Mapping[int, float]]:
    """The levers that rise in steps and fall again, each with its value by week.

    A path begins with the lever's first step, and gives the last the time of the one before it.
    """
    steps: dict[str, list[tuple[int, float]]] = {}
    for each in interventions:
        if each.week <= weeks:
            steps.setdefault(each.lever, []).append((each.week, each.value))
    return {lever: _path(own, weeks) for lever, own in steps.items() if _turns([v for _, v in own])}


def _turns(values: list[float]) -> bool:
    """Whether values rise, then fall, in several steps each."""
    moves = [after - before for before, after in pairwise(values) if after != before]
    up = next((k for k, move in enumerate(moves) if move < 0), len(moves))
    falls = moves[up:]
    return up >= LEAST_STEPS and len(falls) >= LEAST_STEPS and all(move < 0 for move in falls)


def _path(steps: list[tuple[int, float]], weeks: int) -> dict[int, float]:
    (before, _), (last, value) = steps[-2:]
    end = min(weeks, last + (last - before) - 1)
    path: dict[int, float] = {}
    for (week, own), (until, _) in pairwise([*steps, (end + 1, value)]):
        path |= dict.fromkeys(range(week, until), own)
    return path


def _loop(
    study: Study,
    point: int,
    lever: str,
    path: Mapping[int, float],
    name: str,
    title: str,
    place: str,
) -> Finding:
    found = hysteresis(study.results, path, study.main, study.level, point=point)
    sentences = [study.of_place(place, text) for text in loop_in_words(study, lever, found)]
    return Finding(
        name,
        title,
        tuple(sentences),
        tuple(sentences),
        {"loop": found.loop, "crossings": found.crossings},
        {"loop": partial(_draw, study, lever, found, title)},
    )


def loop_in_words(study: Study, lever: str, found: Hysteresis) -> list[str]:
    """Whether the way back differs from the way up, and where each crosses the level."""
    values = found.loop["value"]
    ranges = found.loop.groupby("way")["value"].agg(["min", "max"])
    width = float(ranges["max"].min() - ranges["min"].max()) or float(values.max() - values.min())
    area = Estimate(*(each / width for each in found.area))
    form = "none" if area.low <= 0 <= area.high else "above" if area.value > 0 else "below"
    if form == "below":
        area = Estimate(-area.value, -area.high, -area.low)
    sentences = [
        study.say(
            f"loop {form}",
            subject=study.subject(study.main),
            area=study.difference(area, signed=form == "none"),
            factor=study.factor(lever),
        )
    ]
    return [*sentences, _crossing(study, lever, found.crossings)]


def _crossing(study: Study, lever: str, crossings: pd.DataFrame) -> str:
    first = {
        way: crossings[crossings["way"] == way].to_dict(orient="records")[:1]
        for way in ("up", "down")
    }
    at = {
        way: words.place(triple(rows[0], "at"), study.language)
        for way, rows in first.items()
        if rows
    }
    key = "never" if "up" not in at else "crossings" if "down" in at else "never back"
    return study.say(
        f"loop {key}",
        level=study.level_text(),
        up=f"{study.factor(lever)} = {at.get('up')}",
        down=at.get("down"),
    )


def _draw(study: Study, lever: str, found: Hysteresis, title: str) -> Figure:
    from empowersim import plots

    return plots.hysteresis(
        found,
        title=title,
        x_label=words.axis(lever, study.language),
        y_label=words.axis(study.main, study.language),
        level=study.level,
        labels=words.figure_words(study.language),
    )
