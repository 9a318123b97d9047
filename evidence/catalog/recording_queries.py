"""Typed reads about recordings: pages, facets, details, segments, what playback needs. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from evidence.canonical import Digest
from evidence.catalog.schema import attempts, recordings, renditions, segments, sidecars, sources
from evidence.catalog.search import count_matches, matches
from evidence.records import Kind, Playback, RecordingId

Order = Literal["-started_at", "started_at", "-received_at"]
RenditionKind = Literal["viewing-copy", "thumbnails", "phashes"]
# A total is counted up to this many: further counting would cost more than it tells.
COUNTED_TO = 10_000
# A search text that this many recordings match is common.
_COMMON = 2_000


@dataclass(frozen=True, slots=True)
class Listable:
    """The recordings somebody may list: all, an officer's, a unit's, or either of the two."""

    everything: bool
    officer: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """`None` does not filter. Times are RFC 3339 UTC as `evidence.clock.to_text` writes them; `to` is exclusive."""

    listable: Listable
    q: str | None = None
    start: str | None = None
    to: str | None = None
    officer: str | None = None
    device: str | None = None
    unit: str | None = None
    kind: str | None = None
    playback: str | None = None
    order: Order = "-started_at"
    after: tuple[str, str] | None = None  # (time, id) of the last row of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One line of the library."""

    id: RecordingId
    name: str
    kind: Kind
    playback: Playback
    playback_reason: str
    device: str | None
    officer: str | None
    unit: str | None
    bay: str
    sequence: int | None
    key_mark: bool
    started_at: str
    started_at_origin: str
    received_at: str
    duration_ms: int
    size_bytes: int
    width: int
    height: int
    video_codec: str
    audio_codec: str
    n_segments: int
    n_warnings: int
    thumbnails: bool
    viewing_copy: Literal["made", "failed", "pending"] | None  # None: needs none

    @property
    def ready(self) -> bool:
        """Can be played now."""
        return self.viewing_copy == "made" if self.playback == "copy" else self.playback != "none"


@dataclass(frozen=True, slots=True)
class RecordingPage:
    rows: tuple[RecordingRow, ...]
    after: tuple[str, str] | None  # where the next page begins; None at the end


@dataclass(frozen=True, slots=True)
class SourceRow:
    bay: str
    path: str
    mtime: str
    seen_at: str
    cleared_at: str | None


@dataclass(frozen=True, slots=True)
class SidecarRow:
    name: str
    kind: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RecordingDetailRow:
    row: RecordingRow
    original: Digest
    manifest: Digest
    path: str
    profile: str | None
    details: str  # JSON: times, origins, tracks, warnings, container_tags
    sealed_at: str
    entry: int
    sidecars: tuple[SidecarRow, ...]
    sources: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    seq: int
    start_ms: int
    end_ms: int
    start_pts: int
    end_pts: int
    timescale: int
    statement: Digest


@dataclass(frozen=True, slots=True)
class RenditionRow:
    kind: RenditionKind
    state: Literal["made", "failed"]
    blob: Digest | None
    index: Digest | None
    init: Digest | None
    params: str | None


@dataclass(frozen=True, slots=True)
class PlayableRow:
    """What playback needs to know, and the facts access rules look at."""

    id: RecordingId
    original: Digest
    size_bytes: int
    kind: Kind
    container: str
    playback: Playback
    playback_reason: str
    officer: str | None
    unit: str | None
    started_at: str
    duration_ms: int
    manifest: Digest
    samples: Digest | None
    init: Digest | None
    renditions: tuple[RenditionRow, ...]

    def rendition(self, kind: RenditionKind) -> RenditionRow | None:
        """The derived copy of that kind, if it was made."""
        return next((each for each in self.renditions if each.kind == kind and each.state == "made"), None)


@dataclass(frozen=True, slots=True)
class FactsRow:
    id: RecordingId
    officer: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class FacetsRow:
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    units: tuple[str, ...]
    bays: tuple[str, ...]


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


_c = recordings.c
_MADE_HERE = {"thumbnails", "viewing_copy"}
_LISTED = tuple(_c[name] for name in RecordingRow.__dataclass_fields__ if name not in _MADE_HERE)


def recordings_page(connection: Connection, wanted: RecordingFilter) -> RecordingPage:
    """One page in the wanted order, ties broken by id."""
    column = _c.received_at if wanted.order == "-received_at" else _c.started_at
    falling = wanted.order.startswith("-")
    query = select(*_LISTED).where(_conditions(connection, wanted))
    if wanted.after is not None:
        key, edge = tuple_(column, _c.id), tuple_(*wanted.after)
        # The plain bound on the time column lets SQLite enter the index there; the pair breaks ties.
        bound = column <= wanted.after[0] if falling else column >= wanted.after[0]
        query = query.where(bound, key < edge if falling else key > edge)
    order = (column.desc(), _c.id.desc()) if falling else (column, _c.id)
    found = connection.execute(query.order_by(*order).limit(wanted.limit + 1)).all()
    rows = _with_renditions(connection, [dict(row._mapping) for row in found[: wanted.limit]])
    last = rows[-1] if len(found) > wanted.limit else None
    return RecordingPage(rows, (str(getattr(last, column.name)), last.id) if last else None)


