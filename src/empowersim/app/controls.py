"""What people press and move, the same in every mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import reacton.ipyvuetify as v
import solara
from reacton.ipyvue import use_event

from empowersim.app.language import _, label, percent
from empowersim.parameters import DECLARATIONS

STEPS = 20
"""Places of a lever's slider, from one end to the other."""


@solara.component
def Act(  # noqa: N802 (a component)
    text: str, on_click: Callable[[], object], *, said: str = "", disabled: bool = False
) -> None:
    """A button; `said` is what a screen reader says of one whose text is a sign."""
    button = v.Btn(
        children=[text],
        outlined=True,
        disabled=disabled,
        attributes={"aria-label": said} if said else {},
    )
    use_event(button, "click", lambda *_: on_click())


@solara.component_vue("choice.vue")
def _Choosing(  # noqa: N802
    name: str,
    named: bool,
    look: str,
    texts: Sequence[str],
    at: int,
    event_choose: Callable[[object], None],
) -> None:
    """The browser's own list: a screen reader knows it, and so does every keyboard."""


@solara.component
def Choice(  # noqa: N802
    name: str,
    values: Sequence[Any],
    texts: Sequence[str],
    value: Any,
    on_value: Callable[[Any], object],
    *,
    named: bool = True,
    class_: str = "",
) -> None:
    """A list to choose from; its name is shown, or only said."""
    _Choosing(
        name=name,
        named=named,
        look=class_,
        texts=list(texts),
        at=values.index(value),
        event_choose=partial(_chosen, values, on_value),
    )


def _chosen(values: Sequence[Any], on_value: Callable[[Any], object], k: object) -> None:
    # What a browser sends that is not in the list is not taken.
    if isinstance(k, int) and 0 <= k < len(values):
        on_value(values[k])


@solara.component
def Lever(  # noqa: N802
    name: str, value: float, on_value: Callable[[float], object]
) -> None:
    """A lever's slider with its name and value; its meaning shows when one points at the name."""
    declared = DECLARATIONS[name]
    called = v.Html(
        tag="span",
        class_="es-called",
        children=[label(name)],
        attributes={"tabindex": "0"},
        v_on="meaning.on",
    )
    with v.Html(tag="div", class_="es-lever"):
        v.Tooltip(
            right=True,
            v_slots=[{"name": "activator", "variable": "meaning", "children": called}],
            children=[_(declared.meaning)],
        )
        v.Html(tag="b", children=[percent(value)])
        v.Slider(
            v_model=value,
            on_v_model=on_value,
            min=declared.low,
            max=declared.high,
            step=(declared.high - declared.low) / STEPS,
            attributes={"aria-label": label(name)},
            hide_details=True,
        )
