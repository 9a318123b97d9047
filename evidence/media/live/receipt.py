"""When a picture was received, freed of the jitter of buffers and networks; and leaps of a stream's clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# A stream's clock may lose so much against ours before we follow it: 1 ms per second (cameras: below 0.1).
_DRIFT_US_PER_S = 1_000
# A hole of this length ends what is continuous; shorter ones are reported and stay inside a fragment.
BREAK_US = 1_500_000
# Media time may run back so far by reordering and rounding.
_BACK_US = 1_000_000
# Media time and our clock may differ so much over one step before the stream's clock has leapt.
_LEAP_US = 700_000


class ReceiptClock:
    """Estimates the server's time of each picture: no later than it arrived, and as if nothing had been buffered.

    The fastest arrival so far tells how media time lies on our clock; it is let go of slowly, so that a camera whose
    clock is slow does not leave the estimate behind.
    """

    def __init__(self, offset_us: int | None = None, settled_us: int = 0) -> None:
        """`offset_us`: our time less media time, where something else than arrivals tells it (a file's last change);
        up to `settled_us` of media time it is not let go of."""
        self._offset_us = offset_us  # our time - media time, of the fastest arrival
        self._settled_us = settled_us
        self._at_us = settled_us

    def received_us(self, media_us: int, arrived_us: int) -> int:
        """Microseconds since 1970."""
        seen = arrived_us - media_us
        if self._offset_us is None:
            self._offset_us = seen
        else:
            allowed = max(0, media_us - self._at_us) * _DRIFT_US_PER_S // 1_000_000
            self._offset_us = min(self._offset_us + allowed, seen)
        self._at_us = max(media_us, self._settled_us)
        return media_us + self._offset_us

    def late_us(self, media_us: int, arrived_us: int) -> int:
        """How much later than expected something arrives; far from 0 if the stream's clock has leapt. Of what waited in
        a file nobody knows."""
        if self._offset_us is None or media_us < self._settled_us:
            return 0
        return arrived_us - media_us - self._offset_us

    def at_us(self, media_us: int) -> int:
        """The server's time of an instant that is past, by all that has arrived until now."""
        return media_us + (self._offset_us or 0)


Step = Literal["on", "hole", "backwards", "break", "leap"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How pictures follow each other: what the last step was, and what a step usually is."""

    usual_us: int = 40_000
    last_us: int | None = None  # media time

    def step(self, media_us: int, late_us: int) -> tuple[Step, int, Pace]:
        """What a picture at `media_us` means: (kind, length of the step in µs, the pace after it). `late_us`: how much
        later than expected it arrived.

        "hole": pictures are missing, up to BREAK_US. "backwards": to be dropped. "break" and "leap": what follows is
        not continuous; a leap is of the stream's clock, since our own says something else.
        """
        if self.last_us is None:
            return "on", 0, Pace(self.usual_us, media_us)
        step_us = media_us - self.last_us
        if step_us <= 0:
            return ("backwards", step_us, self) if step_us > -_BACK_US else ("leap", step_us, self)
        if step_us > BREAK_US:
            return ("leap" if abs(late_us) > _LEAP_US else "break"), step_us, self
        if step_us > max(3 * self.usual_us, 250_000):
            return "hole", step_us, Pace(self.usual_us, media_us)
        return "on", step_us, Pace(self.usual_us + (step_us - self.usual_us) // 8, media_us)
