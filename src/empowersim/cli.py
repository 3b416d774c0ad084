"""The command line: parses arguments, calls a command, turns errors into exit codes.

Exit codes: 0 done, 1 a fault of ours, 2 something to put right in what was asked, 3 another process
is writing the folder, 4 the folder holds another experiment or other code made it, 5 results cannot
be written or are damaged, 6 some runs failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from empowersim import __version__
from empowersim.errors import EmpowerSimError, FolderLocked, Mismatch, OrgChartError, StoreError

LONGEST_WORD = 300
"""Letters of a word that complaints repeat."""
EXIT_USAGE, EXIT_LOCKED, EXIT_MISMATCH, EXIT_DISK, EXIT_INTERRUPTED = 2, 3, 4, 5, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = _parser().parse_args(arguments)
    # Its advice, such as on a home that cannot be written, is for programmers.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)

    def command() -> int | None:
        module, _, function = given.command.partition(".")
        done: int | None = getattr(import_module(f"empowersim.commands.{module}"), function)(given)
        return done

    return exit_code(command)


def exit_code(command: Callable[[], int | None]) -> int:
    """Do something for the terminal; its code, or errors as one line and a code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or a pipe that lacks a letter gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    try:
        code = command()
        print(end="", flush=True)
    except EmpowerSimError as error:
        return _failed(error, _code_of(error))
    except KeyboardInterrupt:
        return _failed("interrupted; nothing half-done was kept", EXIT_INTERRUPTED)
    except MemoryError:
        return _failed("this needs more memory than there is; ask for less", EXIT_USAGE)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to say, nor to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _failed(f"{error.filename or 'output'}: {error.strerror or error}", EXIT_DISK)
    return code or 0


def _code_of(error: EmpowerSimError) -> int:
    kinds = {StoreError: EXIT_DISK, FolderLocked: EXIT_LOCKED, Mismatch: EXIT_MISMATCH}
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), EXIT_USAGE)


def _failed(why: object, code: int) -> int:
    # A chart's rows to correct are a list; all else is a line, whatever a name in it may hold.
    text = str(why) if isinstance(why, OrgChartError) else " ".join(str(why).splitlines())
    text = re.sub(rf"(\S{{{LONGEST_WORD}}})\S+", r"\1…", text)
    # A name may hold what a terminal would obey, or letters that cannot be written.
    text = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
    print(f"empowersim: {text}", file=sys.stderr)
    return code


