"""What findings are made of, and what they all need: groups of points, and their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from empowersim import words
from empowersim.analysis import CONFIDENCE, Estimate
from empowersim.designs import LatinHypercube, Morris, OneAtATime, Sobol
from empowersim.errors import AnalysisError
from empowersim.experiment import Experiment
from empowersim.outcomes import REGIMES
from empowersim.words import Language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_SENTENCES = 8
MOST_POINTS = 50_000
"""More take too much memory for the bootstrap: 2000 resamples of each point's mean."""

type Key = tuple[Hashable, ...]


@dataclass(frozen=True)
class Finding:
    """What was found of one aspect of the results.

    Attributes:
        name: of its files.
        title: a line.
        sentences: no stronger than their intervals.
        gist: sentences that can be read alone, the most important first.
        tables: by name.
        figures: by name; drawn when they are called.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    gist: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Study:
    """An experiment with its results, and the language in which they are told.

    Attributes:
        design: a row a point that has results.
        results: a row a run, or a run and week.
    """

    experiment: Experiment
    design: pd.DataFrame
    results: pd.DataFrame
    language: Language

    @cached_property
    def final(self) -> pd.DataFrame:
        """The results of the last week."""
        weeks = self.results["week"]
        last: pd.DataFrame = self.results[weeks == weeks.max()]
        return last

    @property
    def outcomes(self) -> Sequence[str]:
        """The outcomes that are told of; the first answers the question."""
        return self.experiment.analysis.outcomes

    @property
    def main(self) -> str:
        """The outcome that answers the question."""
        return self.outcomes[0]

    @property
    def level(self) -> float:
        """Of the main outcome."""
        return self.experiment.analysis.level

    @property
    def shared_luck(self) -> bool:
        """Whether the points share their replicates' luck."""
        return self.experiment.runs.common_random_numbers

    @property
    def factors(self) -> Sequence[str]:
        """What the design varies."""
        return self.experiment.factors

    @cached_property
    def is_sampled(self) -> bool:
        """Whether the points lie anywhere in the ranges of the factors."""
        return isinstance(self.experiment.design, LatinHypercube | Sobol | Morris)

    @cached_property
    def by(self) -> tuple[str, ...]:
        """The columns, of case and org chart, that have more than one value."""
        return tuple(name for name in ("case", "org_chart") if self.design[name].nunique() > 1)

    @cached_property
    def points(self) -> pd.DataFrame:
        """The design with each point's mean outcomes, their t intervals, and its mean regimes."""
        from scipy.special import stdtrit

        found = self.design.copy()
        groups = self.final.groupby("point")
        found["runs"] = groups.size().reindex(found["point"]).to_numpy()
        for outcome in dict.fromkeys((*self.outcomes, *REGIMES)):
            moments = groups[outcome].agg(["mean", "std", "count"]).reindex(found["point"])
            found[outcome] = moments["mean"].to_numpy()
            if outcome in self.outcomes:
                count = moments["count"].to_numpy(np.float64)
                with np.errstate(invalid="ignore", divide="ignore"):
                    t = stdtrit(count - 1, (1 + CONFIDENCE) / 2)
                    half = t * moments["std"].to_numpy() / np.sqrt(count)
                # All outcomes lie from 0 to 1, and so do their means.
                found[f"{outcome}_low"] = np.clip(found[outcome] - half, 0.0, 1.0)
                found[f"{outcome}_high"] = np.clip(found[outcome] + half, 0.0, 1.0)
        return found.reset_index(drop=True)

    def values(self, factor: str) -> list[float]:
        """The values of a factor in the design, by size."""
        return sorted(self.design[factor].unique().tolist())

    @cached_property
    def curved(self) -> tuple[str, ...]:
        """The factors with enough values for a curve."""
        return tuple(name for name in self.factors if len(self.values(name)) >= 3)

    @cached_property
    def bases(self) -> Mapping[Key, int]:
        """The first point of each case and org chart: the base, in a design one at a time."""
        first: dict[Key, int] = {}
        for number, (case, chart, _) in enumerate(self.experiment.points):
            first.setdefault((case, chart), number)
        return first

    @cached_property
    def there(self) -> frozenset[int]:
        """The points that have results."""
        return frozenset(self.design["point"].tolist())

    def around_base(self, factor: str) -> pd.DataFrame:
        """The points at which no other factor has left its base; all, of other designs."""
        if not isinstance(self.experiment.design, OneAtATime):
            return self.design
        others = [name for name in self.factors if name != factor]
        base = self.experiment.points[0].values
        away = self.design[others] != [base[name] for name in others]
        return self.design[~away.any(axis=1)]

    # --- Names --------------------------------------------------------------------------------

    def say(self, key: str, **values: object) -> str:
        """A sentence that begins with a capital."""
        return words.capital(words.say(self.language, key, **values))

    def factor(self, name: str) -> str:
        """A factor in a sentence."""
        return words.quoted(words.label(name, self.language), self.language)

    def label(self, name: str) -> str:
        """A factor or a measure by itself."""
        return words.label(name, self.language)

    def subject(self, outcome: str) -> str:
        """An outcome as the subject of a sentence."""
        return words.subject(outcome, self.language)

    def listed(self, parts: list[str]) -> str:
        """Parts of a sentence."""
        return words.listed(parts, self.language)

    def number(self, value: float) -> str:
        """A number, or a factor's value."""
        return words.number(value, self.language)

    def level_text(self) -> str:
        """The level, as a value of the main outcome."""
        return words.amount(self.level, self.language)

    def estimate(self, found: Estimate) -> str:
        """A value of an outcome with its interval."""
        return words.estimate(found, self.language)

    def difference(self, found: Estimate, *, signed: bool = True) -> str:
        """A difference in an outcome with its interval."""
        return words.difference(found, self.language, signed=signed)

    def short(self, by: Sequence[str], key: Key) -> str:
        """A group in a legend."""
        parts = [
            str(value) if name in ("case", "org_chart") else self.setting(name, value)
            for name, value in zip(by, key, strict=True)
        ]
        return ", ".join(parts)

    def legend(self, by: Sequence[str], key: Key) -> str:
        """A group in a legend whose title names its factors: several by their values alone."""
        factors = [name for name in by if name not in ("case", "org_chart")]
        parts = []
        for name, value in zip(by, key, strict=True):
            if name in ("case", "org_chart"):
                parts.append(str(value))
            else:
                shown = self.number(float(str(value)))
                parts.append(f"{self.label(name)} {shown}" if len(factors) == 1 else shown)
        return ", ".join(parts)

    def titled(self, title: str, group: str) -> str:
        """The title of a picture of one group among others."""
        return words.say(self.language, "in group", group=title, text=group) if group else title

    def setting(self, name: str, value: Any, *, quote: bool = False) -> str:
        """A factor at a value."""
        shown = self.factor(name) if quote else self.label(name)
        return words.say(self.language, "equals", name=shown, value=self.number(value))

    def where(self, by: Sequence[str], key: Key) -> str:
        """A group in a sentence: in which case, on which chart, at which values."""
        parts, settings = [], []
        for name, value in zip(by, key, strict=True):
            if name == "case":
                case = words.quoted(str(value), self.language)
                parts.append(words.say(self.language, "in case", case=case))
            elif name == "org_chart":
                chart = words.quoted(str(value), self.language)
                parts.append(words.say(self.language, "on chart", chart=chart))
            else:
                settings.append(self.setting(name, value, quote=True))
        if settings:
            parts.append(words.say(self.language, "at", values=self.listed(settings)))
        return ", ".join(parts)

    def of_group(self, by: Sequence[str], key: Key, text: str) -> str:
        """A sentence about a group, beginning with which one, if there are several."""
        return self.of_place(self.where(by, key), text)

    def of_place(self, place: str, text: str) -> str:
        """A sentence that begins with where it holds, if that is told at all."""
        if not place:
            return words.capital(text)
        return self.say("in group", group=place, text=words.lower(text))

    def regime(self, name: str) -> str:
        """What relations in a regime are, after a share of them."""
        return words.REGIME_SHARES[name][words.LANGUAGES.index(self.language)]

    def some(self, sentences: Sequence[str]) -> tuple[str, ...]:
        """The first sentences, and how many more there are in the table."""
        if len(sentences) <= MOST_SENTENCES:
            return tuple(sentences)
        left = self.number(len(sentences) - MOST_SENTENCES)
        return (*sentences[:MOST_SENTENCES], self.say("more", number=left))

    def attempt(self, name: str, title: str, make: Callable[[], Finding]) -> Finding:
        """A finding, or why it cannot be made."""
        if len(self.design) > MOST_POINTS:
            points, most = self.number(len(self.design)), self.number(MOST_POINTS)
            reason = words.say(self.language, "too many points", points=points, most=most)
            return Finding(name, title, (self.say("not computed", reason=reason),))
        try:
            return make()
        except AnalysisError as error:
            return Finding(name, title, (self.say("not computed", reason=error),))


def file_name(*parts: str) -> str:
    """A name that suits a file anywhere, from names that people chose."""
    return "-".join(re.sub(r"[^\w]+", "-", part).strip("-") or "x" for part in parts)


def triple(row: Any, name: str) -> Estimate:
    """An estimate from the columns of a table's row, a mapping."""
    return Estimate(float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"]))


def keys_of(table: pd.DataFrame, by: Sequence[str]) -> list[Key]:
    """The groups of a table, in the order of their first rows."""
    if not by:
        return [()]
    return list(dict.fromkeys(table[list(by)].itertuples(index=False, name=None)))


def of_key(table: pd.DataFrame, by: Sequence[str], key: Key) -> pd.DataFrame:
    """The rows of a group."""
    own = table
    for name, value in zip(by, key, strict=True):
        own = own[own[name] == value]
    return own
