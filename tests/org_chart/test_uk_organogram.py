"""The organograms of public bodies: every quirk once, invented; then six real ones."""

import pytest

from empowersim.errors import OrgChartError
from empowersim.org_chart import Reading, hierarchy, load, read
from empowersim.org_chart.uk_organogram import read_uk_organogram

from .charts import DATA, REAL

PAIR = [DATA / "invented-senior.csv", DATA / "invented-junior.csv"]


def test_problems_are_listed_by_file_and_line():
    with pytest.raises(OrgChartError) as error:
        load(PAIR)
    assert str(error.value).splitlines()[1:] == [
        "  senior line 12: 'C2' reports to 'B1' here, but to 'B2' in senior line 11: "
        "keep one of the rows",
        "  senior line 13: 'C3' reports to 'B3', an eliminated post",
        "  senior line 14: 'C4' reports to itself: name the manager, or leave it blank at the top",
        "  junior line 11: 'junior-11' has 'two' posts in FTE: write a number, such as 2.5",
        "  junior line 12: 'junior-12' reports to 'B3', an eliminated post",
        "  junior line 15: 'junior-15' names no reporting senior post",
        "  senior line 15: 'C5' is on a cycle: 'C5' → 'C6' → 'C5'",
        "  senior line 16: 'C6' is on a cycle: 'C5' → 'C6' → 'C5'",
        "correct these rows, or pass drop=True (--drop on the command line) to leave them out "
        "with everybody below them: 16 people",
    ]


@pytest.fixture(scope="module")
def dropped() -> Reading:
    return read(PAIR, drop=True)


def test_seniors_hang_together_under_an_added_head(dropped):
    seniors = {(a, b) for a, b in dropped.chart.edges if not a.startswith("junior")}
    assert seniors == {
        ("A1", "head"), ("A2", "head"), ("B1", "A1"), ("B2", "A1"), ("C1", "B1"), ("C2", "B2"),
    }  # fmt: skip
    assert dropped.chart.nodes["A1"]["unit"] == "Chief Executive's Office"
    assert dropped.chart.nodes["B1"] == {"title": "Director of Surveys", "unit": "Surveys"}
    assert dropped.chart.nodes["B2"]["name"] == "Vacant"


def test_full_time_equivalents_are_rounded_half_up_to_people(dropped):
    people = {"C1": 1 + 3 + 2, "B1": 1 + 1 + 1, "B2": 10 + 1, "C2": 2 + 1, "A2": 1}
    assert {post: dropped.chart.in_degree(post) for post in people} == people
    assert {"junior-3.1", "junior-3.2", "junior-3.3", "junior-2"} <= set(dropped.chart)
    assert dropped.chart.nodes["junior-3.2"] == {"title": "Surveyor", "unit": "Surveys"}


def test_the_report_accounts_for_everybody(dropped):
    report = dropped.report
    assert report.format == "uk-organogram"
    assert [note.place for note in report.left_out] == [
        "senior line 7", "senior line 8", "junior line 10",
    ]  # fmt: skip
    assert [str(note) for note in report.merged] == [
        "senior line 10: 'C1' repeats senior line 9, as 'Tom Shaw'"
    ]
    assert [note.place for note in report.assumed] == ["junior line 9"]
    assert report.rows == 29
    assert accounted(dropped) == in_files(PAIR)


def test_seniors_alone_are_recognised_by_their_header():
    reading = read(PAIR[0], drop=True)
    assert reading.report.format == "uk-organogram"
    assert set(reading.chart) == {"A1", "A2", "B1", "B2", "C1", "C2", "head"}


def test_files_in_the_wrong_order_or_of_another_kind_are_refused():
    with pytest.raises(
        OrgChartError, match=r"invented-junior.csv is no file of senior posts.*first"
    ):
        load(PAIR[::-1])
    with pytest.raises(OrgChartError, match=r"invented-senior.csv is no file of junior posts"):
        load([PAIR[0], PAIR[0]])
    with pytest.raises(OrgChartError, match=r"takes 2 file\(s\), not 3"):
        load([*PAIR, PAIR[0]])


@pytest.mark.parametrize("fte", ["nan", "inf", "-1", "1e999", "1,5", "one"])
def test_numbers_of_posts_that_are_none_are_problems(tmp_path, fte):
    assert "posts in FTE" in junior_problem(tmp_path, fte)


def test_absurd_numbers_of_posts_are_refused(tmp_path):
    assert "at most 10,000,000 are allowed" in junior_problem(tmp_path, "1e300")


def test_a_row_cut_short_is_a_problem(tmp_path):
    senior = tmp_path / "senior.csv"
    senior.write_text("Name,Post Unique Reference,Reports to Senior Post\nAda,1,XX\nBo,2\n")
    with pytest.raises(OrgChartError, match="senior line 3: '2' ends after 2 of 3 cells"):
        load(senior)
    assert set(load(senior, drop=True)) == {"1"}


def junior_problem(folder, fte: str) -> str:
    senior, junior = folder / "senior.csv", folder / "junior.csv"
    senior.write_text("Post Unique Reference,Reports to Senior Post\n1,XX\n")
    junior.write_text(f'Reporting Senior Post,Number of Posts in FTE\n1,"{fte}"\n')
    with pytest.raises(OrgChartError) as error:
        load([senior, junior])
    return str(error.value)


ORGANISATIONS = {
    "uk-space-agency": (41, 0, 0, 0),
    "competition-commission": (155, 0, 0, 0),
    "nice": (617, 0, 0, 0),
    "hm-treasury": (1_119, 0, 0, 2),
    "british-library": (1_322, 6, 238, 21),
    "home-office": (22_620, 10, 815, 56),
}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real charts are not part of the project")
@pytest.mark.parametrize("name", ORGANISATIONS)
def test_real_organisations(name):
    people, problems, n_dropped, left_out = ORGANISATIONS[name]
    pair = [REAL / f"{name}-senior.csv", REAL / f"{name}-junior.csv"]
    if problems:
        with pytest.raises(OrgChartError, match=rf"(?s){problems} problems .*{n_dropped} people$"):
            load(pair)
    reading = read(pair, drop=bool(problems))
    assert hierarchy(reading.chart).n_people == reading.report.people == people
    assert reading.report.count("dropped") == n_dropped
    assert reading.report.count("left out") == left_out
    assert reading.report.merged == reading.report.assumed == reading.report.added == ()
    assert accounted(reading) == in_files(pair)


def accounted(reading: Reading) -> int:
    count = reading.report.count
    gone = count("dropped") + count("left out") + count("merged")
    return reading.report.people - count("added") + gone


def in_files(pair) -> int:
    source = read_uk_organogram(*pair)
    left_out = sum(note.people for note in source.notes if note.kind == "left out")
    return sum(row.people for row in source.rows) + left_out
