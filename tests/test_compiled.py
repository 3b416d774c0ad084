"""How the kernels are compiled, and where their machine code is kept."""

import re
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

import empowersim
from empowersim import Parameters, compiled, ensemble, org_chart
from empowersim.random_streams import replicate_key
from empowersim.scenarios import Scenario
from processes import run_python

KERNELS = (ensemble.begin, ensemble.live)


def batch(chart, rules=None):
    tree = org_chart.hierarchy(chart)
    nowhere = np.zeros(tree.n_people)
    keys = [replicate_key(0, lane) for lane in range(compiled.LANES)]
    return ensemble.Batch(
        tree, nowhere, nowhere.astype(np.int32), [Scenario()] * compiled.LANES, keys, rules=rules
    )


# --- The cache of machine code ----------------------------------------------------------------


def modules_in(function, found):
    """The files of the package that the machine code of a function is made from."""
    found.add(Path(function.__code__.co_filename))
    for name in function.__code__.co_names:
        used = function.__globals__.get(name)
        origin = getattr(used, "__file__", None)
        if origin and Path(origin).parent == Path(empowersim.__file__).parent:
            found.add(Path(origin))
            for each in function.__code__.co_names:
                _follow(vars(used).get(each), found)
        _follow(used, found)
    return found


def _follow(used, found):
    used = getattr(used, "py_func", used)
    if isinstance(used, FunctionType) and Path(used.__code__.co_filename) not in found:
        modules_in(used, found)


def test_every_file_that_ends_up_in_machine_code_counts():
    used = set()
    for kernel in KERNELS:
        modules_in(kernel.py_func, used)
    names = {path.name for path in used}
    assert {"ensemble.py", "rules.py", "random_streams.py", "outcomes.py"} <= names
    # The order of the parameters is the order of the rows that kernels read.
    needed = used | {Path(compiled.__file__), Path(empowersim.parameters.__file__)}
    assert needed <= set(compiled.COMPILED_SOURCES)


INITIAL_TRUST = """
import sys
sys.path.insert(0, {package!r})
import empowersim, test_compiled
from empowersim.compiled import source_hash
from empowersim.org_chart import balanced
assert empowersim.__file__.startswith({package!r}), empowersim.__file__
state = test_compiled.batch(balanced(2, 1)).state
print(source_hash(), empowersim.ensemble.begin.stats.cache_misses.total(), state.trust.mean())
"""


def test_an_edit_of_a_rule_takes_effect_in_spite_of_the_cache(tmp_path):
    """Every rule lies in another file than the kernels, which is all that numba looks at."""
    package = tmp_path / "empowersim"
    shutil.copytree(Path(empowersim.__file__).parent, package)
    rules = package / "rules.py"
    source = rules.read_text(encoding="utf-8")
    assert source.count("clip(mean + sd * luck)") == 1

    def initial_trust():
        code = INITIAL_TRUST.format(package=str(tmp_path))
        return run_python(code, NUMBA_CACHE_DIR=str(tmp_path / "cache")).split()

    first, again = initial_trust(), initial_trust()
    rules.write_text(source.replace("clip(mean + sd * luck)", "clip(mean + 0.125)"))
    edited = initial_trust()
    assert (first[1], again[1], edited[1]) == ("1", "0", "1")
    assert first[0] == again[0] != edited[0]
    assert first[2] == again[2] != edited[2]
    assert float(edited[2]) == 0.625


def double(x):
    return 2.0 * x


def test_machine_code_is_kept_in_a_directory_named_after_the_sources(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    kernel = compiled.kernel(double)
    assert kernel(4.0) == 8.0
    assert Path(kernel.stats.cache_path).parent == tmp_path / compiled.source_hash()
    assert list(tmp_path.rglob("*.nbc"))


def test_without_a_place_to_keep_it_machine_code_is_made_anew(tmp_path, monkeypatch):
    occupied = tmp_path / "a file, not a folder"
    occupied.touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(occupied))
    kernel = compiled.kernel(double)
    assert kernel(4.0) == 8.0
    assert kernel.stats.cache_path is None


def test_a_folder_that_must_not_be_written_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiled.os, "access", lambda path, mode: False)
    kernel = compiled.kernel(double)
    assert kernel(4.0) == 8.0
    assert not list(tmp_path.rglob("*.nb?"))


def test_numbas_own_settings_are_left_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", "before")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiled.kernel(double)
    assert compiled.numba.config.CACHE_DIR == "before"


