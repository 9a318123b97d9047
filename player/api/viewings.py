"""Opening viewings and playing them: everything here is bound to one session and logged."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from evidence.catalog.recording_queries import PlayableRow, playable
from evidence.clock import to_text
from evidence.errors import NotFound, ReadAheadExceeded, RecordingDestroyed
from evidence.live import ChannelId
from evidence.records import RecordingId
from player import read_ahead
from player.api.recordings import find_detail
from player.api.route import Call
from player.api.viewing_shapes import Media, RenderedAnswer, ViewingAnswer
from player.door import Footage
from player.playlists import PlaylistSegment, media_playlist
from player.reels import Reel
from player.segments import SEGMENT_TYPE, segment_footage
from player.stills import photo_type, still_of
from player.viewing import Asked, Grant

_PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


async def open_viewing(call: Call) -> ViewingAnswer:
    body = call.body
    asked = Asked(
        scope=body.scope,
        recording=None if body.recording is None else RecordingId(body.recording),
        channel=None if body.channel is None else ChannelId(body.channel),
        purpose=body.purpose,
        note=body.note.strip(),
        case=(body.case or "").strip() or None,
        address=call.address,
        user_agent=_plain(call.request.headers.get("User-Agent", "")[:300]),
    )
    grant = await call.services.viewings.open(call.session, asked)
    return await _answer(call, grant)


def _plain(header: str) -> str:
    """Bytes that are no UTF-8 stand in headers as lone surrogates, which no entry can hold."""
    return header.encode("utf-8", "replace").decode()


async def renew(call: Call) -> ViewingAnswer:
    call.services.viewings.renew(call.grant)
    await call.services.viewings.equip(call.grant)
    return await _answer(call, call.grant)


async def close(call: Call) -> None:
    """Close; the last claims may come along. A page that goes away sends its CSRF token in the body."""
    claims = [each.claim for each in call.body.spans]
    if claims and call.grant.recording is not None:
        await call.services.viewings.rendered(call.grant, claims, None)
    elif claims and call.body.recording is not None:
        await call.services.viewings.rendered(call.grant, claims, None, RecordingId(call.body.recording))
    await call.services.viewings.close(call.grant, "left" if call.csrf_from_body else "closed")


async def rendered(call: Call) -> RenderedAnswer:
    claims = [each.claim for each in call.body.spans]
    named = call.body.recording
    undelivered_ms = await call.services.viewings.rendered(
        call.grant, claims, call.body.playhead_ms, None if named is None else RecordingId(named)
    )
    return RenderedAnswer(undelivered_ms=undelivered_ms)


async def playlist(call: Call) -> web.Response:
    reel = await _reel(call)
    segments = [PlaylistSegment(each.start_ms, each.end_ms) for each in reel.segments]
    return web.Response(text=media_playlist(segments, reel.started_at), content_type=_PLAYLIST_TYPE)


async def init(call: Call) -> web.Response:
    """Codec parameters only: nothing of this is footage, so nothing is logged."""
    return web.Response(body=(await _reel(call)).init, content_type=SEGMENT_TYPE)


async def segment(call: Call) -> web.StreamResponse:
    """Log, then send. The order of the checks: the grant (before), the segment, the read-ahead, the door."""
    services, grant, seq = call.services, call.grant, int(call.part("seq"))
    reel = await _reel(call)
    if seq >= len(reel.segments):
        raise NotFound("The recording has no such segment.")
    playhead_ms = read_ahead.playhead_of(call.request.headers.get("CMCD-Request"))
    if playhead_ms is not None:
        grant.playhead_ms = playhead_ms
    ahead = services.site.viewing.read_ahead_segments
    if not read_ahead.is_allowed(seq, reel.starts_ms, grant.playhead_ms, ahead):
        raise ReadAheadExceeded(f"Segment {seq} is further than {ahead} ahead of the picture.")
    said = reel.segments[seq]
    footage = await segment_footage(reel, seq, services.packager, services.off_loop)
    services.viewings.renew(grant)
    entry = services.door.entry(
        grant,
        reel.recording,
        item="segment",
        seq=seq,
        start_ms=said.start_ms,
        end_ms=said.end_ms,
        source=reel.source,
        start_pts=said.start_pts,
        end_pts=said.end_pts,
        timescale=said.timescale,
        statement=said.statement,
        playhead_ms=grant.playhead_ms,
    )
    return await services.door.hand_out(call.request, grant, entry, footage)


async def photo(call: Call) -> web.StreamResponse:
    """The original bytes of a photo."""
    services, grant = call.services, call.grant
    if grant.media != "photo" or grant.recording is None:
        raise NotFound("This viewing has no photo.")
    row = await _row(call, grant.recording)
    path = services.blobs.path(row.original)
    content_type = await services.off_loop.run(lambda: photo_type(path))
    footage = Footage(content_type, b"", path, ((0, row.size_bytes),))
    services.viewings.renew(grant)
    return await _hand_out_still(call, "photo", row, "original", 0, footage)


async def thumbnail(call: Call) -> web.StreamResponse:
    """One thumbnail: footage like any other, decided and logged for its own recording."""
    services, grant, recording = call.services, call.grant, RecordingId(call.part("recording"))
    await services.viewings.may_see(grant, recording)
    row = await _row(call, recording)
    made = row.rendition("thumbnails")
    if made is None or made.blob is None:
        raise NotFound("There are no thumbnails of this recording yet.")
    path, at_ms = services.blobs.path(made.blob), call.query.at_ms
    still = await services.off_loop.run(lambda: still_of(path, at_ms))
    services.viewings.renew(grant)
    return await _hand_out_still(call, "thumbnail", row, "thumbnails", still.at_ms, Footage("image/jpeg", still.jpeg))


async def _hand_out_still(
    call: Call,
    item: Literal["photo", "thumbnail"],
    row: PlayableRow,
    source: Literal["original", "thumbnails"],
    at_ms: int,
    footage: Footage,
) -> web.StreamResponse:
    door = call.services.door
    # A still shows an instant: its span is empty, so it never counts as watched time.
    entry = door.entry(call.grant, row.id, item=item, seq=None, start_ms=at_ms, end_ms=at_ms, source=source)
    return await door.hand_out(call.request, call.grant, entry, footage)


async def _reel(call: Call) -> Reel:
    if call.grant.media not in ("hls", "audio") or call.grant.recording is None:
        raise NotFound("There is nothing to play in this viewing.")
    return await call.services.reels.get(call.grant.recording)


async def _row(call: Call, recording: RecordingId) -> PlayableRow:
    row = await call.services.off_loop.query(lambda connection: playable(connection, recording))
    if row is None:
        raise NotFound("There is no such recording.")
    if row.destroyed_at is not None:
        raise RecordingDestroyed(row.destroyed_at)
    return row


async def _answer(call: Call, grant: Grant) -> ViewingAnswer:
    media = None
    if grant.media is not None:
        name = {"photo": "photo", "live": "live"}.get(grant.media, "index.m3u8")
        media = Media(kind=grant.media, url=f"/api/v1/viewings/{grant.id}/{name}")
    return ViewingAnswer(
        id=grant.id,
        scope=grant.scope,
        recording=grant.recording,
        channel=grant.channel,
        purpose=grant.purpose.code,
        expires_at=to_text(grant.expires_at),
        media=media,
        detail=None if grant.recording is None else await find_detail(call, grant.recording),
    )
