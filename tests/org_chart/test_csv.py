"""CSV files as people write them."""

import codecs
import os
from pathlib import Path

import pytest

from empowersim.errors import OrgChartError
from empowersim.org_chart import hierarchy, load, read

from .charts import edges

GOOD = "id,manager,name\n1,,Ada\n2,1,Bo\n3,1,Cy\n"


@pytest.fixture
def write(tmp_path):
    def to_file(content: str | bytes, name: str = "staff.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def refusal(path: Path, **options: bool) -> str:
    with pytest.raises(OrgChartError) as error:
        load(path, **options)
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value).removeprefix(f"{path}: ")


def test_a_plain_file(write):
    reading = read(write(GOOD))
    assert dict(reading.chart.nodes(data=True)) == {
        "1": {"name": "Ada"},
        "2": {"name": "Bo"},
        "3": {"name": "Cy"},
    }
    assert edges(reading.chart) == {("2", "1"), ("3", "1")}
    assert (reading.report.rows, reading.report.people, reading.report.notes) == (3, 3, ())


@pytest.mark.parametrize(
    "header",
    [
        "id,manager,name,title,unit",
        "Employee ID,Reports To,Full Name,Job Title,Department",
        "EMPLOYEE_ID,Manager ID,name,position,Team",
        "employeeId,managerId,displayName,jobTitle,businessUnit",
        "Matricule,Matricule N+1,Nom,Poste,Service",
        "MATRICULE,Supérieur hiérarchique,Nom complet,Intitulé du poste,Direction",
        "N° matricule,Matricule du responsable,NOM,Fonction,Unité",
        "identifiant,N+1,salarié,Emploi,Équipe",
        "\ufeffid , Line-Manager,label,role,dept.",
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_are_found_in_english_and_french_whatever_the_delimiter(write, header, delimiter):
    text = f"{header}\nb,a,Bo,Clerk,Sales\na,,Ada,Head,Board\n".replace(",", delimiter)
    chart = load(write(text))
    assert chart.nodes["b"] == {"name": "Bo", "title": "Clerk", "unit": "Sales"}
    assert edges(chart) == {("b", "a")}


def test_the_delimiter_is_the_one_that_gives_the_needed_columns(write):
    text = "id;manager;likes tea, coffee, water, or none\n1;;tea\n2;1;coffee\n"
    assert edges(load(write(text))) == {("2", "1")}


def test_other_columns_are_ignored_and_the_managers_id_beats_the_name(write):
    text = "Salary,Manager,Manager ID,id,reports\n9,Ada,1,2,0\n99,,,1,1\n"
    chart = load(write(text))
    assert edges(chart) == {("2", "1")}
    assert chart.nodes["2"] == {}


def test_first_and_last_names_are_joined(write):
    assert load(write("id;N+1;Nom;Prénom\n1;;Le Goff;Zoé\n")).nodes["1"] == {"name": "Zoé Le Goff"}
    assert load(write("id,boss,First name,Last name\n1,,Zoé,\n")).nodes["1"] == {"name": "Zoé"}


def test_without_ids_the_names_serve_as_ids(write):
    chart = load(write("Employee,Manager\nBo,Ada\nAda,\nCy,ADA\n"))
    assert edges(chart) == {("Bo", "Ada"), ("Cy", "Ada")}


def test_managers_may_be_given_by_name(write):
    text = "id,manager,Prénom,Nom\n1,,Zoé,Le Goff\n2,LE GOFF Zoe,Bo,Ek\n3,2,Cy,Ek\n"
    assert edges(load(write(text))) == {("2", "1"), ("3", "2")}


def test_numbers_that_a_table_program_wrote_with_a_point_are_found(write):
    assert edges(load(write("id,manager\n1,\n2,1.0\n"))) == {("2", "1")}


def test_a_name_of_two_people_is_no_reference(write):
    message = refusal(write("id,manager,name\n1,,Ada\n2,1,Bo\n3,1,Bo\n4,Bo,Cy\n"))
    assert "line 5: '4' reports to 'Bo', a name of 2 people: use the id" in message


def test_namesakes_cannot_serve_as_ids(write):
    path = write("name,manager\nAda,\nBo,Ada\nBo,Ada\nCy,Bo\nDi,Ada\n")
    message = refusal(path)
    assert "line 3: 'Bo' is a name of 2 rows: add a column of ids" in message
    assert "line 4: 'Bo'" in message
    reading = read(path, drop=True)
    assert edges(reading.chart) == {("Di", "Ada")}
    assert [note.person for note in reading.report.dropped] == ["Bo", "Bo", "Cy"]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_detected(write, encoding, named):
    reading = read(write("id;supérieur;prénom\n1;;Zoé – l’aînée\n".encode(encoding)))
    assert reading.chart.nodes["1"] == {"name": "Zoé – l’aînée"}
    assert named in reading.report.details


def test_big_endian_utf_16_is_detected(write):
    data = codecs.BOM_UTF16_BE + "id,manager\nZoé,\n".encode("utf-16-be")
    assert list(load(write(data))) == ["Zoé"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"id,manager\n1,\n\x81,1\n", "line 3 is not in UTF-8 or Windows-1252 (byte 0x81)"),
        (b"\xff\xfei\x00d\x00,", "is not in UTF-16"),
        (b"id,manager\n1,\n2\x00,1\n", "line 3 holds a NUL character"),
        ("id,manager\n1,\n".encode("utf-16-le"), "line 1 holds a NUL character"),
        (b"", "the file is empty"),
        (b" \r\n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is blank"),
        (b";;\n;\n", "no manager column. Columns found: ';;'"),
        (b"id,manager\n", "the file has a header but no people below it"),
        (b"id,manager\n,\n\n", "the file has a header but no people below it"),
        (b"PK\x03\x04\x14\x00", "this is an Excel workbook: open it and save it as CSV (UTF-8)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "this is an Excel workbook"),
        (b'id,manager\n1,\n2,"1\n3,1\n', "the row at line 3 cannot be read"),
        (b'id,manager\n1,\n"2"x,1\n', "the row at line 3 cannot be read"),
        (b"id,manager\n1,\n" + b"2" * 200_000 + b",1\n", "the row at line 3 cannot be read"),
        (b"id,manager,manager\n1,,\n", "2 columns are called 'manager': rename all but one"),
    ],
)
@pytest.mark.parametrize("drop", [False, True])
def test_what_is_no_table_of_people_is_refused(write, data, message, drop):
    assert message in refusal(write(data), drop=drop)


def test_the_columns_found_and_accepted_are_named(write):
    message = refusal(write("id;name;wage\n1;Ada;3\n"))
    assert "no manager column. Columns found: 'id', 'name', 'wage'." in message
    assert "Rename one to any of: n+1, boss, chef, id n+1, parent, manager, " in message
    message = refusal(write("who knows,manager\n1,2\n"))
    assert "no id or name column. Columns found: 'who knows', 'manager'." in message


def test_the_suffix_of_a_workbook_or_of_nothing_known_is_refused(write):
    assert "save it as CSV" in refusal(write(GOOD, "staff.xlsx"))
    assert "the suffix '.doc' tells no format" in refusal(write(GOOD, "staff.doc"))
    assert edges(load(write(GOOD, "staff.doc"), format="csv")) == {("2", "1"), ("3", "1")}
    assert len(load(write(GOOD, "STAFF.CSV"))) == 3


def test_missing_files_folders_and_formats_are_refused(tmp_path, write):
    assert "there is no such file" in refusal(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "this is a folder" in refusal(tmp_path / "folder.csv")
    with pytest.raises(OrgChartError, match="the file cannot be read: embedded null"):
        load("a\0.csv")
    with pytest.raises(OrgChartError, match="no file was given"):
        load([])
    with pytest.raises(OrgChartError, match="format = 'yaml' is none of csv, graphml, json"):
        load(write(GOOD), format="yaml")
    with pytest.raises(OrgChartError, match=r"csv takes 1 file\(s\), not 2"):
        load([write(GOOD), write(GOOD)], format="csv")


def test_rows_are_named_by_the_line_on_which_they_start(write):
    text = 'sep=;\r\n\r\nid;manager;title\r\n1;;"Head\r\nof all"\r\n\r\n2;9;"x\ny"\r\n'
    path = write(text)
    assert "line 7: '2' reports to '9', who is not in the file" in refusal(path)
    assert load(path, drop=True).nodes["1"] == {"title": "Head of all"}


def test_short_and_long_rows(write):
    text = "id,manager,name,unit\n1,\n2,1,Bo\n3\n4,1,Ek, Di,Sales\n5,1,Fi,Sales,,\n"
    path = write(text)
    message = refusal(path)
    assert "line 4: '3' ends after 1 of 4 cells" in message
    assert "line 5: '4' has 5 cells, but the header has 4: put quotes around" in message
    assert set(load(path, drop=True)) == {"1", "2", "5"}


def test_blanks_around_ids_and_invisible_characters(write):
    text = "id,manager\n 1 ,\n\u00a02,\t1\n3\u200b,\ufeff2\n"
    assert edges(load(write(text))) == {("2", "1"), ("3", "2")}


PROBLEMS = """id,manager,name
1,,Ada
2,9,Bo
3,2,Cy
4,4,Di
5,6,Ed
6,7,Fi
7,5,Gu
8,5,Ha
,1,Ida
10,1,Jo
10,1,Joe
11,1,Kim
11,10,Kim
12,10,Lu
"""


def test_problems_are_listed_by_row(write):
    path = write(PROBLEMS)
    assert refusal(path).splitlines() == [
        "7 problems (UTF-8, comma-delimited, ids from 'id', managers from 'manager'):",
        "  line 3: '2' reports to '9', who is not in the file",
        "  line 5: '4' reports to itself: name the manager, or leave it blank at the top",
        "  line 10: this row has no id: give it one, or delete the row",
        "  line 14: '11' reports to '10' here, but to '1' in line 13: keep one of the rows",
        "  line 6: '5' is on a cycle: '5' → '6' → '7' → '5'",
        "  line 7: '6' is on a cycle: '5' → '6' → '7' → '5'",
        "  line 8: '7' is on a cycle: '5' → '6' → '7' → '5'",
        "correct these rows, or pass drop=True (--drop on the command line) to leave them out "
        "with everybody below them: 9 people",
    ]


def test_problems_are_dropped_with_everybody_below(write):
    reading = read(write(PROBLEMS), drop=True)
    assert edges(reading.chart) == {("10", "1"), ("11", "1"), ("12", "10")}
    assert [str(note) for note in reading.report.dropped[-2:]] == [
        "line 4: '3' is below '2', who is dropped",
        "line 9: '8' is below '5', who is dropped",
    ]
    assert [str(note) for note in reading.report.merged] == [
        "line 12: '10' repeats line 11, as 'Joe'"
    ]
    assert (reading.report.rows, reading.report.count("dropped")) == (14, 9)
    text = str(reading.report)
    assert "14 rows read, 4 people in the chart" in text
    assert "9 dropped for a problem, or below someone dropped:" in text
    assert "1 merged with an earlier row" in text


def test_long_lists_are_capped(write):
    path = write("id,manager\n1,\n" + "".join(f"a{i},nobody\n" for i in range(500)))
    assert len(refusal(path).splitlines()) == 13
    assert "  … and 490 more" in refusal(path)
    report = read(path, drop=True).report
    assert len(report.dropped) == 500
    assert len(str(report).splitlines()) == 14


def test_several_tops_are_joined_under_an_added_head(write):
    reading = read(write("id,manager\nhead,\n2,\n3,2\n"))
    assert edges(reading.chart) == {("head", "head+"), ("2", "head+"), ("3", "2")}
    assert hierarchy(reading.chart).ids[0] == "head+"
    (note,) = reading.report.added
    assert str(note) == "'head+' joins 2 people without a manager: 'head', '2'"


def test_a_column_of_managers_that_is_blank_throughout_is_refused(write):
    message = refusal(write("id,manager id,manager\n1,,\n2,,1\n"))
    assert "the column 'manager id' is blank in every row: fill it in, or delete it" in message


@pytest.mark.parametrize("drop", [False, True])
def test_a_chart_without_a_top_has_nobody_left(write, drop):
    message = refusal(write("id,manager\n1,2\n2,1\n3,1\n"), drop=drop)
    assert "nobody would be left" in message
    assert "whoever is at the top has a blank manager" in message


def test_one_person(write):
    assert list(load(write("name,manager\nAda,\n"))) == ["Ada"]


def test_a_usable_row_of_the_same_person_counts(write):
    reading = read(write("id,manager\n1,\n2,9\n2,1\n3,2\n"), drop=True)
    assert edges(reading.chart) == {("2", "1"), ("3", "2")}
    assert [note.place for note in reading.report.dropped] == ["line 3"]


def test_a_hundred_thousand_people_in_one_chain(write):
    path = write("id,manager\n0,\n" + "".join(f"{i},{i - 1}\n" for i in range(1, 100_000)))
    assert hierarchy(load(path)).n_levels == 100_000


def test_a_cycle_of_a_hundred_thousand_people(write):
    path = write("id,manager\n" + "".join(f"{i},{(i + 1) % 100_000}\n" for i in range(100_000)))
    assert "'0' → '1' → '2' → '3' → … (100,000 people)" in refusal(path)


@pytest.mark.parametrize("name", ["pipe.csv", "pipe.json", "pipe.graphml"])
def test_a_pipe_is_no_file(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(OrgChartError, match="this is no file but a pipe or a device"):
        load(tmp_path / name)


def test_a_file_name_of_two_lines_is_told_in_one(tmp_path):
    with pytest.raises(OrgChartError) as caught:
        load(tmp_path / "a\nb.csv")
    assert str(caught.value).endswith("a b.csv: there is no such file")
