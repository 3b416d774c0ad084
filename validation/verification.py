"""Whether the program does what the model says: mean field, patterns without luck, replicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import f as central_f
from scipy.stats import ncf

from empowersim import Parameters, simulate
from empowersim.analysis.bootstrap import Estimate, estimate
from empowersim.org_chart import balanced
from empowersim.plots.style import STYLES, TEXT, dress, new_figure, save
from empowersim.scenarios import Scenario, end_of_efforts
from empowersim.simulation import simulate_block
from validation.mean_field import ByEncounter, Teams, alike, lived, mean_over, slowed
from validation.section import Answer, Section, Verdict, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

type Array = NDArray[np.float64]

FIGURE = Path(__file__).parent.parent / "docs" / "figures" / "verification_mean_field.png"
OF_MANAGERS = ("control_habit", "assurance")

# --- The limit --------------------------------------------------------------------------------

DEPTH = 2
EPSILONS = (1.0, 0.5, 0.25, 0.125)
RUNS_AT_REAL_PACE = {4: 512, 16: 128, 64: 16}
"""By span. 1/ε times as many below: luck's share of a mean then falls with ε, as the rest does."""
BATCHES = 16
CAPACITY = Parameters().capacity / 6
"""Capacity for each of a team, as in the teams of six that the defaults were tuned on."""

# The rule, set after a pilot of fewer runs, and before these.
ORDER = 0.75
"""Nearer to 1, a difference in proportion to ε, than to ½, one in proportion to √ε."""
NO_ORDER = 0.25
"""What a wrong equation must stay below."""


class Agreement(NamedTuple):
    """The model against its mean field, at one span and one ε.

    `differences` are the greatest over weeks and levels, by state; `error` is the standard error
    of the model's mean where the greatest of them is; `wrong` the greatest difference from the
    equations with the wrong trust.
    """

    span: int
    epsilon: float
    model: Teams
    field: Teams
    differences: Mapping[str, float]
    error: float
    wrong: float

    @property
    def greatest(self) -> float:
        """Over all states."""
        return max(self.differences.values())


def trust_swapped(teams: Teams, chances: ByEncounter, success: ByEncounter, p: Parameters) -> Array:
    """The negative control: what a failure costs adrift and overburdened, swapped."""
    trust = teams.trust
    gains = (0, p.overburdened_trust_gain, p.adrift_trust_gain, 1)
    losses = (0, 1, p.overburdened_trust_loss, p.partnership_trust_loss)
    moved = ByEncounter(
        *(
            s * p.trust_gain * gain * (1 - trust) - (1 - s) * p.trust_loss * loss * trust
            for s, gain, loss in zip(success, gains, losses, strict=True)
        )
    )
    return mean_over(chances, moved) + chances.directed * p.trust_drift * (p.neutral_trust - trust)


def stretched(span: int, epsilon: float) -> Scenario:
    """The defaults among people who are alike, in 156/ε weeks."""
    p = alike(Parameters(capacity=CAPACITY * span))
    return slowed(Scenario(p, weeks=156), epsilon)


def model_means(scenario: Scenario, span: int, runs: int, seed: int) -> tuple[Teams, Teams]:
    """The model's mean state by level, and its standard error, from batches of runs."""
    each, chart = runs // BATCHES, balanced(span, DEPTH)
    batches = np.array(
        [
            by_level(
                simulate_block(
                    {0: scenario}, chart, replicates=range(runs)[first : first + each],
                    weeks=scenario.weeks, seed=seed, record="weekly", by_level=True,
                )
            )
            for first in range(0, runs, each)
        ]
    )  # fmt: skip
    error = batches.std(axis=0, ddof=1) / np.sqrt(len(batches))
    return Teams(*batches.mean(axis=0)), Teams(*error)


