"""The app's languages: English texts in the code, French ones in locale/fr/*.po (gettext).

A text is written in English where it is used, inside `_` or `plural`; `N_` marks one that is
translated later. Numbers, and spaces that must not break, are those of `empowersim.words`.
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

import solara

from empowersim import words
from empowersim.words import LANGUAGES, Language

LOCALES = Path(__file__).with_name("locale")
NAMES = {"en": "English", "fr": "Français"}

current: solara.Reactive[Language] = solara.reactive("en")
"""The session's language; a component that shows a text is drawn anew when it changes."""


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The translations from English, of all files of a language."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    found = gettext.NullTranslations()
    for path in sorted((LOCALES / language).glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        part = gettext.GNUTranslations(compiled)
        part.add_fallback(found)
        found = part
    return found


def N_(text: str) -> str:  # noqa: N802 (gettext's name)
    """Mark a text that `_` translates where it is shown."""
    return text


def _(text: str, language: Language | None = None, **values: object) -> str:
    """A text in a language, by default the session's, with its blanks filled."""
    language = language or current.value
    return words.typeset(catalogue(language).gettext(text), language).format(**values)


def plural(
    one: str, many: str, count: int, language: Language | None = None, **values: object
) -> str:
    """The text for this many; `{count}` is the number."""
    language = language or current.value
    text = words.typeset(catalogue(language).ngettext(one, many, count), language)
    return text.format(count=words.number(count, language), **values)


def percent(share: float, decimals: int = 0, language: Language | None = None) -> str:
    """A share in percent, as the language writes it."""
    return words.percent(share, language or current.value, decimals)


def number(value: float, decimals: int | None = None, language: Language | None = None) -> str:
    """A number, as the language writes it."""
    return words.number(value, language or current.value, decimals)


def label(name: str, language: Language | None = None) -> str:
    """What a parameter or a measure is called."""
    return words.label(name, language or current.value)


def spoken_by(accept_language: str) -> Language:
    """The first language that a browser asks for and that the app speaks; English if none."""
    for asked in accept_language.lower().split(","):
        if (tag := asked.strip()[:2]) in LANGUAGES:
            return "fr" if tag == "fr" else "en"
    return "en"
