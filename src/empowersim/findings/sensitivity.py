"""Which factors matter: Sobol indices, Morris's screening, and the box that PRIM finds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from empowersim import words
from empowersim.analysis import Box, discover, morris_screening, sobol_indices
from empowersim.designs import LatinHypercube, Morris, Sobol
from empowersim.findings.study import Finding, Key, Study, file_name, keys_of, of_key, triple
from empowersim.words import LOWER_IS_BETTER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LITTLE = 0.05
SURE = 0.95


# --- Sobol ------------------------------------------------------------------------------------


def indices(study: Study) -> Iterator[Finding]:
    """Sobol indices of every outcome."""
    if not isinstance(study.experiment.design, Sobol):
        return
    for outcome in study.outcomes:
        title = study.say("sobol", subject=study.subject(outcome))
        name = file_name("sobol", outcome)
        yield study.attempt(name, title, partial(_sobol, study, outcome, name, title))


def _sobol(study: Study, outcome: str, name: str, title: str) -> Finding:
    table = sobol_indices(
        study.design,
        study.final,
        list(study.factors),
        outcome,
        by=study.by,
        shared_luck=study.shared_luck,
    )
    told = {
        key: sobol_in_words(study, outcome, of_key(table, study.by, key))
        for key in keys_of(table, study.by)
    }
    return _by_group(study, outcome, name, title, table, told, "sobol_indices")


def sobol_in_words(study: Study, outcome: str, table: pd.DataFrame) -> list[str]:
    """The factor that decides most, those that cannot be told from it, those that hardly matter."""
    rows = table.sort_values("total", ascending=False, kind="stable").to_dict(orient="records")
    top, others = rows[0], rows[1:]
    tied = [row for row in others if row["total_high"] >= top["total_low"]]
    sentences = [
        words.say(
            study.language,
            "sobol most tied" if tied else "sobol most",
            factors=_named(study, [top, *tied]),
            subject=study.subject(outcome),
            factor=study.factor(str(top["factor"])),
            total=study.estimate(triple(top, "total")),
            first=study.estimate(triple(top, "first")),
        )
    ]
    little = [row for row in others if row["total_high"] < LITTLE]
    if little:
        sentences.append(study.say("sobol little", factors=_named(study, little)))
    return sentences


# --- Morris -----------------------------------------------------------------------------------


def screening(study: Study) -> Iterator[Finding]:
    """Morris's screening of every outcome."""
    design = study.experiment.design
    if not isinstance(design, Morris):
        return
    for outcome in study.outcomes:
        title = study.say("morris", subject=study.subject(outcome))
        name = file_name("morris", outcome)
        make = partial(_morris, study, outcome, name, title, design.levels)
        yield study.attempt(name, title, make)


def _morris(study: Study, outcome: str, name: str, title: str, levels: int) -> Finding:
    table = morris_screening(
        study.design,
        study.final,
        list(study.factors),
        outcome,
        levels,
        by=study.by,
        shared_luck=study.shared_luck,
    )
    told = {
        key: morris_in_words(study, outcome, of_key(table, study.by, key))
        for key in keys_of(table, study.by)
    }
    return _by_group(study, outcome, name, title, table, told, "morris_screening")


def morris_in_words(study: Study, outcome: str, table: pd.DataFrame) -> list[str]:
    """The factor that moves the outcome most, which way, and those that may move it as much."""
    rows = table.sort_values("mu_star", ascending=False, kind="stable").to_dict(orient="records")
    top, others = rows[0], rows[1:]
    if top["mu_star_low"] <= 0:
        return [words.say(study.language, "morris none", subject=study.subject(outcome))]
    way = "up" if top["mu_low"] > 0 else "down" if top["mu_high"] < 0 else "both ways"
    tied = [row for row in others if row["mu_star_high"] >= top["mu_star_low"]]
    sentences = [
        words.say(
            study.language,
            "morris most tied" if tied else "morris most",
            factors=_named(study, [top, *tied]),
            factor=study.factor(str(top["factor"])),
            subject=study.subject(outcome),
            mu_star=study.difference(triple(top, "mu_star"), signed=False),
            direction=words.say(study.language, way),
        )
    ]
    after = [row for row in others if row not in tied][:3]
    if after:
        key = "morris order" if len(after) > 1 else "morris order one"
        sentences.append(study.say(key, factors=_named(study, after)))
    return sentences


# --- Discovery --------------------------------------------------------------------------------


