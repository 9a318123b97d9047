"""The tables of interview rooms: rooms, their channels, when they alarm, how they are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from mediad.config_kinds import KeyPath, Name, Table
from policy.alarms import AlarmLimits


class Channel(Table, frozen=True, kw_only=True):
    name: Name
    title: str | None = None
    view: Literal["front", "whole", "backup"] = "front"
    url: Annotated[str, Meta(pattern=r"^rtsps?://[^\s@]+$")] | None = None
    folder: Path | None = None
    credentials: KeyPath | None = None
    required: bool = True


_USUAL = AlarmLimits()


class Alarms(Table, frozen=True, kw_only=True):
    """When a room's channels alarm; the fields of `policy.alarms.AlarmLimits` that a site may choose."""

    lost_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.lost_after_s
    black_luma: Annotated[float, Meta(ge=0, le=255)] = _USUAL.black_luma
    black_deviation: Annotated[float, Meta(ge=0, le=128)] = _USUAL.black_deviation
    black_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.black_after_s
    frozen_change: Annotated[float, Meta(ge=0, le=255)] = _USUAL.frozen_change
    frozen_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.frozen_after_s
    silent_db: Annotated[float, Meta(ge=-100, le=0)] = _USUAL.silent_db
    silent_drop_db: Annotated[float, Meta(ge=1, le=100)] = _USUAL.silent_drop_db
    silent_after_s: Annotated[float, Meta(ge=0, le=3600)] = _USUAL.silent_after_s
    clear_after_s: Annotated[float, Meta(ge=0, le=600)] = _USUAL.clear_after_s


class Room(Table, frozen=True, kw_only=True):
    name: Name
    title: str | None = None
    unit: str | None = None
    mode: Literal["sittings", "always"] = "sittings"
    must_record: bool = False
    alarms: Alarms = Alarms()
    channels: tuple[Channel, ...] = ()


class Recording(Table, frozen=True, kw_only=True):
    fragment_s: Annotated[float, Meta(ge=0.5, le=10)] = 2.0
    file_minutes: Annotated[float, Meta(ge=0.02, le=24 * 60)] = 60.0
    stall_s: Annotated[float, Meta(ge=1, le=600)] = 10.0
    memory_mb: Annotated[int, Meta(ge=128, le=65_536)] = 512


def nonsense(room: Room) -> Iterator[tuple[str, str | None]]:
    """What is wrong with a room that types cannot say: (in words, remedy)."""
    if not 1 <= len(room.channels) <= 4:
        yield f"has {len(room.channels)} channels.", "Give it 1 to 4."
    for channel in room.channels:
        if (channel.url is None) == (channel.folder is None):
            yield f"channel {channel.name!r} needs either url or folder.", None
        if channel.credentials is not None and channel.url is None:
            yield f"channel {channel.name!r} has credentials and no url.", None
