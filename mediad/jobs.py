"""Durable jobs: what is made from a recording after it is sealed. Runs them; `mediad.job_records` says what they are.

One workflow per recording and kind, named after both, so that asking twice makes nothing twice. A killed daemon's
jobs go on when it comes back; steps run at least once, so each looks first whether its result is there already.
DBOS traps and what is done about them: it would replace the event loop's executor (only its blocking calls are
used here, from our own threads); it pickles by default (JSON here); it would derive the application's version from
the source and strand old jobs after an update (pinned here); its SQLite file starts without WAL (set here).
DBOS keeps one instance per process: so does `Jobs`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._sys_db import WorkflowStatus
from sqlalchemy.engine import make_url

from evidence.clock import Clock, to_text
from evidence.errors import StoreUnavailable
from evidence.records import RecordingId
from mediad.job_records import (
    APPLICATION_VERSION,
    PREFIX,
    PRIORITIES,
    QUEUES,
    QUICK,
    SLOW,
    STATES,
    WORKFLOW,
    Job,
    JobState,
    Json,
    id_of,
    job_of,
    kind_of,
)
from mediad.renditions import KINDS, RenditionKind

# A full disk or a locked database is tried again this often, waiting 2, 4, 8 … seconds.
_STEP_TRIES = 6
# Done jobs are shown for so long.
_KEPT = timedelta(days=30)
_FORGOTTEN_AT_ONCE = 1_000
# Progress is kept across processes in steps of this size; between them it lives in memory.
_COARSE = 0.1


class Maker(Protocol):
    """Carries out one job: `mediad.renditions.Renditions`."""

    def failed_entry(self, recording: RecordingId, kind: RenditionKind) -> int:
        """The ledger entry that says that it could not be made; -1 if none does."""
        ...

    def make(
        self, recording: RecordingId, kind: RenditionKind, progress: Callable[[float], None], after: int
    ) -> dict[str, Any]:
        """Make the rendition, or say why not; JSON. Idempotent. Raises only what another try may cure. `after`: the
        entry of an earlier failure that this is another try of, or -1."""
        ...

    def record(self, recording: RecordingId, kind: RenditionKind, made: dict[str, Any], after: int) -> None:
        """Append the ledger entry unless it is there. Idempotent."""
        ...


class _Stopping(BaseException):
    """Leaves a workflow unfinished on purpose: DBOS writes nothing for it and takes it up at the next start."""


class Jobs:
    """Starts in the constructor; thread-safe. `close` leaves running jobs for the next start."""

    def __init__(
        self,
        url: str,
        maker: Maker,
        clock: Clock,
        *,
        name: str = "mediad",
        on_change: Callable[[Job], None] | None = None,
    ) -> None:
        self._maker = maker
        self._clock = clock
        self._on_change = on_change
        self._progress: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        _prepare(url)
        config: DBOSConfig = {
            "name": name,
            "system_database_url": url,
            "application_version": APPLICATION_VERSION,
            "executor_id": name,
            "serializer": Json(),
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        DBOS(config=config)
        self._register()
        try:
            DBOS.launch()
            for queue in (QUICK, SLOW):
                DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=0.5, on_conflict="always_update")
        except Exception as error:  # whatever its driver raises: the border of this library
            DBOS.destroy(destroy_registry=True)
            raise StoreUnavailable(f"The job database cannot be opened: {error}.") from error

    def _register(self) -> None:
        """Plain functions over our methods: DBOS marks what it wraps, and bound methods cannot be marked."""
        tries: dict[str, Any] = {
            "retries_allowed": True,
            "interval_seconds": 2.0,
            "max_attempts": _STEP_TRIES,
            "backoff_rate": 2.0,
        }

        @DBOS.step(name="make", **tries)
        def make(recording: str, kind: str, after: int) -> dict[str, Any]:
            return self._make(recording, kind, after)

        @DBOS.step(name="record", **tries)
        def record(recording: str, kind: str, made: dict[str, Any], after: int) -> None:
            self._record(recording, kind, made, after)

        @DBOS.workflow(name=WORKFLOW)
        def rendition(recording: str, kind: str, after: int = -1) -> dict[str, Any]:
            # Jobs that an older release queued have no `after`.
            made = make(recording, kind, after)
            record(recording, kind, made, after)
            return self._finish(recording, kind, made)

        self._workflow = rendition

    def request(self, recording: RecordingId, kind: RenditionKind) -> None:
        """Queue a job unless it is queued, running or done. One that broke off is queued anew."""
        workflow_id = id_of(kind, recording)
        found = DBOS.list_workflows(workflow_ids=[workflow_id], load_input=False, load_output=False)
        if found and STATES[found[0].status] != "failed":
            return
        self._queue(recording, kind, -1, is_known=bool(found))

    def ask_again(self, recording: RecordingId, kind: RenditionKind) -> bool:
        """Queue a job whose last run failed, broke off or was cancelled, whatever the reason. False: there is none."""
        found = DBOS.list_workflows(workflow_ids=[id_of(kind, recording)], load_input=False)
        after = self._maker.failed_entry(recording, kind)
        if job_of(found[0]).state != "failed" if found else after < 0:
            return False
        self._queue(recording, kind, after, is_known=bool(found))
        return True

    def _queue(self, recording: RecordingId, kind: RenditionKind, after: int, *, is_known: bool) -> None:
        workflow_id = id_of(kind, recording)
        if is_known:
            DBOS.delete_workflow(workflow_id)
        with SetWorkflowID(workflow_id), SetEnqueueOptions(priority=PRIORITIES[kind]):
            DBOS.enqueue_workflow(QUEUES[kind], self._workflow, recording, kind, after)
        self._tell(recording, kind, "queued", 0.0, None)

    def list(self, recording: RecordingId | None = None, *, limit: int = 200) -> tuple[Job, ...]:
        """Jobs, latest first: of one recording, or the last `limit`."""
        if recording is not None:
            ids = [id_of(kind, recording) for kind in KINDS]
            found = DBOS.list_workflows(workflow_ids=ids, sort_desc=True, load_input=False)
        else:
            found = DBOS.list_workflows(workflow_id_prefix=PREFIX + ":", sort_desc=True, limit=limit, load_input=False)
        return tuple(self._job(status) for status in found)

    def unfinished(self) -> int:
        """How many jobs are queued or running."""
        found = DBOS.list_workflows(status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False, load_output=False)
        return len(found)

    def forget_old(self) -> int:
        """Drop jobs that were done a month ago, a thousand at a time, with all that their database holds of them; how
        many. What they came to stands in the ledger. Else five jobs of every recording would be kept for ever."""
        before = to_text(self._clock.now() - _KEPT)
        done = DBOS.list_workflows(
            status="SUCCESS",
            completed_before=before,
            workflow_id_prefix=PREFIX + ":",
            limit=_FORGOTTEN_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if done:
            DBOS.delete_workflows([status.workflow_id for status in done])
        return len(done)

    def close(self) -> None:
        """Stop taking jobs. Running ones end with their workers, unrecorded, and are taken up at the next start."""
        self._stopping.set()
        DBOS.destroy(destroy_registry=True)

    def _finish(self, recording: str, kind: str, made: dict[str, Any]) -> dict[str, Any]:
        self._progress.pop(id_of(kind, recording), None)
        failed = made["state"] == "failed"
        self._tell(recording, kind, "failed" if failed else "done", 1.0, made.get("reason"))
        return {"state": made["state"], "reason": made.get("reason")}

    def _make(self, recording: str, kind: str, after: int) -> dict[str, Any]:
        workflow_id = id_of(kind, recording)
        kept = 0.0

        def progress(done: float) -> None:
            nonlocal kept
            if self._stopping.is_set():
                raise _Stopping
            self._progress[workflow_id] = done
            if done - kept >= _COARSE:
                kept = done
                DBOS.set_event("progress", round(done, 2))
                self._tell(recording, kind, "running", done, None)

        self._tell(recording, kind, "running", 0.0, None)
        made: dict[str, Any] = self._unless_stopping(
            lambda: self._maker.make(RecordingId(recording), kind_of(kind), progress, after)
        )
        return made

    def _record(self, recording: str, kind: str, made: dict[str, Any], after: int) -> None:
        self._unless_stopping(lambda: self._maker.record(RecordingId(recording), kind_of(kind), made, after))

    def _unless_stopping(self, work: Callable[[], Any]) -> Any:
        """What fails because the workers and the database are going away says nothing about the recording."""
        try:
            result = work()
        except Exception:
            if self._stopping.is_set():
                raise _Stopping from None
            raise
        if self._stopping.is_set():
            raise _Stopping
        return result

    def _tell(self, recording: str, kind: str, state: JobState, progress: float, reason: str | None) -> None:
        if self._on_change is not None and not self._stopping.is_set():
            now = to_text(self._clock.now())
            self._on_change(
                Job(id_of(kind, recording), kind_of(kind), RecordingId(recording), state, progress, reason, now)
            )

    def _job(self, status: WorkflowStatus) -> Job:
        running = STATES[status.status] == "running"
        return job_of(status, self._progress_of(status.workflow_id) if running else 0.0)

    def _progress_of(self, workflow_id: str) -> float:
        found = self._progress.get(workflow_id)
        if found is None:
            found = DBOS.get_event(workflow_id, "progress", timeout_seconds=0)
        return float(found or 0.0)


def _prepare(url: str) -> None:
    """WAL stays with an SQLite file once it is set: readers then never wait for the jobs' writers."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return
    try:
        connection = sqlite3.connect(parsed.database)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"The job database {parsed.database} cannot be opened: {error}.") from error
