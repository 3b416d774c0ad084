"""The server's memory goes back to the machine: the C library would keep what sessions used."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from threading import Timer

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""Their numbers in glibc's malloc.h."""
SECONDS_TO_FORGET = 5.0
"""A session that has closed lets go of what it had in about a second."""


def give_large_back() -> None:
    """Have the C library return at once what large tables used, not keep it for each thread.

    Else it keeps pools for many threads, and sessions have many. Only glibc knows these settings.
    """
    with suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 2)
        library.mallopt(M_MMAP_THRESHOLD, 1 << 20)


def give_back_after_sessions() -> None:
    """Return what is free between other things, too, whenever a session has closed.

    The C library by itself returns only what is free at the end of its pool: of what thirty
    sessions used, a fifth stayed. Returning it takes 20 ms.
    """
    import solara.lab

    waiting = Timer(SECONDS_TO_FORGET, _return_free_memory)

    def return_later() -> None:
        nonlocal waiting
        waiting.cancel()  # sessions that close together share one thread
        waiting = Timer(SECONDS_TO_FORGET, _return_free_memory)
        waiting.daemon = True  # or it would hold up the end of the program
        waiting.start()

    solara.lab.on_kernel_start(lambda: return_later)


def _return_free_memory() -> None:
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
