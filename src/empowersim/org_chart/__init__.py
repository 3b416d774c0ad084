"""Org charts: grow one, read one, check it, show it, save it.

A chart is a `networkx.DiGraph` that is one rooted tree. Its edges mean "reports to": they lead
from a collaborator to the manager. The nodes of a chart that was read or grown here are texts,
and may have the attributes `name`, `title` and `unit`.
"""

from empowersim.org_chart.grow import balanced, from_spans, random
from empowersim.org_chart.hierarchy import MOST_PEOPLE, Chart, Hierarchy, hierarchy
from empowersim.org_chart.reading import File, Format, Reading, load, read
from empowersim.org_chart.report import Kind, Note, Report
from empowersim.org_chart.sampling import sample
from empowersim.org_chart.show import describe, tree
from empowersim.org_chart.writing import SaveFormat, save

__all__ = [
    "MOST_PEOPLE",
    "Chart",
    "File",
    "Format",
    "Hierarchy",
    "Kind",
    "Note",
    "Reading",
    "Report",
    "SaveFormat",
    "balanced",
    "describe",
    "from_spans",
    "hierarchy",
    "load",
    "random",
    "read",
    "sample",
    "save",
    "tree",
]
