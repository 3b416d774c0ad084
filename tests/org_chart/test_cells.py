"""Cleaning, comparing and guarding the text of cells."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empowersim.errors import OrgChartError
from empowersim.org_chart.cells import clean, guarded, key, name_key, quoted, unguarded


@given(st.text())
def test_clean_text_is_clean_and_on_one_line(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == cleaned.strip()
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


def test_what_looks_alike_becomes_equal():
    decomposed = unicodedata.normalize("NFD", " Zoé\u00a0Lemaire\r\n ")
    assert clean(decomposed) == "Zoé Lemaire"


def test_dozens_of_accents_on_one_letter_are_no_text():
    """To put them in order takes the square of their number: minutes, for a small file."""
    pile = "\u0301\u0316" * 500_000
    for read in (clean, key, name_key):
        with pytest.raises(OrgChartError, match="has dozens of accents on one letter"):
            read(f"Zoe{pile}")
    # Thirty are more than any language writes on a letter.
    assert clean("e" + "\u0301" * 30) == unicodedata.normalize("NFC", "e" + "\u0301" * 30)


@given(st.text(alphabet="'=+-@＝a1 "))
def test_the_guard_against_formulas_is_undone_exactly(text):
    safe = guarded(text)
    assert unguarded(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["'tis", "O'Neill", "''", "a=b", ""])
def test_harmless_text_is_left_alone(text):
    assert guarded(text) == text == unguarded(text)


def test_keys_ignore_case_accents_and_punctuation():
    assert key("N° Employé") == key("n_employe") == "nemploye"
    assert key("Employee #") == key("employee number")
    assert key("managerId") == key("Manager ID") == key("MANAGER-ID")
    assert name_key("DUPONT, Zoé") == name_key("Zoe Dupont") == "dupont zoe"


def test_a_long_value_is_shortened():
    assert quoted("x" * 1_000_000) == "'" + "x" * 58 + "…"