def by_level(weekly: pd.DataFrame) -> Array:
    """The states of teams by who leads them, (states, weeks, levels), mean over the runs."""
    mean = weekly.groupby(["week", "level"])[list(Teams._fields)].mean()
    levels = [mean[name].unstack("level").to_numpy() for name in Teams._fields]
    return np.array(
        [
            of[:, :-1] if name in OF_MANAGERS else of[:, 1:]
            for name, of in zip(Teams._fields, levels, strict=True)
        ]
    )


def agreement(span: int, epsilon: float, runs: int, seed: int = 0) -> Agreement:
    """Hold the model against its mean field, and against a wrong one."""
    scenario = stretched(span, epsilon)
    model, error = model_means(scenario, span, runs, seed)
    field = lived(scenario, span, DEPTH)
    away = np.abs(np.array(model) - np.array(field))
    wrong = np.abs(np.array(model) - np.array(lived(scenario, span, DEPTH, trust_swapped)))
    where = np.unravel_index(away.argmax(), away.shape)
    return Agreement(
        span, epsilon, model, field,
        differences=dict(zip(Teams._fields, away.max(axis=(1, 2)).tolist(), strict=True)),
        error=float(np.array(error)[where]),
        wrong=float(wrong.max()),
    )  # fmt: skip


def order(epsilons: Sequence[float], differences: Sequence[float]) -> float:
    """The power of ε with which a difference goes: the slope of its logarithm."""
    slope, _ = np.polyfit(np.log(epsilons), np.log(differences), 1)
    return float(slope)


class Orders(NamedTuple):
    """With which power of ε the model nears its mean field, and the wrong one."""

    right: float
    wrong: float


def orders(found: Sequence[Agreement]) -> dict[int, Orders]:
    """By span."""
    by_span = {span: [each for each in found if each.span == span] for span in spans_of(found)}
    return {
        span: Orders(
            order([each.epsilon for each in those], [each.greatest for each in those]),
            order([each.epsilon for each in those], [each.wrong for each in those]),
        )
        for span, those in by_span.items()
    }


def spans_of(found: Sequence[Agreement]) -> list[int]:
    """The spans, each once."""
    return sorted({each.span for each in found})


def limit_answer(found: Mapping[int, Orders]) -> Answer:
    """By the rule set beforehand."""
    near = [each.right >= ORDER for each in found.values()]
    refused = all(each.wrong <= NO_ORDER for each in found.values())
    if all(near) and refused:
        return "reproduced"
    return "reproduced in part" if any(near) and refused else "not reproduced"


def limit_verdict(found: Sequence[Agreement]) -> Verdict:
    """V8: the limit."""
    by_span = orders(found)
    last = min(each.epsilon for each in found)
    at_end = [each for each in found if each.epsilon == last]
    powers = "; ".join(
        f"span {span}: {each.right:.2f} (wrong equations: {each.wrong:.2f})"
        for span, each in by_span.items()
    )
    return Verdict(
        name="V8a",
        evidence="Mathematics, not literature: where encounters become many and small and people"
        " are alike, the model's mean must follow the differential equations of its expectations.",
        method=f"The equations are written by hand from the description"
        f" (`validation/mean_field.py`). Rates times ε and weeks divided by ε, ε = 1 to {last:g};"
        " people alike, nobody leaves; spans 4, 16, 64 with capacity in proportion, depth 2."
        " Rule, set after a pilot of fewer runs: the greatest difference over all states and weeks"
        f" falls as ε to a power of at least {ORDER:g}; with two losses of trust swapped in the"
        f" equations, to a power of at most {NO_ORDER:g}.",
        found=f"Powers: {powers}. At ε = {last:g} the greatest difference is"
        f" {min(each.greatest for each in at_end):.4f} to"
        f" {max(each.greatest for each in at_end):.4f}; from the wrong equations"
        f" {min(each.wrong for each in at_end):.3f} to {max(each.wrong for each in at_end):.3f}.",
        answer=limit_answer(by_span),
        why="A week is a step of length ε, and luck moves a state by about √ε around its mean;"
        " both shift the mean by about ε. Narrow teams do as well as wide ones: at the defaults"
        " the manager's week is linear in his team's.",
    )


