"""Pages of the documentation whose code runs: what they show is what it prints.

`python tests/pages.py` writes what the code prints now into them: for a changed result.

- A block with a title is a file of that name.
- `python` blocks run one after the other, in one namespace, and `console` blocks in a shell; both
  in one temporary folder. A line that is nothing but an `empowersim` command runs in this process,
  which has loaded what it needs. What must not run (a cluster, the app) is a `sh` block.
- A `text` block right after one that ran shows what it printed; “…” stands for anything.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from empowersim import cli

DOCS = Path(__file__).parents[1] / "docs"
OTHERS = ("index.md", "own-rules.md", "release.md")
"""They have tests of their own, or nothing to run."""
PAGES = [
    page
    for folder in ("tutorials", "how-to")
    for page in sorted((DOCS / folder).glob("*.md"))
    if page.name not in OTHERS
]
BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)

PLAIN = re.compile(r"empowersim (?!--)[^|;>&$]*")


class Shown(NamedTuple):
    """What a page shows after a block that ran, where it stands, and what was printed."""

    start: int
    end: int
    text: str
    printed: str

    @property
    def right(self) -> bool:
        """Whether the page shows what was printed."""
        wanted = ".*?".join(map(re.escape, tidy(self.text).split("…")))
        return re.fullmatch(wanted, tidy(self.printed), re.DOTALL) is not None


def tidy(text: str) -> str:
    """A text without the blanks at the ends of lines, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def run(page: str, folder: Path) -> Iterator[Shown]:
    """Run the blocks of a page in a folder; what it shows of what they print."""
    namespace: dict[str, Any] = {"__name__": "page"}
    ran_until, printed = -1, ""
    with chdir(folder):
        for block in BLOCK.finditer(page):
            kind, title, text = block["kind"], block["title"], block["text"]
            if title:
                Path(title).write_text(text, encoding="utf-8")
            elif kind == "python":
                ran_until, printed = block.end(), _python(text, namespace)
            elif kind == "console":
                ran_until, printed = block.end(), _console(text)
            elif kind == "text" and not page[ran_until : block.start()].strip():
                yield Shown(block.start("text"), block.end("text"), text, printed)


def _python(code: str, namespace: dict[str, Any]) -> str:
    with redirect_stdout(StringIO()) as printed:
        exec(compile(code, "page", "exec"), namespace)  # noqa: S102
    return printed.getvalue()


def _console(commands: str) -> str:
    return "".join(
        _command(line) if PLAIN.fullmatch(line) else _shell(line) for line in commands.splitlines()
    )


def _command(line: str) -> str:
    with redirect_stdout(StringIO()) as printed, redirect_stderr(printed):
        code = cli.main(shlex.split(line, comments=True)[1:])
    assert code == 0, f"{line}\n{printed.getvalue()}"
    return printed.getvalue()


def _shell(line: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", line],
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}"
    return done.stdout


def commands(page: str) -> Iterator[list[str]]:
    """The arguments of every `empowersim` command that a page shows, run or not."""
    for block in BLOCK.finditer(page):
        if block["kind"] in ("console", "sh"):
            for line in block["text"].splitlines():
                if line.startswith("empowersim "):
                    words = shlex.split(re.split(r"[|;>]|&&", line)[0], comments=True)
                    yield words[1:]


def rewritten(page: str, folder: Path) -> str:
    """A page that shows what its code prints now."""
    for shown in reversed(list(run(page, folder))):
        if not shown.right:
            page = page[: shown.start] + tidy(shown.printed) + "\n" + page[shown.end :]
    return page


if __name__ == "__main__":
    for path in PAGES:
        with tempfile.TemporaryDirectory() as place:
            old = path.read_text(encoding="utf-8")
            if (new := rewritten(old, Path(place))) != old:
                path.write_text(new, encoding="utf-8")
                print(f"{path} rewritten")  # noqa: T201
