"""Typed reads about devices' clocks: what was measured, what slates said, which footage they move. Never writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true

from evidence.canonical import Digest
from evidence.catalog.attempts import DONE
from evidence.catalog.clock_schema import (
    clock_doubts,
    clock_extents,
    clock_jumps,
    clock_measurements,
    slate_keys,
    slate_readings,
)
from evidence.catalog.footage_search import Search, within
from evidence.catalog.retention_facts import gone
from evidence.catalog.schema import attempts, recordings, sidecars
from evidence.catalog.typed_rows import typed
from evidence.clock_entries import JumpKind, SlateVerdict

_ACCEPTED = "accepted"
_MANY = 2_000


@dataclass(frozen=True, slots=True)
class SlateRow:
    """What was read of time slates in a recording."""

    recording: str
    device: str | None
    codes: Digest
    verdict: SlateVerdict
    case_number: str | None
    start_ms: int
    end_ms: int
    told_at: str | None
    earliest_at: str | None
    latest_at: str | None
    best_at: str | None
    at: str
    entry: int


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    recording: str
    how: str  # dock | gps | slate
    device: str
    stated_at: str
    true_at: str
    low_ms: int | None
    high_ms: int | None
    spread_ms: int | None
    at: str
    entry: int


@dataclass(frozen=True, slots=True)
class JumpRow:
    entry: int
    device: str
    kind: JumpKind
    before: str
    after: str
    before_at: str
    after_at: str
    at: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    entry: int
    kid: str
    key: str
    at: str


@dataclass(frozen=True, slots=True)
class TimedRow:
    """A recording as far as its time goes."""

    id: str
    device: str | None
    started_at: str
    started_at_origin: str
    received_at: str
    duration_ms: int
    entry: int


@dataclass(frozen=True, slots=True)
class DockedRow:
    """A recording of a device that came in by a bay, and when its file was first noticed there."""

    id: str
    device: str
    bay: str
    sequence: int | None
    started_at: str
    started_at_origin: str
    duration_ms: int
    details: str  # JSON, as in the catalog: `times`
    noticed_at: str
    entry: int


def find_timed(connection: Connection, recording: str) -> TimedRow | None:
    r = recordings.c
    rows = typed(connection, TimedRow, select(*_columns(TimedRow)).where(r.id == recording))
    return rows[0] if rows else None


def slate_of(connection: Connection, recording: str) -> SlateRow | None:
    found = slates_of(connection, (recording,))
    return found.get(recording)


def slates_of(connection: Connection, ids: Collection[str]) -> dict[str, SlateRow]:
    """What was read in these recordings, where anything was; in others too where very many are asked for."""
    query = select(slate_readings).where(_among(slate_readings.c.recording, ids))
    return {row.recording: row for row in typed(connection, SlateRow, query)}


def slates_near(
    connection: Connection, device: str, earliest: str, latest: str, other_than: str
) -> tuple[SlateRow, ...]:
    """What was read in a device's other recordings that told a time in [earliest, latest]."""
    c = slate_readings.c
    query = select(slate_readings).where(c.device == device, c.told_at >= earliest, c.told_at <= latest)
    return typed(connection, SlateRow, query.where(c.recording != other_than).order_by(c.entry))


def accepted_slates(connection: Connection) -> tuple[SlateRow, ...]:
    """Of recordings that were not destroyed: with them what was read in them is gone."""
    c = slate_readings.c
    query = select(slate_readings).where(c.verdict == _ACCEPTED, c.recording.not_in(gone()))
    return typed(connection, SlateRow, query.order_by(c.entry))


def keys(connection: Connection) -> tuple[KeyRow, ...]:
    """Every key that slates were ever signed with, in order."""
    return typed(connection, KeyRow, select(slate_keys).order_by(slate_keys.c.entry))


def measurements_of(
    connection: Connection, devices: Collection[str], start: str = "", end: str = "9999"
) -> tuple[MeasurementRow, ...]:
    """What was measured of these devices' clocks, stated between these times."""
    c = clock_measurements.c
    query = select(clock_measurements).where(c.device.in_(list(devices)), c.stated_at >= start, c.stated_at < end)
    return typed(connection, MeasurementRow, query.order_by(c.device, c.stated_at, c.entry))


