"""Memory that sessions used goes back to the machine when they have closed."""

from __future__ import annotations

import gc
import sys
import threading
import time

import psutil
import pytest
import solara.lab

from empowersim.app import memory


def resident() -> float:
    """Megabytes of this process that are in memory."""
    return psutil.Process().memory_info().rss / 1e6


@pytest.fixture
def close_session(monkeypatch):
    """What happens when a session closes."""
    at_starts = []
    monkeypatch.setattr(solara.lab, "on_kernel_start", at_starts.append)
    memory.give_back_after_sessions()
    [at_start] = at_starts
    return at_start()


def test_sessions_that_close_together_share_one_thread(close_session):
    def waiting():
        return sum(isinstance(each, threading.Timer) for each in threading.enumerate())

    before = waiting()
    for _each in range(30):
        close_session()
    deadline = time.monotonic() + 2
    while waiting() > before + 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert waiting() == before + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be asked")
def test_what_is_free_between_other_things_is_returned_after_a_session(close_session, monkeypatch):
    monkeypatch.setattr(memory, "SECONDS_TO_FORGET", 0.1)
    held = [bytes(10_000) for _ in range(10_000)]
    kept = held[::1_000]
    del held
    gc.collect()
    before = resident()
    close_session()
    deadline = time.monotonic() + 20
    while resident() > before - 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert resident() < before - 50
    assert len(kept) == 10
