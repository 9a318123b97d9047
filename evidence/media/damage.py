"""Breaks specimens the ways real footage breaks: battery gone, card full, bad sectors, wrong clocks.

Each function reads one file and writes another; none changes its source. Never used on evidence.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}
_BOX_HEADER = struct.Struct(">I4s")


def cut_off(path: Path, out: Path) -> Path:
    """An MP4 whose recorder lost power: everything before the moov, which was to be written last.

    ValueError if the moov comes before the media data or is absent.
    """
    data = path.read_bytes()
    tops = list(_boxes(data, 0, len(data)))
    names = [name for name, _, _ in tops]
    if b"moov" not in names or b"mdat" not in names or names.index(b"moov") < names.index(b"mdat"):
        raise ValueError(f"{path.name} has no moov at its end")
    out.write_bytes(data[: tops[names.index(b"moov")][1]])
    return out


def truncate(path: Path, out: Path, *, keep: float = 0.6) -> Path:
    """The first `keep` (0..1) of the bytes."""
    data = path.read_bytes()
    out.write_bytes(data[: int(len(data) * keep)])
    return out


def scratch(path: Path, out: Path, *, start: float = 0.4, stop: float = 0.5, seed: int = 1) -> Path:
    """The bytes between two parts (0..1) of the file replaced by noise, as by bad sectors."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * stop)
    data[first:last] = random.Random(seed).randbytes(last - first)  # noqa: S311 -- noise, no secret
    out.write_bytes(data)
    return out


def break_durations(path: Path, out: Path, *, ticks: int = 0) -> Path:
    """An MP4 whose tables claim that every sample of every track lasts `ticks`: broken timestamps."""
    data = bytearray(path.read_bytes())
    tables = [at for name, at, _ in _walk(data, 0, len(data)) if name == b"stts"]
    if not tables:
        raise ValueError(f"{path.name} has no stts")
    for at in tables:
        # full box: size, "stts", version and flags, count, then (sample count, delta) pairs
        (count,) = struct.unpack_from(">I", data, at + 12)
        for number in range(count):
            struct.pack_into(">I", data, at + 16 + 8 * number + 4, ticks)
    out.write_bytes(data)
    return out


def join(paths: tuple[Path, ...], out: Path) -> Path:
    """Files one after the other: for MPEG-TS this makes time stamps that jump back."""
    out.write_bytes(b"".join(path.read_bytes() for path in paths))
    return out


def _boxes(data: bytes | bytearray, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, stop) of the boxes in [start, stop) (ISO/IEC 14496-12 §4.2); ends at a malformed one."""
    while start + _BOX_HEADER.size <= stop:
        size, name = _BOX_HEADER.unpack_from(data, start)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
        elif size == 0:
            size = stop - start
        if size < _BOX_HEADER.size:
            return
        yield name, start, min(start + size, stop)
        start += size


def _walk(data: bytes | bytearray, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    for name, first, last in _boxes(data, start, stop):
        yield name, first, last
        if name in _CONTAINERS:
            yield from _walk(data, first + _BOX_HEADER.size, last)