def count_recordings(connection: Connection, wanted: RecordingFilter) -> int | None:
    """How many match, cursor aside; None for more than COUNTED_TO."""
    some: Select[Any] = select(literal_column("1")).select_from(recordings).where(_conditions(connection, wanted))
    counted = select(func.count()).select_from(some.limit(COUNTED_TO + 1).subquery())
    count = int(connection.execute(counted).scalar_one())
    return count if count <= COUNTED_TO else None


def _conditions(connection: Connection, wanted: RecordingFilter) -> ColumnElement[bool]:
    claims = [_listable(wanted.listable)]
    for column, value in (
        (_c.officer, wanted.officer),
        (_c.device, wanted.device),
        (_c.unit, wanted.unit),
        (_c.kind, wanted.kind),
        (_c.playback, wanted.playback),
    ):
        if value is not None:
            claims.append(column == value)
    if wanted.start is not None:
        claims.append(_c.started_at >= wanted.start)
    if wanted.to is not None:
        claims.append(_c.started_at < wanted.to)
    if wanted.q:
        claims.append(_found(connection, wanted.q))
    return and_(*claims)


def _found(connection: Connection, q: str) -> ColumnElement[bool]:
    """The recordings that a search text finds; one without a letter or digit finds none rather than all."""
    common = count_matches(connection, q, _COMMON) >= _COMMON
    found = matches(q, connection.dialect.name, common=common)
    return false() if found is None else found


def _listable(who: Listable) -> ColumnElement[bool]:
    if who.everything:
        return true()
    either = [column == value for column, value in ((_c.officer, who.officer), (_c.unit, who.unit)) if value]
    return or_(*either) if either else false()


def _with_renditions(connection: Connection, rows: list[dict[str, Any]]) -> tuple[RecordingRow, ...]:
    states: dict[tuple[str, str], str] = {}
    if rows:
        query = select(renditions.c.recording, renditions.c.kind, renditions.c.state).where(
            renditions.c.recording.in_([row["id"] for row in rows])
        )
        states = {(row.recording, row.kind): row.state for row in connection.execute(query)}
    return tuple(
        RecordingRow(
            **row,
            thumbnails=states.get((row["id"], "thumbnails")) == "made",
            viewing_copy=cast(Any, states.get((row["id"], "viewing-copy"), "pending"))
            if row["playback"] == "copy"
            else None,
        )
        for row in rows
    )


def facets(connection: Connection, listable: Listable) -> FacetsRow:
    """The values that filters can take among what may be listed."""

    def values(column: ColumnElement[Any]) -> tuple[str, ...]:
        query = select(column).where(_listable(listable), column.is_not(None)).distinct().order_by(column)
        return tuple(row[0] for row in connection.execute(query))

    return FacetsRow(values(_c.officer), values(_c.device), values(_c.unit), values(_c.bay))


def facts_of(connection: Connection, recording: str) -> FactsRow | None:
    """What the access rules look at."""
    row = connection.execute(select(_c.id, _c.officer, _c.unit).where(_c.id == recording)).one_or_none()
    return None if row is None else FactsRow(row.id, row.officer, row.unit)


def recording_detail(connection: Connection, recording: str) -> RecordingDetailRow | None:
    more = (_c.original, _c.manifest, _c.path, _c.profile, _c.details, _c.sealed_at, _c.entry)
    found = connection.execute(select(*_LISTED, *more).where(_c.id == recording)).one_or_none()
    if found is None:
        return None
    values = dict(found._mapping)
    extra = {column.name: values.pop(column.name) for column in more}
    return RecordingDetailRow(
        row=_with_renditions(connection, [values])[0],
        sidecars=tuple(_all(connection, SidecarRow, select(sidecars).where(sidecars.c.recording == recording))),
        sources=tuple(
            _all(
                connection,
                SourceRow,
                select(sources).where(sources.c.recording == recording).order_by(sources.c.seen_at),
            )
        ),
        **extra,
    )


def segments_of(connection: Connection, recording: str) -> tuple[SegmentRow, ...]:
    query = select(segments).where(segments.c.recording == recording).order_by(segments.c.seq)
    return tuple(_all(connection, SegmentRow, query))


def playable(connection: Connection, recording: str) -> PlayableRow | None:
    fields = PlayableRow.__dataclass_fields__
    query = select(*(_c[name] for name in fields if name != "renditions")).where(_c.id == recording)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    made = _all(connection, RenditionRow, select(renditions).where(renditions.c.recording == recording))
    return PlayableRow(**row._mapping, renditions=tuple(made))


def attempts_page(connection: Connection, bay: str, *, state: str | None, after: int | None, limit: int) -> AttemptPage:
    """Attempts of a bay, newest first."""
    query = select(attempts).where(attempts.c.bay == bay).order_by(attempts.c.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(attempts.c.state == state)
    if after is not None:
        query = query.where(attempts.c.id < after)
    rows = list(_all(connection, AttemptRow, query))
    return AttemptPage(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)


def _all(connection: Connection, kind: Any, query: Select[Any]) -> Iterable[Any]:
    """Rows as `kind`, from the columns that it has fields for."""
    names = kind.__dataclass_fields__
    for row in connection.execute(query):
        yield kind(**{name: row._mapping[name] for name in names})
