"""Perceptual hashes of a recording in one blob: 64 bits for each second that could be decoded.

Layout, little-endian: magic `MDPH0001`, u32 count, then (u32 second, u64 hash) each, seconds ascending. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise

from evidence.errors import IntegrityBroken

_MAGIC = b"MDPH0001"
_HEAD = struct.Struct("<8sI")
_ROW = struct.Struct("<IQ")


def pack(hashes: Mapping[int, int]) -> bytes:
    """The blob for 64-bit hashes by second of presentation time."""
    rows = b"".join(_ROW.pack(second, hashes[second]) for second in sorted(hashes))
    return _HEAD.pack(_MAGIC, len(hashes)) + rows


def unpack(data: bytes) -> tuple[tuple[int, int], ...]:
    """(second, hash), seconds ascending. IntegrityBroken on anything else."""
    if len(data) < _HEAD.size:
        raise IntegrityBroken("The perceptual hashes are cut off.")
    magic, count = _HEAD.unpack_from(data)
    if magic != _MAGIC or len(data) != _HEAD.size + count * _ROW.size:
        raise IntegrityBroken("The perceptual hashes cannot be read.")
    rows = tuple(_ROW.iter_unpack(data[_HEAD.size :]))
    if any(later[0] <= earlier[0] for earlier, later in pairwise(rows)):
        raise IntegrityBroken("The perceptual hashes are out of order.")
    return rows


def distance(one: int, other: int) -> int:
    """Bits in which two hashes differ: 0 is the same picture, about 32 is unrelated."""
    return (one ^ other).bit_count()
