"""The port by which the daemon hands live pictures to the HTTP side. Data and a Protocol; nothing is done here.

The daemon fills it with the recorders' hub; this side never imports them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evidence.live import ChannelId, LiveItem
from evidence.records import RecordingId


@dataclass(frozen=True, slots=True)
class Channel:
    """A live input of a room, as configured."""

    id: ChannelId  # "room/channel"
    room: str
    label: str  # for people
    unit: str | None  # of the room: who may watch hangs on it


class LiveFeed(Protocol):
    def channel(self, channel: ChannelId) -> Channel | None:
        """A configured channel. Called on the event loop: answers from memory."""
        ...

    def subscribe(self, channel: ChannelId, hear: Callable[[LiveItem], None]) -> Callable[[], None]:
        """Hear a channel from now on, until the answer is called. Called on the event loop: must not wait.

        `hear` comes from any one thread at a time, in order, and never blocks. What is handed first says how it
        stands: the newest `Opening` and every `Piece` since the newest keyframe, or `Interrupted` when nothing is
        being recorded. After the answer was called, an item that was on its way may still come.
        """
        ...

    def file_of(self, recording: RecordingId) -> Path | None:
        """The file of a recording that is being made; None once it is sealed into the blob store, or unknown."""
        ...


class NoLive:
    """The feed of a site without rooms."""

    def channel(self, channel: ChannelId) -> Channel | None:
        return None

    def subscribe(self, channel: ChannelId, hear: Callable[[LiveItem], None]) -> Callable[[], None]:
        raise LookupError(channel)

    def file_of(self, recording: RecordingId) -> Path | None:
        return None
