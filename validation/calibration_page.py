"""What the calibration found, in words, tables and figures: for `calibration.section`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import kstest, norm

from empowersim.parameters import DECLARATIONS
from empowersim.patterns import NAMES
from empowersim.plots.style import (
    LABEL,
    STYLES,
    TEXT,
    Labels,
    dress,
    legend_below,
    new_figure,
    save,
)
from validation.calibration import (
    CONFIRMED_AT,
    DEFAULTS,
    FACTORS,
    HIGH,
    KEPT,
    LOW,
    MARGIN,
    MIXING,
    STORED,
    Size,
)
from validation.calibration_region import (
    SHARES,
    best_share,
    held,
    separates,
    share_columns,
    wilson,
)
from validation.section import Section, table

type Array = NDArray[np.float64]

FIGURES = Path(__file__).parents[1] / "docs" / "figures"
BLUE, ORANGE, PALE = STYLES[0][0], STYLES[1][0], "#7FB8DD"
OPEN, FIRM = 0.9, 0.8
"""Widths, as parts of the box's, above which a factor is called open, and below which firm."""
FEW = 10
"""Candidates on a side below which nothing is said of what separates the two."""


class Stored(NamedTuple):
    """The files of `validation/candidates`, as tables."""

    first_wave: pd.DataFrame
    waves: pd.DataFrame
    last_step: pd.DataFrame
    accepted: pd.DataFrame
    region: pd.DataFrame  # the first row is the defaults', the others those of `accepted`
    edges: pd.DataFrame

    @property
    def factors(self) -> pd.DataFrame:
        """The accepted candidates, a column a factor."""
        return self.accepted[list(FACTORS)]

    @property
    def ancestors(self) -> int:
        """From how many candidates of the first wave the accepted ones stem, at most."""
        return int(self.waves["ancestors"].iloc[-1])


def stored(folder: Path = STORED) -> Stored:
    """All of it, as read."""
    return Stored(*(pd.read_csv(folder / f"{name}.csv") for name in Stored._fields))


# --- What is measured -----------------------------------------------------------------------------


def by_pattern(counts: pd.DataFrame) -> pd.DataFrame:
    """For each pattern, of how many candidates it is shown, and what it adds to the others.

    Args:
        counts: how many candidates show which patterns.

    Returns:
        Index P1 to P8: `shown`, the share that shows it; `others`, how many show all the others;
        `refused`, the share of those that do not show it.
    """
    shown, weight = counts[list(NAMES)], counts["candidates"]
    rows = {}
    for name in NAMES:
        others = weight[shown.drop(columns=name).all(axis=1)].sum()
        every = weight[shown.all(axis=1)].sum()
        rows[name] = (weight[shown[name]].sum() / weight.sum(), others, 1 - every / max(others, 1))
    return pd.DataFrame(rows, index=["shown", "others", "refused"]).T


def relative(factors: pd.DataFrame) -> pd.DataFrame:
    """Each factor as a part of its default: the box is from LOW to HIGH."""
    return factors / pd.Series(DEFAULTS)


def pinned(factors: pd.DataFrame) -> pd.DataFrame:
    """How far the patterns pin each factor down, the most first.

    Returns:
        Index: factor. `low`, `median`, `high` (the middle 90 %) and `width`, its ratio to the box's
        own 90 %; `ks`, the Kolmogorov-Smirnov distance from the box's uniform; `default`, the share
        of the accepted candidates that lie nearer to nought than the default.
    """
    parts = relative(factors)
    low, median, high = (parts.quantile(q) for q in (0.05, 0.5, 0.95))
    width = (high - low) / (0.9 * (HIGH - LOW))
    ks = parts.apply(lambda x: kstest(x, "uniform", args=(LOW, HIGH - LOW)).statistic)
    found = pd.DataFrame(
        {"low": low, "median": median, "high": high, "width": width, "ks": ks,
         "default": (parts < 1).mean()}
    )  # fmt: skip
    return found.sort_values("width")


