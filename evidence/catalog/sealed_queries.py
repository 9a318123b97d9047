"""Which recordings are sealed, and by which ledger entry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from evidence.catalog.schema import recordings
from evidence.records import RecordingId

# Identifiers per statement.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedRow:
    recording: RecordingId
    name: str
    entry: int
    size_bytes: int


def sealed_recordings(connection: Connection, ids: tuple[str, ...] = ()) -> tuple[SealedRow, ...]:
    """All recordings in the order of the ledger, or those of `ids` that exist."""
    c = recordings.c
    query = select(c.id, c.name, c.entry, c.size_bytes).order_by(c.entry)
    parts = [query.where(c.id.in_(ids[at : at + _CHUNK])) for at in range(0, len(ids), _CHUNK)] or [query]
    rows = [row for part in parts for row in connection.execute(part)]
    return tuple(SealedRow(RecordingId(row.id), row.name, int(row.entry), int(row.size_bytes)) for row in rows)
