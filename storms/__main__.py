"""`python -m storms` brings every fault down on a sweep, and writes docs/reliability.md."""

from __future__ import annotations

import sys
from pathlib import Path

from storms import claims, sweeps
from storms.sweeps import Row

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
HEADER = """# Reliability

Written by `make faults`. A fault is survived if nothing that was committed is lost, the digest of
the results is that of an undisturbed sweep, and whatever is damaged is found.
"""


def table(rows: list[Row]) -> str:
    """A Markdown table."""
    lines = ["|what|tried|went well|remark|", "|---|---|---|---|"]
    lines += [f"|{row.fault}|{row.tried:,}|{row.survived:,}|{row.remark}|" for row in rows]
    return "\n".join(lines)


def main() -> int:
    """Storm, print, write; the exit code says whether all went well."""
    faults = sweeps.section()
    figures = claims.section()
    page = f"{HEADER}\n## Sweeps\n\n{table(faults)}\n\n## Their figures\n\n{table(figures)}\n"
    PAGE.write_text(page, encoding="utf-8")
    return int(any(row.survived < row.tried for row in faults))


if __name__ == "__main__":
    sys.exit(main())
