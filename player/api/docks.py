"""Docks and jobs."""

from __future__ import annotations

import msgspec
import structlog

from evidence.catalog.attempt_queries import attempts_page
from evidence.catalog.recording_queries import facts_of
from evidence.errors import Conflict, Forbidden, NotFound
from evidence.records import RecordingId
from player.api.cursors import from_cursor, to_cursor
from player.api.dock_shapes import Attempt, AttemptsAnswer, BaysAnswer, JobsAnswer
from player.api.route import Call
from player.feeds import RENDITION_KINDS as KINDS
from policy.access import RecordingFacts

_CURSOR = int
_log = structlog.get_logger("player.api")


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
    if not await may_read_jobs(call, recording):
        raise Forbidden("No rule permits this. (job.read)")
    durable = await services.off_loop.run(lambda: services.jobs.jobs(recording))
    wanted = None if recording is None else RecordingId(recording)
    checks = await services.off_loop.run(lambda: services.checks.jobs(wanted))
    return JobsAnswer(jobs=(*checks, *durable))


async def ask_again(call: Call) -> None:
    """Queue the making of a copy that failed, broke off or was cancelled."""
    recording, kind = call.recording.id, KINDS[KINDS.index(call.part("kind"))]
    if not await call.services.off_loop.run(lambda: call.services.jobs.ask_again(recording, kind)):
        raise Conflict("This copy has not failed: it is there, or on its way, or was never wanted.")
    _log.info("asked again", action="rendition.asked", recording=recording, kind=kind, account=call.session.account)


async def may_read_jobs(call: Call, recording: str | None) -> bool:
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
