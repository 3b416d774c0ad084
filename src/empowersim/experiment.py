"""An experiment: points → runs → tables in a folder that says how they were made."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from empowersim import org_chart, simulation, store
from empowersim.declaration import check_whole
from empowersim.errors import ScenarioError
from empowersim.random_streams import replicate_key
from empowersim.scenarios import MAX_WEEKS, Scenario, as_scenario

if TYPE_CHECKING:
    import pandas as pd


WEEKLY_RUNS_PER_PART = 1024


@dataclass(frozen=True)
class Experiment:
    """A scenario on a chart, with the points at which it is run.

    Attributes:
        scenario: what stays the same.
        chart: the org chart.
        points: what changes, each a mapping of parameters to values (`designs.grid`).
        replicates, weeks, seed: as in `empowersim.simulate`.

    Raises:
        ScenarioError: no points, or points that set different parameters.
        ParameterError: replicates, weeks or seed out of their range.
    """

    scenario: Scenario
    chart: org_chart.Chart
    points: Sequence[Mapping[str, float]]
    replicates: int
    weeks: int
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse at the door."""
        object.__setattr__(self, "scenario", as_scenario(self.scenario))
        object.__setattr__(self, "points", tuple(dict(point) for point in self.points))
        if len({frozenset(point) for point in self.points}) != 1:
            raise ScenarioError("an experiment needs points, and the same parameters at each")
        check_whole("replicates", self.replicates, 1, simulation.MAX_RUNS)
        check_whole("weeks", self.weeks, 1, MAX_WEEKS)
        replicate_key(self.seed, 0)
        for name in ("replicates", "weeks", "seed"):
            object.__setattr__(self, name, int(getattr(self, name)))

    def run(
        self,
        *,
        weekly: bool = False,
        workers: int | None = None,
        progress: simulation.Progress | None = None,
    ) -> Iterator[pd.DataFrame]:
        """Run every point with every replicate: the table of results, part by part.

        `weekly` keeps every week, not the last alone.
        """
        parts = simulation.simulate_in_parts(
            [self.scenario.with_changes(point) for point in self.points],
            self.chart,
            replicates=self.replicates,
            weeks=self.weeks,
            seed=self.seed,
            record="weekly" if weekly else "final",
            runs_per_part=WEEKLY_RUNS_PER_PART if weekly else simulation.RUNS_PER_PART,
            workers=workers,
            progress=progress,
        )
        return (part.weekly if weekly else part.final for part in parts)

    def design(self) -> pd.DataFrame:
        """A row a point: its number, and the parameters that vary."""
        import pandas as pd

        table = pd.DataFrame([dict(point) for point in self.points])
        table.insert(0, "point", range(len(table)))
        return table

    def save(self, parts: Iterable[pd.DataFrame], path: str | os.PathLike[str]) -> None:
        """Write the design, the results, the chart, and how they were made: all, or nothing.

        The results come in parts, as `run` makes them, and are never in memory as a whole.

        Raises:
            StoreError: something is there already, or it cannot be written.
            OrgChartError: two people's ids are the same as texts.
        """
        digest = store.Digest()

        def digested() -> Iterator[pd.DataFrame]:
            for part in parts:
                digest.update(part)
                yield part

        with store.new_folder(path) as folder:
            org_chart.save(self.chart, folder / "org_chart.csv")
            store.write_table(self.design(), folder / "design.parquet")
            store.write_parts(digested(), folder / "results.parquet")
            made = self.provenance() | {"results_digest": str(digest)}
            text = json.dumps(made, indent=2, ensure_ascii=False, default=str)
            store.write_text(text + "\n", folder / "experiment.json")

    def provenance(self) -> dict[str, Any]:
        """Everything that decided the results."""
        import empowersim

        return {
            "scenario": asdict(self.scenario),
            "points": len(self.points),
            "replicates": self.replicates,
            "weeks": self.weeks,
            "seed": self.seed,
            "people": self.chart.number_of_nodes(),
            "empowersim": empowersim.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        }
