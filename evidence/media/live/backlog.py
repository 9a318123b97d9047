"""What a growing file held before it was followed: its length, and so when its pictures were received at the latest.

Its newest picture was written no later than the file's last change; each earlier one by as much earlier as media time
says. It may have been earlier still: by what the recorder held back before it wrote, and by pauses it does not tell of.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from evidence.media.live.picture import TIMESCALE
from evidence.media.live.receipt import BREAK_US

# The daemon takes a worker that is silent for long for hung: a longer file is looked through in part.
_MOST_S = 5.0
_LOOK_AT_CLOCK_EVERY = 256  # packets
_BREAK = BREAK_US * TIMESCALE // 1_000_000
_BACK = TIMESCALE  # reordering and rounding


@dataclass(frozen=True, slots=True)
class Take:
    """A continuous stretch of a file, on the source's own clock: [first, end) in ticks of `TIMESCALE`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """In the order of the file; never empty."""

    takes: tuple[Take, ...]
    n_pictures: int
    written_us: int  # server's time of the file's last change, microseconds since 1970
    is_whole: bool = True  # False: too long to be looked through; its length follows from that of its beginning

    def from_here(self, at: int) -> Backlog | None:
        """The rest of it from the take on that holds `at`; None if `at` lies behind it."""
        for n, take in enumerate(self.takes):
            if take.first <= at < take.end:
                return replace(self, takes=self.takes[n:])
        return None

    def at_us(self, at: int) -> int:
        """The server's time of an instant of the first take, at the latest."""
        first, *later = self.takes
        behind = first.end - at + sum(take.end - take.first for take in later)
        return self.written_us - behind * 1_000_000 // TIMESCALE


def takes_of(times: Iterable[tuple[int, int]]) -> tuple[Take, ...]:
    """Decode times and durations of pictures, in ticks → where they run on without a break."""
    takes: list[Take] = []
    for at, duration in times:
        last = takes[-1] if takes else None
        if last is None or at - last.end > _BREAK or at < last.end - _BACK:
            takes.append(Take(at, at + duration))
        else:
            takes[-1] = replace(last, end=max(last.end, at + duration))
    return tuple(takes)


class _Part:
    """The first `size` bytes of a file, as a stream; PyAV reads from it."""

    def __init__(self, path: Path, size: int) -> None:
        self.name = str(path)
        self.left, self.size = size, size
        self._file = path.open("rb", buffering=0)

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


def look_through(path: Path, options: dict[str, str], now_us: int, monotonic_s: Callable[[], float]) -> Backlog | None:
    """What a file holds now. None if that is not a picture that can be read."""
    found = os.stat(path)
    part = _Part(path, found.st_size)
    try:
        with av.open(part, options=options) as container:
            until_s = monotonic_s() + _MOST_S
            times = tuple(_times(container, lambda: monotonic_s() > until_s))
    except (av.FFmpegError, ValueError, IndexError, OSError):
        return None
    finally:
        part.close()
    takes = takes_of((at, duration) for at, duration in times if at is not None)
    if not takes:
        return None
    written_us = min(found.st_mtime_ns // 1000, now_us)
    if part.left == 0:
        return Backlog(takes, len(times), written_us)
    last, length = takes[-1], sum(take.end - take.first for take in takes)
    rest = length * part.left // max(1, part.size - part.left)
    return Backlog((*takes[:-1], replace(last, end=last.end + rest)), len(times), written_us, is_whole=False)


def _times(container: Any, enough: Callable[[], bool]) -> Iterator[tuple[int | None, int]]:
    """Decode time (None: it tells none) and duration of each picture, in ticks."""
    stream = next((each for each in container.streams if each.type == "video"), None)
    if stream is None:
        return
    scale = stream.time_base * TIMESCALE
    usual = TIMESCALE // 25
    try:
        for n, packet in enumerate(container.demux(stream)):
            at = packet.dts if packet.dts is not None else packet.pts
            if packet.size:
                yield None if at is None else int(at * scale), int((packet.duration or 0) * scale) or usual
            if n % _LOOK_AT_CLOCK_EVERY == 0 and enough():
                return
    except (av.FFmpegError, IndexError):
        # The last picture is not whole yet.
        return
