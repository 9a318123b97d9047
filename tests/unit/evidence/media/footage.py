"""Sample tables and MP4 boxes made by hand, for the tests of evidence.media."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import strategies as st

from evidence.media.samples import SampleTable, TrackTable


def track(
    number: int,
    kind: str,
    timescale: int,
    durations: list[int],
    *,
    keys: list[bool] | None = None,
    cts: list[int] | None = None,
    sizes: list[int] | None = None,
    offsets: list[int] | None = None,
    start: int = 0,
    shift: int = 0,
) -> TrackTable:
    """A track whose samples follow each other; without `offsets` they lie one after the other in the file."""
    n = len(durations)
    size = np.array(sizes or [10] * n, np.uint32)
    duration = np.array(durations, np.uint32)
    ends = np.cumsum(size.astype(np.int64))
    return TrackTable(
        number=number,
        track_id=number + 1,
        kind=kind,  # type: ignore[arg-type]
        codec="h264" if kind == "video" else "aac",
        timescale=timescale,
        shift=shift,
        offset=np.array(offsets, np.int64) if offsets is not None else ends - size,
        size=size,
        dts=start + np.cumsum(duration.astype(np.int64)) - duration,
        cts=np.array(cts or [0] * n, np.int32),
        duration=duration,
        key=np.array(keys if keys is not None else [True] * n, np.bool_),
    )


@st.composite
def tracks(draw: st.DrawFn, number: int, kind: str) -> TrackTable:
    n = draw(st.integers(1, 120))
    timescale = draw(st.sampled_from([1, 25, 90_000, 12_800, 48_000]))
    step = max(1, timescale // 25)
    durations = draw(st.lists(st.integers(0, 40 * step), min_size=n, max_size=n))
    keys = draw(st.lists(st.booleans(), min_size=n, max_size=n)) if kind == "video" else None
    cts = draw(st.lists(st.integers(-3 * step, 3 * step), min_size=n, max_size=n)) if kind == "video" else None
    sizes = draw(st.lists(st.integers(1, 1000), min_size=n, max_size=n))
    offsets = draw(st.none() | st.lists(st.integers(0, 1 << 40), min_size=n, max_size=n))
    start = draw(st.integers(-10 * timescale, 10 * timescale))
    shift = draw(st.integers(-2 * timescale, 2 * timescale))
    return track(
        number, kind, timescale, durations, keys=keys, cts=cts, sizes=sizes, offsets=offsets, start=start, shift=shift
    )


@st.composite
def tables(draw: st.DrawFn) -> SampleTable:
    kinds = draw(st.sampled_from([("video",), ("audio",), ("video", "audio"), ("audio", "video"), ("video",) * 2]))
    return SampleTable(tuple(draw(tracks(number, kind)) for number, kind in enumerate(kinds)))


def box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, *payload: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def u32(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def table_of(kind: bytes, *rows: tuple[int, ...]) -> bytes:
    """A full box of a row count and rows of 32-bit numbers."""
    return full(kind, u32(len(rows)), *(u32(*row) for row in rows))


def movie(
    *,
    stsz: bytes,
    stts: bytes,
    stco: bytes,
    stsc: bytes,
    extra: bytes = b"",
    stsd: bytes | None = None,
    timescale: int = 1000,
    edits: bytes = b"",
    mdat: int = 1000,
) -> bytes:
    """An MP4 with one video track: `ftyp`, `mdat` with `mdat` bytes of payload from byte 24 on, `moov`."""
    entry = stsd if stsd is not None else full(b"stsd", u32(1), box(b"avc1", bytes(78)))
    mdhd = full(b"mdhd", u32(0, 0, timescale, 0, 0))
    hdlr = full(b"hdlr", u32(0), b"vide", bytes(13))
    stbl = box(b"stbl", entry, stts, stsc, stsz, stco, extra)
    tkhd = full(b"tkhd", u32(0, 0, 1, 0, 0, 0, 0, 0, 0), MATRIX, u32(0, 0), flags=3)
    trak = box(b"trak", tkhd, edits, box(b"mdia", mdhd, hdlr, box(b"minf", stbl)))
    moov = box(b"moov", full(b"mvhd", u32(0, 0, 1000, 0), bytes(80)), trak)
    return box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", bytes(mdat)) + moov


MDAT_AT = 24  # ftyp 16, mdat header 8


def plain(n: int = 10, size: int = 100) -> dict[str, bytes]:
    """The four tables of `n` samples of `size` bytes, one chunk, 40 ticks each."""
    return {
        "stsz": full(b"stsz", u32(0, n), *(u32(size) for _ in range(n))),
        "stts": table_of(b"stts", (n, 40)),
        "stco": table_of(b"stco", (MDAT_AT,)),
        "stsc": table_of(b"stsc", (1, n, 1)),
    }
