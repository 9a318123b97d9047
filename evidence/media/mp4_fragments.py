"""Reads the sample tables of movie fragments (ISO/IEC 14496-12 §8.8): `moof`, `traf`, `trun`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media.boxes import Box, Bytes, boxes, child, need, unpack
from evidence.media.samples import MAX_SAMPLES

_NON_SYNC = 0x00010000
_BASE_IS_MOOF = 0x020000
_MAX_POSITION = 1 << 61  # byte or tick; sums with what one run can add stay inside 64 bits
Columns = tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]
]


@dataclass(frozen=True, slots=True)
class _Defaults:
    duration: int
    size: int
    flags: int


@dataclass(slots=True)
class _Growing:
    """Column pieces of one track, run by run."""

    next_dts: int = 0
    pieces: list[tuple[NDArray[np.int64], ...]] = field(default_factory=list)


class FragmentReader:
    """Collects the samples of all fragments; `columns` gives them per track."""

    def __init__(self, data: Bytes, moov: Box, begun: Mapping[int, int] | None = None) -> None:
        """`begun`: track ids → where the samples of the moov itself end, in ticks."""
        self._data = data
        self._tracks = {track_id: _Growing(end) for track_id, end in (begun or {}).items()}
        self._count = 0
        self._defaults: dict[int, _Defaults] = {}
        mvex = child(data, moov, b"mvex")
        for trex in boxes(data, mvex.body, mvex.end) if mvex else ():
            if trex.type == b"trex":
                track_id, _, duration, size, flags = unpack(">IIIII", data, trex, 4)
                self._defaults[track_id] = _Defaults(duration, size, flags)

    def read(self, moof: Box) -> None:
        # Where a track fragment's data begins that does not say: behind that of the one before (§8.8.7.1).
        behind = moof.start
        for traf in boxes(self._data, moof.body, moof.end):
            if traf.type == b"traf":
                behind = self._traf(moof, traf, behind)

    def columns(self, track_id: int, video: bool) -> Columns:
        """offset, size, dts, cts, duration, key of a track."""
        pieces = self._tracks.get(track_id, _Growing()).pieces
        if not pieces:
            none = np.empty(0, np.int64)
            return none, none, none, none, none, np.empty(0, np.bool_)
        offset, size, dts, cts, duration, flags = (np.concatenate(column) for column in zip(*pieces, strict=True))
        key = (flags & _NON_SYNC) == 0 if video else np.ones(len(flags), np.bool_)
        return offset, size, dts, cts, duration, key

    def _traf(self, moof: Box, traf: Box, behind: int) -> int:
        """Add a track fragment; returns the end of its data."""
        data = self._data
        tfhd = need(data, traf, b"tfhd")
        word, track_id = unpack(">II", data, tfhd)
        flags = word & 0xFFFFFF
        defaults, base = self._tfhd(tfhd, flags, track_id, moof.start if flags & _BASE_IS_MOOF else behind)
        track = self._tracks.setdefault(track_id, _Growing())
        tfdt = child(data, traf, b"tfdt")
        if tfdt is not None:
            (track.next_dts,) = unpack(">Q" if data[tfdt.body] == 1 else ">I", data, tfdt, 4)
        if max(track.next_dts, base) > _MAX_POSITION:
            raise MediaUnreadable("The index of the file is damaged: a fragment lies out of bounds.")
        position = base
        for trun in boxes(data, traf.body, traf.end):
            if trun.type == b"trun":
                position = self._trun(track, trun, defaults, base, position)
        return position

    def _tfhd(self, tfhd: Box, flags: int, track_id: int, base: int) -> tuple[_Defaults, int]:
        """What the track fragment's samples have in common, and what their offsets count from if it does not say."""
        known = self._defaults.get(track_id, _Defaults(0, 0, 0))
        offset = 8
        if flags & 0x01:
            (base,) = unpack(">Q", self._data, tfhd, offset)
            offset += 8
        if flags & 0x02:
            offset += 4
        values = [known.duration, known.size, known.flags]
        for n, bit in enumerate((0x08, 0x10, 0x20)):
            if flags & bit:
                (values[n],) = unpack(">I", self._data, tfhd, offset)
                offset += 4
        return _Defaults(*values), base

    def _trun(self, track: _Growing, trun: Box, defaults: _Defaults, base: int, position: int) -> int:
        """Add one run; returns where the next one begins if it does not say."""
        data = self._data
        word, count = unpack(">II", data, trun)
        flags, offset = word & 0xFFFFFF, 8
        if flags & 0x01:
            position = base + unpack(">i", data, trun, offset)[0]
            offset += 4
        first_flags = None
        if flags & 0x04:
            (first_flags,) = unpack(">I", data, trun, offset)
            offset += 4
        bits = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
        self._count += count
        if trun.body + offset + 4 * len(bits) * count > trun.end or self._count > MAX_SAMPLES:
            raise MediaUnreadable("The index of the file is damaged: a fragment claims more samples than it lists.")
        # A whole fragment's samples lie in the file; samples of no size would cost memory for nothing.
        if not flags & 0x200 and count * max(defaults.size, 1) > len(data):
            raise MediaUnreadable("The index of the file is damaged: a fragment claims more samples than it holds.")
        rows = np.frombuffer(data, ">u4", count * len(bits), trun.body + offset).reshape(count, len(bits))
        column = {bit: rows[:, n].astype(np.int64) for n, bit in enumerate(bits)}
        duration = column.get(0x100, np.full(count, defaults.duration, np.int64))
        size = column.get(0x200, np.full(count, defaults.size, np.int64))
        sample_flags = column.get(0x400, np.full(count, defaults.flags, np.int64))
        if first_flags is not None and count:
            sample_flags[0] = first_flags
        cts = column.get(0x800, np.zeros(count, np.int64)).astype(np.uint32).astype(np.int32).astype(np.int64)
        ends = np.cumsum(size)
        dts = track.next_dts + np.cumsum(duration) - duration
        track.pieces.append((position + ends - size, size, dts, cts, duration, sample_flags))
        track.next_dts += int(duration.sum())
        return position + (int(ends[-1]) if count else 0)