def limit_text(found: Sequence[Agreement]) -> str:
    """The differences as a table, a line for each span and ε, and the picture."""
    header = ["span", "ε", *(f"`{name}`" for name in Teams._fields), "error", "wrong equations"]
    rows = [
        [each.span, fraction(each.epsilon)]
        + [figure(each.differences[name], each) for name in Teams._fields]
        + [f"{each.error:.4f}", f"{each.wrong:.4f}"]
        for each in found
    ]
    return "\n\n".join(
        [
            "### Mean field",
            "Greatest difference between the model's mean and the equations, over levels and"
            " weeks, of people who are alike and never leave; in bold the greatest of all states,"
            " with its standard error. Rates are ε times, and weeks 1/ε times, those of the"
            " defaults. The wrong equations have the losses of trust adrift and overburdened"
            " swapped:",
            table(header, rows),
            "![On the left, span 16: the model's course and its mean field. On the right, how the"
            f" difference falls.](figures/{FIGURE.name})",
        ]
    )


def figure(difference: float, of: Agreement) -> str:
    """A difference, in bold if it is the greatest of all states."""
    return f"**{difference:.4f}**" if difference == of.greatest else f"{difference:.4f}"


# --- At the model's own pace --------------------------------------------------------------------

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
ENDS = (60, 90, 110, 130)
STEPS = (
    "equations alone",
    "and luck",
    "and differences between people",
    "and leaving: the model",
)
"""What is taken in one after the other, on a balanced chart of span 6 and depth 3."""


