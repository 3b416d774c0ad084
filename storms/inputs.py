"""Inputs that are wrong in every way: at each door, a result or one line that names the thing.

`python -m storms.inputs [--cases N] [--only NAME]` puts N cases before each door, and writes the
section of docs/reliability.md. Cases come from a seed and are made in this process; what a door
starts (runs, figures, a server) is left out, and what it would allow at length (a million points)
is allowed at a smaller size.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import tomli_w

from empowersim import (
    cli,
    designs,
    export,
    org_chart,
    own_rules,
    planning,
    report,
    simulation,
    sweep,
)
from empowersim.errors import EmpowerSimError
from empowersim.experiment import Experiment
from empowersim.org_chart import grow
from empowersim.own_rules import RULES
from empowersim.parameters import DECLARATIONS, LEVERS, Parameters
from empowersim.results_folder import ResultsFolder, _sealed
from empowersim.rivals import RIVALS
from empowersim.scenarios import Intervention, Rollout, Scenario
from storms import page
from storms.mutation import anything, bent, cells_bent, plain, tree_bent
from storms.sweeps import Row

CASES = 100_000
SLOW, HANGS = 2.0, 60
MOST_MEGABYTES = 200
SHOWN = 12


class Case(NamedTuple):
    """What is tried.

    Attributes:
        do: the trial.
        names: what a complaint must name: one of these; nothing is asked of none.
        listed: whether a complaint may list rows to correct, a line each.
    """

    do: Callable[[], object]
    names: tuple[str, ...]
    listed: bool = False


type Cases = Callable[[random.Random, Path], Iterator[Case]]


class Done(BaseException):
    """A door has let something through to what takes long."""


class Hangs(BaseException):
    """A case has not ended."""


class Found(NamedTuple):
    """What became of a door's cases."""

    tried: int
    refused: int
    faults: dict[str, int]
    megabytes: float


# --- Whether an answer is right ---------------------------------------------------------------


def fault_of(case: Case) -> tuple[str, bool]:
    """What is wrong with the answer to a case, in a line or empty; and whether it was refused."""
    start, refused, fault = _now(), False, ""
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        case.do()
    except EmpowerSimError as error:
        refused, fault = True, _unclear(str(error), case)
    except Done:
        pass
    except Hangs:
        fault = f"hangs for {HANGS} s"
    except (Exception, SystemExit) as error:
        fault = f"{type(error).__name__} at {_where(error)}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    # A machine with other work to do makes a case last, not take, longer.
    seconds = min(end - begun for begun, end in zip(start, _now(), strict=True))
    return fault or (f"takes {seconds:.1f} s" if seconds > SLOW else ""), refused


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _unclear(message: str, case: Case) -> str:
    lines = [message] if not case.listed else message.split("\n")
    if case.listed and len(lines) > 1 and not re.search(r"\d+ problems? \(.*\):$", lines[0]):
        return f"several lines: {message[:200]!r}"
    if any(len(line.splitlines()) != 1 for line in lines):
        return f"not one line: {message[:200]!r}"
    if len(max(lines, key=len)) > 1500:
        return f"a line of {len(message)} letters: {message[:200]!r}"
    if re.search(r"Traceback|<[\w.]+ object at 0x|\x1b", message):
        return f"shows its inside: {message[:200]!r}"
    if case.names and not any(name in message for name in case.names):
        return f"does not name the thing ({', '.join(case.names)[:80]}): {message[:200]!r}"
    return ""


def _where(error: BaseException) -> str:
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    assert at
    return f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"


def tried(cases: Cases, number: int, seed: int = 1) -> Found:
    """Some cases of a door."""
    faults: dict[str, int] = {}
    refused, first, most = 0, 0.0, 0.0
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="storm-") as folder, _quietly():
        place = Path(folder) / "here"
        place.mkdir()
        os.chdir(place)
        try:
            of_door = cases(random.Random(seed), place)
            for count in range(number):
                case = next(of_door)
                fault, was_refused = fault_of(case)
                refused += was_refused
                if fault:
                    kind = re.sub(r"\d+", "9", fault)[:110]
                    if kind not in faults and len(faults) < SHOWN:
                        given = repr(getattr(case.do, "__defaults__", ""))[:300]
                        print(f"  case {count}: {fault[:600]} {given}", file=sys.__stderr__)
                    faults[kind] = faults.get(kind, 0) + 1
                if count % 1000 == 999:
                    first, most = first or _resident(), max(most, _resident())
        finally:
            os.chdir(before)
    return Found(number, refused, faults, most - first)


