"""What people see of a channel and of a room at a moment. Frozen data; pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evidence.live import ChannelId, SittingId
from evidence.records import RecordingId

View = Literal["front", "whole", "backup"]
Mode = Literal["always", "sittings"]
# offline: no connection. connecting: the source is being opened. ready: pictures come and are not recorded.
# recording: they are. trouble: pictures should be recorded and cannot be (full disk, a store that fails).
State = Literal["offline", "connecting", "ready", "recording", "trouble"]
# States from which recording begins at once.
CAN_RECORD: tuple[State, ...] = ("ready", "recording")


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """One channel as the site describes it."""

    id: ChannelId  # "room/name"
    room: str
    title: str
    view: View
    required: bool = True  # a must-record sitting does not start without it
    url: str | None = None  # RTSP address without credentials
    folder: Path | None = None  # or: a folder into which a recorder writes files
    credentials: Path | None = None  # file with one line "user:password"
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RoomTerms:
    name: str
    title: str
    unit: str | None
    mode: Mode
    must_record: bool
    channels: tuple[ChannelTerms, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why pictures that come are not recorded."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    id: ChannelId
    room: str
    title: str
    view: View
    required: bool
    state: State
    since: str  # of this state, RFC 3339 UTC
    code: str = ""  # stable code of the reason: "unreachable", "disk-full" …; "" if all is well
    reason: str = ""  # the same in words
    recording: RecordingId | None = None
    codecs: tuple[str, ...] = ()  # as the source sends them, per track
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    name: str
    title: str
    unit: str | None
    mode: Mode
    must_record: bool
    wanted: bool  # should be recorded now
    sitting: SittingId | None
    since: str | None  # since when it should be recorded
    channels: tuple[ChannelSnapshot, ...]

    @property
    def missing(self) -> tuple[ChannelSnapshot, ...]:
        """Required channels that cannot be recorded now."""
        return tuple(each for each in self.channels if each.required and each.state not in CAN_RECORD)
