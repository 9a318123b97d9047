"""Rooms as they are now, and their alarms."""

from __future__ import annotations

import msgspec

from evidence.catalog.sitting_queries import recent_alarms
from evidence.errors import NotFound
from evidence.records import RecordingId
from evidence.sittings import Actor, AlarmId
from player.api.route import Call
from player.api.sitting_shapes import AlarmAnswer, AlarmsAnswer, RoomAnswer, RoomsAnswer
from player.rooms import Room
from player.sessions import Session
from policy.access import RoomFacts


async def rooms(call: Call) -> RoomsAnswer:
    """Those that this account may see."""
    return RoomsAnswer(rooms=readable(call))


async def room(call: Call) -> RoomAnswer:
    name = call.part("room")
    found = next((each for each in call.services.rooms.rooms() if each.name == name), None)
    if found is None:
        raise NotFound("There is no such room.")
    return RoomAnswer(room=found)


async def alarms(call: Call) -> AlarmsAnswer:
    """Newest first; what is open, or all."""
    query = call.query
    names = [each.name for each in readable(call) if query.room in (None, each.name)]
    rows = await call.services.off_loop.query(
        lambda connection: recent_alarms(connection, names, open_only=query.open, limit=query.limit)
    )
    return AlarmsAnswer(alarms=tuple(msgspec.convert(row, AlarmAnswer, from_attributes=True) for row in rows))


async def acknowledge(call: Call) -> AlarmAnswer:
    alarm, note, by = AlarmId(call.part("aid")), call.body.note, actor(call.session)
    row = await call.services.off_loop.run(lambda: call.services.desk.acknowledge(alarm, note, by))
    return msgspec.convert(row, AlarmAnswer, from_attributes=True)


async def seal_again(call: Call) -> RoomAnswer:
    """Try to seal a recording of this room that failed; what became of it shows in the room."""
    name, recording = call.part("room"), RecordingId(call.part("recording"))
    await call.services.off_loop.run(lambda: call.services.desk.seal_again(name, recording))
    return await room(call)


def readable(call: Call) -> tuple[Room, ...]:
    """The rooms whose state this account may see."""
    access, principal = call.services.access, call.session.principal
    return tuple(
        each
        for each in call.services.rooms.rooms()
        if access.decide(principal, "room.read", RoomFacts(each.name, each.unit)).allowed
    )


def actor(session: Session) -> Actor:
    return Actor(session.account, session.display_name, session.unit)
