"""Cases against each other, and points against the base from which one factor moved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from empowersim import words
from empowersim.analysis import Estimate, compare, comparisons, robust_choice
from empowersim.errors import AnalysisError
from empowersim.findings.study import Finding, Key, Study, file_name, of_key, triple
from empowersim.words import LOWER_IS_BETTER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from empowersim.analysis import RobustChoice

MOST_BARS = 20
SURE = 0.95


# --- Cases ------------------------------------------------------------------------------------


def cases(study: Study) -> Iterator[Finding]:
    """Every case against the first, by every outcome; and the one that is safest."""
    if study.design["case"].nunique() < 2:
        return
    title = study.say("comparisons")
    yield study.attempt("cases", title, partial(_cases, study, title))
    if study.design.groupby("case").size().min() > 1:
        title = study.say("robust")
        yield study.attempt("robust", title, partial(_robust, study, title))


def _cases(study: Study, title: str) -> Finding:
    reference = study.design["case"].iloc[0]
    sentences: list[str] = []
    gist: list[str] = []
    tables, figures = {}, {}
    for outcome in study.outcomes:
        table = comparisons(
            study.design,
            study.final,
            outcome,
            reference,
            higher_is_better=outcome not in LOWER_IS_BETTER,
        )
        told = [comparison_in_words(study, outcome, row, reference) for row in _rows(table)]
        sentences += study.some(told)
        gist += told if outcome == study.main else []
        tables[outcome] = table
        figures[outcome] = partial(_draw_cases, study, table, outcome, reference)
    return Finding("cases", title, tuple(sentences), tuple(gist), tables, figures)


def comparison_in_words(study: Study, outcome: str, row: dict[str, object], reference: str) -> str:
    """Whether a case is above or below the first, and how often."""
    found = triple(row, "difference")
    return study.say(
        "same" if found.low <= 0 <= found.high else "higher" if found.value > 0 else "lower",
        case=words.quoted(str(row["case"]), study.language),
        reference=words.quoted(reference, study.language),
        subject=study.subject(outcome),
        difference=study.difference(found),
        share=words.percent(triple(row, "better_share").value, study.language),
    )


def _draw_cases(study: Study, table: pd.DataFrame, outcome: str, reference: str) -> Figure:
    from empowersim import plots

    name = words.quoted(reference, study.language)
    return plots.comparisons(
        in_points(table),
        title=study.say("comparison title", outcome=study.label(outcome), reference=name),
        x_label=study.say("difference", outcome=study.label(outcome)),
        labels=words.figure_words(study.language),
    )


def _robust(study: Study, title: str) -> Finding:
    choice = robust_choice(
        study.design,
        study.final,
        study.main,
        study.level,
        higher_is_better=study.main not in LOWER_IS_BETTER,
        shared_luck=study.shared_luck,
    )
    return Finding(
        "robust",
        title,
        robust_in_words(study, choice.policies),
        (),
        {"policies": choice.policies, "regrets": choice.regrets},
        {"robust": partial(_draw_robust, study, choice, title)},
    )


def robust_in_words(study: Study, policies: pd.DataFrame) -> tuple[str, ...]:
    """Which case has the least regret, and whether that is sure."""
    best = policies.sort_values("max_regret", kind="stable").iloc[0]
    enough = triple(best, "satisficing")
    sentences = [
        study.say(
            "robust choice below" if study.main in LOWER_IS_BETTER else "robust choice",
            case=words.quoted(str(best["case"]), study.language),
            regret=study.difference(triple(best, "max_regret"), signed=False),
            subject=study.subject(study.main),
            level=study.level_text(),
            satisficing=study.estimate(enough),
        )
    ]
    if best["best_share"] < SURE:
        other = words.percent(1 - float(best["best_share"]), study.language)
        sentences.append(study.say("robust unsure", share=other))
    return tuple(sentences)


def _draw_robust(study: Study, choice: RobustChoice, title: str) -> Figure:
    from empowersim import plots

    def scaled(table: pd.DataFrame) -> pd.DataFrame:
        regrets = [name for name in table if "regret" in str(name)]
        return table.assign(**{str(name): 100 * table[name] for name in regrets})

    in_points = choice._replace(policies=scaled(choice.policies), regrets=scaled(choice.regrets))
    return plots.robust_choice(in_points, title=title, labels=words.figure_words(study.language))


# --- One factor at a time ---------------------------------------------------------------------


class Moves(NamedTuple):
    """Sentences about the base, the moves that change something, and those that do not."""

    base: str
    moved: list[str]
    same: list[str]


def moves(study: Study) -> Iterator[Finding]:
    """What each move of one factor changes, by every outcome."""
    for outcome in study.outcomes:
        yield study.attempt(
            file_name("moves", outcome),
            study.say("one at a time", subject=study.subject(outcome)),
            partial(_moves, study, outcome),
        )


def _moves(study: Study, outcome: str) -> Finding:
    import pandas as pd

    table = pd.DataFrame(list(_differences(study, outcome)))
    if table.empty:
        raise AnalysisError("no point but the base has results; sweep on")
    bases = {key: base for key, base in study.bases.items() if base in study.there}
    sentences: list[str] = []
    gist: list[list[str]] = []
    for key in bases:
        own = _of_place(table, key)
        base = of_key(study.points, ("point",), (bases[key],)).iloc[0]
        told = moves_in_words(study, outcome, triple(base, outcome), own)
        group = tuple(
            value
            for name, value in zip(("case", "org_chart"), key, strict=True)
            if name in study.by
        )
        sentences += [
            study.of_group(study.by, group, text)
            for text in (told.base, *told.same, *study.some(told.moved))
        ]
        gist.append(
            [study.of_group(study.by, group, text) for text in (told.base, *told.moved, *told.same)]
        )
    return Finding(
        file_name("moves", outcome),
        study.say("one at a time", subject=study.subject(outcome)),
        tuple(sentences),
        _in_turn(gist) if outcome == study.main else (),
        {"moves": table},
        {f"moves-{k}": partial(_draw_moves, study, _of_place(table, key), outcome, key)
         for k, key in enumerate(bases, 1) if len(_of_place(table, key))},
    )  # fmt: skip


def _of_place(table: pd.DataFrame, key: Key) -> pd.DataFrame:
    return of_key(table, ("case", "org_chart"), key)


def _differences(study: Study, outcome: str) -> Iterator[dict[str, object]]:
    """A row a moved point whose base is there: what moved, and the paired difference from it."""
    points = study.experiment.points
    for number in study.design["point"].tolist():
        case, chart, values = points[number]
        base = study.bases[case, chart]
        if base not in study.there:
            continue
        for factor in study.factors:
            if values[factor] == points[base].values[factor]:
                continue
            found = compare(
                study.design,
                study.final,
                outcome,
                {"point": number},
                {"point": base},
                higher_is_better=outcome not in LOWER_IS_BETTER,
            )
            yield {
                "case": case,
                "org_chart": chart,
                "point": number,
                "factor": factor,
                "value": values[factor],
                "change": study.setting(factor, values[factor]),
                "difference": found.difference.value,
                "difference_low": found.difference.low,
                "difference_high": found.difference.high,
                "better_share": found.better_share.value,
            }


def moves_in_words(study: Study, outcome: str, base: Estimate, table: pd.DataFrame) -> Moves:
    """What every move does, the largest first."""
    ordered = table.iloc[(-table["difference"].abs()).argsort(kind="stable")]
    subject = study.subject(outcome)
    same: list[str] = []
    moved: list[str] = []
    for row in _rows(ordered):
        found = triple(row, "difference")
        change = study.setting(str(row["factor"]), row["value"], quote=True)
        if found.low <= 0 <= found.high:
            same.append(change)
            continue
        size = found if found.value > 0 else Estimate(-found.value, -found.high, -found.low)
        way = "moved up" if found.value > 0 else "moved down"
        told = study.difference(size, signed=False)
        moved.append(study.say(way, change=change, subject=subject, difference=told))
    unmoved = study.say("unmoved", changes=study.listed(same), subject=subject)
    at_base = study.say("base", subject=subject, base=study.estimate(base))
    return Moves(at_base, moved, [unmoved] if same else [])


def _in_turn(gists: list[list[str]]) -> tuple[str, ...]:
    """The first sentence of each place, then the second of each, and so on."""
    rounds = zip_longest(*gists)
    return tuple(text for each_round in rounds for text in each_round if text is not None)


def _draw_moves(study: Study, table: pd.DataFrame, outcome: str, key: Key) -> Figure:
    from empowersim import plots

    largest = table.iloc[(-table["difference"].abs()).argsort(kind="stable")[:MOST_BARS]]
    group = study.short(("case", "org_chart"), key) if study.by else ""
    title = study.say("one at a time title")
    return plots.comparisons(
        in_points(largest),
        title=study.titled(title, group),
        x_label=study.say("difference", outcome=study.label(outcome)),
        policy="change",
        labels=words.figure_words(study.language),
    )


def in_points(table: pd.DataFrame) -> pd.DataFrame:
    """The same with its differences in points of percent, for a picture."""
    columns = ["difference", "difference_low", "difference_high"]
    return table.assign(**{name: 100 * table[name] for name in columns})


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(name): value for name, value in row.items()} for row in table.to_dict(orient="records")
    ]
