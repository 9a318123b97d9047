"""The one door that footage leaves by: segments, photos and thumbnails alike. Nothing else sends footage.

I4 is kept here and can be reviewed here: `hand_out` waits for the durable entry before it touches the response.
Event loop only; the bytes go from the page cache to the socket (sendfile), never through Python.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from evidence.clock import Clock, to_text
from evidence.entries import ViewingDelivered
from evidence.errors import StoreUnavailable
from evidence.records import RecordingId
from player.durable_log import DurableLog
from player.metrics import Metrics
from player.off_loop import OffLoop
from player.viewing import Grant

# Up to so many stretches of the file go out by sendfile; more of them are cheaper gathered into one write.
_MAX_SENDFILES = 4


@dataclass(frozen=True, slots=True)
class Footage:
    """What is to be sent: `head`, then the ranges (offset, length) of the file at `path`."""

    content_type: str
    head: bytes
    path: Path | None = None
    ranges: tuple[tuple[int, int], ...] = ()

    @property
    def length(self) -> int:
        return len(self.head) + sum(length for _, length in self.ranges)


class Door:
    def __init__(self, log: DurableLog, off_loop: OffLoop, clock: Clock, metrics: Metrics) -> None:
        self._log = log
        self._off_loop = off_loop
        self._clock = clock
        self._metrics = metrics

    async def hand_out(
        self, request: web.Request, grant: Grant, entry: ViewingDelivered, footage: Footage
    ) -> web.StreamResponse:
        """Make the entry durable, then send. Raises StoreUnavailable, with no byte sent, if it cannot be, and
        GrantExpired if the viewing was ended while the footage was got ready."""
        await self.log(grant, entry)
        response = await self._send(request, footage)
        self._metrics.delivered_bytes.inc(footage.length)
        return response

    async def log(self, grant: Grant, entry: ViewingDelivered) -> None:
        """Return once the entry is durable. Handed in before anything else can run. Raises as `hand_out` does."""
        began_s = self._clock.monotonic_s()
        # `append` hands the entry in before anything else can run: none stands in the ledger behind viewing.closed.
        grant.require_open()
        await self._log.append(entry)
        self._metrics.log_wait.observe(self._clock.monotonic_s() - began_s)
        self._metrics.deliveries.labels(entry.item, entry.source).inc()
        if entry.item in ("segment", "live"):
            grant.note_delivered(entry.recording, entry.start_ms, entry.end_ms)

    def entry(self, grant: Grant, recording: RecordingId, **what: object) -> ViewingDelivered:
        """The entry for something about to be handed to this viewing, as of now."""
        return ViewingDelivered(at=to_text(self._clock.now()), viewing=grant.id, recording=recording, **what)  # type: ignore[arg-type]

    async def _send(self, request: web.Request, footage: Footage) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "Content-Type": footage.content_type})
        response.content_length = footage.length
        if footage.path is None:
            await response.prepare(request)
            await response.write(footage.head)
        elif len(footage.ranges) > _MAX_SENDFILES:
            path, ranges = footage.path, footage.ranges
            body = await self._off_loop.run(lambda: footage.head + _gather(path, ranges))
            await response.prepare(request)
            await response.write(body)
        else:
            await _send_ranges(request, response, footage, footage.path)
        await response.write_eof()
        return response


async def _send_ranges(request: web.Request, response: web.StreamResponse, footage: Footage, path: Path) -> None:
    loop = asyncio.get_running_loop()
    # Opened before the headers leave: a file that cannot be read is an error answer, not a broken transfer.
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise StoreUnavailable(f"A stored file cannot be read: {error.strerror}.") from error
    with file:
        for offset, length in footage.ranges:
            # The kernel fetches the pages while the headers are written; sendfile itself would block the loop.
            os.posix_fadvise(file.fileno(), offset, length, os.POSIX_FADV_WILLNEED)
        await response.prepare(request)
        if footage.head:
            await response.write(footage.head)
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("The connection is gone.")
        for offset, length in footage.ranges:
            if await loop.sendfile(transport, file, offset, length) != length:
                transport.abort()
                raise ConnectionResetError(f"{path.name} is shorter than it was sealed with: run `mediad check`.")


def _gather(path: Path, ranges: tuple[tuple[int, int], ...]) -> bytes:
    """Those stretches of a file, joined. Raises StoreUnavailable if it is shorter than it was sealed with."""
    pieces: list[bytes] = []
    try:
        with path.open("rb", buffering=0) as file:
            for offset, length in ranges:
                piece = os.pread(file.fileno(), length, offset)
                if len(piece) != length:
                    raise StoreUnavailable("A stored file is shorter than it was.", remedy="Run `mediad check`.")
                pieces.append(piece)
    except OSError as error:
        raise StoreUnavailable(f"A stored file cannot be read: {error.strerror}.") from error
    return b"".join(pieces)