@contextmanager
def _quietly() -> Iterator[None]:
    def hangs(_signal: int, _frame: object) -> None:
        raise Hangs

    # A door that reads without end must not take the machine's memory.
    free = resource.getrlimit(resource.RLIMIT_AS)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    most = int(status.split("VmSize:")[1].split()[0]) * 1024 + 4 * 2**30
    resource.setrlimit(resource.RLIMIT_AS, (most, free[1]))
    before = signal.signal(signal.SIGALRM, hangs)
    limits = (
        mock.patch.object(designs, "MAX_POINTS", 2_000),
        mock.patch.object(grow, "MOST_PEOPLE", 20_000),
    )
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
        ExitStack() as stack,
    ):
        for limit in limits:
            stack.enter_context(limit)
        _STREAMS[:] = [out, err]
        yield
    signal.signal(signal.SIGALRM, before)
    resource.setrlimit(resource.RLIMIT_AS, free)


_STREAMS: list[io.StringIO] = []


def _said() -> tuple[str, str]:
    """What was printed since the last time, and what was complained."""
    found = tuple(stream.getvalue() for stream in _STREAMS)
    for stream in _STREAMS:
        stream.seek(0)
        stream.truncate()
    return found  # type: ignore[return-value]


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1e3


# --- Python -----------------------------------------------------------------------------------


def _some_arguments(luck: random.Random, names: list[str]) -> dict[str, Any]:
    known = {name: anything(luck) for name in luck.choices(names, k=luck.choice((1, 1, 2)))}
    if luck.random() < 0.1:
        known[str(plain(luck))[:200]] = anything(luck)
    return known


def python(luck: random.Random, _place: Path) -> Iterator[Case]:
    """Parameters, scenarios, interventions, rollouts, charts and simulations of anything."""
    chart = org_chart.balanced(2, 1)
    simulation.simulate(Parameters(), chart, weeks=1)  # compiled once
    simulations = ["parameters", "org_chart", "replicates", "weeks", "seed", "record"]
    simulations += ["by_level", "engine", "workers", "progress", "rules"]
    scenario = ["parameters", "interventions", "rollout", "weeks"]
    kinds: list[tuple[Callable[..., object], list[str], dict[str, Any]]] = [
        (Parameters, list(DECLARATIONS), {}),
        (Intervention, ["week", "lever", "value"], {"week": 1, "lever": "coaching", "value": 0.5}),
        (Rollout, ["order", "lag", "branch"], {"order": "pilot"}),
        (Scenario, scenario, {}),
        (_simulated, simulations, {"parameters": Parameters(), "org_chart": chart, "weeks": 3}),
        (org_chart.balanced, ["span", "depth"], {}),
        (org_chart.from_spans, ["spans"], {}),
        (org_chart.random, ["people", "mean_span", "spread", "seed"],
         {"people": 9, "mean_span": 3.0, "spread": 1.0, "seed": 1}),
    ]  # fmt: skip
    while True:
        make, names, base = luck.choice(kinds)
        given = {**base, **_some_arguments(luck, names)}
        if make is not Parameters:
            given = {name: value for name, value in given.items() if name in names}
        if make is Scenario and luck.random() < 0.5:
            given["interventions"] = [
                luck.choice((Intervention(luck.randint(1, 9), luck.choice(LEVERS), 0.5), 3))
                for _ in range(luck.randint(0, 4))
            ]
        if callable(given.get("progress")):
            continue  # what a function of one's own raises is its own affair
        yield Case(lambda make=make, given=given: make(**given), ())


def _simulated(**given: Any) -> None:
    real = simulation._lived

    def lived(plan: Any, runs: range, engine: Any, *rest: Any) -> Any:
        if plan.n_runs * plan.weeks > 200 or plan.hierarchy.n_people > 50:
            simulation._check_size(plan, len(runs))
            raise Done
        return real(plan, runs, engine, *rest)

    with mock.patch.object(simulation, "_lived", lived):
        simulation.simulate(**given).final  # noqa: B018


# --- Experiments ------------------------------------------------------------------------------

EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {
        "title": "Storm", "question": "Who?", "prediction": "Both.",
        "scenario": {"name": "carry-it-together", "weeks": 20, "set": {"mandate": 0.5}},
        "org_charts": {"small": {"balanced": {"span": "span", "depth": 2}}},
        "design": {"kind": "grid", "factors": {"span": [2, 3], "coaching": [0, 1]}},
        "runs": {"replicates": 16, "seed": 3, "record": "weekly"},
        "analysis": {"outcomes": ["partnership", "strain"], "level": 0.4},
    },
    {
        "scenario": {
            "weeks": 30,
            "interventions": [{"week": "stop", "lever": "coaching", "value": 0}],
            "ramps": [{"lever": "mandate", "week": 2, "until": 9, "from": 0, "to": 1, "steps": 3}],
            "rollout": {"order": "pilot", "lag": 4},
        },
        "cases": {
            "a": {"set": {"training": 0}},
            "b": {"name": "just-let-go", "rollout": {"order": "top-down", "lag": "lag"}},
        },
        "org_charts": {"read": {"file": "chart.csv"}, "spans": {"spans": [2, 3]},
                       "luck": {"random": {"people": 9, "mean_span": 3.0, "spread": 1.0}}},
        "design": {"kind": "lhs", "n": 5, "seed": 2, "factors": {
            "stop": {"low": 5, "high": 20, "whole": True},
            "lag": {"low": 0, "high": 3, "whole": True}}},
        "runs": {"until": {"outcome": "trust", "half_width": 0.1, "at_least": 32, "at_most": 64}},
    },
    {
        "org_charts": {"sample": {"sample": True}},
        "design": {"kind": "csv", "file": "points.csv"},
        "runs": {"rules": "logit", "common_random_numbers": False},
    },
    {"design": {"kind": "sobol", "n": 4, "factors": {"coaching": {"low": 0, "high": 1}}}},
    {"design": {"kind": "morris", "trajectories": 3, "levels": 4,
                "factors": {"coaching": {"low": 0, "high": 1}, "mandate": {"low": 0, "high": 1}}}},
    {"design": {"kind": "one-at-a-time", "base": {"coaching": 0.5},
                "factors": {"coaching": [0, 1], "mandate": [0.1, 0.9]}}},
)  # fmt: skip
POINTS = b"coaching,mandate\n0,0.5\n1,0.25\n0.5,1\n"
CHART = b"id,manager,name\n1,,Ada\n2,1,Ben\n3,1,Cem\n4,2,Dua\n"


def experiments(luck: random.Random, place: Path) -> Iterator[Case]:
    """`experiment.toml`: entries changed, moved, left out; and bytes."""
    (place / "chart.csv").write_bytes(CHART)
    (place / "points.csv").write_bytes(POINTS)
    texts = [tomli_w.dumps(each).encode() for each in EXPERIMENTS]
    path = place / "experiment.toml"
    for each in EXPERIMENTS:  # libraries that they need are loaded before time is taken
        Experiment(**each).in_folder(place)
    while True:
        if luck.random() < 0.5:
            data = bent(luck.choice(texts), luck)
        else:
            try:
                data = tomli_w.dumps(tree_bent(luck.choice(EXPERIMENTS), luck)).encode()
            except (TypeError, ValueError, AttributeError, UnicodeError):
                continue  # no TOML can say it
        if b"/" in data:
            continue  # what it names stays in this folder
        path.write_bytes(data)
        yield Case(lambda: Experiment.read(path), (str(path),))


def points(luck: random.Random, _place: Path) -> Iterator[Case]:
    """A design's CSV file."""
    design = designs.Listed(file="points.csv")
    while True:
        data = luck.choice((bent, cells_bent))(POINTS, luck)

        def read(data: bytes = data) -> None:
            text = data.decode("utf-8", errors="replace")
            Experiment(design=design.read(text).model_dump())

        yield Case(read, ("points.csv", "design"))


# --- Org charts -------------------------------------------------------------------------------

