"""Every text of the app is French, too: whole, with the same blanks; and none is hard-coded."""

import ast
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from empowersim import app, scenarios, words
from empowersim.app import language
from empowersim.outcomes import MEASURES
from empowersim.parameters import DECLARATIONS, LEVERS

HERE = Path(app.__file__).parent
MODULES = sorted(HERE.rglob("*.py"))
PAGES = sorted(HERE.rglob("*.jinja"))
PICTURES = sorted(HERE.rglob("*.vue"))
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}

SHOWN = {"children", "label", "placeholder", "hint", "said", "title"}
"""What an element shows, or a screen reader says, by the names of its arguments."""
SAID = {"aria-label", "aria-description", "aria-valuetext", "alt", "title", "placeholder"}
SHOWN_FIRST = {"Act": 0, "_html": 1}
"""Components that are given the text by position."""
SAME_EVERYWHERE = {"EmpowerSim", "empowersim app --share"}


def told(path):
    """Where a file is: a mode's files are called alike."""
    return path.relative_to(HERE).as_posix()


def extracted():
    """The app's own texts with where they stand: a text, or one and many."""
    found = {}
    for path in MODULES:
        for line, text, *_others in extract_from_file("python", path, KEYWORDS):
            found.setdefault(text, f"{told(path)}:{line}")
    for path in PAGES:
        for line, text, *_others in extract_from_file(babel_extract, path, KEYWORDS):
            found.setdefault(text, f"{told(path)}:{line}")
    return found


def data():
    """Texts of the model that the app translates where it shows them."""
    named = [scenarios.named(name) for name in scenarios.NAMED]
    told = {scenario.story: f"story of {scenario.name}" for scenario in named if scenario.story}
    return told | {DECLARATIONS[lever].meaning: f"meaning of {lever}" for lever in LEVERS}


TEXTS = extracted() | data()
CATALOGUES = {}
for _path in sorted((language.LOCALES / "fr").glob("*.po")):
    with _path.open("rb") as _source:
        CATALOGUES[_path.name] = read_po(_source, locale="fr")
FRENCH = {
    message.id: (message, name)
    for name, catalogue in CATALOGUES.items()
    for message in catalogue
    if message.id
}


def forms(text):
    """A text, or its forms for one and for many."""
    return (text,) if isinstance(text, str) else tuple(text)


def blanks(text):
    return {name for _before, name, *_rest in Formatter().parse(text) if name is not None}


def test_there_are_texts_to_check():
    assert len(TEXTS) > 300
    assert ("{count} run", "{count} runs") in TEXTS
    assert TEXTS["Join the room"].startswith("room/join/door.html.jinja")


def test_every_text_is_translated():
    # Of a plural, gettext looks the singular up alone.
    known = {forms(text)[0]: message for text, (message, _name) in FRENCH.items()}
    wrong = [
        f"{where}: {text!r}"
        for text, where in TEXTS.items()
        if not (found := known.get(forms(text)[0]))
        or found.fuzzy
        or not all(forms(found.string))
        or isinstance(text, tuple) != isinstance(found.id, tuple)
        or (isinstance(text, tuple) and text != tuple(found.id))
    ]
    assert wrong == []


def test_nothing_is_translated_that_is_not_shown():
    obsolete = [
        f"{name}: {message.id!r}"
        for name, catalogue in CATALOGUES.items()
        for message in (*catalogue, *catalogue.obsolete.values())
        if message.id and (message.id not in TEXTS or message in catalogue.obsolete.values())
    ]
    assert obsolete == []


@pytest.mark.parametrize("text", FRENCH, ids=lambda text: forms(text)[0][:40])
def test_the_blanks_are_the_same(text):
    message, _name = FRENCH[text]
    wanted = [blanks(each) for each in forms(text)]
    assert [blanks(each) for each in forms(message.string)] == wanted


def test_in_french_one_idea_has_one_word_and_nobody_is_a_man_by_default():
    labels = [each.label_fr for each in (*DECLARATIONS.values(), *MEASURES)]
    app = [text for message, _name in FRENCH.values() for text in forms(message.string)]
    dropped = re.compile(
        r"\b(tension|marge|collaborateurs?|dirigé|surchargé|livré|facilitateurs|politique)\b",
        re.IGNORECASE,
    )
    told = [*labels, *app, *words.TEXTS["fr"].values()]
    assert [text for text in told if dropped.search(text)] == []


