"""Rival rules from the literature, selected by name: `rules_from("logit")`.

Each is a file like a researcher's own rules (`empowersim.own_rules`), and its name is the file's
with hyphens. What a rival leaves alone stays as it is. Each says what it keeps of its theory, what
it leaves out, and how its scale is matched to ours; decision 7 says why these.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

RIVALS: Mapping[str, Path] = MappingProxyType(
    {
        path.stem.replace("_", "-"): path
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.name != "__init__.py"
    }
)
"""The file of each rival, by its name."""


def title(name: str) -> str:
    """What a rival says in place of our rule: the first line of its file."""
    text = RIVALS[name].read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
