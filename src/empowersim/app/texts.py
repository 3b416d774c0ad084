"""Every text of the app that the model's declarations do not hold, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from empowersim.app.forecast import RUNS, Band
from empowersim.declaration import Declaration
from empowersim.outcomes import Measure
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import Intervention, named

type Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "language": "English",
        "scenario": "Scenario",
        "reset": "Back to the scenario",
        "preparing": "Preparing the engine: a few seconds, the first time.",
        "verdict": "After {weeks} weeks, {share} of reporting relations are partnerships;"
        " nine runs in ten end between {low} and {high}.",
        "verdict_sure": "After {weeks} weeks, {share} of reporting relations are partnerships,"
        " in nine runs out of ten.",
        "picture": "Share of reporting relations in each regime",
        "bands": "Line: mean of {runs} runs. Band: nine runs in ten.",
        "week": "week",
        "stop": "week {week}: efforts stop",
        "change": "week {week}: levers move",
    },
    "fr": {
        "language": "Français",
        "scenario": "Scénario",
        "reset": "Revenir au scénario",
        "preparing": "Préparation du moteur : quelques secondes, la première fois.",
        "verdict": "Après {weeks} semaines, {share} des relations hiérarchiques sont des"
        " partenariats ; neuf simulations sur dix finissent entre {low} et {high}.",
        "verdict_sure": "Après {weeks} semaines, {share} des relations hiérarchiques sont des"
        " partenariats, dans neuf simulations sur dix.",
        "picture": "Part des relations hiérarchiques dans chaque régime",
        "bands": "Ligne : moyenne de {runs} simulations. Bande : neuf sur dix.",
        "week": "semaine",
        "stop": "semaine {week} : fin des efforts",
        "change": "semaine {week} : les leviers bougent",
    },
}

TITLES: Mapping[str, tuple[str, str]] = {
    "status-quo": ("Nothing changes", "Rien ne change"),
    "just-let-go": ("Just let go", "Lâcher prise, sans plus"),
    "all-on-the-manager": ("All on the manager", "Tout sur les managers"),
    "all-on-the-collaborators": ("All on the collaborators", "Tout sur les équipes"),
    "carry-it-together": ("Carry it together", "Porter le changement ensemble"),
    "stop-too-early": ("Stop too early", "Arrêter trop tôt"),
    "what-we-reward": ("What we reward", "Ce que l'on récompense"),
    "employees-first": ("Employees first", "La pyramide renversée"),
    "apec": ("Valued managers", "Des managers appréciés"),
}
"""The scenarios' titles, in the order of the languages."""

MEANINGS_FR: Mapping[str, str] = {
    "mandate": "avec quelle force l'entreprise pousse ses managers à lâcher prise",
    "collaborator_share": "quelle part du changement les équipes sont appelées à porter ;"
    " les managers portent le reste",
    "coaching": "avec quelle force l'entreprise accompagne ses managers dans le changement",
    "training": "avec quelle force les équipes sont formées à l'autonomie",
    "control_reward": "à quel point les carrières récompensent les managers qui gardent le"
    " contrôle",
    "upward_accountability": "à quel point les managers rendent compte à celles et ceux qu'ils"
    " servent : la pyramide renversée",
}

STORIES_FR: Mapping[str, str] = {
    "status-quo": "Personne ne demande de changement. Les carrières vont à qui garde le contrôle."
    " Les managers dirigent, les équipes attendent, et chacun trouve l'autre tel qu'attendu.",
    "just-let-go": "L'entreprise dit à ses managers de lâcher prise, et en reste là. Ils ouvrent"
    " les mains ; les sujets tombent sur des personnes qui n'étaient pas prêtes. La confiance se"
    " brise, et le contrôle revient.",
    "all-on-the-manager": "Les managers doivent changer, avec un accompagnement. Aux équipes, on"
    " ne demande rien. Les managers portent tout le poids et attendent un signe.",
    "all-on-the-collaborators": "« Vous voilà autonomes » : les équipes doivent porter seules le"
    " changement, sans formation, et leurs managers sans accompagnement. Les plus volontaires"
    " s'épuisent en premier.",
    "carry-it-together": "Chacun porte la moitié. Les managers sont accompagnés, les équipes sont"
    " formées, prennent des initiatives et montrent à leur manager qu'il leur est utile.",
    "stop-too-early": "L'entreprise accompagne bien ses équipes, et voit des résultats. Au bout"
    " d'un an, elle crie victoire et arrête tout. Les nouvelles habitudes ont-elles pris racine ?",
    "what-we-reward": "Les discours célèbrent les facilitateurs ; les promotions vont à qui garde"
    " le contrôle. Tout le reste est fait comme il faut.",
    "employees-first": "La pyramide est renversée : les managers répondent devant celles et ceux"
    " qui servent les clients, et leur carrière dépend de ce que leurs équipes disent d'eux.",
    "apec": "Une France où 83 % sont satisfaits de leur manager, comme les cadres le disent dans"
    " les enquêtes. Le changement vient-il plus facilement là où les managers sont appréciés ?",
}


def label(declared: Declaration | Measure, language: Language) -> str:
    """What a parameter or a measure is called."""
    return declared.label_fr if language == "fr" else declared.label_en


def meaning(lever: str, language: Language) -> str:
    """What a lever does, in a sentence."""
    text = MEANINGS_FR[lever] if language == "fr" else DECLARATIONS[lever].meaning
    return f"{text[0].upper()}{text[1:]}."


def title(scenario: str, language: Language) -> str:
    """A scenario's title."""
    return TITLES[scenario][LANGUAGES.index(language)]


def story(scenario: str, language: Language) -> str:
    """A scenario's story, in about three sentences."""
    return STORIES_FR[scenario] if language == "fr" else named(scenario).story


def percent(share: float) -> str:
    """A share in whole percent, with a narrow space that does not break."""
    return f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


def verdict(partnership: Band, language: Language) -> str:
    """The share of partnerships in the end, and how far the runs agree, in one sentence."""
    share, low, high = (percent(course[-1]) for course in partnership)
    sentence = WORDS[language]["verdict" if low != high else "verdict_sure"]
    return sentence.format(weeks=len(partnership.mean) - 1, share=share, low=low, high=high)


def bands(language: Language) -> str:
    """How to read the picture."""
    return WORDS[language]["bands"].format(runs=RUNS)


def intervention(changes: tuple[Intervention, ...], language: Language) -> str:
    """What happens in the week of some interventions."""
    kind = "change" if any(each.value for each in changes) else "stop"
    return WORDS[language][kind].format(week=changes[0].week)
