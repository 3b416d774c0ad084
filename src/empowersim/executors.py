"""Where the work is done: threads, processes, or a cluster.

Threads are for the compiled engine, which releases the GIL; processes for models written in Python;
Dask for when one machine is not enough. What a sweep can rely on, wherever its tasks are done:

- Results come in order of completion, and few tasks are held at a time, however many there are.
- A task whose worker dies, or that takes too long, is `Lost`; the others go on.
- An exception in a task begins no other; those under way end and are given; then it is raised.
- `stop` begins no other task; those under way end and are given.
- Closing the iterator, or an interruption, gives up what is under way.
- What a task prints in a process that we started goes to standard error: standard output is the
  driver's, which may be writing JSON to it.
- A process that we started ends with its driver, however that ends.
"""

from __future__ import annotations

import io
import logging
import math
import multiprocessing
import os
import pickle
import signal
import sys
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Buffer, Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from multiprocessing import connection, resource_tracker
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from empowersim.declaration import check_whole
from empowersim.errors import RunError

if TYPE_CHECKING:
    import distributed

MAX_WORKERS = 1024
SECONDS_TO_CONNECT = 8
SECONDS_FOR_WORKERS = 30
SECONDS_TO_LEAVE = 2
SECONDS_BETWEEN_COUNTS = 5

type Work[Task, Done] = Callable[[Task], Done]
"""What is done with each task. Processes and clusters pickle it, the tasks and the results; a
cluster may do a task twice, and keep one of the results."""


class Lost(NamedTuple):
    """A task whose worker died, or that ran out of time.

    Attributes:
        reason: such as "killed by signal 9", "took longer than 60 s".
    """

    task: Any
    reason: str


class Raised(NamedTuple):
    """A task that ended in an exception."""

    error: Exception


def in_threads[Task, Done](
    work: Callable[[Task, Event], Done], tasks: Sequence[Task], workers: int | None = None
) -> Iterator[Done]:
    """Do every task, `workers` at a time (default: one a core); results in the tasks' order.

    An interruption or an error drops the tasks that have not begun, and sets the event that those
    under way look at.
    """
    stop = Event()
    executor = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    try:
        yield from executor.map(lambda task: work(task, stop), tasks)
    finally:
        stop.set()
        executor.shutdown(wait=True, cancel_futures=True)


class Executor(ABC):
    """A way to get tasks done; the module says what all of them keep to."""

    def map[Task, Done](
        self, work: Work[Task, Done], tasks: Iterable[Task], stop: Event
    ) -> Generator[tuple[Task, Done | Lost]]:
        """Each task with its result, or with what became of it.

        Raises:
            RunError: the workers cannot be had; or what `work` raises.
        """
        waiting = _Waiting(tasks, stop)
        with closing(self._outcomes(work, waiting)) as outcomes:
            for task, outcome in outcomes:
                if isinstance(outcome, Raised):
                    waiting.fail(outcome.error)
                else:
                    yield task, outcome
        if waiting.failure:
            raise waiting.failure

    @abstractmethod
    def _outcomes(self, work: Work[Any, Any], waiting: _Waiting[Any]) -> Generator[tuple[Any, Any]]:
        """Each task with what `work` makes of it, or Lost, or Raised; `waiting` may end early."""


def threads(workers: int | None = None) -> Executor:
    """As many threads as given, by default one a core.

    A thread cannot be made to give up: the interpreter waits for those under way when it exits.
    """
    return _Threads(_number(workers))


def processes(
    workers: int | None = None, timeout: float | None = None, preload: Sequence[str] = ()
) -> Executor:
    """As many processes as given, by default one a core; a task may take `timeout` seconds.

    A program that starts them must guard its own start: `if __name__ == "__main__":`.

    Args:
        workers: processes.
        timeout: seconds of a task; those in which a process starts do not count.
        preload: names of modules that a process imports while it starts.
    """
    return _Processes(_number(workers), timeout, tuple(preload))


def dask(scheduler: str | None = None, local: int | None = None) -> Executor:
    """The workers of the Dask scheduler at an address, or `local` processes on this machine.

    What a lost worker had to do is done again by others; a task that several workers died of is
    Lost.
    """
    return _Dask(scheduler, _number(local))


def _number(workers: int | None) -> int:
    if workers is None:
        return os.cpu_count() or 1
    check_whole("workers", workers, 1, MAX_WORKERS)
    return workers


