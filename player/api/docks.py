"""Docks, jobs, and the stream of their changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from aiohttp import web

from evidence.catalog.recording_queries import attempts_page, facts_of
from evidence.errors import Forbidden, NotFound, Unauthenticated
from player.api.boundary import COOKIE
from player.api.cursors import from_cursor, to_cursor
from player.api.route import Call
from player.api.shapes import Attempt, AttemptsAnswer, BaysAnswer, JobsAnswer
from player.feeds import Bay, Event, Inbox, Job
from policy.access import RecordingFacts

# Proxies close streams that are silent for a minute; browsers notice a dead one by the missing line.
HEARTBEAT_S = 15.0
_CURSOR = int


async def bays(call: Call) -> BaysAnswer:
    return BaysAnswer(bays=call.services.bays.bays())


async def attempts(call: Call) -> AttemptsAnswer:
    """Attempts of a bay, newest first."""
    bay, query = call.part("bay"), call.query
    if all(each.name != bay for each in call.services.bays.bays()):
        raise NotFound(f"There is no bay {bay!r}.")
    after = from_cursor(query.cursor, _CURSOR)
    page = await call.services.off_loop.query(
        lambda connection: attempts_page(connection, bay, state=query.state, after=after, limit=query.limit)
    )
    rows = tuple(msgspec.convert(row, Attempt, from_attributes=True) for row in page.rows)
    return AttemptsAnswer(attempts=rows, next=to_cursor(page.after))


async def jobs(call: Call) -> JobsAnswer:
    """All recent jobs, or those of one recording; the rules decide on what was asked for."""
    services, recording = call.services, call.query.recording
    if not await _may_read_jobs(call, recording):
        raise Forbidden("No rule permits this. (job.read)")
    return JobsAnswer(jobs=await services.off_loop.run(lambda: services.jobs.jobs(recording)))


async def _may_read_jobs(call: Call, recording: str | None) -> bool:
    """Who may read all jobs, or may read the recording that they work on."""
    services, principal = call.services, call.session.principal
    if services.access.decide(principal, "job.read").allowed:
        return True
    if recording is None:
        return False
    row = await services.off_loop.query(lambda connection: facts_of(connection, recording))
    return (
        row is not None
        and services.access.decide(principal, "job.read", RecordingFacts(row.id, row.officer, row.unit)).allowed
    )


async def events(call: Call) -> web.StreamResponse:
    """Server-sent events: every bay as it is now, then each change, until the session ends or the browser leaves."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    with call.services.events.listening() as inbox:
        await response.prepare(call.request)
        await response.write(_lines(call.services.bays.bays()))
        await _stream(call, inbox, response)
    return response


async def _stream(call: Call, inbox: Inbox, response: web.StreamResponse) -> None:
    services = call.services
    seen: dict[str, bool] = {}
    token = call.request.cookies.get(COOKIE, "")
    transport = call.request.transport
    while transport is not None and not transport.is_closing():
        lost, news = await inbox.take(HEARTBEAT_S)
        if inbox.closed:
            return
        try:
            # Looking does not count as use: a page left open must not keep a session alive for ever.
            await services.off_loop.run(lambda: services.sessions.resolve(token, used=False))
        except Unauthenticated:
            return
        wanted: list[Event] = list(services.bays.bays()) if lost else []
        wanted += [event for event in news if isinstance(event, Bay) or await _may_see(call, event, seen)]
        await response.write(_lines(wanted) if wanted else b": still here\n\n")
        # One burst per quarter second is enough for people and bounds the work of a busy dock.
        await asyncio.sleep(0.25)


async def _may_see(call: Call, job: Job, seen: dict[str, bool]) -> bool:
    key = job.recording or ""
    if key not in seen:
        seen[key] = await _may_read_jobs(call, job.recording)
    return seen[key]


def _lines(events: Sequence[Event]) -> bytes:
    return b"".join(
        b"event: %s\ndata: %s\n\n" % (b"bay" if isinstance(event, Bay) else b"job", msgspec.json.encode(event))
        for event in events
    )
