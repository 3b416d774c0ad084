"""What the README shows works as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from empowersim import cli

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for line in README.splitlines()
    if line.startswith("empowersim ")
]


def test_the_python_examples_run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})  # noqa: S102
        assert "partnership" in (printed := capsys.readouterr().out)
        if "why_autonomy" in example:
            assert "LettingGo(bias=2.0" in printed


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_understood(command):
    assert cli._parser().parse_args(command).command


def test_the_readme_shows_commands():
    assert len(COMMANDS) >= 8


def test_every_link_leads_somewhere():
    root = Path(__file__).parents[1]
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (root / link).exists()] == []
