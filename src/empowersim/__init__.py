"""EmpowerSim: how managers and collaborators trade autonomy and responsibility.

The public names load what they need when they are first used: `import empowersim` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empowersim import org_chart, scenarios
    from empowersim.errors import EmpowerSimError
    from empowersim.experiment import Experiment
    from empowersim.model import EmpowermentModel
    from empowersim.parameters import Parameters
    from empowersim.results_folder import ResultsFolder
    from empowersim.scenarios import Intervention, Rollout, Scenario
    from empowersim.simulation import Results, simulate
    from empowersim.sweep import run_experiment

__version__ = "0.1.0"

_HOME = {
    "EmpowerSimError": "errors",
    "EmpowermentModel": "model",
    "Experiment": "experiment",
    "Intervention": "scenarios",
    "Parameters": "parameters",
    "Results": "simulation",
    "ResultsFolder": "results_folder",
    "Rollout": "scenarios",
    "Scenario": "scenarios",
    "run_experiment": "sweep",
    "simulate": "simulation",
}
_MODULES = ("org_chart", "scenarios")

__all__ = [
    "EmpowerSimError",
    "EmpowermentModel",
    "Experiment",
    "Intervention",
    "Parameters",
    "Results",
    "ResultsFolder",
    "Rollout",
    "Scenario",
    "org_chart",
    "run_experiment",
    "scenarios",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"empowersim.{name}")
    if name in _HOME:
        return getattr(import_module(f"empowersim.{_HOME[name]}"), name)
    raise AttributeError(f"module 'empowersim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
