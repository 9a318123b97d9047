"""A process with durable jobs and a slow maker, to be killed by test_jobs.py: python -m ... URL JOURNAL MODE.

Every call of the maker is one line in JOURNAL. MODE: "slow" takes seconds, "quick" none, "broken" fails in `record`
until the journal says that it failed once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evidence.clock import SystemClock
from evidence.records import RecordingId
from mediad.jobs import Jobs
from mediad.renditions import RenditionKind


class JournalMaker:
    def __init__(self, journal: Path, mode: str) -> None:
        self._journal = journal
        self._mode = mode

    def failed_entry(self, recording: RecordingId, kind: RenditionKind) -> int:
        return -1

    def make(
        self, recording: RecordingId, kind: RenditionKind, progress: Callable[[float], None], after: int
    ) -> dict[str, Any]:
        self.write(f"make {kind} {recording}")
        for step in range(1, 21):
            progress(step / 20)
            if self._mode == "slow":
                time.sleep(0.25)
        if recording.startswith("bad"):
            return {"state": "failed", "reason": "no picture in it"}
        return {"state": "made", "名": "缩略图"}

    def record(self, recording: RecordingId, kind: RenditionKind, made: dict[str, Any], after: int) -> None:
        self.write(f"record {kind} {recording} {made['state']}")

    def write(self, line: str) -> None:
        fd = os.open(self._journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(fd, (line + "\n").encode())
        os.close(fd)


def main() -> None:
    url, journal, mode = sys.argv[1:4]
    jobs = Jobs(url, JournalMaker(Path(journal), mode), SystemClock(), name="test")
    for wish in sys.argv[4:]:
        kind, _, recording = wish.partition("=")
        jobs.request(RecordingId(recording), kind)  # type: ignore[arg-type]
    print("ready", flush=True)
    while sys.stdin.readline().strip() != "wait":
        if jobs.unfinished() == 0:
            break
        time.sleep(0.1)
    while jobs.unfinished():
        time.sleep(0.1)
    for job in jobs.list():
        print(job.kind, job.recording, job.state, job.progress, job.reason or "-", flush=True)
    jobs.close()


if __name__ == "__main__":
    main()
