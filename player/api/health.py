"""Is the daemon well, and how busy is it. Outside /api/v1."""

from __future__ import annotations

import ipaddress

import msgspec
from aiohttp import web

from evidence.errors import StoreUnavailable
from player.api.boundary import signed_in
from player.api.route import Call
from player.api.shapes import HealthAnswer


async def health(call: Call) -> web.Response:
    """200 if the database answers and the daemon knows of nothing that fails; otherwise 503 and the failing part."""
    answer = HealthAnswer(status="ok")
    try:
        await call.services.off_loop.run(call.services.ledger.size)
        failing = call.services.health()
    except StoreUnavailable as error:
        failing = ("database", error.message)
    if failing is not None:
        answer = HealthAnswer(status="failing", failing=failing[0], reason=failing[1])
    body = msgspec.json.encode(answer)
    return web.Response(body=body, content_type="application/json", status=200 if failing is None else 503)


async def metrics(call: Call) -> web.Response:
    """For a scraper on this machine, or a signed-in administrator."""
    if not _is_local(call):
        session = await signed_in(call.request, call.services)
        call.services.access.require(session.principal, "metrics.read")
    body = await call.services.off_loop.run(call.services.metrics.text)
    return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _is_local(call: Call) -> bool:
    """A direct connection from this machine; what a proxy on this machine passes on is not."""
    if any(name in call.request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(call.address).is_loopback
    except ValueError:
        return False