class _Waiting[Task]:
    """The tasks that have not begun, one by one, for as long as there is no reason to stop.

    Attributes:
        failure: the first exception of a task.
    """

    def __init__(self, tasks: Iterable[Task], stop: Event) -> None:
        self.failure: Exception | None = None
        self._tasks = iter(tasks)
        self._stop = stop

    def __iter__(self) -> Iterator[Task]:
        return self

    def __next__(self) -> Task:
        if self.is_over():
            raise StopIteration
        return next(self._tasks)

    def is_over(self) -> bool:
        """Whether no other task is to begin, not even one that has been handed out."""
        return self._stop.is_set() or self.failure is not None

    def fail(self, error: Exception) -> None:
        """The first is the one to raise: what follows may come of it."""
        self.failure = self.failure or error


def _attempt(work: Work[Any, Any], task: Any) -> Any:
    """What `work` makes of a task in another process: a result, or an exception that can travel."""
    try:
        return work(task)
    except Exception as error:
        error.add_note(f"In a worker:\n{traceback.format_exc()}")
        return Raised(error if _can_travel(error) else RuntimeError(repr(error)))


def _can_travel(error: Exception) -> bool:
    """Whether another process can read it; an exception with arguments of its own may fail to."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    except Exception:
        return False
    return True


def _completed[Task](
    begin: Callable[[Task], Any], waiting: Iterator[Task], at_most: Callable[[], int]
) -> Iterator[tuple[Task, Any]]:
    """Tasks with their futures, in order of completion; not more than `at_most()` at a time.

    That number is asked for every second, and may raise if nothing is to be hoped for any more.
    """
    completed: SimpleQueue[Any] = SimpleQueue()
    under_way: dict[Any, Task] = {}
    while True:
        for task in islice(waiting, max(0, at_most() - len(under_way))):
            future = begin(task)
            under_way[future] = task
            future.add_done_callback(completed.put)
        if not under_way:
            return
        try:
            future = completed.get(timeout=1)
        except Empty:
            continue
        yield under_way.pop(future), future


# --- Threads ----------------------------------------------------------------------------------

_NOT_BEGUN = object()


@dataclass(frozen=True)
class _Threads(Executor):
    workers: int

    def _outcomes(self, work: Work[Any, Any], waiting: _Waiting[Any]) -> Generator[tuple[Any, Any]]:
        """Twice as many tasks are held as there are threads, so that none waits for the driver."""

        def attempt(task: Any) -> Any:
            if waiting.is_over():
                return _NOT_BEGUN
            try:
                return work(task)
            except Exception as error:
                waiting.fail(error)
                return Raised(error)

        pool = ThreadPoolExecutor(self.workers)
        try:
            for task, future in _completed(
                lambda task: pool.submit(attempt, task), waiting, lambda: 2 * self.workers
            ):
                outcome = future.result()
                if outcome is not _NOT_BEGUN:
                    yield task, outcome
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


# --- Processes --------------------------------------------------------------------------------
# A pipe for each worker, and nothing that they share: however and whenever one dies, no other is
# left waiting for a lock. (A pool with one queue for all breaks, or waits for ever, when a worker
# dies at the wrong moment, or ends with exit code 0.)


@dataclass(frozen=True)
class _Processes(Executor):
    workers: int
    timeout: float | None
    preload: tuple[str, ...]

    def _outcomes(self, work: Work[Any, Any], waiting: _Waiting[Any]) -> Generator[tuple[Any, Any]]:
        """A worker holds one task; a new one is started when there is a task and none is idle."""
        idle: list[_Worker] = []
        busy: list[_Worker] = []
        try:
            while True:
                for task in islice(waiting, self.workers - len(busy)):
                    worker = _living(idle) or _Worker(work, self.timeout, self.preload)
                    busy.append(worker)
                    worker.begin(task)
                if not busy:
                    return
                for worker in _heard_of(busy):
                    outcome = worker.outcome()
                    if outcome is not _NOT_BEGUN:
                        busy.remove(worker)
                        if isinstance(outcome, Lost):
                            _end(worker)
                        else:
                            idle.append(worker)
                        yield worker.task, outcome
        finally:
            _end(*idle, *busy)


def _living(idle: list[_Worker]) -> _Worker | None:
    """One that is taken from those who are idle, of whom some may have been killed since."""
    while idle:
        worker = idle.pop()
        if worker.is_alive():
            return worker
        _end(worker)
    return None


def _heard_of(busy: list[_Worker]) -> list[_Worker]:
    """Those who have sent something, died, or run out of time; waits for the first."""
    deadline = min(worker.deadline for worker in busy)
    seconds = None if deadline == math.inf else max(0.0, deadline - time.monotonic())
    heard = connection.wait([worker.pipe for worker in busy], seconds)
    now = time.monotonic()
    return [worker for worker in busy if worker.pipe in heard or worker.deadline <= now]


class _Worker:
    """A process, and the driver's end of its pipe.

    Attributes:
        task: what it was last given.
        deadline: when its task has taken too long, by `time.monotonic`; it is given no hurry before
            it is ready, for a process takes seconds to start and to import what it needs.
    """

    def __init__(self, work: Work[Any, Any], timeout: float | None, preload: Sequence[str]) -> None:
        context = multiprocessing.get_context("spawn")
        # Pickled here, and read when the worker is set up: to read it may run a researcher's code.
        pickled = pickle.dumps(work)
        _fill_standard_streams()
        self.pipe, its_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(its_end, pickled, preload), daemon=True
        )
        self._timeout = math.inf if timeout is None else timeout
        self._is_ready = False
        self.task: Any = None
        self.deadline = math.inf
        with _without_interruption():
            self._process.start()
        its_end.close()

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def begin(self, task: Any) -> None:
        """Give it a task."""
        self.task = task
        if self._is_ready:
            self.deadline = time.monotonic() + self._timeout
        with suppress(OSError):  # It has just died: its pipe will say so.
            self.pipe.send(task)

    def outcome(self) -> Any:
        """What became of its task; _NOT_BEGUN if it only says that it is ready.

        Raises:
            RunError: it could not even start.
        """
        if not self.pipe.poll():
            return Lost(self.task, f"took longer than {self._timeout:g} s")
        try:
            answer = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 (what our worker sends)
        except (EOFError, OSError):
            return Lost(self.task, self._how_it_died())
        if self._is_ready:
            return answer
        self._is_ready = True
        self.deadline = time.monotonic() + self._timeout
        return _NOT_BEGUN

    def _how_it_died(self) -> str:
        self._process.join(SECONDS_TO_LEAVE)
        code = self._process.exitcode
        if code is None:
            return "closed its connection"
        if code < 0:
            return f"killed by signal {-code}"
        if not self._is_ready:
            raise RunError(
                f"a worker process could not start (exit code {code}; it says why above); a script"
                " that starts workers needs: if __name__ == '__main__':"
            )
        return f"ended with exit code {code}"

    def kill(self) -> None:
        self._process.kill()

    def bury(self) -> None:
        """Leave neither a zombie nor an open file."""
        self._process.join()
        self._process.close()
        self.pipe.close()


def _end(*workers: _Worker) -> None:
    """At once, whatever they do: all are killed before the first is waited for."""
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.bury()


@contextmanager
def _without_interruption() -> Iterator[None]:
    """Processes and threads started here never see Ctrl-C, which a terminal sends to all.

    They inherit the mask of the thread that starts them; so even one that is still importing lives
    to end its task. Where there are no masks (Windows), a worker is deaf once it is ready.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its start, which the first process would bring about, takes the mask off.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: connection.Connection[Any, Any], pickled: bytes, preload: Sequence[str]) -> None:
    """A worker's life: it ends when the driver does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_driver, daemon=True).start()
    _speak_aside()
    for name in preload:
        import_module(name)
    work = pickle.loads(pickled)  # noqa: S301 (what our driver sends)
    with suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            pipe.send_bytes(_answer(work, pipe.recv()))


def _end_with_driver() -> None:
    """Even in the middle of a task, which may never end."""
    driver = multiprocessing.parent_process()
    assert driver  # noqa: S101 (for the types)
    driver.join()
    os._exit(1)


def _speak_aside() -> None:
    """What is printed in this process goes to standard error from now on, if anywhere."""
    _fill_standard_streams()
    os.dup2(2, 1)
    aside = io.BufferedWriter(_PerhapsUnheard(2, "wb", closefd=False))
    # By lines, for a worker ends by being killed.
    sys.stdout = sys.stderr = io.TextIOWrapper(
        aside, errors="backslashreplace", line_buffering=True
    )


class _PerhapsUnheard(io.FileIO):
    """What is written where nobody reads any more is lost, which is no fault of who wrote it."""

    def write(self, data: Buffer, /) -> int:
        try:
            written = super().write(data)
        except OSError:
            written = None
        return memoryview(data).nbytes if written is None else written


def _fill_standard_streams() -> None:
    """Open those of the three that are closed, so that they say nothing.

    A pipe would take the number of one that is closed, and a worker would print into it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _answer(work: Work[Any, Any], task: Any) -> bytes:
    """Pickled here, so that a result that cannot be is the task's fault, not its worker's death."""
    outcome = _attempt(work, task)
    try:
        return pickle.dumps(outcome)
    except Exception as error:
        return pickle.dumps(Raised(RuntimeError(f"a result that cannot be pickled: {error}")))


