"""What goes wrong in files and values: bytes that change, cells that move, values of every kind."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import networkx as nx
import numpy as np

PIECES = (
    *(b"\0", b"\n", b"\r", b"\r\n", b"\t", b" ", b",", b";", b"|", b'"', b"'", b'""', b"\\", b"="),
    *(
        b"\xff",
        b"\xfe\xff",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xc3",
        b"\xe2\x80\xa8",
    ),
    *("é".encode(), "e\u0301".encode(), "０".encode(), "İ".encode(), "\U0001f469".encode()),
    ("e" + "\u0301\u0316" * 300).encode(),
    *(b"0", b"-1", b"1e999", b"nan", b"inf", b"-0.0", b"9" * 30, b"9" * 5000, b"0x1f", b"1_000"),
    *(b"[" * 300, b"{", b"}", b"[", b"]", b"(", b"<", b">", b"</", b"<!--", b"<![CDATA[", b"&amp;"),
    *(b"&#0;", b"&x;", b"<!DOCTYPE x>", b"<?xml version='1.0'?>", b"#", b"%", b"$", b"{}", b"null"),
    *(b"true", b"NaN", b"-Infinity", b"sep=;", b"id", b"manager", b"XX", b"N/D", b"a" * 4000),
)


def bent(data: bytes, luck: random.Random) -> bytes:
    """A few bytes, or a piece, flipped, cut, repeated, moved or put in."""
    found = bytearray(data)
    for _ in range(luck.choice((1, 1, 1, 2, 3, 8))):
        at = luck.randrange(len(found) + 1)
        to = min(len(found), at + luck.choice((1, 1, 2, 5, 20, 200)))
        match luck.randrange(7):
            case 0 if at < len(found):
                found[at] ^= 1 << luck.randrange(8)
            case 1 if at < len(found):
                found[at] = luck.randrange(256)
            case 2:
                del found[at:to]
            case 3:
                found[at:at] = found[at:to] * luck.choice((1, 2, 30))
            case 4 if luck.random() < 0.2:
                del found[at:]
            case 5:
                other = luck.randrange(len(found) + 1)
                found[other:other] = found[at:to]
            case _:
                found[at:at] = luck.choice(PIECES)
    return bytes(found[:50_000])


def cells_bent(data: bytes, luck: random.Random) -> bytes:
    """A table with cells, rows or columns changed, swapped, repeated or left out."""
    delimiter = max((b",", b";", b"\t", b"|"), key=data.count)
    rows = [line.split(delimiter) for line in data.split(b"\n")]
    for _ in range(luck.choice((1, 1, 2, 4))):
        row = luck.choice(rows)
        cell = luck.randrange(len(row))
        match luck.randrange(8):
            case 0:
                row[cell] = luck.choice(PIECES)
            case 1:
                row[cell] = luck.choice(luck.choice(rows))
            case 2:
                row[cell] = b""
            case 3:
                row.insert(cell, luck.choice(row))
            case 4 if len(row) > 1:
                del row[cell]
            case 5:
                rows.insert(luck.randrange(len(rows)), list(luck.choice(rows)))
            case 6 if len(rows) > 1:
                rows.remove(row)
            case _:
                luck.shuffle(row if luck.random() < 0.5 else rows)
    return b"\n".join(map(delimiter.join, rows))


def plain(luck: random.Random) -> Any:
    """A value that JSON, and nearly always TOML, can hold."""
    return luck.choice(PLAIN)


PLAIN: tuple[Any, ...] = (
    *(0, 1, -1, 2, 3, 7, 40, 1001, 2**31, 2**53, 2**64, 10**30, True, False),
    *(0.0, -0.0, 0.5, 1.0, 1.5, 3.0, 1e-320, 1e308, float("inf"), float("-inf"), float("nan")),
    *("", " ", "a", "0.5", "coaching", "mandate", "stop", "é", "a\nb", "\x00", "../x", "a" * 5000),
    *(
        "\u202e",
        "id",
        "grid",
        "lhs",
        "csv",
        "status-quo",
        "pilot",
        "weekly",
        "partnership",
        "logit",
    ),
    *([], {}, [1], [0, 0.5, 1], ["a"], [[]], [{}], {"low": 0, "high": 1}, {"a": {"b": {}}}),
    *({"low": 0, "high": 1, "count": 5}, {"low": 1, "high": 0, "count": 10**6}, [0.1] * 50),
)


class _Odd:
    """An object that shows itself on two lines."""

    def __repr__(self) -> str:
        return "odd\nobject"


PYTHON: tuple[Any, ...] = (
    *PLAIN,
    *(None, ..., 10**400, 10**5000, 1j, b"x", (), (1, 2), {1}, frozenset(), range(3), object, len),
    *(decimal.Decimal("0.5"), decimal.Decimal("nan"), fractions.Fraction(1, 3)),
    *(
        np.float32(0.5),
        np.float64(0.5),
        np.float64("nan"),
        np.int64(1),
        np.uint8(1),
        np.bool_(True),
    ),
    *(np.array(0.5), np.array([0.5]), np.eye(3), np.array([]), np.datetime64("2020-01-01")),
    *(dt.date(2020, 1, 1), nx.DiGraph(), nx.Graph([(1, 2)]), nx.DiGraph([(1, 2), (2, 1)])),
    *(_Odd(), Exception("x"), "\ud800", "a\u2028b"),
)


def anything(luck: random.Random) -> Any:
    """A value of Python's, of any kind."""
    return luck.choice(PYTHON)


def tree_bent(data: Any, luck: random.Random, value: Callable[[random.Random], Any] = plain) -> Any:
    """Nested lists and mappings with a few entries replaced, renamed, repeated, moved, left out."""
    found = deepcopy(data)
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        places = _places(found)
        if not places:
            return deepcopy(value(luck))
        holder, key = luck.choice(places)
        match luck.randrange(6):
            case 0:
                del holder[key]
            case 1:
                other, name = luck.choice(places)
                holder[key] = deepcopy(other[name])
            case 2 if isinstance(holder, dict):
                holder[str(value(luck))] = holder.pop(key)
            case 3 if isinstance(holder, dict):
                other, name = luck.choice(places)
                holder[str(name)] = deepcopy(other[name])
            case 4 if isinstance(holder, list):
                holder.insert(key, deepcopy(luck.choice(holder)))
            case _:
                holder[key] = deepcopy(value(luck))
    return found


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Every entry, as what holds it and where."""
    if isinstance(data, dict):
        entries = list(data.items())
    elif isinstance(data, list):
        entries = list(enumerate(data))
    else:
        return []
    inside = [place for _, each in entries for place in _places(each)]
    return [*((data, key) for key, _ in entries), *inside]
