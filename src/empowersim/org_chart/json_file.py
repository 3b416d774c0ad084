"""Charts in JSON files: node-link data, a nested tree, or a list of records."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from empowersim.errors import OrgChartError
from empowersim.org_chart import records
from empowersim.org_chart.assembly import Row, Source
from empowersim.org_chart.cells import clean
from empowersim.org_chart.columns import ID_NAMES, details, joined, only
from empowersim.org_chart.graph_rows import Edge, Node, graph_rows
from empowersim.org_chart.hierarchy import NOBODY
from empowersim.org_chart.records import Record, Table
from empowersim.org_chart.report import Note
from empowersim.org_chart.text_file import decoded, read_bytes

type Json = Any

_TEAMS = ("reports", "children")
_EDGES = ("edges", "links")
_SHAPES = (
    'a chart in JSON is node-link data {"nodes": […], "edges": […]}, a nested tree '
    '{"id": …, "name": …, "reports": […]} or a list of records [{"id": …, "manager": …}, …]'
)


def read_json(path: Path) -> Source:
    """The rows of a JSON file in any of the three shapes.

    Raises:
        OrgChartError: It is no JSON, nested too deeply, or in no such shape.
    """
    text, encoding = decoded(read_bytes(path))
    try:
        data = json.loads(text)
    except RecursionError:
        raise OrgChartError(
            "it is nested too deeply to be read: write it as node-link data or as records"
        ) from None
    except ValueError as error:
        raise OrgChartError(f"this is no JSON: {error}") from error
    return _source(data, encoding)


def _source(data: Json, encoding: str) -> Source:
    if isinstance(data, dict) and "nodes" in data:
        return _node_link(data, encoding)
    entries = data if isinstance(data, list) else [data]
    if not all(isinstance(entry, dict) for entry in entries):
        raise OrgChartError(_SHAPES)
    if isinstance(data, dict) or any(_is_nested(entry) for entry in entries):
        return _nested(entries, encoding)
    return _records(entries, encoding)


def _records(entries: Sequence[Mapping[str, Json]], encoding: str) -> Source:
    if not entries:
        raise OrgChartError("the list of people is empty")
    header, cells = _table(entries)
    people = [Record(f"record {number}", row) for number, row in enumerate(cells, 1)]
    return records.people(Table(header, people, f"{encoding}, records"))


def _table(entries: Sequence[Mapping[str, Json]]) -> tuple[list[str], list[list[str]]]:
    """A header of all keys, and for each entry its values as texts, blank where it has none."""
    header = list(dict.fromkeys(name for entry in entries for name in entry))
    return header, [[_text(entry.get(name)) for name in header] for entry in entries]


def _text(value: Json) -> str:
    """A number as it is usually written, and anything that is no text as its JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(json.dumps(value, ensure_ascii=False))


def _node_link(data: Mapping[str, Json], encoding: str) -> Source:
    nodes = _objects(data, "nodes")
    found = [name for name in _EDGES if name in data]
    if data.get("directed") is False or len(found) != 1:
        raise OrgChartError(
            "node-link data must be directed, with one list of edges (or links), each from a "
            "collaborator (source) to the manager (target)"
        )
    edges = _objects(data, found[0])
    header, cells = _table(nodes)
    people = [
        Node(f"node {number}", _text(node.get("id")), dict(zip(header, row, strict=True)))
        for number, (node, row) in enumerate(zip(nodes, cells, strict=True), 1)
    ]
    relations = [
        Edge(f"edge {number}", _text(edge.get("source")), _text(edge.get("target")))
        for number, edge in enumerate(edges, 1)
    ]
    for edge in relations:
        if not (edge.source and edge.target):
            raise OrgChartError(f"{edge.place} needs a source and a target")
    return Source(graph_rows(people, relations), f"{encoding}, node-link data")


def _objects(data: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    entries = data[name]
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise OrgChartError(f'"{name}" must be a list of objects: {_SHAPES}')
    return entries


def _is_nested(entry: Mapping[str, Json]) -> bool:
    return any(isinstance(entry.get(name), list) for name in _TEAMS)


def _nested(tops: Sequence[dict[str, Json]], encoding: str) -> Source:
    entries, above = _flattened(tops)
    header, cells = _table([_without_team(entry) for entry in entries])
    own_id, who = only(header, ID_NAMES), details(header)
    if not (own_id or who.name):
        raise OrgChartError(_SHAPES)
    # Even a person without an id needs one here, for the people below to refer to.
    ids = [
        joined(row, own_id) or (_nested_place(index) if own_id else str(index + 1))
        for index, row in enumerate(cells)
    ]
    rows = [
        Row(
            place=_nested_place(index),
            id=ids[index],
            manager="" if above[index] == NOBODY else ids[above[index]],
            problem="has no id" if own_id and not joined(row, own_id) else "",
            **who.of(row),
        )
        for index, row in enumerate(cells)
    ]
    numbered = Note("assumed", "", "", "has no ids: people are numbered level by level", len(rows))
    return Source(rows, f"{encoding}, nested tree", () if own_id else (numbered,))


def _flattened(tops: Sequence[dict[str, Json]]) -> tuple[list[dict[str, Json]], list[int]]:
    """Everyone, level by level, and the index there of each one's manager."""
    entries = list(tops)
    above = [NOBODY] * len(tops)
    for index, entry in enumerate(entries):  # the list grows while it is walked
        team = _team(entry, _nested_place(index))
        entries.extend(team)
        above.extend([index] * len(team))
    return entries, above


def _team(entry: Mapping[str, Json], place: str) -> list[dict[str, Json]]:
    team = []
    for name in _TEAMS:
        reports = entry.get(name)
        if isinstance(reports, list) and all(isinstance(report, dict) for report in reports):
            team.extend(reports)
        elif not isinstance(reports, int | None):  # a number only counts them
            raise OrgChartError(f'{place}: "{name}" must be a list of objects')
    return team


def _without_team(entry: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in entry.items() if name not in _TEAMS}


def _nested_place(index: int) -> str:
    return f"person {index + 1} (level by level)"
