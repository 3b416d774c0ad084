"""JSON files in each of their shapes."""

import json
from typing import Any

import networkx as nx
import pytest

from empowersim.errors import OrgChartError
from empowersim.org_chart import balanced, load, read

from .charts import edges


@pytest.fixture
def write(tmp_path):
    def to_file(data: Any):
        path = tmp_path / "chart.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
        return path

    return to_file


@pytest.mark.parametrize("name", ["edges", "links"])
def test_node_link_data_as_networkx_writes_it(write, name):
    chart = nx.relabel_nodes(balanced(3, 2), int)
    chart.nodes[1]["name"] = "Ada"
    read_back = load(write(nx.node_link_data(chart, edges=name)))
    assert edges(read_back) == {(str(a), str(b)) for a, b in chart.edges}
    assert read_back.nodes["1"] == {"name": "Ada"}


def test_a_nested_tree(write):
    tree = {
        "id": 1,
        "fullName": "Ada",
        "reports": [
            {"id": 2.0, "children": [{"id": "3", "title": None}]},
            {"id": 4, "unit": "Sales", "reports": None, "children": 0},
        ],
    }
    chart = load(write(tree))
    assert edges(chart) == {("2", "1"), ("4", "1"), ("3", "2")}
    assert chart.nodes["1"] == {"name": "Ada"}
    assert chart.nodes["4"] == {"unit": "Sales"}


def test_a_nested_tree_without_ids_is_numbered(write):
    reading = read(write({"name": "Ada", "children": [{"name": "Bo"}, {"name": "Bo"}]}))
    assert edges(reading.chart) == {("2", "1"), ("3", "1")}
    assert "numbered level by level" in str(reading.report)


def test_several_nested_trees_get_a_head(write):
    reading = read(write([{"id": "a", "reports": [{"id": "b"}]}, {"id": "c"}]))
    assert edges(reading.chart) == {("b", "a"), ("a", "head"), ("c", "head")}


def test_in_a_nested_tree_a_missing_id_takes_those_below_with_it(write):
    path = write({"id": "a", "reports": [{"reports": [{"id": "b"}]}, {"id": "c"}]})
    with pytest.raises(OrgChartError, match=r"person 2 .* has no id"):
        load(path)
    assert edges(load(path, drop=True)) == {("c", "a")}


def test_records(write):
    data = [
        {"employeeId": 1, "managerId": None, "name": "Ada", "skills": ["x"]},
        {"employeeId": 2, "managerId": 1},
        {"managerId": 2.0, "employeeId": "é", "titre": "Chef"},
    ]
    chart = load(write(data))
    assert edges(chart) == {("2", "1"), ("é", "2")}
    assert chart.nodes["é"] == {"title": "Chef"}


def test_records_have_the_same_checks_as_csv(write):
    path = write([{"id": 1}, {"id": 2, "manager": 9}, {"id": 3, "manager": {"id": 1}}, {}])
    with pytest.raises(OrgChartError) as error:
        load(path)
    assert "record 2: '2' reports to '9', who is not in the file" in str(error.value)
    assert """record 3: '3' reports to '{"id": 1}'""" in str(error.value)
    assert "record 4: this row has no id" in str(error.value)


def test_two_managers_and_dangling_edges_in_node_link_data(write):
    nodes = [{"id": person} for person in "abcd"]
    ends = ["ba", "ba", "ca", "cb", "dx", "ya"]
    path = write({"nodes": nodes, "edges": [{"source": s, "target": t} for s, t in ends]})
    with pytest.raises(OrgChartError) as error:
        load(path)
    assert "edge 4: 'c' reports to 'b' here, but to 'a' in edge 3" in str(error.value)
    assert "edge 5: 'd' reports to 'x', who is not in the file" in str(error.value)
    assert "edge 6: 'y' has an edge but no node" in str(error.value)
    reading = read(path, drop=True)
    assert edges(reading.chart) == {("b", "a"), ("c", "a")}
    assert [note.place for note in reading.report.merged] == ["edge 2"]


def test_nesting_deeper_than_can_be_read_is_refused(write):
    depth = 200_000
    path = write('{"id": 1, "reports": [' * depth + "]}" * depth)
    with pytest.raises(OrgChartError, match="nested too deeply"):
        load(path)


def test_a_byte_order_mark_does_no_harm(write):
    assert list(load(write('\ufeff[{"id": 1, "manager": ""}]'))) == ["1"]


def test_lone_surrogates_do_no_harm(write):
    chart = load(write('[{"id": "a\\ud800", "manager": ""}]'))
    assert list(chart) == ["a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "this is no JSON: .* line 1"),
        ("[" + "9" * 5_000 + "]", "this is no JSON"),
        ([], "the list of people is empty"),
        ({}, "a chart in JSON is"),
        (3, "a chart in JSON is"),
        ([1, 2], "a chart in JSON is"),
        ({"people": []}, "a chart in JSON is"),
        ({"nodes": [{"id": 1}]}, "one list of edges"),
        ({"nodes": [{"id": 1}], "edges": [], "links": []}, "one list of edges"),
        ({"nodes": [{"id": 1}], "edges": [], "directed": False}, "must be directed"),
        ({"nodes": {"id": 1}, "edges": []}, '"nodes" must be a list of objects'),
        ({"nodes": [], "edges": []}, "there are no people"),
        ({"nodes": [{"id": 1}], "edges": [{"source": 1}]}, "edge 1 needs a source and a target"),
        ({"id": 1, "reports": [2]}, 'person 1 .*: "reports" must be a list of objects'),
        ({"id": 1, "reports": {"id": 2}}, 'person 1 .*: "reports" must be a list of objects'),
        ([{"id": 1}], "no manager column"),
        ([{"id": 1, "manager": "e" + "\u0301" * 40}], "dozens of accents"),
        ([{"id": 1, "manager": "", "e" + "\u0301" * 40: 1}], "dozens of accents"),
    ],
)
def test_other_json_is_refused(write, data, message):
    with pytest.raises(OrgChartError, match=message):
        load(write(data))
