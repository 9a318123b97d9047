"""The library: pages of recordings, their details, segments and seals. No footage leaves here."""

from __future__ import annotations

from typing import Any

import msgspec

from evidence.catalog.library_queries import (
    After,
    Listable,
    RecordingFilter,
    RecordingRow,
    facets,
    recordings_page,
)
from evidence.catalog.recording_queries import RecordingDetailRow, recording_detail, segments_of
from evidence.clock import from_text, to_text
from evidence.errors import Forbidden, Invalid, NotFound
from player.api.cursors import from_cursor, to_cursor
from player.api.recording_shapes import (
    CheckAnswer,
    FacetsAnswer,
    Recording,
    RecordingDetail,
    RecordingsAnswer,
    SealAnswer,
    SegmentAnswer,
    SegmentsAnswer,
)
from player.api.route import Call
from player.api.seal import begin_check, examine


async def library(call: Call) -> RecordingsAnswer:
    """A page of what this account may list."""
    query = call.query
    wanted = RecordingFilter(
        listable=listable(call),
        q=query.q or None,
        start=moment(query.from_, "from"),
        to=moment(query.to, "to"),
        officer=query.officer,
        device=query.device,
        unit=query.unit,
        kind=query.kind,
        playback=query.playback,
        order=query.order,
        after=from_cursor(query.cursor, After),
        limit=query.limit,
    )
    page = await call.services.off_loop.query(lambda connection: recordings_page(connection, wanted))
    return RecordingsAnswer(
        recordings=tuple(_listed(row) for row in page.rows), next=to_cursor(page.after), total=page.total
    )


async def filters(call: Call) -> FacetsAnswer:
    scope = listable(call)
    found = await call.services.off_loop.query(lambda connection: facets(connection, scope))
    return msgspec.convert(found, FacetsAnswer, from_attributes=True)


async def detail(call: Call) -> RecordingDetail:
    return await find_detail(call, call.recording.id)


async def segments(call: Call) -> SegmentsAnswer:
    recording = call.recording.id
    rows = await call.services.off_loop.query(lambda connection: segments_of(connection, recording))
    return SegmentsAnswer(
        segments=tuple(
            SegmentAnswer(seq=row.seq, start_ms=row.start_ms, end_ms=row.end_ms, statement=row.statement)
            for row in rows
        )
    )


async def seal(call: Call) -> SealAnswer:
    """Check the seal now, and say what was checked; of the original's bytes, what the last full check found."""
    return await examine(call.services, call.recording.id)


async def check(call: Call) -> CheckAnswer:
    """Read the whole original again, seconds per gigabyte: a job that the seal's answer and the events tell of."""
    return CheckAnswer(check=await begin_check(call.services, call.recording.id))


async def find_detail(call: Call, recording: str) -> RecordingDetail:
    """Raises NotFound."""
    row = await call.services.off_loop.query(lambda connection: recording_detail(connection, recording))
    if row is None:
        raise NotFound("There is no such recording.")
    return _detailed(row)


def listable(call: Call) -> Listable:
    """What the rules let this account list. Raises Forbidden if that is nothing."""
    scope = call.services.access.list_scope(call.session.principal)
    if scope.nothing:
        raise Forbidden("No rule permits this. (recording.list)")
    return Listable(scope.everything, scope.officer, scope.unit)


def moment(text: str | None, name: str) -> str | None:
    """A time of a query in the catalog's form; a bare date is midnight UTC. Raises Invalid."""
    if text is None:
        return None
    try:
        return to_text(from_text(text if len(text) > 10 else f"{text}T00:00:00Z"))
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{name!r} is not a time as in RFC 3339, with its offset.") from error


def _values(row: RecordingRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in RecordingRow.__dataclass_fields__}
    return values | {"ready": row.ready, "playback_reason": row.playback_reason or None}


def _listed(row: RecordingRow) -> Recording:
    return Recording(**_values(row))


def _detailed(found: RecordingDetailRow) -> RecordingDetail:
    said = msgspec.json.decode(found.details)
    return RecordingDetail(
        **_values(found.row),
        original=found.original,
        manifest=found.manifest,
        path=found.path,
        profile=found.profile,
        times=tuple(said["times"]),
        origins=dict(said["origins"]),
        tracks=tuple(said["tracks"]),
        warnings=tuple(said["warnings"]),
        sidecars=msgspec.convert(found.sidecars, Any, from_attributes=True),
        sources=msgspec.convert(found.sources, Any, from_attributes=True),
        sealed_at=found.sealed_at,
        entry=found.entry,
    )