def steps(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario among people who are alike; among people who are not; and as it is."""
    p = scenario.parameters
    stay = p.with_changes({"turnover": 0.0, "turnover_strain": 0.0})
    for each in (alike(p), stay, p):
        yield Scenario(each, interventions=scenario.interventions, weeks=scenario.weeks)


def ladder(scenarios: Sequence[Scenario], runs: int) -> dict[str, list[pd.DataFrame]]:
    """Each scenario's measures by week at each of the STEPS."""
    found = {STEPS[0]: [without_luck(each) for each in scenarios]}
    taken_in = zip(*(steps(each) for each in scenarios), strict=True)
    for name, those in zip(STEPS[1:], taken_in, strict=True):
        weekly = simulate(list(those), balanced(6, 3), replicates=runs, workers=1).weekly
        mean = weekly.drop(columns="replicate").groupby(["point", "week"]).mean()
        found[name] = [mean.loc[number] for number in range(len(scenarios))]
    return found


def without_luck(scenario: Scenario) -> pd.DataFrame:
    """The mean field's measures by week, means over the relations or the managers."""
    teams = lived(scenario, 6, 3)
    p = scenario.parameters
    both = (teams.autonomy >= p.regime_threshold) & (teams.responsibility >= p.regime_threshold)
    managers = np.array([1, 6, 36])
    # Each has a team of six, so relations weigh as their managers do.
    columns = teams._asdict() | {"partnership": both.astype(np.float64)}
    return pd.DataFrame({name: of @ managers / managers.sum() for name, of in columns.items()})


def carried(share: float) -> Scenario:
    """P4's."""
    p = Parameters(collaborator_share=share, coaching=0.5, training=0)
    return Scenario(p, weeks=104)


def stopped(week: int) -> Scenario:
    """P7's."""
    p = Parameters(coaching=0.7, training=0.7)
    return Scenario(p, interventions=end_of_efforts(week), weeks=259)


def ladder_rows(
    found: Mapping[str, Sequence[pd.DataFrame]], week: int, measure: str
) -> list[list[object]]:
    """A line a step, the measure of each scenario in a week."""
    return [
        [name, *(f"{each.loc[week, measure]:.3f}" for each in those)]
        for name, those in found.items()
    ]


def inside(by_share: Sequence[float]) -> bool:
    """Whether the best share is neither 0 nor 1 (P4)."""
    return 0 < int(np.argmax(by_share)) < len(by_share) - 1


def own_pace_verdict(
    shares: Mapping[str, Sequence[pd.DataFrame]], ends: Mapping[str, Sequence[pd.DataFrame]]
) -> Verdict:
    """Whether the patterns need luck or differences between people."""
    taken = [float(each.loc[104, "responsibility"]) for each in shares[STEPS[0]]]
    early, late = (float(ends[STEPS[0]][n].loc[259, "partnership"]) for n in (0, -1))
    p4, p7 = inside(taken), early <= 0.10 and late >= 0.80
    answers: tuple[Answer, Answer, Answer]
    answers = ("not reproduced", "reproduced in part", "reproduced")
    best = int(np.argmax(taken))
    return Verdict(
        name="V8b",
        evidence="If luck or differences between people made the patterns, the equations, which"
        " have neither, could not show them.",
        method="P4 (mean responsibility in week 104 by share carried, no training) and P7 (effort"
        " ended in week 60 or 130, P7's bands) by the equations at the model's own pace, then with"
        " luck, differences between people, and leaving taken in one after the other. Rule,"
        " written after a pilot: the best share lies inside, and P7's bands hold, in the equations"
        " alone.",
        found=f"Equations alone: responsibility is {taken[best]:.3f} at its best share,"
        f" {SHARES[best]:g}, against {taken[0]:.3f} at 0 and {taken[-1]:.3f} at 1; partnership in"
        f" week 259 is {early:.2f} if effort ends in week 60 and {late:.2f} in week 130.",
        answer=answers[p4 + p7],
        why="Both patterns come from the feedbacks between the states. Luck and differences move"
        " where the tipping points lie and make them softer; they do not make them.",
    )


def own_pace_text(
    shares: Mapping[str, Sequence[pd.DataFrame]],
    ends: Mapping[str, Sequence[pd.DataFrame]],
    runs: int,
) -> str:
    """What the equations leave out, taken in one after the other, in four tables."""
    by_share = ["share carried", *(f"{share:g}" for share in SHARES)]
    by_end = ["effort ends in week", *map(str, ENDS)]
    return "\n\n".join(
        [
            "### What luck and differences between people add",
            "At the model's own pace the equations are only an approximation. On a balanced chart"
            f" of span 6 and depth 3, {runs} runs a point, what they leave out is taken in one"
            " after the other. Responsibility in week 104, by the share that the collaborators"
            " carry (coaching .5, no training):",
            table(by_share, ladder_rows(shares, 104, "responsibility")),
            "Partnership, likewise. Without luck and differences a level is in partnership as a"
            " whole or not at all, so the first line knows only four values:",
            table(by_share, ladder_rows(shares, 104, "partnership")),
            "Partnership in week 259, by the week in which all efforts end (coaching and training"
            " .7):",
            table(by_end, ladder_rows(ends, 259, "partnership")),
            what_each_adds(shares),
            "With the defaults, where the equations are furthest from the model, mean over the"
            " chart:",
            defaults_text(runs),
        ]
    )


def what_each_adds(shares: Mapping[str, Sequence[pd.DataFrame]]) -> str:
    """A paragraph on the steps."""
    reached = np.array(
        [[each.loc[104, "responsibility"] for each in shares[name]] for name in STEPS]
    )
    luck, differences, leaving = np.diff(reached, axis=0)
    stayed = shares[STEPS[2]][SHARES.index(0.5)].loc[104]
    newcomer = Parameters()
    return (
        f"Luck, with six in a team, changes this responsibility by {signed(luck)}, differences"
        f" between people by {signed(differences)}, leaving by {signed(leaving)}. Luck adds least."
        " Differences matter where the task is hard: some are ready and willing enough whatever"
        " the share, and the fall on both sides of the best one is softer. What leaving does was"
        " not looked for: a newcomer comes with a trust of"
        f" {newcomer.neutral_trust:.2f} and a strain of 0, and where nobody leaves, people have"
        f" come to {stayed['trust']:.2f} and {stayed['strain']:.2f} by then (share .5). Where"
        " efforts end near the tipping point all three take from what was reached."
    )


def signed(changes: Array) -> str:
    """The least and the greatest change."""
    return f"{changes.min():+.3f} to {changes.max():+.3f}".replace("-", "−")


def defaults_text(runs: int) -> str:
    """How far the equations are from the default model, state by state."""
    found = ladder([Scenario(weeks=156)], runs)
    equations = found[STEPS[0]][0]
    rows = []
    for name in Teams._fields:
        away = [equations[name] - found[step][0][name] for step in STEPS[1:]]
        weeks = [int(each.abs().idxmax()) for each in away]
        rows.append(
            [
                f"`{name}`",
                *(
                    f"{each[week]:+.3f} (week {week})".replace("-", "−")
                    for each, week in zip(away, weeks, strict=True)
                ),
            ]
        )
    return table(["equations less the model with", "luck", "and differences", "and leaving"], rows)


# --- How many replicates ------------------------------------------------------------------------

ALPHA, POWER = 0.01, 0.95
OF_INTEREST = 0.02
"""The smallest difference that would change what one says of a policy: 2 points of 100."""
OUTCOMES = ("partnership", "autonomy", "responsibility", "trust", "strain", "output", "assurance")


def power(n: float, f: float, groups: int, alpha: float = ALPHA) -> float:
    """Chance that an analysis of variance sees an effect, with n runs in each of the groups.

    Args:
        n: runs of each group.
        f: Cohen's: the standard deviation of the groups' means, by that within the groups.
        groups: how many points are compared.
        alpha: chance of seeing an effect where there is none.
    """
    between, within = groups - 1, groups * (n - 1)
    limit = central_f.isf(alpha, between, within)
    return float(ncf.sf(limit, between, within, groups * n * f**2))


def paired_power(n: float, effect: float, alpha: float = ALPHA) -> float:
    """Chance that a paired t-test sees a mean difference of `effect` standard deviations."""
    return float(ncf.sf(central_f.isf(alpha, 1, n - 1), 1, n - 1, n * effect**2))


def runs_needed(power_of: Callable[[float], float]) -> float:
    """The n for which the power is as asked; not rounded, at least 2."""
    if power_of(2) >= POWER:
        return 2.0
    return float(brentq(lambda n: power_of(n) - POWER, 2, 1e7))


def cohens_f(values: Array) -> float:
    """The size of an effect, of values (runs, groups)."""
    return float(values.mean(axis=0).std() / np.sqrt(values.var(axis=0, ddof=1).mean()))


def runs_for_difference(one: Array, other: Array, difference: float = OF_INTEREST) -> Array:
    """Runs of each of two points to see a difference: with luck of their own, and shared."""
    within = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
    paired = (one - other).std(ddof=1)
    return np.array(
        [
            runs_needed(lambda n: power(n, difference / 2 / within, groups=2)),
            runs_needed(lambda n: paired_power(n, difference / paired)),
        ]
    )


def outcomes_by_share(runs: int, shares: Sequence[float] = SHARES) -> dict[str, Array]:
    """Each outcome in week 104 of P4's points under shared luck, (runs, shares)."""
    points = [carried(share) for share in shares]
    final = simulate(points, balanced(6, 3), replicates=runs, record="final", workers=1).final
    return {name: final[name].to_numpy().reshape(len(shares), runs).T for name in OUTCOMES}


def power_text(found: Mapping[str, Array]) -> str:
    """What each outcome needs."""
    header = ["outcome in week 104", "mean", "standard deviation", "coefficient of variation",
              "Cohen's f", "runs for 2 points, own luck", "runs for 2 points, shared luck",
              "gain"]  # fmt: skip
    rows = []
    for name, values in found.items():
        mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
        neighbours = [
            runs_for_difference(values[:, n], values[:, n + 1]) for n in range(len(SHARES) - 1)
        ]
        own, shared = np.max(neighbours, axis=0)
        gain = np.array([pair[0] / pair[1] for pair in neighbours])
        rows.append(
            [
                f"`{name}`",
                f"{mean.min():.3f} to {mean.max():.3f}",
                f"{sd.min():.3f} to {sd.max():.3f}",
                f"{(sd / mean).min():.2f} to {(sd / mean).max():.2f}",
                f"{cohens_f(values):.1f}",
                f"{np.ceil(own):.0f}",
                f"{np.ceil(shared):.0f}",
                f"{gain.min():.1f} to {gain.max():.1f}",
            ]
        )
    return table(header, rows)


SIZES = (4, 8, 16, 32, 64, 128, 256)


def convergence_order(values: Array, resamples: int = 1000) -> Estimate:
    """The power of n with which the error of a mean of n runs goes, with its 95 % interval.

    The error is taken from the mean of all runs; the interval is that of a bootstrap over blocks
    of runs.

    Args:
        values: an outcome of each run; a multiple of the greatest of the SIZES.
        resamples: of the bootstrap.
    """
    blocks = values.reshape(-1, SIZES[-1])
    away = blocks - blocks.mean()
    squares = np.array(
        [(away.reshape(len(blocks), -1, n).mean(axis=2) ** 2).mean(axis=1) for n in SIZES]
    )
    # The mean of all holds the n runs, too, and so is nearer to them than the truth is.
    squares /= (1 - np.array(SIZES) / blocks.size)[:, np.newaxis]

    def slope(of: Array) -> Array:
        return np.polyfit(np.log(SIZES), np.log(of) / 2, 1)[0]

    rng = np.random.default_rng(0)
    drawn = rng.integers(len(blocks), size=(resamples, len(blocks)))
    resampled = squares[:, drawn].mean(axis=2)
    return estimate(float(slope(squares.mean(axis=1))), slope(resampled))


def replicates_text(convergence_runs: int, power_runs: int) -> str:
    """The part on replicates."""
    found = outcomes_by_share(power_runs)
    return "\n\n".join(
        [
            "### Replicates",
            convergence_text(convergence_runs),
            f"**How many replicates.** {anova_text(found)} What asks for runs is a small"
            f" difference between two policies. The table ({power_runs:,} runs a point) says how"
            f" many show a difference of {OF_INTEREST:g} between neighbouring shares, for the pair"
            " that needs most; with shared luck (common random numbers) the test is paired. “Gain”"
            " is how many times fewer runs shared luck needs, over the pairs.",
            power_text(found),
        ]
    )


def convergence_text(runs: int) -> str:
    """How the error of a mean falls."""
    alone = outcomes_by_share(runs, [0.5])
    slopes = "; ".join(
        f"`{name}` {convergence_order(alone[name][:, 0]):.2f}".replace("-", "−")
        for name in ("partnership", "strain", "output")
    )
    return (
        "**How the mean converges.** The error of a mean of n runs goes as n to the power of −½ if"
        f" the runs are independent. Measured for n = {SIZES[0]} to {SIZES[-1]} on {runs:,} runs"
        f" (defaults but no training, week 104), with 95 % intervals: {slopes}."
    )


def anova_text(found: Mapping[str, Array]) -> str:
    """What telling the shares apart needs."""
    sizes = {name: cohens_f(values) for name, values in found.items()}
    least, next_to_least = sorted(sizes, key=lambda name: sizes[name])[:2]
    small, large = (
        np.ceil(runs_needed(lambda n, f=f: power(n, f, len(SHARES))))  # type: ignore[misc]
        for f in (0.1, 0.4)
    )
    return (
        "By the analysis of power that Seri & Secchi ask for (“How Many Times Should One Run a"
        " Computational Simulation?”, in Edmonds & Meyer (eds.), *Simulating Social Complexity*,"
        f" 2017): power {POWER:g} at α = {ALPHA:g}. To tell the {len(SHARES)} shares of the"
        " headline comparison apart by an analysis of variance, a small effect (f = .1) needs"
        f" {small:.0f} runs a point and a large one (f = .4) {large:.0f}; their Table 11.4 has 487"
        " and 31, by an approximation. The effects of the share are larger than that: Cohen's f is"
        f" at least {sizes[next_to_least]:.1f} for all outcomes but `{least}`"
        f" ({sizes[least]:.1f}), which is of a single week's matters."
    )


# --- The page ---------------------------------------------------------------------------------

OTHER_EVIDENCE = (
    ("both engines, one state", "every person, every week, to the last bit; any parameters,"
     " scenarios and charts that Hypothesis invents", "`tests/equivalence/test_engines.py`"),
    ("a second program", "the description typed again in plain Python without the package:"
     " agreement with both engines", "`tests/reference.py`,"
     " `tests/equivalence/test_reference.py`"),
    ("the description itself", "the equations and programs of the ODD are run, and give the"
     " engines' states to the last bit", "`tests/test_odd.py`"),
    ("other processors, no compiler", "the plainest instruction set, and the kernels interpreted",
     "`tests/equivalence/test_processors.py`, `tests/equivalence/test_interpreted.py`"),
    ("null model", "nothing moves without rates; each relation alone against its closed form,"
     " to 10⁻¹²", "`tests/theory/test_null_model.py`"),
    ("chances", "departures, encounters, successes, and the start: within 5 standard errors",
     "`tests/theory/test_chances.py`"),
    ("mean field", "one week's mean change against the equations at any parameters; the limit",
     "`tests/theory/test_mean_field.py`"),
    ("invariance", "relabelled people with relabelled luck live the same; regimes sum to 1, states"
     " stay in [0, 1], head counts stay", "`tests/theory/test_invariance.py`"),
    ("extremes", "levers, capacity and spans at their ends, a chain of 200, one person, two"
     " people: what the equations say", "`tests/theory/test_extremes.py`"),
    ("convergence and power", "the order of a mean's error, and published numbers of runs",
     "`tests/theory/test_convergence.py`"),
    ("luck", "reference outputs of the generator, uniformity, independence",
     "`tests/test_random_streams.py`"),
)  # fmt: skip


def picture(found: Sequence[Agreement]) -> None:
    """The course with and without luck, and how the difference falls."""
    figure = new_figure("The model nears its mean field as encounters get small", size=(13, 6.6))
    left, right = figure.subplots(1, 2)
    courses(left, [each for each in found if each.span == 16])
    falls(right, found)
    save(figure, FIGURE)


def courses(axes: Axes, found: Sequence[Agreement]) -> None:
    """Three states over stretched time: equations as lines, the model as marks."""
    real, slow = found[0], found[-1]
    wrong = lived(stretched(slow.span, slow.epsilon), slow.span, DEPTH, trust_swapped)
    for name, (colour, marker, _) in zip(SHOWN, STYLES, strict=False):
        axes.plot(*course(slow, slow.field, name), color=colour, lw=2.2)
        axes.plot(*course(slow, wrong, name), color=colour, lw=1.6, ls=":")
        time, mean = course(real, real.model, name)
        axes.plot(time[::12], mean[::12], marker, ms=8, mfc="none", mew=1.6, color=colour)
        later = slice(round(6 / slow.epsilon), None, round(12 / slow.epsilon))
        time, mean = course(slow, slow.model, name)
        axes.plot(time[later], mean[later], marker, ms=6, color=colour, label=name)
    dress(axes, "Weeks × ε", "Mean over the relations")
    axes.set_ylim(0, 1)
    key: dict[str, Any] = {"color": "#555555"}
    axes.plot([], [], lw=2.2, label="mean field", **key)
    axes.plot([], [], lw=1.6, ls=":", label="two losses of trust swapped", **key)
    axes.plot([], [], "o", ms=8, mfc="none", mew=1.6, label="model, ε = 1", **key)
    axes.plot([], [], "o", ms=6, label=f"model, ε = {fraction(slow.epsilon)}", **key)
    legend_under(axes, columns=3)


SHOWN = ("autonomy", "responsibility", "trust")


def course(of: Agreement, teams: Teams, name: str) -> tuple[Array, Array]:
    """A state's mean over all relations, and the stretched time, each (weeks + 1,)."""
    by_week = getattr(teams, name)
    weights = of.span ** np.arange(by_week.shape[1])
    return np.arange(len(by_week)) * of.epsilon, by_week @ weights / weights.sum()


def falls(axes: Axes, found: Sequence[Agreement]) -> None:
    """The greatest difference by ε, for each span and for the wrong equations."""
    for span, (colour, marker, dash) in zip(spans_of(found), STYLES, strict=False):
        those = [each for each in found if each.span == span]
        epsilons = [each.epsilon for each in those]
        style: dict[str, Any] = {"color": colour, "marker": marker, "ls": dash, "ms": 8, "lw": 2}
        axes.plot(epsilons, [each.greatest for each in those], label=f"span {span}", **style)
    axes.plot(
        epsilons, [each.wrong for each in those],
        "v:", color="black", ms=8, lw=1.6, label=f"two losses of trust swapped, span {span}",
    )  # fmt: skip
    ends = np.array([epsilons[0], epsilons[-1]])
    axes.plot(ends, 0.055 * ends, color="#999999", lw=1.2)
    axes.text(ends[1] * 1.05, 0.055 * ends[1] * 1.25, "in proportion to ε", color="#555555",
              fontsize=TEXT, rotation=33, rotation_mode="anchor")  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_ylim(0.002, 0.2)
    axes.set_xticks(epsilons, [fraction(each) for each in epsilons])
    dress(axes, "ε: rates, against the model's own", "Greatest difference from the model's mean")
    axes.yaxis.set_major_formatter("{x:g}")
    legend_under(axes, columns=2)


def legend_under(axes: Axes, columns: int) -> None:
    """Where it hides nothing."""
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13)}
    axes.legend(fontsize=TEXT, frameon=False, ncols=columns, **place)


