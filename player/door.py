"""The one door that footage leaves by: segments, photos and thumbnails alike. Nothing else sends footage.

I4 is kept here and can be reviewed here: `hand_out` waits for the durable entry before it touches the response.
Event loop only; the bytes go from the page cache to the socket beside it (`sendfile.py`), never through Python.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from evidence.clock import Clock, to_text
from evidence.entries import ViewingDelivered
from evidence.records import RecordingId
from player.durable_log import DurableLog
from player.metrics import Metrics
from player.sendfile import FileTooShort, SendFile, open_footage
from player.viewing import Grant

_log = structlog.get_logger("player.door")


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
    def __init__(self, log: DurableLog, send_file: SendFile, clock: Clock, metrics: Metrics) -> None:
        self._log = log
        self._send_file = send_file
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
        else:
            await self._send_ranges(request, response, footage, footage.path)
        await response.write_eof()
        return response

    async def _send_ranges(
        self, request: web.Request, response: web.StreamResponse, footage: Footage, path: Path
    ) -> None:
        # Opened before the headers leave: a file that cannot be read is an error answer, not a broken transfer.
        file = open_footage(path)
        try:
            transport = _transport(request)
            # `drain` then waits until nothing is left in the transport: what the kernel is given comes behind it.
            transport.set_write_buffer_limits(0)
            writer = await response.prepare(request)
            await response.write(footage.head)
            if writer is not None:
                await writer.drain()
            await self._send_file.send(_socket_fd(_transport(request)), file, footage.ranges)
        except FileTooShort as error:
            transport.abort()
            _log.error("a stored file is shorter than it was sealed with", path=str(path), remedy="mediad check")
            raise ConnectionResetError(f"{path.name} is shorter than it was sealed with.") from error
        finally:
            os.close(file)


def _transport(request: web.Request) -> asyncio.Transport:
    """Raises ConnectionResetError if the other side is gone."""
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("The connection is gone.")
    return transport


def _socket_fd(transport: asyncio.Transport) -> int:
    connection: socket.socket = transport.get_extra_info("socket")
    return connection.fileno()
