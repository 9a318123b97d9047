"""The viewing log: who was handed which seconds, and why. Reading it is itself logged, before the answer leaves."""

from __future__ import annotations

import msgspec

from evidence import intervals
from evidence.canonical import canonical
from evidence.catalog.viewing_queries import (
    ClaimRow,
    LogFilter,
    Spans,
    ViewingRow,
    claims_of,
    deliveries_of,
    find_viewing,
    log_page,
    spans_of,
    viewings_of,
)
from evidence.clock import to_text
from evidence.entries import LogRead
from evidence.errors import NotFound
from player.api.cursors import from_cursor, to_cursor
from player.api.recordings import moment
from player.api.route import Call
from player.api.viewing_shapes import Claim, Delivery, LogAnswer, Refusal, ViewingDetail, ViewingsAnswer, ViewingSummary

_CURSOR = tuple[str, int]
# The newest of a recording's viewings; older ones are in the log, page by page.
_MAX_OF_RECORDING = 200


async def log_reading(call: Call, what: str, **asked: object) -> None:
    """Write down who reads what of the log. Raises StoreUnavailable: then nothing is read."""
    entry = LogRead(
        at=to_text(call.services.clock.now()),
        account=call.session.account,
        session=call.session.id,
        address=call.address,
        what=what,
        query=canonical({name: value for name, value in asked.items() if value is not None}).decode(),
    )
    await call.services.log.append(entry)


async def viewing_log(call: Call) -> LogAnswer:
    query = call.query
    wanted = LogFilter(
        account=query.account,
        recording=query.recording,
        purpose=query.purpose,
        start=moment(query.from_, "from"),
        to=moment(query.to, "to"),
        after=from_cursor(query.cursor, _CURSOR),
        limit=query.limit,
    )
    await log_reading(call, "viewing-log", **msgspec.to_builtins(query))
    page = await call.services.off_loop.query(lambda connection: log_page(connection, wanted))
    return LogAnswer(
        viewings=await _summaries(call, page.viewings),
        refusals=tuple(msgspec.convert(row, Refusal, from_attributes=True) for row in page.refusals),
        next=to_cursor(page.after),
    )


async def of_recording(call: Call) -> ViewingsAnswer:
    recording = call.recording.id
    await log_reading(call, "viewings-of", recording=recording)
    rows = await call.services.off_loop.query(lambda connection: viewings_of(connection, recording, _MAX_OF_RECORDING))
    return ViewingsAnswer(viewings=await _summaries(call, rows, recording))


async def one(call: Call) -> ViewingDetail:
    """Every delivery and claim of one viewing."""
    viewing = call.part("vid")
    await log_reading(call, "viewing-log", viewing=viewing)
    row = await call.services.off_loop.query(lambda connection: find_viewing(connection, viewing))
    if row is None:
        raise NotFound("There is no such viewing.")
    spans, handed, claims = await call.services.off_loop.query(
        lambda connection: (
            spans_of(connection, [viewing]),
            deliveries_of(connection, viewing),
            claims_of(connection, viewing),
        )
    )
    summary = _summary(row, spans.get(viewing, ()), row.recording)
    return ViewingDetail(
        **{name: getattr(summary, name) for name in ViewingSummary.__struct_fields__},
        deliveries=tuple(msgspec.convert(each, Delivery, from_attributes=True) for each in handed),
        claims=tuple(_claim(each) for each in claims),
    )


async def _summaries(
    call: Call, rows: tuple[ViewingRow, ...], recording: str | None = None
) -> tuple[ViewingSummary, ...]:
    ids = [row.id for row in rows]
    spans = await call.services.off_loop.query(lambda connection: spans_of(connection, ids))
    return tuple(_summary(row, spans.get(row.id, ()), recording or row.recording) for row in rows)


def _summary(row: ViewingRow, handed: tuple[Spans, ...], recording: str | None) -> ViewingSummary:
    """Sums over all recordings handed out; `spans` are those of `recording`, since each has a time of its own.

    `rendered_ms` is what was claimed *and* delivered; a claim alone proves nothing.
    """
    delivered = {each.recording: intervals.merged(each.delivered) for each in handed}
    watched = [intervals.intersection(intervals.merged(each.rendered), delivered[each.recording]) for each in handed]
    values = {name: getattr(row, name) for name in ViewingRow.__dataclass_fields__ if name != "entry"}
    return ViewingSummary(
        **values,
        delivered_ms=sum(map(intervals.length, delivered.values())),
        rendered_ms=sum(map(intervals.length, watched)),
        undelivered_ms=sum(each.undelivered_ms for each in handed),
        spans=delivered.get(recording or "", ()),
    )


def _claim(row: ClaimRow) -> Claim:
    return Claim(
        recording=row.recording,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        rate=row.rate_permille / 1000,
        visible=row.visible,
        at=row.at,
    )
