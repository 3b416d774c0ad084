"""From nodes and edges, whether they came as JSON or as GraphML, to rows of people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from empowersim.org_chart.assembly import Row
from empowersim.org_chart.columns import details


@dataclass(frozen=True, slots=True)
class Node:
    """One person as a node of a file, with all attributes as cleaned texts."""

    place: str
    id: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation of a file: the source reports to the target."""

    place: str
    source: str
    target: str


def graph_rows(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Row]:
    """A row for each node and edge above it, so that a second edge shows as a second manager."""
    managers = defaultdict(list)
    for edge in edges:
        managers[edge.source].append(edge)
    header = list(dict.fromkeys(name for node in nodes for name in node.attributes))
    who = details(header)
    rows = []
    for node in nodes:
        texts = who.of([node.attributes.get(name, "") for name in header])
        above = managers.get(node.id, [Edge(node.place, node.id, "")])
        rows += [Row(edge.place, node.id, edge.target, **texts) for edge in above]
    return [*rows, *_edges_of_nobody(nodes, edges)]


def _edges_of_nobody(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Row]:
    known = {node.id for node in nodes}
    return [
        Row(edge.place, edge.source, edge.target, problem="has an edge but no node: add the node")
        for edge in edges
        if edge.source not in known
    ]
