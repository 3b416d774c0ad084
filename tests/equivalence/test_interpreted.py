"""The kernels mean the same to Python as to the compiler: the same numbers, to the last bit."""

from types import SimpleNamespace

import pytest

from empowersim import Parameters, ensemble, simulate
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import NAMED, Intervention, Rollout, Scenario
from small_charts import CHARTS

from .golden import RUNS, digest
from .tables import TABLES, assert_identical
from .test_golden import GOLDEN

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
"""A hash overflows by design: NumPy warns of it in one number, not in an array."""

KERNELS = ("begin", "live")


def interpret(monkeypatch):
    """Take the compiler from the ensemble engine; rules by name are still compiled."""

    def parameters_in_lane(table, lane):
        return SimpleNamespace(zip(DECLARATIONS, table[:, lane].tolist(), strict=True))

    for name in KERNELS:
        monkeypatch.setattr(ensemble, name, getattr(ensemble, name).py_func)
    monkeypatch.setattr(ensemble, "parameters_in_lane", parameters_in_lane)


@pytest.fixture
def interpreted(monkeypatch):
    interpret(monkeypatch)


POINTS = [
    Scenario(Parameters(start=1, ramp=2), interventions=(Intervention(3, "mandate", 0),)),
    NAMED["all-on-the-collaborators"].with_changes({"start": 0, "turnover": 0.2}),
    Scenario(Parameters(start=0, ramp=3), rollout=Rollout("bottom-up", lag=1)),
]
HOW = {"org_chart": CHARTS["family"], "replicates": 2, "weeks": 5, "seed": 11, "workers": 1}


def tables():
    return [getattr(simulate(POINTS, record=record, **HOW), record) for record in TABLES]


@pytest.fixture(scope="module")
def compiled():
    return tables()


def test_compiled_and_interpreted_kernels_agree(compiled, interpreted):
    for one, other in zip(compiled, tables(), strict=True):
        assert_identical(one, other)


@pytest.mark.parametrize("name", ["interventions", "two people, one week"])
def test_interpreted_kernels_say_what_was_written_down(interpreted, name):
    """The smallest golden runs: a compiler that changes cannot change both."""
    assert digest(RUNS[name], workers=1) == GOLDEN[name]


def test_nothing_of_the_compiler_is_left(interpreted, monkeypatch):
    """A mark left in a rule, which machine code could not see, is seen."""
    monkeypatch.setattr(ensemble.rules, "leaving_probability", lambda strain, p: 1.0)
    table = simulate(POINTS, **HOW).final
    assert set(table["departures"]) == {1.0}
