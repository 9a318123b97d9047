"""The sample table of a recording: where each access unit lies in the original, and when it is shown.

Pure: numpy arrays and their own little-endian file layout (docs/design/media.md). No I/O, no PyAV; runs in the
daemon and in workers alike. A table read from bytes does not copy them: keep the mapping it came from open.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable

TrackKind = Literal["video", "audio", "data"]
KINDS: tuple[TrackKind, ...] = ("video", "audio", "data")
NO_OFFSET = -1  # the container gives no byte range for this access unit
# 2**53 ticks is 285 years at 1 MHz; below it, products with 1000 and sums stay inside int64.
MAX_TICKS = 1 << 53
MAX_TIMESCALE = 1_000_000_000
MAX_TRACKS = 64
MAX_SAMPLES = 16_000_000  # of one track: 4 days at 48 kHz AAC, about 0.5 GB of table

_MAGIC = b"MDSAMP\x00\x01"  # the last byte is the version of the layout
_HEADER = struct.Struct("<8sII")  # magic, number of tracks, zero
_TRACK = struct.Struct("<IBBH16sIIqQ")  # number, kind, played, 0, codec, timescale, 0, shift, samples
_DTYPES: tuple[tuple[str, str], ...] = (
    ("offset", "<i8"),
    ("dts", "<i8"),
    ("size", "<u4"),
    ("cts", "<i4"),
    ("duration", "<u4"),
    ("key", "|b1"),
)


@dataclass(frozen=True, slots=True, eq=False)
class TrackTable:
    """The access units of one track in decode order; all arrays have the same length."""

    number: int  # 0-based, in the container's order
    kind: TrackKind
    codec: str  # FFmpeg's short name
    timescale: int  # ticks per second
    offset: NDArray[np.int64]  # byte in the original, NO_OFFSET if unknown
    size: NDArray[np.uint32]  # bytes
    dts: NDArray[np.int64]  # raw media time, ticks
    cts: NDArray[np.int32]  # pts - dts, ticks
    duration: NDArray[np.uint32]  # ticks
    key: NDArray[np.bool_]  # decoding can begin here
    shift: int = 0  # shown at pts + shift ticks after the recording's first picture
    played: bool = False  # part of what a browser is handed; at most one video and one audio track

    def __len__(self) -> int:
        return len(self.dts)

    @property
    def pts(self) -> NDArray[np.int64]:
        """Raw media time of presentation, ticks."""
        return self.dts + self.cts

    @property
    def addressed(self) -> bool:
        """Every access unit has a byte range in the original."""
        return bool(len(self) == 0 or self.offset.min() >= 0)


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """All tracks of one recording."""

    tracks: tuple[TrackTable, ...]

    def track(self, number: int) -> TrackTable:
        """The track with this number. MediaUnreadable if there is none."""
        for track in self.tracks:
            if track.number == number:
                return track
        raise MediaUnreadable(f"The sample table has no track {number}.")

    @property
    def played(self) -> tuple[TrackTable, ...]:
        """What a browser is handed, in the order of the init segment's tracks."""
        return tuple(track for track in self.tracks if track.played)

    def to_bytes(self) -> bytes:
        """The table in its file layout; the same table gives the same bytes."""
        parts = [_HEADER.pack(_MAGIC, len(self.tracks), 0)]
        parts += [_track_header(track) for track in self.tracks]
        for track in self.tracks:
            for name, dtype in _DTYPES:
                column = np.ascontiguousarray(getattr(track, name), dtype=dtype).tobytes()
                parts += [column, bytes(-len(column) % 8)]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview | mmap.mmap) -> SampleTable:
        """Read a table without copying it. MediaUnreadable for anything `to_bytes` would not have written."""
        view = memoryview(data)
        try:
            return cls(_read_tracks(view))
        except (struct.error, ValueError, UnicodeDecodeError) as error:
            raise MediaUnreadable(f"The sample table is damaged: {error}.") from error


def _track_header(track: TrackTable) -> bytes:
    codec = track.codec.encode("ascii")
    if len(codec) > 16 or len(track) > MAX_SAMPLES:
        raise MediaUnreadable("The track does not fit into a sample table.")
    return _TRACK.pack(
        track.number,
        KINDS.index(track.kind),
        track.played,
        0,
        codec,
        track.timescale,
        0,
        track.shift,
        len(track),
    )


def _read_tracks(view: memoryview) -> tuple[TrackTable, ...]:
    magic, n_tracks, zero = _HEADER.unpack_from(view, 0)
    if magic != _MAGIC or zero or n_tracks > MAX_TRACKS:
        raise ValueError("it has another layout")
    column_at = _HEADER.size + n_tracks * _TRACK.size
    tracks: list[TrackTable] = []
    for n in range(n_tracks):
        header = _TRACK.unpack_from(view, _HEADER.size + n * _TRACK.size)
        track, column_at = _read_track(view, header, column_at)
        tracks.append(track)
    if column_at != len(view):
        raise ValueError("it has another length than its header says")
    if len({track.number for track in tracks}) != n_tracks:
        raise ValueError("a track number occurs twice")
    return tuple(tracks)


def _read_track(view: memoryview, header: tuple[int, ...], at: int) -> tuple[TrackTable, int]:
    number, kind, played, zero, codec, timescale, zero_too, shift, n = header
    if zero or zero_too or played > 1 or kind >= len(KINDS) or n > MAX_SAMPLES:
        raise ValueError("a track header is out of bounds")
    columns: dict[str, NDArray[np.generic]] = {}
    for name, dtype in _DTYPES:
        width = np.dtype(dtype).itemsize * n
        if at + width > len(view):
            raise ValueError("it ends too early")
        if name == "key" and n and np.frombuffer(view, np.uint8, n, at).max() > 1:
            raise ValueError("a key mark is neither 0 nor 1")
        columns[name] = np.frombuffer(view, dtype, n, at)
        at += width + -width % 8
    name = bytes(codec).rstrip(b"\0").decode("ascii")
    track = TrackTable(number, KINDS[kind], name, timescale, shift=shift, played=bool(played), **columns)  # type: ignore[arg-type]
    require_sane(track)
    return track, at


def require_sane(track: TrackTable) -> None:
    """Refuse times and places no recording has. ValueError names what is wrong."""
    if not 0 < track.timescale <= MAX_TIMESCALE:
        raise ValueError(f"a timescale of {track.timescale}")
    if abs(track.shift) > MAX_TICKS:
        raise ValueError(f"a shift of {track.shift} ticks")
    if len(track) and (track.dts.min() < -MAX_TICKS or track.dts.max() > MAX_TICKS):
        raise ValueError("a time stamp out of bounds")
    if len(track) and (track.offset.min() < NO_OFFSET or track.offset.max() > MAX_TICKS):
        raise ValueError("a byte offset out of bounds")
