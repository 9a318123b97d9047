"""The rooms of a site as the daemon runs them: recorders, sittings and alarms, shown to and steered by the HTTP side.

Fills the ports `player.rooms.RoomFeed` and `RoomDesk`. Called from any thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog.sitting_queries import AlarmRow, SittingRow
from evidence.clock import Clock
from evidence.errors import NotFound
from evidence.ledger import Ledger
from evidence.live import SittingId
from evidence.records import RecordingId
from evidence.sittings import Actor, AlarmId, NewSitting
from ingest.recorders.alarms import Alarms, Level, Listeners, OpenAlarm
from ingest.recorders.channel_state import RoomSnapshot
from ingest.recorders.finishing import Finishing
from ingest.recorders.receipts import Receipts
from ingest.recorders.rooms import Rooms
from ingest.recorders.sittings import Desk, Sittings
from player.feeds import Broadcaster
from player.rooms import Alarm, Levels, Room, RoomChannel, RunningSitting, UnrecordedActivity, Unsealed
from player.rooms import Level as LevelSaid
from policy.alarms import AlarmLimits

MakeRooms = Callable[[Callable[[RoomSnapshot], None], Alarms], Rooms]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rooms stand on."""

    engine: Engine
    ledger: Ledger
    blobs: Blobs
    clock: Clock
    site: str  # its name, for the receipt
    origin: str  # the ledger's
    zone: ZoneInfo
    limits: Mapping[str, AlarmLimits]


class RoomHouse:
    """`make_rooms` is given what to call when a room changes, and who looks and listens; `finishing` knows what cannot
    be sealed."""

    def __init__(
        self, ground: Ground, make_rooms: MakeRooms, events: Broadcaster, finishing: Finishing | None = None
    ) -> None:
        self._events = events
        self._finishing = finishing
        # Set once by the composition root: what must be recorded here and is not.
        self.unrecorded: Callable[[str], tuple[UnrecordedActivity, ...]] = lambda _room: ()
        listeners = Listeners(alarm=self._alarm_changed, levels=self._levels)
        self.alarms = Alarms(ground.engine, ground.ledger, ground.clock, ground.limits, listeners)
        self.recorders = make_rooms(self._room_changed, self.alarms)
        self.receipts = Receipts(ground.engine, self.recorders, ground.site, ground.origin, ground.zone)
        desk = Desk(ground.engine, ground.ledger, ground.blobs, self.recorders, self.receipts, ground.clock)
        self.sittings = Sittings(desk, self._publish)

    def begin(self) -> None:
        """Connect the channels, watch them, go on with the sittings that were open."""
        self.alarms.start()
        self.recorders.start()
        self.sittings.recover()

    def finish(self) -> None:
        """End recordings at their last closed fragment. Sittings stay open: the next start goes on with them."""
        # The channels fall silent now because they are told to.
        self.alarms.stop()
        self.recorders.stop()

    # ---- player.rooms.RoomFeed ----------------------------------------------------------------------------------
    def rooms(self) -> tuple[Room, ...]:
        return tuple(self._shown(each) for each in self.recorders.snapshots())

    def unsealed(self) -> tuple[Unsealed, ...]:
        found = () if self._finishing is None else self._finishing.unsealed()
        return msgspec.convert(found, tuple[Unsealed, ...], from_attributes=True)

    # ---- player.rooms.RoomDesk ----------------------------------------------------------------------------------
    def start(self, asked: NewSitting, by: Actor) -> SittingRow:
        return self.sittings.start(asked, by)

    def end(self, sitting: SittingId, by: Actor) -> SittingRow:
        return self.sittings.end(sitting, by)

    def mark(self, sitting: SittingId, label: str, on_at: str | None, by: Actor) -> None:
        self.sittings.mark(sitting, label, on_at, by)

    def note(self, sitting: SittingId, text: str, on_at: str | None, by: Actor) -> None:
        self.sittings.note(sitting, text, on_at, by)

    def receipt(self, sitting: SittingId) -> bytes:
        return self.sittings.receipt(sitting)

    def acknowledge(self, alarm: AlarmId, note: str, by: Actor) -> AlarmRow:
        return self.alarms.acknowledge(alarm, note, by)

    def seal_again(self, room: str, recording: RecordingId) -> None:
        if self._finishing is None:
            raise NotFound("Nothing is sealed here.")
        self._finishing.again(room, recording)

    # ---- news ---------------------------------------------------------------------------------------------------
    def _room_changed(self, snapshot: RoomSnapshot) -> None:
        self.alarms.room_changed(snapshot)
        self._events.publish(self._shown(snapshot))

    def show(self, room: str) -> None:
        """Something about a room changed that is not of its channels. Nothing for one that is not there any more."""
        with contextlib.suppress(NotFound):
            self._publish(room)

    def _alarm_changed(self, alarm: OpenAlarm) -> None:
        self._publish(alarm.room)

    def _publish(self, room: str) -> None:
        self._events.publish(self._shown(self.recorders.snapshot(room)))

    def _levels(self, room: str, levels: tuple[Level, ...]) -> None:
        self._events.publish(
            Levels(room=room, levels=msgspec.convert(levels, tuple[LevelSaid, ...], from_attributes=True))
        )

    def _shown(self, snapshot: RoomSnapshot) -> Room:
        row = None if snapshot.sitting is None else self.sittings.running(snapshot.name)
        return Room(
            name=snapshot.name,
            title=snapshot.title,
            unit=snapshot.unit,
            mode=snapshot.mode,
            must_record=snapshot.must_record,
            recorded=snapshot.wanted,
            sitting=None
            if row is None
            else RunningSitting(id=row.id, kind=row.kind, must_record=row.must_record, started_at=row.started_at),
            channels=msgspec.convert(snapshot.channels, tuple[RoomChannel, ...], from_attributes=True),
            unrecorded=self.unrecorded(snapshot.name),
            alarms=msgspec.convert(self.alarms.going_on(snapshot.name), tuple[Alarm, ...], from_attributes=True),
            unsealed=tuple(each for each in self.unsealed() if each.room == snapshot.name),
        )
