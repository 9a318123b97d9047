"""The door that live pictures leave by: WebSocket frames and LL-HLS parts. With `player.door`, the only ways out.

I4 is kept here: `cover` returns once a durable entry says that this viewing is handed this span; only then may a
piece be sent. Event loop only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from evidence.entries import ViewingDelivered
from evidence.records import RecordingId
from player.door import Door
from player.live_coverage import Coverage, Window
from player.live_queue import Framed
from player.metrics import Metrics
from player.viewing import Grant, Viewings

Allowed = Callable[[], Awaitable[object]]


async def allowed() -> None:
    """For requests, whose session and grant were looked at already."""


class LiveDoor:
    def __init__(self, door: Door, viewings: Viewings, metrics: Metrics) -> None:
        self._door = door
        self._viewings = viewings
        self._metrics = metrics

    async def send(self, socket: web.WebSocketResponse, grant: Grant, framed: Framed) -> None:
        """Hand a piece that `cover` returned for to the socket; waits while the socket is full."""
        grant.require_open()
        await socket.send_bytes(framed.frame)
        self._metrics.delivered_bytes.inc(len(framed.frame))

    def answer(self, grant: Grant, body: bytes) -> web.Response:
        """A part that `cover` returned for, as the answer to a request."""
        grant.require_open()
        self._metrics.delivered_bytes.inc(len(body))
        return web.Response(body=body, content_type="video/mp4", headers={"Cache-Control": "no-store"})

    def is_covered(
        self, grant: Grant, recording: RecordingId, start_ms: int, end_ms: int, may: Allowed = allowed
    ) -> bool:
        """`cover` where nothing has to be waited for, as for nearly every picture: does the log say already that this
        span is handed out? Asks for what comes next, as `cover` does."""
        covered = grant.coverage
        if covered.is_new(recording, max(0, start_ms)) or covered.until_ms < end_ms:
            return False
        if covered.runs_out(end_ms):
            self._ask(grant, covered, end_ms, may)
        return True

    async def cover(
        self, grant: Grant, recording: RecordingId, start_ms: int, end_ms: int, may: Allowed = allowed
    ) -> None:
        """Return once the log says that this span is handed out, and ask for what comes next.

        `may` raises if the session may not any more. Raises what it raises, GrantExpired, StoreUnavailable.
        """
        covered, start_ms = grant.coverage, max(0, start_ms)
        covered.go_to(recording, start_ms)
        while covered.until_ms < end_ms:
            asking = covered.asking or self._ask(grant, covered, end_ms, may)
            # Shielded: who gives up waiting must not take back what is on its way to the disk.
            written = await asyncio.shield(asking)
            # Another request of this viewing may have led the coverage elsewhere meanwhile: what it says then is about
            # other pictures.
            if covered.is_new(recording, start_ms) and written.holds(recording, start_ms, end_ms):
                return
            covered.go_to(recording, start_ms)
        if covered.runs_out(end_ms):
            self._ask(grant, covered, end_ms, may)

    def _ask(self, grant: Grant, covered: Coverage, end_ms: int, may: Allowed) -> asyncio.Task[Window]:
        if covered.recording is None:
            raise RuntimeError("there is nothing to cover")
        # Decided here and now: until the task runs, another request may have led the coverage elsewhere.
        window = Window(covered.recording, covered.until_ms, covered.window_until(end_ms))
        task = asyncio.get_running_loop().create_task(self._write(grant, covered, window, may), name="live-window")
        covered.asking = task
        # Who waits for it hears its error; a window asked for ahead is asked for again when it is needed.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _write(self, grant: Grant, covered: Coverage, window: Window, may: Allowed) -> Window:
        try:
            await may()
            grant.require_open()
            self._viewings.renew(grant)
            entry: ViewingDelivered = self._door.entry(
                grant,
                window.recording,
                item="live",
                seq=None,
                start_ms=window.start_ms,
                end_ms=window.until_ms,
                source="original",
            )
            await self._door.log(grant, entry)
            if (covered.recording, covered.until_ms) == (window.recording, window.start_ms):
                covered.until_ms = window.until_ms
            return window
        finally:
            if covered.asking is asyncio.current_task():
                covered.asking = None
