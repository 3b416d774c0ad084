"""What findings say, in English and in French: sentences, labels and numbers.

Templates are written with plain spaces; `say` sets those that French typography wants unbreakable.
Every noun that a sentence is about is singular, and feminine in French, so that one template suits
all measures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal, Protocol, get_args

from empowersim.outcomes import FLOWS, MEASURES, REGIMES
from empowersim.parameters import DECLARATIONS

type Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

SHARES = frozenset((*REGIMES, *FLOWS))
"""The measures that are told in percent; the others are numbers from 0 to 1."""

LOWER_IS_BETTER = frozenset(
    ("strain", "directed", "adrift", "overburdened", "departures", "control_habit")
)


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
    "strain": ("strain", "la tension"),
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


def amount(value: float, measure: str, language: Language) -> str:
    """A value of a measure, without an interval."""
    if measure in SHARES:
        return percent(value, language, 0 if value >= 0.02 or value == 0 else 1)
    return number(value, language, 2)


def estimate(found: Interval, measure: str, language: Language) -> str:
    """A value of a measure with its interval, in as many digits as the interval deserves."""
    if measure in SHARES:
        decimals = _decimals(100 * (found.high - found.low))
        value, low, high = (number(100 * each, language, decimals) for each in _three(found))
        return f"{value}{NARROW}% [{_range(low, high, language)}{NARROW}%]"
    decimals = 2 + _decimals(100 * (found.high - found.low))
    value, low, high = (number(each, language, decimals) for each in _three(found))
    return f"{value} [{_range(low, high, language)}]"


def difference(found: Interval, measure: str, language: Language) -> str:
    """A difference in a measure with its interval: in points, for a share."""
    scale, least = (100, 0) if measure in SHARES else (1, 2)
    decimals = least + _decimals(100 * (found.high - found.low))
    value, low, high = (
        _signed(number(scale * each, language, decimals)) for each in _three(found)
    )
    points = f"{NO_BREAK}points" if measure in SHARES else ""
    return f"{value}{points} [{_range(low, high, language)}]"


def place(found: Interval, language: Language) -> str:
    """A value of a factor with its interval."""
    value, low, high = (number(each, language) for each in _three(found))
    return f"{value} [{_range(low, high, language)}]"


def _three(found: Interval) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _decimals(width: float) -> int:
    """How many digits more than whole percents an interval of this width, in percent, deserves."""
    if width == 0 or math.isnan(width):
        return 0
    return 0 if width >= 1.5 else 1 if width >= 0.15 else 2


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
    if language != "fr":
        return template.replace(" %", f"{NARROW}%")
    text = re.sub(r" ([;!?%])", rf"{NARROW}\1", template)
    return text.replace(" :", f"{NO_BREAK}:").replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")


TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "and": "and",
        "to": "to",
        "week": "week",
        "1/week": "a week",
        "axis of a regime": "Relations: {regime}",
        "equals": "{name} = {value}",
        "in case": "in {case}",
        "on chart": "on the org chart {chart}",
        "at": "at {values}",
        "in group": "{group}: {text}",
        # Something could not be done
        "not computed": "This could not be computed: {reason}.",
        "more": "{number} more are in the table.",
        # Overview
        "overview": "Overview",
        "runs": "{runs} runs at {points} points, up to week {weeks}.",
        "no runs": "There are no results yet.",
        "over points": "{subject} is {mean} on average over {points} points, from {lowest} at the"
        " lowest point to {highest} at the highest.",
        "at one point": "{subject} is {best}.",
        "best high": "{subject} is highest, at {best}, {where}.",
        "best low": "{subject} is lowest, at {best}, {where}.",
        "alone": "Its interval overlaps that of no other point.",
        "not alone": "The intervals of {number} other points overlap its own: there it is about the"
        " same.",
        "one not alone": "The interval of another point overlaps its own: there it is about the"
        " same.",
        "chosen": "The best of many points is partly luck: run anew, it would be a little less far"
        " out.",
        "regimes there": "There, of all relations, {shares}.",
        "regimes mean": "Of all relations, {shares} (mean of all points).",
        "regime share": "{share} are {regime}",
        "everywhere": "there, where nothing varies",
        # Response curves
        "curves": "How {outcome} answers to {factor}",
        "curves averaged": "Averaged over the values of the other factors, which are too many for a"
        " curve each.",
        "curve inside": "{subject} is highest at {factor} = {at}, with {best}; both ends do worse:"
        " {first} at {low}, {last} at {high}.",
        "curve rising": "{subject} rises from {first} at {factor} = {low} to {last} at {high}.",
        "curve falling": "{subject} falls from {first} at {factor} = {low} to {last} at {high}.",
        "curve flat": "{subject} is about the same whatever {factor}: {first} at {low}, {last} at"
        " {high}, {best} at most.",
        "curve dip": "{subject} is lower between the ends: {lowest} at {factor} = {at}, against"
        " {first} at {low} and {last} at {high}.",
        "curve plateau": "{subject} is {first} at {factor} = {low} and {last} at {high}; its highest"
        " mean, {best} at {at}, is not clearly above the better end.",
        "tipping": "It crosses {level} at {factor} = {at}, {direction}.",
        "tipping maybe": "It crosses {level} at {factor} = {at}, {direction}; but in {share} of the"
        " resamples only.",
        "rising": "rising",
        "falling": "falling",
        "no tipping": "It never crosses {level}.",
        # Regime maps
        "maps": "Which regime prevails, by {x} and {y}",
        "map cells": "Of {cells} cells, {shares}.",
        "map share": "{number} are mostly {regime}",
        "map unsure": "In {number} of them, the largest share is not sure: resampled, it is another"
        " in more than 5 % of cases.",
        "map title": "Prevailing regime",
        "share title": "Shares of the regimes",
        # Comparisons
        "comparisons": "The cases compared",
        "comparison title": "{outcome}: difference from {reference}",
        "difference": "difference: {outcome}",
        "higher": "In {case}, {subject} is higher than in {reference}: {difference}; it does better"
        " in {share} of the pairs of runs.",
        "lower": "In {case}, {subject} is lower than in {reference}: {difference}; it does better"
        " in {share} of the pairs of runs.",
        "same": "In {case} and in {reference}, {subject} is about the same: {difference}.",
        "robust": "The case that is safest wherever the other factors lie",
        "robust choice": "Wherever the other factors lie, {case} loses least: at worst {regret}"
        " against the best case there; it is at least {level} at {satisficing} of the points.",
        "robust choice below": "Wherever the other factors lie, {case} loses least: at worst"
        " {regret} against the best case there; it is at most {level} at {satisficing} of the"
        " points.",
        "robust unsure": "This choice is not sure: another case has the least regret in {share} of"
        " the resamples.",
        # One at a time
        "one at a time": "What changes when one factor moves: {outcome}",
        "base": "At the base, {subject} is {base}.",
        "moved": "With {change}, {subject} changes by {difference}.",
        "unmoved": "With {changes}, {subject} is about the same as at the base.",
        "one at a time title": "Difference from the base",
        # Sobol
        "sobol": "Which factor decides: {outcome}",
        "sobol most": "The factor that decides most about {subject} is {factor}: {total} of the"
        " differences between points involve it, {first} are its own.",
        "sobol tie": "{factors} are about as important: their intervals overlap.",
        "sobol tie one": "{factors} is about as important: the intervals overlap.",
        "sobol little": "At most 5 % of the differences involve {factors}, as far as the intervals"
        " tell.",
        "sobol title": "Shares of the variance",
        "noise": "An index of a factor that does nothing is 0; what the runs' luck adds is in the"
        " intervals.",
        # Morris
        "morris": "Which factors matter: {outcome}",
        "morris most": "{factor} moves {subject} most: moved over its range, by {mu_star} on"
        " average, {direction}.",
        "up": "upwards",
        "down": "downwards",
        "both ways": "upwards or downwards, as the other factors are",
        "morris order": "Then come {factors}.",
        "morris order one": "Then comes {factors}.",
        "morris tie": "{factors} may matter as much: their intervals overlap with its own.",
        "morris tie one": "{factors} may matter as much: the intervals overlap.",
        "morris none": "No factor moves {subject} clearly: all intervals begin at 0.",
        "morris title": "Mean size and spread of the effects",
        # Discovery
        "discovery": "Where {subject} is {side} {level}",
        "above": "at least",
        "below": "below",
        "box": "{subject} is {side} {level} where {limits}: this holds at {density} of the points"
        " there, and {coverage} of all such points are there.",
        "limit": "{factor} is from {low} to {high}",
        "box free": "No limit on any factor tells these points from the others.",
        "box maybe": "The limits on {factors} are not sure: they are missing in more than 5 % of"
        " the resamples.",
        "no extra": "Scenario discovery needs a package that is not installed: pip install"
        " \"empowersim[discovery]\", then make the report again.",
        "all on one side": "At no point is {subject} {side} {level}: there is nothing to tell"
        " apart.",
        "everywhere on one side": "At every point, {subject} is {side} {level}: there is nothing to"
        " tell apart.",
        "discovery title": "Points of interest, and the box that holds them",
        # Hysteresis
        "hysteresis": "There and back: {outcome} as {factor} rises and falls again",
        "hysteresis few": "Only the first {number} points are shown.",
        "loop above": "On the way back, {subject} stays higher than on the way up, by {area} on"
        " average over {factor}: what was won is not lost at once.",
        "loop below": "On the way back, {subject} stays lower than on the way up, by {area} on"
        " average over {factor}.",
        "loop none": "On the way back, {subject} is about the same as on the way up: {area} on"
        " average over {factor}.",
        "loop crossings": "It crosses {level} at {up} on the way up, and at {down} on the way back.",
        "loop never back": "It crosses {level} at {up} on the way up, and never on the way back.",
        "loop never": "It does not cross {level} on the way up.",
        # Answer
        "after weeks": "After {weeks} weeks: {text}",
        "prediction was": "The prediction, written before the run, was: {prediction}",
        "nothing to say": "The runs give no answer yet: {reason}",
    },
    "fr": {
        "and": "et",
        "to": "à",
        "week": "semaine",
        "1/week": "par semaine",
        "axis of a regime": "Relations : {regime}",
        "equals": "{name} = {value}",
        "in case": "dans {case}",
        "on chart": "sur l'organigramme {chart}",
        "at": "à {values}",
        "in group": "{group} : {text}",
        "not computed": "Ceci n'a pas pu être calculé : {reason}.",
        "more": "{number} de plus sont dans le tableau.",
        "overview": "Vue d'ensemble",
        "runs": "{runs} simulations en {points} points, jusqu'à la semaine {weeks}.",
        "no runs": "Il n'y a pas encore de résultats.",
        "over points": "{subject} est de {mean} en moyenne sur {points} points, de {lowest} au point"
        " le plus bas à {highest} au plus haut.",
        "at one point": "{subject} est de {best}.",
        "best high": "{subject} est la plus haute, à {best}, {where}.",
        "best low": "{subject} est la plus basse, à {best}, {where}.",
        "alone": "Son intervalle ne recouvre celui d'aucun autre point.",
        "not alone": "Les intervalles de {number} autres points recouvrent le sien : le résultat y"
        " est à peu près le même.",
        "one not alone": "L'intervalle d'un autre point recouvre le sien : le résultat y est à peu"
        " près le même.",
        "chosen": "Le meilleur de nombreux points l'est en partie par chance : simulé à nouveau, il"
        " serait un peu moins extrême.",
        "regimes there": "Là, parmi toutes les relations, {shares}.",
        "regimes mean": "Parmi toutes les relations, {shares} (moyenne de tous les points).",
        "regime share": "{share} sont {regime}",
        "everywhere": "là où rien ne varie",
        "curves": "Comment répond {outcome} à {factor}",
        "curves averaged": "Moyenne sur les valeurs des autres facteurs, trop nombreuses pour une"
        " courbe chacune.",
        "curve inside": "{subject} est la plus haute à {factor} = {at}, avec {best} ; les deux"
        " extrémités font moins bien : {first} à {low}, {last} à {high}.",
        "curve rising": "{subject} monte de {first} à {factor} = {low} jusqu'à {last} à {high}.",
        "curve falling": "{subject} descend de {first} à {factor} = {low} jusqu'à {last} à {high}.",
        "curve flat": "{subject} est à peu près la même quelle que soit la valeur de {factor} :"
        " {first} à {low}, {last} à {high}, {best} au plus.",
        "curve dip": "{subject} est plus basse entre les extrémités : {lowest} à {factor} = {at},"
        " contre {first} à {low} et {last} à {high}.",
        "curve plateau": "{subject} est de {first} à {factor} = {low} et de {last} à {high} ; sa"
        " moyenne la plus haute, {best} à {at}, ne dépasse pas nettement la meilleure extrémité.",
        "tipping": "Elle franchit {level} à {factor} = {at}, {direction}.",
        "tipping maybe": "Elle franchit {level} à {factor} = {at}, {direction} ; mais dans {share}"
        " des rééchantillons seulement.",
        "rising": "en montant",
        "falling": "en descendant",
        "no tipping": "Elle ne franchit jamais {level}.",
        "maps": "Quel régime l'emporte, selon {x} et {y}",
        "map cells": "Sur {cells} cases, {shares}.",
        "map share": "{number} sont surtout {regime}",
        "map unsure": "Dans {number} d'entre elles, la plus grande part n'est pas sûre :"
        " rééchantillonnée, c'est une autre dans plus de 5 % des cas.",
        "map title": "Régime qui l'emporte",
        "share title": "Parts des régimes",
        "comparisons": "Les cas comparés",
        "comparison title": "{outcome} : écart avec {reference}",
        "difference": "écart : {outcome}",
        "higher": "Dans {case}, {subject} est plus haute que dans {reference} : {difference} ; ce"
        " cas fait mieux dans {share} des paires de simulations.",
        "lower": "Dans {case}, {subject} est plus basse que dans {reference} : {difference} ; ce"
        " cas fait mieux dans {share} des paires de simulations.",
        "same": "Dans {case} et dans {reference}, {subject} est à peu près la même : {difference}.",
        "robust": "Le cas le plus sûr, où que soient les autres facteurs",
        "robust choice": "Où que soient les autres facteurs, {case} perd le moins : au pire {regret}"
        " face au meilleur cas à cet endroit ; elle y est d'au moins {level} en {satisficing} des"
        " points.",
        "robust choice below": "Où que soient les autres facteurs, {case} perd le moins : au pire"
        " {regret} face au meilleur cas à cet endroit ; elle y est d'au plus {level} en"
        " {satisficing} des points.",
        "robust unsure": "Ce choix n'est pas sûr : un autre cas a le moindre regret dans {share} des"
        " rééchantillons.",
        "one at a time": "Ce qui change quand un facteur bouge : {outcome}",
        "base": "À la base, {subject} est de {base}.",
        "moved": "Avec {change}, {subject} change de {difference}.",
        "unmoved": "Avec {changes}, {subject} est à peu près la même qu'à la base.",
        "one at a time title": "Écart avec la base",
        "sobol": "Quel facteur décide : {outcome}",
        "sobol most": "Le facteur qui décide le plus de {subject} est {factor} : {total} des écarts"
        " entre points passent par lui, {first} sont de son seul fait.",
        "sobol tie": "{factors} ont à peu près autant d'importance : les intervalles se recouvrent.",
        "sobol tie one": "{factors} a à peu près autant d'importance : les intervalles se"
        " recouvrent.",
        "sobol little": "Au plus 5 % des écarts passent par {factors}, d'après les intervalles.",
        "sobol title": "Parts de la variance",
        "noise": "L'indice d'un facteur qui ne fait rien est 0 ; ce que la chance des simulations"
        " ajoute est dans les intervalles.",
        "morris": "Quels facteurs comptent : {outcome}",
        "morris most": "{factor} fait le plus bouger {subject} : sur toute sa plage, de {mu_star} en"
        " moyenne, {direction}.",
        "up": "vers le haut",
        "down": "vers le bas",
        "both ways": "vers le haut ou vers le bas, selon les autres facteurs",
        "morris order": "Viennent ensuite {factors}.",
        "morris order one": "Vient ensuite {factors}.",
        "morris tie": "{factors} comptent peut-être autant : les intervalles recouvrent le sien.",
        "morris tie one": "{factors} compte peut-être autant : les intervalles se recouvrent.",
        "morris none": "Aucun facteur ne fait nettement bouger {subject} : tous les intervalles"
        " commencent à 0.",
        "morris title": "Taille moyenne et dispersion des effets",
        "discovery": "Où {subject} est {side} {level}",
        "above": "d'au moins",
        "below": "sous",
        "box": "{subject} est {side} {level} où {limits} : c'est vrai de {density} des points de"
        " cette zone, et {coverage} de tous ces points s'y trouvent.",
        "limit": "{factor} va de {low} à {high}",
        "box free": "Aucune limite sur un facteur ne distingue ces points des autres.",
        "box maybe": "Les limites sur {factors} ne sont pas sûres : elles manquent dans plus de"
        " 5 % des rééchantillons.",
        "no extra": "La découverte de scénarios demande un paquet qui n'est pas installé : pip"
        " install \"empowersim[discovery]\", puis refaire le rapport.",
        "all on one side": "En aucun point {subject} n'est {side} {level} : il n'y a rien à"
        " distinguer.",
        "everywhere on one side": "En tout point, {subject} est {side} {level} : il n'y a rien à"
        " distinguer.",
        "discovery title": "Points d'intérêt, et la zone qui les contient",
        "hysteresis": "Aller et retour : {outcome} quand {factor} monte puis redescend",
        "hysteresis few": "Seuls les {number} premiers points sont montrés.",
        "loop above": "Au retour, {subject} reste plus haute qu'à l'aller, de {area} en moyenne sur"
        " {factor} : ce qui est gagné n'est pas perdu aussitôt.",
        "loop below": "Au retour, {subject} reste plus basse qu'à l'aller, de {area} en moyenne sur"
        " {factor}.",
        "loop none": "Au retour, {subject} est à peu près la même qu'à l'aller : {area} en moyenne"
        " sur {factor}.",
        "loop crossings": "Elle franchit {level} à {up} à l'aller, et à {down} au retour.",
        "loop never back": "Elle franchit {level} à {up} à l'aller, et jamais au retour.",
        "loop never": "Elle ne franchit pas {level} à l'aller.",
        "after weeks": "Après {weeks} semaines : {text}",
        "prediction was": "La prédiction, écrite avant les simulations, était : {prediction}",
        "nothing to say": "Les simulations ne donnent pas encore de réponse : {reason}",
    },
}
"""Sentences and parts of them, by language; the same keys and blanks in both."""
