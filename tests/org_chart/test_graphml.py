"""GraphML files, from networkx, from yEd and from ill-wishers."""

import networkx as nx
import pytest

from empowersim.errors import OrgChartError
from empowersim.org_chart import balanced, load, read

from .charts import edges

START = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
GRAPH = '<graph edgedefault="directed">'


@pytest.fixture
def write(tmp_path):
    def to_file(content: str):
        path = tmp_path / "chart.graphml"
        path.write_text(content, "utf-8")
        return path

    return to_file


def test_a_file_from_networkx(tmp_path):
    chart = balanced(2, 2)
    chart.nodes["1"].update(name="Zoé <&>", wage=3.5)
    path = tmp_path / "chart.graphml"
    nx.write_graphml(chart, path)
    read_back = load(path)
    assert edges(read_back) == edges(chart)
    assert list(read_back) == list(chart)
    assert read_back.nodes["1"] == {"name": "Zoé <&>"}


def test_labels_from_yed(write):
    label = (
        '<data key="d0"><y:ShapeNode xmlns:y="yworks"><y:NodeLabel>Ada\nMarsh</y:NodeLabel>'
        "</y:ShapeNode></data>"
    )
    text = f'{START}<key id="d0" yfiles.type="nodegraphics"/>{GRAPH}<node id="n0">{label}</node>'
    assert load(write(f"{text}</graph></graphml>")).nodes["n0"] == {"name": "Ada Marsh"}


def test_problems_are_named_by_line(write):
    nodes = "\n".join(f'<node id="{person}"/>' for person in "abccd")
    ends = "\n".join(f'<edge source="{s}" target="{t}"/>' for s, t in ["ba", "cb", "ca", "dx"])
    path = write(f"{START}\n{GRAPH}\n{nodes}\n{ends}\n</graph></graphml>")
    with pytest.raises(OrgChartError) as error:
        load(path)
    assert "line 10: 'c' reports to 'a' here, but to 'b' in line 9" in str(error.value)
    assert "line 11: 'd' reports to 'x', who is not in the file" in str(error.value)
    assert edges(read(path, drop=True).chart) == {("b", "a"), ("c", "b")}


def test_entities_are_refused_before_they_expand(write):
    declared = "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10 if level else "lol" * 10}">'
        for level in range(30)
    )
    path = write(
        f"<?xml version='1.0'?>\n<!DOCTYPE graphml [{declared}]>\n{START}{GRAPH}"
        '<node id="&a29;"/></graph></graphml>'
    )
    with pytest.raises(OrgChartError, match="line 2 declares a document type or entities"):
        load(path)


def test_entities_hidden_in_another_encoding_are_refused_too(tmp_path):
    path = tmp_path / "chart.graphml"
    text = f'<!DOCTYPE graphml [<!ENTITY a "b">]>{START}{GRAPH}<node id="&a;"/></graph></graphml>'
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(OrgChartError, match="declares a document type"):
        load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{START}{GRAPH}", "no well-formed XML: no element found: line 1"),
        ("id,manager\n1,\n", "no well-formed XML"),
        ("<html></html>", "no <graph> element"),
        (f"{START}</graphml>", "no <graph> element"),
        (f"{START}{GRAPH}</graph></graphml>", "there are no people"),
        (f"{START}<graph/></graphml>", 'must have edgedefault="directed"'),
        (f'{START}<graph edgedefault="undirected"/></graphml>', 'edgedefault="directed"'),
        (f"{START}{GRAPH}</graph>\n{GRAPH}</graph></graphml>", "line 2 starts a second graph"),
        (f"{START}{GRAPH}<hyperedge/></graph></graphml>", "hyperedge"),
        (f'{START}{GRAPH}<edge directed="false"/></graph></graphml>', "must be directed"),
        (f'{START}{GRAPH}<edge source="a"/></graph></graphml>', "a source and a target"),
        (f"{START}{GRAPH}<node/></graph></graphml>", "line 1: this row has no id"),
    ],
)
def test_other_xml_is_refused(write, content, message):
    with pytest.raises(OrgChartError, match=message):
        load(write(content))


def test_very_deep_nesting_does_no_harm(write):
    depth = 100_000
    inner = '<node id="a">' + "<x>" * depth + "</x>" * depth + "</node>"
    assert list(load(write(f"{START}{GRAPH}{inner}</graph></graphml>"))) == ["a"]


def test_an_encoding_that_nobody_knows(write):
    path = write(f'<?xml version="1.0" encoding="UTTF-8"?>{START}{GRAPH}</graph></graphml>')
    with pytest.raises(OrgChartError, match="no well-formed XML: unknown encoding: UTTF-8"):
        load(path)
