"""A live viewer on protocol level: what the page does, without pictures."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

_HEAD = struct.Struct(">BBBBIii")


@dataclass(frozen=True, slots=True)
class Picture:
    """A binary frame of kind 2."""

    opening: int
    track: int
    key: bool
    seq: int
    start_ms: int
    end_ms: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Init:
    opening: int
    track: int
    data: bytes


class LiveSocket:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.raw = socket

    async def next(self) -> dict[str, Any] | Picture | Init | None:
        """The next frame; None at the end."""
        message = await self.raw.receive(timeout=20)
        if message.type == aiohttp.WSMsgType.TEXT:
            said: dict[str, Any] = json.loads(message.data)
            return said
        if message.type != aiohttp.WSMsgType.BINARY:
            return None
        kind, track, opening, flags, seq, start_ms, end_ms = _HEAD.unpack_from(message.data)
        data = message.data[_HEAD.size :]
        if kind == 1:
            return Init(opening, track, data)
        return Picture(opening, track, bool(flags & 1), seq, start_ms, end_ms, data)

    async def said(self, what: str) -> dict[str, Any]:
        """Skip to the next text frame of a kind."""
        while (found := await self.next()) is not None:
            if isinstance(found, dict) and found["say"] == what:
                return found
        raise AssertionError(f"the socket ended without {what!r}")

    async def picture(self) -> Picture:
        """Skip to the next picture."""
        while (found := await self.next()) is not None:
            if isinstance(found, Picture):
                return found
        raise AssertionError("the socket ended without a picture")

    async def ask(self, do: str, **more: Any) -> None:
        await self.raw.send_json({"do": do, **more})


@asynccontextmanager
async def live_socket(
    port: int, cookie: str, viewing: str, *, origin: str | None = "", read_bytes: int = 1 << 16
) -> AsyncIterator[LiveSocket]:
    """Connected as a page of the site would be; `origin` None: no such header. Raises WSServerHandshakeError."""
    headers = {"Cookie": cookie}
    if origin is not None:
        headers["Origin"] = origin or f"http://127.0.0.1:{port}"
    url = f"http://127.0.0.1:{port}/api/v1/viewings/{viewing}/live"
    async with (
        aiohttp.ClientSession(read_bufsize=read_bytes) as session,
        session.ws_connect(url, headers=headers, max_msg_size=0) as socket,
    ):
        yield LiveSocket(socket)
