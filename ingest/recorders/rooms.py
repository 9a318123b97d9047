"""All rooms of a site: which of them are recorded now, for which sitting, and how their channels fare.

Thread-safe. A room of mode "always" is recorded from the start to the end of the daemon; a sitting in it only names
the recordings. A room of mode "sittings" is recorded from `begin` to `end`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evidence.clock import Clock, to_text
from evidence.errors import Conflict, NotFound
from evidence.live import ChannelId, SittingId
from ingest.recorders.channel_state import ChannelSnapshot, ChannelTerms, RoomSnapshot, RoomTerms


class RoomChannel(Protocol):
    """What a room asks of its channels; `ingest.recorders.channel.Channel` does it."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """End what is being recorded and the thread. Waits."""
        ...

    def record(self, sitting: SittingId | None) -> None:
        """Record from now on, the latest closed fragment included; or name the sitting from the next fragment on."""
        ...

    def release(self) -> None:
        """Record until the fragment that holds this moment is closed, then end. Waits for it."""
        ...

    def snapshot(self) -> ChannelSnapshot: ...


OnChannel = Callable[[ChannelSnapshot], None]
MakeChannel = Callable[[ChannelTerms, OnChannel], RoomChannel]


@dataclass(slots=True)
class _Wish:
    """What somebody wants of a room."""

    since: str | None = None  # None: it is not to be recorded
    sitting: SittingId | None = None


class Rooms:
    """Made by the composition root. `on_change` is called with a room's snapshot, from any thread."""

    def __init__(
        self,
        rooms: Sequence[RoomTerms],
        make_channel: MakeChannel,
        clock: Clock,
        on_change: Callable[[RoomSnapshot], None] = lambda _room: None,
    ) -> None:
        self._clock = clock
        self._on_change = on_change
        self._terms = {room.name: room for room in rooms}
        self._wishes = {room.name: _Wish() for room in rooms}
        self._channels: dict[str, tuple[RoomChannel, ...]] = {}
        # One change of a room at a time; snapshots never wait for it.
        self._changing = {room.name: threading.Lock() for room in rooms}
        for room in rooms:
            self._channels[room.name] = tuple(make_channel(terms, self._channel_changed) for terms in room.channels)
        self._started = False

    def start(self) -> None:
        """Let every channel connect; rooms of mode "always" are recorded from here on."""
        self._started = True
        for room in self._terms.values():
            for channel in self._channels[room.name]:
                channel.start()
            if room.mode == "always":
                self._wish(room.name, _Wish(self._now()))

    def stop(self) -> None:
        """End all recordings at their last closed fragment and stop the channels. Nothing if not started."""
        if not self._started:
            return
        threads = [threading.Thread(target=each.stop) for channels in self._channels.values() for each in channels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def begin(self, room: str, sitting: SittingId | None) -> RoomSnapshot:
        """Record a room for a sitting. NotFound; Conflict if it has a sitting, or must record and a source is down."""
        with self._lock(room):
            before = self.snapshot(room)
            if before.sitting is not None or (before.wanted and before.mode == "sittings"):
                raise Conflict(f"Room {room} is in use already.", remedy="End the sitting that is going on first.")
            if before.must_record and before.missing:
                down = ", ".join(f"{each.title} ({each.reason or each.state})" for each in before.missing)
                raise Conflict(
                    f"Room {room} must be recorded and cannot be: {down}.", remedy="Bring the source back first."
                )
            return self._wish(room, _Wish(before.since or self._now(), sitting))

    def resume(self, room: str, sitting: SittingId, since: str) -> RoomSnapshot:
        """Go on with a sitting that was open when the server stopped, whatever the state of its sources: what is
        missing becomes a gap. `since`: when it was started."""
        with self._lock(room):
            return self._wish(room, _Wish(since, sitting))

    def end(self, room: str) -> RoomSnapshot:
        """End the sitting of a room; waits until what was recorded up to now is durable. Nothing if there is none."""
        with self._lock(room):
            before = self.snapshot(room)
            always = before.mode == "always"
            return self._wish(room, _Wish(before.since if always else None))

    def snapshots(self) -> tuple[RoomSnapshot, ...]:
        return tuple(self.snapshot(name) for name in self._terms)

    def snapshot(self, room: str) -> RoomSnapshot:
        """NotFound."""
        terms = self._terms.get(room)
        if terms is None:
            raise NotFound(f"There is no room {room}.")
        wish = self._wishes[room]
        channels = tuple(channel.snapshot() for channel in self._channels[room])
        return RoomSnapshot(
            terms.name,
            terms.title,
            terms.unit,
            terms.mode,
            terms.must_record,
            wish.since is not None,
            wish.sitting,
            wish.since,
            channels,
        )

    def channel(self, channel: ChannelId) -> ChannelSnapshot:
        """NotFound."""
        room = self.snapshot(channel.partition("/")[0])
        found = next((each for each in room.channels if each.id == channel), None)
        if found is None:
            raise NotFound(f"There is no channel {channel}.")
        return found

    def _wish(self, room: str, wish: _Wish) -> RoomSnapshot:
        """Carry out a wish on all channels at once: a stop waits for fragments, and not one after the other."""
        before, self._wishes[room] = self._wishes[room], wish
        channels = self._channels[room]
        if wish.since is not None:
            for channel in channels:
                channel.record(wish.sitting)
        elif before.since is not None:
            threads = [threading.Thread(target=channel.release) for channel in channels]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        snapshot = self.snapshot(room)
        self._on_change(snapshot)
        return snapshot

    def _lock(self, room: str) -> threading.Lock:
        if room not in self._changing:
            raise NotFound(f"There is no room {room}.")
        return self._changing[room]

    def _channel_changed(self, channel: ChannelSnapshot) -> None:
        self._on_change(self.snapshot(channel.room))

    def _now(self) -> str:
        return to_text(self._clock.now())
