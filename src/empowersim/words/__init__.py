"""How findings are told, in English and in French: sentences, labels and numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Protocol

from empowersim.outcomes import MEASURES, REGIMES
from empowersim.parameters import DECLARATIONS
from empowersim.words.sentences import FIGURE_WORDS, LANGUAGES, TEXTS, Language

__all__ = [
    "FIGURE_WORDS",
    "LANGUAGES",
    "LOWER_IS_BETTER",
    "REGIME_SHARES",
    "SUBJECTS",
    "TEXTS",
    "Interval",
    "Language",
    "amount",
    "axis",
    "capital",
    "difference",
    "estimate",
    "figure_words",
    "label",
    "listed",
    "lower",
    "number",
    "percent",
    "place",
    "quoted",
    "say",
    "subject",
    "typeset",
]

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NO_WIDTH = 1e-9
SMALLEST = 0.001
"""The smallest share that is told as a number."""

LOWER_IS_BETTER = frozenset(
    ("strain", "directed", "adrift", "overburdened", "departures", "control_habit")
)
"""The outcomes of which less is better; of the others, more."""


class Interval(Protocol):
    """A number with its confidence interval."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def low(self) -> float:
        """The lower bound."""

    @property
    def high(self) -> float:
        """The upper bound."""


SUBJECTS: Mapping[str, tuple[str, str]] = {
    "autonomy": ("autonomy", "l'autonomie"),
    "responsibility": ("responsibility", "la responsabilité"),
    "trust": ("trust", "la confiance"),
    "readiness": ("readiness", "la préparation"),
    "willingness": ("willingness", "l'envie"),
    "strain": ("strain", "la fatigue"),
    "appreciation": ("appreciation of managers", "l'appréciation des managers"),
    "directed": ("the share of directed relations", "la part des relations dirigées"),
    "adrift": ("the share of relations adrift", "la part des relations livrées à elles-mêmes"),
    "overburdened": ("the share of overburdened relations", "la part des relations surchargées"),
    "partnership": ("the share of partnerships", "la part des partenariats"),
    "output": ("the share of matters that succeed", "la part des sujets réussis"),
    "departures": (
        "the share of people who leave in a week",
        "la part des personnes qui partent en une semaine",
    ),
    "control_habit": ("the managers' habit of control", "l'habitude de contrôle des managers"),
    "assurance": ("the managers' assurance", "l'assurance des managers"),
}
"""Measures as the subject of a sentence, in the order of LANGUAGES."""

REGIME_SHARES: Mapping[str, tuple[str, str]] = {
    "directed": ("directed", "dirigées"),
    "adrift": ("adrift", "livrées à elles-mêmes"),
    "overburdened": ("overburdened", "surchargées"),
    "partnership": ("partnerships", "en partenariat"),
}
"""What relations in a regime are, after a share of them."""

_MEASURES = {measure.name: measure for measure in MEASURES}


def label(name: str, language: Language) -> str:
    """What a factor or a measure is called; a name of the user's own as it is."""
    known = DECLARATIONS.get(name) or _MEASURES.get(name)
    if known:
        return known.label_fr if language == "fr" else known.label_en
    own = {"case": ("Case", "Cas"), "org_chart": ("Org chart", "Organigramme")}
    return own[name][LANGUAGES.index(language)] if name in own else name


def axis(name: str, language: Language) -> str:
    """A factor or a measure beside an axis, with its unit where it has one."""
    if name in REGIMES:
        return say(language, "axis of a regime", regime=label(name, language).lower())
    declared = DECLARATIONS.get(name)
    if declared and declared.unit != "1":
        return f"{label(name, language)} ({say(language, declared.unit)})"
    return label(name, language)


def subject(measure: str, language: Language) -> str:
    """A measure as the subject of a sentence."""
    return SUBJECTS[measure][LANGUAGES.index(language)]


def quoted(name: str, language: Language) -> str:
    """A name in quotation marks."""
    if language == "fr":
        return f"«{NO_BREAK}{name}{NO_BREAK}»"
    return f"“{name}”"


