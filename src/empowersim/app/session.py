"""What the modes hand each other within one session; every browser tab has its own."""

from __future__ import annotations

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
