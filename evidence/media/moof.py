"""Writes `moof` boxes. Pure. ISO/IEC 14496-12 §8.8: `tfhd` default-base-is-moof, `tfdt` version 1, `trun` version 1."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SAMPLE = np.dtype([("duration", ">u4"), ("size", ">u4"), ("flags", ">u4"), ("cts", ">i4")])
KEY, DELTA = 0x02000000, 0x01010000  # sample_depends_on / is_non_sync_sample
MAX_FRAGMENT_BYTES = 0x7FFFFFFF  # a trun's data offset is a signed 32-bit number
_TRUN_FLAGS = 0x01 | 0x100 | 0x200 | 0x400 | 0x800  # data offset; duration, size, flags, cts per sample
_TRUN = struct.Struct(">I4sIIi")  # size, type, version+flags, sample count, data offset


class Run(NamedTuple):
    """Samples first to stop, whose data lie together from `place` on, counted from the moof's first byte."""

    first: int
    stop: int
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Traf:
    """One track's samples of a fragment."""

    track_id: int
    decode_time: int  # track ticks of the first sample
    samples: NDArray[Any]  # of dtype SAMPLE
    runs: tuple[Run, ...]


def traf_bytes(n_samples: int, n_runs: int) -> int:
    """Length of a `traf` box."""
    return 8 + 16 + 20 + _TRUN.size * n_runs + SAMPLE.itemsize * n_samples


def moof_bytes(trafs: Sequence[tuple[int, int]]) -> int:
    """Length of a `moof` of tracks with so many (samples, runs)."""
    return 8 + 16 + sum(traf_bytes(*each) for each in trafs)


def moof(sequence: int, trafs: Sequence[Traf]) -> bytes:
    """The box; `sequence` counts fragments from 1."""
    size = moof_bytes([(len(each.samples), len(each.runs)) for each in trafs])
    pieces = [struct.pack(">I4s", size, b"moof"), struct.pack(">I4sII", 16, b"mfhd", 0, sequence)]
    for each in trafs:
        pieces += _traf(each)
    return b"".join(pieces)


def mdat_header(payload_bytes: int) -> bytes:
    return struct.pack(">I4s", payload_bytes + 8, b"mdat")


def _traf(traf: Traf) -> list[bytes]:
    data, width = traf.samples.tobytes(), SAMPLE.itemsize
    pieces = [
        struct.pack(">I4s", traf_bytes(len(traf.samples), len(traf.runs)), b"traf"),
        struct.pack(">I4sII", 16, b"tfhd", 0x020000, traf.track_id),
        struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, traf.decode_time),
    ]
    for first, stop, place in traf.runs:
        size = _TRUN.size + (stop - first) * width
        pieces.append(_TRUN.pack(size, b"trun", 0x01000000 | _TRUN_FLAGS, stop - first, place))
        pieces.append(data[first * width : stop * width])
    return pieces
