import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from empowersim import executors
from empowersim.errors import ParameterError, RunError, StoreError
from empowersim.executors import Lost, in_threads

IN_FLIGHT = 4  # at most: two a worker, and two workers


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=["threads", "processes", "dask"])
def executor(request):
    if request.param == "dask":
        return executors.dask(scheduler=request.getfixturevalue("cluster"))
    return getattr(executors, request.param)(2)


def squared(task):
    return task * task


def recorded(folder, task):
    """As `squared`, and leaves a file that says it has begun."""
    (folder / str(task)).touch()
    time.sleep(0.05)
    return task * task


def recorded_unless_full(folder, task):
    if task == 3:
        raise StoreError("cannot write: no space left on device")
    return recorded(folder, task)


def after_the_next(folder, task):
    """The first task waits for the second."""
    (folder / str(task)).touch()
    while task == 0 and not (folder / "1").exists():
        time.sleep(0.01)
    time.sleep(0.1 if task == 0 else 0)


def begun(folder):
    return {int(file.name) for file in folder.iterdir()}


def test_every_task_is_done_once(executor):
    done = list(executor.map(squared, range(50), Event()))
    assert sorted(done) == [(task, task * task) for task in range(50)]


def test_results_come_in_order_of_completion(executor, tmp_path):
    done = list(executor.map(partial(after_the_next, tmp_path), range(2), Event()))
    assert [task for task, _ in done] == [1, 0]


def test_no_task_is_no_result(executor):
    assert list(executor.map(squared, [], Event())) == []


def test_few_tasks_are_held_at_a_time(executor):
    taken = []
    tasks = (taken.append(task) or task for task in count())
    with closing(executor.map(squared, tasks, Event())) as results:
        for received, _ in zip(range(1, 60), results, strict=False):
            assert len(taken) <= received + IN_FLIGHT


def test_stop_begins_no_other_task_and_gives_those_under_way(executor, tmp_path):
    stop = Event()
    done = []
    for task, _ in executor.map(partial(recorded, tmp_path), count(), stop):
        done.append(task)
        if len(done) == 5:
            stop.set()
    assert len(done) <= 5 + IN_FLIGHT
    assert set(done) == begun(tmp_path)


def test_stop_before_the_first_task_does_nothing(executor, tmp_path):
    stop = Event()
    stop.set()
    assert list(executor.map(partial(recorded, tmp_path), range(4), stop)) == []
    assert begun(tmp_path) == set()


def test_an_exception_begins_no_other_task_and_is_raised_last(executor, tmp_path):
    results = executor.map(partial(recorded_unless_full, tmp_path), count(), Event())
    done = []
    with pytest.raises(StoreError, match="no space left"):
        done.extend(task for task, _ in results)
    assert {0, 1, 2} <= set(done)
    assert len(done) <= 3 + IN_FLIGHT
    assert set(done) == begun(tmp_path)


def test_an_exception_of_the_tasks_themselves_is_raised_as_it_is(executor):
    def tasks():
        yield 1
        raise StoreError("the design cannot be read")

    with pytest.raises(StoreError, match="the design cannot be read"):
        list(executor.map(squared, tasks(), Event()))


def forever(folder, task):
    (folder / str(task)).touch()
    while task:
        time.sleep(0.01)


def test_processes_are_given_up_at_once_with_what_they_do(tmp_path):
    results = executors.processes(2).map(partial(forever, tmp_path), count(), Event())
    assert next(results) == (0, None)
    results.close()
    names = [child.name for child in multiprocessing.active_children()]
    assert [name for name in names if "Dask" not in name] == []


class DemandingError(Exception):
    """It can be pickled, but not be read again."""

    def __init__(self, first, second):
        super().__init__(first)


def demanding(task):
    raise DemandingError(task, "second")


def unpicklable(task):
    return lambda: task


@pytest.mark.parametrize(
    ("work", "message"), [(demanding, "DemandingError"), (unpicklable, "cannot be pickled")]
)
def test_what_cannot_leave_a_process_is_an_error_not_a_lost_worker(work, message):
    with pytest.raises(RuntimeError, match=message):
        list(executors.processes(1).map(work, range(3), Event()))


def interrupted(folder, task):
    os.kill(os.getpid(), signal.SIGINT)
    return task


def test_ctrl_c_is_for_the_driver_even_while_workers_start(tmp_path):
    def tasks():
        yield 0
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGINT)
        yield 1

    done = list(executors.processes(2).map(partial(interrupted, tmp_path), tasks(), Event()))
    assert sorted(done) == [(0, 0), (1, 1)]


def test_dask_in_processes_of_this_machine_where_ctrl_c_is_for_the_driver(tmp_path):
    done = list(executors.dask(local=1).map(partial(interrupted, tmp_path), range(3), Event()))
    assert sorted(done) == [(0, 0), (1, 1), (2, 2)]


def talkative(task):
    print("printed", task)  # noqa: T201
    print("warned", task, file=sys.stderr)  # noqa: T201
    return task


def written_to_its_descriptor(task):
    """As compiled code does, or a program that a model starts."""
    os.write(1, b"written\n")
    return talkative(task)


@pytest.mark.parametrize(
    "make", [lambda: executors.processes(1), lambda: executors.dask(local=1)], ids=["own", "dask"]
)
def test_what_workers_print_is_not_on_standard_output(capfd, make):
    assert list(make().map(written_to_its_descriptor, [7], Event())) == [(7, 7)]
    out, err = capfd.readouterr()
    assert out == ""
    assert set(err.splitlines()) >= {"printed 7", "warned 7", "written"}


class Talkative:
    """Work that prints when it is read, as a researcher's rules may."""

    def __reduce__(self):
        return talkative, (talkative,)


def test_what_is_printed_when_work_is_read_is_not_on_standard_output(capfd):
    assert list(executors.processes(1).map(Talkative(), [7], Event())) == [(7, 7)]
    assert capfd.readouterr().out == ""


TALKATIVE = """
import sys
from pathlib import Path
from threading import Event
from empowersim.executors import dask, processes
from test_executors import talkative

if __name__ == "__main__":
    executor = dask(local=2) if "dask" in sys.argv else processes(2)
    Path("out").write_text(str(sorted(executor.map(talkative, range(4), Event()))))
"""


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize("streams", ["2>&-", "<&- >&- 2>&-", "2>&1 | true", ">&- 2>&- dask"])
def test_workers_print_though_nobody_reads_it(tmp_path, streams):
    """The streams are closed, or their reader leaves at once."""
    (tmp_path / "script.py").write_text(TALKATIVE)
    subprocess.run(
        ["/bin/sh", "-c", f'"$0" script.py {streams}', sys.executable],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert (tmp_path / "out").read_text() == str([(task, task) for task in range(4)])


def test_without_dask_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r'pip install "empowersim\[cluster\]"'):
        list(executors.dask(local=1).map(squared, range(3), Event()))


def test_a_number_of_workers_that_makes_no_sense_is_refused():
    for make in (executors.threads, executors.processes):
        with pytest.raises(ParameterError, match="workers = 0"):
            make(0)


def test_in_threads_keeps_the_order_of_the_tasks():
    def work(task, stop):
        time.sleep(0.02 if task == 0 else 0)
        return task

    assert list(in_threads(work, range(10), 4)) == list(range(10))


def test_what_is_lost_says_what_and_why():
    assert Lost(3, "killed by signal 9") == (3, "killed by signal 9")
