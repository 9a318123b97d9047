"""Typed reads about one recording: its details, its segments, what playback and access rules need. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from evidence.canonical import Digest
from evidence.catalog.library_queries import LISTED, RecordingRow, with_facts
from evidence.catalog.recording_schema import recordings, renditions, segments, sidecars, sources
from evidence.catalog.retention_queries import destroyed_at
from evidence.catalog.typed_rows import typed
from evidence.records import Kind, Playback, RecordingId

_c = recordings.c
RenditionKind = Literal["viewing-copy", "thumbnails", "phashes", "observations", "slates"]


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
    destroyed_at: str | None

    def rendition(self, kind: RenditionKind) -> RenditionRow | None:
        """The derived copy of that kind, if it was made."""
        return next((each for each in self.renditions if each.kind == kind and each.state == "made"), None)


@dataclass(frozen=True, slots=True)
class FactsRow:
    id: RecordingId
    officer: str | None
    unit: str | None


def facts_of(connection: Connection, recording: str) -> FactsRow | None:
    """What the access rules look at."""
    row = connection.execute(select(_c.id, _c.officer, _c.unit).where(_c.id == recording)).one_or_none()
    return None if row is None else FactsRow(row.id, row.officer, row.unit)


def recording_detail(connection: Connection, recording: str) -> RecordingDetailRow | None:
    more = (_c.original, _c.manifest, _c.path, _c.profile, _c.details, _c.sealed_at, _c.entry)
    found = connection.execute(select(*LISTED, *more).where(_c.id == recording)).one_or_none()
    if found is None:
        return None
    values = dict(found._mapping)
    extra = {column.name: values.pop(column.name) for column in more}
    return RecordingDetailRow(
        row=with_facts(connection, [values])[0],
        sidecars=typed(connection, SidecarRow, select(sidecars).where(sidecars.c.recording == recording)),
        sources=typed(
            connection,
            SourceRow,
            select(sources).where(sources.c.recording == recording).order_by(sources.c.seen_at),
        ),
        **extra,
    )


def segments_of(connection: Connection, recording: str) -> tuple[SegmentRow, ...]:
    query = select(segments).where(segments.c.recording == recording).order_by(segments.c.seq)
    return typed(connection, SegmentRow, query)


def playable(connection: Connection, recording: str) -> PlayableRow | None:
    fields = PlayableRow.__dataclass_fields__
    query = select(*(_c[name] for name in fields if name in _c)).where(_c.id == recording)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    made = typed(connection, RenditionRow, select(renditions).where(renditions.c.recording == recording))
    gone = destroyed_at(connection, (recording,)) if row.playback == "none" else {}
    return PlayableRow(**row._mapping, renditions=made, destroyed_at=gone.get(recording))
