"""Org charts of every shape that a rule could treat differently."""

import networkx as nx

from empowersim import org_chart


def tree(edges):
    chart = nx.DiGraph()
    chart.add_edges_from(edges)
    return chart


def alone():
    chart = nx.DiGraph()
    chart.add_node("ann")
    return chart


def family():
    """ann leads bea and bob; bea leads cas and cid; cid leads dan."""
    edges = [("bea", "ann"), ("bob", "ann"), ("cas", "bea"), ("cid", "bea"), ("dan", "cid")]
    return tree(edges)


CHARTS = {
    "alone": alone(),
    "pair": tree([("bob", "ann")]),
    "family": family(),
    "chain": org_chart.balanced(1, 4),
    "star": org_chart.balanced(9, 1),
    "balanced": org_chart.balanced(3, 2),
    "uneven": org_chart.random(people=40, mean_span=3, spread=3, seed=1),
    "sample": org_chart.sample(),
}
