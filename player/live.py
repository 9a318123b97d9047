"""One relay per watched channel: takes what the hub hands over and fans it out to the viewers. Event loop only.

A relay exists while somebody watches. The current GOP is kept, so that who joins sees a picture at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from evidence.clock import Clock
from evidence.live import ChannelId, Interrupted, LiveItem, Opening, Piece
from player.live_feed import LiveFeed
from player.live_queue import MAX_BYTES, Framed, Item, LiveQueue, Opened
from player.live_wire import piece_frame


class Listener(Protocol):
    def put(self, item: Item) -> None: ...


class Relay:
    """Of one channel, from the first viewer's coming to the last one's leaving."""

    def __init__(self, feed: LiveFeed, channel: ChannelId) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._opened: Opened | None = None
        self._interrupted: Interrupted | None = None
        self._gop: list[Framed] = []
        self._gop_bytes = 0
        self._n_openings = 0
        self._unsubscribe = feed.subscribe(channel, self._hear)

    def _hear(self, item: LiveItem) -> None:
        """On the hub's thread: the one crossing to the event loop."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, item)

    def _take(self, item: LiveItem) -> None:
        out = self._noted(item)
        if out is not None:
            for listener in tuple(self._listeners):
                listener.put(out)

    def _noted(self, item: LiveItem) -> Item | None:
        """The item as viewers get it, after its effect on what who joins later is handed."""
        if isinstance(item, Piece):
            return self._framed(item)
        if isinstance(item, Opening):
            self._n_openings += 1
            self._opened, self._interrupted = Opened(item, self._n_openings % 256), None
            self._drop_gop()
            return self._opened
        if isinstance(item, Interrupted):
            self._opened, self._interrupted = None, item
            self._drop_gop()
        return item

    def _framed(self, piece: Piece) -> Framed | None:
        opened = self._opened
        if opened is None or piece.recording != opened.opening.recording:
            return None
        framed = Framed(piece, piece_frame(piece, opened.number))
        if (piece.key and piece.track == opened.lead) or self._gop_bytes > MAX_BYTES:
            self._drop_gop()
        self._gop.append(framed)
        self._gop_bytes += len(framed.frame)
        return framed

    def _drop_gop(self) -> None:
        self._gop, self._gop_bytes = [], 0

    @property
    def gop(self) -> tuple[Framed, ...]:
        """What has come since the newest keyframe."""
        return tuple(self._gop)

    def add(self, listener: Listener) -> None:
        """Hand over how it stands, then everything that comes."""
        now: list[Item] = [each for each in (self._interrupted, self._opened) if each is not None]
        for item in (*now, *self._gop):
            listener.put(item)
        self._listeners.append(listener)

    def remove(self, listener: Listener) -> bool:
        """True if nobody listens any more."""
        self._listeners.remove(listener)
        return not self._listeners

    def close(self) -> None:
        self._unsubscribe()
        self._listeners.clear()


class Relays:
    """The relays of one daemon."""

    def __init__(self, feed: LiveFeed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._relays: dict[ChannelId, Relay] = {}
        self._queues: set[LiveQueue] = set()
        self._closed = False

    @contextmanager
    def listening(self, channel: ChannelId, listener: Listener) -> Iterator[Relay]:
        """Hear a channel for as long as the block runs."""
        relay = self._relays.get(channel)
        if relay is None:
            relay = self._relays[channel] = Relay(self._feed, channel)
        relay.add(listener)
        try:
            yield relay
        finally:
            if relay.remove(listener):
                del self._relays[channel]
                relay.close()

    @contextmanager
    def watching(self, channel: ChannelId) -> Iterator[tuple[Relay, LiveQueue]]:
        """A viewer's queue on a channel for as long as the block runs."""
        queue = LiveQueue(self._clock)
        self._queues.add(queue)
        if self._closed:
            queue.close()
        try:
            with self.listening(channel, queue) as relay:
                yield relay, queue
        finally:
            self._queues.discard(queue)

    def close(self) -> None:
        """The server stops: every viewer's queue ends."""
        self._closed = True
        for queue in self._queues:
            queue.close()
