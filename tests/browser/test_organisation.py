"""Your organisation in a real browser: a file read, told by line, used; hostile ones refused."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from empowersim import org_chart

SAMPLE = Path(org_chart.__file__).parent / "samples" / "boreal_instruments.csv"
LATE = 25_000


@pytest.fixture
def page(open_page):
    return open_page("/organisation")


def bring(page, data, name="chart.csv"):
    given = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.set_input_files(".or-file input", given)


def test_a_file_is_read_used_and_forgotten(page):
    bring(page, SAMPLE.read_bytes())
    expect(page.locator(".or-facts")).to_contain_text("241", timeout=LATE)
    expect(page.locator(".es-picture-mark")).to_have_count(5)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("main")).to_contain_text("In use in this tab")
    page.get_by_role("button", name="To the lab").click()
    expect(page).to_have_url(re.compile("/lab$"), timeout=LATE)
    page.locator("nav a", has_text="Your organisation").click()
    expect(page.locator("main")).to_contain_text("In use in this tab")
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".or-facts")).to_have_count(0)


def test_rows_that_are_pasted_are_told_by_line_without_names(page):
    page.locator("textarea").fill("id,manager,name\n1,,Ann\n2,1,Bob\nCleo,Absent,Cleo\n")
    page.get_by_role("button", name="Read what is pasted").click()
    expect(page.locator(".or-lines")).to_contain_text(
        "Line 4: someone reports to …, who is not in the file", timeout=LATE
    )
    expect(page.locator("main")).not_to_contain_text("Absent")
    expect(page.get_by_role("button", name="Use it without the lines below")).to_be_visible()
    page.get_by_label("Anonymise").click(force=True)
    expect(page.locator("main")).to_contain_text("The names were not kept")


def test_names_are_shown_only_when_asked_for_and_can_be_taken_away(page):
    page.get_by_label("Anonymise").click(force=True)
    bring(page, b"id,manager,name\n1,,Ann\n2,Absent,Bob\n3,1,Cy\n")
    expect(page.locator(".or-lines")).to_contain_text("2 reports to 'Absent'", timeout=LATE)
    page.get_by_label("Anonymise").click(force=True)
    expect(page.locator(".or-facts")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Absent")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04 renamed", "workbook"),
        (b"%PDF-1.7", "not a text file"),
        (b"", "nothing in it"),
        (b"id,manager\n1,\0\n", "NUL"),
        (b"id,manager\n" + b"1,\n" * 1_000_000, "at most 100,000 people"),
        (b"x" * (25 * 2**20 + 1), "larger than 25"),
        (b"id,manager\n1,2\n2,1\n", "Nobody can be placed: 2 lines are wrong"),
        (b"id,manager\n1,\n2,9\n", "One person alone"),
        (b"id,manager," + b"x," * 1_000_000 + b"\n1,\n2,1\n", "has 1,000,003 cells"),
        (("id,manager\n1,\n" + "\u0301\u0316" * 30_000 + ",1\n").encode(), "piles up accents"),
    ],
    ids=[
        *("xlsx", "pdf", "empty", "nul", "rows", "bytes", "cycle", "alone", "columns", "accents"),
    ],
)
def test_what_gives_no_chart_is_one_clear_line(page, data, told):
    bring(page, data)
    expect(page.locator(".es-error")).to_contain_text(told, timeout=LATE)
    # And the next file is read as if nothing had been.
    bring(page, SAMPLE.read_bytes())
    expect(page.locator(".or-facts")).to_contain_text("241", timeout=LATE)


def test_what_looks_like_a_page_is_shown_as_text(page):
    page.on("dialog", lambda _: pytest.fail("a name was run"))
    page.get_by_label("Anonymise").click(force=True)
    bad = "<img src=x onerror=alert(1)>"
    bring(page, f"id,manager,name\n1,,{bad}\n2,1,{bad}\n{bad},nobody,x\n".encode())
    expect(page.locator(".or-lines")).to_contain_text(bad, timeout=LATE)
    expect(page.locator("main img")).to_have_count(0)


def test_in_french_with_a_file_from_a_french_spreadsheet(open_page):
    page = open_page("/organisation", locale="fr-FR")
    with page.expect_download() as download:
        page.locator(".or-link").click()
    given = Path(download.value.path()).read_bytes()
    assert given.decode("utf-8-sig").startswith("identifiant;responsable;nom;fonction")
    page.get_by_label("Anonymiser").click(force=True)
    bring(page, given.decode("utf-8-sig").encode("cp1252") + b"4;9;x;y\n")
    expect(page.locator(".or-lines")).to_contain_text("qui n'est pas dans le fichier", timeout=LATE)
    expect(page.locator(".or-facts")).to_contain_text("niveaux")
