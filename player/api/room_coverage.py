"""What the channels of a room recorded over a stretch of time, together and apart. No footage leaves here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import field
from sqlalchemy import Connection

from evidence.catalog.live_queries import events_of_room, recordings_of_room
from evidence.clock import to_text
from evidence.errors import Invalid, NotFound
from evidence.live import ChannelId
from player.api.recordings import moment
from player.api.route import Call
from player.api.shapes import Answer, Asked, Moment
from policy.room_coverage import RoomCoverage, millis, room_coverage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Longer stretches are asked for in pieces: a room may have a file every few minutes.
_LONGEST_MS = 32 * 24 * 3_600_000


class CoverageQuery(Asked, frozen=True, kw_only=True):
    from_: Moment = field(name="from")
    to: Moment


class Stretch(Answer, frozen=True, kw_only=True):
    from_: str = field(name="from")
    to: str


class CoverageHole(Answer, frozen=True, kw_only=True):
    from_: str = field(name="from")
    to: str
    reason: str  # code of the gap in the ledger; "" where nothing was to be recorded
    detail: str


class CoverageChannel(Answer, frozen=True, kw_only=True):
    id: str
    title: str
    covered_ms: int
    holes: tuple[CoverageHole, ...]


class CoverageDifference(Answer, frozen=True, kw_only=True):
    from_: str = field(name="from")
    to: str
    covered_by: tuple[str, ...]
    missing_in: tuple[str, ...]


class RoomCoverageAnswer(Answer, frozen=True, kw_only=True):
    from_: str = field(name="from")
    to: str
    covered_ms: int  # by at least one channel
    missing: tuple[Stretch, ...]  # in all of them
    channels: tuple[CoverageChannel, ...]
    differences: tuple[CoverageDifference, ...]  # recorded by some and not by others


async def coverage(call: Call) -> RoomCoverageAnswer:
    """Compare the channels of a room. Invalid if the stretch is empty or longer than 32 days."""
    name, from_at, to_at = call.part("room"), moment(call.query.from_, "from"), moment(call.query.to, "to")
    room = next((each for each in call.services.rooms.rooms() if each.name == name), None)
    if room is None:
        raise NotFound("There is no such room.")
    if from_at is None or to_at is None or not 0 < millis(to_at) - millis(from_at) <= _LONGEST_MS:
        raise Invalid("'to' must come after 'from', by 32 days at most.")
    channels = tuple(ChannelId(each.id) for each in room.channels)

    def compared(connection: Connection) -> RoomCoverage:
        return room_coverage(
            from_at,
            to_at,
            channels,
            recordings_of_room(connection, name, from_at, to_at),
            events_of_room(connection, name, from_at, to_at),
        )

    return _answer(await call.services.off_loop.query(compared), {each.id: each.title for each in room.channels})


def _answer(found: RoomCoverage, titles: dict[str, str]) -> RoomCoverageAnswer:
    return RoomCoverageAnswer(
        from_=_text(found.whole[0]),
        to=_text(found.whole[1]),
        covered_ms=sum(end - start for start, end in found.covered),
        missing=tuple(Stretch(from_=_text(start), to=_text(end)) for start, end in found.missing),
        channels=tuple(
            CoverageChannel(
                id=each.channel,
                title=titles[each.channel],
                covered_ms=sum(end - start for start, end in each.covered),
                holes=tuple(
                    CoverageHole(
                        from_=_text(hole.start_ms), to=_text(hole.end_ms), reason=hole.reason, detail=hole.detail
                    )
                    for hole in each.holes
                ),
            )
            for each in found.channels
        ),
        differences=tuple(
            CoverageDifference(
                from_=_text(each.start_ms),
                to=_text(each.end_ms),
                covered_by=each.covered_by,
                missing_in=each.missing_in,
            )
            for each in found.differences
        ),
    )


def _text(ms: int) -> str:
    return to_text(_EPOCH + timedelta(milliseconds=ms))
