"""Live pictures of a room's channel over HTTP: the WebSocket. The viewing was opened, and decided on, before."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from aiohttp import web

from evidence.errors import Conflict, Forbidden, Invalid, MediadError, NotFound
from evidence.live import ChannelId
from player.api.boundary import signed_in
from player.api.route import Call
from player.live_viewer import LiveViewer
from player.live_wire import MAX_ASK_BYTES
from player.viewing import CloseReason, sweep_failure

# A browser that answers no ping for so long is gone.
_HEARTBEAT_S = 10.0
# What the kernel may hold back for a viewer: half a second of 4 Mbit/s. More would only be shown late.
_SOCKET_BUFFER_BYTES = 256 * 1024
_CLOSED_BY_PAGE = 1000  # RFC 6455 §7.4.1: a normal end


async def watch(call: Call) -> web.WebSocketResponse:
    """Take the connection over, and send until somebody ends it. With the socket the viewing ends."""
    channel = _channel(call)
    _require_own_page(call.request)
    grant, services = call.grant, call.services
    answer = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, compress=False, max_msg_size=MAX_ASK_BYTES)
    if not answer.can_prepare(call.request).ok:
        raise Invalid("This address is for a WebSocket.")
    if grant.watched:
        raise Conflict("This viewing is being watched already.", remedy="Open another one.")
    grant.watched = True

    async def may() -> None:
        session = await signed_in(call.request, services)
        services.viewings.check(grant.id, session)

    reason: CloseReason = "left"
    try:
        await answer.prepare(call.request)
        _bound_buffer(call.request)
        with services.relays.watching(channel) as (relay, queue):
            await LiveViewer(answer, grant, relay, queue, services.live_door, services.viewings, may).run()
            reason = "restart" if queue.closed else "closed" if answer.close_code == _CLOSED_BY_PAGE else "left"
    finally:
        try:
            await services.viewings.close(grant, reason)
        except MediadError as error:
            # Ended it is; the sweep writes the entry once it can be written.
            sweep_failure(error)
    return answer


def _channel(call: Call) -> ChannelId:
    if call.grant.channel is None:
        raise NotFound("This viewing is of no room.")
    return call.grant.channel


def _require_own_page(request: web.Request) -> None:
    """A WebSocket is not held back by the browser when another site opens it, and carries no CSRF token: the page's
    origin must be ours (RFC 6455 §10.2)."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.scheme not in ("http", "https") or origin.netloc.lower() != request.host.lower():
        raise Forbidden("This connection came from another site.")


def _bound_buffer(request: web.Request) -> None:
    transport = request.transport
    raw = None if transport is None else transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER_BYTES)
