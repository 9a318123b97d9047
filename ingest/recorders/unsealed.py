"""Finished recordings that could not be sealed: which, why, and whether it is tried again by itself. Thread-safe.

In memory: the next start tries all of them again, and finds again what is wrong.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from evidence.live import ChannelId
from evidence.records import RecordingId


@dataclass(frozen=True, slots=True)
class Unsealed:
    recording: RecordingId
    room: str
    channel: ChannelId
    since: str  # when it failed first, RFC 3339 UTC
    code: str  # of the error
    reason: str  # in words
    again: bool  # tried again by itself: it waits for the disk, the database or a worker


class UnsealedBook:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[RecordingId, Unsealed] = {}

    def put(self, found: Unsealed) -> bool:
        """Whether anything is new about it."""
        with self._lock:
            before = self._found.get(found.recording)
            if before is not None and (before.code, before.again) == (found.code, found.again):
                return False
            self._found[found.recording] = found
            return True

    def remove(self, recording: RecordingId) -> Unsealed | None:
        """It is sealed, or tried anew; what was wrong with it, if anything was."""
        with self._lock:
            return self._found.pop(recording, None)

    def all(self) -> tuple[Unsealed, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(sorted(self._found.values(), key=lambda each: (each.since, each.recording)))
