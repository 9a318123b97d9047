"""Writes the few EXIF fields that a photo specimen needs. Pure bytes (JPEG APP1, TIFF 6.0, Exif 2.32)."""

from __future__ import annotations

import struct
from datetime import datetime

_ASCII, _LONG = 2, 4
_MAKE, _MODEL, _DATE_TIME, _EXIF_IFD = 0x010F, 0x0110, 0x0132, 0x8769
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011
_TIFF_HEADER_BYTES = 8


def embed(jpeg: bytes, *, model: str, taken: datetime, make: str = "mediad specimen") -> bytes:
    """The JPEG with an EXIF block right after its start marker. ValueError if it is no JPEG."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    block = b"Exif\0\0" + _tiff(make, model, taken)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def _tiff(make: str, model: str, taken: datetime) -> bytes:
    local = taken.strftime("%Y:%m:%d %H:%M:%S")
    zone = taken.strftime("%z")
    inner: list[tuple[int, str | int]] = [(_DATE_TIME_ORIGINAL, local)]
    if zone:
        inner.append((_OFFSET_TIME_ORIGINAL, f"{zone[:3]}:{zone[3:5]}"))
    outer: list[tuple[int, str | int]] = [(_MAKE, make), (_MODEL, model), (_DATE_TIME, local), (_EXIF_IFD, 0)]
    # The length of the first directory does not depend on the pointer's value: measure, then write.
    second_at = _TIFF_HEADER_BYTES + len(_directory(outer, _TIFF_HEADER_BYTES))
    outer[-1] = (_EXIF_IFD, second_at)
    header = struct.pack(">2sHI", b"MM", 42, _TIFF_HEADER_BYTES)
    return header + _directory(outer, _TIFF_HEADER_BYTES) + _directory(inner, second_at)


def _directory(fields: list[tuple[int, str | int]], at: int) -> bytes:
    """One TIFF image file directory that begins at byte `at`; texts longer than 4 bytes follow it."""
    entries, tail = b"", b""
    tail_at = at + 2 + 12 * len(fields) + 4
    for tag, value in fields:
        if isinstance(value, int):
            entries += struct.pack(">HHII", tag, _LONG, 1, value)
            continue
        text = value.encode("ascii", "replace") + b"\0"
        place = text.ljust(4, b"\0") if len(text) <= 4 else struct.pack(">I", tail_at + len(tail))
        entries += struct.pack(">HHI", tag, _ASCII, len(text)) + place
        tail += text if len(text) > 4 else b""
        tail += b"\0" * (len(tail) % 2)
    return struct.pack(">H", len(fields)) + entries + struct.pack(">I", 0) + tail
