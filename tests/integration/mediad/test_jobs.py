"""Durable jobs on both databases: kill -9 in the middle, and every job is done once and recorded once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS

from evidence.clock import ManualClock, SystemClock
from evidence.records import RecordingId
from mediad.job_records import Job
from mediad.jobs import Jobs
from tests.conftest import ROOT


class QuickMaker:
    """Makes at once; `hold` keeps it in the middle."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.recorded: list[tuple[str, str]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.failures = 0
        self.failed: dict[tuple[str, str], int] = {}

    def failed_entry(self, recording: RecordingId, kind: str) -> int:
        return self.failed.get((recording, kind), -1)

    def make(self, recording: RecordingId, kind: str, progress: Callable[[float], None], after: int) -> dict[str, Any]:
        self.made.append((recording, kind))
        progress(0.5)
        while not self.hold.wait(0.02):
            progress(0.5)
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        is_bad = recording == "rbad" and after < 0
        return {"state": "failed", "reason": "no picture"} if is_bad else {"state": "made"}

    def record(self, recording: RecordingId, kind: str, made: dict[str, Any], after: int) -> None:
        self.recorded.append((recording, kind))
        if made["state"] == "failed":
            self.failed[recording, kind] = 7
        else:
            self.failed.pop((recording, kind), None)


@contextmanager
def opened(url: str, maker: QuickMaker, heard: list[Job] | None = None) -> Iterator[Jobs]:
    on_change = None if heard is None else heard.append
    jobs = Jobs(url, maker, SystemClock(), name="test", on_change=on_change)
    try:
        yield jobs
    finally:
        jobs.close()


