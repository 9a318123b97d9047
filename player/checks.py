"""Full checks of originals, which read every byte again: one at a time beside the loop, with progress as jobs.

What was asked for and what it came to is kept in the catalog's operational table: after a restart the answers are
still there, and what was queued or broken off is read anew. How far a running check is lives in memory. Thread-safe;
the work runs in the thread of the executor that is handed in, everything else may block and is called beside the loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor

import structlog
from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog import seal_checks as rows
from evidence.catalog.engine import connected
from evidence.catalog.seal_checks import CheckState, Original, SealCheckRow
from evidence.catalog.writer import Writer
from evidence.clock import Clock, to_text
from evidence.errors import IntegrityBroken, MediadError, NotFound
from evidence.records import RecordingId
from evidence.statements import Manifest
from evidence.verify import Finding, OriginalAltered, Recompute, verify_original
from player.feeds import Job

KIND = "seal-check"
# So many are listed; older answers are found with their recording.
_MAX_LISTED = 200
# A file swapped for another differs in every segment; more than this many places help nobody.
_MAX_FINDINGS = 500
# News of a check in steps of this share, so that a large file does not flood the browsers.
_STEP = 0.01

_Answer = tuple[str | None, tuple[Finding, ...]]  # what is broken, in words, and where
_log = structlog.get_logger("player.checks")


class _Stopping(BaseException):
    """Leaves a check: the daemon ends."""


class Checks:
    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        blobs: Blobs,
        recompute: Recompute,
        clock: Clock,
        executor: Executor,
        publish: Callable[[Job], None],
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._blobs = blobs
        self._recompute = recompute
        self._clock = clock
        self._executor = executor
        self._publish = publish
        self._lock = threading.Lock()
        self._progress: dict[RecordingId, float] = {}  # of those queued or running in this process
        self._stopping = threading.Event()

    def resume(self) -> None:
        """Queue what an earlier process was asked for and did not answer. Once, at start."""
        with connected(self._engine) as connection:
            originals = rows.unanswered(connection)
        for original in originals:
            self._queue(original)

    def start(self, original: Original) -> Job:
        """Queue a check, unless one of this recording is queued or running already: then that one.

        Raises StoreUnavailable: what cannot be written down would be forgotten.
        """
        with self._lock:
            if original.recording not in self._progress:
                queued = self._tell(original.recording, "queued")
                self._queue(original)
                return queued
        return next(iter(self.jobs(original.recording)))

    def known(self, recording: RecordingId) -> SealCheckRow | None:
        """The check asked for last, with the last answer."""
        with connected(self._engine) as connection:
            return rows.seal_check(connection, recording)

    def jobs(self, recording: RecordingId | None = None) -> tuple[Job, ...]:
        """Latest first: of a recording, or the last ones."""
        with connected(self._engine) as connection:
            found = rows.latest_checks(connection, recording, _MAX_LISTED)
        return tuple(self.job_of(row) for row in found)

    def job_of(self, row: SealCheckRow) -> Job:
        return self._job(row.recording, row.state, row.updated_at, row.reason)

    def close(self) -> None:
        """A running check ends at its next step and queued ones do not begin: they wait for the next start."""
        self._stopping.set()

    def _queue(self, original: Original) -> None:
        self._progress[original.recording] = 0.0
        self._executor.submit(self._run, original)

    def _run(self, original: Original) -> None:
        if self._stopping.is_set():
            return
        try:
            self._tell(original.recording, "running")
            broken, findings = self._read(original)
            self._answer(original.recording, broken, findings)
        except _Stopping:
            return
        except MediadError as error:
            _log.error("an original could not be checked", recording=original.recording, reason=str(error))
            self._give_up(original.recording, error.message)
        finally:
            self._progress.pop(original.recording, None)

    def _read(self, original: Original) -> _Answer:
        told = 0.0

        def advance(read: int) -> None:
            nonlocal told
            if self._stopping.is_set():
                raise _Stopping
            share = min(1.0, read / max(1, original.size_bytes))
            if share - told >= _STEP:
                told = self._progress[original.recording] = share
                self._publish(self._job(original.recording, "running", self._now()))

        try:
            manifest = Manifest.from_bytes(self._blobs.read(original.manifest))
            sealed = self._blobs.read(manifest.au_digests) if manifest.au_digests else None
            path = self._blobs.path(original.digest)
            verify_original(path, manifest, recompute=self._recompute, sealed_au_digests=sealed, progress=advance)
        except OriginalAltered as error:
            return error.message, error.findings[:_MAX_FINDINGS]
        except (IntegrityBroken, NotFound) as error:
            return error.message, ()
        return None, ()

    def _tell(self, recording: RecordingId, state: CheckState) -> Job:
        now = self._now()
        self._writer.write(lambda connection: rows.put_state(connection, recording, state, now))
        job = self._job(recording, state, now)
        self._publish(job)
        return job

    def _answer(self, recording: RecordingId, broken: str | None, findings: tuple[Finding, ...]) -> None:
        now = self._now()
        self._writer.write(lambda connection: rows.put_answer(connection, recording, now, broken, findings))
        self._publish(self._job(recording, "done", now))

    def _give_up(self, recording: RecordingId, reason: str) -> None:
        now = self._now()
        try:
            self._writer.write(lambda connection: rows.put_state(connection, recording, "failed", now, reason))
        except MediadError as error:
            # It stays "running" in the catalog, and the next start takes it up.
            _log.error("a failed check could not be written down", recording=recording, reason=str(error))
        self._publish(self._job(recording, "failed", now, reason))

    def _job(self, recording: RecordingId, state: CheckState, at: str, reason: str | None = None) -> Job:
        progress = 1.0 if state == "done" else self._progress.get(recording, 0.0) if state == "running" else 0.0
        return Job(
            id=f"{KIND}:{recording}",
            kind=KIND,
            recording=recording,
            state=state,
            progress=progress,
            reason=reason,
            updated_at=at,
        )

    def _now(self) -> str:
        return to_text(self._clock.now())
