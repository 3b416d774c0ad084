"""docs/reliability.md: each storm writes its own sections, and leaves the others as they are."""

from __future__ import annotations

import re
from pathlib import Path

from storms.sweeps import Row

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
HEADER = """# Reliability

Written by `make faults`. A fault is survived if nothing that was committed is lost, the digest of
the results is that of an undisturbed sweep, and whatever is damaged is found. The section on the
app is written by `make soak`, that on inputs by `python -m storms.inputs`, that on guided ones by
`make fuzz`, that on installation by `python -m storms.install`, those on the model and on
reproducibility by `python -m storms.model`.
"""
SECTIONS = (
    *("Sweeps", "Their figures", "Inputs", "Inputs, guided", "Installation", "Model"),
    *("Reproducibility", "App"),
)
"""In the order of the page."""


def table(rows: list[Row]) -> str:
    """A Markdown table."""
    lines = ["|what|tried|went well|remark|", "|---|---|---|---|"]
    lines += [f"|{row.fault}|{row.tried:,}|{row.survived:,}|{row.remark}|" for row in rows]
    return "\n".join(lines)


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put a section into the page, in place of what it said before."""
    sections = _sections(page) | {name: text}
    told = "".join(
        f"\n## {each}\n\n{sections[each].strip()}\n" for each in SECTIONS if each in sections
    )
    page.write_text(f"{HEADER}{told}", encoding="utf-8")


def write_some(name: str, rows: list[Row], page: Path = PAGE) -> None:
    """Put some rows of a section into the page, in place of those of the same names."""
    new = {line.split("|")[1]: line for line in table(rows).splitlines()[2:]}
    kept = _sections(page)[name].strip().splitlines()
    write(name, "\n".join(new.get(line.split("|")[1], line) for line in kept), page)


def _sections(page: Path) -> dict[str, str]:
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    _head, *parts = re.split(r"^## (.+)\n", before, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))