def directions(factors: pd.DataFrame, independent: int) -> tuple[Array, pd.DataFrame, float]:
    """Stiff and sloppy directions of the accepted cloud.

    Args:
        factors: the accepted candidates.
        independent: how many of them count as independent.

    Returns:
        The variances along them as parts of the box's, the stiffest first; a column of weights for
        each; and the variance below which a direction is stiffer than chance would make the
        stiffest of so many independent candidates of the whole box (Marchenko & Pastur 1967, not
        checked at the source).
    """
    parts = relative(factors)
    variances, vectors = np.linalg.eigh(parts.cov().to_numpy() * 12 / (HIGH - LOW) ** 2)
    by_chance = (1 - np.sqrt(parts.shape[1] / independent)) ** 2
    return variances, pd.DataFrame(vectors, index=parts.columns), float(by_chance)


def strongest_correlations(factors: pd.DataFrame, most: int = 8) -> list[tuple[str, str, float]]:
    """The pairs of factors with the strongest correlation (Pearson)."""
    # An effect of -w grows as w does: signs are those of the factors' sizes.
    found = relative(factors).corr().to_numpy()
    rows, columns = np.triu_indices(len(FACTORS), 1)
    order = np.argsort(-np.abs(found[rows, columns]))[:most]
    return [
        (FACTORS[rows[k]], FACTORS[columns[k]], float(found[rows[k], columns[k]])) for k in order
    ]


def how_central(factors: pd.DataFrame) -> tuple[float, float]:
    """The default's Mahalanobis distance from the middle, and the share that lies further out."""
    parts = relative(factors).to_numpy()
    inverse = np.linalg.inv(np.cov(parts.T))
    off = np.vstack([np.ones(len(FACTORS)), parts]) - parts.mean(axis=0)
    distance = np.sqrt(np.einsum("ij,jk,ik->i", off, inverse, off))
    return float(distance[0]), float((distance[1:] > distance[0]).mean())


# --- Figures --------------------------------------------------------------------------------------


def ranges(factors: pd.DataFrame) -> Figure:
    """Where the accepted candidates lie in the box, by factor, the pinned-down ones first."""
    found = pinned(factors)[::-1]
    quarters = relative(factors).quantile([0.25, 0.75])[found.index]
    figure = new_figure("What the patterns pin down, and what they leave open", size=(9, 11))
    axes, rows = figure.subplots(), np.arange(len(found))
    axes.barh(rows, HIGH - LOW, 0.72, LOW, color="#DDDDDD", label="the box that was searched")
    axes.barh(rows, found["high"] - found["low"], 0.42, found["low"], color=PALE,
              label="the middle 90% of accepted candidates")  # fmt: skip
    axes.barh(rows, quarters.loc[0.75] - quarters.loc[0.25], left=quarters.loc[0.25],
              height=0.42, color=BLUE, label="the middle half")  # fmt: skip
    axes.plot(found["median"], rows, "|", ms=13, mew=2.5, color="white", label="_median")
    axes.axvline(1, color=ORANGE, lw=2.2, ls="--", label="the default")
    axes.set_yticks(rows, [DECLARATIONS[name].label_en for name in found.index])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(LOW - 0.02, HIGH + 0.02)
    axes.set_xticks(np.linspace(LOW, HIGH, 5))
    dress(axes, "Size, as a part of the default", "")
    axes.grid(visible=False, axis="y")
    legend_below(figure, "White: the median.")
    return figure


def fans(region: pd.DataFrame) -> Figure:
    """Partnerships by share over the accepted region, and where each candidate is best."""
    figure = new_figure("Who carries the change: the answer over the accepted region", size=(11, 7))
    top, bottom = figure.subplots(2, 2, sharex=True, height_ratios=(3, 1.2))
    for column, (name, words) in enumerate(
        (("untrained", "Managers coached"), ("trained", "Managers coached, collaborators trained"))
    ):
        _fan(top[column], region, name)
        top[column].set_title(words, fontsize=LABEL, loc="left")
        _best_shares(bottom[column], region, name)
    top[0].set_ylabel("Partnerships after two years", fontsize=LABEL)
    bottom[0].set_ylabel("Candidates\nbest there", fontsize=LABEL)
    handles, labels = top[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=TEXT, frameon=False, ncols=4,
                  loc="outside lower center")  # fmt: skip
    return figure


