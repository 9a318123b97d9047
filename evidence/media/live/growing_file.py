"""Reads a file that a recorder is still writing, as a stream: a read waits until there is something, or the file has
stood still so long that it counts as finished. Never seeks, so that no demuxer believes in an end that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from evidence.clock import Clock
from evidence.errors import MediaUnreadable

_POLL_S = 0.05
_ISO_HEADS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp")


class GrowingFile:
    """What PyAV takes as a file without `seek`."""

    def __init__(self, path: Path, silence_s: float, clock: Clock, wait: Callable[[float], None]) -> None:
        self.name = str(path)
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise MediaUnreadable(f"The file cannot be opened: {error.strerror}.") from error
        self._silence_s, self._clock, self._wait = silence_s, clock, wait
        self.finished = False
        self._caught_up = False
        self.has_grown = False  # since there was nothing more to be read for the first time

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; nothing at the end."""
        began_s = self._clock.monotonic_s()
        while not (data := self._file.read(size)):
            if self._clock.monotonic_s() - began_s >= self._silence_s:
                self.finished = True
                return b""
            self._caught_up = True
            self._wait(_POLL_S)
        self.has_grown = self._caught_up
        return data

    def close(self) -> None:
        self._file.close()

    def require_streamable(self) -> None:
        """Raise MediaUnreadable for an MP4 whose index comes at its end: nobody can read it while it grows."""
        place = 0
        while True:
            head = self._at(place, 16)
            if len(head) < 8 or (place == 0 and head[4:8] not in _ISO_HEADS):
                return  # another container, or over already: the demuxer will say
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if kind == b"moov":
                return
            if kind == b"mdat":
                raise MediaUnreadable(
                    "An MP4 whose index is written last cannot be read while it grows; it is taken in when finished."
                )
            size = int.from_bytes(head[8:16], "big") if size == 1 else size
            if size < 8:
                raise MediaUnreadable("The file's boxes do not fit together.")
            place += size

    def _at(self, place: int, size: int) -> bytes:
        """Bytes at a place, waiting until they are written or the file stands still."""
        began_s = self._clock.monotonic_s()
        while len(data := os.pread(self._file.fileno(), size, place)) < size:
            if self._clock.monotonic_s() - began_s >= self._silence_s:
                return data
            self._wait(_POLL_S)
        return data