class _Once(argparse.Action):
    """Keeps a value, but refuses a second one for the same option, of which one would be lost."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        given = vars(namespace).setdefault("given", set())
        if option_string and self.dest in given:
            raise argparse.ArgumentError(self, "it is given twice; keep one of the two")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with where to find help; options are spelt out."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self.register("action", None, _Once)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but an argument too many is quoted: it may be empty."""
        known, left = self.parse_known_args(args, namespace)
        if left:
            self.error(f"unrecognized arguments: {', '.join(map(repr, left))}")
        return known

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(_failed(f"{message} (see: {self.prog} --help)", EXIT_USAGE))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="empowersim",
        description="How managers and collaborators trade autonomy and responsibility.",
    )
    parser.add_argument("--version", action="version", version=f"empowersim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_sweep(commands)
    _add_folder_commands(commands)
    _add_lists(commands)
    _add_patterns(commands)
    _add_org(commands)
    _add_app(commands)
    return parser


def _path(text: str) -> str:
    """A path that is not blank, as it would be from a variable that is not set."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the path is empty")
    return text


type _Commands = argparse._SubParsersAction[_Parser]


def _add_run(commands: _Commands) -> None:
    run = commands.add_parser("run", help="run a scenario and print what became of it")
    run.set_defaults(command="runs.run")
    run.add_argument("scenario", metavar="SCENARIO", help="a name from: empowersim scenarios")
    _add_simulation(run, replicates=64)
    run.add_argument(
        "--engine",
        choices=("ensemble", "mesa"),
        default="ensemble",
        help="ensemble is compiled; mesa has one agent a person; both agree to the last bit",
    )
    run.add_argument(
        "--out", metavar="DIR", type=_path, help="write the weekly table and how it was made"
    )
    run.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_sweep(commands: _Commands) -> None:
    plan = commands.add_parser("plan", help="what a sweep would take; writes nothing")
    plan.set_defaults(command="experiments.plan")
    plan.add_argument("file", metavar="FILE.toml", type=_path)
    plan.add_argument("--json", action="store_true", help="print JSON instead of words")

    sweep = commands.add_parser(
        "sweep",
        help="run an experiment, or a grid of parameters, into a folder; or go on with it",
        epilog="examples: empowersim sweep experiment.toml --out results"
        " · empowersim sweep collaborator_share=0:1:21 coaching=0,0.5 --out results",
    )
    sweep.set_defaults(command="experiments.sweep")
    sweep.add_argument(
        "what",
        metavar="FILE.toml | NAME=LOW:HIGH:COUNT",
        nargs="+",
        type=_path,
        help="an experiment file; or axes, each also NAME=VALUE,VALUE,…",
    )
    sweep.add_argument(
        "--scenario",
        metavar="SCENARIO",
        default="carry-it-together",
        help="axes: what stays the same",
    )
    _add_simulation(sweep, replicates=64)
    # None: not asked for. What an experiment file says is not said again.
    sweep.set_defaults(scenario=None, replicates=None, seed=None)
    sweep.add_argument(
        "--weekly", action="store_true", help="axes: keep every week, not the last alone"
    )
    sweep.add_argument(
        "--out", metavar="DIR", type=_path, required=True, help="a new folder, or one to go on with"
    )
    _add_execution(sweep)


def _add_execution(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=_count, metavar="N", help="(default: one a core)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--processes", action="store_true", help="processes instead of threads")
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster (extra: cluster)")
    where.add_argument(
        "--local-cluster", type=_count, metavar="N", help="a Dask cluster of N processes here"
    )
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of words")


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1024")
    return count


def _add_folder_commands(commands: _Commands) -> None:
    helps = {
        "status": "how far a sweep is",
        "verify": "whether a folder is whole: every byte, every run",
        "retry": "run again what failed",
        "extend": "more replicates of the same experiment",
        "replay": "one run again, alone",
        "analyse": "tables, figures, and the answer in words",
        "report": "one page that says it all",
        "export": "the results for other tools",
    }
    for name, text in helps.items():
        parser = commands.add_parser(name, help=text)
        parser.set_defaults(command=f"experiments.{name}")
        parser.add_argument("folder", metavar="DIR", type=_path, help="the --out of a sweep")
        if name in ("status", "verify", "replay"):
            parser.add_argument("--json", action="store_true", help="print JSON instead of words")
        if name in ("retry", "extend"):
            _add_execution(parser)
        if name == "extend":
            parser.add_argument(
                "--replicates", type=int, metavar="N", required=True, help="of each point, in all"
            )
        if name == "replay":
            parser.add_argument("run", metavar="POINT:REPLICATE", help="as 12:0")
        if name in ("analyse", "report"):
            parser.add_argument("--language", choices=("en", "fr"), default="en")
        if name == "export":
            parser.add_argument(
                "--out",
                metavar="FILE",
                type=_path,
                required=True,
                help=".csv, or .zip: an RO-Crate",
            )


def _add_what_is_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change a parameter; may be given several times",
    )
    parser.add_argument(
        "--rules", metavar="NAME", type=_path, help="a rival (empowersim rivals), or your file"
    )


def _add_simulation(parser: argparse.ArgumentParser, replicates: int) -> None:
    parser.add_argument(
        "--org", metavar="FILE", type=_path, help="(default: balanced, span 6, depth 3)"
    )
    _add_what_is_run(parser)
    parser.add_argument("--weeks", type=int, metavar="N", help="(default: the scenario's)")
    parser.add_argument("--replicates", type=int, metavar="N", default=replicates)
    parser.add_argument("--seed", type=int, metavar="N", default=0)


def _add_patterns(commands: _Commands) -> None:
    shown = commands.add_parser("patterns", help="whether parameters, or rules, show P1 to P8")
    shown.set_defaults(command="patterns.patterns")
    _add_what_is_run(shown)
    shown.add_argument("--replicates", type=int, metavar="N", default=64)
    shown.add_argument("--seed", type=int, metavar="N", default=0)
    shown.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_lists(commands: _Commands) -> None:
    for name, of_what in (
        ("scenarios", "the named scenarios"),
        ("parameters", "every parameter"),
        ("rivals", "other rules that can take the place of ours"),
    ):
        listing = commands.add_parser(name, help=f"list {of_what}")
        listing.set_defaults(command=f"lists.list_{name}")
        listing.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_org(commands: _Commands) -> None:
    org = commands.add_parser("org", help="grow, import and show org charts")
    actions = org.add_subparsers(required=True, metavar="ACTION")

    grow = actions.add_parser("grow", help="grow a chart: balanced, random, or by spans")
    grow.set_defaults(command="org_charts.org_grow")
    grow.add_argument("--span", type=int, metavar="N", help="balanced: reports of each manager")
    grow.add_argument("--depth", type=int, metavar="N", help="balanced: levels below the head")
    grow.add_argument("--spans", metavar="N,N,…", help="by level: reports of each manager")
    grow.add_argument("--people", type=int, metavar="N", help="random: how many people")
    grow.add_argument("--mean-span", type=float, metavar="X", help="random (default: 6)")
    grow.add_argument(
        "--spread", type=float, metavar="X", help="random: standard deviation (default: 2)"
    )
    grow.add_argument("--seed", type=int, metavar="N", help="random (default: 0)")
    grow.add_argument(
        "--out", metavar="FILE", type=_path, required=True, help=".csv, .graphml, .json"
    )

    imported = actions.add_parser("import", help="read a chart, report, and save it")
    imported.set_defaults(command="org_charts.org_import")
    imported.add_argument(
        "files", metavar="FILE", nargs="+", type=_path, help="one; an organogram has two"
    )
    _add_reading(imported)
    imported.add_argument(
        "--out", metavar="FILE", type=_path, required=True, help=".csv, .graphml, .json"
    )

    show = actions.add_parser("show", help="a chart's figures, and a tree in text")
    show.set_defaults(command="org_charts.org_show")
    show.add_argument("files", metavar="FILE", nargs="*", type=_path, help="(default: the sample)")
    _add_reading(show)
    show.add_argument("--most", type=int, metavar="N", default=40, help="lines of the tree")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("csv", "graphml", "json", "uk-organogram"),
        help="(default: guessed)",
    )
    parser.add_argument("--drop", action="store_true", help="drop rows with problems")


def _add_app(commands: _Commands) -> None:
    app = commands.add_parser("app", help="open the workshop app in the browser")
    app.set_defaults(command="app.app")
    app.add_argument("--port", type=int, metavar="N", default=8765)
    app.add_argument("--no-browser", action="store_true", help="do not open a browser")
    app.add_argument(
        "--share",
        action="store_true",
        help="let phones in this machine's networks join with a PIN, and bet",
    )
    app.add_argument(
        "--sessions",
        type=int,
        metavar="N",
        default=40,
        help="browser tabs served at once, phones not counted (default: 40)",
    )
    app.add_argument(
        "--results",
        metavar="DIR",
        type=_path,
        default=".",
        help="where Explore looks for results folders (default: here)",
    )
