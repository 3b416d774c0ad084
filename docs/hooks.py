"""What MkDocs does beside its own: pages from outside docs/, links to code, parts made from code.

Links in the pages are those of the repository, so that they work there; here they become those of
the site. A link to a module leads to its page of the reference. A link to anything else that the
site does not hold (a test, a script) becomes plain text.
"""

from __future__ import annotations

import argparse
import ast
import posixpath
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from empowersim import cli, experiment, outcomes
from empowersim.parameters import DECLARATIONS

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {"README.md": "overview.md", "CHANGELOG.md": "changelog.md"}
"""Pages of the repository's root, by the name they have on the site."""
ASSETS = (".png", ".svg", ".toml", ".py")
"""What the experiments' pages may show or hand out."""
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s#]*)(#[^()\s]*)?\)")
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
PART = re.compile(r"<!-- made from the code: ([\w -]+) -->")
DIRECTIVE = re.compile(r"^::: (empowersim[\w.]*)", re.MULTILINE)


# --- Pages from outside docs/ -----------------------------------------------------------------


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name every decision in the navigation, by its own title."""
    config.nav = [_with_pages(each, Path(config.docs_dir)) for each in config.nav or []]
    return config


def _with_pages(entry: Any, docs: Path) -> Any:
    """An entry of the navigation with the pages that a pattern (`decisions/*.md`) stands for."""
    if isinstance(entry, list):
        return [_with_pages(each, docs) for each in entry]
    if isinstance(entry, dict):
        return {name: _with_pages(each, docs) for name, each in entry.items()}
    if "*" not in entry:
        return entry
    return [{_title(path): path.relative_to(docs).as_posix()} for path in sorted(docs.glob(entry))]


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README, the changelog, and the experiments with their figures and files."""
    for path, uri in outside():
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def outside() -> Iterator[tuple[Path, str]]:
    """Files of the repository that the site has too, with their place there."""
    for name, uri in OUTSIDE.items():
        yield ROOT / name, uri
    for path in sorted((ROOT / "experiments").rglob("*")):
        if path.name == "README.md" or path.suffix in ASSETS:
            yield path, path.relative_to(ROOT).as_posix()


# --- Links ------------------------------------------------------------------------------------


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links of the repository become links of the site; parts are made from the code."""
    places = {Path(file.abs_src_path): file.src_uri for file in files if file.abs_src_path}
    places |= {
        ROOT / "src" / module: f"reference/{name}"
        for module, name in modules_in_reference(Path(config.docs_dir)).items()
    }
    source, uri = Path(str(page.file.abs_src_path)), page.file.src_uri

    def moved(link: re.Match[str]) -> str:
        picture, text, target, fragment = link.groups()
        if not target or ":" in target:
            return link[0]
        place = (source.parent / target).resolve()
        if place in places:
            there = posixpath.relpath(places[place], posixpath.dirname(uri))
            return f"{picture}[{text}]({there}{fragment or ''})"
        # What is nowhere keeps its link: MkDocs then complains.
        return text if place.exists() else link[0]

    return PART.sub(lambda part: PARTS[part[1]](), outside_fences(markdown, moved))


def outside_fences(markdown: str, moved: Callable[[re.Match[str]], str]) -> str:
    """Every link of a page put anew, but for those in blocks of code."""
    parts = FENCED.split(markdown)
    # What the pattern captured, the blocks, stands at the odd places.
    return "".join(part if n % 2 else LINK.sub(moved, part) for n, part in enumerate(parts))


def modules_in_reference(docs: Path) -> dict[str, str]:
    """By module (as a path below src/), the page of the reference that describes it."""
    found = {}
    for page in sorted((docs / "reference").glob("*.md")):
        for name in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            path = name.replace(".", "/")
            found[f"{path}.py"] = found[path] = found[f"{path}/__init__.py"] = page.name
    return found


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """French pages say that they are French: to browsers, to screen readers, to hyphenation."""
    if page.file.src_uri.startswith("fr/"):
        return output.replace('<html lang="en"', '<html lang="fr"', 1)
    return output


# --- Parts made from the code -----------------------------------------------------------------


def command_line() -> str:
    """Every command with its arguments, as argparse knows them."""
    return "\n".join(_command(cli._parser(), level=1))


def _command(parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    if level > 1:
        yield f"{'#' * level} `{parser.prog}`\n"
        yield f"{_sentence(parser.description or '')}\n"
    subcommands: dict[str, argparse.ArgumentParser] = {}
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {each.dest: each.help for each in action._choices_actions}
            subcommands = dict(action.choices)
            for name, each in subcommands.items():
                each.description = helps[name]
        elif action.help != argparse.SUPPRESS and "-h" not in action.option_strings:
            rows.append(_argument(action))
    if rows:
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        yield f"```text\n{textwrap.fill(usage, 88, subsequent_indent='    ')}\n```\n"
        yield "| argument | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"
    for each in subcommands.values():
        yield from _command(each, level + 1)


def _argument(action: argparse.Action) -> str:
    value = action.metavar or ("" if action.nargs == 0 else action.dest)
    if action.choices:
        value = ", ".join(map(str, action.choices))
    name = f"{', '.join(action.option_strings)} {value}".strip().replace("|", "\\|")
    default = action.default
    told = "" if default in (None, False, [], argparse.SUPPRESS) else f" (default: {default})"
    return f"| `{name}` | {_cell(action.help or '')}{told} |"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def parameter_table() -> str:
    """Every parameter, group by group."""
    groups = dict.fromkeys(each.group for each in DECLARATIONS.values())
    return "\n".join(_group(group) for group in groups)


def _group(group: str) -> str:
    rows = [
        f"| `{name}` | {each.label_en} | {each.default:g} | {each.low:,.10g} to {each.high:,.10g}"
        f" | {each.unit} | {_cell(each.meaning)} | {_cell(each.source)} |"
        for name, each in DECLARATIONS.items()
        if each.group == group
    ]
    columns = ("name", "label", "default", "range", "unit", "meaning", "source")
    head = f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|"
    return f"## {group.capitalize()}\n\n{head}\n" + "\n".join(rows) + "\n"


def outcome_table() -> str:
    """Every measure."""
    rows = [
        f"| `{each.name}` | {each.label_en} | {each.label_fr} | {each.over} | {each.meaning} |"
        for each in outcomes.MEASURES
    ]
    head = "| name | label | label in French | mean over | meaning |\n|---|---|---|---|---|"
    return f"{head}\n" + "\n".join(rows) + "\n"


def experiment_sections() -> str:
    """Every section of an experiment file, from its schema."""
    schema = experiment.schema()
    sections = {"The file": schema} | {
        name: part for name, part in schema["$defs"].items() if _is_section(name, part)
    }
    return "\n".join(_section(name, part, schema["$defs"]) for name, part in sections.items())


def _is_section(name: str, part: Mapping[str, Any]) -> bool:
    """Parameters have a page of their own; a mere pair of bounds is told where it stands."""
    return "properties" in part and name != "Settings"


def _section(name: str, part: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_kind(each, parts)} | {_default(key, each, part.get('required', []))} |"
        for key, each in part["properties"].items()
    ]
    says = " ".join(str(part.get("description", "")).split("\n\n")[0].split())
    table = "| key | value | default |\n|---|---|---|\n" + "\n".join(rows)
    return f"## {name}\n\n{says}\n\n{table}\n"


def _default(key: str, each: Mapping[str, Any], required: list[str]) -> str:
    """A default that a file might write; that of a whole section is the sections' own."""
    if key in required:
        return "must be given"
    default = each.get("default")
    if isinstance(default, Mapping | list):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if isinstance(default, int | float) or default else ""


