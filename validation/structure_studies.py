"""What V4 to V7 are held against: studies of managers and their teams, simulated.

Every rule that gives a verdict stands in a function of estimates, written before any figure was
seen, but for `verdict_survey`, `verdict_crossing` and the parts of `verdicts_v6`. Intervals are
Student's, at 95 %, over replicates that share their luck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc, t

from empowersim import Parameters, patterns, rules, simulate
from empowersim.org_chart import Chart, balanced, from_spans, hierarchy
from empowersim.own_rules import RuleSet, rules_from
from empowersim.scenarios import NO_EFFORT
from validation.section import Answer

type Floats = NDArray[np.float64]

ALTERNATIVES = Path(__file__).parent / "alternatives"
CLEAR = 0.02
"""Effects smaller than this, of measures in [0, 1], are of no practical weight."""


class Estimate(NamedTuple):
    """A mean over replicates with its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return self.text()

    def text(self, spec: str = "+.3f") -> str:
        """The mean and its interval, with true minus signs."""
        said = f"{self.mean:{spec}} [{self.low:{spec}} to {self.high:{spec}}]"
        return said.replace("-", "−")


def estimate(values: Iterable[float]) -> Estimate:
    """The mean of one value a replicate."""
    each = np.asarray(list(values), np.float64)
    half = float(t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each)))
    mean = float(each.mean())
    return Estimate(mean, mean - half, mean + half)


def answer(held: Sequence[bool]) -> Answer:
    """All parts of a pattern hold, some, or none."""
    if all(held):
        return "reproduced"
    return "reproduced in part" if any(held) else "not reproduced"


class Size(NamedTuple):
    """How much is simulated."""

    surveyed: int  # points of levers in V4's survey
    surveys: int  # its replicates
    points: int  # points of levers in V4's experiment
    heads: int  # its replicates, of a single team each
    spans: tuple[int, ...]
    spanned: int  # replicates of V5
    squeezed: int  # replicates of V6
    coachings: tuple[float, ...]  # the grid of V6's search
    cascades: tuple[float, ...]
    capacities: tuple[float, ...]
    searched: int  # points of V7's search for harm
    search: int  # replicates of a search, V6 and V7
    again: int  # replicates with which V7's worst are run again
    patterns: int  # replicates of the patterns
    candidates: int  # how many of CANDIDATES


FULL = Size(
    surveyed=6,
    surveys=128,
    points=24,
    heads=256,
    spans=(4, 6, 8, 12, 16),
    spanned=96,
    squeezed=32,
    coachings=(0.0, 0.2, 0.4, 0.6),
    cascades=(0.0, 0.5, 1.0, 2.0, 4.0, 8.0),
    capacities=(4.0, 3.0, 2.0),
    searched=384,
    search=16,
    again=128,
    patterns=64,
    candidates=8,
)
SMALL = Size(
    surveyed=2,
    surveys=6,
    points=4,
    heads=24,
    spans=(4, 16),
    spanned=6,
    squeezed=8,
    coachings=(0.4,),
    cascades=(0.0, 1.0),
    capacities=(4.0,),
    searched=32,
    search=4,
    again=16,
    patterns=2,
    candidates=2,
)

LEVER_RANGES: Mapping[str, tuple[float, float]] = {
    "mandate": (0.4, 1.0),
    "collaborator_share": (0.0, 1.0),
    "coaching": (0.0, 1.0),
    "training": (0.0, 1.0),
    "control_reward": (0.0, 1.0),
}
START_RANGES: Mapping[str, tuple[float, float]] = {
    "initial_assurance": (0.3, 0.95),
    "initial_appreciation": (0.2, 0.8),
    "initial_control_habit": (0.4, 0.95),
    "initial_trust": (0.3, 0.7),
    "initial_autonomy": (0.1, 0.5),
    "initial_responsibility": (0.1, 0.5),
    "initial_strain": (0.0, 0.3),
}


def hypercube(ranges: Mapping[str, tuple[float, float]], n: int, seed: int) -> pd.DataFrame:
    """A Latin hypercube, a row a point."""
    unit = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(seed)).random(n)
    low, high = np.array(list(ranges.values())).T
    return pd.DataFrame(low + unit * (high - low), columns=list(ranges))


