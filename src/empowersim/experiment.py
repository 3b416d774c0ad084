"""An experiment: points → runs → tables in a folder that says how they were made."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empowersim import org_chart, simulation, store
from empowersim.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Experiment:
    """A scenario on a chart, with the points at which it is run.

    Attributes:
        scenario: what stays the same.
        chart: the org chart.
        points: what changes, each a mapping of parameters to values (`designs.grid`).
        replicates, weeks, seed: as in `empowersim.simulate`.
    """

    scenario: Scenario
    chart: org_chart.Chart
    points: Sequence[Mapping[str, float]]
    replicates: int
    weeks: int
    seed: int = 0

    def run(
        self,
        *,
        record: simulation.Record = "final",
        workers: int | None = None,
        progress: simulation.Progress | None = None,
    ) -> simulation.Results:
        """Run every point with every replicate."""
        return simulation.simulate(
            [self.scenario.with_changes(point) for point in self.points],
            self.chart,
            replicates=self.replicates,
            weeks=self.weeks,
            seed=self.seed,
            record=record,
            workers=workers,
            progress=progress,
        )

    def design(self) -> pd.DataFrame:
        """A row a point: its number, and the parameters that vary."""
        import pandas as pd

        table = pd.DataFrame([dict(point) for point in self.points])
        table.insert(0, "point", range(len(table)))
        return table

    def save(self, table: pd.DataFrame, folder: Path) -> None:
        """Write the design, the results, the chart, and how they were made, into a new folder.

        `experiment.json` comes last: a folder that has it is whole.

        Raises:
            StoreError: a file cannot be written.
        """
        store.write_table(self.design(), folder / "design.parquet")
        store.write_table(table, folder / "results.parquet")
        org_chart.save(self.chart, folder / "org_chart.csv")
        made = json.dumps(self.provenance(table), indent=2, ensure_ascii=False)
        store.write_text(made + "\n", folder / "experiment.json")

    def provenance(self, table: pd.DataFrame) -> dict[str, Any]:
        """Everything that decided the results, and a digest to compare them by."""
        import empowersim

        return {
            "scenario": asdict(self.scenario),
            "points": len(self.points),
            "replicates": self.replicates,
            "weeks": self.weeks,
            "seed": self.seed,
            "people": self.chart.number_of_nodes(),
            "results_digest": store.digest(table),
            "empowersim": empowersim.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        }