def _fan(axes: Axes, region: pd.DataFrame, name: str) -> None:
    curves = region[share_columns(name)].to_numpy()
    default, accepted = curves[0], curves[1:]
    low, lower, middle, upper, high = np.quantile(accepted, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    axes.plot(SHARES, accepted[:40].T, color="#777777", lw=0.5, alpha=0.35)
    axes.fill_between(SHARES, low, high, color=BLUE, alpha=0.18, lw=0, label="middle 90%")
    axes.fill_between(SHARES, lower, upper, color=BLUE, alpha=0.35, lw=0, label="middle half")
    axes.plot(SHARES, middle, color=BLUE, lw=2.6, marker="o", label="median")
    axes.plot(SHARES, default, color=ORANGE, lw=2.6, ls="--", marker="s", label="the default")
    dress(axes, "", "")
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(Labels(None).percent)


def _best_shares(axes: Axes, region: pd.DataFrame, name: str) -> None:
    best = best_share(region, name)
    frequency = [(best[1:] == share).mean() for share in SHARES]
    axes.bar(SHARES, frequency, width=0.08, color=BLUE)
    axes.axvline(best[0], color=ORANGE, lw=2.2, ls="--")
    dress(axes, "Share carried by collaborators", "")
    axes.yaxis.set_major_formatter(Labels(None).percent)
    axes.set_xticks(SHARES[::2])
    axes.set_ylim(0, 0.6)


def draw(of: Stored, folder: Path = FIGURES) -> None:
    """Write both figures."""
    folder.mkdir(parents=True, exist_ok=True)
    save(ranges(of.factors), folder / "calibration_ranges.png")
    save(fans(of.region), folder / "calibration_shares.png")


# --- Tables ---------------------------------------------------------------------------------------


def _percent(share: float) -> str:
    """A share in whole percents, with a decimal where it is small."""
    return f"{share:.0%}" if share >= 0.1 or share == 0 else f"{share:.1%}"


def pattern_table(of: Stored) -> str:
    """How often each pattern is shown, and what it refuses that the others accept."""
    first, last = by_pattern(of.first_wave), by_pattern(of.last_step)
    rows = [
        (
            name,
            _percent(first["shown"][name]),
            f"{_percent(first['refused'][name])} of {first['others'][name]:.0f}",
            f"{_percent(last['refused'][name])} of {last['others'][name]:.0f}",
        )
        for name in NAMES
    ]
    head = ("pattern", "shown", "refused, given the others", "the same in the last step")
    return table(head, rows)


def wave_table(of: Stored, first: int) -> str:
    """What each wave did."""
    rows = [(1, f"{first:,}", "", "", "")]
    rows += [
        (number, Size().wave, f"{wave.limit:.2f}", wave.moved, wave.ancestors)
        for number, wave in enumerate(of.waves.itertuples(), 2)
    ]  # fmt: skip
    last = of.last_step["candidates"].sum()
    rows.append(("last", f"{last:,}", "no margin", f"{len(of.accepted)} accepted", ""))
    return table(("wave", "candidates", "limit", "moved", "ancestors"), rows)


def pinned_table(of: Stored) -> str:
    """Where the accepted candidates lie, in the units of each factor."""
    rows = [
        (
            f"`{name}`",
            f"{DEFAULTS[name]:g}",
            " to ".join(f"{end * DEFAULTS[name]:.3g}" for end in (row.low, row.high)),
            f"{row['median'] * DEFAULTS[name]:.3g}",
            f"{row.width:.2f}",
            f"{row.ks:.2f}",
            f"{row.default:.0%}",
            *_edges_of(of.edges, name),
        )
        for name, row in pinned(of.factors).iterrows()
    ]
    head = ("factor", "default", "middle 90 %", "median", "width", "KS", "below the default",
            "smaller, lost at", "larger, lost at")  # fmt: skip
    return table(head, rows)


def _edges_of(edges: pd.DataFrame, name: str) -> list[str]:
    rows = edges[edges["factor"] == name].sort_values("way")
    return [
        "–" if np.isnan(row.lost) else f"{row.way * row.lost:+.0%} ({row.patterns})"
        for row in rows.itertuples()
    ]


def direction_table(of: Stored, most: int = 6) -> str:
    """The stiffest directions, with the factors that make them."""
    variances, vectors, _ = directions(of.factors, of.ancestors)
    rows = []
    for k in range(most):
        weights = vectors[k].loc[vectors[k].abs().nlargest(5).index]
        weights *= np.sign(weights.iloc[0])
        made = ", ".join(f"{value:+.2f} `{name}`" for name, value in weights.items())
        rows.append((k + 1, f"{variances[k]:.3f}", made))
    return table(("direction", "variance left", "made of"), rows)


def correlation_table(of: Stored) -> str:
    """The strongest correlations."""
    rows = [(f"`{a}`", f"`{b}`", f"{r:+.2f}") for a, b, r in strongest_correlations(of.factors)]
    return table(("", "", "correlation"), rows)


def conclusion_table(of: Stored) -> str:
    """Each conclusion: in how many accepted candidates it holds, and what separates the others."""
    holds = held(of.region)
    rows = []
    for sentence in holds:
        default, accepted = holds[sentence].iloc[0], holds[sentence].iloc[1:].reset_index(drop=True)
        share, low, high = wilson(accepted)
        range_ = f"{share:.0%} [{low:.0%}, {high:.0%}]"
        rows.append((sentence, "yes" if default else "no", range_, _fails(of, accepted)))
    return table(("conclusion", "default", "accepted region", "where it fails"), rows)


def _fails(of: Stored, holds: pd.Series[bool]) -> str:
    """What separates the candidates in which a conclusion fails, if that is no chance."""
    one, other = int(holds.sum()), int((~holds).sum())
    if min(one, other) < FEW:
        return "too few to tell" if other else ""
    name, by = separates(of.factors, holds)
    # The largest of so many differences, at 5 % (Bonferroni), were only ancestors independent.
    error = np.sqrt((1 / one + 1 / other) * len(holds) / of.ancestors)
    by_chance = norm.isf(0.025 / len(FACTORS)) * error
    return f"`{name}` {by:+.1f}" if abs(by) > by_chance else "no factor stands out"


def best_table(of: Stored) -> str:
    """At which share most relations are partnerships, over the accepted region."""
    rows = []
    for name, words in (("untrained", "coached"), ("trained", "coached and trained")):
        best = best_share(of.region, name)
        quantiles = np.quantile(best[1:], (0.05, 0.25, 0.5, 0.75, 0.95))
        rows.append((words, best[0], *(f"{q:.1f}" for q in quantiles)))
    return table(("", "default", "5 %", "25 %", "median", "75 %", "95 %"), rows)


# --- The page -------------------------------------------------------------------------------------


def _names(found: pd.Index[str]) -> str:
    return ", ".join(f"`{name}`" for name in found) or "none"


def _method(of: Stored) -> str:
    size = Size()
    simulated = size.first + size.wave * len(of.waves)
    last = of.last_step["candidates"].sum()
    shown = of.first_wave[of.first_wave[list(NAMES)].all(axis=1)]["candidates"].sum()
    return f"""The defaults were tuned by hand on the patterns P1 to P8 ([ODD](odd.md), 1.2).
Are they the only numbers that show them? What else does, and do the conclusions hold there too?
{simulated:,} candidates were held against the patterns by the compiled engine, and
{len(of.accepted)} that show all of them, each at {CONFIRMED_AT} replicates, are kept in
`validation/candidates/accepted.csv`.

**What is varied.** {len(FACTORS)} of the model's numbers: everything that weighs in a manager's
choice to let go (with his capacity) and in a collaborator's to take on; the pace of habits and
how fast control is taken back; and a rate or strength of each other mechanism: losing trust,
learning, assurance, habit, relapse, practice, coached practice, both sides' effort of change,
assurance by coaching. The other numbers stay at their defaults, so this is the accepted region
*of these {len(FACTORS)}*. Left out are levers, initial states, how encounters succeed, and the
other numbers of consequences and of leaving. Some of these (the gain of trust, the weight of
stress, a partner's sign) cost the defaults a pattern too when halved or raised by half: with them
the region would be wider. All candidates of the box from {LOW:g} to {HIGH:g} times the default
are equally likely beforehand.

**How.** Rejection ABC: accepted is what shows all patterns, with no weights and no measure of fit
beyond the bands. The first wave is a scrambled Sobol' sequence of {size.first:,} candidates over
the whole box, at {size.replicates} replicates: {shown} show all. Waves follow of {size.wave}
each. A wave keeps the {KEPT:.0%} of the last that miss their worst band by the least (in units of
the number's spread over the first wave), copies them, and moves each by a random step along the
difference of two others; a step that ends further off than the limit is not taken. So each wave
is spread evenly over what lies within its limit (Del Moral, Doucet & Jasra 2012; Au & Beck 2001;
the step is ter Braak's of 2006). A miss within {MARGIN:g} standard deviations of the replicates'
noise counts as none, as in history matching (Vernon, Goldstein & Bower 2010; no method's paper
was checked at the source). Once the limit is 0, {MIXING} more waves spread the candidates. The
last step runs {last:,} of them again, at {CONFIRMED_AT} replicates with other luck and without
any margin; {len(of.accepted)} show all patterns.

{wave_table(of, size.first)}

“Ancestors”: from how many candidates of the first wave those of a wave stem. They tell that the
accepted candidates are not {len(of.accepted)} independent ones: intervals on this page, which
take them for that, are too narrow. (In a test with a region of known shape the sampler finds its
middle.)"""


def _refused(of: Stored) -> str:
    first, last = by_pattern(of.first_wave), by_pattern(of.last_step)["refused"]
    rarest, decides = first["shown"].idxmin(), first["refused"].idxmax()
    idle = first.index[first["refused"] == 0]
    return f"""{pattern_table(of)}

“Shown”: the share of the first wave that shows the pattern. “Refused, given the others”: of the
candidates that show all other patterns, the share that does not show this one. Alone, {rarest}
rules out most: {1 - first["shown"][rarest]:.0%} of the box. Given the others, {decides} does, and
in the last step, where all are near, {last.idxmax()}. Patterns that refuse nothing which the
others let pass, in the first wave: {", ".join(idle) or "none"}."""


def _default(of: Stored) -> str:
    distance, further = how_central(of.factors)
    edges = of.edges
    near = edges[edges["lost"] == edges["lost"].min()]
    lost = near["patterns"].str.split().explode().value_counts()
    by = ", ".join(f"{name} ({count})" for name, count in lost.items())
    free = edges[edges["lost"].isna()].groupby("factor").size()
    both = free[free == 2].index
    return f"""The defaults show all patterns, so they are inside. In the accepted cloud they
lie at a Mahalanobis distance of {distance:.1f} from its middle, and {further:.0%} of the accepted
candidates lie further out. (With {len(FACTORS)} factors, nearly every candidate is far from the
middle in some of them; the defaults are in none.)

Still they are close to edges: of {len(edges)} ways to move a single factor up or down by a tenth,
{len(near)} lose a pattern, most often {by}. Only {_names(both)} can be moved, alone, to either
end of the box. This looks like what tuning by hand leaves: numbers were moved until the last
pattern came. The region is thin across a few directions (below), and nearly every factor has a
part in them."""


def _pinned(of: Stored) -> str:
    found = pinned(of.factors)
    open_, firm = found.index[found["width"] > OPEN], found.index[found["width"] < FIRM]
    variances, _, chance = directions(of.factors, of.ancestors)
    stiff = int((variances < chance).sum())
    return f"""{pinned_table(of)}

“Width” is the middle 90 % of the accepted candidates against that of the box: 1 means that the
patterns say nothing of this factor alone. “KS” is the Kolmogorov-Smirnov distance from the box's
uniform. The last columns: by how much the factor, moved alone from the default, loses which
patterns.

![Where accepted candidates lie in the box](figures/calibration_ranges.png)

**Not pinned down** (width above {OPEN:g}): {_names(open_)}. Their defaults are choices, not
findings; a statement about their size has no support in the patterns.

**Pinned down** (width below {FIRM:g}): {_names(firm)}.

Alone, hardly any factor is held; together they are. The strongest correlations among accepted
candidates:

{correlation_table(of)}

Along the directions of the cloud, the variance left is from {variances[0]:.3f} (stiff) to
{variances[-1]:.2f} (sloppy) of the box's. As many independent candidates of the whole box as
there are ancestors would leave {chance:.2f} along the stiffest, by chance; {stiff} of
{len(variances)} directions are stiffer than that. So the patterns fix about {stiff} combinations
of {len(variances)} numbers. The first is the balance of all that draws people to let go and to
take on against all that keeps them from it. Weights below, and signs above, are those of sizes: a
larger `b_collaborator`, which is below nought, keeps more from taking on.

{direction_table(of)}"""


def _conclusions(of: Stored) -> str:
    return f"""Each accepted candidate lived what the experiments ask: 8 replicates, 259
people, partnerships after two years unless it says otherwise; 32 replicates where a shape is
given. Intervals are Wilson's, of 95 %. “Where it fails”: the factor that differs most between
candidates in which it fails and those in which it holds, in standard deviations, above 0 if it is
higher where it fails; it is named only if chance would rarely give the largest of so many.

{conclusion_table(of)}

The first line is what P4 asks for and holds by construction; all others were free to come out
otherwise. The France of the essay, in which a majority does not value the manager, is the default
start, from which P3 and P4 are asked for. From the France of surveys, and from one still bleaker
than the essay's, they could have failed.

The best share:

{best_table(of)}

![Partnerships by share over the accepted region](figures/calibration_shares.png)"""


def _short(of: Stored) -> str:
    """What a reader should take along; shares are looked up, not written."""
    holds = held(of.region).iloc[1:].mean()

    def share(start: str) -> str:
        [found] = [value for sentence, value in holds.items() if str(sentence).startswith(start)]
        return f"{found:.0%}"

    inside = np.quantile(best_share(of.region, "untrained")[1:], (0.05, 0.95))
    return f"""**In short**, over candidates that show all patterns as the defaults do:

- Firm: the best share lies between {inside[0]:.1f} and {inside[1]:.1f} in nine of ten; both ends
  are worse, with training too ({share("the same with training")}); training adds
  ({share("training adds")}) and upward accountability helps
  ({share("upward accountability of .5 adds")}); a pilot first does not beat all at once
  ({share("all at once")}); with coaching a slow ramp spares nothing
  ({share("the same with coach")}).
- Not firm: that all on collaborators is worse than all on managers ({share("all on collab")});
  that nothing is reached without coaching ({share("without coaching")}); that half is reached
  without training ({share("training is not")}); that letting go alone fails where control is not
  rewarded ({share("just let go: under")}); that a slow ramp without coaching is no gentler
  ({share("gradual is no")}).
- Open: whether wide teams help ({share("a wide span helps")}), hurt
  ({share("a wide span hurts")}) or neither. It hangs on how far overload moves managers to let
  go, which no pattern pins down."""


LIMITS = """- The bands are the design's, not data's: they say what the model must look like,
  and nothing of what firms are like. No number here is an estimate.
- The box is centred on the hand-tuned defaults, and accepted candidates reach its ends in most
  factors: the region goes on outside, where nobody looked.
- What is not varied is as if known: initial states, how matters succeed, the shape of each rule.
  With them the region is wider. What other *forms* of the rules do is told in
  [validation](validation.md).
- A uniform prior over parts of a default is a choice; in other units (say logarithms) widths
  differ.
- The accepted candidates stem from fewer ancestors (above), and are enough to see shares of
  tenths, not of hundredths.
- Levers stay as the patterns and experiments set them. What is said of wide and narrow teams was
  never calibrated on any pattern."""

AGAIN = """```console
python -m validation calibration          # this page, from the stored candidates
python -m validation calibration --again  # all candidates anew, from their seed: half an hour
```

`validation.calibration.accepted_region()` gives the accepted candidates as a list of `Parameters`:
run your own question over them before you trust an answer that was found at the defaults."""


def section(small: bool = False) -> Section:
    """All of it, from the stored candidates; the figures are drawn unless it is `small`."""
    of = stored()
    if not small:
        draw(of)
    parts = {
        "": _short(of),
        "How it was done": _method(of),
        "Which pattern rules out what": _refused(of),
        "Where the defaults lie": _default(of),
        "What the patterns pin down": _pinned(of),
        "Do the conclusions hold elsewhere": _conclusions(of),
        "Limits": LIMITS,
        "Make it again": AGAIN,
    }
    text = "\n\n".join(f"## {title}\n\n{part}" if title else part for title, part in parts.items())
    return Section("Calibration", text)