def points_of(table: pd.DataFrame, **changes: float) -> list[Parameters]:
    """A table's rows as parameters, with the same changes in each."""
    return [Parameters(**{**row, **changes}) for row in table.to_dict("records")]


# --- V4: empowerment under a boss ---------------------------------------------------------------

EARLY, LATER = 26, 78
RELATION = ("autonomy", "trust", "appreciation")
OUTCOMES = ("partnership", "appreciation", "readiness")


class Moderated(NamedTuple):
    """What facilitation does to a team, by the manager's relation with his own boss.

    Effects of one standard deviation, in standard deviations of the outcome, or of the whole
    difference where it is an experiment.
    """

    interaction: Estimate
    where_bad: Estimate  # one standard deviation below the mean
    where_good: Estimate  # one above

    @property
    def works_better(self) -> bool:
        """Facilitation does more where the relation is good."""
        return self.interaction.low > 0

    @property
    def works_only(self) -> bool:
        """And where it is bad, less than half as much, or nothing that can be told from nought."""
        return self.works_better and (
            self.where_bad.low <= 0 or self.where_bad.mean < self.where_good.mean / 2
        )


def verdict_v4(by_outcome: Iterable[Moderated]) -> Answer:
    """Reproduced: only there, in all outcomes. In part: better there in at least one."""
    found = list(by_outcome)
    if all(each.works_only for each in found):
        return "reproduced"
    return answer([each.works_better for each in found] + [False])


def managers(points: Sequence[Parameters], chart: Chart, replicates: int) -> pd.DataFrame:
    """A row a middle manager: himself in week EARLY, his team in weeks EARLY and LATER."""
    tree = hierarchy(chart)
    middle = tree.managers[tree.managers > 0]
    in_team = (tree.manager[:, None] == middle) / tree.team_size[middle]
    keys = {
        "replicate": np.repeat(np.arange(replicates), len(middle)),
        "level": np.tile(tree.level[middle], replicates),
    }
    rows = []
    for number, point in enumerate(points):  # one at a time: a table of people is large
        people = simulate(
            point, chart, replicates=replicates, weeks=LATER, record="people", workers=1
        ).people
        early, later = (_states(people, week, replicates, point) for week in (EARLY, LATER))
        values = {state: early[state][:, middle] for state in RELATION}
        values["facilitation"] = 1 - early["control_habit"][:, middle]
        for outcome in OUTCOMES:
            values[f"{outcome} before"] = early[outcome] @ in_team
            values[f"{outcome} after"] = later[outcome] @ in_team
        flat = {name: each.ravel() for name, each in values.items()}
        rows.append(pd.DataFrame({**keys, **flat}).assign(point=number))
    return pd.concat(rows, ignore_index=True)


def _states(people: pd.DataFrame, week: int, replicates: int, p: Parameters) -> dict[str, Floats]:
    """Everyone's states in a week, each (replicates, n_people); 0 where a person has none."""
    here = people[people["week"] == week]
    states = {
        name: np.nan_to_num(here[name].to_numpy(np.float64)).reshape(replicates, -1)
        for name in ("control_habit", "responsibility", "readiness", *RELATION)
    }
    has_room, takes_on = (
        states[name] >= p.regime_threshold for name in ("autonomy", "responsibility")
    )
    return {**states, "partnership": (has_room & takes_on).astype(np.float64)}


