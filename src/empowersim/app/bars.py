"""Bars with their intervals: what weighs how much, and what an org chart looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import solara


@solara.component_vue("bars.vue")
def Bars(  # noqa: N802 (a component)
    picture: Mapping[str, Any], words: Mapping[str, str], openable: bool, event_open: Any
) -> None:
    """A bar a row with its interval, or two."""
