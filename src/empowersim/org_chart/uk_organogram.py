"""The organograms of the United Kingdom's public bodies: a file of senior posts, one of junior.

The rules, as data.gov.uk publishes these files:

- A senior post reports to another by its reference, and to `XX` (or a blank) at the top.
- Posts whose name is `Eliminated`, and posts with reference `0` ("not in post"), are left out.
  Whoever reports to one of them has a problem. Vacant posts stay: their teams report to them.
- Rows that repeat a reference and its superior are one post, shared by several people.
- A junior row becomes max(1, FTE rounded to a whole number, halves up) people, since part-time
  posts make a full-time equivalent smaller than the number of people. A blank FTE counts as one
  person (reported), an FTE of zero as none (reported); any other text is a problem.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from empowersim.errors import OrgChartError
from empowersim.org_chart.assembly import Row, Source
from empowersim.org_chart.cells import quoted
from empowersim.org_chart.columns import joined, matching
from empowersim.org_chart.csv_file import read_header, read_table
from empowersim.org_chart.records import misfit
from empowersim.org_chart.report import Note

_REFERENCE, _SUPERIOR = "Post Unique Reference", "Reports to Senior Post"
_REPORTS_TO, _FTE = "Reporting Senior Post", "Number of Posts in FTE"
_NAME, _TITLE, _JUNIOR_TITLE, _UNIT = "Name", "Job Title", "Generic Job Title", "Unit"
_TOP = ("", "xx")
_ELIMINATED = "eliminated"
_NOT_IN_POST = "0"
_NOT_DISCLOSED = "n/d"


@dataclass(frozen=True)
class _Post:
    """One row of either file: its texts by the names of their columns."""

    place: str
    texts: dict[str, str]
    problem: str


def recognises(path: Path) -> bool:
    """Whether the file is a table with the columns of senior posts."""

    def lists_seniors(header: Sequence[str]) -> bool:
        return not _lacking(header, (_REFERENCE, _SUPERIOR))

    return lists_seniors(read_header(path, lists_seniors))


def read_uk_organogram(senior: Path, junior: Path | None = None) -> Source:
    """The rows of a pair of files; without the junior one, of the senior posts only.

    Raises:
        OrgChartError: A file is no such table; the message says which columns it lacks.
    """
    posts, details = _posts(senior, "senior", (_REFERENCE, _SUPERIOR), (_NAME, _TITLE, _UNIT))
    gone = {post.texts[_REFERENCE]: reason for post in posts if (reason := _gone(post))}
    rows = [_senior_row(post) for post in posts if not _gone(post)]
    notes = [_left_out(post, reason) for post in posts if (reason := _gone(post))]
    if junior is not None:
        posts, more = _posts(junior, "junior", (_REPORTS_TO, _FTE), (_JUNIOR_TITLE, _UNIT))
        rows += [_junior_row(post) for post in posts if not _is_empty(post)]
        notes += [note for post in posts if (note := _junior_note(post))]
        details = f"senior: {details}; junior: {more}"
    return Source(rows, details, tuple(notes), gone)


def _posts(
    path: Path, kind: str, needed: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[list[_Post], str]:
    """The posts of one file, and how it was read."""
    table = read_table(path, lambda header: not _lacking(header, needed))
    lacking = _lacking(table.header, needed)
    if lacking:
        raise OrgChartError(
            f"{path.name} is no file of {kind} posts: it has no column "
            f"{' or '.join(map(quoted, lacking))}. Give the senior posts first, then the junior"
        )
    columns = {name: matching(table.header, (name,))[:1] for name in (*needed, *optional)}
    must_have = tuple(index for name in needed for index in columns[name])
    posts = [
        _Post(
            place=f"{kind} {record.place}",
            texts={name: joined(record.cells, index) for name, index in columns.items()},
            problem=misfit(record.cells, table.header, must_have),
        )
        for record in table.records
    ]
    return posts, table.details


def _lacking(header: Sequence[str], needed: Sequence[str]) -> list[str]:
    return [name for name in needed if not matching(header, (name,))]


def _gone(post: _Post) -> str:
    """What a senior post is that no longer has anyone in it; blank for the others."""
    if post.problem:
        return ""
    if post.texts[_REFERENCE] == _NOT_IN_POST:
        return "not in post"
    return "an eliminated post" if post.texts[_NAME].casefold() == _ELIMINATED else ""


def _left_out(post: _Post, reason: str) -> Note:
    return Note("left out", post.place, post.texts[_REFERENCE], f"is {reason}")


def _senior_row(post: _Post) -> Row:
    name, superior = post.texts[_NAME], post.texts[_SUPERIOR]
    return Row(
        place=post.place,
        id=post.texts[_REFERENCE],
        manager="" if superior.casefold() in _TOP else superior,
        name="" if name.casefold() == _NOT_DISCLOSED else name,
        title=post.texts[_TITLE],
        unit=post.texts[_UNIT],
        problem=post.problem,
    )


def _junior_row(post: _Post) -> Row:
    """The row of like posts, which is not empty."""
    people, problem = _people(post.texts[_FTE])
    superior = post.texts[_REPORTS_TO]
    return Row(
        place=post.place,
        id=_junior_id(post),
        manager=superior,
        title=post.texts[_JUNIOR_TITLE],
        unit=post.texts[_UNIT],
        people=max(people, 1),
        problem=post.problem or problem or ("" if superior else "names no reporting senior post"),
    )


def _junior_id(post: _Post) -> str:
    return post.place.replace(" line ", "-")


def _is_empty(post: _Post) -> bool:
    return not post.problem and _people(post.texts[_FTE]) == (0, "")


def _people(fte: str) -> tuple[int, str]:
    """The number of people that these posts stand for, and what is wrong with the number."""
    if not fte:
        return 1, ""
    try:
        posts = float(fte)
    except ValueError:
        posts = math.nan
    if not (math.isfinite(posts) and posts >= 0):
        return 1, f"has {quoted(fte)} posts in FTE: write a number, such as 2.5"
    return (max(1, math.floor(posts + 0.5)) if posts else 0), ""


def _junior_note(post: _Post) -> Note | None:
    """What the report says of a junior row whose FTE is zero or blank."""
    if _is_empty(post):
        return Note("left out", post.place, _junior_id(post), "has an FTE of zero", people=0)
    if not (post.texts[_FTE] or post.problem):
        return Note(
            "assumed", post.place, _junior_id(post), "has a blank FTE: counted as one person"
        )
    return None
