import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from empowersim import org_chart, scenarios
from empowersim.cli import main
from empowersim.experiment import Experiment
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
    call = (
        "run", "just-let-go", "--set", "mandate=0.3", "--set", "capacity=6",
        "--weeks", "20", "--replicates", "3", "--out", str(out),
    )  # fmt: skip
    code, printed, _ = tell(capsys, *call)
    assert code == 0
    assert "just-let-go" in printed
    assert "partnership" in printed
    assert len(pd.read_parquet(out / "parts")) == 3 * 21
    made = Experiment.read(out / "experiment.toml")
    scenario = made.scenario_at(0)
    assert (scenario.parameters.mandate, scenario.parameters.capacity) == (0.3, 6)
    assert scenario.interventions == scenarios.named("just-let-go").interventions
    assert len(made.chart_at(0)) == 259
    # What it wrote is what a sweep of the same would have written, and it is whole.
    code, found, _ = tell(capsys, "verify", str(out), "--json")
    assert code == 0
    assert f"digest {json.loads(found)['digest']}" in printed
    assert tell(capsys, "replay", str(out), "0:2")[0] == 0
    code, _, told = tell(capsys, *call)
    assert code == 5
    assert "nothing is overwritten" in told


def test_run_keeps_the_chart_that_it_was_given(capsys, tmp_path):
    chart, out = tmp_path / "my chart.csv", tmp_path / "out"
    org_chart.save(org_chart.from_spans([2, 3]), chart)
    assert tell(capsys, "run", "status-quo", "--org", str(chart), "--weeks", "3", "--out", str(out),
                "--replicates", "2")[0] == 0  # fmt: skip
    chart.unlink()
    assert len(Experiment.read(out / "experiment.toml").chart_at(0)) == 9
    assert tell(capsys, "verify", str(out))[0] == 0


def test_axes_are_swept_into_a_folder_that_is_gone_on_with(capsys, tmp_path):
    out = str(tmp_path / "sweep")
    call = (
        "sweep", "collaborator_share=0:1:3", "coaching=0,1", "--replicates", "2",
        "--weeks", "12", "--out", out,
    )  # fmt: skip
    code, printed, _ = tell(capsys, *call)
    assert code == 0
    assert "12 runs (6 points)" in printed
    design = pd.read_parquet(f"{out}/design.parquet")
    results = pd.read_parquet(f"{out}/parts")
    assert design.columns.tolist() == [
        "point", "case", "org_chart", "collaborator_share", "coaching"
    ]  # fmt: skip
    assert results[["point", "replicate", "week"]].values.tolist() == [
        [point, replicate, 12] for point in range(6) for replicate in range(2)
    ]
    code, printed, _ = tell(capsys, *call, "--json")
    found = json.loads(printed)
    assert code == 0
    assert (found["this_time"]["reused"], found["complete"]) == (12, True)
    assert tell(capsys, "sweep", "coaching=0:1:3", "--out", out)[0] == 4
    assert tell(capsys, "extend", out, "--replicates", "3", "--quiet")[0] == 0
    code, printed, _ = tell(capsys, "status", out)
    assert code == 0
    assert "18 of 18 runs" in printed
    assert tell(capsys, "verify", out)[0] == 0


def test_axes_keep_every_week_if_asked_to(capsys, tmp_path):
    call = ("sweep", "coaching=0,1", "--weeks", "4", "--replicates", "1", "--weekly")
    assert tell(capsys, *call, "--out", str(tmp_path / "out"))[0] == 0
    weeks = pd.read_parquet(tmp_path / "out" / "parts")["week"]
    assert weeks.tolist() == [0, 1, 2, 3, 4] * 2


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
    "run status-quo --set =1": "--set '=1' has no name",
    "run status-quo --rules logit --rules json": "argument --rules: it is given twice",
    "run status-quo --weeks 3 --weeks 4": "argument --weeks: it is given twice",
    "run status-quo --rules json": "no set of rules is called 'json'",
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
    "sweep mandate=0,1 --weeks 0 --out x": "scenario.weeks: 0",
    "sweep mandate=0,1 --seed -1 --out x": "runs.seed: -1",
    "sweep mandate=0,1 --replicates 0 --out x": "runs.replicates: 0",
    "sweep mandate=0,1 mandate=0.5 --out x": "mandate is on two axes",
    "sweep mandat=0,1 --out x": "did you mean mandate?",
    "sweep mandate=0:1:1000000000 --out x": "a count of 1000000000 is outside",
    "sweep mandate=0:1:10000 coaching=0:1:10000 training=0:1:10000 --out x": "1,000,000,000,000",
    "sweep mandate=0,1 nowhere.toml --out x": "'nowhere.toml' has no '='",
    "sweep nowhere.toml --out x": "cannot read nowhere.toml",
    "sweep . --out x": "cannot read .: it is no file",
    "sweep a.toml b.toml --out x": "one experiment file at a time, not 2: a.toml, b.toml",
    "sweep a.toml --replicates 64 --out x": "--replicates is for axes",
    "sweep a.toml --seed 0 --out x": "--seed is for axes",
    "sweep a.toml --weeks 0 --out x": "--weeks is for axes",
    "sweep a.toml --scenario status-quo --out x": "--scenario is for axes",
    "sweep a.toml --set coaching=1 --out x": "--set is for axes",
    "sweep a.toml --weekly --out x": "--weekly is for axes",
    "sweep a.toml --org b.csv --out x": "--org is for axes",
    "sweep mandate=0,1 --org nowhere.csv --out x": "nowhere.csv",
    "sweep mandate=0,1 --workers 0 --out x": "'0' is no whole number from 1 to 1024",
    "sweep mandate=0,1 --workers many --out x": "'many' is no whole number",
    "sweep mandate=0,1 --processes --local-cluster 2 --out x": "not allowed with",
    "sweep mandate=0,1 --out=": "the path is empty",
    "plan": "FILE.toml",
    "plan nowhere.toml": "cannot read nowhere.toml",
    "plan .": "cannot read .: it is no file",
    "plan /dev/zero": "cannot read /dev/zero: it is no file",
    "extend x": "--replicates",
    "extend x --replicates many": "--replicates",
    "replay x": "POINT:REPLICATE",
    "analyse x --language de": "--language",
    "report": "DIR",
    "export x": "--out",
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


