"""The shell: a page for each mode, the head that all of them share, and the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara
from reacton.ipyvue import use_event
from solara.lab.utils.headers import headers

from empowersim.app import language
from empowersim.app.controls import Act
from empowersim.app.explore import mode as explore
from empowersim.app.lab import mode as lab
from empowersim.app.language import N_, _
from empowersim.app.organisation import mode as organisation
from empowersim.app.workshop import mode as workshop
from empowersim.words import LANGUAGES

STYLE_SHEETS = "".join(
    path.read_text(encoding="utf-8")
    for pattern in ("*.css", "*/*.css")
    for path in sorted(Path(__file__).parent.glob(pattern))
)
MODES = {
    "workshop": (N_("Workshop"), N_("Bet, run, see: two hours with a group, chapter by chapter.")),
    "lab": (N_("Lab"), N_("Move the levers, play the weeks, ask anyone why.")),
    "explore": (N_("Explore"), N_("Read the results of a sweep, and open any of its runs.")),
    "organisation": (N_("Your organisation"), N_("Bring your own org chart; it stays here.")),
}
KEYS = {
    N_("space"): N_("play or pause"),
    "← →": N_("one week back or forward; in the workshop, one step"),
    N_("shift ← →"): N_("four weeks"),
    "Ctrl Z, Ctrl Y": N_("undo, redo"),
    "p": N_("presentation: only what the room should see"),
    "?": N_("these keys"),
}

presenting = solara.reactive(False)
"""Whether only what the room should see is shown."""
asked_for_keys = solara.reactive(0)
"""How often the list of keys was asked for by its button."""


@solara.component_vue("keys.vue")
def Keys(  # noqa: N802 (a component)
    language: str,
    words: dict[str, str],
    meanings: list[tuple[str, str]],
    asked: int,
    event_present: Any,
) -> None:
    """The way past the head; the keys that all modes share, and their list; the language."""


@solara.component
def Layout(children: list[Any] | None = None) -> None:  # noqa: N802
    """The head, and a mode below it."""
    solara.use_memo(_speak_the_browsers_language, [])
    v.Html(tag="style", children=[STYLE_SHEETS])
    Keys(
        language=language.current.value,
        words={"skip": _("Skip to the content"), "title": _("Keys"), "close": _("Close")},
        meanings=[(_(key), _(meaning)) for key, meaning in KEYS.items()],
        asked=asked_for_keys.value,
        event_present=lambda _: presenting.set(not presenting.value),
    )
    style = "es-page es-presenting" if presenting.value else "es-page"
    with v.Html(tag="div", class_=style):
        Head()
        # The way past the head leads to it, and leaves the focus there.
        v.Html(tag="main", attributes={"id": "main", "tabindex": "-1"}, children=children or [])


def _speak_the_browsers_language() -> None:
    asked = (headers.value or {}).get("accept-language", [""])[0]
    language.current.set(language.spoken_by(asked))


@solara.component
def Head() -> None:  # noqa: N802
    """The app's name, the modes, presentation, and the language."""
    router = solara.use_router()
    here = router.parts[0] if router.parts else ""
    with v.Html(tag="header", class_="es-head"):
        with solara.Link("/"):
            v.Html(tag="span", class_="es-name", children=["EmpowerSim"])
        with v.Html(tag="nav", attributes={"aria-label": _("Modes")}):
            for mode, (name, _meaning) in MODES.items():
                Way(f"/{mode}", _(name), here=mode == here)
        Act(_("Present"), lambda: presenting.set(not presenting.value))
        Act("?", lambda: asked_for_keys.set(asked_for_keys.value + 1), said=_("Keys"))
        with v.BtnToggle(
            v_model=language.current.value, on_v_model=language.current.set, mandatory=True
        ):
            for each in LANGUAGES:
                pressed = str(each == language.current.value).lower()
                attributes = {"lang": each, "aria-pressed": pressed}
                v.Btn(value=each, children=[language.NAMES[each]], attributes=attributes)


@solara.component
def Way(path: str, name: str, *, here: bool) -> None:  # noqa: N802
    """A link to a mode, marked if that is shown."""
    router = solara.use_router()
    # An attribute that goes may stay in the page; one whose value changes does not.
    attributes = {"href": path, "aria-current": "page" if here else "false"}
    link = v.Html(tag="a", class_="es-mode", attributes=attributes, children=[name])
    use_event(link, "click.prevent.stop", lambda *_: router.push(path))


@solara.component
def Home() -> None:  # noqa: N802
    """A door to each mode."""
    v.Html(tag="h1", children=[_("Who carries the change?")])
    v.Html(
        tag="p",
        class_="es-lead",
        children=[
            _(
                "Managers and collaborators trade autonomy and responsibility, week by week. What"
                " if one side carries all of it, or both a part?"
            )
        ],
    )
    with v.Html(tag="div", class_="es-doors"):
        for mode, (name, meaning) in MODES.items():
            with solara.Link(f"/{mode}"), v.Html(tag="div", class_="es-door"):
                v.Html(tag="h2", children=[_(name)])
                v.Html(tag="p", children=[_(meaning)])


def _titled(mode: str, component: Callable[[], Any]) -> Callable[[], Any]:
    """A mode with the title of its browser tab; of several, Solara shows the innermost."""

    @solara.component
    def Titled() -> None:  # noqa: N802
        name = _("{mode}: EmpowerSim", mode=_(MODES[mode][0])) if mode else "EmpowerSim"
        with v.Html(tag="div", class_="es-titled"):
            solara.Title(name)
            component()

    return Titled


routes = [
    solara.Route("/", component=_titled("", Home), layout=Layout),
    solara.Route("workshop", component=_titled("workshop", workshop.Workshop)),
    solara.Route("lab", component=_titled("lab", lab.Lab)),
    solara.Route("explore", component=_titled("explore", explore.Explore)),
    solara.Route("organisation", component=_titled("organisation", organisation.Organisation)),
]
