"""The ports by which the daemon shows rooms to the HTTP side, and takes what people do in them. Data and Protocols.

Filled by the daemon with the recorders' parts; this side never imports them.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from evidence.catalog.sitting_queries import AlarmRow, SittingRow
from evidence.errors import NotFound
from evidence.live import SittingId
from evidence.records import RecordingId
from evidence.sittings import Actor, AlarmId, AlarmKind, NewSitting, SittingKind
from policy.running import RoomNow


class RoomChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One live input of a room. `reason`: why it is as it is, in words; "" if all is well."""

    id: str
    title: str
    view: Literal["front", "whole", "backup"]
    required: bool
    state: Literal["offline", "connecting", "ready", "recording", "trouble"]
    since: str
    code: str
    reason: str
    recording: str | None
    codecs: tuple[str, ...]
    width: int
    height: int


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that is going on."""

    id: str
    room: str
    channel: str
    sitting: str | None
    kind: AlarmKind
    since_at: str
    detail: str
    raised_at: str
    cleared_at: str | None
    acknowledged_by: str | None


class Unsealed(msgspec.Struct, frozen=True, kw_only=True):
    """A finished recording that could not be sealed. `again`: it waits for something, and is tried again by itself."""

    recording: str
    room: str
    channel: str
    since: str
    code: str
    reason: str
    again: bool


class UnrecordedActivity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity that must be recorded in full goes on in a room in which no channel records: an alarm. It names
    nobody; who may read the case finds it by its id."""

    id: str
    room: str
    case: str
    activity: str
    since_at: str
    raised_at: str
    detail: str  # why no channel records, in words


class RunningSitting(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody who sees the room may know of its sitting: nobody's name."""

    id: str
    kind: SittingKind
    must_record: bool
    started_at: str


class Room(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    unit: str | None
    mode: Literal["always", "sittings"]
    must_record: bool
    recorded: bool  # should be recorded now
    sitting: RunningSitting | None
    channels: tuple[RoomChannel, ...]
    alarms: tuple[Alarm, ...]  # going on, oldest first
    unsealed: tuple[Unsealed, ...] = ()  # oldest first
    unrecorded: tuple[UnrecordedActivity, ...] = ()  # going on here without being recorded, oldest first


def room_now(room: Room) -> RoomNow:
    """A room as the rules take it."""
    recording = any(channel.state == "recording" for channel in room.channels)
    if recording:
        return RoomNow(room.name, room.title, True)
    faults = [f"{channel.title}: {channel.reason}" for channel in room.channels if channel.reason]
    return RoomNow(room.name, room.title, False, "; ".join(faults) or "No sitting was started in this room.")


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Sound, dBFS: 0 is full scale, -100 is nothing."""

    channel: str
    rms_db: float
    peak_db: float


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    room: str
    levels: tuple[Level, ...]


class RoomFeed(Protocol):
    def rooms(self) -> tuple[Room, ...]:
        """All configured rooms as they are now. Called from any thread; answers from memory."""
        ...

    def unsealed(self) -> tuple[Unsealed, ...]:
        """Of all rooms, those that are configured no longer included."""
        ...


class RoomDesk(Protocol):
    """What people do in rooms. Every call blocks until it is durable; errors are the house's own."""

    def start(self, asked: NewSitting, by: Actor) -> SittingRow: ...

    def end(self, sitting: SittingId, by: Actor) -> SittingRow: ...

    def mark(self, sitting: SittingId, label: str, on_at: str | None, by: Actor) -> None: ...

    def note(self, sitting: SittingId, text: str, on_at: str | None, by: Actor) -> None: ...

    def receipt(self, sitting: SittingId) -> bytes: ...

    def acknowledge(self, alarm: AlarmId, note: str, by: Actor) -> AlarmRow: ...

    def seal_again(self, room: str, recording: RecordingId) -> None:
        """Try to seal a recording that failed. Returns before it is done. NotFound if it is not among those."""
        ...


class NoRooms:
    """A site without rooms: both ports, empty."""

    def rooms(self) -> tuple[Room, ...]:
        return ()

    def unsealed(self) -> tuple[Unsealed, ...]:
        return ()

    def start(self, asked: NewSitting, by: Actor) -> SittingRow:
        raise NotFound("There is no such room.")

    def end(self, sitting: SittingId, by: Actor) -> SittingRow:
        raise NotFound("There is no such sitting.")

    def mark(self, sitting: SittingId, label: str, on_at: str | None, by: Actor) -> None:
        raise NotFound("There is no such sitting.")

    def note(self, sitting: SittingId, text: str, on_at: str | None, by: Actor) -> None:
        raise NotFound("There is no such sitting.")

    def receipt(self, sitting: SittingId) -> bytes:
        raise NotFound("There is no such sitting.")

    def acknowledge(self, alarm: AlarmId, note: str, by: Actor) -> AlarmRow:
        raise NotFound("There is no such alarm.")

    def seal_again(self, room: str, recording: RecordingId) -> None:
        raise NotFound("There is no such room.")
