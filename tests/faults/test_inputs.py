"""Wrong inputs at every door: a small corpus of what `python -m storms.inputs` tries at length."""

import pytest

from storms import inputs

CASES = {
    "Python: parameters, scenarios, simulations": 1500,
    "experiment.toml": 300,
    "a design's CSV": 1000,
    "org charts: CSV": 300,
    "org charts: JSON": 300,
    "org charts: GraphML": 500,
    "org charts: UK organogram": 300,
    "pipes, folders, links, names of no file": 300,
    "uploads": 200,
    "share links": 500,
    "files of rules": 150,
    "the command line": 80,
    "results folders": 80,
}


def test_every_door_has_cases():
    assert CASES.keys() == inputs.DOORS.keys()


@pytest.mark.parametrize("door", CASES)
def test_what_is_wrong_gets_one_line_that_names_it(door):
    found = inputs.tried(inputs.DOORS[door], CASES[door], seed=2)
    assert found.faults == {}
    assert found.refused > 0


def test_the_storm_sees_what_it_looks_for():
    """A negative control: an answer that is wrong in each way is told."""

    def answers(error):
        def do():
            raise error

        return inputs.fault_of(inputs.Case(do, ("chart.csv",)))[0]

    refusal = inputs.EmpowerSimError
    assert answers(refusal("chart.csv: line 3 has no id")) == ""
    assert "not one line" in answers(refusal("chart.csv:\nline 3"))
    assert "does not name" in answers(refusal("line 3 has no id"))
    assert "shows its inside" in answers(refusal("chart.csv: <x.Chart object at 0x7f>"))
    assert "ZeroDivisionError at" in answers(ZeroDivisionError("division"))