HEADER = "matricule;nom;prénom;n+1;poste;service\n"
TABLES = (
    CHART,
    b'sep=;\r\nid;manager;title\r\n1;;\'=Boss\r\n2;1;"a;b"\r\n3;2;x\r\n',
    f"\ufeff{HEADER}1;Né;Zoé;;Chef;A\n2;Dû;Ana;Zoé Né;Poste;B\n3;Lu;Bo;2.0;Poste;B\n".encode(),
    f"{HEADER}1;Né;Zoé;;Chef;A\n2;Dû;Ana;1;Poste;B\n".encode("cp1252"),
    "employee\tmanager name\nA B\t\nC D\tA B\nE F\tC D\n".encode("utf-16"),
    b"name|boss\nAda|\nBen|Ada\nCem|Ada\n",
    b'id,manager,name\n1,,"Ada\n""the"" first"\n2,1,Ben\n',
)
TREES: tuple[Any, ...] = (
    {"directed": True, "nodes": [{"id": "1", "name": "Ada"}, {"id": 2}, {"id": 3.0}],
     "edges": [{"source": 2, "target": 1}, {"source": 3, "target": "1"}]},
    {"id": 1, "name": "Ada", "reports": [{"id": 2, "reports": [{"id": 4}]}, {"id": 3}]},
    {"name": "Ada", "children": [{"name": "Ben", "children": []}, {"name": "Cem"}]},
    [{"id": 1, "manager": None}, {"id": 2, "manager": 1, "title": "x"}, {"id": 3, "manager": 2.0}],
)  # fmt: skip
GRAPHML = b"""<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="name" attr.type="string"/>
<graph id="G" edgedefault="directed">
<node id="1"><data key="d0">Ada &amp; co</data></node><node id="2"><data key="d0">Ben</data></node>
<node id="3"/><edge source="2" target="1"/><edge source="3" target="1"/>
</graph></graphml>
"""
SENIOR = (
    b"Post Unique Reference,Name,Job Title,Unit,Reports to Senior Post\n"
    b"1,Ada,Head,A,XX\n2,N/D,Deputy,A,1\n3,Vacant,Deputy,B,1\n4,Eliminated,x,B,1\n0,x,x,B,1\n"
)
JUNIOR = (
    b"Reporting Senior Post,Generic Job Title,Unit,Number of Posts in FTE\n"
    b"1,Clerk,A,2.5\n2,Clerk,A,\n3,Clerk,B,0\n2,Officer,B,0.4\n"
)


def _charts(name: str, make: Callable[[random.Random], bytes], **how: Any) -> Cases:
    def cases(luck: random.Random, place: Path) -> Iterator[Case]:
        path = place / name
        while True:
            path.write_bytes(make(luck))
            drop = luck.random() < 0.5
            # Rows to correct are listed, a line each: a table of a thousand people has many.
            yield Case(lambda drop=drop: org_chart.load(path, drop=drop, **how), (name,), True)

    return cases


def _table(luck: random.Random) -> bytes:
    return luck.choice((bent, cells_bent))(luck.choice(TABLES), luck)


def _tree(luck: random.Random) -> bytes:
    tree = luck.choice(TREES)
    if luck.random() < 0.5:
        return bent(json.dumps(tree).encode(), luck)
    return json.dumps(tree_bent(tree, luck)).encode("utf-8", "surrogatepass")


ELEMENT = re.compile(rb"<[^>]*>")


def _graph(luck: random.Random) -> bytes:
    if luck.random() < 0.5:
        return bent(GRAPHML, luck)
    parts = ELEMENT.findall(GRAPHML)
    for _ in range(luck.choice((1, 2, 3))):
        at = luck.randrange(len(parts))
        match luck.randrange(4):
            case 0:
                del parts[at]
            case 1:
                parts.insert(luck.randrange(len(parts)), parts[at])
            case 2:
                parts[at] = re.sub(rb'"[^"]*"', b'"%d"' % luck.randrange(5), parts[at])
            case _:
                parts[at] = bent(parts[at], luck)
    return b"\n".join(parts)


def organograms(luck: random.Random, place: Path) -> Iterator[Case]:
    """Senior and junior posts, either changed."""
    senior, junior = place / "senior.csv", place / "junior.csv"
    while True:
        change = luck.choice((bent, cells_bent))
        of_senior = luck.random() < 0.5
        senior.write_bytes(change(SENIOR, luck) if of_senior else SENIOR)
        junior.write_bytes(JUNIOR if of_senior else change(JUNIOR, luck))
        files = luck.choice(([senior], [senior, junior], [senior, junior], [junior, senior]))
        drop = luck.random() < 0.5
        yield Case(
            lambda files=files, drop=drop: org_chart.load(files, format="uk-organogram", drop=drop),
            ("senior.csv", "junior.csv"),
            True,
        )


