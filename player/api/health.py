"""Is the daemon well, and how busy is it. Outside /api/v1."""

from __future__ import annotations

import ipaddress
from collections import Counter

import msgspec
from aiohttp import web

from evidence.errors import StoreUnavailable, Unauthenticated
from player.api.boundary import signed_in
from player.api.route import Call
from player.api.shapes import HealthAnswer
from player.rooms import Unsealed


async def health(call: Call) -> web.Response:
    """200 if the database answers and the daemon knows of nothing that fails; otherwise 503 and the failing part.

    What needs somebody's attention stands in the answer and fails nothing: the service goes on. Why something fails
    names files, hosts and database users: that is for this machine and for administrators."""
    unsealed = _unsealed(call.services.rooms.unsealed())
    answer = HealthAnswer(status="attention" if unsealed else "ok", attention=unsealed)
    try:
        await call.services.off_loop.run(call.services.ledger.size)
        failing = call.services.health()
    except StoreUnavailable as error:
        failing = ("database", error.message)
    if failing is not None:
        reason = failing[1] if await _may_know(call) else None
        answer = HealthAnswer(status="failing", failing=failing[0], reason=reason, attention=unsealed)
    body = msgspec.json.encode(answer)
    return web.Response(body=body, content_type="application/json", status=200 if failing is None else 503)


def _unsealed(found: tuple[Unsealed, ...]) -> tuple[str, ...]:
    """Anybody may ask: how many and why, and not which."""
    reasons = Counter(each.code for each in found)
    return tuple(
        f"{n} recordings of rooms cannot be sealed ({code}): see the pages of the rooms."
        for code, n in sorted(reasons.items())
    )


async def metrics(call: Call) -> web.Response:
    """For a scraper on this machine, or a signed-in administrator."""
    if not _is_local(call):
        session = await signed_in(call.request, call.services)
        call.services.access.require(session.principal, "metrics.read")
    unsealed = call.services.rooms.unsealed()
    for state, again in (("waits", True), ("failed", False)):
        call.services.metrics.unsealed.labels(state).set(sum(each.again is again for each in unsealed))
    body = await call.services.off_loop.run(call.services.metrics.text)
    return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _may_know(call: Call) -> bool:
    if _is_local(call):
        return True
    try:
        session = await signed_in(call.request, call.services)
    except (Unauthenticated, StoreUnavailable):
        return False
    return call.services.access.decide(session.principal, "metrics.read").allowed


def _is_local(call: Call) -> bool:
    """A direct connection from this machine; what a proxy on this machine passes on is not."""
    if any(name in call.request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(call.address).is_loopback
    except ValueError:
        return False
