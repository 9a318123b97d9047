"""Sittings: begin, mark, note, end, and what they came to. No footage leaves here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from evidence.catalog.live_queries import live_recording
from evidence.catalog.room_footage import RoomFootage, room_footage
from evidence.catalog.sitting_queries import (
    NoteRow,
    SittingFilter,
    SittingRow,
    alarms_of,
    find_sitting,
    notes_of,
    sittings_page,
    sittings_with,
)
from evidence.clock import from_text, to_text
from evidence.errors import Invalid, NotFound
from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId
from evidence.sittings import NewSitting, Person
from player.api.cursors import from_cursor, to_cursor
from player.api.recordings import moment
from player.api.rooms import actor
from player.api.route import Call
from player.api.sitting_shapes import (
    AlarmAnswer,
    PersonAnswer,
    RecordingNote,
    RecordingNotesAnswer,
    Sitting,
    SittingChannel,
    SittingDetail,
    SittingEvent,
    SittingGap,
    SittingNote,
    SittingRecordingAnswer,
    SittingsAnswer,
)
from player.rooms import Room
from policy.access import RoomFacts

_CURSOR = tuple[str, int]


async def start(call: Call) -> SittingDetail:
    """Begin one. 409 with words while a channel that is needed is not ready."""
    body = call.body
    asked = NewSitting(
        room=call.part("room"),
        kind=body.kind,
        case=(body.case or "").strip() or None,
        activity=body.activity.strip(),
        people=tuple(Person(each.name.strip(), each.role) for each in body.people),
        must_record=body.must_record,
    )
    by = actor(call.session)
    row = await call.services.off_loop.run(lambda: call.services.desk.start(asked, by))
    return await _detailed(call, row)


async def end(call: Call) -> SittingDetail:
    """Stop; answers when what was recorded up to now is durable and the receipt is set."""
    sitting, by = _id(call), actor(call.session)
    row = await call.services.off_loop.run(lambda: call.services.desk.end(sitting, by))
    return await _detailed(call, row)


async def mark(call: Call) -> SittingDetail:
    sitting, label, at, by = _id(call), call.body.label.strip(), _instant(call.body.at), actor(call.session)
    await call.services.off_loop.run(lambda: call.services.desk.mark(sitting, label, at, by))
    return await one(call)


async def note(call: Call) -> SittingDetail:
    sitting, text, at, by = _id(call), call.body.text.strip(), _instant(call.body.at), actor(call.session)
    if not text:
        raise Invalid("A note says something.")
    await call.services.off_loop.run(lambda: call.services.desk.note(sitting, text, at, by))
    return await one(call)


async def receipt(call: Call) -> web.Response:
    """The PDF, as it was set at the end."""
    sitting = _id(call)
    pdf = await call.services.off_loop.run(lambda: call.services.desk.receipt(sitting))
    headers = {"Content-Disposition": f'inline; filename="{sitting}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def page(call: Call) -> SittingsAnswer:
    """Newest first, those that the rules let this account read."""
    query = call.query
    wanted = SittingFilter(
        units=call.services.access.sitting_units(call.session.principal),
        room=query.room,
        case=query.case,
        start=moment(query.from_, "from"),
        to=moment(query.to, "to"),
        after=from_cursor(query.cursor, _CURSOR),
        limit=query.limit,
    )
    found = await call.services.off_loop.query(lambda connection: sittings_page(connection, wanted))
    titles = _titles(call)
    return SittingsAnswer(sittings=tuple(_summary(row, titles) for row in found.rows), next=to_cursor(found.after))


async def one(call: Call) -> SittingDetail:
    sitting = _id(call)
    row = await call.services.off_loop.query(lambda connection: find_sitting(connection, sitting))
    if row is None:
        raise NotFound("There is no such sitting.")
    return await _detailed(call, row)


async def of_recording(call: Call) -> RecordingNotesAnswer:
    """Marks and notes of the sittings that a recording belongs to, at its own milliseconds."""
    recording, access, principal = call.recording.id, call.services.access, call.session.principal

    def read(connection: Connection) -> tuple[RecordingNote, ...]:
        rows = [
            row
            for row in sittings_with(connection, recording)
            if access.decide(principal, "sitting.read", RoomFacts(row.room, row.unit)).allowed
        ]
        return tuple(found for row in rows for found in _in_recording(connection, row, RecordingId(recording)))

    return RecordingNotesAnswer(notes=await call.services.off_loop.query(read))


def _in_recording(connection: Connection, row: SittingRow, recording: RecordingId) -> list[RecordingNote]:
    footage = live_recording(connection, recording)
    zero_at = from_text(footage.zero_at)
    found = []
    for each in notes_of(connection, row.id):
        at_ms = _ms(zero_at, from_text(each.on_at))
        if 0 <= at_ms <= footage.duration_ms:
            values = msgspec.structs.asdict(_note(each, row))
            found.append(RecordingNote(**values, sitting=row.id, recording_ms=at_ms))
    return found


async def _detailed(call: Call, row: SittingRow) -> SittingDetail:
    rooms = call.services.rooms.rooms()
    unsealed = {each.recording: each.reason for each in call.services.rooms.unsealed()}
    end_at = from_text(row.ended_at) if row.ended_at else call.services.clock.now()

    def read(connection: Connection) -> SittingDetail:
        footage = _footage(connection, row, end_at)
        return SittingDetail(
            **msgspec.structs.asdict(_summary(row, {room.name: room.title for room in rooms})),
            channels=tuple(_channel(row, each, footage, end_at, rooms, unsealed) for each in row.channels),
            events=tuple(
                SittingEvent(
                    channel=each.channel,
                    kind=each.kind,
                    from_at=each.from_at,
                    until_at=each.until_at,
                    reason=each.reason,
                    detail=each.detail,
                )
                for each in footage.events
                if each.kind != "gap"
            ),
            notes=tuple(_note(each, row) for each in notes_of(connection, row.id)),
            alarms=tuple(
                msgspec.convert(each, AlarmAnswer, from_attributes=True) for each in alarms_of(connection, row.id)
            ),
            entry=row.entry,
            ended_entry=row.ended_entry,
            digest=row.digest,
            receipt_entry=row.receipt_entry,
        )

    return await call.services.off_loop.query(read)


def _footage(connection: Connection, row: SittingRow, end_at: datetime) -> RoomFootage:
    return room_footage(connection, row.room, row.id, from_text(row.started_at), end_at)


def _channel(
    row: SittingRow,
    channel: ChannelId,
    footage: RoomFootage,
    end_at: datetime,
    rooms: tuple[Room, ...],
    unsealed: Mapping[str, str],
) -> SittingChannel:
    start_at = from_text(row.started_at)
    known_until = end_at if row.ended_at else footage.known_until(channel, end_at)
    titles = {each.id: each.title for room in rooms for each in room.channels}
    return SittingChannel(
        id=channel,
        title=titles.get(channel, channel),
        required=channel in row.required,
        covered=footage.covered(channel, start_at, end_at),
        gaps=tuple(
            SittingGap(
                start_ms=_ms(start_at, from_at),
                end_ms=_ms(start_at, until_at),
                reason=event.reason if event else "",
                detail=event.detail if event else "",
            )
            for from_at, until_at, event in footage.gaps(channel, start_at, known_until)
        ),
        recordings=tuple(
            SittingRecordingAnswer(
                id=each.id,
                start_ms=_ms(start_at, from_text(each.zero_at)),
                end_ms=max(_ms(start_at, s.end_at) for s in footage.segments if s.recording == each.id),
                sealed=each.state == "sealed",
                unsealed=unsealed.get(each.id, ""),
            )
            for each in footage.recordings
            if each.channel == channel
        ),
    )


def _summary(row: SittingRow, titles: dict[str, str]) -> Sitting:
    return Sitting(
        id=row.id,
        room=row.room,
        room_title=titles.get(row.room, row.room),
        unit=row.unit,
        kind=row.kind,
        case=row.case,
        activity=row.activity,
        people=tuple(PersonAnswer(name=each.name, role=each.role) for each in row.people),
        must_record=row.must_record,
        by=row.by,
        display_name=row.display_name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
        ended_name=row.ended_name,
        receipt=row.receipt is not None,
    )


def _note(row: NoteRow, sitting: SittingRow) -> SittingNote:
    return SittingNote(
        entry=row.entry,
        kind="mark" if row.kind == "mark" else "note",
        on_at=row.on_at,
        at_ms=_ms(from_text(sitting.started_at), from_text(row.on_at)),
        text=row.text,
        by=row.by,
        display_name=row.display_name,
        at=row.at,
    )


def _titles(call: Call) -> dict[str, str]:
    return {each.name: each.title for each in call.services.rooms.rooms()}


def _id(call: Call) -> SittingId:
    return SittingId(call.part("sid"))


def _instant(text: str | None) -> str | None:
    """In the catalog's form. Raises Invalid for a day that does not exist."""
    if text is None:
        return None
    try:
        return to_text(from_text(text))
    except (ValueError, OverflowError) as error:
        raise Invalid("'at' is not a time as in RFC 3339, with its offset.") from error


def _ms(start: datetime, at: datetime) -> int:
    return round((at - start) / timedelta(milliseconds=1))
