"""The tutorials and how-to pages run as they stand, and print what they show."""

import pytest

from empowersim import cli
from pages import PAGES, commands, run

COMMANDS = [
    pytest.param(command, id=f"{page.stem}: {' '.join(command)}")
    for page in PAGES
    for command in commands(page.read_text(encoding="utf-8"))
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_runs_and_shows_what_it_prints(page, tmp_path):
    for shown in run(page.read_text(encoding="utf-8"), tmp_path):
        assert shown.right, f"printed:\n{shown.printed}\nshown:\n{shown.text}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_a_page_shows_is_understood(command):
    try:
        assert cli._parser().parse_args(command).command
    except SystemExit as end:
        assert end.code == 0  # noqa: PT017 (--version ends, and is understood)


def test_there_are_pages_and_commands():
    assert len(PAGES) >= 12
    assert len(COMMANDS) >= 30


def test_what_is_not_printed_is_noticed(tmp_path):
    page = "```python\nprint(1 + 1)\n```\n\n```text\n{}\n```\n"
    assert [shown.right for shown in run(page.format("2"), tmp_path)] == [True]
    assert [shown.right for shown in run(page.format("…"), tmp_path)] == [True]
    assert [shown.right for shown in run(page.format("3"), tmp_path)] == [False]
