"""Reading sittings, what was said in them, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, or_, select

from evidence.canonical import Digest
from evidence.catalog.schema import alarms, sitting_notes, sittings
from evidence.live import ChannelId, SittingId
from evidence.sittings import AlarmId, AlarmKind, Person, SittingKind, SittingRecording


@dataclass(frozen=True, slots=True)
class SittingRow:
    id: SittingId
    room: str
    unit: str | None
    kind: SittingKind
    case: str | None
    activity: str
    people: tuple[Person, ...]
    must_record: bool
    channels: tuple[ChannelId, ...]
    required: tuple[ChannelId, ...]
    by: str
    display_name: str
    started_at: str
    entry: int
    ended_at: str | None
    ended_reason: str | None
    ended_by: str | None
    ended_name: str | None
    ended_entry: int | None
    digest: Digest | None
    recordings: tuple[SittingRecording, ...]
    receipt: Digest | None
    receipt_bytes: int | None
    receipt_entry: int | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    entry: int
    sitting: SittingId
    kind: str  # mark | note
    on_at: str
    text: str
    by: str
    display_name: str
    at: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    id: AlarmId
    room: str
    channel: ChannelId
    sitting: SittingId | None
    kind: AlarmKind
    since_at: str
    detail: str
    raised_at: str
    cleared_at: str | None
    cleared_reason: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    acknowledged_name: str | None
    acknowledged_note: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class SittingFilter:
    """`units`: sittings of these units only; None: of all. `after`: the key of the last row shown."""

    units: tuple[str, ...] | None = None
    room: str | None = None
    case: str | None = None
    start: str | None = None
    to: str | None = None
    after: tuple[str, int] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SittingPage:
    rows: tuple[SittingRow, ...]
    after: tuple[str, int] | None


_LISTS: dict[str, Any] = {
    "people": tuple[Person, ...],
    "channels": tuple[ChannelId, ...],
    "required": tuple[ChannelId, ...],
    "recordings": tuple[SittingRecording, ...],
}


def _sitting(row: Row[Any]) -> SittingRow:
    values = dict(row._mapping)
    for name, kind in _LISTS.items():
        values[name] = msgspec.json.decode(values[name] or "[]", type=kind)
    return SittingRow(**values)


def find_sitting(connection: Connection, sitting: str) -> SittingRow | None:
    row = connection.execute(select(sittings).where(sittings.c.id == sitting)).one_or_none()
    return None if row is None else _sitting(row)


def open_sittings(connection: Connection) -> tuple[SittingRow, ...]:
    """Those that were begun and not ended, oldest first."""
    query = select(sittings).where(sittings.c.ended_at.is_(None)).order_by(sittings.c.entry)
    return tuple(_sitting(row) for row in connection.execute(query))


def sittings_page(connection: Connection, wanted: SittingFilter) -> SittingPage:
    """Newest first."""
    c = sittings.c
    query: Select[Any] = select(sittings)
    if wanted.units is not None:
        query = query.where(c.unit.in_(wanted.units))
    for column, value in ((c.room, wanted.room), (c.case, wanted.case)):
        if value is not None:
            query = query.where(column == value)
    if wanted.start is not None:
        query = query.where(c.started_at >= wanted.start)
    if wanted.to is not None:
        query = query.where(c.started_at < wanted.to)
    if wanted.after is not None:
        at, entry = wanted.after
        query = query.where(or_(c.started_at < at, and_(c.started_at == at, c.entry < entry)))
    query = query.order_by(c.started_at.desc(), c.entry.desc()).limit(wanted.limit + 1)
    rows = [_sitting(row) for row in connection.execute(query)]
    more = len(rows) > wanted.limit
    shown = tuple(rows[: wanted.limit])
    return SittingPage(shown, (shown[-1].started_at, shown[-1].entry) if more else None)


def notes_of(connection: Connection, sitting: str) -> tuple[NoteRow, ...]:
    """Marks and notes by the second they mean."""
    c = sitting_notes.c
    query = select(sitting_notes).where(c.sitting == sitting).order_by(c.on_at, c.entry)
    return tuple(NoteRow(**row._mapping) for row in connection.execute(query))


def sittings_with(connection: Connection, recording: str) -> tuple[SittingRow, ...]:
    """Ended sittings that a recording belongs to; few: it is an hour long at most."""
    query = select(sittings).where(sittings.c.recordings.contains(f'"{recording}"', autoescape=True))
    return tuple(_sitting(row) for row in connection.execute(query.order_by(sittings.c.entry)))


def find_alarm(connection: Connection, alarm: str) -> AlarmRow | None:
    row = connection.execute(select(alarms).where(alarms.c.id == alarm)).one_or_none()
    return None if row is None else AlarmRow(**row._mapping)


def alarms_of(connection: Connection, sitting: str) -> tuple[AlarmRow, ...]:
    query = select(alarms).where(alarms.c.sitting == sitting).order_by(alarms.c.entry)
    return tuple(AlarmRow(**row._mapping) for row in connection.execute(query))


def recent_alarms(connection: Connection, rooms: Sequence[str], *, open_only: bool, limit: int) -> tuple[AlarmRow, ...]:
    """Of these rooms, newest first. `open_only`: going on, or nobody has taken note of them."""
    c = alarms.c
    query = select(alarms).where(c.room.in_(rooms))
    if open_only:
        query = query.where(or_(c.cleared_at.is_(None), c.acknowledged_at.is_(None)))
    return tuple(AlarmRow(**row._mapping) for row in connection.execute(query.order_by(c.entry.desc()).limit(limit)))


def uncleared_alarms(connection: Connection) -> tuple[AlarmRow, ...]:
    query = select(alarms).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.entry)
    return tuple(AlarmRow(**row._mapping) for row in connection.execute(query))
