"""Joins pictures that FFmpeg's parser hands out in parts. Pure; in the channel worker.

Some cameras repeat their parameter sets between the slices of one picture, and the parser takes a parameter set for the
beginning of another one (ITU-T H.264 §7.4.1.2.3 allows none there). Whether a part begins a picture stands in its first
slice. Of a source that does this each picture is held until the next one begins, which costs a picture's time; of all
others only the first one is.
"""

from __future__ import annotations

from dataclasses import replace

from evidence.media.live.input import Arrival
from evidence.media.live.picture import Coded, length_nals

Timed = tuple[Arrival, Coded]


class Joiner:
    """Of one source, from its first picture on."""

    def __init__(self, codec: str) -> None:
        self._begins = {"h264": _h264_begins, "hevc": _hevc_begins}.get(codec)
        self._held: Timed | None = None
        self._joins = False  # this source parts its pictures
        self._is_first = True
        self.n_lost = 0  # parts that came when what they belong to had been handed on

    @property
    def holds(self) -> bool:
        """Is a picture held until it is known to be whole?"""
        return self._held is not None

    def take(self, arrival: Arrival, coded: Coded) -> list[Timed]:
        """What is whole now."""
        if not self._is_begin(coded):
            self._joins = True
            if self._held is None:
                self.n_lost += 1
                return []
            first, held = self._held
            corrupt = held.corrupt or coded.corrupt
            self._held = (first, replace(held, data=held.data + coded.data, corrupt=corrupt))
            return []
        whole = self.rest()
        if self._begins is not None and (self._joins or self._is_first):
            self._held, self._is_first = (arrival, coded), False
            return whole
        return [*whole, (arrival, coded)]

    def rest(self) -> list[Timed]:
        """What is held, when nothing more comes."""
        held, self._held = self._held, None
        return [] if held is None else [held]

    def _is_begin(self, coded: Coded) -> bool:
        """Does it hold the first slice of a picture? What holds no slice is left to others."""
        begins = self._begins
        found = (begins(nal) for nal in length_nals(coded.data)) if begins is not None else iter(())
        return next((each for each in found if each is not None), True)


def _h264_begins(nal: bytes) -> bool | None:
    """A slice (types 1, 2 and 5) begins with first_mb_in_slice as ue(v): 0 is a single bit 1 (§7.3.3, §9.1)."""
    return bool(nal[1] & 0x80) if nal[0] & 0x1F in (1, 2, 5) and len(nal) > 1 else None


def _hevc_begins(nal: bytes) -> bool | None:
    """A slice segment begins with first_slice_segment_in_pic_flag (ITU-T H.265 §7.3.6.1)."""
    return bool(nal[2] & 0x80) if nal[0] >> 1 & 0x3F < 32 and len(nal) > 2 else None
