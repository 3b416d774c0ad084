"""What is saved is what is loaded."""

import csv

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings

from empowersim.errors import EmpowerSimError, StoreError
from empowersim.org_chart import Chart, balanced, load, save

from .charts import charts

SUFFIXES = ["csv", "graphml", "json"]


def same(one: Chart, other: Chart) -> bool:
    nodes = list(one.nodes(data=True)) == list(other.nodes(data=True))
    return nodes and set(one.edges) == set(other.edges)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(chart=charts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_round_trip(tmp_path, suffix, chart):
    path = tmp_path / f"chart.{suffix}"
    save(chart, path)
    assert same(load(path), chart)


def test_networkx_reads_what_is_saved(tmp_path):
    chart = balanced(2, 2)
    save(chart, tmp_path / "chart.graphml")
    assert same(nx.read_graphml(tmp_path / "chart.graphml"), chart)


def test_no_cell_is_a_formula(tmp_path):
    chart: Chart = nx.DiGraph()
    chart.add_node("=1+1", name="@SUM(A1)", title="+33 6", unit="'-x")
    chart.add_node("-2", name="O'Neill", title="'quoted'")
    chart.add_edge("-2", "=1+1")
    path = tmp_path / "chart.csv"
    save(chart, path)
    with path.open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
    assert "'quoted'" in cells
    assert same(load(path), chart)


def test_ids_become_texts_and_details_one_line(tmp_path):
    chart: Chart = nx.DiGraph([(2, 1)])
    chart.add_node(1, name=" Ada\n Marsh ", title=None, unit="", wage=3)
    for suffix in SUFFIXES:
        path = tmp_path / f"chart.{suffix}"
        save(chart, path)
        assert set(load(path).edges) == {("2", "1")}
        assert load(path).nodes["1"] == {"name": "Ada Marsh"}


@pytest.mark.parametrize(
    ("chart", "name", "message"),
    [
        (nx.DiGraph([(1, "1")]), "chart.csv", "the ids 1 and '1' would both be '1' in a file"),
        (nx.DiGraph([("a", " ")]), "chart.csv", "the id ' ' would be blank"),
        (nx.DiGraph([("a", "b"), ("b", "a")]), "chart.csv", "cycle"),
        (nx.DiGraph([("a", "b")]), "chart.xlsx", "cannot be saved as 'xlsx'"),
        (nx.DiGraph([("a", "b")]), "chart", "cannot be saved as ''"),
        (nx.DiGraph([("a", "b")]), "no-folder/chart.csv", "cannot write .*No such file"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path, chart, name, message):
    with pytest.raises(EmpowerSimError, match=message):
        save(chart, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "chart.csv"
    save(balanced(2, 1), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(StoreError, match="no space left"):
        save(balanced(3, 1), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
