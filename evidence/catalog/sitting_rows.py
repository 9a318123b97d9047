"""Sittings and alarms in the catalog: what each ledger entry does to their rows. Called by the projection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, update

from evidence import entries as e
from evidence.canonical import canonical
from evidence.catalog import schema as s
from evidence.entry import Entry
from evidence.records import EntryIndex


def _json(value: object) -> str:
    return canonical(msgspec.to_builtins(value)).decode()


def _started(connection: Connection, index: EntryIndex, entry: e.SittingStarted) -> None:
    row = {
        "id": entry.sitting,
        "room": entry.room,
        "unit": entry.unit,
        "kind": entry.kind,
        "case": entry.case,
        "activity": entry.activity,
        "people": _json(entry.people),
        "must_record": entry.must_record,
        "channels": _json(entry.channels),
        "required": _json(entry.required),
        "by": entry.by,
        "display_name": entry.display_name,
        "started_at": entry.at,
        "entry": index,
    }
    connection.execute(insert(s.sittings), row)


def _ended(connection: Connection, index: EntryIndex, entry: e.SittingEnded) -> None:
    # The first end counts; a second one would be a fault elsewhere, and changes nothing.
    connection.execute(
        update(s.sittings)
        .where(s.sittings.c.id == entry.sitting, s.sittings.c.ended_at.is_(None))
        .values(
            ended_at=entry.ended_at,
            ended_reason=entry.reason,
            ended_by=entry.by,
            ended_name=entry.display_name,
            ended_entry=index,
            digest=entry.digest,
            recordings=_json(entry.recordings),
        )
    )


def _receipt(connection: Connection, index: EntryIndex, entry: e.SittingReceipt) -> None:
    connection.execute(
        update(s.sittings)
        .where(s.sittings.c.id == entry.sitting, s.sittings.c.receipt.is_(None))
        .values(receipt=entry.pdf, receipt_bytes=entry.size_bytes, receipt_entry=index)
    )


def _marked(connection: Connection, index: EntryIndex, entry: e.SittingMarked) -> None:
    _said(connection, index, entry, "mark", entry.label)


def _noted(connection: Connection, index: EntryIndex, entry: e.SittingNoted) -> None:
    _said(connection, index, entry, "note", entry.text)


def _said(
    connection: Connection, index: EntryIndex, entry: e.SittingMarked | e.SittingNoted, kind: str, text: str
) -> None:
    row = {
        "entry": index,
        "sitting": entry.sitting,
        "kind": kind,
        "on_at": entry.on_at,
        "text": text,
        "by": entry.by,
        "display_name": entry.display_name,
        "at": entry.at,
    }
    connection.execute(insert(s.sitting_notes), row)


def _raised(connection: Connection, index: EntryIndex, entry: e.AlarmRaised) -> None:
    row = {
        "id": entry.alarm,
        "room": entry.room,
        "channel": entry.channel,
        "sitting": entry.sitting,
        "kind": entry.kind,
        "since_at": entry.since_at,
        "detail": entry.detail,
        "raised_at": entry.at,
        "entry": index,
    }
    connection.execute(insert(s.alarms), row)


def _cleared(connection: Connection, _index: EntryIndex, entry: e.AlarmCleared) -> None:
    connection.execute(
        update(s.alarms)
        .where(s.alarms.c.id == entry.alarm, s.alarms.c.cleared_at.is_(None))
        .values(cleared_at=entry.at, cleared_reason=entry.reason)
    )


def _acknowledged(connection: Connection, _index: EntryIndex, entry: e.AlarmAcknowledged) -> None:
    connection.execute(
        update(s.alarms)
        .where(s.alarms.c.id == entry.alarm, s.alarms.c.acknowledged_at.is_(None))
        .values(
            acknowledged_at=entry.at,
            acknowledged_by=entry.by,
            acknowledged_name=entry.display_name,
            acknowledged_note=entry.note,
        )
    )


RULES: dict[type[Entry], Callable[[Connection, EntryIndex, Any], None]] = {
    e.SittingStarted: _started,
    e.SittingMarked: _marked,
    e.SittingNoted: _noted,
    e.SittingEnded: _ended,
    e.SittingReceipt: _receipt,
    e.AlarmRaised: _raised,
    e.AlarmCleared: _cleared,
    e.AlarmAcknowledged: _acknowledged,
}
