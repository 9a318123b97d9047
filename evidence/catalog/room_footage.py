"""What the ledger holds about the footage of a room in a stretch of time: the source of coverage and of receipts.

Read from the entries themselves, not from a projection: what a receipt says rests on what was signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from evidence import intervals, merkle
from evidence.canonical import Digest
from evidence.catalog.ledger_rows import stored_bytes
from evidence.catalog.schema import ledger_entries
from evidence.clock import from_text, to_text
from evidence.entries import LiveEvent, LiveSegment, LiveStarted, decode
from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId
from evidence.sittings import SittingRecording
from evidence.statements import statement_bytes

# A recording is an hour long at most; one that covers a moment began no earlier than this before it.
_LONGEST = timedelta(hours=2)
# An entry is written once its fragment is closed and synced: a long GOP and a slow disk later.
_LATEST = timedelta(minutes=2)

# Rounding of fragment borders; a shorter hole between two is no gap (a picture at 25 per second is as long).
_JOIN_MS = 40


@dataclass(frozen=True, slots=True)
class FootageSegment:
    """A durable segment, by the server's clock at receipt."""

    channel: ChannelId
    recording: RecordingId
    seq: int
    start_at: datetime
    end_at: datetime
    leaf: bytes  # RFC 6962 leaf hash of its statement


@dataclass(frozen=True, slots=True)
class RoomFootage:
    started: tuple[LiveStarted, ...]
    segments: tuple[FootageSegment, ...]
    events: tuple[LiveEvent, ...]

    def recordings(self) -> tuple[SittingRecording, ...]:
        """Which segments of which recordings, with their roots; by channel, then time."""
        found = []
        for started in sorted(self.started, key=lambda each: (each.channel, each.zero_at)):
            mine = sorted((s for s in self.segments if s.recording == started.recording), key=lambda each: each.seq)
            if mine:
                root = Digest(merkle.root_of([each.leaf for each in mine]).hex())
                found.append(SittingRecording(started.channel, started.recording, mine[0].seq, len(mine), root))
        return tuple(found)

    def covered(self, channel: ChannelId, start_at: datetime, end_at: datetime) -> intervals.Spans:
        """Milliseconds from `start_at` of which there is durable footage, within [start_at, end_at)."""

        def ms(at: datetime) -> int:
            return round((at - start_at) / timedelta(milliseconds=1))

        spans = intervals.merged(
            (ms(each.start_at), ms(each.end_at)) for each in self.segments if each.channel == channel
        )
        return intervals.intersection(spans, ((0, max(0, ms(end_at))),))

    def gaps(
        self, channel: ChannelId, start_at: datetime, end_at: datetime
    ) -> tuple[tuple[datetime, datetime, LiveEvent | None], ...]:
        """Where nothing durable covers [start_at, end_at), with the event that explains it, if there is one."""
        total_ms = max(0, round((end_at - start_at) / timedelta(milliseconds=1)))
        missing = intervals.difference(((0, total_ms),), self.covered(channel, start_at, end_at))
        found = []
        for start, end in missing:
            if end - start <= _JOIN_MS:
                continue
            from_at, until_at = start_at + timedelta(milliseconds=start), start_at + timedelta(milliseconds=end)
            found.append((from_at, until_at, self._explaining(channel, from_at, until_at)))
        return tuple(found)

    def _explaining(self, channel: ChannelId, from_at: datetime, until_at: datetime) -> LiveEvent | None:
        for event in reversed(self.events):
            if event.channel != channel or event.kind != "gap" or from_text(event.from_at) >= until_at:
                continue
            if event.until_at is None or from_text(event.until_at) > from_at:
                return event
        return None

    def settled_events(self) -> tuple[LiveEvent, ...]:
        """A span that was written at its beginning and at its end, once: with its end."""
        ended = {(each.channel, each.kind, each.from_at) for each in self.events if each.until_at is not None}
        return tuple(
            each
            for each in self.events
            if each.until_at is not None or (each.channel, each.kind, each.from_at) not in ended
        )


def room_footage(
    connection: Connection, room: str, sitting: SittingId | None, start_at: datetime, end_at: datetime
) -> RoomFootage:
    """The footage of a room that touches [start_at, end_at), and all of what was recorded for `sitting`."""
    first, last = to_text(start_at - _LONGEST), to_text(end_at + _LATEST)
    started = {
        each.recording: each
        for each in _entries(connection, "live.started", first, last)
        if isinstance(each, LiveStarted) and each.room == room
    }
    segments = []
    for entry in _entries(connection, "live.segment", to_text(start_at - _LATEST), last):
        if isinstance(entry, LiveSegment) and (begun := started.get(entry.recording)) is not None:
            segment = _segment(entry, begun)
            touches = segment.start_at < end_at and segment.end_at > start_at
            if touches or (sitting is not None and begun.sitting == sitting):
                segments.append(segment)
    events = [
        each
        for each in _entries(connection, "live.event", to_text(start_at - _LATEST), last)
        if isinstance(each, LiveEvent) and each.room == room and _touches(each, start_at, end_at)
    ]
    used = {each.recording for each in segments}
    return RoomFootage(tuple(s for s in started.values() if s.recording in used), tuple(segments), tuple(events))


def _segment(entry: LiveSegment, begun: LiveStarted) -> FootageSegment:
    said = entry.signed.statement
    start_at = from_text(said.wall_start or entry.received_at)
    length = timedelta(milliseconds=said.end_ms - said.start_ms)
    end_at = from_text(said.wall_end) if said.wall_end else start_at + length
    return FootageSegment(
        begun.channel, entry.recording, said.seq, start_at, end_at, merkle.leaf_hash(statement_bytes(said))
    )


def _touches(event: LiveEvent, start_at: datetime, end_at: datetime) -> bool:
    until = from_text(event.until_at) if event.until_at else None
    return from_text(event.from_at) < end_at and (until is None or until > start_at)


def _entries(connection: Connection, kind: str, first: str, last: str) -> Iterator[Any]:
    c = ledger_entries.c
    query = select(c.entry).where(c.type == kind, c.at >= first, c.at <= last).order_by(c.idx)
    for row in connection.execute(query):
        yield decode(stored_bytes(row.entry))
