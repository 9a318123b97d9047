"""One viewer's live socket: sends what the queue holds, once the log covers it, and hears what the page asks.

Event loop only. Pictures wait for the log; when it cannot be written they stop, the page is told, and they go on with
the next keyframe once it can.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog
from aiohttp import WSMsgType, web

from evidence.errors import GrantExpired, Invalid, MediadError, StoreUnavailable, Unauthenticated
from evidence.live import Interrupted, Piece, Sealed
from evidence.records import RecordingId
from player import live_wire as wire
from player.live import Relay
from player.live_door import Allowed, LiveDoor
from player.live_queue import Framed, LiveQueue, Opened, Out
from player.viewing import Grant, Viewings

# Pictures that wait so long for the log are not live any more.
_PATIENCE_S = 1.0
# How soon a socket notices that its viewing was ended elsewhere while no pictures come.
_LOOK_S = 1.0

_log = structlog.get_logger("player.live")


class LiveViewer:
    def __init__(
        self,
        socket: web.WebSocketResponse,
        grant: Grant,
        relay: Relay,
        queue: LiveQueue,
        door: LiveDoor,
        viewings: Viewings,
        may: Allowed,
    ) -> None:
        """`may` raises once the session may not watch any more."""
        self._socket = socket
        self._grant = grant
        self._relay = relay
        self._queue = queue
        self._door = door
        self._viewings = viewings
        self._may = may
        self._log_down = False

    async def run(self) -> None:
        """Until either side ends it. The socket is closed afterwards; the viewing is the caller's to end."""
        sender = asyncio.get_running_loop().create_task(self._send_all(), name="live-sender")
        try:
            await self._hear_all()
        finally:
            sender.cancel()
            await asyncio.wait({sender})
            if not sender.cancelled() and (failure := sender.exception()) is not None:
                _log.error("live pictures were broken off", viewing=self._grant.id, reason=repr(failure))

    # ---- to the browser -----------------------------------------------------------------------------------------
    async def _send_all(self) -> None:
        try:
            while self._grant.closing is None and not self._queue.closed:
                item = await self._queue.take(_LOOK_S)
                if item is not None:
                    await self._send(item)
            await self._end("restart" if self._queue.closed else "ended")
        except (GrantExpired, Unauthenticated):
            await self._end("ended")
        except ConnectionError:
            return  # the other side left: `_hear_all` notices too

    async def _end(self, reason: Literal["ended", "restart", "invalid"]) -> None:
        await self._say(wire.EndedSaid(reason=reason))
        await self._socket.close()

    async def _send(self, item: Out) -> None:
        if isinstance(item, Framed):
            if await self._is_covered(item):
                await self._door.send(self._socket, self._grant, item)
        elif isinstance(item, Opened):
            await self._say(wire.opening_said(item.opening, item.number))
            # Codec parameters only: nothing of this is footage.
            for frame in wire.init_frames(item.opening, item.number):
                await self._socket.send_bytes(frame)
        elif isinstance(item, Sealed):
            await self._say(wire.sealed_said(item))
        elif isinstance(item, Interrupted):
            await self._say(wire.interrupted_said(item))
        else:
            await self._say(
                wire.SkippedSaid(
                    reason=item.reason, recording=item.recording, start_ms=item.start_ms, end_ms=item.end_ms
                )
            )

    async def _is_covered(self, framed: Framed) -> bool:
        piece = framed.piece
        if self._door.is_covered(self._grant, piece.recording, piece.start_ms, piece.end_ms, self._may):
            if self._log_down:
                await self._tell_log(down=False)
            return True
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._door.cover(self._grant, piece.recording, piece.start_ms, self._needed_ms(piece), self._may)
        except (TimeoutError, StoreUnavailable):
            await self._tell_log(down=True)
            self._queue.skip("log")
            return False
        await self._tell_log(down=False)
        return True

    def _needed_ms(self, piece: Piece) -> int:
        """How far the log must reach. Where pictures begin, all that wait are to go out at once: one entry for them."""
        begins = self._grant.coverage.is_new(piece.recording, piece.start_ms)
        return max(piece.end_ms, self._queue.newest_ms) if begins else piece.end_ms

    async def _tell_log(self, *, down: bool) -> None:
        if down != self._log_down:
            self._log_down = down
            await self._say(wire.LogSaid(ok=not down))

    async def _say(self, message: wire.Says) -> None:
        await self._socket.send_str(wire.text(message))

    # ---- from the browser ---------------------------------------------------------------------------------------
    async def _hear_all(self) -> None:
        async for message in self._socket:
            if message.type != WSMsgType.TEXT:
                await self._end("invalid")
                return
            try:
                await self._do(wire.asked(message.data))
            except Invalid:
                await self._end("invalid")
                return
            except MediadError as error:
                # A claim that cannot be written down is lost with it; pictures stop by themselves.
                _log.warning("a live viewer's claim was not logged", viewing=self._grant.id, reason=str(error))

    async def _do(self, ask: wire.Asks) -> None:
        if isinstance(ask, wire.Pause):
            self._queue.pause()
        elif isinstance(ask, wire.Resume):
            self._queue.resume(self._relay.gop)
        else:
            spans = [each.claim for each in ask.spans]
            undelivered_ms = await self._viewings.rendered(self._grant, spans, None, RecordingId(ask.recording))
            if undelivered_ms:
                await self._say(wire.AlarmSaid(undelivered_ms=undelivered_ms))
