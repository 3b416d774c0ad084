"""Saving charts so that `load` gives the same chart back, whatever the format."""

import csv
import io
import json
import os
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Literal

import networkx as nx

from empowersim.declaration import MOST_SAID, shown
from empowersim.errors import OrgChartError
from empowersim.org_chart.cells import clean, guarded, quoted
from empowersim.org_chart.hierarchy import Chart, hierarchy
from empowersim.store import whole

type SaveFormat = Literal["csv", "graphml", "json"]

_DETAILS = ("name", "title", "unit")


def save(
    chart: Chart,
    path: str | os.PathLike[str],
    *,
    format: SaveFormat | None = None,  # noqa: A002  the word that users know
) -> None:
    """Write a chart to a file, which is replaced in one step: a failure leaves the old one.

    Ids become texts. Of the attributes, `name`, `title` and `unit` are kept. All texts are put
    on one line, without invisible characters, as `load` reads them.

    A cell of the CSV that starts with `=`, `+`, `-` or `@` gets an apostrophe in front, lest a
    spreadsheet run it as a formula; `load` takes it away again.

    Args:
        chart: A tree whose edges lead from collaborator to manager.
        path: Where to; its folder must exist.
        format: Guessed from the suffix unless given.

    Raises:
        OrgChartError: The chart is no tree, or two ids are the same as texts.
        StoreError: The file cannot be written.
    """
    target = Path(path)
    chosen = format if format is not None else target.suffix.lower().removeprefix(".")
    if chosen not in _WRITERS:
        raise OrgChartError(
            f"{shown(target, str, most=MOST_SAID)}: a chart cannot be saved as {shown(chosen)}: use"
            f" one of {', '.join(_WRITERS)}"
        )
    data = _WRITERS[chosen](_as_saved(chart)).encode()
    whole(target, lambda partial: partial.write_bytes(data))


def _as_saved(chart: Chart) -> Chart:
    """The chart with texts only, in the same order."""
    hierarchy(chart)
    ids = {person: clean(str(person)) for person in chart}
    _check_ids(ids)
    saved: Chart = nx.DiGraph()
    for person, attributes in chart.nodes(data=True):
        saved.add_node(ids[person], **_details(attributes))
    saved.add_edges_from((ids[person], ids[manager]) for person, manager in chart.edges)
    return saved


def _check_ids(ids: dict[Hashable, str]) -> None:
    owner: dict[str, Hashable] = {}
    for person, text in ids.items():
        if not text:
            raise OrgChartError(f"the id {person!r} would be blank in a file: change it")
        if text in owner:
            raise OrgChartError(
                f"the ids {owner[text]!r} and {person!r} would both be {quoted(text)} in a file: "
                "change one"
            )
        owner[text] = person


def _details(attributes: dict[str, object]) -> dict[str, str]:
    texts = {
        what: clean(str(attributes[what])) for what in _DETAILS if attributes.get(what) is not None
    }
    return {what: text for what, text in texts.items() if text}


def _rows(chart: Chart) -> Iterator[list[str]]:
    """Each person's id, manager (blank at the top), name, title and unit."""
    for person, attributes in chart.nodes(data=True):
        manager = next(chart.successors(person), "")
        yield [person, manager, *(attributes.get(what, "") for what in _DETAILS)]


def _csv(chart: Chart) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["id", "manager", *_DETAILS])
    table.writerows([guarded(cell) for cell in row] for row in _rows(chart))
    return text.getvalue()


def _graphml(chart: Chart) -> str:
    return "\n".join(nx.generate_graphml(chart)) + "\n"


def _json(chart: Chart) -> str:
    """Node-link data, which networkx reads too; a nested tree could be too deep to read again."""
    data = {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"id": person, **details} for person, details in chart.nodes(data=True)],
        "edges": [{"source": person, "target": manager} for person, manager in chart.edges],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


_WRITERS: dict[str, Callable[[Chart], str]] = {"csv": _csv, "graphml": _graphml, "json": _json}
