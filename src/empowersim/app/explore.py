"""Stub of a mode."""

from __future__ import annotations

import reacton.ipyvuetify as v
import solara


@solara.component
def Explore() -> None:  # noqa: N802
    """Stub."""
    v.Html(tag="h1", children=["Explore"])
