"""At start: ends what a killed daemon was recording, as far as the ledger says that it is whole, and says what gap each
channel is left with. Runs before any channel starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Connection

from evidence.catalog.engine import connected
from evidence.catalog.live_queries import (
    LiveEventRow,
    LiveRecording,
    events_going_on,
    gap_ended,
    known_states,
    newest_of_channel,
    unsealed,
)
from evidence.clock import from_text, to_text
from evidence.entries import LiveEvent
from evidence.live import ChannelId
from evidence.records import RecordingId
from ingest.recorders.events import Gap
from ingest.recorders.recording import RecordingTools, end_recording

_log = structlog.get_logger()
# A file without an entry was killed before `live.started`: it holds an init segment and nothing else.
_MAX_INIT_BYTES = 1 << 20
RESTART = "The server was stopped or killed."


@dataclass(frozen=True, slots=True)
class Recovered:
    to_seal: tuple[RecordingId, ...]
    gaps: dict[ChannelId, Gap]  # what recording begins with, where a channel is to be recorded again


def recover(tools: RecordingTools, channels: Sequence[ChannelId]) -> Recovered:
    """End what is unfinished, tidy the folder, and tell what is left to do. StoreUnavailable."""
    tools.folder.mkdir(parents=True, exist_ok=True)
    with connected(tools.engine) as connection:
        rows = unsealed(connection)
        going_on = {row.channel: events_going_on(connection, row.channel) for row in rows}
    for row in rows:
        if row.state == "recording":
            end_recording(tools, row.id, "restart", *_ends(row, going_on[row.channel], to_text(tools.clock.now())))
            _log.warning("recording was cut off", action="live.recovered", recording=row.id, channel=row.channel)
    with connected(tools.engine) as connection:
        gaps = {channel: gap for channel in channels if (gap := _gap(connection, channel)) is not None}
        leftovers = _leftovers(connection, tools.folder)
    to_seal = [row.id for row in rows if row.n_segments]
    return Recovered(tuple(dict.fromkeys((*to_seal, *leftovers))), gaps)


def _ends(row: LiveRecording, going_on: tuple[LiveEventRow, ...], at: str) -> tuple[LiveEvent, ...]:
    """The ends of spans that went on in a recording: where it ends. Gaps are ended by what is recorded next."""
    return tuple(
        LiveEvent(
            at=at,
            room=event.room,
            channel=event.channel,
            recording=event.recording,
            sitting=event.sitting,
            kind=event.kind,  # type: ignore[arg-type]
            from_at=event.from_at,
            until_at=max(event.from_at, row.end_at),
            start_ms=event.start_ms,
            end_ms=row.duration_ms,
            reason=event.reason,
            detail=event.detail,
        )
        for event in going_on
        if event.kind != "gap" and event.recording == row.id
    )


def _gap(connection: Connection, channel: ChannelId) -> Gap | None:
    """What is missing since the channel's newest recording, if that did not end because it was to end."""
    begun = next((event for event in events_going_on(connection, channel) if event.kind == "gap"), None)
    if begun is not None:
        since = from_text(begun.from_at)
        return Gap(since, begun.reason, begun.detail, begun.sitting, begun.recording, told=True)
    newest = newest_of_channel(connection, channel)
    if newest is None or newest.ended_reason == "stopped" or gap_ended(connection, channel, newest.end_at):
        return None
    reason, detail = ("restart", RESTART) if newest.ended_reason == "restart" else (newest.ended_reason or "", RESTART)
    # Of an empty recording nothing will be sealed: what follows joins the one before it.
    named = newest.id if newest.n_segments else newest.continues or newest.id
    return Gap(from_text(newest.end_at), reason, detail, newest.sitting, named)


def _leftovers(connection: Connection, folder: Path) -> list[RecordingId]:
    """Files whose recording is sealed are done with; files of no recording hold nothing."""
    files = {RecordingId(path.stem): path for path in sorted(folder.glob("r*.mp4"))}
    states = known_states(connection, list(files))
    for recording, path in files.items():
        if recording in states:
            continue
        if path.stat().st_size <= _MAX_INIT_BYTES:
            path.unlink()
        else:
            _log.error("file of no recording", action="live.orphan", path=path.name)
            path.rename(path.with_suffix(".orphan"))
    return [recording for recording, state in states.items() if state != "recording"]
