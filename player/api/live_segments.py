"""Looking back at what a channel has recorded, and low-latency HLS; segments are logged before they leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from sqlalchemy import Connection

from evidence.catalog.live_queries import LiveSegmentRow
from evidence.catalog.recording_queries import playable
from evidence.clock import from_text
from evidence.errors import Invalid, NotFound, ReadAheadExceeded
from evidence.live import ChannelId
from evidence.records import RecordingId
from player import read_ahead
from player.api.route import Call
from player.door import Footage
from player.live_footage import recording_within, rewind_of, segment_within
from player.live_playlists import Part, rewind_playlist
from player.live_window import LiveWindow
from player.segments import SEGMENT_TYPE

_PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
# draft-pantos-hls-rfc8216bis §6.2.5.2: a server waits no longer than three target durations.
_BLOCK_S = 6.0
# The first segment is listed once it was seen from its beginning: one GOP, and the next.
_READY_S = 12.0
# A segment is listed when it is complete and durable some 20 ms later; a slow disk has this long.
_DURABLE_S = 3.0


async def rewind(call: Call) -> web.Response:
    """Everything from the start of the sitting on."""
    channel, handed = _channel(call), tuple(call.grant.delivered)
    found = await call.services.off_loop.query(lambda connection: rewind_of(connection, channel, handed))
    call.services.viewings.renew(call.grant)
    text = rewind_playlist(found.segments, ended=found.ended, back_ms=call.query.back_ms)
    return web.Response(text=text, content_type=_PLAYLIST_TYPE)


async def playlist(call: Call) -> web.Response:
    """The newest seconds; waits for the part that is asked for."""
    window = call.services.windows.of(_channel(call))
    msn, part = call.query.msn, call.query.part
    if part is not None and msn is None:
        raise Invalid("_HLS_part needs _HLS_msn.")
    if not await window.wait(window.is_ready, _READY_S):
        raise NotFound("Nothing is being recorded in this room.")
    if msn is not None:
        if window.is_beyond(msn):
            raise Invalid("That segment is too far ahead.")
        await window.wait(lambda: window.reaches(msn, part), _BLOCK_S)
    call.services.viewings.renew(call.grant)
    return web.Response(text=window.playlist(), content_type=_PLAYLIST_TYPE)


async def init(call: Call) -> web.Response:
    """Codec parameters only: nothing of this is footage, so nothing is logged."""
    channel, recording, handed = _channel(call), RecordingId(call.part("recording")), tuple(call.grant.delivered)
    row = await call.services.off_loop.query(lambda c: recording_within(c, channel, handed, recording))
    data = await call.services.off_loop.run(lambda: call.services.blobs.read(row.init))
    return web.Response(body=data, content_type=SEGMENT_TYPE)


async def segment(call: Call) -> web.StreamResponse:
    """A durable segment: the recording's own bytes, from the file that is being made or from the blob store."""
    services, grant, channel = call.services, call.grant, _channel(call)
    recording, seq, handed = RecordingId(call.part("recording")), int(call.part("seq")), tuple(call.grant.delivered)
    window = services.windows.held(channel)
    if window is not None and window.knows(recording, seq):
        await window.wait(lambda: window.is_durable(recording, seq), _DURABLE_S)
    await services.off_loop.query(lambda c: recording_within(c, channel, handed, recording))
    row = await services.off_loop.query(lambda c: segment_within(c, recording, seq))
    await _require_near(call, row)
    footage = Footage(SEGMENT_TYPE, b"", await _file(call, recording), ((row.offset_bytes, row.size_bytes),))
    services.viewings.renew(grant)
    entry = services.door.entry(
        grant,
        recording,
        item="segment",
        seq=seq,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        source="original",
        start_pts=row.start_pts,
        end_pts=row.end_pts,
        timescale=row.timescale,
        statement=row.statement,
    )
    return await services.door.hand_out(call.request, grant, entry, footage)


async def _require_near(call: Call, row: LiveSegmentRow) -> None:
    """ReadAheadExceeded for a segment far beyond the picture. A player that does not say where its picture is, as
    Safari's own cannot, is not held."""
    header = call.request.headers.get("CMCD-Request")
    playhead_ms, shown = read_ahead.playhead_of(header), read_ahead.recording_of(header)
    if playhead_ms is None or shown is None:
        return
    channel, handed = _channel(call), tuple(call.grant.delivered)

    def zeros(connection: Connection) -> tuple[datetime, ...]:
        reached = (recording_within(connection, channel, handed, each) for each in (shown, row.recording))
        return tuple(from_text(each.zero_at) for each in reached)

    shown_zero, zero = await call.services.off_loop.query(zeros)
    start_ms = row.start_ms + round((zero - shown_zero) / timedelta(milliseconds=1))
    ahead = call.services.site.viewing.read_ahead_segments
    if not read_ahead.is_near(start_ms, row.end_ms - row.start_ms, playhead_ms, ahead):
        raise ReadAheadExceeded(f"Segment {row.seq} is further than {ahead} ahead of the picture.")


async def part(call: Call) -> web.Response:
    """A part of the segment that is being made; waits for one that is announced."""
    services, grant = call.services, call.grant
    window = services.windows.of(_channel(call))
    recording, seq, number = RecordingId(call.part("recording")), int(call.part("seq")), int(call.part("part"))
    said, body = await _announced(window, recording, seq, number)
    await services.live_door.cover(grant, recording, *said.holds)
    return services.live_door.answer(grant, body)


async def _announced(window: LiveWindow, recording: RecordingId, seq: int, number: int) -> tuple[Part, bytes]:
    def is_decided() -> bool:
        return window.part(recording, seq, number) is not None or not window.may_come(recording, seq)

    await window.wait(is_decided, _BLOCK_S)
    found = window.part(recording, seq, number)
    if found is None:
        raise NotFound("There is no such part.")
    return found


def _channel(call: Call) -> ChannelId:
    if call.grant.channel is None:
        raise NotFound("This viewing is of no room.")
    return call.grant.channel


async def _file(call: Call, recording: RecordingId) -> Path:
    services = call.services
    path = services.live.file_of(recording)
    if path is not None:
        return path
    row = await services.off_loop.query(lambda connection: playable(connection, recording))
    if row is None:
        raise NotFound("The recording is being put away; try again in a moment.")
    return services.blobs.path(row.original)
