"""Reads access units of an original by their place in its sample table, through PyAV's demuxer.

Runs in a worker process. What is read is checked against the table (place, size): after a seek a track counts as
found only where time and size match one row. If seeking does not lead there, the file is read from its start, as
indexing did. PCM is cut into the table's blocks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np

from evidence.errors import MediaUnreadable
from evidence.media.footage import blame_footage, words
from evidence.media.samples import SampleTable, TrackTable

# How far before the wanted instant a seek aims, if the try before found the wanted units already past.
_SEEK_MARGINS_S = (0.0, 2.0, 12.0)
# Reading on is cheaper than a seek up to here.
_READ_ON_S = 12.0
_PCM = ("pcm_",)

Wanted = Mapping[int, tuple[int, int]]  # track number → first access unit, count


class _Track(Protocol):
    """What was read of one track and not yet dropped."""

    def rewind(self, to_start: bool) -> None: ...
    def offer(self, packet: Any, data: bytes) -> None: ...
    def position(self) -> int | None: ...
    def holds(self, first: int, count: int) -> bool: ...
    def take(self, first: int, count: int) -> list[bytes]: ...
    def drop_before(self, first: int) -> None: ...


class _Coded:
    """A track whose packets are its access units."""

    def __init__(self, table: TrackTable, scale: int) -> None:
        self._table = table
        self._scale = scale  # table ticks per tick of the stream's time base
        # A table made from the file's own boxes knows where each unit lies: nothing tells more surely.
        self._located = len(table) > 0 and int(table.offset[0]) >= 0
        self._units: deque[tuple[int, bytes]] = deque()
        self._next: int | None = 0
        self._floor = 0

    def rewind(self, to_start: bool) -> None:
        self._units.clear()
        self._next = 0 if to_start else None

    def offer(self, packet: Any, data: bytes) -> None:
        place = self._next
        if place is None or not self._fits(place, packet, len(data)):
            place = self._find(packet, len(data))
        self._next = None if place is None else place + 1
        if place is not None and place >= self._floor:
            self._units.append((place, data))

    def _fits(self, place: int, packet: Any, size: int) -> bool:
        if place >= len(self._table) or self._table.size[place] != size:
            return False
        return not self._located or int(self._table.offset[place]) == packet.pos

    def _find(self, packet: Any, size: int) -> int | None:
        if self._located:
            rows = np.flatnonzero((self._table.offset == packet.pos) & (self._table.size == size))
            return int(rows[0]) if len(rows) == 1 else None
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            return None
        rows = np.flatnonzero((self._table.pts == time * self._scale) & (self._table.size == size))
        return int(rows[0]) if len(rows) == 1 else None

    def position(self) -> int | None:
        return self._units[0][0] if self._units else self._next

    def holds(self, first: int, count: int) -> bool:
        return bool(self._units) and self._units[-1][0] >= first + count - 1

    def take(self, first: int, count: int) -> list[bytes]:
        found = {place: data for place, data in self._units if first <= place < first + count}
        if len(found) != count:
            raise LookupError
        return [found[place] for place in range(first, first + count)]

    def drop_before(self, first: int) -> None:
        self._floor = first
        while self._units and self._units[0][0] < first:
            self._units.popleft()


class _Pcm:
    """A track of uncompressed sound: packets of any length, re-cut into the table's blocks."""

    def __init__(self, table: TrackTable, stream: Any) -> None:
        self._ends = np.cumsum(table.size, dtype=np.int64)
        self._starts = self._ends - table.size
        # Bytes per instant, from the table: a block's bytes over its ticks (one tick is one instant).
        self._width = int(table.size[0]) // max(1, int(table.duration[0])) if len(table) else 1
        self._first_tick = int(table.dts[0]) if len(table) else 0
        ratio = stream.time_base * table.timescale
        # Only a time base at least as fine as the sampling rate tells the place of a packet after a seek.
        self._ticks = int(ratio) if ratio.denominator == 1 else None
        self._data = bytearray()
        self._at: int | None = 0  # place in the track of the first byte held

    def rewind(self, to_start: bool) -> None:
        self._data.clear()
        self._at = 0 if to_start else None

    def offer(self, packet: Any, data: bytes) -> None:
        if self._at is None:
            if self._ticks is None or packet.pts is None:
                return
            self._at = (packet.pts * self._ticks - self._first_tick) * self._width
        self._data += data

    def position(self) -> int | None:
        if self._at is None:
            return None
        return int(np.searchsorted(self._starts, self._at, side="left"))

    def holds(self, first: int, count: int) -> bool:
        return self._at is not None and self._at + len(self._data) >= int(self._ends[first + count - 1])

    def take(self, first: int, count: int) -> list[bytes]:
        at = self._at
        if at is None or at > int(self._starts[first]) or not self.holds(first, count):
            raise LookupError
        spans = zip(self._starts[first : first + count], self._ends[first : first + count], strict=True)
        return [bytes(self._data[int(start) - at : int(end) - at]) for start, end in spans]

    def drop_before(self, first: int) -> None:
        if self._at is not None and first < len(self._starts):
            spare = max(0, min(int(self._starts[first]) - self._at, len(self._data)))
            del self._data[:spare]
            self._at += spare


