"""Typed reads of the viewing log: who was handed which seconds of what, why, when, from where. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from evidence.catalog.schema import deliveries, recordings, refusals, renders, viewings


@dataclass(frozen=True, slots=True)
class LogFilter:
    """`None` does not filter. Times as `evidence.clock.to_text` writes them; `to` is exclusive."""

    account: str | None = None
    recording: str | None = None
    purpose: str | None = None
    start: str | None = None
    to: str | None = None
    after: tuple[str, int] | None = None  # (time, entry) of the last line of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ViewingRow:
    id: str
    account: str
    display_name: str
    roles: tuple[str, ...]
    address: str
    scope: str
    recording: str | None
    channel: str | None
    recording_name: str | None
    purpose: str
    note: str
    case: str | None
    opened_at: str
    closed_at: str | None
    closed_reason: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class RefusalRow:
    entry: int
    account: str
    address: str
    scope: str
    recording: str | None
    channel: str | None
    purpose: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Viewings and refusals, newest first, that share one page."""

    viewings: tuple[ViewingRow, ...]
    refusals: tuple[RefusalRow, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    entry: int
    recording: str
    item: str
    seq: int | None
    start_ms: int
    end_ms: int
    source: str
    at: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    recording: str
    start_ms: int
    end_ms: int
    rate_permille: int
    visible: bool
    at: str


@dataclass(frozen=True, slots=True)
class Spans:
    """Of one viewing and one recording: spans handed out and claimed (ms, half-open), and the alarm sum."""

    recording: str
    delivered: tuple[tuple[int, int], ...] = ()
    rendered: tuple[tuple[int, int], ...] = ()
    undelivered_ms: int = 0


def log_page(connection: Connection, wanted: LogFilter) -> LogPage:
    """Viewings and refusals as one list by time, newest first; each kind is cut to what fits the page."""
    opened = [_viewing(row) for row in connection.execute(_viewings(wanted).limit(wanted.limit + 1))]
    refused = [RefusalRow(**row._mapping) for row in connection.execute(_refusals(wanted).limit(wanted.limit + 1))]
    keys = sorted(
        [(each.opened_at, each.entry) for each in opened] + [(each.at, each.entry) for each in refused],
        reverse=True,
    )
    if len(keys) <= wanted.limit:
        return LogPage(tuple(opened), tuple(refused), None)
    last = keys[wanted.limit - 1]
    return LogPage(
        tuple(each for each in opened if (each.opened_at, each.entry) >= last),
        tuple(each for each in refused if (each.at, each.entry) >= last),
        last,
    )


def viewings_of(connection: Connection, recording: str, limit: int) -> tuple[ViewingRow, ...]:
    """Viewings of a recording, and library viewings that were handed a picture of it; newest first."""
    query = _viewings(LogFilter(recording=recording)).limit(limit)
    return tuple(_viewing(row) for row in connection.execute(query))


def find_viewing(connection: Connection, viewing: str) -> ViewingRow | None:
    row = connection.execute(_named().where(viewings.c.id == viewing)).one_or_none()
    return None if row is None else _viewing(row)


def _named() -> Select[Any]:
    wanted = [viewings.c[name] for name in ViewingRow.__dataclass_fields__ if name != "recording_name"]
    return select(*wanted, recordings.c.name.label("recording_name")).select_from(
        viewings.outerjoin(recordings, recordings.c.id == viewings.c.recording)
    )


def _viewing(row: Any) -> ViewingRow:
    values = dict(row._mapping)
    return ViewingRow(**values | {"roles": tuple(role for role in values["roles"].split(",") if role)})


def _viewings(wanted: LogFilter) -> Select[Any]:
    c = viewings.c
    query = _filtered(_named(), c.account, c.purpose, c.opened_at, c.entry, wanted)
    if wanted.recording is not None:
        handed = select(deliveries.c.viewing).where(deliveries.c.recording == wanted.recording)
        query = query.where(or_(c.recording == wanted.recording, c.id.in_(handed)))
    return query


def _refusals(wanted: LogFilter) -> Select[Any]:
    c = refusals.c
    query = _filtered(select(refusals), c.account, c.purpose, c.at, c.entry, wanted)
    return query if wanted.recording is None else query.where(c.recording == wanted.recording)


def _filtered(query: Select[Any], account: Any, purpose: Any, at: Any, entry: Any, wanted: LogFilter) -> Select[Any]:
    if wanted.account is not None:
        query = query.where(account == wanted.account)
    if wanted.purpose is not None:
        query = query.where(purpose == wanted.purpose)
    if wanted.start is not None:
        query = query.where(at >= wanted.start)
    if wanted.to is not None:
        query = query.where(at < wanted.to)
    if wanted.after is not None:
        moment, index = wanted.after
        query = query.where(at <= moment, or_(at < moment, and_(at == moment, entry < index)))
    return query.order_by(at.desc(), entry.desc())


def spans_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Spans, ...]]:
    """Delivered and claimed spans of some viewings, recording by recording; viewings without any are left out."""
    if not ids:
        return {}
    d, r = deliveries.c, renders.c
    # DISTINCT bounds the answer by the recording's segments, however often each was fetched again.
    handed = select(d.viewing, d.recording, d.start_ms, d.end_ms).where(d.viewing.in_(ids))
    delivered = _grouped(connection, handed.where(d.item.in_(("segment", "live"))).distinct().order_by(d.start_ms))
    claimed = select(r.viewing, r.recording, r.start_ms, r.end_ms).where(r.viewing.in_(ids))
    rendered = _grouped(connection, claimed.distinct().order_by(r.start_ms))
    undelivered: dict[tuple[str, str], int] = {}
    alarms = select(r.viewing, r.recording, r.entry, func.max(r.undelivered_ms).label("ms")).where(r.viewing.in_(ids))
    for row in connection.execute(alarms.group_by(r.viewing, r.recording, r.entry)):
        undelivered[row.viewing, row.recording] = undelivered.get((row.viewing, row.recording), 0) + int(row.ms)
    found: dict[str, tuple[Spans, ...]] = {}
    for key in sorted({*delivered, *rendered}):
        viewing, recording = key
        spans = Spans(recording, delivered.get(key, ()), rendered.get(key, ()), undelivered.get(key, 0))
        found[viewing] = (*found.get(viewing, ()), spans)
    return found


def _grouped(connection: Connection, query: Select[Any]) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    """(viewing, recording) → spans in the query's order."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in connection.execute(query):
        found.setdefault((row.viewing, row.recording), []).append((row.start_ms, row.end_ms))
    return {key: tuple(spans) for key, spans in found.items()}


def deliveries_of(connection: Connection, viewing: str) -> tuple[DeliveryRow, ...]:
    query = select(*(deliveries.c[name] for name in DeliveryRow.__dataclass_fields__))
    found = connection.execute(query.where(deliveries.c.viewing == viewing).order_by(deliveries.c.entry))
    return tuple(DeliveryRow(**row._mapping) for row in found)


def claims_of(connection: Connection, viewing: str) -> tuple[ClaimRow, ...]:
    query = select(*(renders.c[name] for name in ClaimRow.__dataclass_fields__))
    found = connection.execute(query.where(renders.c.viewing == viewing).order_by(renders.c.entry, renders.c.n))
    return tuple(ClaimRow(**row._mapping) for row in found)


def unclosed_viewings(connection: Connection) -> tuple[str, ...]:
    """Viewings that no entry has closed: at start, those of a process that died."""
    return tuple(connection.execute(select(viewings.c.id).where(viewings.c.closed_at.is_(None))).scalars())
