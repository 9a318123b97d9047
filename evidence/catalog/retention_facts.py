"""What the catalog knows that bears on how long recordings are kept: raw rows, for some recordings or for all.

Which activity a recording may belong to is a rule's matter; here are the activities and the recordings. Never writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, true

from evidence.catalog.case_schema import activities, case_people, cases, clips, footage, recording_times
from evidence.catalog.retention_schema import destruction_items, holds, retention_classes
from evidence.catalog.schema import ledger_entries, live_recordings, recordings, sittings

# Parameters of a statement.
_CHUNK = 500
# Per statement: as an option of the connection it would hold for every later statement too.
_STREAMED = {"yield_per": 2_000}
_GONE = ("begun", "done")


@dataclass(frozen=True, slots=True)
class RecordingRow:
    id: str
    name: str
    kind: str
    officer: str | None
    device: str | None
    unit: str | None
    size_bytes: int
    duration_ms: int
    started_at: str  # corrected, where somebody did
    started_at_origin: str  # "corrected" then
    uncertainty_ms: int | None
    received_at: str
    entry: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A recording and a case that ledger entries tie it to."""

    recording: str
    how: str  # confirmed | rejected | clip | sitting
    case: str | None
    number: str
    kind: str
    item: str | None
    activity: str | None
    state: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    id: str
    number: str
    kind: str
    state: str
    closed_at: str | None
    subject_name: str
    subject_number: str


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """An activity with its times, to be matched with recordings."""

    id: str
    case: str
    item: str
    started_at: str
    ended_at: str
    officers: tuple[str, ...]
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldRow:
    id: str
    on: str
    target: str
    from_at: str | None
    until_at: str | None
    reason: str
    by: str
    at: str
    entry: int
    lifted_by: str | None
    lifted_at: str | None
    lifted_reason: str | None


def recording_rows(connection: Connection, ids: tuple[str, ...] | None = None) -> Iterator[RecordingRow]:
    """These, or all; never what was destroyed."""
    r, t = recordings.c, recording_times.c
    plain = [r[name] for name in RecordingRow.__dataclass_fields__ if name in r and not name.startswith("started_at")]
    joined = recordings.outerjoin(recording_times, t.recording == r.id)
    query = select(
        *plain, r.started_at, r.started_at_origin, t.started_at.label("corrected_at"), t.uncertainty_ms
    ).select_from(joined)
    query = query.where(r.id.not_in(gone()))
    for each in _chunked(connection, query, r.id, ids):
        values = dict(each._mapping)
        corrected = values.pop("corrected_at")
        if corrected is not None:
            values |= {"started_at": corrected, "started_at_origin": "corrected"}
        yield RecordingRow(**values)


def gone() -> Select[Any]:
    """Recordings that are destroyed, or being destroyed."""
    c = destruction_items.c
    return select(c.recording).where(c.state.in_(_GONE))


def member_rows(connection: Connection, ids: tuple[str, ...] | None = None) -> Iterator[MemberRow]:
    """By what people said, marked, and recorded in sittings."""
    f, a, k, c = footage.c, activities.c, clips.c, cases.c
    case = (c.id.label("case"), c.number, c.kind, c.state, c.closed_at)
    said = (
        select(f.recording, f.verdict.label("how"), a["item"], a.id.label("activity"), *case)
        .join(activities, a.id == f.activity)
        .join(cases, c.id == a.case)
    )
    for row in _chunked(connection, said, f.recording, ids):
        yield MemberRow(**row._mapping)
    marked = (
        select(k.recording, a["item"], k.activity, *case)
        .select_from(clips.join(cases, c.id == k.case).outerjoin(activities, a.id == k.activity))
        .where(k.withdrawn_at.is_(None))
    )
    for row in _chunked(connection, marked, k.recording, ids):
        yield MemberRow(how="clip", **row._mapping)
    live, s = live_recordings.c, sittings.c
    sat = (
        select(live.id.label("recording"), s.case.label("named"), *case)
        .select_from(live_recordings.join(sittings, s.id == live.sitting).outerjoin(cases, c.number == s.case))
        .where(s.case.is_not(None), s.case != "")
    )
    for row in _chunked(connection, sat, live.id, ids):
        values = dict(row._mapping)
        named = values.pop("named")
        if values["case"] is None:
            values |= {"number": named, "kind": "", "state": "open"}
        yield MemberRow(how="sitting", item=None, activity=None, **values)


