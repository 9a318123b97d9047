"""Reads live recordings, their segments and their events, while they are made and after. Queries only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, and_, or_, select

from evidence import entries as e
from evidence.canonical import Digest
from evidence.catalog.ledger_rows import stored_bytes
from evidence.catalog.schema import ledger_entries, live_events, live_recordings, live_segments
from evidence.errors import IntegrityBroken, NotFound
from evidence.live import ChannelId, SittingId, Taken
from evidence.records import RecordingId, Track

_tracks = msgspec.json.Decoder(tuple[Track, ...])
_codecs = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class LiveRecording:
    """A row of `live_recordings`: how far a recording has come."""

    id: RecordingId
    room: str
    channel: ChannelId
    sitting: SittingId | None
    unit: str | None
    init: Digest
    tracks: tuple[Track, ...]
    source_codecs: tuple[str, ...]
    zero_at: str
    camera_at: str | None
    continues: RecordingId | None
    state: str  # "recording", "ended" or "sealed"
    n_segments: int
    duration_ms: int
    size_bytes: int  # how far the file is whole
    end_at: str
    ended_at: str | None
    ended_reason: str | None
    cut_bytes: int | None
    entry: int


@dataclass(frozen=True, slots=True)
class LiveSegmentRow:
    """A durable segment of a live recording: what is sent of the file, and what it is logged by."""

    recording: RecordingId
    seq: int
    start_ms: int
    end_ms: int
    start_pts: int
    end_pts: int
    timescale: int
    offset_bytes: int
    size_bytes: int
    digest: Digest
    statement: Digest
    received_at: str
    camera_at: str | None
    n_dropped: int
    entry: int


@dataclass(frozen=True, slots=True)
class LiveEventRow:
    """Something about a channel's footage that must not be papered over."""

    entry: int
    room: str
    channel: ChannelId
    recording: RecordingId | None
    sitting: SittingId | None
    kind: str
    from_at: str
    until_at: str | None  # None: it goes on
    start_ms: int | None
    end_ms: int | None
    reason: str
    detail: str
    at: str


def live_recording(connection: Connection, recording: RecordingId) -> LiveRecording:
    """NotFound if it is not one that the server makes or made."""
    row = connection.execute(select(live_recordings).where(live_recordings.c.id == recording)).mappings().first()
    if row is None:
        raise NotFound(f"There is no live recording {recording}.")
    return _recording(row)


def unsealed(connection: Connection) -> tuple[LiveRecording, ...]:
    """Recordings that are being made, or were ended and are to be sealed, oldest first."""
    c = live_recordings.c
    to_be_sealed = and_(c.state == "ended", c.n_segments > 0)
    query = select(live_recordings).where(or_(c.state == "recording", to_be_sealed)).order_by(c.entry)
    return tuple(_recording(row) for row in connection.execute(query).mappings())


def newest_of_channel(connection: Connection, channel: ChannelId) -> LiveRecording | None:
    c = live_recordings.c
    query = select(live_recordings).where(c.channel == channel).order_by(c.entry.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else _recording(row)


def known_states(connection: Connection, recordings: Sequence[RecordingId]) -> dict[RecordingId, str]:
    """The state of those that there are."""
    c = live_recordings.c
    query = select(c.id, c.state).where(c.id.in_(recordings))
    return {RecordingId(row.id): row.state for row in connection.execute(query)}


def gap_ended(connection: Connection, channel: ChannelId, from_at: str) -> bool:
    """Whether a gap that began then is in the ledger with its end."""
    c = live_events.c
    query = select(c.entry).where(c.channel == channel, c.kind == "gap", c.from_at == from_at, c.until_at.is_not(None))
    return connection.execute(query).first() is not None


def recordings_of_sitting(connection: Connection, sitting: SittingId) -> tuple[LiveRecording, ...]:
    """In the order in which they were begun."""
    c = live_recordings.c
    query = select(live_recordings).where(c.sitting == sitting).order_by(c.entry)
    return tuple(_recording(row) for row in connection.execute(query).mappings())


def recordings_of_room(connection: Connection, room: str, from_at: str, until_at: str) -> tuple[LiveRecording, ...]:
    """Those that cover any of a span of the server's clock."""
    c = live_recordings.c
    query = select(live_recordings).where(c.room == room, c.zero_at < until_at, c.end_at > from_at)
    return tuple(_recording(row) for row in connection.execute(query.order_by(c.zero_at, c.entry)).mappings())


def segments_of(connection: Connection, recording: RecordingId, after: int = -1) -> tuple[LiveSegmentRow, ...]:
    """The durable segments behind number `after`, in order."""
    c = live_segments.c
    query = select(live_segments).where(c.recording == recording, c.seq > after).order_by(c.seq)
    return tuple(LiveSegmentRow(**row) for row in connection.execute(query).mappings())


def statements_of(connection: Connection, recording: RecordingId) -> tuple[e.LiveSegment, ...]:
    """The entries of a recording's segments, in order: the signed statements are in the ledger alone."""
    joined = live_segments.join(ledger_entries, ledger_entries.c.idx == live_segments.c.entry)
    query = select(ledger_entries.c.entry).select_from(joined).where(live_segments.c.recording == recording)
    found: list[e.LiveSegment] = []
    for row in connection.execute(query.order_by(live_segments.c.seq)):
        entry = e.decode(stored_bytes(row[0]))
        if not isinstance(entry, e.LiveSegment):
            raise IntegrityBroken(f"The ledger has another entry in the place of a segment of {recording}.")
        found.append(entry)
    return tuple(found)


def taken_of_channel(connection: Connection, channel: ChannelId) -> tuple[Taken, ...]:
    """What is durable of a channel's newest fragment, track by track; nothing if nothing was ever recorded of it."""
    c = live_recordings.c
    query = select(c.id).where(c.channel == channel, c.n_segments > 0).order_by(c.entry.desc()).limit(1)
    recording = connection.execute(query).scalar()
    if recording is None:
        return ()
    return tuple(
        Taken(track=part.track, start_pts=part.start_pts, n_au=part.n_au, au_digest=part.au_digest)
        for part in statements_of(connection, recording)[-1].signed.statement.tracks
    )


def events_of_room(connection: Connection, room: str, from_at: str, until_at: str) -> tuple[LiveEventRow, ...]:
    """Events that touch a span of the server's clock, those that go on included."""
    c = live_events.c
    ends_later = or_(c.until_at.is_(None), c.until_at >= from_at)
    query = select(live_events).where(c.room == room, c.from_at <= until_at, ends_later)
    return tuple(LiveEventRow(**row) for row in connection.execute(query.order_by(c.from_at, c.entry)).mappings())


def events_of_recording(connection: Connection, recording: RecordingId) -> tuple[LiveEventRow, ...]:
    c = live_events.c
    query = select(live_events).where(c.recording == recording).order_by(c.from_at, c.entry)
    return tuple(LiveEventRow(**row) for row in connection.execute(query).mappings())


def events_going_on(connection: Connection, channel: ChannelId) -> tuple[LiveEventRow, ...]:
    """Events of a channel that were begun and not ended."""
    c = live_events.c
    query = select(live_events).where(c.channel == channel, c.until_at.is_(None)).order_by(c.entry)
    return tuple(LiveEventRow(**row) for row in connection.execute(query).mappings())


def _recording(row: object) -> LiveRecording:
    values = dict(row)  # type: ignore[call-overload]
    values["tracks"] = _tracks.decode(values["tracks"])
    values["source_codecs"] = _codecs.decode(values["source_codecs"])
    return LiveRecording(**values)
