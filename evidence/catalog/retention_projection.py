"""Turns entries about retention into catalog rows. Deterministic, like `evidence.catalog.projection`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from evidence import retention_entries as rt
from evidence.canonical import canonical
from evidence.catalog import retention_schema as s
from evidence.catalog.bigrams import terms
from evidence.catalog.recording_rows import search_texts
from evidence.catalog.schema import recordings, renditions
from evidence.catalog.search import put_terms
from evidence.entry import Entry
from evidence.records import EntryIndex, RecordingId

Rule = Callable[[Connection, EntryIndex, Any], None]
# What the library says instead of how it is played.
DESTROYED_REASON = "The footage was destroyed."


def _hold_set(connection: Connection, index: EntryIndex, entry: rt.HoldSet) -> None:
    connection.execute(insert(s.holds), _columns(s.holds, entry) | {"id": entry.hold, "entry": index})


def _hold_lifted(connection: Connection, _index: EntryIndex, entry: rt.HoldLifted) -> None:
    values = {"lifted_by": entry.by, "lifted_at": entry.at, "lifted_reason": entry.reason}
    connection.execute(update(s.holds).where(s.holds.c.id == entry.hold), values)


def _proposed(connection: Connection, index: EntryIndex, entry: rt.RetentionProposed) -> None:
    row = _columns(s.retention_changes, entry) | {
        "id": entry.change,
        "recordings": canonical(list(entry.recordings)).decode(),
        "state": "proposed",
        "entry": index,
    }
    connection.execute(insert(s.retention_changes), row)


def _approved(connection: Connection, _index: EntryIndex, entry: rt.RetentionApproved) -> None:
    connection.execute(insert(s.retention_approvals), _columns(s.retention_approvals, entry))
    if entry.due_at is not None:
        c = s.retention_changes.c
        due = update(s.retention_changes).where(c.id == entry.change)
        connection.execute(due.values(state="approved", due_at=entry.due_at))


def _cancelled(connection: Connection, index: EntryIndex, entry: rt.RetentionCancelled) -> None:
    values = {"state": "cancelled", "ended_by": entry.by, "ended_at": entry.at, "ended_reason": entry.reason}
    c = s.retention_changes.c
    connection.execute(update(s.retention_changes).where(c.id == entry.change), values | {"ended_entry": index})


def _changed(connection: Connection, index: EntryIndex, entry: rt.RetentionChanged) -> None:
    c = s.retention_changes.c
    row = connection.execute(select(s.retention_changes).where(c.id == entry.change)).one()
    values = {"state": "in-force", "ended_at": entry.at, "ended_entry": index}
    connection.execute(update(s.retention_changes).where(c.id == entry.change), values)
    targets = [("case", row.case)] if row.of == "case" else []
    targets += [("recording", each) for each in msgspec.json.decode(row.recordings)]
    k = s.retention_classes.c
    for on, target in targets:
        connection.execute(delete(s.retention_classes).where(k.on == on, k.target == target))
        given = {"on": on, "target": target, "code": row.code, "change": entry.change}
        connection.execute(insert(s.retention_classes), given)


def _requested(connection: Connection, index: EntryIndex, entry: rt.DestructionRequested) -> None:
    row = _columns(s.destructions, entry) | {"id": entry.destruction, "state": "requested", "entry": index}
    connection.execute(insert(s.destructions), row)
    items = [{"destruction": entry.destruction, "recording": each, "state": "listed"} for each in entry.recordings]
    connection.execute(insert(s.destruction_items), items)


def _destruction_approved(connection: Connection, _index: EntryIndex, entry: rt.DestructionApproved) -> None:
    values = {"state": "approved", "approved_by": entry.by, "approved_at": entry.at, "approved_note": entry.note}
    c = s.destructions.c
    connection.execute(update(s.destructions).where(c.id == entry.destruction), values | {"due_at": entry.due_at})


def _destruction_cancelled(connection: Connection, _index: EntryIndex, entry: rt.DestructionCancelled) -> None:
    values = {"cancelled_by": entry.by, "cancelled_at": entry.at, "cancelled_reason": entry.reason}
    c = s.destructions.c
    connection.execute(update(s.destructions).where(c.id == entry.destruction), values | {"state": "cancelled"})


def _spared(connection: Connection, _index: EntryIndex, entry: rt.DestructionSpared) -> None:
    _move(connection, entry.destruction, entry.recording, {"state": "spared", "reason": entry.reason})
    _end(connection, entry.destruction)


def _begun(connection: Connection, index: EntryIndex, entry: rt.DestructionBegun) -> None:
    """From here on nothing is played of it: its bytes may be gone at any moment."""
    values = {
        "state": "begun",
        "original": entry.original,
        "manifest": entry.manifest,
        "size_bytes": entry.size_bytes,
        "blobs": canonical(list(entry.blobs)).decode(),
        "code": entry.code,
        "expired_at": entry.expired_at,
        "begun_at": entry.at,
        "begun_entry": index,
    }
    _move(connection, entry.destruction, entry.recording, values)
    connection.execute(delete(renditions).where(renditions.c.recording == entry.recording))
    gone = {"playback": "none", "playback_reason": DESTROYED_REASON, "samples": None, "init": None}
    connection.execute(update(recordings).where(recordings.c.id == entry.recording), gone)
    # How it is played is among the terms that it is found by.
    row = connection.execute(select(recordings).where(recordings.c.id == entry.recording)).one()
    put_terms(connection, entry.recording, terms(*search_texts(dict(row._mapping))))


def _done(connection: Connection, index: EntryIndex, entry: rt.DestructionDone) -> None:
    shared = canonical(list(entry.shared)).decode()
    values = {"state": "done", "shared": shared, "done_at": entry.at, "done_entry": index}
    _move(connection, entry.destruction, entry.recording, values)
    _end(connection, entry.destruction)


def _certified(connection: Connection, _index: EntryIndex, entry: rt.DestructionCertified) -> None:
    values = {"facts": entry.facts, "pdf": entry.pdf, "pdf_bytes": entry.size_bytes}
    connection.execute(update(s.destructions).where(s.destructions.c.id == entry.destruction), values)


def _move(connection: Connection, destruction: str, recording: str, values: dict[str, Any]) -> None:
    c = s.destruction_items.c
    where = (c.destruction == destruction, c.recording == recording)
    connection.execute(update(s.destruction_items).where(*where), values)


def _end(connection: Connection, destruction: str) -> None:
    """A destruction is done when nothing of it is left to do; what was cancelled stays so."""
    c = s.destruction_items.c
    left = select(func.count()).select_from(s.destruction_items)
    left = left.where(c.destruction == destruction, c.state.in_(("listed", "begun")))
    if connection.execute(left).scalar_one() == 0:
        d = s.destructions.c
        connection.execute(update(s.destructions).where(d.id == destruction, d.state == "approved"), {"state": "done"})


def returned(connection: Connection, recording: RecordingId, at: str) -> bool:
    """The same content was docked and sealed anew; False if it had not been destroyed."""
    c = s.destruction_items.c
    destroyed = (c.recording == recording, c.state == "done")
    values = {"state": "returned", "returned_at": at}
    return bool(connection.execute(update(s.destruction_items).where(*destroyed), values).rowcount)


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that a table has columns of the same name for."""
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}


RETENTION_RULES: dict[type[Entry], Rule] = {
    rt.HoldSet: _hold_set,
    rt.HoldLifted: _hold_lifted,
    rt.RetentionProposed: _proposed,
    rt.RetentionApproved: _approved,
    rt.RetentionCancelled: _cancelled,
    rt.RetentionChanged: _changed,
    rt.DestructionRequested: _requested,
    rt.DestructionApproved: _destruction_approved,
    rt.DestructionCancelled: _destruction_cancelled,
    rt.DestructionSpared: _spared,
    rt.DestructionBegun: _begun,
    rt.DestructionDone: _done,
    rt.DestructionCertified: _certified,
}
