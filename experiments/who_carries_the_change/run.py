"""Sweep the share of the change that collaborators carry, with and without accompaniment."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from empowersim import cli, org_chart, plots, scenarios, store
from empowersim.analysis import ResponseCurve, regimes_in_words, response_curve, shape_in_words
from empowersim.designs import Axis, evenly_spaced, grid
from empowersim.errors import OrgChartError
from empowersim.experiment import Experiment

WEEKS = 104
REPLICATES = 64
SHARES = Axis("collaborator_share", evenly_spaced(0, 1, 21))
ARMS = {
    "accompanied (coaching and training)": {"coaching": 0.5, "training": 0.5},
    "left alone (neither)": {"coaching": 0.0, "training": 0.0},
}


def main() -> None:
    """Run both arms, write tables and the figure, and say what was found."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", required=True, help="folder for the results; made anew")
    arguments.add_argument("--org", help="org chart file (default: the sample organisation)")
    given = arguments.parse_args()
    chart = org_chart.load(given.org) if given.org else org_chart.sample()
    if len(chart) < 2:
        raise OrgChartError(f"{given.org}: one person alone has no reporting relation")
    with store.new_folder(given.out) as folder:
        said = experiment_in(folder, chart)
    n_runs = len(ARMS) * len(SHARES.values) * REPLICATES
    print(f"{n_runs:,} runs of {WEEKS} weeks, {len(chart)} people; [95 % confidence].")
    print("Relations that are partnerships, by the share of the change that collaborators carry:")
    print("\n".join(said))
    print(f"Tables and figure: {given.out}/")


def experiment_in(folder: Path, chart: org_chart.Chart) -> list[str]:
    """Run both arms into a folder; what was found, line by line."""
    scenario = replace(scenarios.named("carry-it-together"), weeks=WEEKS)
    curves: dict[str, ResponseCurve] = {}
    said: list[str] = []
    for arm, levers in ARMS.items():
        experiment = Experiment(
            scenario.with_changes(levers), chart, grid([SHARES]), REPLICATES, WEEKS
        )
        (results,) = experiment.run()
        experiment.save([results], folder / arm.split(" (")[0].replace(" ", "-"))
        curves[arm] = response_curve(experiment.design(), results, SHARES.name, "partnership")
        said += [f"{arm.capitalize()}: {shape_in_words(curves[arm])}."]
        said += [
            f"  at {SHARES.values[point]:.2f}: {regimes_in_words(results[results.point == point])}"
            for point in (0, int(curves[arm].mean.argmax()), len(SHARES.values) - 1)
        ]
    plots.save(
        plots.response_curves(
            curves,
            title="How much of the change should collaborators carry?",
            x_label="Share of the change that collaborators carry",
            y_label="Relations that are partnerships after two years",
        ),
        folder / "figure.png",
    )
    return list(dict.fromkeys(said))


if __name__ == "__main__":
    sys.exit(cli.exit_code(main))