def test_in_english_nobody_is_he_or_she():
    texts = [text for each in TEXTS for text in forms(each)]
    stories = [scenarios.named(name).claim for name in scenarios.NAMED]
    he = re.compile(r"\b(he|she|his|her|him|himself)\b", re.IGNORECASE)
    assert [text for text in (*texts, *stories) if he.search(text)] == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_plurals_are_whole(name):
    catalogue = CATALOGUES[name]
    assert catalogue.num_plurals == 2
    assert "n > 1" in catalogue.plural_expr
    for message in catalogue:
        if isinstance(message.id, tuple):
            assert len(message.string) == 2
            assert all(message.string)


def test_a_text_is_translated_once_or_alike():
    by_text = defaultdict(set)
    for catalogue in CATALOGUES.values():
        for message in catalogue:
            if message.id:
                by_text[forms(message.id)[0]].add(forms(message.string))
    assert {text: found for text, found in by_text.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_file_holds_a_text_once(name):
    written = (language.LOCALES / "fr" / name).read_text(encoding="utf-8")
    begun = re.findall(r"^msgid ", written, re.MULTILINE)
    # The head of the file is one, too.
    assert len(begun) == len(CATALOGUES[name]) + 1


def test_the_checks_find_what_is_wrong():
    catalogue = Catalog(locale="fr")
    catalogue.add("{a} of {b}", "{a} de {c}")
    message = catalogue["{a} of {b}"]
    assert blanks(message.id) != blanks(message.string)
    assert hard_coded(ast.parse('v.Html(tag="p", children=["Hello you"])')) == ["Hello you"]
    assert hard_coded(ast.parse('v.Html(tag="p", children=[_("Hello"), "–"])')) == []
    assert hard_coded(ast.parse('Act("Hello", f, said=_("x"))')) == ["Hello"]
    assert hard_coded(ast.parse('v.Btn(attributes={"aria-label": "Hello"})')) == ["Hello"]
    assert words_in("<template><p :title='x' alt='A b'>{{ a }} of <b>+</b></p></template>") == [
        "alt=A b",
        "of",
    ]


@pytest.mark.parametrize("path", MODULES, ids=told)
def test_every_blank_is_filled(path):
    wrong = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if called not in ("_", "plural") or any(each.arg is None for each in node.keywords):
            continue
        given = {each.arg for each in node.keywords} | ({"count"} if called == "plural" else set())
        texts = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
        wrong += [text for text in texts if isinstance(text, str) and blanks(text) - given]
    assert wrong == []


# --- Nothing is hard-coded --------------------------------------------------------------------


def is_text(text):
    """Whether it is written in a language, and not a sign, a name in the code or a number."""
    speaks = any(map(str.isupper, text)) or re.search(r"[^\W\d_] +[^\W\d_]", text)
    return bool(speaks) and text not in SAME_EVERYWHERE


def literals(node):
    """The texts that are written in an expression itself, not in what it calls."""
    if isinstance(node, ast.Call):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def hard_coded(tree):
    """Texts that are shown, or said, as they stand."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            shown = [each.value for each in node.keywords if each.arg in SHOWN]
            position = SHOWN_FIRST.get(called, len(node.args))
            shown += node.args[position : position + 1]
        elif isinstance(node, ast.Dict):
            shown = [
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value in SAID
            ]
        else:
            continue
        found += [text for each in shown for text in literals(each) if is_text(text)]
    return found


@pytest.mark.parametrize("path", MODULES, ids=told)
def test_no_text_is_hard_coded_in_a_module(path):
    assert hard_coded(ast.parse(path.read_text(encoding="utf-8"))) == []


class Template(HTMLParser):
    """Collects the words between the tags, and those of attributes that are not bound."""

    def __init__(self):
        super().__init__()
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.words += [f"{name}={value}" for name, value in attrs if name in SAID and value]

    def handle_data(self, data):
        text = re.sub(r"{{.*?}}", "", data, flags=re.DOTALL).strip()
        if re.search(r"[^\W\d_]", text) and text not in SAME_EVERYWHERE:
            self.words.append(text)


def words_in(page):
    template = Template()
    template.feed(page)
    template.close()
    return template.words


@pytest.mark.parametrize("path", PICTURES, ids=told)
def test_no_text_is_hard_coded_in_a_picture(path):
    template, script = path.read_text(encoding="utf-8").split("</template>", 1)
    assert words_in(template) == []
    assert re.findall(r"""(?:fill|stroke)Text\(["'`][A-Za-z]\w+""", script) == []


@pytest.mark.parametrize("path", PAGES, ids=told)
def test_no_text_is_hard_coded_on_the_phone(path):
    page = path.read_text(encoding="utf-8")
    plain = re.sub(r"{%.*?%}|{{.*?}}", "", page, flags=re.DOTALL)
    assert words_in(plain) == []