def centred(table: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Values of managers less their mean over the colleagues of a level in the same run."""
    cells = [table[name] for name in ("point", "replicate", "level")]
    return values - values.groupby(cells).transform("mean")


def within(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Columns centred, then in units of their standard deviation; what never varies stays 0."""
    inner = centred(table, table[list(columns)])
    return inner / inner.std().replace(0.0, 1.0)


def slopes_of(table: pd.DataFrame, moderator: str, outcome: str) -> Floats:
    """Least squares in each replicate, with the team's own start held still: (replicates, 4).

    Slopes of facilitation, the moderator, their product and the start. Managers are compared with
    colleagues of their level in the same run, so that no lever can stand behind both sides.
    """
    before, after = f"{outcome} before", f"{outcome} after"
    z = within(table, ["facilitation", moderator, before, after])
    z["product"] = z["facilitation"] * z[moderator]
    z["product"] = centred(table, z[["product"]])
    terms = ["facilitation", moderator, "product", before]
    return np.array(
        [
            np.linalg.lstsq(each[terms].to_numpy(), each[after].to_numpy(), rcond=None)[0]
            for _, each in z.groupby(table["replicate"])
        ]
    )


def survey(table: pd.DataFrame, moderator: str, outcome: str) -> Moderated:
    """What a survey would find of the interaction."""
    slopes = slopes_of(table, moderator, outcome)
    alone, product_of_both = slopes[:, 0], slopes[:, 2]
    return Moderated(
        estimate(product_of_both),
        estimate(alone - product_of_both),
        estimate(alone + product_of_both),
    )


def beyond_control(table: pd.DataFrame, control: pd.DataFrame, outcome: str) -> Estimate:
    """The interaction less that of a control with the same luck, in which there can be none."""
    one, other = (slopes_of(each, "relation", outcome)[:, 2] for each in (table, control))
    return estimate(one - other)


def verdict_survey(found: Mapping[str, Moderated], beyond: Mapping[str, Estimate]) -> Answer:
    """As `verdict_v4`, of the outcomes whose interaction is beyond that of the control.

    The control was added after the figures had been seen: of three outcomes one may well be above
    nought by chance, and in the control, where there is no interaction, some nearly were.
    """
    counted = [each for name, each in found.items() if beyond[name].low > 0]
    if len(counted) == len(found):
        return verdict_v4(counted)
    return answer([*(each.works_better for each in counted), False])


def relation_quality(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `relation`: the mean of autonomy, trust and appreciation, standardised."""
    return table.assign(relation=within(table, RELATION).mean(axis=1))


HABITS = (0.9, 0.5)
"""Control habit of a head who controls, and of one who facilitates."""
ROOMS = (0.1, 0.9)
"""Autonomy that the head has from those above him: a bad relation, and a good one."""


def experiment_v4(cascade: float, size: Size) -> dict[str, Moderated]:
    """One team; its manager facilitates or not, and has room from above or not.

    The mean over the points of the hypercube of levers, in each replicate.
    """
    levers = hypercube(LEVER_RANGES, size.points, seed=4)
    cells = list(product(HABITS, ROOMS))
    points = [
        point
        for habit, room in cells
        for point in points_of(
            levers, initial_control_habit=habit, root_autonomy=room, w_cascade=cascade
        )
    ]
    final = simulate(
        points, balanced(6, 1), replicates=size.heads, weeks=LATER, record="final", workers=1
    ).final
    final["cell"] = final["point"] // len(levers)
    found = {}
    for outcome in OUTCOMES:
        mean = final.pivot_table(index="replicate", columns="cell", values=outcome)
        by = {cell: mean[number] for number, cell in enumerate(cells)}
        bad, good = (by[HABITS[1], room] - by[HABITS[0], room] for room in ROOMS)
        found[outcome] = Moderated(estimate(good - bad), estimate(bad), estimate(good))
    return found


# --- V5: wide spans -----------------------------------------------------------------------------


def bias(overload: float, cascade: float = 1.0, capacity: float = 4.0, sign: float = 1.0) -> float:
    """The bias at which managers of 6 start as by default, whatever these weights.

    `sign` is the share of the overload's weight that counts at the start.
    """
    usual = Parameters()
    autonomy = usual.initial_autonomy
    load = 6 * rules.load(autonomy, usual.initial_responsibility, usual)

    def missing(its_capacity: float) -> float:
        return 1 - rules.attention(load, usual.with_changes({"capacity": its_capacity}))

    return (
        usual.b_manager
        + usual.w_overload * missing(usual.capacity)
        - sign * overload * missing(capacity)
        - (usual.w_cascade - cascade) * (usual.neutral_autonomy - autonomy)
    )


@dataclass(frozen=True)
class Candidate:
    """A model that might take the place of the default."""

    name: str
    changes: Mapping[str, float]
    file: str = ""

    @property
    def rules(self) -> RuleSet | None:
        """Its own rules, if it has some."""
        return rules_from(ALTERNATIVES / self.file) if self.file else None


USUAL = Candidate("the default", {})
TRUSTED_AT_START = 0.08  # mean of clip((trust − .5) / .5) for normal trust of mean .5 and sd .1
ASSURED_AT_START = 0.64  # 2 · initial_assurance − 1
CANDIDATES = (
    USUAL,
    Candidate("(a) overload moves nobody", {"w_overload": 0.0, "b_manager": bias(0)}),
    Candidate(
        "(b) overload makes managers grab control",
        {"b_manager": bias(1, sign=-1)},
        "overload_grabs.py",
    ),
    Candidate("(c) room without support is not appreciated", {}, "room_needs_support.py"),
    Candidate(
        "(d) overloaded managers let go of those whom they trust",
        {"b_manager": bias(1, sign=TRUSTED_AT_START)},
        "overload_trusts.py",
    ),
    Candidate(
        "(e) overloaded managers let go if sure of themselves, else grab",
        {"b_manager": bias(1, sign=ASSURED_AT_START)},
        "overload_by_assurance.py",
    ),
    Candidate("(f) being left alone strains", {}, "neglect_strains.py"),
    Candidate(
        "(g) both (a) and (f)", {"w_overload": 0.0, "b_manager": bias(0)}, "neglect_strains.py"
    ),
)

CONTEXTS: Mapping[str, tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]] = {
    "leaders as they are": (
        {**NO_EFFORT, "habit_rate": 0.0},
        {"initial_control_habit": 0.8},
        {"initial_control_habit": 0.3},
    ),
    "leaders who are coached": ({"training": 0.0}, {"coaching": 0.0}, {"coaching": 1.0}),
}
"""What is the same for all, then what makes a poor leader and a good one.

In the first nobody asks for change, and managers keep the habit that they have, as in a survey of
hospital units; the second is a programme of change.
"""
MEASURED = ("appreciation", "strain", "departures", "partnership", "output")
YEAR = (53, 104)


def by_span(candidate: Candidate, spans: Sequence[int], replicates: int) -> pd.DataFrame:
    """Means of the second year at the front: a row a context, span, leader and replicate."""
    rows = []
    for (context, (common, poor, good)), span in product(CONTEXTS.items(), spans):
        points = [
            Parameters(**{**candidate.changes, **common, **leader}) for leader in (poor, good)
        ]
        weekly = simulate(
            points,
            balanced(span, 2),
            replicates=replicates,
            weeks=YEAR[1],
            by_level=True,
            rules=candidate.rules,
            workers=1,
        ).weekly
        front = weekly[(weekly["level"] == 2) & (weekly["week"] >= YEAR[0])]
        mean = front.groupby(["point", "replicate"])[list(MEASURED)].mean().reset_index()
        mean["departures"] *= 52
        rows.append(mean.assign(context=context, span=span))
    return pd.concat(rows, ignore_index=True)


class Spans(NamedTuple):
    """What the widest span does against the narrowest, in one context."""

    benefit_narrow: Estimate  # of a good leader on appreciation
    benefit_wide: Estimate
    lost: Estimate  # benefit_wide − benefit_narrow
    departures: Estimate  # a year and head, wide − narrow, mean of both leaders
    strain: Estimate
    partnership: Estimate


def spans_of(table: pd.DataFrame, context: str) -> Spans:
    """The comparison, paired by replicate."""
    here = table[table["context"] == context]
    ends = here["span"].min(), here["span"].max()

    def cell(measure: str, span: int, leader: int) -> pd.Series[float]:
        some = here[(here["span"] == span) & (here["point"] == leader)]
        return some.set_index("replicate")[measure]

    narrow, wide = (cell("appreciation", span, 1) - cell("appreciation", span, 0) for span in ends)

    def wider(measure: str) -> Estimate:
        low, high = ((cell(measure, s, 0) + cell(measure, s, 1)) / 2 for s in ends)
        return estimate(high - low)

    return Spans(
        estimate(narrow),
        estimate(wide),
        estimate(wide - narrow),
        wider("departures"),
        wider("strain"),
        wider("partnership"),
    )


def verdicts_v5(found: Mapping[str, Spans]) -> dict[str, Answer]:
    """Satisfaction, turnover, and what the essay would have: each in both contexts, or in part."""
    return {
        "satisfaction": answer([each.lost.high < -CLEAR for each in found.values()]),
        "turnover": answer([each.departures.low > 0 for each in found.values()]),
        "partnership": answer([found["leaders who are coached"].partnership.high < -CLEAR]),
    }


def broken_patterns(candidate: Candidate, replicates: int) -> list[str]:
    """The patterns P1 to P8 that a candidate does not show."""
    checks = patterns.check(
        Parameters(**candidate.changes), rules=candidate.rules, replicates=replicates, workers=1
    )
    return sorted({each.pattern for each in checks if not each.holds})


# --- V6: one squeezed layer ---------------------------------------------------------------------

EVEN = (6, 6, 6)
SQUEEZED = {"top": (24, 3, 3), "middle": (3, 24, 3), "front": (3, 3, 24)}
NOTHING_TO_BREAK = 0.2


class Squeeze(NamedTuple):
    """Partnerships at the front, where one layer is squeezed and where none is."""

    even: Estimate
    squeezed: Estimate
    difference: Estimate
    against_half: Estimate  # squeezed − even / 2

    @property
    def effect(self) -> str:
        """What the squeeze does, in a word."""
        if self.even.mean < NOTHING_TO_BREAK:
            return "nothing to break"
        if self.against_half.high < 0:
            return "breaks"
        return "harms" if self.difference.high < 0 else "does no harm"


def squeezes(
    points: Sequence[Parameters], replicates: int, own: RuleSet | None = None
) -> list[dict[str, Squeeze]]:
    """For each point, what a squeeze in each position does."""

    def front(spans: Sequence[int]) -> pd.DataFrame:
        final = simulate(
            points,
            from_spans(spans),
            replicates=replicates,
            weeks=104,
            record="final",
            by_level=True,
            rules=own,
            workers=1,
        ).final
        at_front = final[final["level"] == len(spans)]
        return at_front.pivot_table(index="replicate", columns="point", values="partnership")

    even, squeezed = front(EVEN), {name: front(spans) for name, spans in SQUEEZED.items()}
    return [
        {
            name: Squeeze(
                estimate(even[point]),
                estimate(one[point]),
                estimate(one[point] - even[point]),
                estimate(one[point] - even[point] / 2),
            )
            for name, one in squeezed.items()
        }
        for point in range(len(points))
    ]


def squeezed_grid(overload: float, size: Size) -> list[Parameters]:
    """All combinations of coaching, cascade and capacity, starting alike on the even chart."""
    return [
        Parameters(
            coaching=coaching,
            w_overload=overload,
            w_cascade=cascade,
            capacity=capacity,
            b_manager=bias(overload, cascade, capacity),
        )
        for coaching, cascade, capacity in product(size.coachings, size.cascades, size.capacities)
    ]


def verdicts_v6(found: Mapping[str, Squeeze]) -> dict[str, Answer]:
    """Does a squeeze break the cascade, in each position; does it harm at all?"""
    effects = [each.effect for each in found.values()]
    return {
        "breaks": answer([each == "breaks" for each in effects]),
        "harms": answer([each in ("breaks", "harms") for each in effects]),
    }


# --- V7: upward accountability ------------------------------------------------------------------

GOOD = {"strain": -1, "output": 1, "partnership": 1, "assurance": 1}
"""The sign of what is good."""
ANSWERS = (0.0, 0.8)
LAST = "in week 104"
HORIZONS = {"in weeks 8 to 34": (8, 34), LAST: (104, 104)}


def effects_of_accountability(
    table: pd.DataFrame, replicates: int, *, seed: int = 0, own: RuleSet | None = None
) -> pd.DataFrame:
    """Effect of accountability on each outcome, positive where good.

    A row a point, replicate and horizon.
    """
    pairs = [point for up in ANSWERS for point in points_of(table, upward_accountability=up)]
    weekly = simulate(
        pairs, balanced(6, 2), replicates=replicates, weeks=104, seed=seed, rules=own, workers=1
    ).weekly
    rows = []
    for horizon, (first, last) in HORIZONS.items():
        some = weekly[weekly["week"].between(first, last)]
        mean = some.groupby(["point", "replicate"])[list(GOOD)].mean()
        without, with_it = mean.loc[: len(table) - 1], mean.loc[len(table) :]
        effect = (with_it.to_numpy() - without.to_numpy()) * np.array(list(GOOD.values()))
        rows.append(
            pd.DataFrame(effect, columns=list(GOOD), index=without.index)
            .reset_index()
            .assign(horizon=horizon)
        )
    return pd.concat(rows, ignore_index=True)


class Worst(NamedTuple):
    """Where accountability does most harm, run again with luck of its own."""

    outcome: str
    horizon: str
    point: int
    effect: Estimate
    share_harmed: float  # of the points searched, by more than CLEAR in the mean


def worst_of(
    effects: pd.DataFrame, table: pd.DataFrame, again: int, own: RuleSet | None
) -> list[Worst]:
    """For each outcome and horizon, the worst point of the search, with fresh luck.

    The search picks the worst by its luck, too: its own figure would be too bad.
    """
    mean = effects.groupby(["horizon", "point"])[list(GOOD)].mean()
    places = {
        (outcome, horizon): int(mean.loc[horizon][outcome].idxmin())
        for outcome, horizon in product(GOOD, HORIZONS)
    }
    chosen = sorted(set(places.values()))
    fresh = effects_of_accountability(
        table.loc[chosen].reset_index(drop=True), again, seed=1, own=own
    )
    found = []
    for (outcome, horizon), point in places.items():
        here = fresh[(fresh["horizon"] == horizon) & (fresh["point"] == chosen.index(point))]
        harmed = float((mean.loc[horizon][outcome] < -CLEAR).mean())
        found.append(Worst(outcome, horizon, point, estimate(here[outcome]), harmed))
    return found


def slopes_v7(
    effects: pd.DataFrame, table: pd.DataFrame, outcome: str, horizon: str
) -> dict[str, Estimate]:
    """How the effect changes from the least to the greatest value of each factor.

    Least squares over the points in each replicate.
    """
    low, high = table.min(), table.max()
    x = ((table - low) / (high - low)).to_numpy()
    x = np.column_stack([np.ones(len(x)), x])
    here = effects[effects["horizon"] == horizon]
    y = here.pivot_table(index="point", columns="replicate", values=outcome).to_numpy()
    slopes = np.linalg.lstsq(x, y, rcond=None)[0][1:]
    return {name: estimate(each) for name, each in zip(table.columns, slopes, strict=True)}


def verdict_v7(worst: Sequence[Worst], by_assurance: Estimate) -> Answer:
    """Reproduced: harm, and the more the less assurance there is. In part: harm alone.

    Harm to the managers' own assurance does not count by itself: it must reach the team.
    """
    reaches = [each for each in worst if each.outcome != "assurance"]
    harmful = any(each.effect.high < -CLEAR for each in reaches)
    if not harmful:
        return "not reproduced"
    return answer([True, by_assurance.low > 0])


STANDS: Mapping[str, tuple[float, ...]] = {
    "initial_assurance": (0.3, 0.5, 0.7, 0.9),
    "coaching": (0.0, 0.5, 1.0),
    "initial_appreciation": (0.2, 0.5, 0.8),
    "control_reward": (0.0, 0.25, 0.5),
}


def by_stand(replicates: int, own: RuleSet | None = None) -> pd.DataFrame:
    """Effect of accountability on partnership in week 104, over a grid of STANDS.

    A row a combination, a column a value of the assurance at the start, each an Estimate.
    """
    table = pd.DataFrame(list(product(*STANDS.values())), columns=list(STANDS))
    effects = effects_of_accountability(table, replicates, own=own)
    last = effects[effects["horizon"] == LAST]
    table["effect"] = [estimate(each["partnership"]) for _, each in last.groupby("point")]
    others = [name for name in STANDS if name != "initial_assurance"]
    return table.set_index([*others, "initial_assurance"])["effect"].unstack()


def crossings(found: pd.DataFrame) -> dict[str, int]:
    """Combinations in which accountability harms, helps, and turns from harm to help.

    It harms, or helps, where it clearly does at some assurance; it turns where it clearly harms
    managers of the least assurance and clearly helps those of the greatest.
    """
    harms = found.map(lambda each: each.high < -CLEAR)
    helps = found.map(lambda each: each.low > CLEAR)
    return {
        "of": len(found),
        "harms": int(harms.any(axis=1).sum()),
        "helps": int(helps.any(axis=1).sum()),
        "turns": int((harms.iloc[:, 0] & helps.iloc[:, -1]).sum()),
    }


def verdict_crossing(counts: Mapping[str, int]) -> Answer:
    """Reproduced if assurance turns harm into help anywhere."""
    return answer([counts["turns"] > 0])
