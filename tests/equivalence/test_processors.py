"""Machine code for any processor gives the same numbers, to the last bit."""

import platform

from processes import run_python

from .test_golden import GOLDEN

ELSEWHERE = """
from equivalence.golden import digests
from empowersim.ensemble import live
print(*digests(workers=1).values(), *live.inspect_asm().values())
"""


def test_the_plainest_processor_agrees_with_this_one(tmp_path):
    """On every golden run, those by rivals' rules included."""
    printed = run_python(ELSEWHERE, NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path))
    *elsewhere, assembly = printed.split(maxsplit=len(GOLDEN))
    assert elsewhere == list(GOLDEN.values())
    if platform.machine() in ("x86_64", "AMD64"):
        assert "xmm0" in assembly
        assert "ymm" not in assembly
