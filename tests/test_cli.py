import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from empowersim import org_chart, scenarios
from empowersim.cli import main
from empowersim.parameters import DECLARATIONS


def tell(capsys, *arguments):
    """The exit code and what was printed."""
    try:
        code = main(list(arguments))
    except SystemExit as stopped:
        code = stopped.code
    return code, *capsys.readouterr()


def test_both_engines_print_the_same_to_the_last_bit(capsys):
    call = ("run", "carry-it-together", "--weeks", "30", "--replicates", "2", "--json")
    code, of_ensemble, _ = tell(capsys, *call)
    assert code == 0
    assert tell(capsys, *call, "--engine", "mesa")[1] == of_ensemble
    weeks = json.loads(of_ensemble)["weeks"]
    assert [row["week"] for row in weeks] == list(range(31))
    assert weeks[0]["output"] is None
    assert weeks[30]["output"] > 0


def test_run_prints_a_table_and_writes_it(capsys, tmp_path):
    out = tmp_path / "results"
    code, printed, _ = tell(
        capsys, "run", "just-let-go", "--set", "mandate=0.3", "--set", "capacity=6",
        "--weeks", "20", "--replicates", "3", "--out", str(out),
    )  # fmt: skip
    assert code == 0
    assert "just-let-go" in printed
    assert "partnership" in printed
    weekly = pd.read_parquet(out / "results.parquet")
    assert len(weekly) == 3 * 21
    made = json.loads((out / "experiment.json").read_text())
    assert made["scenario"]["parameters"]["mandate"] == 0.3
    assert made["scenario"]["parameters"]["capacity"] == 6
    assert org_chart.load(out / "org_chart.csv").number_of_nodes() == 259


def test_sweep_writes_points_runs_and_how_they_were_made(capsys, tmp_path):
    out = tmp_path / "sweep"
    code, printed, _ = tell(
        capsys, "sweep", "collaborator_share=0:1:3", "coaching=0,1", "--replicates", "2",
        "--weeks", "12", "--out", str(out),
    )  # fmt: skip
    assert code == 0
    assert "12 runs (6 points)" in printed
    design = pd.read_parquet(out / "design.parquet")
    results = pd.read_parquet(out / "results.parquet")
    assert design.columns.tolist() == ["point", "collaborator_share", "coaching"]
    assert results[["point", "replicate", "week"]].values.tolist() == [
        [point, replicate, 12] for point in range(6) for replicate in range(2)
    ]
    again = tell(capsys, "sweep", "coaching=0:1:3", "--out", str(out))
    assert again[0] == 5
    assert "nothing is overwritten" in again[2]


def test_scenarios_and_parameters_are_listed(capsys):
    code, printed, _ = tell(capsys, "scenarios", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(printed)] == list(scenarios.NAMED)
    code, printed, _ = tell(capsys, "parameters", "--json")
    assert {row["name"]: row["default"] for row in json.loads(printed)} == {
        name: each.default for name, each in DECLARATIONS.items()
    }
    for listing, names in (("scenarios", scenarios.NAMED), ("parameters", DECLARATIONS)):
        _, printed, _ = tell(capsys, listing)
        assert all(name in printed for name in names)


@pytest.mark.parametrize(
    ("grow", "people"),
    [
        (["--span", "3", "--depth", "2"], 13),
        (["--spans", "2,5"], 13),
        (["--people", "40", "--mean-span", "5", "--seed", "3"], 40),
        ([], 259),
    ],
)
def test_charts_are_grown_shown_and_used(capsys, tmp_path, grow, people):
    chart = str(tmp_path / "chart.csv")
    assert tell(capsys, "org", "grow", *grow, "--out", chart)[0] == 0
    code, printed, _ = tell(capsys, "org", "show", chart)
    assert code == 0
    assert f"{people} people" in printed
    code, printed, _ = tell(
        capsys, "run", "status-quo", "--org", chart, "--weeks", "2", "--replicates", "1"
    )
    assert code == 0
    assert f"{people} people" in printed