def files_of_other_kinds(luck: random.Random, place: Path) -> Iterator[Case]:
    """Pipes, folders, links to nowhere and to themselves, names that cannot be."""
    os.mkfifo(place / "pipe.csv")
    (place / "folder.csv").mkdir()
    (place / "gone.csv").symlink_to(place / "nowhere.csv")
    (place / "loop.csv").symlink_to(place / "loop.csv")
    (place / "blank.csv").write_bytes(b"\n")
    stems = ("pipe", "folder", "gone", "loop", "blank", "a\0b", "x" * 300, "né", "\ud800", "")
    for suffix in (".toml", ".json", ".graphml", ".py"):
        os.mkfifo(place / f"pipe{suffix}")
        (place / f"folder{suffix}").mkdir()
    (place / "zero.csv").symlink_to("/dev/zero")
    while True:
        name = luck.choice((*stems, "zero"))
        door = luck.choice((org_chart.load, Experiment.read, own_rules.rules_from))
        suffix = luck.choice((".csv", ".json", ".graphml", ".toml", ".py", ""))
        path = str(place / (name + suffix))
        yield Case(lambda door=door, path=path: door(path), (), True)


# --- What is brought to the app ---------------------------------------------------------------


def uploads(luck: random.Random, _place: Path) -> Iterator[Case]:
    """Org charts that are uploaded."""
    from empowersim.app.organisation import upload

    while True:
        data, anonymous = _table(luck), luck.random() < 0.5
        # A refusal is told in the page, in its own words.
        yield Case(
            lambda data=data, anonymous=anonymous: upload.read(data, anonymous=anonymous), (), True
        )


LINKS = (
    "scenario=just-let-go&coaching=0.8&then=41.mandate.0~50.coaching.1&weeks=200&seed=3&week=9",
    "scenario=status-quo&rollout=top-down.6&chart=6x2&a.scenario=apec&a.training=1&replicate=4",
)


def links(luck: random.Random, _place: Path) -> Iterator[Case]:
    """Share links of the lab."""
    from empowersim.app.lab import policy

    while True:
        text = luck.choice(LINKS)
        if luck.random() < 0.5:
            query = bent(text.encode(), luck).decode("utf-8", errors="surrogateescape")
        else:
            parts = [part.partition("=")[::2] for part in text.split("&")]
            at = luck.randrange(len(parts))
            value = luck.choice((str(plain(luck)), luck.choice(parts)[1], ""))
            name = luck.choice((parts[at][0], luck.choice(list(DECLARATIONS)), "a." + parts[at][0]))
            parts[at] = (name, value)
            query = "&".join(map("=".join, parts))

        def read(query: str = query) -> None:
            link = policy.read(query)
            policy.read(policy.written(link))

        yield Case(read, ())


# --- Rules ------------------------------------------------------------------------------------


def rules(luck: random.Random, place: Path) -> Iterator[Case]:
    """Files of rules: our rivals and a rule each, bent."""
    path = place / "own.py"
    texts = [file.read_bytes().split(b'"""\n', 1)[1] for file in RIVALS.values()]
    texts += [
        f"def {name}({', '.join(own_rules._arguments(rule))}):\n    return {value}\n".encode()
        for name, rule in RULES.items()
        for value in ("0.5", "float('nan')", "7.0", "p.mandate", "(1.0, 2.0)", "'x'", "[1] * 3")
    ]
    done = 0
    while True:
        data = luck.choice(texts)
        for _ in range(luck.choice((0, 1, 1, 2))):
            data = bent(data, luck)
        if b"**" in data or b"import os" in data or b"open" in data:
            continue  # 9**9**9 takes for ever, and nobody's file is written
        path.write_bytes(data)
        yield Case(lambda: own_rules.rules_from(path), ("own.py",))
        done += 1
        if done % 100 == 0:
            # Sets are kept as long as the process lives; no process has a hundred thousand.
            own_rules._known.clear()
            for name in [each for each in sys.modules if each.startswith("empowersim_")]:
                del sys.modules[name]


# --- The command line -------------------------------------------------------------------------

