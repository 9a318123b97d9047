"""Entries about live recordings as rows of the catalog. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from evidence import entries as e
from evidence.canonical import canonical
from evidence.records import EntryIndex
from evidence.statements import statement_digest

Row = dict[str, Any]


def live_recording_row(entry: e.LiveStarted, index: EntryIndex) -> Row:
    """The row of table `live_recordings` at its beginning."""
    return {
        "id": entry.recording,
        "room": entry.room,
        "channel": entry.channel,
        "sitting": entry.sitting,
        "unit": entry.unit,
        "init": entry.init,
        "tracks": canonical(entry.tracks).decode(),
        "source_codecs": canonical(entry.source_codecs).decode(),
        "zero_at": entry.zero_at,
        "camera_at": entry.camera_at,
        "continues": entry.continues,
        "state": "recording",
        "n_segments": 0,
        "duration_ms": 0,
        "size_bytes": 0,
        "end_at": entry.zero_at,
        "entry": index,
    }


def reached_values(entry: e.LiveSegment) -> Row:
    """What a segment changes in its recording's row."""
    statement = entry.signed.statement
    return {
        "n_segments": statement.seq + 1,
        "duration_ms": statement.end_ms,
        "size_bytes": entry.offset_bytes + entry.size_bytes,
        "end_at": statement.wall_end or entry.at,
    }


def live_segment_row(entry: e.LiveSegment, index: EntryIndex) -> Row:
    """The row of table `live_segments`."""
    statement = entry.signed.statement
    lead = next((track for track in statement.tracks if track.kind == "video"), statement.tracks[0])
    return {
        "recording": entry.recording,
        "seq": statement.seq,
        "start_ms": statement.start_ms,
        "end_ms": statement.end_ms,
        "start_pts": lead.start_pts,
        "end_pts": lead.end_pts,
        "timescale": lead.timescale,
        "offset_bytes": entry.offset_bytes,
        "size_bytes": entry.size_bytes,
        "digest": entry.digest,
        "statement": statement_digest(statement),
        "received_at": entry.received_at,
        "camera_at": entry.camera_at,
        "n_dropped": entry.n_dropped,
        "entry": index,
    }


def ended_values(entry: e.LiveEnded) -> Row:
    return {
        "state": "ended",
        "ended_at": entry.at,
        "ended_reason": entry.reason,
        "cut_bytes": entry.cut_bytes,
    }


def event_row(entry: e.LiveEvent, index: EntryIndex) -> Row:
    """The row of table `live_events`."""
    row = msgspec.structs.asdict(entry)
    del row["v"]
    return row | {"entry": index}
