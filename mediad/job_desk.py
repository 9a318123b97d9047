"""The job database seen from a command: what became of copies, and asking for one again.

Works beside a running daemon, which carries out what is asked for, and without one: then the next start does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy.engine import make_url

from evidence.errors import NotFound, StoreUnavailable
from evidence.records import RecordingId
from mediad.job_records import (
    APPLICATION_VERSION,
    PREFIX,
    PRIORITIES,
    QUEUES,
    WORKFLOW,
    Job,
    Json,
    id_of,
    job_of,
)
from mediad.renditions import KINDS, RenditionKind

# The ledger entry that says that a rendition could not be made; -1 if none does.
FailedEntry = Callable[[RecordingId, RenditionKind], int]


class JobDesk:
    """Not thread-safe; one per command."""

    def __init__(self, client: DBOSClient, failed_entry: FailedEntry) -> None:
        self._client = client
        self._failed_entry = failed_entry

    def list(self, recording: RecordingId | None = None, *, limit: int = 1000) -> tuple[Job, ...]:
        """Jobs, latest first: of one recording, or the last `limit`."""
        if recording is not None:
            ids = [id_of(kind, recording) for kind in KINDS]
            found = self._client.list_workflows(workflow_ids=ids, sort_desc=True, load_input=False)
        else:
            found = self._client.list_workflows(
                workflow_id_prefix=PREFIX + ":", sort_desc=True, limit=limit, load_input=False
            )
        return tuple(job_of(status, self._progress_of(status.workflow_id)) for status in found)

    def ask_again(self, recording: RecordingId, kind: RenditionKind) -> bool:
        """Queue a job whose last run failed, broke off or was cancelled, whatever the reason. False: there is none."""
        workflow_id = id_of(kind, recording)
        found = self._client.list_workflows(workflow_ids=[workflow_id], load_input=False)
        after = self._failed_entry(recording, kind)
        if job_of(found[0]).state != "failed" if found else after < 0:
            return False
        if found:
            self._client.delete_workflow(workflow_id)
        wanted: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUES[kind],
            "workflow_id": workflow_id,
            "app_version": APPLICATION_VERSION,
            "priority": PRIORITIES[kind],
        }
        self._client.enqueue(wanted, recording, kind, after)
        return True

    def _progress_of(self, workflow_id: str) -> float:
        return float(self._client.get_event(workflow_id, "progress", timeout_seconds=0) or 0.0)


@contextmanager
def open_desk(url: str, name: str, failed_entry: FailedEntry) -> Iterator[JobDesk]:
    """Open the job database of a site; `name` is that of its jobs. NotFound where no daemon ever ran; raises
    StoreUnavailable."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise NotFound("This site has no job database yet.", remedy="Start it once: mediad serve.")
    try:
        client = DBOSClient(
            system_database_url=url, serializer=Json(), application_name=name, retry_connection_errors=False
        )
    except Exception as error:  # whatever its driver raises: the border of this library
        raise StoreUnavailable(f"The job database cannot be opened: {error}.") from error
    try:
        yield JobDesk(client, failed_entry)
    finally:
        client.destroy()
