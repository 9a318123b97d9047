"""The picture of a live source: its packets as access units of an MP4 track, and what a decoder needs for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evidence.media.esd import AccessUnits
from evidence.media.live.units import Unit

TIMESCALE = 90_000
_SETS = {"h264": (0x1F, 0, (7, 8)), "hevc": (0x3F, 1, (32, 33, 34))}  # mask, shift, types of parameter sets
_START = b"\0\0\0\1"


@dataclass(frozen=True, slots=True)
class Coded:
    """A packet with its times on the track's clock, before it is placed in media time."""

    data: bytes  # length-prefixed NAL units (H.264, HEVC), or as it came
    at: int | None  # presentation, ticks since the source's own zero
    decoded_at: int | None
    duration: int  # as the source says, ticks; 0 if it does not
    key: bool
    corrupt: bool


class PictureTrack:
    """Reads one video stream. Number 0, `TIMESCALE` ticks per second."""

    def __init__(self, stream: Any) -> None:
        context = stream.codec_context
        self.codec: str = context.name if context else "unknown"
        self._base: Fraction = stream.time_base
        self.extradata = bytes((context and context.extradata) or b"")
        self._lengths = self.codec in _SETS and self.extradata[:1] == b"\x01"
        self.sets: tuple[bytes, ...] = ()  # parameter sets, as last seen before a keyframe
        if self.codec in _SETS:
            self.sets = _sets_of(self.codec, self.extradata, self._lengths)
        self.units = self._new_units()

    def coded(self, packet: Any) -> Coded:
        """A packet in the form of MP4."""
        data = bytes(packet)
        if self.codec in _SETS and not self._lengths:
            data = b"".join([len(nal).to_bytes(4, "big") + nal for nal in _nals(data)])
        at, decoded_at = (None if t is None else int(t * self._base * TIMESCALE) for t in (packet.pts, packet.dts))
        duration = int((packet.duration or 0) * self._base * TIMESCALE)
        at = at if at is not None else decoded_at
        return Coded(data, at, decoded_at, duration, packet.is_keyframe, packet.is_corrupt)

    def format_changed(self, coded: Coded) -> bool:
        """Does a keyframe bring other parameter sets? They are taken over; a decoder must be set up anew."""
        if self.codec not in _SETS or self._lengths:
            return False
        mask, shift, kinds = _SETS[self.codec]
        found = tuple(dict.fromkeys(nal for nal in length_nals(coded.data) if nal[0] >> shift & mask in kinds))
        if not found or set(found) == set(self.sets):
            return False
        known = bool(self.sets)
        self.sets = found
        self.extradata = b"".join(_START + nal for nal in found)
        self.units = self._new_units()
        return known

    def unit(self, coded: Coded, dts: int, pts: int, duration: int) -> Unit:
        digest = self.units.digest(coded.data, 0, len(coded.data))
        return Unit(0, coded.data, dts, pts, duration, coded.key, digest)

    @property
    def is_annex_b(self) -> bool:
        """Do its NAL units come behind start codes, so that FFmpeg's parser decides where a picture ends?"""
        return self.codec in _SETS and not self._lengths

    @property
    def format(self) -> bytes:
        return hashlib.sha256(self.codec.encode() + b"\0" + (b"".join(self.sets) or self.extradata)).digest()

    def _new_units(self) -> AccessUnits:
        """For digests: the packets are length-prefixed by now, whatever the source sends."""
        if self.codec not in _SETS or self._lengths:
            return AccessUnits(self.codec, self.extradata)
        return AccessUnits.of_sets(self.codec, self.sets)


def _sets_of(codec: str, extradata: bytes, lengths: bool) -> tuple[bytes, ...]:
    if lengths:
        return ()
    mask, shift, kinds = _SETS[codec]
    return tuple(dict.fromkeys(nal for nal in _nals(extradata) if nal[0] >> shift & mask in kinds))


def _nals(data: bytes) -> list[bytes]:
    """NAL units between Annex B start codes, without the zero bytes behind them (ITU-T H.264 §B.1)."""
    found, position = [], data.find(b"\0\0\1")
    while position >= 0:
        first = position + 3
        position = data.find(b"\0\0\1", first)
        nal = data[first : position if position >= 0 else len(data)].rstrip(b"\0")
        if nal:
            found.append(nal)
    return found


def length_nals(data: bytes) -> list[bytes]:
    """NAL units behind lengths of 4 bytes."""
    found, place = [], 0
    while place + 4 < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        found.append(data[place + 4 : place + 4 + size])
        place += 4 + size
    return found
