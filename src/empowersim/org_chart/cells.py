"""What the text of one cell becomes before it is compared, stored or shown."""

import re
import unicodedata

from empowersim.errors import OrgChartError

# Control characters, zero-width spaces, lone surrogates: unseen on paper, and not allowed in XML.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\ufeff\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile("'*[=+\\-@＝＋－＠]")
_LONGEST_QUOTE = 60
_MOST_MARKS = 30  # on one letter, in any language that is written (Unicode UAX #15)


def clean(text: str) -> str:
    """The text on one line, without invisible characters or spaces at its ends, in NFC.

    Two files may write the same name in two ways that look alike; here they become equal.

    Raises:
        OrgChartError: So many accents stand on one letter that it is no text; to put them in
            order would take the square of their number.
    """
    if _is_piled(text):
        raise OrgChartError(
            f"{quoted(text)} has dozens of accents on one letter, so it is no text or is damaged: "
            "correct it, or delete it"
        )
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub(" ", text).split()))


def _is_piled(text: str) -> bool:
    if text.isascii() or len(text) <= _MOST_MARKS:
        return False
    marks = bytes(map(bool, map(unicodedata.combining, text)))
    return b"\1" * (_MOST_MARKS + 1) in marks


def key(text: str) -> str:
    """The letters and digits only, without case or accents, and `#` as `number`.

    `"N° Employé"` → `"nemploye"`, `"Employee #"` → `"employeenumber"`.
    """
    return "".join(_words(text.replace("#", " number ")))


def name_key(name: str) -> str:
    """As `key`, whatever the order of the words: `"DUPONT, Zoé"` and `"Zoé Dupont"` agree."""
    return " ".join(sorted(_words(name)))


def guarded(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would take it for a formula.

    Text that starts with apostrophes and then a formula's sign gets one more, so that
    `unguarded` undoes this exactly.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded`, or a spreadsheet, put before a formula."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def quoted(value: object) -> str:
    """The value in quotes for a message, shortened to 60 characters."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def _words(text: str) -> list[str]:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", clean(text).casefold())
        if not unicodedata.combining(letter)
    )
    return re.findall(r"[^\W_]+", plain)
