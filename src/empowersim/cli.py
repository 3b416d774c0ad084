"""The command line: parses arguments, calls a command, turns errors into exit codes.

Exit codes: 0 done, 1 a fault of ours, 2 something to put right in what was asked, 5 results cannot
be written, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from empowersim import __version__
from empowersim.errors import EmpowerSimError, StoreError

EXIT_USAGE, EXIT_DISK, EXIT_INTERRUPTED = 2, 5, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = _parser().parse_args(arguments)

    def command() -> None:
        from empowersim import commands

        getattr(commands, given.command)(given)

    return exit_code(command)


def exit_code(command: Callable[[], None]) -> int:
    """Do something for the terminal; errors become one line and a code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or a pipe that lacks a letter gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    try:
        command()
        print(end="", flush=True)
    except StoreError as error:
        return _failed(error, EXIT_DISK)
    except EmpowerSimError as error:
        return _failed(error, EXIT_USAGE)
    except KeyboardInterrupt:
        return _failed("interrupted; nothing half-done was written", EXIT_INTERRUPTED)
    except MemoryError:
        return _failed("this needs more memory than there is; ask for less", EXIT_USAGE)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to say, nor to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return _failed(f"{error.filename or 'output'}: {error.strerror or error}", EXIT_DISK)
    return 0


def _failed(why: object, code: int) -> int:
    print(f"empowersim: {why}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with where to find help; options are spelt out."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(EXIT_USAGE, f"empowersim: {message} (see: {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="empowersim",
        description="How managers and collaborators trade autonomy and responsibility.",
    )
    parser.add_argument("--version", action="version", version=f"empowersim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_sweep(commands)
    _add_lists(commands)
    _add_org(commands)
    _add_app(commands)
    return parser


def _path(text: str) -> str:
    """A path that is not empty, as it would be from a variable that is not set."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return text


type _Commands = argparse._SubParsersAction[_Parser]


def _add_run(commands: _Commands) -> None:
    run = commands.add_parser("run", help="run a scenario and print what became of it")
    run.set_defaults(command="run")
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
    sweep = commands.add_parser(
        "sweep",
        help="run a scenario over a grid of parameters",
        epilog="example: empowersim sweep collaborator_share=0:1:21 coaching=0,0.5 --out results",
    )
    sweep.set_defaults(command="sweep")
    sweep.add_argument(
        "axes", metavar="NAME=LOW:HIGH:COUNT", nargs="+", help="or NAME=VALUE,VALUE,…"
    )
    sweep.add_argument(
        "--scenario", metavar="SCENARIO", default="carry-it-together", help="what stays the same"
    )
    _add_simulation(sweep, replicates=64)
    sweep.add_argument("--weekly", action="store_true", help="keep every week, not the last alone")
    sweep.add_argument("--out", metavar="DIR", type=_path, required=True, help="a new folder")


def _add_simulation(parser: argparse.ArgumentParser, replicates: int) -> None:
    parser.add_argument(
        "--org", metavar="FILE", type=_path, help="(default: balanced, span 6, depth 3)"
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change a parameter; may be given several times",
    )
    parser.add_argument("--weeks", type=int, metavar="N", help="(default: the scenario's)")
    parser.add_argument("--replicates", type=int, metavar="N", default=replicates)
    parser.add_argument("--seed", type=int, metavar="N", default=0)


def _add_lists(commands: _Commands) -> None:
    for name, of_what in (("scenarios", "the named scenarios"), ("parameters", "every parameter")):
        listing = commands.add_parser(name, help=f"list {of_what}")
        listing.set_defaults(command=f"list_{name}")
        listing.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _add_org(commands: _Commands) -> None:
    org = commands.add_parser("org", help="grow, import and show org charts")
    actions = org.add_subparsers(required=True, metavar="ACTION")

    grow = actions.add_parser("grow", help="grow a chart: balanced, random, or by spans")
    grow.set_defaults(command="org_grow")
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
    imported.set_defaults(command="org_import")
    imported.add_argument("files", metavar="FILE", nargs="+", help="one; an organogram has two")
    _add_reading(imported)
    imported.add_argument(
        "--out", metavar="FILE", type=_path, required=True, help=".csv, .graphml, .json"
    )

    show = actions.add_parser("show", help="a chart's figures, and a tree in text")
    show.set_defaults(command="org_show")
    show.add_argument("files", metavar="FILE", nargs="*", help="(default: the sample)")
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
    app.set_defaults(command="app")
    app.add_argument("--port", type=int, metavar="N", default=8765)
    app.add_argument("--no-browser", action="store_true", help="do not open a browser")
