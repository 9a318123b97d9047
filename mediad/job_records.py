"""Durable jobs as the job database keeps them: how they are named and queued, and what they look like from outside.

With `mediad.jobs` and `mediad.job_desk` the only home of DBOS.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from dbos import Serializer as DBOSSerializer
from dbos._sys_db import WorkflowStatus

from evidence.clock import to_text
from evidence.records import RecordingId
from mediad.renditions import KINDS, RenditionKind

JobState = Literal["queued", "running", "done", "failed"]
QUICK = "mediad-quick"
SLOW = "mediad-slow"
QUEUES: dict[RenditionKind, str] = {
    "thumbnails": QUICK,
    "phashes": QUICK,
    "observations": QUICK,
    "slates": QUICK,
    "viewing-copy": SLOW,
}
# Thumbnails are what people see first.
PRIORITIES: dict[RenditionKind, int] = {
    "thumbnails": 1,
    "slates": 2,
    "observations": 3,
    "phashes": 5,
    "viewing-copy": 5,
}
STATES: dict[str, JobState] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "CANCELLED": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
}
PREFIX = "rendition"
WORKFLOW = "rendition"
# Change nothing here without draining: jobs of another version are not picked up.
APPLICATION_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    kind: RenditionKind
    recording: RecordingId
    state: JobState
    progress: float  # 0 to 1
    reason: str | None
    updated_at: str


class JobFailed(Exception):
    """A job's error as read back from the job database."""


class Json(DBOSSerializer):
    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=_plain, ensure_ascii=False)

    def deserialize(self, serialized_data: str) -> Any:
        value = json.loads(serialized_data)
        return JobFailed(value["$error"]) if isinstance(value, dict) and "$error" in value else value

    def name(self) -> str:
        return "mediad_json"


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return {"$error": str(value) or type(value).__name__}
    raise TypeError(f"{type(value).__name__} does not belong into a job")


def job_of(status: WorkflowStatus, progress: float = 0.0) -> Job:
    """A workflow as a job; `progress` is that of one that runs."""
    _, kind, recording = status.workflow_id.split(":", 2)
    state = STATES[status.status]
    reason = None if status.error is None else str(status.error)
    if state == "done" and isinstance(status.output, dict) and status.output.get("state") == "failed":
        state, reason = "failed", status.output.get("reason")
    return Job(
        status.workflow_id,
        kind_of(kind),
        RecordingId(recording),
        state,
        1.0 if state == "done" else progress if state == "running" else 0.0,
        reason,
        _time(status.updated_at or status.created_at or 0),
    )


def id_of(kind: str, recording: str) -> str:
    return f"{PREFIX}:{kind}:{recording}"


def kind_of(text: str) -> RenditionKind:
    return KINDS[KINDS.index(text)]


def _time(epoch_ms: int) -> str:
    return to_text(datetime.fromtimestamp(epoch_ms / 1000, UTC))
