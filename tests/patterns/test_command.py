"""`empowersim patterns`."""

import json

import pytest

from empowersim.cli import main


def run(*arguments):
    return main(["patterns", *arguments])


def test_it_says_what_holds_and_what_does_not(capsys):
    assert run("--replicates", "2", "--set", "w_trust=0") == 0
    said = capsys.readouterr().out
    assert "NO   P8" in said or "NO   P7" in said
    assert said.splitlines()[-1].startswith("Not shown: ")


def test_json_has_a_row_for_each_number_and_null_where_there_is_no_end(capsys):
    assert run("--replicates", "1", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["pattern"] for row in rows} == {f"P{number}" for number in range(1, 9)}
    assert any(row["high"] is None for row in rows)
    assert all(row["holds"] in (True, False) for row in rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--set", "coaching=1"), "each pattern sets the levers itself"),
        (("--replicates", "0"), "replicates"),
        (("--rules", "nobody"), "nobody"),
    ],
)
def test_wrong_input_gets_one_line(capsys, arguments, told):
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