def _kind(each: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    for several in ("anyOf", "oneOf"):
        if several in each:
            kinds = [_kind(one, parts) for one in each[several] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "$ref" in each:
        name = each["$ref"].rpartition("/")[2]
        part = parts[name]
        if name == "Settings":
            return "[parameters](parameter-table.md), each a number or the name of a factor"
        return f"[{name}](#{name.lower()})" if _is_section(name, part) else _kind(part, parts)
    if "const" in each:
        return f"`{each['const']}`"
    if "enum" in each:
        return "one of " + ", ".join(f"`{value}`" for value in each["enum"])
    if each.get("type") == "array":
        return f"list of: {_kind(each['items'], parts)}"
    if isinstance(each.get("additionalProperties"), Mapping):
        return f"by name: {_kind(each['additionalProperties'], parts)}"
    if "properties" in each:
        return f"`{{ {', '.join(each['properties'])} }}`"
    types = [each["type"]] if isinstance(each["type"], str) else each["type"]
    return " or ".join(WORDS[name] for name in types) + _bounds(each)


WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true` or `false`",
}


def _bounds(each: Mapping[str, Any]) -> str:
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
    }
    told = [f"{sign} {each[key]:,.10g}" for key, sign in signs.items() if key in each]
    return f" {', '.join(told)}" if told else ""


def _cell(text: str) -> str:
    """A text that does not end its cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def other_modules() -> str:
    """The modules that have no page, with what they say of themselves."""
    described = set(modules_in_reference(ROOT / "docs"))
    package = ROOT / "src" / "empowersim"
    rows = []
    for path in sorted([*package.glob("[!_]*.py"), *package.glob("*/__init__.py")]):
        if path.relative_to(ROOT / "src").as_posix() in described:
            continue
        name = path.parent.name if path.name == "__init__.py" else path.stem
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append(f"| `empowersim.{name}` | {_cell(says.splitlines()[0])} |")
    return "| module | what it is |\n|---|---|\n" + "\n".join(rows) + "\n"


PARTS: Mapping[str, Callable[[], str]] = {
    "command line": command_line,
    "parameters": parameter_table,
    "outcomes": outcome_table,
    "experiment file": experiment_sections,
    "other modules": other_modules,
}
"""What a page may ask for, by the name in its comment."""