def test_an_empty_argument_too_many_is_shown(capsys):
    code, _, told = tell(capsys, "status", "results", "")
    assert (code, told) == (2, "empowersim: unrecognized arguments: '' (see: empowersim --help)\n")


def test_one_person_alone_is_refused(capsys, tmp_path):
    chart = tmp_path / "alone.csv"
    chart.write_text("id,manager,name\n1,,Ann\n")
    code, printed, told = tell(capsys, "run", "status-quo", "--org", str(chart))
    assert (code, printed, told.count("\n")) == (2, "", 1)
    assert "alone.csv: one person alone has no reporting relation" in told


@pytest.mark.parametrize("letter", ["\x1b", "\x07", "\x9b", "\u202e", "\udce9", "\r"])
def test_a_complaint_holds_nothing_that_a_terminal_obeys(capsys, letter):
    code, _, told = tell(capsys, "plan", f"no{letter}where.toml")
    assert code == 2
    assert told.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    "call",
    ["status", "verify", "retry", "extend --replicates 9", "replay 0:0", "export --out y.csv"],
)
@pytest.mark.parametrize("place", ["nowhere", "file", "empty", "other"])
def test_what_is_no_results_folder_is_exit_code_5(capsys, monkeypatch, tmp_path, call, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    command, *rest = call.split()
    code, printed, told = tell(capsys, command, place, *rest)
    assert (code, printed, told.count("\n")) == (5, "", 1)
    assert place in told
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("place", ["file", "other"])
def test_a_sweep_writes_only_into_a_folder_of_its_own(capsys, monkeypatch, tmp_path, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    code, _, told = tell(capsys, "sweep", "coaching=0,1", "--out", place)
    assert (code, told.count("\n")) == (5, 1)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("replay 1", "'1' is no run"),
        ("replay a:b", "'a:b' is no run"),
        ("replay 9:0", "point = 9 is outside [0, 1]"),
        ("replay 0:9", "replicate = 9 is outside [0, 1]"),
        ("replay 0:-1", "replicate = -1"),
        ("extend --replicates 2", "replicates = 2 is outside [3, "),
        ("extend --replicates 1000000000", "replicates = 1000000000 is outside"),
        ("export --out y.xlsx", "neither in .csv nor in .zip"),
    ],
)
def test_a_folder_asked_for_what_it_has_not_is_refused(capsys, tmp_path, call, told):
    out = str(tmp_path / "out")
    settings = ("--weeks", "2", "--replicates", "2", "--quiet", "--out", out)
    assert tell(capsys, "sweep", "coaching=0,1", *settings)[0] == 0
    command, *rest = call.split()
    code, printed, complaint = tell(capsys, command, out, *rest)
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert told in complaint


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


@pytest.mark.parametrize(
    "code",
    [
        "from empowersim.cli import main; main(['rivals', '--json']); import matplotlib",
        "from empowersim.app.server import make_server; make_server(1, most_sessions=1, key=None)",
    ],
    ids=["figures", "app"],
)
def test_a_home_that_cannot_be_written_is_not_complained_of(code):
    nowhere = f"{os.devnull}/x"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MPLCONFIGDIR": nowhere, "IPYTHONDIR": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_word_that_is_long_or_broken_is_told_in_one_line(capsys):
    code, _, told = tell(capsys, "rivals", "a\nb" + "c" * 5000)
    assert (code, told.count("\n")) == (2, 1)
    assert len(told) < 500


def test_damaged_parts_are_counted_in_words(capsys, tmp_path):
    call = f"sweep mandate=0,1 --replicates 2 --weeks 2 --out {tmp_path / 'x'}".split()
    tell(capsys, *call)
    assert tell(capsys, *call)[1].endswith("4 runs were there, 0 done now\n")
    next((tmp_path / "x" / "parts").iterdir()).write_bytes(b"")
    assert "0 runs were there, 4 done now; 1 damaged part was done again" in tell(capsys, *call)[1]