def listed(parts: list[str], language: Language) -> str:
    """Parts as a list in a sentence."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {say(language, 'and')} {parts[-1]}"


def capital(text: str) -> str:
    """A text with its first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """A text with its first letter in lower case, the others as they are."""
    return text[:1].lower() + text[1:]


# --- Numbers ------------------------------------------------------------------------------------


def number(value: float, language: Language, decimals: int | None = None) -> str:
    """A number; by default with three significant digits, and all digits of whole numbers."""
    if math.isnan(value):
        return "–"
    if decimals is None:
        whole = abs(value) >= 1000 or float(value).is_integer()
        text = f"{value:,.0f}" if whole else f"{value:.3g}"
    else:
        text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    if language == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return text.replace("-", MINUS)


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share in percent."""
    return f"{number(100 * share, language, decimals)}{NARROW}%"


def amount(value: float, language: Language) -> str:
    """A value of a measure, without an interval, in percent: all lie from 0 to 1."""
    if 0 < value < SMALLEST:
        return f"<{NARROW}{percent(SMALLEST, language, 1)}"
    return percent(value, language, 0 if value >= 0.02 or value == 0 else 1)


def estimate(found: Interval, language: Language) -> str:
    """A value of a measure with its interval, in as many digits as the interval deserves."""
    value, low, high = _percents(found, language)
    return f"{value}{NARROW}% [{_range(low, high, language)}{NARROW}%]"


def difference(found: Interval, language: Language, *, signed: bool = True) -> str:
    """A difference in a measure with its interval, in points of percent."""
    value, low, high = _percents(found, language)
    if signed:
        value, low, high = (_signed(each) for each in (value, low, high))
    return f"{value}{NO_BREAK}points [{_range(low, high, language)}]"


def place(found: Interval, language: Language) -> str:
    """A value of a factor with its interval."""
    texts = [f"{each:.3g}" for each in _three(found)]
    decimals = max(len(text.partition(".")[2]) for text in texts)
    value, low, high = (number(each, language, decimals) for each in _three(found))
    return f"{value} [{_range(low, high, language)}]"


def _three(found: Interval) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _percents(found: Interval, language: Language) -> tuple[str, str, str]:
    """The three numbers in percent; whole ones, unless the interval is narrow."""
    width = 100 * (found.high - found.low)
    if width < NO_WIDTH or width >= 1.5 or math.isnan(width):
        decimals = 0
    else:
        near_an_end = abs(found.value) < 0.02 or found.value > 0.98
        decimals = 2 if width < 0.15 and near_an_end else 1
    value, low, high = (number(100 * each, language, decimals) for each in _three(found))
    return value, low, high


def _range(low: str, high: str, language: Language) -> str:
    return f"{low}{NO_BREAK}{say(language, 'to')}{NO_BREAK}{high}"


def _signed(text: str) -> str:
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


# --- Sentences ----------------------------------------------------------------------------------


def say(language: Language, key: str, **values: object) -> str:
    """A sentence, or a part of one, with its blanks filled."""
    return typeset(TEXTS[language][key], language).format(**values)


def typeset(template: str, language: Language) -> str:
    """A template with the spaces of its language that must not break."""
    template = template.replace(" = ", f"{NO_BREAK}={NO_BREAK}")
    if language != "fr":
        return template.replace(" %", f"{NARROW}%")
    text = re.sub(r" ([;!?%])", rf"{NARROW}\1", template)
    return (
        text.replace(" :", f"{NO_BREAK}:")
        .replace("« ", f"«{NO_BREAK}")
        .replace(" »", f"{NO_BREAK}»")
    )


# --- Words in figures ---------------------------------------------------------------------------


def figure_words(language: Language) -> dict[str, str]:
    """The labels of all figures: words of their own, factors and measures."""
    own = {key: typeset(text, language) for key, text in FIGURE_WORDS[language].items()}
    return {name: label(name, language) for name in (*DECLARATIONS, *_MEASURES)} | own
