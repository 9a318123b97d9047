"""What was seen and heard in a recording, as numbers: one look every two seconds or so, one span of sound a second.

The numbers say nothing about whether footage is usable: that is decided from them by rules (`policy.content`), which
may change without the footage being read again. Pure. Layout, little-endian: magic `MDOB0001`, u32 looks, u32 spans of
sound, then the rows of `LOOK` and of `SOUND`, times ascending.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence.errors import IntegrityBroken

_MAGIC = b"MDOB0001"
_HEAD = struct.Struct("<8sII")
# Of the picture without its upper and lower edge, where recorders burn in a clock that runs on a frozen picture too.
LOOK = np.dtype(
    [
        ("at_ms", "<u4"),  # presentation time from the first picture
        ("mean", "<f4"),  # luma, 0 to 255
        ("deviation", "<f4"),  # standard deviation of luma
        ("detail", "<f4"),  # variance of the Laplacian of the picture, 160 pixels wide: fine structure
        ("change", "<f4"),  # mean of the strongest hundredth of differences to the look before; NaN for the first
        ("likeness", "<f4"),  # correlation with the recording's first looks, -1 to 1
        ("mosaic", "<f4"),  # share of the contrast that lies on a regular grid
    ]
)
SOUND = np.dtype(
    [
        ("at_ms", "<u4"),
        ("rms_db", "<f4"),  # dBFS, -100 is nothing
        ("peak_db", "<f4"),
        ("tone", "<f4"),  # share of the energy in one narrow band
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    looks: NDArray[Any]  # of dtype LOOK
    sounds: NDArray[Any]  # of dtype SOUND, one a second; empty without a sound track

    def to_bytes(self) -> bytes:
        head = _HEAD.pack(_MAGIC, len(self.looks), len(self.sounds))
        return head + self.looks.astype(LOOK).tobytes() + self.sounds.astype(SOUND).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Observations:
        """IntegrityBroken on anything that does not fit."""
        if len(data) < _HEAD.size:
            raise IntegrityBroken("The observations are cut off.")
        magic, n_looks, n_sounds = _HEAD.unpack_from(data)
        border = _HEAD.size + n_looks * LOOK.itemsize
        if magic != _MAGIC or len(data) != border + n_sounds * SOUND.itemsize:
            raise IntegrityBroken("The observations cannot be read.")
        looks, sounds = np.frombuffer(data, LOOK, n_looks, _HEAD.size), np.frombuffer(data, SOUND, n_sounds, border)
        for rows in (looks, sounds):
            if (np.diff(rows["at_ms"].astype(np.int64)) <= 0).any():
                raise IntegrityBroken("The observations are out of order.")
        return cls(looks, sounds)