def wait_for(claim: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_job_runs_once_however_often_it_is_requested(empty_database_url: str) -> None:
    maker, heard = QuickMaker(), []  # type: ignore[var-annotated]
    with opened(empty_database_url, maker, heard) as jobs:
        for _ in range(3):
            jobs.request(RecordingId("r1"), "thumbnails")
        jobs.request(RecordingId("r1"), "viewing-copy")
        jobs.request(RecordingId("rbad"), "thumbnails")
        wait_for(lambda: jobs.unfinished() == 0)
        jobs.request(RecordingId("r1"), "thumbnails")
        assert sorted(maker.made) == [("r1", "thumbnails"), ("r1", "viewing-copy"), ("rbad", "thumbnails")]
        assert sorted(maker.recorded) == sorted(maker.made)
        states = {(job.recording, job.kind): (job.state, job.progress, job.reason) for job in jobs.list()}
    assert states == {
        ("r1", "thumbnails"): ("done", 1.0, None),
        ("r1", "viewing-copy"): ("done", 1.0, None),
        ("rbad", "thumbnails"): ("failed", 0.0, "no picture"),
    }
    assert {"queued", "running", "done", "failed"} == {job.state for job in heard}


def test_jobs_done_long_ago_are_forgotten_and_others_are_not(empty_database_url: str) -> None:
    maker, clock = QuickMaker(), ManualClock(SystemClock().now())
    jobs = Jobs(empty_database_url, maker, clock, name="test")
    try:
        jobs.request(RecordingId("r1"), "thumbnails")
        wait_for(lambda: [job.state for job in jobs.list()] == ["done"])
        assert jobs.forget_old() == 0
        maker.hold.clear()
        jobs.request(RecordingId("r2"), "thumbnails")
        wait_for(lambda: len(maker.made) == 2)
        clock.advance(timedelta(days=31))
        assert jobs.forget_old() == 1
        assert [job.recording for job in jobs.list()] == ["r2"]
        jobs.request(RecordingId("r1"), "thumbnails")
        assert len(jobs.list()) == 2, "it can be asked for again"
    finally:
        maker.hold.set()
        jobs.close()


def test_a_failed_job_is_done_again_when_somebody_asks(empty_database_url: str) -> None:
    maker = QuickMaker()
    bad = RecordingId("rbad")
    with opened(empty_database_url, maker) as jobs:
        jobs.request(bad, "viewing-copy")
        wait_for(lambda: jobs.unfinished() == 0)
        jobs.request(bad, "viewing-copy")
        assert jobs.unfinished() == 0, "what failed for good is not done again by itself"
        assert not jobs.ask_again(bad, "thumbnails"), "never asked for"
        assert jobs.ask_again(bad, "viewing-copy")
        wait_for(lambda: jobs.list(bad)[0].state == "done")
        assert not jobs.ask_again(bad, "viewing-copy"), "it is there"
        assert maker.recorded == [(bad, "viewing-copy")] * 2


def test_a_cancelled_job_is_done_again_when_somebody_asks(empty_database_url: str) -> None:
    maker = QuickMaker()
    maker.hold.clear()
    first, second = RecordingId("r1"), RecordingId("r2")
    with opened(empty_database_url, maker) as jobs:
        jobs.request(first, "viewing-copy")
        jobs.request(second, "viewing-copy")
        assert not jobs.ask_again(second, "viewing-copy"), "it is on its way"
        DBOS.cancel_workflow(f"rendition:viewing-copy:{second}")
        wait_for(lambda: jobs.list(second)[0].state == "failed")
        assert jobs.ask_again(second, "viewing-copy")
        maker.hold.set()
        wait_for(lambda: {job.state for job in jobs.list()} == {"done"})
        assert sorted(maker.recorded) == [(first, "viewing-copy"), (second, "viewing-copy")]


def test_progress_and_state_are_shown_while_it_runs(empty_database_url: str) -> None:
    maker = QuickMaker()
    maker.hold.clear()
    with opened(empty_database_url, maker) as jobs:
        jobs.request(RecordingId("r1"), "viewing-copy")
        jobs.request(RecordingId("r2"), "viewing-copy")
        wait_for(lambda: len(maker.made) == 1 and jobs.list(RecordingId("r1"))[0].progress == 0.5)
        (running,) = jobs.list(RecordingId("r1"))
        (queued,) = jobs.list(RecordingId("r2"))
        assert (running.state, queued.state) == ("running", "queued"), "one at a time on the slow lane"
        maker.hold.set()
        wait_for(lambda: jobs.unfinished() == 0)


def test_what_the_stop_interrupts_goes_on_at_the_next_start(empty_database_url: str) -> None:
    maker = QuickMaker()
    maker.hold.clear()
    with opened(empty_database_url, maker) as jobs:
        jobs.request(RecordingId("r1"), "thumbnails")
        wait_for(lambda: len(maker.made) == 1)
    assert maker.recorded == []
    again = QuickMaker()
    with opened(empty_database_url, again) as jobs:
        wait_for(lambda: jobs.unfinished() == 0)
        assert [job.state for job in jobs.list()] == ["done"]
    assert again.recorded == [("r1", "thumbnails")]


def test_a_full_disk_is_tried_again(tmp_path: Path) -> None:
    maker = QuickMaker()
    maker.failures = 1
    with opened(f"sqlite:///{tmp_path}/jobs.sqlite3", maker) as jobs:
        jobs.request(RecordingId("r1"), "thumbnails")
        wait_for(lambda: jobs.unfinished() == 0)
        assert [job.state for job in jobs.list()] == ["done"]
    assert len(maker.made) == 2 and len(maker.recorded) == 1


@contextmanager
def process(url: str, journal: Path, mode: str, *wishes: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.integration.mediad.job_process", url, str(journal), mode, *wishes]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_jobs_survive_kill_9(empty_database_url: str, tmp_path: Path) -> None:
    """Killed twice in the middle of making: each job ends made, and recorded exactly once."""
    journal = tmp_path / "journal"
    wishes = ("viewing-copy=r1", "viewing-copy=r2", "thumbnails=r1", "phashes=bad1")
    for round_number in range(2):
        with process(empty_database_url, journal, "slow", *wishes) as running:
            assert running.stdout is not None and running.stdout.readline() == "ready\n"
            wait_for(lambda n=round_number: journal.exists() and journal.read_text().count("make") > 2 * n)  # type: ignore[misc]
            time.sleep(0.3)
            running.send_signal(signal.SIGKILL)
            running.wait()
    with process(empty_database_url, journal, "quick") as last:
        out, _ = last.communicate("wait\n", timeout=60)
        assert last.returncode == 0
    lines = sorted(out.split("\n")[1:-1])
    assert lines == [
        "phashes bad1 failed 0.0 no picture in it",
        "thumbnails r1 done 1.0 -",
        "viewing-copy r1 done 1.0 -",
        "viewing-copy r2 done 1.0 -",
    ]
    recorded = [line for line in journal.read_text().splitlines() if line.startswith("record")]
    assert len(recorded) == len(set(recorded)) == 4
    assert journal.read_text().count("make ") > 4, "something was killed in the middle and begun again"


def test_the_sqlite_file_is_in_wal_mode_and_holds_json(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/jobs.sqlite3", QuickMaker()) as jobs:
        jobs.request(RecordingId("r1"), "thumbnails")
        wait_for(lambda: jobs.unfinished() == 0)
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT application_version FROM workflow_status").fetchall() == [("1",)]
        dump = "\n".join(connection.iterdump())
    assert '{"args": ["r1", "thumbnails", -1], "kwargs": {}}' in dump
    assert "gASV" not in dump, "the beginning of every base64 pickle of protocol 4"