RUN = """
from empowersim import *
print(simulate(Parameters(), org_chart.balanced(2, 1), weeks=9).final.autonomy[0])
"""


def test_eight_processes_may_start_at_once_with_an_empty_cache(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        runs = [threads.submit(run_python, RUN, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(8)]
    results = {run.result() for run in runs}
    assert len(results) == 1
    assert run_python(RUN, NUMBA_CACHE_DIR=str(tmp_path)) in results
    assert not [path for path in tmp_path.rglob("*") if "tmp" in path.name]


def test_processors_that_differ_keep_their_machine_code_apart(tmp_path):
    """Of several machines that share a home."""
    code = "from empowersim.compiled import source_hash; print(source_hash())"
    other = run_python(code, NUMBA_CPU_NAME="generic")
    assert other != compiled.source_hash() == run_python(code)


# --- Speed, as far as it can be had without a clock -------------------------------------------

WITHOUT_AVX512 = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx2,+fma,+avx,+bmi,+bmi2,+sse4.2,+popcnt",
}
ASSEMBLY = """
from test_compiled import batch
from empowersim.ensemble import live
from empowersim.org_chart import balanced
batch(balanced(2, 1)).run(weeks=1, first_recorded=1)
print(*live.inspect_asm().values())
"""


@pytest.mark.skipif(not get_host_cpu_features().get("avx2"), reason="no AVX2 here")
@pytest.mark.parametrize("processor", [{}, WITHOUT_AVX512], ids=["this one", "AVX2 alone"])
def test_the_hot_loop_handles_several_lanes_in_one_instruction(tmp_path, processor):
    assembly = run_python(ASSEMBLY, NUMBA_CACHE_DIR=str(tmp_path), **processor)
    packed = re.findall(r"\tv(?:add|sub|mul|div|sqrt)pd\t.*%[yz]mm", assembly)
    single = re.findall(r"\tv(?:add|sub|mul|div|sqrt)sd\t", assembly)
    assert len(packed) > 4 * len(single), f"{len(packed)} packed, {len(single)} single"


def test_kernels_let_other_threads_work():
    """While a kernel runs for the blink of an eye, this thread goes on."""
    running = batch(org_chart.balanced(6, 4))
    running.run(weeks=1, first_recorded=1)
    finished = threading.Event()

    def work():
        running.run(weeks=1500, first_recorded=1500)
        finished.set()

    thread = threading.Thread(target=work)
    thread.start()
    steps = 0
    while not finished.is_set():
        time.sleep(0.001)
        steps += 1
    thread.join()
    assert steps > 20


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)
def test_every_kernel_is_compiled_in_the_one_way(kernel):
    assert kernel.targetoptions["nogil"]
    assert kernel.targetoptions["error_model"] == "numpy"
    assert not kernel.targetoptions.get("fastmath")
    assert not kernel.targetoptions.get("parallel")


# --- Parameters of a lane ---------------------------------------------------------------------


def test_a_kernel_reads_each_parameter_of_each_lane():
    def seen(table, out):
        for lane in range(compiled.LANES):
            p = compiled.parameters_in_lane(table, lane)
            out[0, lane] = p.mandate
            out[1, lane] = p.w_trust
            out[2, lane] = p.regime_threshold

    names = list(Parameters.__dataclass_fields__)
    table = np.arange(len(names) * compiled.LANES, dtype=float).reshape(len(names), -1)
    out = np.empty((3, compiled.LANES))
    compiled.numba.njit(seen)(table, out)
    rows = [names.index(name) for name in ("mandate", "w_trust", "regime_threshold")]
    assert np.array_equal(out, table[rows])


def test_a_kernel_cannot_read_a_parameter_that_does_not_exist():
    def reads(table):
        return compiled.parameters_in_lane(table, 0).mandat

    with pytest.raises(compiled.numba.TypingError, match="mandat"):
        compiled.numba.njit(reads)(np.zeros((200, compiled.LANES)))


def test_a_damaged_cache_costs_a_compilation_not_the_run(tmp_path):
    code = "from empowersim import *; print(simulate(Parameters(), weeks=2).final.autonomy[0])"
    first = run_python(code, NUMBA_CACHE_DIR=str(tmp_path))
    indices = list(tmp_path.rglob("*.nbi"))
    assert indices
    for size, index in enumerate(indices):
        index.write_bytes(index.read_bytes()[: 40 * size])
    assert run_python(code, NUMBA_CACHE_DIR=str(tmp_path)) == first
