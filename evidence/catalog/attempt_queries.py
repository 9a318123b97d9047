"""Typed reads of intake's attempts. Never writes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from evidence.catalog.attempt_schema import attempts
from evidence.catalog.typed_rows import typed


@dataclass(frozen=True, slots=True)
class AttemptRow:
    id: int
    bay: str
    path: str
    size_bytes: int
    state: str
    code: str | None
    reason: str | None
    recording: str | None
    copied_bytes: int
    tries: int
    first_seen_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class AttemptPage:
    rows: tuple[AttemptRow, ...]
    after: int | None


def attempts_page(connection: Connection, bay: str, *, state: str | None, after: int | None, limit: int) -> AttemptPage:
    """Attempts of a bay, newest first."""
    query = select(attempts).where(attempts.c.bay == bay).order_by(attempts.c.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(attempts.c.state == state)
    if after is not None:
        query = query.where(attempts.c.id < after)
    rows = typed(connection, AttemptRow, query)
    return AttemptPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
