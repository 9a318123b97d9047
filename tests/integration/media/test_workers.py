from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.errors import DiskFull, MediaUnreadable, WorkerFailed, WorkersUnavailable
from evidence.media.workers import Recycling, Workers

FAULTY = "tests.integration.media.faulty_worker"
MEMORY = 512 << 20


@pytest.fixture
def workers() -> Iterator[Workers]:
    pool = Workers(2, MEMORY, module=FAULTY)
    yield pool
    pool.close()


def test_a_task_gets_its_arguments_and_hands_back_value_and_payload(workers: Workers) -> None:
    result = workers.run("echo", {"size": 3_000_000, "text": "张三"}, timeout_s=20)
    assert result.value == {"size": 3_000_000, "text": "张三"}
    assert result.payload == b"x" * 3_000_000


def test_progress_is_passed_on_before_the_result(workers: Workers) -> None:
    seen: list[float] = []
    workers.run("echo", {"steps": [0.25, 0.5]}, timeout_s=20, progress=seen.append)
    assert seen[0] == 0.25


def test_our_own_errors_come_back_as_what_they_are_and_the_worker_stays(workers: Workers) -> None:
    before = workers.run("surroundings", {}, timeout_s=20).value["pid"]
    with pytest.raises(MediaUnreadable, match=r"The moov is missing\. Look\."):
        workers.run("fail", {"how": "unreadable"}, timeout_s=20)
    with pytest.raises(DiskFull):
        workers.run("fail", {"how": "full"}, timeout_s=20)
    assert before in {workers.run("surroundings", {}, timeout_s=20).value["pid"] for _ in range(4)}


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("crash", "crashed .SIGSEGV"),
        ("eat", "passed its memory limit"),
        ("babble", "said something senseless"),
        ("bug", "KeyError"),
        ("no-such-task", "KeyError"),
    ],
)
def test_a_broken_worker_is_replaced_and_the_caller_told_why(workers: Workers, task: str, words: str) -> None:
    with pytest.raises(WorkerFailed, match=words):
        workers.run(task, {}, timeout_s=30)
    for _ in range(4):
        assert workers.run("echo", {}, timeout_s=30).value == {}


def test_a_hanging_worker_is_stopped_after_its_time_and_harms_no_other(workers: Workers) -> None:
    workers.run("echo", {}, timeout_s=20)
    with ThreadPoolExecutor(4) as threads:
        hung = threads.submit(workers.run, "hang", {}, timeout_s=1.5)
        others = [threads.submit(workers.run, "echo", {"n": n}, timeout_s=20) for n in range(20)]
        assert [other.result().value["n"] for other in others] == list(range(20))
        assert not hung.done()
        with pytest.raises(WorkerFailed, match=r"did not finish 'hang' within 1\.5 s"):
            hung.result()
    assert workers.run("echo", {}, timeout_s=20).value == {}


def test_a_worker_killed_while_idle_is_replaced_unnoticed(workers: Workers) -> None:
    pids = {workers.run("surroundings", {}, timeout_s=20).value["pid"] for _ in range(6)}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert workers.run("echo", {}, timeout_s=20).value == {}


def test_slow_work_never_takes_the_fast_lane(workers: Workers) -> None:
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(workers.run, "hang", {"seconds": 1}, timeout_s=20, lane="slow") for _ in range(2)]
        began = time.monotonic()
        for _ in range(10):
            workers.run("echo", {}, timeout_s=20)
        assert not any(each.done() for each in slow[1:])
        assert time.monotonic() - began < 2
        assert [each.result().value for each in slow] == ["woke up"] * 2


def test_patient_work_leaves_one_fast_worker_free(workers: Workers) -> None:
    workers.run("echo", {}, timeout_s=20)
    with ThreadPoolExecutor(4) as threads:
        patient = [
            threads.submit(workers.run, "hang", {"seconds": 0.7}, timeout_s=20, lane="patient") for _ in range(2)
        ]
        time.sleep(0.1)
        assert workers.run("echo", {}, timeout_s=20).value == {}
        assert not any(each.done() for each in patient)
        for each in patient:
            each.result()


def test_a_worker_holds_handed_descriptors_for_one_task_only() -> None:
    pool = Workers(1, MEMORY, module=FAULTY, background=0)
    try:
        idle = pool.run("surroundings", {}, timeout_s=20).value["fds"]
        with Path(__file__).open("rb") as file:
            given = pool.run("surroundings", {}, timeout_s=20, fds=(file.fileno(),)).value["fds"]
        assert len(given) == len(idle) + 1
        assert pool.run("surroundings", {}, timeout_s=20).value["fds"] == idle
    finally:
        pool.close()


