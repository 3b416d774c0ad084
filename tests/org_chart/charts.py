"""Charts for the tests: invented by Hypothesis, or written by hand."""

from pathlib import Path

import networkx as nx
from hypothesis import strategies as st

from empowersim.org_chart import Chart
from empowersim.org_chart.cells import clean

DATA = Path(__file__).parent / "data"
REAL = Path(__file__).parents[2].parent / "shared" / "orgcharts"

texts = st.text(max_size=12).map(clean)
ids = texts.filter(bool)


@st.composite
def charts(draw: st.DrawFn, most: int = 25) -> Chart:
    """Any tree, its people in any order, with details or without."""
    people = draw(st.lists(ids, min_size=1, max_size=most, unique=True))
    managers = [draw(st.integers(0, index)) for index in range(len(people) - 1)]
    chart: Chart = nx.DiGraph()
    for person in draw(st.permutations(people)):
        details = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(DETAILS, ids)))
        chart.add_node(person, **details)
    chart.add_edges_from((people[i + 1], people[above]) for i, above in enumerate(managers))
    return chart


DETAILS = ("name", "title", "unit")


def edges(chart: Chart) -> set[tuple[str, str]]:
    return set(chart.edges)
