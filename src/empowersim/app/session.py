"""What the modes hand each other within one session; every browser tab has its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import solara

from empowersim.org_chart import Chart
from empowersim.scenarios import Scenario


class Run(NamedTuple):
    """One run that a mode asks the lab to show."""

    scenario: Scenario
    chart: Chart
    seed: int = 0
    replicate: int = 0


own_chart: solara.Reactive[Chart | None] = solara.reactive(None)
"""The org chart that was brought in; None for the one the app comes with."""

asked_for: solara.Reactive[Run | None] = solara.reactive(None)
"""The run that the lab is to show next; the lab takes it, and puts None back."""

at_forgetting: list[Callable[[Chart], None]] = []
"""What the modes do when a chart is to be forgotten; each adds its own when it is imported."""


def forget(chart: Chart) -> None:
    """Forget a chart that was brought in, in every mode and at once."""
    if own_chart.value is chart:
        own_chart.set(None)
    for forget_in_mode in at_forgetting:
        forget_in_mode(chart)