COMMANDS = (
    "run status-quo --set coaching=0.5 --weeks 3 --replicates 2 --seed 1 --engine mesa --json",
    "run just-let-go --org chart.csv --rules logit --out made",
    "sweep coaching=0:1:3 mandate=0.1,0.2 --scenario apec --out made --weekly --quiet",
    "sweep experiment.toml --out made --workers 2 --processes",
    "sweep mandate=0,1 --out made --org chart.csv --rules own.py --local-cluster 2 --json",
    "plan experiment.toml --json",
    "status results --json",
    "verify results --json",
    "retry results --workers 1",
    "extend results --replicates 9 --quiet",
    "replay results 0:0 --json",
    "export results --out made.csv",
    "export results --out made.zip",
    "analyse results --language fr",
    "report results --language en",
    "scenarios --json",
    "parameters --json",
    "rivals --json",
    "patterns --set w_trust=2 --rules logit --replicates 2 --seed 1 --json",
    "org grow --span 3 --depth 2 --out made.json",
    "org grow --people 9 --mean-span 3 --spread 1 --seed 2 --out made.graphml",
    "org grow --spans 2,3 --out made.csv",
    "org import chart.csv --format csv --drop --out made.json",
    "org show chart.csv --most 5",
    "org show",
    "app --port 0 --no-browser --sessions 3 --results .",
    "--version",
)
TOKENS = tuple(dict.fromkeys(token for call in COMMANDS for token in call.split()))
VALUES = (
    *("", " ", "0", "-1", "1", "3", "0.5", "nan", "inf", "1e999", "9" * 30, "9" * 5000, "x", "é"),
    *(
        "=",
        "a=b",
        "coaching=",
        "=1",
        "coaching=2",
        "coaching=0:1",
        "coaching=0:1:99999999",
        "0:0:0",
    ),
    *("--", "-", "-h", "--help", "--json", "--out", "--set", "a\0b", "a\nb", "\udcff", "x" * 300),
    *("results", "nowhere", "empty", "chart.csv", "experiment.toml", "own.py", "pipe", "made.csv"),
    *("0:0", "0:99", "99:0", ":", "1:", "json", "notpy.txt", "logit", "logit.txt", "os.path"),
)
CODES = frozenset((0, 2, 3, 4, 5, 6, 130))


def _words(luck: random.Random) -> list[str]:
    """A command with words left out, changed, exchanged or put in."""
    words = luck.choice(COMMANDS).split()
    for _ in range(luck.choice((0, 1, 1, 1, 2, 3))):
        at = luck.randrange(len(words) + 1)
        match luck.randrange(5):
            case 0 if at < len(words):
                del words[at]
            case 1:
                words.insert(at, luck.choice(TOKENS))
            case 2 if at < len(words):
                word = words[at].encode("utf-8", "surrogateescape")
                words[at] = bent(word, luck).decode("utf-8", "surrogateescape")
            case 3 if at < len(words):
                words[at] = luck.choice(TOKENS)
            case _:
                words[at : at + 1] = [luck.choice(VALUES)]
    return words


def command_line(luck: random.Random, place: Path) -> Iterator[Case]:
    """Arguments of every command, in this process; runs, figures and servers are left out."""
    small_results(place / "results")
    for name, data in _FILES.items():
        (place / name).write_bytes(data)
    os.mkfifo(place / "pipe")
    (place / "empty").mkdir()
    kept = {path.name for path in place.iterdir()}
    while True:
        words = _words(luck)
        if any("/" in word or ".." in word or "\0" in word for word in words):
            continue  # what is written stays in this folder; and no argument holds a NUL
        yield Case(lambda words=words: _call(words), ())
        for path in place.iterdir():
            if path.name not in kept:
                _remove(path)


_FILES = {
    "chart.csv": CHART,
    "experiment.toml": tomli_w.dumps(EXPERIMENTS[0]).encode(),
    "own.py": b"def choice(utility, p):\n    return 0.5\n",
    "notpy.txt": b"words",
}


class Unclear(Exception):  # noqa: N818
    """A command that ended otherwise than it should."""