def test_a_chart_is_imported_with_a_report(capsys, tmp_path):
    source, out = tmp_path / "staff.csv", tmp_path / "chart.graphml"
    source.write_text("matricule;nom;responsable\n1;Ana;\n2;Bo;1\n3;Cy;9\n", encoding="utf-8")
    code, printed, told = tell(capsys, "org", "import", str(source), "--out", str(out))
    assert (code, printed, out.exists()) == (2, "", False)
    assert "'9'" in told
    assert "--drop" in told
    code, printed, _ = tell(capsys, "org", "import", str(source), "--drop", "--out", str(out))
    assert code == 0
    assert "line 4" in printed
    assert org_chart.load(out).number_of_nodes() == 2


WRONG = {
    "run carry-together": "did you mean carry-it-together?",
    "run status-quo --set coachin=1": "did you mean coaching?",
    "run status-quo --set coaching=1.4": "coaching = 1.4 is outside [0, 1]",
    "run status-quo --set coaching=a": "'coaching=a'",
    "run status-quo --set coaching": "--set coaching=0.5",
    "run status-quo --weeks 0": "weeks = 0",
    "run status-quo --weeks soon": "--weeks",
    "run status-quo --replicates 0": "replicates = 0",
    "run status-quo --replicates -3 --json": "replicates = -3",
    "run status-quo --seed -1": "seed = -1",
    "run status-quo --engine fast": "--engine",
    "run status-quo --org nowhere.csv": "nowhere.csv",
    "sweep coaching=0:1:3 --scenario nope --out x": "no scenario is called 'nope'",
    "sweep coaching=0:3:3 --out x": "outside [0, 1]",
    "sweep coaching=0:1:3": "--out",
    "org grow --span 3 --people 9 --out x.csv": "one kind",
    "org grow --spans 3,x --out x.csv": "3,x",
    "org grow --span 0 --out x.csv": "span",
    "org show --most 0": "--most = 0",
    "run status-quo --org=": "the path is empty",
    "run status-quo --out=": "the path is empty",
    "run status-quo --wee 3": "--wee",
    "run status-quo --set mandate=0 --set mandate=1": "mandate is given twice",
    "run status-quo --replicates 10000000 --weeks 1000000": "GB",
    "run STATUS-QUO": "did you mean status-quo?",
    "sweep mandate=0,1 --set mandate=0.3 --out x": "mandate is given twice",
    "sweep readiness_low=0,0.9 --out x": "readiness_low = 0.9 is above readiness_high",
    "org grow --seed 4 --out x.csv": "--seed is for random charts",
    "dance": "dance",
    "": "COMMAND",
}


@pytest.mark.parametrize(("call", "told"), WRONG.items())
def test_wrong_input_gets_one_clear_line_and_exit_code_2(capsys, monkeypatch, tmp_path, call, told):
    monkeypatch.chdir(tmp_path)
    code, printed, complaint = tell(capsys, *call.split())
    assert (code, printed) == (2, "")
    assert told in complaint
    assert complaint.startswith("empowersim: ")
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_says_so(capsys, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("empowersim.simulation.simulate", interrupted)
    code, _, told = tell(capsys, "run", "status-quo")
    assert code == 130
    assert "interrupted" in told


def test_help_imports_nothing_heavy():
    heavy = ("mesa", "numba", "numpy", "pandas", "networkx", "solara", "matplotlib")
    code = (
        "import sys, empowersim.cli as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("LOADED []\n")


def test_a_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m empowersim parameters | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout == "LEVER\n"


def test_charts_are_never_overwritten(capsys, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("id,manager,salary\n1,,9\n2,1,8\n", encoding="utf-8")
    before = mine.read_bytes()
    for call in (["import", str(mine)], ["grow", "--span", "2"]):
        code, _, told = tell(capsys, "org", *call, "--out", str(mine))
        assert (code, mine.read_bytes()) == (5, before)
        assert "nothing is overwritten" in told


def test_what_cannot_be_written_is_exit_code_5(capsys, tmp_path):
    (tmp_path / "file").touch()
    for call in (["org", "grow"], ["run", "status-quo", "--weeks", "2", "--replicates", "1"]):
        code, _, told = tell(capsys, *call, "--out", str(tmp_path / "file" / "x.csv"))
        assert code == 5
        assert told.count("\n") == 1
        assert "cannot write" in told


def test_a_terminal_that_lacks_a_letter_gets_another(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "empowersim", "org", "show"],
        capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}, check=True,
    )  # fmt: skip
    assert b"241 people" in done.stdout
