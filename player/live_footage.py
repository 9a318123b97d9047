"""What a live viewing may look back at: the recordings of its channel since the sitting began, or, without a sitting,
those that join on to the one that is being made. Blocking reads of the catalog.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from evidence.catalog.live_queries import (
    LiveRecording,
    LiveSegmentRow,
    live_recording,
    newest_of_channel,
    recordings_of_sitting,
    segments_of,
)
from evidence.clock import from_text
from evidence.errors import NotFound
from evidence.live import ChannelId
from evidence.records import RecordingId
from player.live_playlists import ListedSegment

# A day of hourly files.
_MAX_JOINED = 24


@dataclass(frozen=True, slots=True)
class Rewind:
    """All that may be looked back at, in order."""

    recordings: tuple[LiveRecording, ...]
    segments: tuple[ListedSegment, ...]
    ended: bool


def rewind_of(connection: Connection, channel: ChannelId, handed: Collection[RecordingId]) -> Rewind:
    """Raises NotFound if nothing is being recorded, unless it is what this viewing was `handed` live."""
    recordings = _reachable(connection, channel, handed)
    segments = [
        ListedSegment(each.id, from_text(each.zero_at), row.seq, row.start_ms, row.end_ms)
        for each in recordings
        for row in segments_of(connection, each.id)
    ]
    return Rewind(recordings, tuple(segments), recordings[-1].state != "recording")


def recording_within(
    connection: Connection, channel: ChannelId, handed: Collection[RecordingId], recording: RecordingId
) -> LiveRecording:
    """That recording, if it may be looked back at. Raises NotFound."""
    for each in _reachable(connection, channel, handed):
        if each.id == recording:
            return each
    raise NotFound("This viewing does not reach that recording.")


def segment_within(connection: Connection, recording: RecordingId, seq: int) -> LiveSegmentRow:
    """A durable segment. Raises NotFound."""
    for row in segments_of(connection, recording, after=seq - 1)[:1]:
        if row.seq == seq:
            return row
    raise NotFound("The recording has no such segment yet.")


def _reachable(
    connection: Connection, channel: ChannelId, handed: Collection[RecordingId]
) -> tuple[LiveRecording, ...]:
    newest = newest_of_channel(connection, channel)
    if newest is None or (newest.state != "recording" and newest.id not in handed):
        raise NotFound("Nothing is being recorded in this room.")
    if newest.sitting is not None:
        of_sitting = recordings_of_sitting(connection, newest.sitting)
        return tuple(each for each in of_sitting if each.channel == channel)
    joined = [newest]
    while joined[0].continues is not None and len(joined) < _MAX_JOINED:
        joined.insert(0, live_recording(connection, joined[0].continues))
    return tuple(joined)
