"""The documentation holds together: links, the navigation, the reference, French, the site."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

import empowersim
from empowersim.app.language import _
from empowersim.app.titles import TITLES
from empowersim.outcomes import MEASURES
from empowersim.parameters import DECLARATIONS, LEVERS
from empowersim.scenarios import NAMED

ROOT = Path(__file__).parents[1]
DOCS, SITE = ROOT / "docs", ROOT / "site"
MARKDOWN = sorted(
    [*DOCS.rglob("*.md"), *(ROOT / "experiments").rglob("README.md"), ROOT / "CHANGELOG.md"]
)
FRENCH = sorted((DOCS / "fr").glob("*.md"))
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
SPACE = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


def prose(page):
    """The text of a page without its blocks of code."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page):
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    wrong = []
    for link in LINK.findall(prose(page)):
        target, _, fragment = link.partition("#")
        place = page.parent / target if target else page
        if "://" in link or link.startswith("mailto:"):
            continue
        if not place.exists() or (fragment and fragment not in anchors(place)):
            wrong.append(link)
    assert wrong == []


def test_every_test_that_a_page_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", prose(DOCS / "trace.md"))
    assert len(named) > 10
    for path, test in named:
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
        assert (ROOT / path).exists(), path


# --- The site ---------------------------------------------------------------------------------


def navigation(entry):
    """The pages that the navigation names."""
    if isinstance(entry, dict):
        return [page for each in entry.values() for page in navigation(each)]
    if isinstance(entry, list):
        return [page for each in entry for page in navigation(each)]
    return [str(path.relative_to(DOCS)) for path in DOCS.glob(entry)] if "*" in entry else [entry]


def test_the_navigation_names_every_page_once():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    # Its only tag is a function of the build's.
    pages = navigation(yaml.safe_load(text.replace("!!python/", "!python_").split("nav:\n")[1]))
    own = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    experiments = (path.relative_to(ROOT) for path in (ROOT / "experiments").rglob("README.md"))
    brought = {"overview.md", "changelog.md", *(path.as_posix() for path in experiments)}
    assert len(pages) == len(set(pages))
    assert set(pages) == own | brought


def test_every_public_name_is_in_the_reference():
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("reference/*.md"))
    described = set(re.findall(r"^::: empowersim\.(\w+)$", text, re.MULTILINE))
    modules = set(empowersim._HOME.values()) | set(empowersim._MODULES)
    assert modules <= described
    assert {"analysis", "designs", "ensemble", "plots", "rules"} <= described


class Loaded(HTMLParser):
    """What a page loads when it is opened: links that one follows are not among it."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag != "a":
            self.addresses += [given[name] for name in ("src", "href", "srcset") if given.get(name)]


@pytest.mark.skipif(not SITE.exists(), reason="needs the site: make docs")
def test_the_site_loads_nothing_from_elsewhere():
    pages = sorted(SITE.rglob("*.html"))
    assert len(pages) >= 50
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        outside = [each for each in loaded.addresses if re.match(r"(https?:)?//", each)]
        assert outside == [], page
    for sheet in SITE.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text("utf-8"))


# --- French -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_french_signs_have_their_spaces(page):
    text = re.sub(
        r"`[^`\n]*`|!?\[(?=[^\]]*\]\()|\]\([^)]*\)|^[|: -]+$", "", prose(page), flags=re.MULTILINE
    )
    wrong = re.findall(
        rf".{{0,20}}(?:[^{SPACE}\d!?][;?!»]|[^{SPACE}\d]:(?=\s)|«[^{SPACE}]).?", text
    )
    assert wrong == []


def test_the_lexicon_has_the_words_of_the_screen():
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| `([\w-]+)` \|", prose(DOCS / "fr/lexique.md"), re.M
    )
    told = {name: (french, english) for french, english, name in rows}
    declared = {name: DECLARATIONS[name] for name in LEVERS} | {
        each.name: each for each in MEASURES
    }
    wanted = {name: (each.label_fr, each.label_en) for name, each in declared.items()}
    assert set(TITLES) == set(NAMED)
    wanted |= {name: (_(title, "fr"), _(title, "en")) for name, title in TITLES.items()}
    assert told == wanted


def test_the_guide_fills_two_hours():
    row = re.compile(rf"^\| (\d):(\d\d) \| (\d+)[{SPACE}]min \|", re.MULTILINE)
    clock = 0
    for hours, minutes, duration in row.findall(prose(DOCS / "fr/guide-animation.md")):
        assert 60 * int(hours) + int(minutes) == clock
        clock += int(duration)
    assert clock == 120


def test_what_the_findings_say_of_the_region_is_what_calibration_found():
    """Their shares with intervals, in the form in which that page has them."""
    found = (DOCS / "calibration.md").read_text(encoding="utf-8")
    for page in (DOCS / "findings.md", DOCS.parent / "README.md"):
        text = " ".join(page.read_text(encoding="utf-8").split())
        said = re.findall(r"(\d+) % \[(\d+) to (\d+) %\](?= of the region| with coaching\))", text)
        said += re.findall(r"lies inside in (\d+) % \[(\d+) to (\d+) %\]", text)
        assert said
        missing = [each for each in said if "{}% [{}%, {}%]".format(*each) not in found]
        assert missing == []