def recordings_of_case(connection: Connection, case: str) -> tuple[str, ...]:
    """Recordings that ledger entries tie to a case, destroyed ones too."""
    f, a, k = footage.c, activities.c, clips.c
    said = select(f.recording).join(activities, a.id == f.activity).where(a.case == case)
    marked = select(k.recording).where(k.case == case)
    found = {each for query in (said, marked) for each in connection.execute(query).scalars()}
    return tuple(sorted(found | set(sat_recordings(connection, case))))


def sat_recordings(connection: Connection, case: str) -> tuple[str, ...]:
    """Recordings of sittings that were held for a case."""
    live, s, c = live_recordings.c, sittings.c, cases.c
    joined = live_recordings.join(sittings, s.id == live.sitting).join(cases, c.number == s.case)
    query = select(live.id).select_from(joined).where(c.id == case, live.state == "sealed").order_by(live.id)
    return tuple(connection.execute(query).scalars())


def case_facts(connection: Connection, ids: tuple[str, ...] | None = None) -> dict[str, CaseFacts]:
    """These cases, or all."""
    c = cases.c
    query = select(*(c[name] for name in CaseFacts.__dataclass_fields__))
    return {row.id: CaseFacts(**row._mapping) for row in _chunked(connection, query, c.id, ids)}


def activity_facts(connection: Connection, start: str | None = None, end: str | None = None) -> list[ActivityFacts]:
    """Valid activities with both times; those that overlap [start, end) if given."""
    a = activities.c
    query = select(a.id, a.case, a["item"], a.started_at, a.ended_at, a.officers, a.devices)
    query = query.where(a.state == "valid", a.started_at.is_not(None), a.ended_at.is_not(None))
    if start is not None and end is not None:
        query = query.where(a.started_at < end, a.ended_at > start)
    return [
        ActivityFacts(
            **dict(row._mapping)
            | {"officers": tuple(json.loads(row.officers)), "devices": tuple(json.loads(row.devices))}
        )
        for row in connection.execute(query)
    ]


def active_holds(connection: Connection) -> tuple[HoldRow, ...]:
    return _holds(connection, holds.c.lifted_at.is_(None))


def all_holds(connection: Connection, limit: int) -> tuple[HoldRow, ...]:
    """Active ones first, newest first."""
    query = select(holds).order_by(holds.c.lifted_at.is_not(None), holds.c.entry.desc()).limit(limit)
    return tuple(HoldRow(**row._mapping) for row in connection.execute(query))


def find_hold(connection: Connection, hold: str) -> HoldRow | None:
    found = _holds(connection, holds.c.id == hold)
    return found[0] if found else None


def _holds(connection: Connection, which: ColumnElement[bool]) -> tuple[HoldRow, ...]:
    query = select(holds).where(which).order_by(holds.c.entry)
    return tuple(HoldRow(**row._mapping) for row in connection.execute(query))


def manual_classes(connection: Connection) -> dict[tuple[str, str], str]:
    """(recording or case, id) → class that people gave it."""
    c = retention_classes.c
    return {(row.on, row.target): row.code for row in connection.execute(select(c.on, c.target, c.code))}


def people_of(connection: Connection, case_ids: set[str]) -> dict[str, frozenset[str]]:
    """Who was ever named on these cases."""
    c = case_people.c
    found: dict[str, set[str]] = {}
    wanted = sorted(case_ids)
    for at in range(0, len(wanted), _CHUNK):
        query = select(c.case, c.account).where(c.case.in_(wanted[at : at + _CHUNK]))
        for row in connection.execute(query):
            found.setdefault(row.case, set()).add(row.account)
    return {case: frozenset(people) for case, people in found.items()}


def checked_times(connection: Connection) -> list[tuple[int, str]]:
    """(ledger index, time) of the entries by which the server's clock was found right, in order."""
    c = ledger_entries.c
    query = select(c.idx, c.at).where(c.type == "site-clock.checked").order_by(c.idx)
    return [(int(row.idx), row.at) for row in connection.execute(query)]


def _chunked(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], ids: tuple[str, ...] | None
) -> Iterator[Any]:
    if ids is None:
        yield from connection.execute(query.where(and_(true())), execution_options=_STREAMED)
        return
    for at in range(0, len(ids), _CHUNK):
        yield from connection.execute(query.where(or_(column.in_(ids[at : at + _CHUNK]))))
