"""What one live viewer has not been sent yet. Sans-IO but for the waiting; event loop only.

Bounded by time: a picture that waited too long drops everything up to the next keyframe, and the viewer is told.
A viewer begins, and goes on after a loss, with a keyframe, and never gets what was to be shown before it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evidence.clock import Clock
from evidence.live import Interrupted, Opening, Piece, Sealed
from evidence.records import RecordingId

# A viewer whose pictures wait this long here, after what the socket holds, does not keep up.
MAX_WAIT_S = 2.0
# The pictures are shared between viewers: this bounds what one that hangs keeps alive, not what it costs.
MAX_BYTES = 32 << 20

SkipReason = Literal["slow", "log"]


@dataclass(frozen=True, slots=True)
class Opened:
    """An opening with its number on the wire."""

    opening: Opening
    number: int

    @property
    def lead(self) -> int:
        """The track that decides where one may begin: the picture, or else the first."""
        return next((each.number for each in self.opening.tracks if each.kind == "video"), 0)


@dataclass(frozen=True, slots=True)
class Framed:
    """A piece as it goes over the wire, made once for all viewers."""

    piece: Piece
    frame: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """Pictures that this viewer was not sent."""

    reason: SkipReason
    recording: RecordingId
    start_ms: int
    end_ms: int


Item = Opened | Framed | Sealed | Interrupted
Out = Item | Skipped


class LiveQueue:
    def __init__(self, clock: Clock, max_wait_s: float = MAX_WAIT_S, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._max_wait_s = max_wait_s
        self._max_bytes = max_bytes
        self._waiting: deque[tuple[float, Out]] = deque()  # with the time each was put
        self._bytes = 0
        self._lead = 0
        self._floor_ms = 0  # of this recording, nothing that begins before it is sent
        self._wants_key = True
        self._paused = False
        self._lost: Skipped | None = None  # to be told with the next keyframe
        self._ready = asyncio.Event()
        self._look: asyncio.TimerHandle | None = None
        self.closed = False

    @property
    def newest_ms(self) -> int:
        """Where the newest waiting picture ends; 0 without one."""
        return max((item.piece.end_ms for _, item in self._waiting if isinstance(item, Framed)), default=0)

    def put(self, item: Item) -> None:
        """From the relay, in order."""
        if isinstance(item, Framed):
            self._put_picture(item)
            return
        if isinstance(item, Opened):
            self._lead, self._floor_ms = item.lead, -(2**31)
        if isinstance(item, Opened | Interrupted):
            self._wants_key = True
        self._add(item)

    def _put_picture(self, item: Framed) -> None:
        piece = item.piece
        if self._paused:
            return
        if not self._wants_key and self._is_slow():
            self.skip("slow")
        if self._wants_key:
            if not (piece.key and piece.track == self._lead):
                self._count_lost(piece)
                return
            self._wants_key, self._floor_ms = False, piece.start_ms
            if self._lost is not None:
                self._add(self._lost)
                self._lost = None
        elif piece.start_ms < self._floor_ms:
            return
        self._bytes += len(item.frame)
        self._add(item)

    def skip(self, reason: SkipReason) -> None:
        """Drop the pictures that wait; go on with the next keyframe."""
        pictures = [item.piece for _, item in self._waiting if isinstance(item, Framed)]
        self._lost = self._lost or Skipped(reason, RecordingId(""), 0, 0)
        for piece in pictures:
            self._count_lost(piece)
        self._drop_pictures()
        self._wants_key = True

    def _count_lost(self, piece: Piece) -> None:
        lost = self._lost
        if lost is None or piece.track != self._lead:
            return
        start_ms = lost.start_ms if lost.recording == piece.recording else piece.start_ms
        self._lost = Skipped(lost.reason, piece.recording, start_ms, piece.end_ms)

    def pause(self) -> None:
        self._paused = True
        self._lost = None
        self._drop_pictures()

    def resume(self, gop: Sequence[Framed]) -> None:
        """`gop`: what has come since the newest keyframe."""
        self._paused, self._wants_key = False, True
        for item in gop:
            self.put(item)

    def _drop_pictures(self) -> None:
        self._waiting = deque(each for each in self._waiting if not isinstance(each[1], Framed))
        self._bytes = 0

    def _is_slow(self) -> bool:
        since_s = next((since_s for since_s, item in self._waiting if isinstance(item, Framed)), None)
        waited = since_s is not None and self._clock.monotonic_s() - since_s > self._max_wait_s
        return waited or self._bytes > self._max_bytes

    def _add(self, item: Out) -> None:
        self._waiting.append((self._clock.monotonic_s(), item))
        self._ready.set()

    def _wake(self) -> None:
        self._look = None
        self._ready.set()

    def close(self) -> None:
        """The server stops: `take` ends."""
        self.closed = True
        self._ready.set()

    async def take(self, timeout_s: float) -> Out | None:
        """The next item; None after at most `timeout_s` without one, or once the queue is closed."""
        if not self._waiting and not self.closed:
            self._ready.clear()
            if self._look is None:
                # One timer for all that is taken until it goes off: a timer for each picture costs more than the rest.
                self._look = asyncio.get_running_loop().call_later(timeout_s, self._wake)
            await self._ready.wait()
        if self.closed or not self._waiting:
            return None
        _, item = self._waiting.popleft()
        if isinstance(item, Framed):
            self._bytes -= len(item.frame)
        return item
