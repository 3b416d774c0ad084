"""Machine code for any processor gives the same numbers, to the last bit."""

import hashlib
import platform

from empowersim import simulate
from empowersim.scenarios import NAMED, Rollout
from processes import run_python
from small_charts import CHARTS

from .tables import TABLES


def digest():
    """A hash of everything that some runs give."""
    points = [each.with_changes({"turnover": 0.05}) for each in NAMED.values()]
    points[0] = type(points[0])(rollout=Rollout("top-down", lag=4))
    hashed = hashlib.sha256()
    for record in TABLES:
        results = simulate(points, CHARTS["uneven"], replicates=2, weeks=40, record=record)
        table = getattr(results, record).select_dtypes("float")
        hashed.update(table.to_numpy().tobytes())
    return hashed.hexdigest()


ELSEWHERE = """
from equivalence.test_processors import digest
from empowersim.ensemble import live
print(digest(), *live.inspect_asm().values())
"""


def test_the_plainest_processor_agrees_with_this_one(tmp_path):
    printed = run_python(ELSEWHERE, NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path))
    elsewhere, assembly = printed.split(maxsplit=1)
    assert elsewhere == digest()
    if platform.machine() in ("x86_64", "AMD64"):
        assert "xmm0" in assembly
        assert "ymm" not in assembly