def _call(words: list[str]) -> None:
    """A command; `Unclear` unless its code is documented and its complaint is one line.

    Raises:
        EmpowerSimError: with a complaint that is right.
    """
    _said()
    with ExitStack() as stack:
        for each in _left_out():
            stack.enter_context(each)
        try:
            code = cli.main(words)
        except SystemExit as end:
            code = int(end.code or 0)  # type: ignore[arg-type]
    out, err = _said()
    if code not in CODES:
        raise Unclear(f"{words}: exit code {code}")
    if "Traceback" in out + err or " object at 0x" in out + err:
        raise Unclear(f"{words}: {err}")
    if code in (0, 6) or (code == 5 and out):
        return
    lines = err.splitlines()
    listing = len(lines) > 1 and re.search(r"\d+ problems? \(.*\):$", lines[0])
    if not lines or not lines[-1 if not listing else 0].startswith("empowersim: "):
        raise Unclear(f"{words}: says {err!r}")
    if len(lines) > 1 and not listing:
        raise Unclear(f"{words}: not one line: {err!r}")
    if len(lines[0]) > 1500:
        raise Unclear(f"{words}: a line of {len(lines[0])} letters: {err[:100]!r}")
    parts = {part for word in words for part in (word, *re.split("[=:,]", word)) if part}
    parts |= {part.strip("-") for part in parts}
    parts |= {"".join(filter(str.isprintable, part)) for part in parts}
    parts |= {"".join(part.split()) for part in parts}
    parts |= {"COMMAND", "required", "''"}
    if not any(_letters(part)[:30] in _letters(err) for part in parts if _letters(part)):
        raise Unclear(f"{words}: does not name the thing: {err!r}")
    raise EmpowerSimError(lines[0])


def _letters(text: str) -> str:
    """Without what quoting adds, and without spaces: the same for a text and its repr."""
    return re.sub(r"\\+|\s", "", repr(text)[1:-1])


def _left_out() -> Iterator[Any]:
    """What takes long: it is enough that a command gets there."""
    from empowersim.app import server

    def done(*_: Any, **__: Any) -> None:
        raise Done

    def lived(plan: Any, runs: range, *_: Any) -> None:
        simulation._check_size(plan, len(runs))
        raise Done

    for owner, name, instead in (
        (simulation, "_lived", lived),
        (sweep, "run", done),
        (planning, "estimate", done),
        (report, "_drawn", lambda *_: b"x"),
        (server, "serve", done),
    ):
        yield mock.patch.object(owner, name, instead)


# --- Results folders --------------------------------------------------------------------------

SMALL = Experiment(
    title="Storm",
    question="Who?",
    scenario={"name": "carry-it-together", "weeks": 3},
    design={"kind": "grid", "factors": {"coaching": [0, 0.5, 1]}},
    runs={"replicates": 4, "seed": 1},
).with_charts({"small": org_chart.balanced(2, 1)})


def small_results(path: Path) -> ResultsFolder:
    """A folder of twelve runs."""
    return sweep.run_experiment(SMALL, path)


def results_folders(luck: random.Random, place: Path) -> Iterator[Case]:
    """Files of a folder bent, sealed anew with other content, swapped, or of another kind."""
    folder = small_results(place / "results")
    files = sorted(path for path in folder.path.rglob("*") if path.is_file())
    whole = {path: path.read_bytes() for path in files}
    doors = [_held_against(folder.digest()), _looked_at, _analysed]
    while True:
        changed, honest = _damage(luck, folder.path, whole)
        door = luck.choices(doors, (10, 10, 1))[0]
        yield Case(lambda door=door, honest=honest: door(folder.path, honest), ("results",), True)
        for path in changed:
            _remove(path)
            path.write_bytes(whole[path])


def _damage(luck: random.Random, root: Path, whole: dict[Path, bytes]) -> tuple[list[Path], bool]:
    """Which files were changed, and whether checksums can tell."""
    files = list(whole)
    path = luck.choice(files)
    match luck.randrange(6):
        case 0 | 1:
            path.write_bytes(bent(whole[path], luck))
            return [path], True
        case 2:
            return [_sealed_anew(luck, root, whole)], False
        case 3:
            return [_journalled_anew(luck, root, whole)], False
        case 4:
            other = luck.choice(files)
            path.write_bytes(whole[other])
            return [path], True
        case _:
            _remove(path)
            match luck.randrange(5):
                case 0:
                    path.mkdir()
                case 1:
                    os.mkfifo(path)
                case 2:
                    path.symlink_to(path)
                case 3:
                    path.symlink_to("/dev/zero")
                case _:
                    pass
            return [path], True


