"""What is taken away: a link, a table, a picture, a page to print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reacton.ipyvuetify as v
import solara

from empowersim.app.lab import words
from empowersim.app.lab.life import measures_table
from empowersim.app.lab.watching import Tried
from empowersim.app.lab.words import Texts


@solara.component_vue("exports.vue")
def Exports(  # noqa: N802 (a component)
    link: str,
    lines: list[str],
    table: dict[str, Any],
    words: Texts,
    event_ask_table: Callable[[Any], None],
) -> None:
    """The link, the table and the picture to take away, and the debrief to print."""


@solara.component
def TakeAway(found: Tried, link: str) -> None:  # noqa: N802
    """A link, a table, a picture, a page."""
    # Counted, so that the same table can be asked for again.
    asked, set_asked = solara.use_state(0)
    table = {"text": measures_table(found.life) if asked else "", "count": asked}
    Exports(
        link=link,
        lines=[words.called(found), words.chance(found)],
        table=table,
        words=words.exports(),
        event_ask_table=lambda _: set_asked(asked + 1),
    )


@solara.component
def PrintedHead(found: Tried) -> None:  # noqa: N802
    """What the printed page says before its pictures: policy, result, chance, questions."""
    with v.Html(tag="section", class_="es-debrief", attributes={"aria-hidden": "true"}):
        v.Html(tag="h2", children=[words.called(found)])
        with v.Html(tag="ul"):
            for line in words.debrief(found):
                v.Html(tag="li", children=[line])