def test_an_impatient_caller_is_told_that_all_are_busy(workers: Workers) -> None:
    with ThreadPoolExecutor(1) as threads:
        hung = threads.submit(workers.run, "hang", {"seconds": 2}, timeout_s=20, lane="patient")
        while not any(slot.patient for slot in workers._pool.slots):
            assert not hung.done()
        with pytest.raises(WorkersUnavailable, match="busy"):
            workers.run("echo", {}, timeout_s=20, lane="patient", patience_s=0.05)
        assert hung.result().value == "woke up"
    assert workers.run("echo", {}, timeout_s=20, lane="patient", patience_s=5).value == {}


def test_a_worker_sees_nothing_of_the_daemon_but_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/secret")
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        pool = Workers(1, MEMORY, module=FAULTY)
        try:
            fast = pool.run("surroundings", {}, timeout_s=20).value
            slow = pool.run("surroundings", {}, timeout_s=20, lane="slow").value
        finally:
            pool.close()
    # 0, 1, 2, the line, and the directory that lists them
    assert len(fast["fds"]) == 5 and fast["line"] in fast["fds"]
    assert "CREDENTIALS_DIRECTORY" not in fast["env"]
    assert slow["nice"] == fast["nice"] + 10
    assert f"Max data size             {MEMORY}" in fast["limits"]
    assert "Max core file size        0 " in fast["limits"]
    assert fast["loaded"] == []


def test_workers_are_recycled_by_count_and_by_memory() -> None:
    pool = Workers(1, MEMORY, module=FAULTY, background=0, recycling=Recycling(max_tasks=3))
    try:
        pids = [pool.run("surroundings", {}, timeout_s=20).value["pid"] for _ in range(7)]
    finally:
        pool.close()
    assert len(set(pids)) == 3 and len(set(pids[:3])) == 1
    pool = Workers(1, MEMORY, module=FAULTY, background=0, recycling=Recycling(max_rss_bytes=1))
    try:
        assert len({pool.run("surroundings", {}, timeout_s=20).value["pid"] for _ in range(3)}) == 3
    finally:
        pool.close()


def test_closing_ends_work_under_way_and_refuses_more(workers: Workers) -> None:
    with ThreadPoolExecutor(2) as threads:
        hung = threads.submit(workers.run, "hang", {}, timeout_s=60)
        time.sleep(0.5)
        workers.close()
        with pytest.raises(WorkerFailed):
            hung.result(timeout=10)
    with pytest.raises(WorkerFailed, match="shutting down"):
        workers.run("echo", {}, timeout_s=5)


def test_a_caller_in_the_queue_is_told_when_the_pool_closes() -> None:
    pool = Workers(1, MEMORY, module=FAULTY, background=0)
    with ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(pool.run, "hang", {}, timeout_s=60) for _ in range(2)]
        time.sleep(0.3)
        pool.close()
        for job in jobs:
            with pytest.raises(WorkerFailed):
                job.result(timeout=10)


def test_a_module_that_cannot_start_is_an_error_not_a_hang() -> None:
    pool = Workers(1, MEMORY, module="tests.no_such_module", background=0)
    try:
        with pytest.raises(WorkerFailed, match="exited with code 1"):
            pool.run("echo", {}, timeout_s=20)
    finally:
        pool.close()


_DAEMON = f"""
import sys, threading, time
from evidence.media.workers import Workers
pool = Workers(1, {MEMORY}, module="{FAULTY}", background=1)
pids = [pool.run("surroundings", {{}}, timeout_s=20, lane=lane).value["pid"] for lane in ("fast", "slow")]
threading.Thread(target=lambda: pool.run("hang", {{}}, timeout_s=60), daemon=True).start()
time.sleep(0.3)
print(*pids, flush=True)
time.sleep(60)
"""


def test_workers_die_with_a_killed_daemon() -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", _DAEMON], cwd=root, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        pids = [int(text) for text in daemon.stdout.readline().split()]
        assert len(pids) == 2 and all(_alive(pid) for pid in pids)
        daemon.kill()
    deadline = time.monotonic() + 5
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_many_threads_share_few_workers(workers: Workers) -> None:
    barrier = threading.Barrier(16)

    def work(n: int) -> int:
        barrier.wait()
        return int(workers.run("echo", {"n": n, "size": 100_000}, timeout_s=30).value["n"])

    with ThreadPoolExecutor(16) as threads:
        assert sorted(threads.map(work, range(16))) == list(range(16))
