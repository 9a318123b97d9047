"""The newest seconds of a channel as low-latency HLS segments and parts, made of the pieces that WebSockets are sent.

One window per channel that is watched this way; it goes when nobody has asked for a while. Event loop only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from evidence.clock import Clock, from_text
from evidence.live import ChannelId, Interrupted, Opening, Piece, Sealed
from evidence.records import RecordingId
from player.live import Relays
from player.live_playlists import ListedSegment, LowLatency, Part, low_latency_playlist
from player.live_queue import Framed, Item, Opened

PART_MS = 200
# What is announced as the longest: pictures of a real camera come at uneven steps.
PART_TARGET_MS = 250
_KEPT = 6  # complete segments
_WITH_PARTS = 3  # of them, the newest: enough for a player that joins
# A player asks several times a second; one that has not for so long is gone.
_IDLE_S = 15.0
_LOOK_S = 1.0


@dataclass(slots=True)
class _Open:
    """A part that is being filled."""

    data: list[bytes] = field(default_factory=list)
    start_ms: int | None = None  # of the lead track
    end_ms: int = 0
    independent: bool = False
    holds: tuple[int, int] | None = None  # of all tracks

    def add(self, piece: Piece) -> None:
        self.data.append(piece.data)
        start_ms, end_ms = self.holds or (piece.start_ms, piece.end_ms)
        self.holds = min(start_ms, piece.start_ms), max(end_ms, piece.end_ms)


@dataclass(slots=True)
class _Segment:
    opening: Opening
    seq: int
    parts: list[Part] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    complete: bool = False

    def listed(self, with_parts: bool) -> ListedSegment:
        parts = tuple(self.parts)
        return ListedSegment(
            self.opening.recording,
            from_text(self.opening.zero_at),
            self.seq,
            parts[0].start_ms if parts else 0,
            parts[-1].end_ms if parts else 0,
            parts if with_parts else (),
            self.complete,
        )


class LiveWindow:
    """A listener of a relay."""

    def __init__(self) -> None:
        self._opened: Opened | None = None
        self._segments: list[_Segment] = []
        self._open = _Open()
        self._first = True  # the first segment was joined in its middle, perhaps: it is not listed
        self._n_dropped = 0
        self._n_discontinuities = 0
        self._changed = asyncio.Event()
        self._sealed: dict[RecordingId, int] = {}  # segments that are durable
        self.asked_s = 0.0

    # ---- what comes ---------------------------------------------------------------------------------------------
    def put(self, item: Item) -> None:
        if isinstance(item, Framed):
            self._put(item.piece)
        elif isinstance(item, Opened):
            self._complete()
            self._opened = item
        elif isinstance(item, Interrupted):
            self._complete()
            self._opened = None
        elif isinstance(item, Sealed):
            self._sealed[item.recording] = item.seq + 1
        self._tell()

    def _put(self, piece: Piece) -> None:
        opened = self._opened
        if opened is None:
            return
        lead = piece.track == opened.lead
        if lead and (not self._segments or self._segments[-1].complete or self._segments[-1].seq != piece.seq):
            if not piece.key:
                return
            self._complete()
            self._segments.append(_Segment(opened.opening, piece.seq))
            self._drop_old()
        if not self._segments or self._segments[-1].complete:
            return
        self._open.add(piece)
        if not lead:
            return
        if self._open.start_ms is None:
            self._open.start_ms, self._open.independent = piece.start_ms, piece.key
        self._open.end_ms = piece.end_ms
        length_ms = piece.end_ms - self._open.start_ms
        if length_ms + (piece.end_ms - piece.start_ms) > PART_MS:
            self._close_part()

    def _close_part(self) -> None:
        part, self._open = self._open, _Open()
        if part.start_ms is None or part.holds is None or not self._segments:
            return
        segment = self._segments[-1]
        segment.parts.append(Part(len(segment.parts), part.start_ms, part.end_ms, part.independent, part.holds))
        segment.bodies.append(b"".join(part.data))

    def _complete(self) -> None:
        if not self._segments or self._segments[-1].complete:
            return
        self._close_part()
        self._segments[-1].complete = True
        if self._first:
            self._first = False
            self._segments.clear()

    def _drop_old(self) -> None:
        while len(self._segments) > _KEPT + 1:
            gone = self._segments.pop(0)
            self._n_dropped += 1
            if gone.opening.recording != self._segments[0].opening.recording:
                self._n_discontinuities += 1

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    # ---- what is asked ------------------------------------------------------------------------------------------
    async def wait(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Until something holds; False after the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def is_ready(self) -> bool:
        return any(each.complete for each in self._segments)

    def reaches(self, msn: int, part: int | None) -> bool:
        """Is this segment, or this part of it, listed? (draft-pantos-hls-rfc8216bis §6.2.5.2)"""
        index = msn - self._n_dropped
        if index >= len(self._segments):
            return False
        segment = self._segments[index]
        return segment.complete or (part is not None and len(segment.parts) > part)

    def is_beyond(self, msn: int) -> bool:
        """So far ahead that no player can mean it."""
        return msn > self._n_dropped + len(self._segments) + 2

    def playlist(self) -> str:
        newest = len(self._segments) - _WITH_PARTS
        listed = [each.listed(n >= newest) for n, each in enumerate(self._segments)]
        return low_latency_playlist(listed, LowLatency(PART_TARGET_MS, self._n_dropped, self._n_discontinuities))

    def part(self, recording: RecordingId, seq: int, number: int) -> tuple[Part, bytes] | None:
        for segment in self._segments:
            if (segment.opening.recording, segment.seq) == (recording, seq) and number < len(segment.parts):
                return segment.parts[number], segment.bodies[number]
        return None

    def may_come(self, recording: RecordingId, seq: int) -> bool:
        """Is that segment being made?"""
        last = self._segments[-1] if self._segments else None
        return last is not None and not last.complete and (last.opening.recording, last.seq) == (recording, seq)

    def is_durable(self, recording: RecordingId, seq: int) -> bool:
        return self._sealed.get(recording, 0) > seq

    def knows(self, recording: RecordingId, seq: int) -> bool:
        return any((each.opening.recording, each.seq) == (recording, seq) for each in self._segments)


class LiveWindows:
    """The windows of one daemon."""

    def __init__(self, relays: Relays, clock: Clock) -> None:
        self._relays = relays
        self._clock = clock
        self._windows: dict[ChannelId, LiveWindow] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, channel: ChannelId) -> LiveWindow:
        """The channel's window, begun if nobody asked lately."""
        window = self._windows.get(channel)
        if window is None:
            window = self._windows[channel] = LiveWindow()
            task = asyncio.get_running_loop().create_task(self._keep(channel, window), name="live-window-keeper")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        window.asked_s = self._clock.monotonic_s()
        return window

    def held(self, channel: ChannelId) -> LiveWindow | None:
        """The window if there is one; asking this way does not keep it."""
        return self._windows.get(channel)

    async def _keep(self, channel: ChannelId, window: LiveWindow) -> None:
        with self._relays.listening(channel, window):
            while self._clock.monotonic_s() - window.asked_s < _IDLE_S:
                await asyncio.sleep(_LOOK_S)
        del self._windows[channel]

    async def close(self) -> None:
        """The server stops."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