def doubted(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Of these recordings those whose stated time says nothing, because the clock jumped; of others too where very many
    are asked for."""
    c = clock_doubts.c.recording
    return frozenset(connection.execute(select(c).where(_among(c, ids))).scalars())


def _among(column: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
    """Few recordings have such a row: all of them are read sooner than very many names are sent."""
    return column.in_(list(ids)) if len(ids) <= _MANY else true()


def clocks_off(connection: Connection, unbounded_ms: int, device: str | None = None) -> dict[str, tuple[int, int]]:
    """Devices (or this one) whose clock was ever certainly off: their least and their greatest offset, taken to be
    `unbounded_ms` or more where nobody knows how great it is."""
    c = clock_extents.c
    query = select(c.device, c.low_ms, c.high_ms, c.open)
    rows = connection.execute(query if device is None else query.where(c.device == device))
    return {row.device: (row.low_ms, max(row.high_ms, unbounded_ms) if row.open else row.high_ms) for row in rows}


def slated_candidates(connection: Connection, searches: Iterable[Search], case: str) -> tuple[tuple[str, ...], ...]:
    """Ids of recordings that an accepted slate places near an activity: of its people and devices, or with a slate
    that names the case. One answer per search, all from one query."""
    wanted = tuple(searches)
    if not wanted:
        return ()
    c, r = slate_readings.c, recordings.c
    query = select(r.id, r.officer, r.device, c.case_number, c.earliest_at).join(slate_readings, c.recording == r.id)
    query = query.where(c.verdict == _ACCEPTED, within(c.earliest_at, wanted))
    found = connection.execute(query).all()
    return tuple(
        tuple(
            row.id
            for row in found
            if each.long_start <= row.earliest_at < each.corrected_end
            and (row.officer in each.officers or row.device in each.devices or row.case_number == case)
        )
        for each in wanted
    )


def docked(connection: Connection, after: int, limit: int) -> tuple[DockedRow, ...]:
    """Recordings of known devices that came in by a bay and were sealed by entries behind `after`, in their order."""
    r, a = recordings.c, attempts.c
    noticed = (
        select(func.min(a.first_seen_at))
        .where(a.recording == r.id, a.bay == r.bay, a.state.in_(DONE))
        .scalar_subquery()
    )
    plain = [column for column in _columns(DockedRow) if column.name != "noticed_at"]
    query = select(*plain, func.coalesce(noticed, r.received_at).label("noticed_at"))
    query = query.where(r.entry > after, r.device.is_not(None), r.kind.in_(("video", "audio")))
    # A live recording keeps the server's time.
    query = query.where(r.started_at_origin.not_in(("server", "live")))
    return typed(connection, DockedRow, query.order_by(r.entry).limit(limit))


def measured_to(connection: Connection) -> int:
    """The entry of the latest recording that a docking's measurement rests on; -1 if there is none."""
    query = select(func.max(recordings.c.entry)).join(
        clock_measurements, clock_measurements.c.recording == recordings.c.id
    )
    found = connection.execute(query.where(clock_measurements.c.how == "dock")).scalar()
    return -1 if found is None else int(found)


def gps_tracks(connection: Connection, recording: str) -> tuple[Digest, ...]:
    c = sidecars.c
    query = select(c.blob).where(c.recording == recording, c.kind == "gps").order_by(c.name)
    return tuple(Digest(blob) for blob in connection.execute(query).scalars())


def measured(connection: Connection, ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """(recording, how) of what was measured by these recordings."""
    c = clock_measurements.c
    query = select(c.recording, c.how).where(c.recording.in_(list(ids)))
    return frozenset((row.recording, row.how) for row in connection.execute(query))


def jumps_after(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Recordings of these before which a jump is in the ledger already."""
    c = clock_jumps.c.after
    return frozenset(connection.execute(select(c).where(c.in_(list(ids)))).scalars())


def recordings_of(connection: Connection, wanted: Collection[str]) -> frozenset[str]:
    """What these devices recorded."""
    r = recordings.c
    return frozenset(connection.execute(select(r.id).where(r.device.in_(list(wanted)))).scalars())


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device and the extent of what is known of its clock."""

    device: str
    n_recordings: int
    last_received_at: str


def devices(connection: Connection, limit: int) -> tuple[DeviceRow, ...]:
    """Devices that ever handed anything in, the latest first."""
    r = recordings.c
    latest = func.max(r.received_at)
    query = select(r.device, func.count().label("n_recordings"), latest.label("last_received_at"))
    query = query.where(r.device.is_not(None), r.started_at_origin.not_in(("server", "live")))
    return typed(connection, DeviceRow, query.group_by(r.device).order_by(latest.desc(), r.device).limit(limit))


def jumps_of(connection: Connection, wanted: Collection[str]) -> tuple[JumpRow, ...]:
    c = clock_jumps.c
    query = select(clock_jumps).where(c.device.in_(list(wanted))).order_by(c.entry.desc())
    return typed(connection, JumpRow, query)


def _columns(kind: type[Any]) -> list[Any]:
    return [recordings.c[name] for name in kind.__dataclass_fields__ if name in recordings.c]