def fraction(share: float) -> str:
    """One over a whole number."""
    return "1" if share == 1 else f"1/{1 / share:g}"


CONVERGENCE_RUNS, POWER_RUNS, STEP_RUNS = 8192, 2048, 64


def section(small: bool = False) -> Section:
    """Verification.

    Args:
        small: fewer runs and no picture, to see whether it works.
    """
    part = 8 if small else 1
    found = [
        agreement(span, epsilon, round(runs / epsilon) // part)
        for span, runs in RUNS_AT_REAL_PACE.items()
        if not (small and span > 16)
        for epsilon in EPSILONS
    ]
    shares = ladder([carried(share) for share in SHARES], STEP_RUNS // part)
    ends = ladder([stopped(week) for week in ENDS], STEP_RUNS // part)
    if not small:
        picture(found)
    text = [
        "Verification asks whether the program does what the model says; the rest of this page,"
        " whether the model says anything of people. Most of it are tests, which run whenever the"
        " code changes:",
        table(["what", "how", "where"], OTHER_EVIDENCE),
        limit_text(found),
        own_pace_text(shares, ends, STEP_RUNS // part),
        replicates_text(CONVERGENCE_RUNS // part, POWER_RUNS // part),
    ]
    verdicts = [limit_verdict(found), own_pace_verdict(shares, ends)]
    return Section("Verification", "\n\n".join(text), verdicts)
