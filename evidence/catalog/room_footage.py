"""What is durable of a room in a stretch of time: the source of coverage, gaps and receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from evidence import intervals, merkle
from evidence.canonical import Digest
from evidence.catalog.live_queries import (
    LiveEventRow,
    LiveRecording,
    events_of_room,
    recordings_of_room,
    recordings_of_sitting,
    segments_of,
    statements_of,
)
from evidence.clock import from_text, to_text
from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId
from evidence.sittings import SittingRecording
from evidence.statements import statement_bytes

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


@dataclass(frozen=True, slots=True)
class RoomFootage:
    recordings: tuple[LiveRecording, ...]  # by channel, then time
    segments: tuple[FootageSegment, ...]
    events: tuple[LiveEventRow, ...]

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
    ) -> tuple[tuple[datetime, datetime, LiveEventRow | None], ...]:
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

    def known_until(self, channel: ChannelId, now: datetime) -> datetime:
        """Up to when it can be said what is missing: behind the last durable segment of a recording that goes on,
        footage is not missing but still to be sealed."""
        going_on = [from_text(each.end_at) for each in self.recordings if each.channel == channel and not each.ended_at]
        return min(now, *going_on) if going_on else now

    def _explaining(self, channel: ChannelId, from_at: datetime, until_at: datetime) -> LiveEventRow | None:
        for event in reversed(self.events):
            if event.channel != channel or event.kind != "gap" or from_text(event.from_at) >= until_at:
                continue
            if event.until_at is None or from_text(event.until_at) > from_at:
                return event
        return None


def room_footage(
    connection: Connection, room: str, sitting: SittingId, start_at: datetime, end_at: datetime
) -> RoomFootage:
    """The footage of a room that touches [start_at, end_at), and all of what was recorded for `sitting`."""
    first, last = to_text(start_at), to_text(end_at)
    touching = {each.id: each for each in recordings_of_room(connection, room, first, last)}
    touching |= {each.id: each for each in recordings_of_sitting(connection, sitting)}
    segments = []
    for recording in touching.values():
        for row in segments_of(connection, recording.id):
            begins, ends = _received(recording, row.start_ms), _received(recording, row.end_ms)
            if recording.sitting == sitting or (begins < end_at and ends > start_at):
                segments.append(FootageSegment(recording.channel, recording.id, row.seq, begins, ends))
    used = {each.recording for each in segments}
    recordings = sorted(
        (each for each in touching.values() if each.id in used), key=lambda each: (each.channel, each.zero_at)
    )
    return RoomFootage(tuple(recordings), tuple(segments), events_of_room(connection, room, first, last))


def _received(recording: LiveRecording, at_ms: int) -> datetime:
    """The server's clock at an instant of a recording. A camera's clock runs a little slow or fast against ours, so
    media time is stretched to what the recording's segments say of its begin and its end."""
    zero_at = from_text(recording.zero_at)
    length = from_text(recording.end_at) - zero_at
    return zero_at + (length * at_ms / recording.duration_ms if recording.duration_ms else timedelta(0))


def sitting_recordings(connection: Connection, footage: RoomFootage) -> tuple[SittingRecording, ...]:
    """Which segments of which recordings, with the roots over their statements as the ledger holds them."""
    found = []
    for recording in footage.recordings:
        seqs = {each.seq for each in footage.segments if each.recording == recording.id}
        signed = [each.signed.statement for each in statements_of(connection, recording.id)]
        leaves = [merkle.leaf_hash(statement_bytes(each)) for each in signed if each.seq in seqs]
        root = Digest(merkle.root_of(leaves).hex())
        found.append(SittingRecording(recording.channel, recording.id, min(seqs), len(leaves), root))
    return tuple(found)
