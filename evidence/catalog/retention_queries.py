"""Typed reads about changes of retention and destruction. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from evidence.canonical import Digest
from evidence.catalog.copies_in_hand import in_hand
from evidence.catalog.item_schema import item_adoptions
from evidence.catalog.ledger_rows import stored_bytes
from evidence.catalog.retention_schema import (
    destruction_items,
    destructions,
    retention_approvals,
    retention_changes,
)
from evidence.catalog.schema import (
    ledger_checkpoints,
    ledger_entries,
    recordings,
    renditions,
    sidecars,
)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    by: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    id: str
    of: str
    items: str | None
    recordings: tuple[str, ...]
    case: str | None
    code: str | None
    n_expired: int
    n_sooner: int
    n_later: int
    reason: str
    by: str
    at: str
    state: str  # proposed | approved | cancelled | in-force
    due_at: str | None
    ended_by: str | None
    ended_at: str | None
    ended_reason: str | None
    ended_entry: int | None
    entry: int
    approvals: tuple[ApprovalRow, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One recording of a destruction."""

    destruction: str
    recording: str
    state: str  # listed | spared | begun | done | returned
    reason: str | None
    original: str | None
    manifest: str | None
    size_bytes: int | None
    blobs: tuple[str, ...]
    shared: tuple[str, ...]
    code: str | None
    expired_at: str | None
    begun_at: str | None
    begun_entry: int | None
    done_at: str | None
    done_entry: int | None
    returned_at: str | None


@dataclass(frozen=True, slots=True)
class DestructionRow:
    id: str
    reason: str
    by: str
    at: str
    state: str  # requested | approved | cancelled | done
    approved_by: str | None
    approved_at: str | None
    approved_note: str | None
    due_at: str | None
    cancelled_by: str | None
    cancelled_at: str | None
    cancelled_reason: str | None
    facts: str | None
    pdf: str | None
    pdf_bytes: int | None
    entry: int
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Doomed:
    """The bytes of one recording, as the catalog names them."""

    original: Digest
    manifest: Digest
    size_bytes: int
    officer: str | None
    blobs: tuple[Digest, ...]


def changes_page(connection: Connection, limit: int) -> tuple[ChangeRow, ...]:
    """Newest first."""
    query = select(retention_changes).order_by(retention_changes.c.entry.desc()).limit(limit)
    return tuple(_change(connection, row) for row in connection.execute(query).all())


def find_change(connection: Connection, change: str) -> ChangeRow | None:
    row = connection.execute(select(retention_changes).where(retention_changes.c.id == change)).one_or_none()
    return None if row is None else _change(connection, row)


def due_changes(connection: Connection, now: str) -> tuple[ChangeRow, ...]:
    c = retention_changes.c
    query = select(retention_changes).where(c.state == "approved", c.due_at <= now).order_by(c.entry)
    return tuple(_change(connection, row) for row in connection.execute(query).all())


def items_in_force(connection: Connection) -> tuple[str, str] | None:
    """(version, digest) of the item list whose classes are in force: the one that a change named last, or else the
    first that was ever adopted. None before one was adopted."""
    c, i = retention_changes.c, item_adoptions.c
    latest = select(c["items"]).where(c.of == "items", c.state == "in-force").order_by(c.ended_entry.desc()).limit(1)
    version = connection.execute(latest).scalar()
    query = select(i.version, i["items"]).order_by(i.entry).limit(1)
    row = connection.execute(query if version is None else query.where(i.version == version)).first()
    return None if row is None else (row[0], row[1])


def destructions_page(connection: Connection, limit: int) -> tuple[DestructionRow, ...]:
    """What goes on first, then newest first."""
    d = destructions.c
    query = select(destructions).order_by(d.state.in_(("cancelled", "done")), d.entry.desc()).limit(limit)
    return tuple(_destruction(connection, row) for row in connection.execute(query).all())


def find_destruction(connection: Connection, destruction: str) -> DestructionRow | None:
    row = connection.execute(select(destructions).where(destructions.c.id == destruction)).one_or_none()
    return None if row is None else _destruction(connection, row)


def due_destructions(connection: Connection, now: str) -> tuple[DestructionRow, ...]:
    d = destructions.c
    query = select(destructions).where(d.state == "approved", d.due_at <= now).order_by(d.entry)
    return tuple(_destruction(connection, row) for row in connection.execute(query).all())


def uncertified(connection: Connection) -> tuple[DestructionRow, ...]:
    """Done, without the certificate."""
    d, i = destructions.c, destruction_items.c
    some = select(i.destruction).where(i.state.in_(("done", "returned")))
    query = select(destructions).where(d.state.in_(("done", "cancelled")), d.facts.is_(None), d.id.in_(some))
    found = tuple(_destruction(connection, row) for row in connection.execute(query.order_by(d.entry)).all())
    return tuple(each for each in found if all(item.state != "begun" for item in each.items))


def begun_items(connection: Connection) -> tuple[ItemRow, ...]:
    """Begun and not done: a process ended in between."""
    i = destruction_items.c
    return _items(connection, select(destruction_items).where(i.state == "begun").order_by(i.begun_entry))


