"""What devices recorded around a stretch of time, for the shifts in it. Never writes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

from evidence.catalog.case_schema import recording_times
from evidence.catalog.recording_schema import recordings
from evidence.catalog.schema import live_recordings


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A recording of a device. `started_at`: corrected, where somebody did."""

    id: str
    device: str | None
    officer: str | None
    started_at: str
    duration_ms: int


def recorded_begun(connection: Connection, since: str, until: str) -> tuple[RecordedRow, ...]:
    """What devices began to record in [since, until), in order of time; rooms that the server records are none."""
    r, t = recordings.c, recording_times.c
    query = select(r.id, r.device, r.officer, r.started_at, r.duration_ms, t.started_at.label("corrected_at"))
    query = query.select_from(recordings.outerjoin(recording_times, t.recording == r.id))
    moved = select(t.recording).where(t.started_at >= since, t.started_at < until)
    begun = or_(and_(r.started_at >= since, r.started_at < until), r.id.in_(moved))
    found = [
        RecordedRow(row.id, row.device, row.officer, row.corrected_at or row.started_at, row.duration_ms)
        for row in connection.execute(query.where(begun, r.id.not_in(select(live_recordings.c.id))))
    ]
    return tuple(sorted(found, key=lambda each: (each.started_at, each.id)))
