"""Full checks of originals, which read every byte again: one at a time beside the loop, with progress as jobs.

A check is a question, not a result that must survive: it is kept in memory only, and a new process answers anew.
Thread-safe; the work runs in the thread of the executor that is handed in.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal

import structlog

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.clock import Clock, to_text
from evidence.errors import IntegrityBroken, MediadError, NotFound
from evidence.records import RecordingId
from evidence.statements import Manifest
from evidence.verify import Finding, OriginalAltered, Recompute, verify_original
from player.feeds import Job

KIND = "seal-check"
# The answers of so many recordings are kept; the oldest go first.
_MAX_KEPT = 500
# A file swapped for another differs in every segment; more than this many places help nobody.
_MAX_FINDINGS = 500
# News of a check in steps of this share, so that a large file does not flood the browsers.
_STEP = 0.01

State = Literal["queued", "running", "done", "failed"]
_log = structlog.get_logger("player.checks")


@dataclass(frozen=True, slots=True)
class Original:
    """What is to be read, and what it is compared with."""

    recording: RecordingId
    digest: Digest
    manifest: Digest
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Check:
    """A check and its answer: `broken` in words and `findings` are of a check that is done."""

    recording: RecordingId
    state: State
    progress: float  # 0 to 1
    updated_at: str
    broken: str | None = None
    findings: tuple[Finding, ...] = ()
    reason: str | None = None  # why it could not be carried out

    @property
    def job(self) -> Job:
        return Job(
            id=f"{KIND}:{self.recording}",
            kind=KIND,
            recording=self.recording,
            state=self.state,
            progress=self.progress,
            reason=self.reason,
            updated_at=self.updated_at,
        )


class _Stopping(BaseException):
    """Leaves a check: the daemon ends."""


class Checks:
    def __init__(
        self, blobs: Blobs, recompute: Recompute, clock: Clock, executor: Executor, publish: Callable[[Job], None]
    ) -> None:
        self._blobs = blobs
        self._recompute = recompute
        self._clock = clock
        self._executor = executor
        self._publish = publish
        self._lock = threading.Lock()
        self._latest: OrderedDict[RecordingId, Check] = OrderedDict()
        self._done: dict[RecordingId, Check] = {}
        self._stopping = threading.Event()

    def start(self, original: Original) -> Job:
        """Queue a check, unless one of this recording is queued or running already: then that one."""
        with self._lock:
            known = self._latest.get(original.recording)
            if known is not None and known.state in ("queued", "running"):
                return known.job
            check = self._keep(Check(original.recording, "queued", 0.0, self._now()))
        self._publish(check.job)
        self._executor.submit(self._run, original)
        return check.job

    def latest(self, recording: RecordingId) -> Check | None:
        """The check asked for last."""
        return self._latest.get(recording)

    def answered(self, recording: RecordingId) -> Check | None:
        """The last check that came to an answer."""
        return self._done.get(recording)

    def jobs(self, recording: RecordingId | None = None) -> tuple[Job, ...]:
        with self._lock:
            return tuple(each.job for each in self._latest.values() if recording in (None, each.recording))

    def close(self) -> None:
        """A running check ends at its next step; queued ones do not begin."""
        self._stopping.set()

    def _run(self, original: Original) -> None:
        if self._stopping.is_set():
            return
        self._tell(Check(original.recording, "running", 0.0, self._now()))
        try:
            self._tell(self._read(original))
        except _Stopping:
            return
        except MediadError as error:
            _log.error("an original could not be checked", recording=original.recording, reason=str(error))
            self._tell(Check(original.recording, "failed", 0.0, self._now(), reason=error.message))

    def _read(self, original: Original) -> Check:
        told = 0.0

        def advance(read: int) -> None:
            nonlocal told
            if self._stopping.is_set():
                raise _Stopping
            share = min(1.0, read / max(1, original.size_bytes))
            if share - told >= _STEP:
                told = share
                self._tell(Check(original.recording, "running", share, self._now()))

        broken: str | None = None
        findings: tuple[Finding, ...] = ()
        try:
            manifest = Manifest.from_bytes(self._blobs.read(original.manifest))
            sealed = self._blobs.read(manifest.au_digests) if manifest.au_digests else None
            path = self._blobs.path(original.digest)
            verify_original(path, manifest, recompute=self._recompute, sealed_au_digests=sealed, progress=advance)
        except OriginalAltered as error:
            broken, findings = error.message, error.findings[:_MAX_FINDINGS]
        except (IntegrityBroken, NotFound) as error:
            broken = error.message
        return Check(original.recording, "done", 1.0, self._now(), broken, findings)

    def _tell(self, check: Check) -> None:
        with self._lock:
            self._keep(check)
        self._publish(check.job)

    def _keep(self, check: Check) -> Check:
        self._latest[check.recording] = check
        self._latest.move_to_end(check.recording)
        if check.state == "done":
            self._done[check.recording] = check
        while len(self._latest) > _MAX_KEPT:
            gone, _ = self._latest.popitem(last=False)
            self._done.pop(gone, None)
        return check

    def _now(self) -> str:
        return to_text(self._clock.now())
