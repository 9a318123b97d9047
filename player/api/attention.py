"""What needs somebody now, whatever page is open: activities that must be recorded and are not."""

from __future__ import annotations

from sqlalchemy import Connection

from evidence.catalog.case_queries import find_case
from player.api.attention_shapes import AttentionAnswer, UnrecordedAnswer
from player.api.route import Call
from player.rooms import UnrecordedActivity
from policy.access import CaseAccessFacts


async def attention(call: Call) -> AttentionAnswer:
    """Of the cases that this account may read."""
    rooms = call.services.rooms.rooms()
    titles = {room.name: room.title for room in rooms}
    going_on = [each for room in rooms for each in room.unrecorded]
    if not going_on:
        return AttentionAnswer(unrecorded=())
    found = await call.services.off_loop.query(lambda connection: _readable(connection, going_on, titles, call))
    return AttentionAnswer(unrecorded=found)


def _readable(
    connection: Connection, going_on: list[UnrecordedActivity], titles: dict[str, str], call: Call
) -> tuple[UnrecordedAnswer, ...]:
    found = []
    for each in going_on:
        case = find_case(connection, each.case)
        if case is None:
            continue
        facts = CaseAccessFacts(case.id, case.officers, tuple(sorted(case.people)), case.unit)
        if call.services.access.decide(call.session.principal, "case.read", facts).allowed:
            found.append(
                UnrecordedAnswer(
                    id=each.id,
                    room=each.room,
                    room_title=titles[each.room],
                    case=each.case,
                    case_number=case.number,
                    case_title=case.title,
                    activity=each.activity,
                    since_at=each.since_at,
                    detail=each.detail,
                )
            )
    return tuple(found)
