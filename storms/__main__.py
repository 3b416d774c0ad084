"""`python -m storms` brings every fault down on a sweep, and writes docs/reliability.md."""

from __future__ import annotations

import sys

from storms import claims, models, page, sweeps


def main() -> int:
    """Storm, print, write; the exit code says whether all went well."""
    faults = sweeps.section() + models.section()
    figures = claims.section()
    page.write("Sweeps", page.table(faults))
    page.write("Their figures", page.table(figures))
    return int(any(row.survived < row.tried for row in faults))


if __name__ == "__main__":
    sys.exit(main())
