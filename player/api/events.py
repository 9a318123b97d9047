"""The stream of changes: server-sent events of bays, jobs and rooms, each to who may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from aiohttp import web

from evidence.errors import Unauthenticated
from player.api.boundary import COOKIE
from player.api.docks import may_read_jobs
from player.api.rooms import readable
from player.api.route import Call
from player.feeds import Bay, Event, Inbox, Job, kind_of
from player.rooms import Room

# Proxies close streams that are silent for a minute; browsers notice a dead one by the missing line.
HEARTBEAT_S = 15.0


class _Sight:
    """What one listener may see. Asked once per thing and stream: rules do not change while the daemon runs."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._levels = bool(call.query.levels)
        self.docks = call.services.access.decide(call.session.principal, "dock.read").allowed
        self.rooms = frozenset(each.name for each in readable(call))
        self._jobs: dict[str, bool] = {}

    def now(self) -> list[Event]:
        """Everything as it is."""
        services = self._call.services
        bays: list[Event] = list(services.bays.bays()) if self.docks else []
        return bays + [each for each in services.rooms.rooms() if each.name in self.rooms]

    async def may(self, event: Event) -> bool:
        if isinstance(event, Bay):
            return self.docks
        if isinstance(event, Room):
            return event.name in self.rooms
        if isinstance(event, Job):
            key = event.recording or ""
            if key not in self._jobs:
                self._jobs[key] = await may_read_jobs(self._call, event.recording)
            return self._jobs[key]
        return self._levels and event.room in self.rooms


async def events(call: Call) -> web.StreamResponse:
    """Every bay and room as it is now, then each change, until the session ends or the browser leaves."""
    sight = _Sight(call)
    if not sight.docks and not sight.rooms and not _may_list(call):
        call.services.access.require(call.session.principal, "dock.read")
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    with call.services.events.listening() as inbox:
        try:
            await response.prepare(call.request)
            await response.write(_lines(sight.now()) or b": nothing yet\n\n")
            await _stream(call, sight, inbox, response)
        except ConnectionError:
            # The browser left between two looks: there is nobody to tell.
            return response
    return response


def _may_list(call: Call) -> bool:
    """Who sees recordings is told what becomes of their copies and checks, on a site without rooms too."""
    return not call.services.access.list_scope(call.session.principal).nothing


async def _stream(call: Call, sight: _Sight, inbox: Inbox, response: web.StreamResponse) -> None:
    services = call.services
    token = call.request.cookies.get(COOKIE, "")
    transport = call.request.transport
    while transport is not None and not transport.is_closing():
        lost, news = await inbox.take(HEARTBEAT_S)
        if inbox.closed:
            return
        try:
            # Looking does not count as use: a page left open must not keep a session alive for ever.
            if services.sessions.believed(token) is None:
                await services.off_loop.run(lambda: services.sessions.resolve(token, used=False))
        except Unauthenticated:
            return
        wanted: list[Event] = sight.now() if lost else []
        wanted += [event for event in news if await sight.may(event)]
        await response.write(_lines(wanted) if wanted else b": still here\n\n")
        # One burst per quarter second is enough for people and bounds the work of a busy dock.
        await asyncio.sleep(0.25)


def _lines(events: Sequence[Event]) -> bytes:
    return b"".join(
        b"event: %s\ndata: %s\n\n" % (kind_of(event).encode(), msgspec.json.encode(event)) for event in events
    )
