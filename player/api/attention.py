"""What needs somebody now, whatever page is open: activities that must be recorded and are not, findings that wait."""

from __future__ import annotations

from sqlalchemy import Connection

from evidence.catalog.case_queries import CasesVisible, find_case
from evidence.catalog.concern_rows import OwnScope, count_steps
from player.api.attention_shapes import AttentionAnswer, UnrecordedAnswer
from player.api.case_access import facts_of_case
from player.api.route import Call
from player.rooms import UnrecordedActivity
from policy.deadlines import steps_for


async def attention(call: Call) -> AttentionAnswer:
    """Of the cases and devices that this account may know of."""
    rooms = call.services.rooms.rooms()
    titles = {room.name: room.title for room in rooms}
    going_on = [each for room in rooms for each in room.unrecorded]
    cases, devices = _scopes(call)

    def read(connection: Connection) -> AttentionAnswer:
        steps = count_steps(connection, cases, devices)
        asked = steps_for(call.session.roles)
        return AttentionAnswer(
            unrecorded=_readable(connection, going_on, titles, call),
            soon=steps.get("reminder", 0) if "reminder" in asked else 0,
            overdue=sum(n for step, n in steps.items() if step != "reminder" and step in asked),
        )

    return await call.services.off_loop.query(read)


def _scopes(call: Call) -> tuple[CasesVisible | None, OwnScope | None]:
    access, who = call.services.access, call.session.principal
    cases, devices = access.case_scope(who), access.absence_scope(who)
    return (
        None if cases.nothing else CasesVisible(cases.everything, cases.officer, cases.unit),
        None if devices.nothing else OwnScope(devices.everything, devices.officer, devices.unit),
    )


def _readable(
    connection: Connection, going_on: list[UnrecordedActivity], titles: dict[str, str], call: Call
) -> tuple[UnrecordedAnswer, ...]:
    found = []
    for each in going_on:
        case = find_case(connection, each.case)
        if case is None:
            continue
        facts = facts_of_case(case)
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