def discovery(study: Study) -> Iterator[Finding]:
    """The box of factors in which the main outcome is on the good side of the level."""
    if not isinstance(study.experiment.design, LatinHypercube | Sobol):
        return
    title = study.say(
        "discovery", subject=study.subject(study.main), side=_side(study), level=study.level_text()
    )
    if find_spec("ema_workbench") is None:
        yield Finding("discovery", title, (study.say("no extra"),))
        return
    for number, key in enumerate(keys_of(study.design, study.by), 1):
        name = file_name("discovery", str(number)) if study.by else "discovery"
        group = study.short(study.by, key)
        of_group = f"{title} ({group})" if group else title
        yield study.attempt(name, of_group, partial(_discovery, study, name, of_group, key))


def _side(study: Study) -> str:
    return words.say(study.language, "below" if study.main in LOWER_IS_BETTER else "above")


def _discovery(study: Study, name: str, title: str, key: Key) -> Finding:
    below = study.main in LOWER_IS_BETTER
    design = of_key(study.design, study.by, key)
    means = of_key(study.points, study.by, key)[study.main].dropna()
    wanted = means < study.level if below else means >= study.level
    blanks = {
        "subject": study.subject(study.main),
        "side": _side(study),
        "level": study.level_text(),
    }
    if not wanted.any() or wanted.all():
        side = "everywhere on one side" if wanted.any() else "all on one side"
        sentence = study.of_group(study.by, key, words.say(study.language, side, **blanks))
        return Finding(name, title, (sentence,), (sentence,))
    box = discover(design, study.final, list(study.factors), study.main, study.level, below=below)
    told = box_in_words(study, box)
    sentences = [study.of_group(study.by, key, text) for text in told]
    tables = {"limits": box.limits, "points": box.points}
    figures = {"box": partial(_draw_box, study, box)} if len(box.limits) else {}
    return Finding(name, title, tuple(sentences), (sentences[0],), tables, figures)


def box_in_words(study: Study, box: Box) -> list[str]:
    """The limits, how sure they are, and how well they tell the points apart."""
    if box.limits.empty:
        return [words.say(study.language, "box free")]
    rows = box.limits.to_dict(orient="records")
    limits = [
        words.say(
            study.language,
            _sides(row),
            factor=study.factor(str(row["factor"])),
            low=study.number(row["low"]),
            high=study.number(row["high"]),
        )
        for row in rows
    ]
    sentences = [
        words.say(
            study.language,
            "box",
            subject=study.subject(study.main),
            side=_side(study),
            level=study.level_text(),
            limits=study.listed(limits),
            density=study.estimate(box.density),
            coverage=study.estimate(box.coverage),
        )
    ]
    unsure = [row for row in rows if row["restricted_share"] < SURE]
    if unsure:
        sentences.append(study.say("box maybe", factors=_named(study, unsure)))
    return sentences


def _sides(row: dict[Any, Any]) -> str:
    """Which sides of a factor a box limits."""
    if math.isnan(row["low"]):
        return "limit to"
    return "limit from" if math.isnan(row["high"]) else "limit"


def _draw_box(study: Study, box: Box) -> Figure:
    from empowersim import plots

    title = study.say("discovery title")
    return plots.discovery(box, title=title, labels=words.figure_words(study.language))


# --- What they share --------------------------------------------------------------------------


def _by_group(
    study: Study,
    outcome: str,
    name: str,
    title: str,
    table: pd.DataFrame,
    told: dict[Key, list[str]],
    picture: str,
) -> Finding:
    """Sentences and a figure for each group of points."""
    sentences, figures, gist = [], {}, []
    for number, (key, texts) in enumerate(told.items(), 1):
        of_group = study.of_group(study.by, key, texts[0])
        gist.append(of_group)
        sentences += [of_group, *texts[1:]]
        own = of_key(table, study.by, key)
        figures[f"{picture.partition('_')[0]}-{number}"] = partial(
            _draw, study, own, picture, study.short(study.by, key)
        )
    is_main = outcome == study.main
    return Finding(
        name, title, tuple(sentences), tuple(gist) if is_main else (), {"table": table}, figures
    )


def _draw(study: Study, table: pd.DataFrame, picture: str, group: str) -> Figure:
    from empowersim import plots

    title = study.say("sobol title" if picture == "sobol_indices" else "morris title")
    draw = getattr(plots, picture)
    if picture == "morris_screening":
        effects = [name for name in table if str(name).startswith(("mu", "sigma"))]
        table = table.assign(**{str(name): 100 * table[name] for name in effects})
    figure: Figure = draw(
        table,
        title=study.titled(title, group),
        labels=words.figure_words(study.language),
    )
    return figure


def _named(study: Study, rows: list[dict[Any, Any]]) -> str:
    return study.listed([study.factor(str(row["factor"])) for row in rows])