def items_of_recordings(connection: Connection, ids: Iterable[str]) -> tuple[ItemRow, ...]:
    """Everything about these recordings, latest destruction first."""
    i, d = destruction_items.c, destructions.c
    query = select(destruction_items).join(destructions, d.id == i.destruction)
    return _items(connection, query.where(i.recording.in_(tuple(ids))).order_by(d.entry.desc(), i.recording))


def pending_of(connection: Connection, ids: Iterable[str]) -> dict[str, DestructionRow]:
    """Recording → the destruction that it is listed in and that goes on."""
    i, d = destruction_items.c, destructions.c
    query = select(i.recording, i.destruction).join(destructions, d.id == i.destruction)
    query = query.where(i.state.in_(("listed", "begun")), d.state.in_(("requested", "approved")))
    found = connection.execute(query.where(i.recording.in_(tuple(ids)))).all()
    rows = {one: find_destruction(connection, one) for one in {row.destruction for row in found}}
    return {row.recording: rows[row.destruction] for row in found if rows[row.destruction] is not None}  # type: ignore[misc]


def destroyed_at(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Recording → when it was destroyed, or when that began; only what is gone now."""
    i = destruction_items.c
    query = select(i.recording, func.coalesce(i.done_at, i.begun_at)).where(i.state.in_(("begun", "done")))
    return {row[0]: row[1] for row in connection.execute(query.where(i.recording.in_(tuple(ids))))}


def doomed(connection: Connection, recording: str) -> Doomed | None:
    """What there is of a recording: its original, sidecars and everything derived. Not the manifest and the digests
    of its access units: they prove what existed, and nobody can make a picture of them."""
    r, d = recordings.c, renditions.c
    row = connection.execute(select(recordings).where(r.id == recording)).one_or_none()
    if row is None:
        return None
    blobs: list[str | None] = [row.original, row.samples, row.init]
    blobs += connection.execute(select(sidecars.c.blob).where(sidecars.c.recording == recording)).scalars()
    made = select(d.blob, d["index"], d.init).where(d.recording == recording, d.state == "made")
    for found in connection.execute(made):
        blobs += found
    blobs += in_hand(connection, recording)
    named = tuple(Digest(each) for each in dict.fromkeys(blobs) if each is not None)
    return Doomed(Digest(row.original), Digest(row.manifest), int(row.size_bytes), row.officer, named)


def checkpoint_over(connection: Connection, entry: int) -> tuple[int, bytes]:
    """(size, root) of the first signed tree that holds this entry."""
    c = ledger_checkpoints.c
    query = select(c.size, c.root).where(c.size > entry).order_by(c.size).limit(1)
    row = connection.execute(query).one()
    return int(row.size), stored_bytes(row.root)


def latest_entry(connection: Connection) -> tuple[int, str] | None:
    """(index, time) of the ledger's last entry."""
    c = ledger_entries.c
    row = connection.execute(select(c.idx, c.at).order_by(c.idx.desc()).limit(1)).one_or_none()
    return None if row is None else (int(row.idx), row.at)


def latest_of(connection: Connection, types: tuple[str, ...]) -> tuple[int, str, str] | None:
    """(index, time, type) of the last entry of these types."""
    c = ledger_entries.c
    found = []
    for kind in types:
        query = select(c.idx, c.at, c.type).where(c.type == kind).order_by(c.type, c.at.desc(), c.idx.desc())
        # The index is by type and time; a clock set back may have put later entries earlier, so all are looked at.
        found += [(int(row.idx), row.at, row.type) for row in connection.execute(query)]
    return max(found, default=None)


def times_from(connection: Connection, entry: int) -> Iterator[str]:
    """The times of the entries from this one on, in the ledger's order; some thousands in memory."""
    c = ledger_entries.c
    query = select(c.at).where(c.idx >= entry).order_by(c.idx).execution_options(yield_per=2_000)
    return iter(connection.execute(query).scalars())


def _change(connection: Connection, row: Row[Any]) -> ChangeRow:
    a = retention_approvals.c
    query = select(a.by, a.at, a.note).where(a.change == row.id).order_by(a.at, a.by)
    approvals = tuple(ApprovalRow(*each) for each in connection.execute(query))
    values = dict(row._mapping) | {"recordings": tuple(json.loads(row.recordings))}
    return ChangeRow(**values, approvals=approvals)


def _destruction(connection: Connection, row: Row[Any]) -> DestructionRow:
    i = destruction_items.c
    items = _items(connection, select(destruction_items).where(i.destruction == row.id).order_by(i.recording))
    return DestructionRow(**row._mapping, items=items)


def _items(connection: Connection, query: Select[Any]) -> tuple[ItemRow, ...]:
    found = []
    for row in connection.execute(query).all():
        values = dict(row._mapping)
        for name in ("blobs", "shared"):
            values[name] = tuple(json.loads(values[name])) if values[name] else ()
        found.append(ItemRow(**values))
    return tuple(found)
