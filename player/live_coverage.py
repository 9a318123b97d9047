"""How far the log is ahead of the live pictures of one viewing. Pure.

A window of the log is 2 s of a recording. The next one is asked for before the one before it runs out, so that
pictures wait for the log only when it is slower than that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from evidence.records import RecordingId

WINDOW_MS = 2_000
# Asked for so long before it is needed. A group commit takes some 10 ms; a disk that hangs for a second harms nobody.
AHEAD_MS = 1_000


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a recording that the log says is handed out."""

    recording: RecordingId
    start_ms: int
    until_ms: int

    def holds(self, recording: RecordingId, start_ms: int, end_ms: int) -> bool:
        return recording == self.recording and self.start_ms <= start_ms and end_ms <= self.until_ms


@dataclass(slots=True)
class Coverage:
    """Durable from `from_ms` to `until_ms` of `recording`; `asking` is the window that is on its way to the disk."""

    recording: RecordingId | None = None
    from_ms: int = 0
    until_ms: int = 0
    asking: asyncio.Task[Window] | None = None

    def is_new(self, recording: RecordingId, start_ms: int) -> bool:
        """Does what begins here not join on to what is covered?"""
        return recording != self.recording or not self.from_ms <= start_ms <= self.until_ms + WINDOW_MS

    def go_to(self, recording: RecordingId, start_ms: int) -> None:
        """Begin anew where what is to be sent does not join on to what is covered."""
        if self.is_new(recording, start_ms):
            # A window that is still on its way will be in the log, and count for nothing here.
            self.recording, self.from_ms, self.until_ms, self.asking = recording, start_ms, start_ms, None

    def window_until(self, end_ms: int) -> int:
        """Where the window ends that begins at `until_ms` and is to hold `end_ms`: on the grid that all viewers share,
        so that their entries come together and share one commit."""
        return (max(self.until_ms, end_ms - 1) // WINDOW_MS + 1) * WINDOW_MS

    def runs_out(self, end_ms: int) -> bool:
        return self.asking is None and self.until_ms - end_ms < AHEAD_MS