class UnitReader:
    """One open original. Consecutive reads go on where the last one ended."""

    def __init__(self, path: Path, table: SampleTable) -> None:
        self._path = path
        self._tables = {t.number: t for t in table.played()}
        self._lead = table.lead()
        self.container = self._open()
        self._source: Any = None
        self._tracks: dict[int, _Track] = {}
        self._restart()

    def close(self) -> None:
        self._source = None
        self.container.close()

    def stream(self, number: int) -> Any:
        """The open stream with that number; valid until the next `read`."""
        return self.container.streams[number]

    def read(self, wanted: Wanted) -> dict[int, list[bytes]]:
        """The bytes of the wanted access units. MediaUnreadable if the file does not yield what was indexed."""
        wanted = {number: span for number, span in wanted.items() if span[1]}
        if not wanted:
            return {}
        tries: list[float | None] = [*_SEEK_MARGINS_S, None]
        if self._is_near(wanted):
            found = self._collect(wanted)
            if found is not None:
                return found
        for margin_s in tries:
            if self._jump(wanted, margin_s) and (found := self._collect(wanted)) is not None:
                return found
        raise MediaUnreadable("The file no longer yields the pictures and sound that were indexed.")

    def _open(self) -> Any:
        try:
            return av.open(str(self._path))
        except (av.FFmpegError, ValueError) as error:
            blame_footage(error)
            raise MediaUnreadable(f"The file cannot be opened as media: {words(error)}.") from error

    def _restart(self) -> None:
        self.container.close()
        self.container = self._open()
        self._tracks = {}
        for number, table in self._tables.items():
            if number >= len(self.container.streams):
                raise MediaUnreadable("The file no longer has the tracks that were indexed.")
            stream = self.container.streams[number]
            pcm = table.codec.startswith(_PCM)
            self._tracks[number] = (
                _Pcm(table, stream) if pcm else _Coded(table, int(stream.time_base * table.timescale))
            )
        self._begin()

    def _begin(self) -> None:
        self._source = self.container.demux([self.container.streams[number] for number in self._tables])

    def _is_near(self, wanted: Wanted) -> bool:
        """Can the wanted units be reached by reading on?"""
        for number, (first, _) in wanted.items():
            table, place = self._tables[number], self._tracks[number].position()
            if place is None or place > first:
                return False
            if place < first and int(table.dts[first] - table.dts[place]) > _READ_ON_S * table.timescale:
                return False
        return True

    def _jump(self, wanted: Wanted, margin_s: float | None) -> bool:
        """Seek to before the wanted units, or (None) to the start of the file. False if there is no way."""
        if margin_s is None:
            self._restart()
            return True
        lead = self._lead
        if lead is None or lead.number not in self._tables:
            return False
        starts_s = [self._tables[n].shown_s(int(self._tables[n].pts[first])) for n, (first, _) in wanted.items()]
        stream = self.container.streams[lead.number]
        aim = int((min(starts_s) - margin_s) / float(stream.time_base))
        try:
            self.container.seek(aim, stream=stream)
        except av.FFmpegError as error:
            blame_footage(error)
            return False
        for track in self._tracks.values():
            track.rewind(to_start=False)
        self._begin()
        return True

    def _collect(self, wanted: Wanted) -> dict[int, list[bytes]] | None:
        """Read on until all is there; None if it is already past, or the end comes first."""
        for number, (first, _) in wanted.items():
            self._tracks[number].drop_before(first)
        missing = {n for n, span in wanted.items() if not self._tracks[n].holds(*span)}
        try:
            while missing:
                packet = next(self._source, None)
                if packet is None:
                    break
                number = packet.stream.index
                if not packet.size or number not in self._tracks:
                    continue
                self._tracks[number].offer(packet, bytes(packet))
                if number in missing and self._is_past(number, wanted[number][0]):
                    return None
                if number in missing and self._tracks[number].holds(*wanted[number]):
                    missing.remove(number)
            return {n: self._tracks[n].take(*span) for n, span in wanted.items()}
        except (LookupError, av.FFmpegError) as error:
            blame_footage(error)
            return None

    def _is_past(self, number: int, first: int) -> bool:
        place = self._tracks[number].position()
        return place is not None and place > first
