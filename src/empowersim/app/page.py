"""The one page: choose a scenario, move the levers, see what becomes of the relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
from reacton import component, use_state
from reacton.ipyvue import use_event
from solara.components.component_vue import component_vue
from solara.components.title import Title
from solara.lab.utils.headers import headers
from solara.tasks import use_task

from empowersim.app import texts
from empowersim.app.forecast import FIRST_SCENARIO, forecast, lever_values, prepare
from empowersim.app.texts import LANGUAGES, WORDS, Language
from empowersim.outcomes import MEASURES
from empowersim.parameters import DECLARATIONS
from empowersim.plots import STYLES
from empowersim.scenarios import NAMED, named

DASHES = {"-": "", "--": "18 9", "-.": "18 7 4 7", ":": "4 7"}
REGIMES = ("partnership", "directed", "adrift", "overburdened")
"""In the order in which they take the styles of the project's figures."""
LABELLED = {measure.name: measure for measure in MEASURES}
STEPS = 20
STYLE_SHEET = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@component_vue("shares.vue")
def Shares(picture: dict[str, Any], language: str) -> None:  # noqa: N802 (a component)
    """The shares of the regimes week by week, drawn in the browser."""


@component
def Page() -> None:  # noqa: N802
    """Everything on one screen: the levers at the left, what comes of them at the right."""
    language, set_language = use_state(_language_of_browser())
    scenario, set_scenario = use_state(FIRST_SCENARIO)
    levers, set_levers = use_state(lever_values(FIRST_SCENARIO))
    engine = use_task(prepare, dependencies=[])

    def choose(name: str) -> None:
        set_scenario(name)
        set_levers(lever_values(name))

    def move(name: str, value: float) -> None:
        set_levers(lambda current: current | {name: value})

    Title("EmpowerSim")
    v.Html(tag="style", children=[STYLE_SHEET])
    with v.Html(tag="main", class_="es-page"):
        Head(language, set_language, scenario, choose)
        v.Html(tag="p", class_="es-story", children=[texts.story(scenario, language)])
        with v.Html(tag="section", class_="es-levers"):
            for name, value in levers.items():
                Lever(name, value, partial(move, name), language)
            reset = v.Btn(
                children=[WORDS[language]["reset"]],
                disabled=levers == lever_values(scenario),
                outlined=True,
            )
            use_event(reset, "click", lambda *_: choose(scenario))
        if engine.finished:
            Result(scenario, levers, language)
        else:
            with v.Html(tag="section", class_="es-result"):
                v.Html(tag="p", class_="es-verdict", children=[WORDS[language]["preparing"]])
                v.ProgressLinear(indeterminate=True)


def _language_of_browser() -> Language:
    """French for a browser that asks for it first, else English."""
    asked = (headers.value or {}).get("accept-language", [""])[0]
    return "fr" if asked.lower().startswith("fr") else "en"


@component
def Head(  # noqa: N802
    language: Language,
    set_language: Callable[[Language], None],
    scenario: str,
    choose: Callable[[str], None],
) -> None:
    """The app's name, the choice of the scenario, and of the language."""
    with v.Html(tag="header", class_="es-head"):
        v.Html(tag="h1", children=["EmpowerSim"])
        v.Html(tag="span", children=[WORDS[language]["scenario"]])
        v.Select(
            items=[{"text": texts.title(name, language), "value": name} for name in NAMED],
            v_model=scenario,
            on_v_model=choose,
            attributes={"aria-label": WORDS[language]["scenario"]},
            menu_props={"offsetY": True, "maxHeight": "80vh"},
            outlined=True,
            hide_details=True,
        )
        with v.BtnToggle(v_model=language, on_v_model=set_language, mandatory=True):
            for each in LANGUAGES:
                v.Btn(value=each, children=[WORDS[each]["language"]], attributes={"lang": each})


@component
def Lever(  # noqa: N802
    name: str, value: float, on_value: Callable[[float], None], language: Language
) -> None:
    """One slider with its name and value; what it means shows when the pointer is on its name."""
    declared = DECLARATIONS[name]
    label = texts.label(declared, language)
    called = v.Html(tag="span", class_="es-called", children=[label], v_on="meaning.on")
    with v.Html(tag="div", class_="es-lever"):
        v.Tooltip(
            right=True,
            v_slots=[{"name": "activator", "variable": "meaning", "children": called}],
            children=[texts.meaning(name, language)],
        )
        v.Html(tag="b", children=[texts.percent(value)])
        v.Slider(
            v_model=value,
            on_v_model=on_value,
            min=declared.low,
            max=declared.high,
            step=(declared.high - declared.low) / STEPS,
            attributes={"aria-label": label},
            hide_details=True,
        )


@component
def Result(scenario: str, levers: Mapping[str, float], language: Language) -> None:  # noqa: N802
    """The sentence, and the picture."""
    shares = forecast(scenario, levers)
    sentence = texts.verdict(shares["partnership"], language)
    with v.Html(tag="section", class_="es-result"):
        v.Html(
            tag="p", class_="es-verdict", children=[sentence], attributes={"aria-live": "polite"}
        )
        Shares(
            picture={
                "title": WORDS[language]["picture"],
                "note": texts.bands(language),
                "week": WORDS[language]["week"],
                "sentence": sentence,
                "curves": [
                    {
                        "label": texts.label(LABELLED[regime], language),
                        "colour": colour,
                        "dash": DASHES[str(dash)],
                        **shares[regime]._asdict(),
                    }
                    for regime, (colour, _, dash) in zip(REGIMES, STYLES, strict=False)
                ],
                "events": [
                    {"week": week, "text": texts.intervention(tuple(changes), language)}
                    for week, changes in groupby(
                        named(scenario).interventions, lambda each: each.week
                    )
                ],
            },
            language=language,
        )