# --- Dask -------------------------------------------------------------------------------------

_SPEAK_ASIDE = f"from {__name__} import _speak_aside; _speak_aside()"
"""What a worker of this machine does first."""


@dataclass(frozen=True)
class _Dask(Executor):
    scheduler: str | None
    local: int

    def _outcomes(self, work: Work[Any, Any], waiting: _Waiting[Any]) -> Generator[tuple[Any, Any]]:
        """Twice as many tasks are held as the cluster has threads, so that none waits."""
        with ExitStack() as stack:
            client = self._client(stack)
            from distributed import KilledWorker

            room = _Room(client)

            def at_most() -> int:
                with self._scheduler_there():
                    return room()

            def begin(task: Any) -> Any:
                with self._scheduler_there():
                    return client.submit(_attempt, work, task, pure=False)

            for task, future in _completed(begin, waiting, at_most):
                try:
                    with self._scheduler_there():
                        outcome = future.result()
                except KilledWorker as error:
                    outcome = Lost(task, f"{error.allowed_failures + 1} workers died of it")
                yield task, outcome

    @contextmanager
    def _scheduler_there(self) -> Iterator[None]:
        from distributed import CancelledError

        try:
            yield
        except (CancelledError, OSError) as error:
            raise RunError(
                f"the Dask scheduler {self.scheduler or 'of this machine'} is gone; run the same"
                " command again: what is done is kept"
            ) from error

    def _client(self, stack: ExitStack) -> distributed.Client:
        """Connected, and with a worker; `stack` closes what this opens."""
        try:
            from distributed import Client, LocalCluster
        except ModuleNotFoundError:
            raise RunError(
                'a cluster needs Dask, which is not installed: pip install "empowersim[cluster]"'
            ) from None
        stack.enter_context(_without_logs("distributed", "distributed.client"))
        place: Any = self.scheduler
        if place is None:
            _fill_standard_streams()
            with _without_interruption():
                place = LocalCluster(
                    n_workers=self.local,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",  # any free port, seen from here only
                    silence_logs=logging.CRITICAL,
                    preload=[_SPEAK_ASIDE],
                )
            stack.enter_context(place)
        try:
            client: Client = Client(place, timeout=SECONDS_TO_CONNECT)
        except Exception as error:
            # What listens there may be anything, and fail in any way.
            raise RunError(f"no Dask scheduler answers at {place} ({error!r})") from error
        stack.enter_context(client)
        try:
            client.wait_for_workers(1, SECONDS_FOR_WORKERS)
        except TimeoutError:
            raise RunError(
                f"the Dask scheduler at {place} has no workers; start some: dask worker {place}"
            ) from None
        return client


class _Room:
    """How many tasks a cluster may hold now, for its workers come and go."""

    def __init__(self, client: distributed.Client) -> None:
        self._client = client
        self._tasks = 0
        self._next_count = -math.inf

    def __call__(self) -> int:
        if self._client.status != "running":
            # What was sent in that moment is never answered.
            raise ConnectionError(self._client.status)
        if time.monotonic() > self._next_count:
            threads_of = self._client.nthreads()
            self._tasks = 2 * max(1, sum(threads_of.values()))
            self._next_count = time.monotonic() + SECONDS_BETWEEN_COUNTS
        return self._tasks


@contextmanager
def _without_logs(*names: str) -> Iterator[None]:
    """What a user has to know about workers is said by results and errors."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
