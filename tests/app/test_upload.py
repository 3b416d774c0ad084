"""Org charts that people bring: read right, refused kindly, within bounds of time and memory.

Memory is what Python takes at its highest beyond what was there (tracemalloc), time is wall time
on a slow machine; what no bound in `check` catches, the process that reads is killed for.
"""

import gzip
import multiprocessing
import time
import tracemalloc
import zipfile
from contextlib import suppress
from io import BytesIO
from threading import Event
from typing import get_args

import numpy as np
import pytest

from empowersim import org_chart
from empowersim.app import language
from empowersim.app.organisation import mode, upload
from empowersim.app.organisation.upload import Refusal
from empowersim.org_chart import hierarchy

MEGABYTE = 2**20
GOOD = "id,manager,name,title\n1,,Zoé Œuvré,CEO\n2,1,Bob,Lead\n3,2,Çelik,Dev\n4,2,Ann,Dev\n"
FRENCH = "identifiant;responsable;nom;fonction\n1;;Zoé Œuvré;DG\n2;1;Bob;Chef\n"


def refused(data, anonymous=False):
    with pytest.raises(Refusal) as caught:
        upload.read(data, anonymous=anonymous)
    return caught.value


def zipped():
    """A bomb: 100 MB of zeros in 100 kB."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (100 * MEGABYTE))
    return held.getvalue()


# --- Read right ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\n", "\r\n"), FRENCH])
def test_a_good_file_is_read_whatever_wrote_it(encoding, text):
    brought = upload.read(text.encode(encoding), anonymous=False)
    assert brought.chart.nodes["1"]["name"] == "Zoé Œuvré"
    assert (brought.told, brought.more, brought.lost) == ((), 0, 0)


def test_the_sample_gives_the_sample():
    held = BytesIO()
    text = "id,manager\n" + "".join(
        f"{who},{next(iter(above), '')}\n" for who, above in org_chart.sample().adjacency()
    )
    held.write(text.encode())
    ours = hierarchy(upload.read(held.getvalue(), anonymous=False).chart)
    assert ours.ids == hierarchy(org_chart.sample()).ids


def test_formulas_and_html_stay_texts():
    text = 'id,manager,name\n1,,=HYPERLINK("x")\n2,1,<script>alert(1)</script>\n3,1,+1\n'
    chart = upload.read(text.replace('("x")', "(x)").encode(), anonymous=False).chart
    assert chart.nodes["1"]["name"] == "=HYPERLINK(x)"
    assert chart.nodes["2"]["name"] == "<script>alert(1)</script>"


# --- Nobody can be recognised -------------------------------------------------------------------


def test_anonymous_people_are_numbers_and_nothing_else():
    brought = upload.read(GOOD.encode(), anonymous=True)
    assert dict(brought.chart.nodes(data=True)) == {"1": {}, "2": {}, "3": {}, "4": {}}
    assert brought.anonymous


def test_what_is_said_of_anonymous_lines_names_nobody():
    text = "id,manager,name\nDupont,,Dupont\nLegrand,Absent\n,Dupont\nMoreau,Moreau\nA,B\nB,A\n"
    text += "C,Dupont\n"
    said = repr(upload.read(text.encode(), anonymous=True))
    without_top = text.replace("Dupont,,Dupont", "Dupont,Legrand,Dupont")
    told = repr(refused(without_top.encode(), anonymous=True).told)
    told += repr(refused(b"Dupont,Legrand\nMoreau,Dupont\n", anonymous=True).told)
    for name in ("Dupont", "Legrand", "Absent", "Moreau"):
        assert name not in said
        assert name not in told


def test_numbers_change_no_run():
    chart = org_chart.random(80, 4, 2, seed=5)
    mixed = list(chart.edges)
    np.random.default_rng(2).shuffle(mixed)
    for given in (chart, org_chart.sample(), type(chart)(mixed)):
        one, other = hierarchy(given), hierarchy(upload.numbered(given))
        for name in ("manager", "level", "team_start", "team_size"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


# --- Told by line -------------------------------------------------------------------------------


def test_each_line_is_told():
    rows = {
        3: ("2,9", "unknown manager"),
        4: ("3,3", "own manager"),
        5: (",1", "no id"),
        6: ("4,1,5", "more cells"),
        7: ("5,1", ""),
        8: ("5,1", "repeats"),
        9: ("6,2", "below"),
        10: ("10,11", "unknown manager"),
        11: ("7,8", "cycle"),
        12: ("8,7", "cycle"),
        13: ("12", "fewer cells"),
        14: ("5,7", "contradiction"),
    }
    text = "id,manager\n1,\n" + "".join(f"{row}\n" for row, _ in rows.values())
    told = upload.read(text.encode(), anonymous=False).told
    found = {each.line: each.reason for each in told}
    expected = {line: reason for line, (_, reason) in rows.items() if reason}
    assert found == expected
    assert (told[0].person, "'9'" in told[0].text) == ("2", True)


def test_the_first_twenty_are_told_and_the_others_counted():
    text = "id,manager\n1,\n0,1\n" + "".join(f"{k},nobody\n" for k in range(2, 334))
    brought = upload.read(text.encode(), anonymous=True)
    assert (len(brought.told), brought.more, brought.lost) == (20, 312, 332)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("id,manager\n", "no people"),
        ("a,b\n1,2\n", "no manager column"),
        ("manager,b\n1,2\n", "no id column"),
        ("id,manager\n1,\n2,\n", "blank managers"),
        ("id,manager\n1,\0\n", "nul"),
        ('id,manager\n1,"\n2,1\n', "quotes"),
        ("id,manager" + ",x" * 20_000 + "\n1,\n", "wide"),
        ("id,manager\n1,\n2,1" + ",x" * 20_000 + "\n", "wide"),
        ("id,manager\n1,\ne" + "\u0301" * 40 + ",1\n", "accents"),
        ("id,manager,manager\n1,,\n", "two columns"),
        ("id,manager\n1,2\n2,1\n", "nobody left"),
    ],
)
def test_a_file_that_gives_no_chart_says_why(text, reason):
    refusal = refused(text.encode())
    assert (refusal.why, refusal.told[0].reason) == ("reading", reason)


def test_lines_of_a_file_without_a_chart_are_told():
    told = refused(b"id,manager\n1,2\n2,1\n3,9\n").told[1:]
    assert {(each.line, each.reason, each.person) for each in told} == {
        (2, "cycle", "1"),
        (3, "cycle", "2"),
        (4, "unknown manager", "3"),
    }


def test_numbers_are_numbers_and_people_are_texts():
    text = "id,manager,name\n" + "".join(f"{k},Ann,Ann\n" for k in range(1, 1235)) + "1235,,Bo\n"
    told = upload.read((text + "1236,1235,Cy\n").encode(), anonymous=False).told
    assert (told[0].reason, told[0].values) == ("namesakes", {"who": "'Ann'", "n": 1234})
    (first, *_lines) = refused(b"id,manager\n1,2\n2,1\n3,9\n").told
    assert first.values == {"n": 3}


@pytest.mark.parametrize(("wrong", "listed", "more"), [(1, 1, 0), (10, 10, 0), (12, 10, 2)])
def test_lines_that_are_not_listed_are_counted(wrong, listed, more):
    text = "id,manager\n" + "".join(f"{k},nobody\n" for k in range(wrong))
    refusal = refused(text.encode(), anonymous=True)
    assert (len(refusal.told) - 1, refusal.more) == (listed, more)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [("id,manager\n1,\n", []), ("id,manager\n1,\n2,9\n3,2\n", ["unknown manager", "below"])],
)
def test_one_person_alone_is_no_chart_and_is_told_why(text, reasons):
    refusal = refused(text.encode())
    assert refusal.why == "alone"
    assert [told.reason for told in refusal.told] == reasons


# --- Hostile ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "no text"),
        (zipped(), "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, "workbook"),
        (gzip.compress(b"\0" * (50 * MEGABYTE)), "no text"),
        (b"\x89PNG\r\n\x1a\n", "no text"),
        (b"x" * (upload.MOST_BYTES + 1), "large"),
        (b"id,manager\n" + b"1,\n" * 1_000_000, "people"),
        (b"id,manager\r" + b"1,\r" * 1_000_000, "people"),
        (b"\n" * (20 * MEGABYTE), "people"),
        (b"id,manager\n" + b"," * (20 * MEGABYTE), "cells"),
        (b"id;manager\n" + b";" * (20 * MEGABYTE), "cells"),
    ],
    ids=[
        "pdf",
        "zip",
        "xls",
        "gzip",
        "png",
        "bytes",
        "lines",
        "returns",
        "blank",
        "commas",
        "semi",
    ],
)
def test_what_is_too_much_is_refused_by_its_bytes(data, why):
    """Within half a second and a megabyte: nothing is decoded, unpacked or built."""
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(Refusal) as caught:
        upload.check(data)
    seconds, (_, most) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.why == why
    assert seconds < 0.5
    assert most < MEGABYTE


@pytest.mark.parametrize(
    "data",
    [
        np.random.default_rng(1).bytes(2 * MEGABYTE),
        b"a" * upload.MOST_BYTES,
        b"id,manager\n1," + b"," * 2_900_000,
        b'id,manager\n1,"' + b"a\n" * 90_000,
        b"\xff\xfe" + b"\n\0" * 90_000,
        "id,manager\n1,\ud83d\n".encode("utf-16-le", "surrogatepass"),
        b"sep=\n" * 1000,
    ],
    ids=["noise", "one line", "commas", "open quote", "utf-16 lines", "surrogates", "sep"],
)
def test_odd_bytes_are_refused_or_give_a_chart_and_nothing_else(data):
    """Within 20 s, with memory traced, and 400 MB."""
    tracemalloc.start()
    start = time.perf_counter()
    with suppress(Refusal):
        upload.read(data, anonymous=True)
    seconds, (_, most) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 20
    assert most < 400 * MEGABYTE


# --- In a process of its own --------------------------------------------------------------------


def test_a_process_reads_as_we_do():
    brought = upload.read_alone(FRENCH.encode(), anonymous=False, stop=Event())
    assert brought.chart.nodes["2"] == {"name": "Bob", "title": "Chef"}
    with pytest.raises(Refusal) as caught:
        upload.read_alone(b"id,manager\n1,2\n2,1\n", anonymous=True, stop=Event())
    assert caught.value.told[0].reason == "nobody left"


def test_a_hundred_thousand_people_are_read_in_time():
    text = "id,manager,name\n1,,\n" + "".join(
        f"{k},{max(1, k // 6)},Name {k}\n" for k in range(2, upload.MOST_PEOPLE + 1)
    )
    brought = upload.read_alone(text.encode(), anonymous=True, stop=Event())
    assert len(brought.chart) == upload.MOST_PEOPLE
    found = upload.shape(brought.chart)
    assert found.people == upload.MOST_PEOPLE
    assert sum(people for people, _ in found.by_level) == upload.MOST_PEOPLE


@pytest.mark.parametrize("length", [60_000, 300])
def test_letters_that_take_forever_to_sort_are_refused_at_once(length):
    """Marks in the wrong order: to put them in order takes the square of their number."""
    marks = ("\u0315\u0300\u05ae\u0316" * length)[:length]
    lines = 10_000_000 // length
    text = "id,manager,name\n1,,x\n" + "".join(f"{k},1,{marks}\n" for k in range(2, lines))
    start = time.perf_counter()
    assert refused(text.encode()).told[0].values == {"line": 3}
    assert time.perf_counter() - start < 5


def test_a_million_columns_are_refused_at_once():
    header = ",".join(map(str, range(1_000_000)))
    start = time.perf_counter()
    told = refused(f"id,manager,{header}\n1,\n2,1\n".encode()).told
    assert told[0].values == {"line": 1, "n": 1_000_002, "m": 16_384}
    assert time.perf_counter() - start < 5


def test_what_takes_too_long_is_given_up():
    with pytest.raises(Refusal) as caught:
        upload.read_alone(GOOD.encode(), anonymous=True, stop=Event(), seconds=0.01)
    assert caught.value.why == "slow"


def test_a_page_that_was_closed_ends_the_reading():
    stop = Event()
    stop.set()
    assert upload.read_alone(GOOD.encode(), anonymous=True, stop=stop) is None


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    upload.read_alone(GOOD.encode(), anonymous=True, stop=Event())
    assert list(tmp_path.iterdir()) == []


# --- Its shape ----------------------------------------------------------------------------------


def test_the_shape_of_a_chart():
    found = upload.shape(upload.read(GOOD.encode(), anonymous=True).chart)
    assert found.by_level == ((1, 1), (1, 1), (2, 0))
    assert (found.people, found.managers, found.widest, found.alone) == (4, 2, 2, 1)
    assert found.mean_span == 1.5


# --- What the page says -------------------------------------------------------------------------


@pytest.fixture
def french():
    language.current.set("fr")
    yield
    language.current.set("en")
    mode.outcome.set(None)


def said(text, reason):
    """What the page says of the first thing with a reason in a file."""
    try:
        told = upload.read(text.encode(), anonymous=False).told
    except Refusal as refusal:
        told = refusal.told
    return mode._said(next(each for each in told if each.reason == reason))


def test_numbers_are_written_as_the_language_does(french):
    text = "id,manager,name\n" + "".join(f"{k},Ann,Ann\n" for k in range(1, 1235)) + "1235,,Bo\n"
    assert "1\u202f234 personnes" in said(text + "1236,1235,Cy\n", "namesakes")
    language.current.set("en")
    assert "1,234 people" in said(text + "1236,1235,Cy\n", "namesakes")


@pytest.mark.parametrize(
    ("spoken", "one", "two"),
    [("en", "1 line is wrong", "2 lines are wrong"), ("fr", "1 ligne est", "2 lignes sont")],
)
def test_one_wrong_line_is_one(french, spoken, one, two):
    language.current.set(spoken)
    assert one in said("id,manager\n1,9\n", "nobody left").replace("\xa0", " ")
    assert two in said("id,manager\n1,9\n2,9\n", "nobody left").replace("\xa0", " ")


def test_one_level_and_one_person_are_one(french):
    shape = upload.Shape(11, 10, ((1, 1),) * 10 + ((1, 0),), 1.0, 1, 10)
    last = mode._levels(shape, ["a", "b"])["rows"][-1]
    assert last["text"].startswith("1 niveau en dessous")
    assert "1 personne," in last["text"]
    language.current.set("en")
    last = mode._levels(shape, ["a", "b"])["rows"][-1]
    assert last["text"] == "1 level below: 1 person, 0 of whom lead others"


@pytest.mark.parametrize("sent", [None, [], {}, 3, float("nan"), "x" * 10**6, "__class__"])
def test_a_refusal_that_the_browser_makes_up_says_no_more_than_ours(french, sent):
    mode._refuse(sent)
    assert mode.outcome.value.why == "no text"


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), OSError()])
def test_a_reading_that_fails_unforeseen_ends_with_a_line(french, monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(upload, "read_alone", broken)
    ended = Event()
    leave = mode._begin(mode.Upload(b"x", True), lambda _: ended.set())
    assert ended.wait(10)
    assert mode.outcome.value.why == "unforeseen"
    leave()


def test_a_process_that_cannot_begin_is_a_refusal(monkeypatch):
    def broken(_):
        raise BlockingIOError

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", broken)
    with pytest.raises(Refusal) as caught:
        upload.read_alone(GOOD.encode(), anonymous=True, stop=Event())
    assert caught.value.why == "unforeseen"


def test_every_refusal_and_reason_has_its_text():
    whys = set(get_args(upload.Why.__value__))
    assert whys | {"folder", "several"} == set(mode.REFUSALS)
    assert set(upload._REASONS) - {"nobody left"} == set(mode.REASONS)
