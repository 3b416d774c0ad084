"""`python -m validation` writes docs/validation.md; `python -m validation calibration`, its page.

With the names of sections, only those are made and printed, and nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from empowersim import patterns
from validation import calibration, effort, rivals, structures, surveys, verification
from validation.section import Section, Verdict, table

DOCS = Path(__file__).parents[1] / "docs"
SECTIONS: dict[str, Callable[[], Section]] = {
    "verification": verification.section,
    "surveys": surveys.section,
    "structures": structures.section,
    "rivals": rivals.section,
    "effort": effort.section,
}
HEAD = """# Validation

<!-- Written by `make validation`: change the package validation/, not this page. -->

What the model was tuned on (P1 to P8), what it was held against afterwards (V1 to V8), what happens
under other forms of its rules, and how it is known that the code does what [the ODD](odd.md) says.
The rule for each verdict was written before its figure was seen, unless it says otherwise (as V1 to
V4 and V6, V7 do in part).
Intervals are of 95 %.

How the weights were found, and what they leave open, is told in [calibration](calibration.md).
"""


def _patterns() -> str:
    rows = [
        (
            each.pattern,
            each.what,
            f"{each.value:.3g}",
            f"{each.low:g} to {each.high:g}",
            "yes" if each.holds else "**no**",
        )
        for each in patterns.check()
    ]
    shown = table(("pattern", "number", "model", "accepted", "holds"), rows)
    return f"## The patterns that the model was tuned on\n\n{shown}\n"


def _verdicts(verdicts: list[Verdict]) -> str:
    ordered = sorted(verdicts, key=lambda each: each.name)
    short = [(each.name, f"**{each.answer}**", each.found) for each in ordered]
    told = "\n".join(
        f"### {each.name}: {each.answer}\n\n*Evidence.* {each.evidence}\n\n"
        f"*Method.* {each.method}\n\n*Found.* {each.found}\n\n*Why.* {each.why}\n"
        for each in ordered
    )
    return f"## Verdicts\n\n{table(('pattern', 'verdict', 'found'), short)}\n\n{told}"


def page() -> str:
    """The whole page, in Markdown."""
    sections = [make() for make in SECTIONS.values()]
    verdicts = [verdict for section in sections for verdict in section.verdicts]
    parts = [HEAD, _patterns(), _verdicts(verdicts)]
    parts += [f"## {section.title}\n\n{section.text}\n" for section in sections]
    return "\n".join(parts)


def main(asked: list[str]) -> str | None:
    """Write the page that was asked for, or print some sections; what is wrong with the call."""
    if asked in (["calibration"], ["calibration", "--again"]):
        section = calibration.section(again="--again" in asked)
        text = f"# {section.title}\n\n{section.text}\n"
        (DOCS / "calibration.md").write_text(text, encoding="utf-8")
    elif unknown := set(asked) - SECTIONS.keys():
        sections = ", ".join((*SECTIONS, "calibration [--again]"))
        return f"no section is called {', '.join(sorted(unknown))}; sections: {sections}"
    elif asked:
        for name in asked:
            section = SECTIONS[name]()
            print(f"{_verdicts(list(section.verdicts))}\n## {section.title}\n\n{section.text}")
    else:
        (DOCS / "validation.md").write_text(page(), encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
