"""Turns entries about clocks into catalog rows. Deterministic, like `evidence.catalog.projection`, which calls it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from evidence import clock_entries as ce
from evidence.catalog.clock_extents import put_extent, reckon_extent
from evidence.catalog.clock_schema import clock_doubts, clock_jumps, clock_measurements, slate_keys, slate_readings
from evidence.catalog.schema import recordings
from evidence.clock import from_text
from evidence.entry import Entry
from evidence.records import EntryIndex, RecordingId

Rule = Callable[[Connection, EntryIndex, Any], None]
# Origins of a start that the device states, to the second. A file's time is the end of writing, in steps of 2 s on most
# cards: too coarse to measure a clock by.
DEVICE_ORIGINS = ("file-name", "container", "sidecar")


def _slate_key(connection: Connection, index: EntryIndex, entry: ce.SlateKeyAnnounced) -> None:
    connection.execute(insert(slate_keys), _columns(slate_keys, entry) | {"entry": index})


def _slate_read(connection: Connection, index: EntryIndex, entry: ce.SlateRead) -> None:
    """The latest reading of a recording stands in the place of the one before, and so does what it measured."""
    _replace(connection, slate_readings, _columns(slate_readings, entry) | {"entry": index})
    row: dict[str, Any] | None = None
    stated_at = _stated(connection, entry.recording)
    if entry.earliest_at and entry.latest_at and entry.device and stated_at:
        row = {
            "recording": entry.recording,
            "how": "slate",
            "device": entry.device,
            "stated_at": stated_at,
            "true_at": entry.earliest_at,
            "low_ms": _apart_ms(stated_at, entry.latest_at),
            "high_ms": _apart_ms(stated_at, entry.earliest_at),
            "spread_ms": None,
            "at": entry.at,
            "entry": index,
        }
    _measure(connection, entry.recording, "slate", row)


def _clock_measured(connection: Connection, index: EntryIndex, entry: ce.ClockMeasured) -> None:
    _measure(connection, entry.recording, entry.how, _columns(clock_measurements, entry) | {"entry": index})


def _measure(connection: Connection, recording: RecordingId, how: str, row: dict[str, Any] | None) -> None:
    """Put this in the place of what was measured before."""
    m = clock_measurements.c
    before = (m.recording == recording, m.how == how)
    gone = connection.execute(select(m.device).where(*before)).scalars().all()
    if gone:
        connection.execute(delete(clock_measurements).where(*before))
    if row is not None:
        connection.execute(insert(clock_measurements), row)
        put_extent(connection, row)
    for device in gone:
        reckon_extent(connection, device)


def _clock_jumped(connection: Connection, index: EntryIndex, entry: ce.ClockJumped) -> None:
    connection.execute(insert(clock_jumps), _columns(clock_jumps, entry) | {"entry": index})
    for recording in entry.unsure:
        _replace(connection, clock_doubts, {"recording": recording, "entry": index})


def _replace(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    connection.execute(delete(table).where(table.c.recording == row["recording"]))
    connection.execute(insert(table), row)


def _stated(connection: Connection, recording: RecordingId) -> str | None:
    """When the device says that it began; None if it says nothing that is believed."""
    r = recordings.c
    row = connection.execute(select(r.started_at, r.started_at_origin).where(r.id == recording)).one_or_none()
    return row.started_at if row is not None and row.started_at_origin in DEVICE_ORIGINS else None


def _apart_ms(stated_at: str, true_at: str) -> int:
    return (from_text(stated_at) - from_text(true_at)) // timedelta(milliseconds=1)


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that a table has columns of the same name for; null where the entry is of before them."""
    fields = msgspec.structs.asdict(entry)
    return {name: None if value is msgspec.UNSET else value for name, value in fields.items() if name in table.c}


CLOCK_RULES: dict[type[Entry], Rule] = {
    ce.SlateKeyAnnounced: _slate_key,
    ce.SlateRead: _slate_read,
    ce.ClockMeasured: _clock_measured,
    ce.ClockJumped: _clock_jumped,
}
