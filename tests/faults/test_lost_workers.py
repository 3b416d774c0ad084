"""Workers that are killed, that leave, or that never end."""

import gc
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from empowersim import executors
from empowersim.errors import RunError
from empowersim.executors import Lost


def killed_at(tasks, task):
    if task in tasks:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def leaves(task):
    os._exit(task)


def forever(task):
    while task == 1:
        pass
    return task


def all_of(executor, work, tasks):
    return list(executor.map(work, tasks, Event()))


def children():
    """Processes that this one started, zombies too, but for the one that multiprocessing keeps."""
    own = psutil.Process().children()
    return [child for child in own if "resource_tracker" not in " ".join(_command(child))]


def _command(process):
    return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else []


def test_three_killed_workers_lose_three_tasks_of_forty():
    done = all_of(executors.processes(2), partial(killed_at, {0, 17, 39}), range(40))
    lost = sorted(task for task, outcome in done if isinstance(outcome, Lost))
    assert len(done) == 40
    assert lost == [0, 17, 39]
    assert (17, Lost(17, "killed by signal 9")) in done
    assert children() == []


def test_a_busy_driver_loses_no_more():
    """Where the driver is slow to hear of a worker, it must not confuse who did what."""
    over = Event()

    def busy():
        while not over.is_set():
            sum(range(1000))

    thread = Thread(target=busy)
    thread.start()
    try:
        done = all_of(executors.processes(2), partial(killed_at, {2, 5}), range(8))
    finally:
        over.set()
        thread.join()
    assert {task for task, outcome in done if isinstance(outcome, Lost)} == {2, 5}
    assert len(done) == 8


@pytest.mark.parametrize("code", [0, 3])
def test_a_worker_that_leaves_loses_its_task(code):
    assert all_of(executors.processes(1), leaves, [code]) == [
        (code, Lost(code, f"ended with exit code {code}"))
    ]


def test_a_task_that_never_ends_is_lost_and_the_others_are_done():
    done = all_of(executors.processes(2, timeout=0.5), forever, range(6))
    assert sorted(done, key=lambda each: each[0]) == [
        (0, 0),
        (1, Lost(1, "took longer than 0.5 s")),
        *((task, task) for task in range(2, 6)),
    ]
    assert children() == []


def test_what_a_worker_imports_first_is_no_part_of_its_tasks_time(monkeypatch, tmp_path):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(2)\n")
    monkeypatch.syspath_prepend(tmp_path)
    executor = executors.processes(1, timeout=1, preload=["slow_to_import"])
    assert all_of(executor, imports, ["slow_to_import"]) == [("slow_to_import", True)]


def imports(module):
    return bool(importlib.import_module(module))


def test_a_worker_killed_while_idle_costs_nothing():
    def tasks():
        yield from range(3)
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)
            child.join()
        yield from range(3, 6)

    done = all_of(executors.processes(1), partial(killed_at, set()), tasks())
    assert done == [(task, task) for task in range(6)]


def test_a_worker_that_cannot_start_is_one_error_not_many_lost_tasks(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from threading import Event\n"
        "from empowersim.executors import processes\n"
        "list(processes(1).map(abs, range(100), Event()))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, timeout=30
    )
    last_line = done.stderr.splitlines()[-1]
    assert "RunError: a worker process could not start (exit code 1" in last_line
    assert done.returncode == 1


def forever_known(folder, task):
    (folder / str(os.getpid())).touch()
    while True:
        pass


DRIVER = """
import sys
from functools import partial
from pathlib import Path
from threading import Event
from empowersim import executors
from faults.test_lost_workers import forever_known

if __name__ == "__main__":
    executor = executors.dask(local=2) if sys.argv[2] == "dask" else executors.processes(2)
    list(executor.map(partial(forever_known, Path(sys.argv[1])), range(2), Event()))
"""


@pytest.mark.parametrize("where", ["processes", "dask"])
def test_a_killed_driver_leaves_no_worker_behind_not_even_one_that_never_ends(tmp_path, where):
    script, begun = tmp_path / "driver.py", tmp_path / "begun"
    script.write_text(DRIVER)
    begun.mkdir()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen([sys.executable, script, begun, where], env=environment) as driver:
        wait_for(lambda: len(list(begun.iterdir())) == 2)
        workers = [psutil.Process(int(file.name)) for file in begun.iterdir()]
        driver.kill()
    _, alive = psutil.wait_procs(workers, timeout=20)
    for worker in alive:
        worker.kill()
    assert alive == []


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def slow(folder, task):
    (folder / f"{task} {os.getpid()}").touch()
    time.sleep(0.05)
    return task


def kill_a_worker(folder):
    """One that has begun a task."""
    pid = next(int(file.name.split()[1]) for file in folder.iterdir())
    os.kill(pid, signal.SIGKILL)


def test_what_a_killed_dask_worker_had_to_do_is_done_by_others(tmp_path):
    done = {}
    for task, outcome in executors.dask(local=2).map(partial(slow, tmp_path), range(30), Event()):
        done[task] = outcome
        if len(done) == 5:
            kill_a_worker(tmp_path)
    assert done == {task: task for task in range(30)}
    assert children() == []


def test_a_task_that_kills_every_dask_worker_is_lost_alone():
    import dask
    import distributed  # noqa: F401 (its settings must be there to be changed)

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        done = all_of(executors.dask(local=1), partial(killed_at, {1}), range(3))
    assert dict(done)[1] == Lost(1, "1 workers died of it")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "foo://x:1"])
def test_a_scheduler_that_is_not_there_is_one_line(address, monkeypatch):
    monkeypatch.setattr(executors, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(RunError, match=f"no Dask scheduler answers at {address}") as caught:
        all_of(executors.dask(address), abs, range(3))
    assert "\n" not in str(caught.value)


SCHEDULER = """
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    print(cluster.scheduler_address, flush=True)
    input()
"""


def test_a_scheduler_that_dies_says_to_run_the_same_command_again(tmp_path, capfd):
    gc.collect()  # A client that failed, when collected while another starts, holds it up.
    script = tmp_path / "scheduler.py"
    script.write_text(SCHEDULER)
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as scheduler:
        address = scheduler.stdout.readline().strip()
        results = executors.dask(address).map(abs, iter(int, 1), Event())
        next(results)
        scheduler.kill()
        with pytest.raises(RunError, match=f"scheduler {address} is gone; run the same command"):
            list(results)
    assert capfd.readouterr().err == ""
