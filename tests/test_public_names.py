"""What `import empowersim` gives, and what it leaves for later."""

import pytest

import empowersim
from processes import run_python


def test_every_public_name_is_there():
    for name in empowersim.__all__:
        assert getattr(empowersim, name).__name__.split(".")[-1] == name
    assert set(empowersim.__all__) <= set(dir(empowersim))
    with pytest.raises(AttributeError, match="module 'empowersim' has no attribute 'Parameter'"):
        empowersim.Parameter  # noqa: B018


def test_slow_packages_are_loaded_when_they_are_needed():
    slow = {"numba", "pandas", "mesa", "networkx", "matplotlib", "solara", "pyarrow"}
    code = "import sys, empowersim; empowersim.Parameters; print(*sys.modules)"
    assert slow.isdisjoint(run_python(code).split())


def test_simulating_loads_neither_mesa_nor_the_app():
    code = (
        "import sys; from empowersim import Parameters, simulate;"
        "simulate(Parameters(), weeks=1).final; print(*sys.modules)"
    )
    loaded = set(run_python(code).split())
    assert {"numba", "pandas"} <= loaded
    assert {"mesa", "solara", "matplotlib"}.isdisjoint(loaded)