def _sealed_anew(luck: random.Random, root: Path, whole: dict[Path, bytes]) -> Path:
    """A provenance of another version, or of nobody's, whose seal is right."""
    path = root / "provenance.json"
    made = json.loads(whole[path])
    made.pop("sha256")
    if luck.random() < 0.3:
        made[luck.choice(("empowersim", "sources", "spec_hash"))] = luck.choice(("0.0.1", "99.0"))
    else:
        made = tree_bent(made, luck)
    text = json.dumps(made) if not isinstance(made, dict) else _sealed(made)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def _journalled_anew(luck: random.Random, root: Path, whole: dict[Path, bytes]) -> Path:
    """A journal with records changed whose checksums are right."""
    import zlib

    path = root / luck.choice(("journal.jsonl", "failures.jsonl"))
    lines = whole[root / "journal.jsonl"].splitlines()
    records = tree_bent([json.loads(line[9:]) for line in lines], luck)
    texts = [json.dumps(each).encode() for each in (records if isinstance(records, list) else [])]
    path.write_bytes(b"".join(b"%08x %s\n" % (zlib.crc32(each), each) for each in texts))
    return path


def _held_against(digest: str) -> Callable[[Path, bool], None]:
    """Results of a damaged folder are an error, or the right ones."""

    def read(path: Path, honest: bool) -> None:
        folder = ResultsFolder.open(path)
        problems = folder.verify()
        for problem in problems:
            fault = _unclear(problem, Case(lambda: None, ("results",)))
            if fault:
                raise Unclear(f"verify: {fault}")
        found = folder.digest()
        if honest and found not in (digest, _NOTHING):
            raise Unclear(f"other results than were written: {problems}")

    return read


_NOTHING = "e3b0c44298fc1c14"
"""The digest of no runs: a journal that was emptied counts none."""


def _looked_at(path: Path, _honest: bool) -> None:
    from empowersim.commands.experiments import status_of

    folder = ResultsFolder.open(path)
    status_of(folder)
    folder.failures()
    folder.results()
    sweep.open_folder(SMALL, path)


def _analysed(path: Path, _honest: bool) -> None:
    with mock.patch.object(report, "_drawn", return_value=b"x"):
        report.write_analysis(path)
        report.write_report(path, "fr")
    for name in ("all.csv", "all.zip"):
        (path.parent / name).unlink(missing_ok=True)
    folder = ResultsFolder.open(path)
    export.write_csv(folder, path.parent / "all.csv")
    export.write_ro_crate(folder, path.parent / "all.zip")


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# --- All of them ------------------------------------------------------------------------------

DOORS: dict[str, Cases] = {
    "Python: parameters, scenarios, simulations": python,
    "experiment.toml": experiments,
    "a design's CSV": points,
    "org charts: CSV": _charts("chart.csv", _table),
    "org charts: JSON": _charts("chart.json", _tree),
    "org charts: GraphML": _charts("chart.graphml", _graph),
    "org charts: UK organogram": organograms,
    "pipes, folders, links, names of no file": files_of_other_kinds,
    "uploads": uploads,
    "share links": links,
    "files of rules": rules,
    "the command line": command_line,
    "results folders": results_folders,
}


def row_of(name: str, cases: Cases, number: int) -> Row:
    start = time.perf_counter()
    found = tried(cases, number)
    seconds = time.perf_counter() - start
    wrong = sum(found.faults.values()) + (found.megabytes > MOST_MEGABYTES)
    told = [f"{found.refused:,} refused", f"{seconds:.0f} s", f"memory +{found.megabytes:.0f} MB"]
    return Row(name, found.tried, found.tried - wrong, ", ".join(told))


def section(number: int = CASES, only: str = "") -> list[Row]:
    """Every door."""
    rows = []
    for name, cases in DOORS.items():
        if only.casefold() in name.casefold():
            rows.append(row_of(name, cases, number))
            print(*rows[-1], sep=" | ", flush=True)
    return rows


def main() -> int:
    """Storm, print, and write: the section, or some of its rows."""
    parser = argparse.ArgumentParser(prog="python -m storms.inputs")
    parser.add_argument("--cases", type=int, metavar="N", default=CASES)
    parser.add_argument("--only", metavar="NAME", default="")
    given = parser.parse_args()
    rows = section(given.cases, given.only)
    if given.only:
        page.write_some("Inputs", rows)
    else:
        page.write("Inputs", page.table(rows))
    return int(any(row.survived < row.tried for row in rows))


if __name__ == "__main__":
    sys.exit(main())
