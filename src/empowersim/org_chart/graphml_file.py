"""Charts in GraphML files, whose edges lead from a collaborator to the manager.

networkx reads GraphML too, but adds a person for every mistyped reference, merges people
declared twice, ignores a second graph, and expands entities; here each is found, by line.
"""

from pathlib import Path
from xml.parsers import expat

from empowersim.declaration import shown
from empowersim.errors import OrgChartError
from empowersim.org_chart.assembly import Source
from empowersim.org_chart.cells import clean
from empowersim.org_chart.graph_rows import Edge, Node, graph_rows
from empowersim.org_chart.text_file import read_bytes

_NAMESPACE_MARK = " "


def read_graphml(path: Path) -> Source:
    """The rows of a GraphML file with one directed graph.

    Raises:
        OrgChartError: It is no well-formed XML or no GraphML, declares a document type or
            entities, or holds several, undirected or hyper-graphs; the message gives the line.
    """
    reader = _Reader()
    reader.parse(read_bytes(path))
    nodes = [
        Node(place, person, {name: clean(text) for name, text in attributes.items()})
        for place, person, attributes in reader.nodes
    ]
    return Source(graph_rows(nodes, reader.edges), "edges lead to the manager")


class _Reader:
    """Collects the nodes and edges as the parser meets them."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, str, dict[str, str]]] = []
        self.edges: list[Edge] = []
        self._attribute_names: dict[str, str] = {}
        self._graphs = 0
        self._open_node: dict[str, str] | None = None
        self._open_attribute = ""
        self._parser = expat.ParserCreate(namespace_separator=_NAMESPACE_MARK)
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def parse(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            # The last two: of an encoding that the parser does not know.
            if isinstance(error, OrgChartError):
                raise
            raise OrgChartError(f"this is no well-formed XML: {shown(error, str)}") from error
        if not self._graphs:
            raise OrgChartError("this is no GraphML: it has no <graph> element")

    @property
    def _place(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    def _refuse_doctype(self, *_: object) -> None:
        # Entities, declared there, can expand a small file to more than the memory holds.
        raise OrgChartError(
            f"{self._place} declares a document type or entities, which a chart needs none of: "
            "delete the <!DOCTYPE …> declaration"
        )

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        match qualified.rpartition(_NAMESPACE_MARK)[2]:
            case "key":
                name = attributes.get("attr.name", "")
                self._attribute_names[attributes.get("id", "")] = name
            case "graph":
                self._start_graph(attributes)
            case "node":
                self._open_node = {}
                self.nodes.append((self._place, clean(attributes.get("id", "")), self._open_node))
            case "data":
                self._open_attribute = self._attribute_names.get(attributes.get("key", ""), "")
            case "NodeLabel":  # as yEd writes it
                self._open_attribute = "label"
            case "edge":
                self._start_edge(attributes)
            case "hyperedge":
                raise OrgChartError(f"{self._place}: a hyperedge is no reporting relation")

    def _start_graph(self, attributes: dict[str, str]) -> None:
        self._graphs += 1
        if self._graphs > 1:
            raise OrgChartError(f"{self._place} starts a second graph: keep one graph in the file")
        if attributes.get("edgedefault") != "directed":
            raise OrgChartError(
                f'{self._place}: the graph must have edgedefault="directed", each edge leading '
                "from a collaborator to the manager"
            )

    def _start_edge(self, attributes: dict[str, str]) -> None:
        if attributes.get("directed") == "false":
            raise OrgChartError(f"{self._place}: an edge must be directed, towards the manager")
        ends = [clean(attributes.get(end, "")) for end in ("source", "target")]
        if not all(ends):
            raise OrgChartError(f"{self._place}: an edge needs a source and a target")
        self.edges.append(Edge(self._place, *ends))

    def _end(self, qualified: str) -> None:
        match qualified.rpartition(_NAMESPACE_MARK)[2]:
            case "node":
                self._open_node = None
            case "data" | "NodeLabel":
                self._open_attribute = ""

    def _text(self, text: str) -> None:
        if self._open_node is not None and self._open_attribute:
            so_far = self._open_node.get(self._open_attribute, "")
            self._open_node[self._open_attribute] = so_far + text
