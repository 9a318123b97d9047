"""Rows of full checks: asked for, under way, answered. Runs inside the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from evidence.canonical import Digest
from evidence.catalog.recording_schema import recordings
from evidence.catalog.seal_check_schema import seal_checks
from evidence.records import RecordingId
from evidence.verify import Finding

CheckState = Literal["queued", "running", "done", "failed"]
_c = seal_checks.c


@dataclass(frozen=True, slots=True)
class SealCheckRow:
    """The check asked for last, and the last answer, which may be an earlier check's."""

    recording: RecordingId
    state: CheckState
    reason: str | None
    updated_at: str
    answered_at: str | None = None
    broken: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """What is to be read, and what it is compared with."""

    recording: RecordingId
    digest: Digest
    manifest: Digest
    size_bytes: int


def seal_check(connection: Connection, recording: RecordingId) -> SealCheckRow | None:
    row = connection.execute(select(seal_checks).where(_c.recording == recording)).one_or_none()
    return None if row is None else _row(row)


def latest_checks(connection: Connection, recording: RecordingId | None, limit: int) -> tuple[SealCheckRow, ...]:
    """Latest first: of one recording, or the last `limit`."""
    query = select(seal_checks).order_by(_c.updated_at.desc(), _c.recording).limit(limit)
    if recording is not None:
        query = query.where(_c.recording == recording)
    return tuple(_row(row) for row in connection.execute(query))


def unanswered(connection: Connection) -> tuple[Original, ...]:
    """What was asked for and neither answered nor given up, first come first; of recordings that are there."""
    r = recordings.c
    query = (
        select(r.id, r.original, r.manifest, r.size_bytes)
        .join(seal_checks, _c.recording == r.id)
        .where(_c.state.in_(("queued", "running")))
        .order_by(_c.updated_at, r.id)
    )
    return tuple(
        Original(RecordingId(row.id), Digest(row.original), Digest(row.manifest), row.size_bytes)
        for row in connection.execute(query)
    )


def put_state(
    connection: Connection, recording: RecordingId, state: CheckState, at: str, reason: str | None = None
) -> None:
    """Say how far the check asked for last is; the last answer stays."""
    values = {"state": state, "reason": reason, "updated_at": at}
    _put(connection, recording, values)


def put_answer(
    connection: Connection, recording: RecordingId, at: str, broken: str | None, findings: tuple[Finding, ...]
) -> None:
    """`broken` in words, or None if all is as it was sealed."""
    written = json.dumps([asdict(each) for each in findings], ensure_ascii=False)
    values = {"state": "done", "reason": None, "updated_at": at}
    _put(connection, recording, {**values, "answered_at": at, "broken": broken, "findings": written})


def _put(connection: Connection, recording: RecordingId, values: dict[str, str | None]) -> None:
    # One writer per site, and each write is a transaction: nobody comes in between.
    changed = connection.execute(update(seal_checks).where(_c.recording == recording).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(seal_checks).values(recording=recording, **values))


def _row(row: object) -> SealCheckRow:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    findings = tuple(Finding(**each) for each in json.loads(values.pop("findings") or "[]"))
    return SealCheckRow(**values, findings=findings)
