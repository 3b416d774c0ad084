"""Memory that sessions used goes back to the machine when they have closed."""

from __future__ import annotations

import gc
import sys
import time

import psutil
import pytest
import solara.lab

from empowersim.app import memory


def resident() -> float:
    """Megabytes of this process that are in memory."""
    return psutil.Process().memory_info().rss / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked")
def test_what_is_free_between_other_things_is_returned_after_a_session(monkeypatch):
    at_starts = []
    monkeypatch.setattr(solara.lab, "on_kernel_start", at_starts.append)
    monkeypatch.setattr(memory, "SECONDS_TO_FORGET", 0.1)
    memory.give_back_after_sessions()
    [at_start] = at_starts
    at_end = at_start()

    held = [bytes(10_000) for _ in range(10_000)]
    kept = held[::1_000]
    del held
    gc.collect()
    before = resident()
    at_end()
    deadline = time.monotonic() + 20
    while resident() > before - 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert resident() < before - 50
    assert len(kept) == 10
