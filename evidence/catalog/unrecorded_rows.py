"""Table `unrecorded`: activities that went on and had to be recorded, and were not. Schema, projection, reads."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Connection, Table, Text, insert, select, update

from evidence import unrecorded_entries as ue
from evidence.catalog.case_projection import Rule
from evidence.catalog.case_schema import activities, cases
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.entry import Entry
from evidence.records import EntryIndex

unrecorded = Table(
    "unrecorded",
    metadata,
    _c("id", Text, "alarm id", primary_key=True),
    _c("case", Text, "case id", index=True),
    _c("activity", Text, "activity id"),
    _c("room", Text, "room that it takes place in"),
    _c("since_at", Text, "since when no channel records"),
    _c("detail", Text, "why, in words"),
    _c("raised_at", Text, "when it was raised"),
    _c("cleared_at", Text, "when it was over", nullable=True),
    _c("cleared_reason", Text, "recorded | ended | restart", nullable=True),
    _c("entry", BigInteger, "ledger index of activity.unrecorded"),
)
UNRECORDED_TABLES = (unrecorded,)


def _raised(connection: Connection, index: EntryIndex, entry: ue.ActivityUnrecorded) -> None:
    said = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in unrecorded.c}
    connection.execute(insert(unrecorded), said | {"id": entry.alarm, "raised_at": entry.at, "entry": index})


def _over(connection: Connection, _index: EntryIndex, entry: ue.ActivityUnrecordedOver) -> None:
    values = {"cleared_at": entry.at, "cleared_reason": entry.reason}
    connection.execute(update(unrecorded).where(unrecorded.c.id == entry.alarm), values)


UNRECORDED_RULES: dict[type[Entry], Rule] = {
    ue.ActivityUnrecorded: _raised,
    ue.ActivityUnrecordedOver: _over,
}


@dataclass(frozen=True, slots=True)
class UnrecordedRow:
    """An alarm that is going on, with what its case is called."""

    id: str
    case: str
    case_number: str
    case_title: str
    activity: str
    item: str
    room: str
    since_at: str
    detail: str
    raised_at: str


@dataclass(frozen=True, slots=True)
class BegunRow:
    """An activity of an open case that was begun and not ended."""

    id: str
    case: str
    item: str
    place: str
    devices: tuple[str, ...]
    started_at: str


def begun_activities(connection: Connection) -> tuple[BegunRow, ...]:
    a = activities.c
    query = select(a.id, a.case, a.item, a.place, a.devices, a.started_at).join(cases, a.case == cases.c.id)
    query = query.where(a.state == "valid", a.started_at.is_not(None), a.ended_at.is_(None), cases.c.state == "open")
    rows = connection.execute(query.order_by(a.id))
    return tuple(BegunRow(**dict(row._mapping) | {"devices": tuple(json.loads(row.devices))}) for row in rows)


def uncleared(connection: Connection) -> tuple[UnrecordedRow, ...]:
    """Oldest first."""
    u, a, k = unrecorded.c, activities.c, cases.c
    own = (u.id, u.case, u.activity, u.room, u.since_at, u.detail, u.raised_at)
    query = select(*own, a.item, k.number.label("case_number"), k.title.label("case_title"))
    query = query.join(activities, u.activity == a.id).join(cases, u.case == k.id)
    return tuple(
        UnrecordedRow(**row._mapping)
        for row in connection.execute(query.where(u.cleared_at.is_(None)).order_by(u.entry))
    )
