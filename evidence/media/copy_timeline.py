"""Places the pictures of a viewing copy in time: as in the original, never backwards. Pure."""

from __future__ import annotations

import heapq
from fractions import Fraction
from typing import Any

# Exact for all broadcast and camera rates, and for whole milliseconds.
TICKS_PER_S = 90_000
# A step back of more than this is a clock that was set or a file that was joined, not jitter.
_JUMP_TICKS = TICKS_PER_S
_USUAL_STEP = TICKS_PER_S // 25


class Timeline:
    """`counted`: the container has no presentation times; pictures come out in order, so they get the times of
    their packets in order."""

    def __init__(self, zero_s: Fraction, *, counted: bool) -> None:
        self._zero_s = zero_s
        self._counted = counted
        self._times: list[Fraction] = []
        self._shift = 0
        self._last: int | None = None
        self._step = _USUAL_STEP

    @property
    def end(self) -> int:
        """Where the last picture ends, ticks."""
        return 0 if self._last is None else self._last + self._step

    def announce(self, packet: Any) -> None:
        """A packet goes to the decoder."""
        time = packet.pts if packet.pts is not None else packet.dts
        if self._counted and time is not None:
            heapq.heappush(self._times, time * packet.time_base)

    def place(self, frame: Any) -> int:
        """Ticks from the copy's beginning at which a decoded picture is shown."""
        time_s = self._time_of(frame)
        last = self._last
        at = self.end if time_s is None else round((time_s - self._zero_s) * TICKS_PER_S) + self._shift
        if last is not None and at <= last:
            if last - at > _JUMP_TICKS:
                # Times run on from here, or all that follows would pile up on one instant.
                self._shift += last + self._step - at
                at = last + self._step
            else:
                at = last + 1
        at = max(0, at)
        if last is not None and 1 < at - last < _JUMP_TICKS:
            self._step = at - last
        self._last = at
        return at

    def begin_at_zero(self, at: int) -> int:
        """The first picture: shown from the beginning on, whenever it was decoded."""
        if at:
            self._step = _USUAL_STEP
        return 0

    def _time_of(self, frame: Any) -> Fraction | None:
        if not self._counted:
            return None if frame.pts is None else Fraction(frame.pts * frame.time_base)
        if not self._times:
            return None
        if frame.key_frame and frame.pts is not None:
            # Pictures that were lost before a keyframe took their times with them.
            own = frame.pts * frame.time_base
            while len(self._times) > 1 and self._times[0] < own:
                heapq.heappop(self._times)
        return heapq.heappop(self._times)
