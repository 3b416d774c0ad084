"""What Hypothesis may invent for these tests: parameters, states, charts, scenarios."""

import networkx as nx
from hypothesis import strategies as st

from empowersim.parameters import DECLARATIONS, LEVERS, Parameters
from empowersim.scenarios import Intervention, Rollout, Scenario

shares = st.floats(0, 1)
indicators = st.sampled_from([0.0, 1.0])


@st.composite
def parameters(draw):
    """Any parameters allowed: some are changed, most of these to an end of their range."""
    n_changed = draw(st.integers(0, len(DECLARATIONS)) | st.just(len(DECLARATIONS)))
    random = draw(st.randoms(use_true_random=True))
    values = {
        name: random.choice([known.low, known.high, random.uniform(known.low, known.high)])
        for name, known in random.sample(list(DECLARATIONS.items()), n_changed)
    }
    for bounds in BOUNDS:
        both = [values.get(name, DECLARATIONS[name].default) for name in bounds]
        values |= zip(bounds, sorted(both), strict=True)
    return Parameters(**values)


BOUNDS = [("readiness_low", "readiness_high"), ("disposition_low", "disposition_high")]
"""Parameters that must not cross."""


@st.composite
def trees(draw, most=12):
    """Any org chart of up to `most` people, its people in any order."""
    n_people = draw(st.integers(1, most))
    managers = [draw(st.integers(0, person)) for person in range(n_people - 1)]
    chart = nx.DiGraph()
    chart.add_nodes_from(draw(st.permutations(range(n_people))))
    chart.add_edges_from((person, manager) for person, manager in enumerate(managers, 1))
    return chart


@st.composite
def scenarios(draw, weeks, parameters=parameters()):  # noqa: B008 (a strategy is no state)
    """Any scenario of `weeks` weeks."""
    when = st.tuples(st.integers(1, weeks), st.sampled_from(LEVERS))
    changes = draw(st.lists(when, unique=True, max_size=6))
    return Scenario(
        parameters=draw(parameters),
        interventions=tuple(Intervention(*each, draw(shares)) for each in changes),
        rollout=draw(rollouts),
        weeks=weeks,
    )


rollouts = st.builds(
    Rollout,
    order=st.sampled_from(["all-at-once", "pilot", "top-down", "bottom-up"]),
    lag=st.integers(0, 8),
)
