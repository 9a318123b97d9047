"""The sample table of a recording: where each access unit lies in the file and when it is shown. Pure, numpy.

Kept as a blob beside the recording, so that playback never opens the container again. Layout, little-endian:
magic `MDST0001`, u32 length of a JSON header, the header (padded with blanks so that the arrays start at a multiple
of 8), then per track the arrays of `_COLUMNS` one after the other, each padded to a multiple of 8.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evidence.errors import IntegrityBroken

_MAGIC = b"MDST0001"
_COLUMNS = (("offset", "<i8"), ("size", "<u4"), ("dts", "<i8"), ("cts", "<i4"), ("duration", "<u4"), ("key", "|b1"))
# 24 hours of 48 kHz AAC are 4 million access units; a table beyond this is no recording of a shift. While it is read,
# a sample costs about 100 bytes of memory.
MAX_SAMPLES = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TrackTable:
    """One track, access units in decode order; all arrays have the same length n."""

    number: int  # as in records.Track
    track_id: int  # in the fragments: number + 1
    kind: Literal["video", "audio"]
    codec: str  # FFmpeg's short name
    timescale: int  # ticks per second of dts, cts, duration, shift
    shift: int  # ticks that an edit list takes off pts (negative: it starts later)
    offset: NDArray[np.int64]  # first byte in the original; -1 where the container does not tell
    size: NDArray[np.uint32]  # bytes
    dts: NDArray[np.int64]  # raw decode time, ticks
    cts: NDArray[np.int32]  # pts - dts, ticks
    duration: NDArray[np.uint32]  # ticks
    key: NDArray[np.bool_]  # decoding can start here

    def __len__(self) -> int:
        return len(self.dts)

    @property
    def pts(self) -> NDArray[np.int64]:
        """Raw presentation time, ticks."""
        return self.dts + self.cts

    def shown_s(self, pts: int) -> float:
        """Presentation time in seconds of a raw pts, edit list applied."""
        return (pts - self.shift) / self.timescale


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    tracks: tuple[TrackTable, ...]

    def lead(self) -> TrackTable | None:
        """The track that segments are cut at: the first video track, or else the first of all."""
        return next((t for t in self.tracks if t.kind == "video"), self.tracks[0] if self.tracks else None)

    def played(self) -> tuple[TrackTable, ...]:
        """What a browser is handed: the first video and the first audio track. It stalls on a track that stays empty,
        and refuses a second one of a kind."""
        filled = [track for track in self.tracks if len(track)]
        firsts = (next((t for t in filled if t.kind == kind), None) for kind in ("video", "audio"))
        return tuple(sorted((t for t in firsts if t is not None), key=lambda t: t.number))

    def to_bytes(self) -> bytes:
        header = [
            {
                "number": t.number,
                "track_id": t.track_id,
                "kind": t.kind,
                "codec": t.codec,
                "timescale": t.timescale,
                "shift": t.shift,
                "n": len(t),
            }
            for t in self.tracks
        ]
        text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
        text += b" " * (-(len(_MAGIC) + 4 + len(text)) % 8)
        pieces = [_MAGIC, struct.pack("<I", len(text)), text]
        for track in self.tracks:
            for name, dtype in _COLUMNS:
                data = np.ascontiguousarray(getattr(track, name), dtype).tobytes()
                pieces += [data, b"\0" * (-len(data) % 8)]
        return b"".join(pieces)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> SampleTable:
        """Read a table without copying its arrays. IntegrityBroken on anything that does not fit."""
        view = memoryview(data)
        try:
            if bytes(view[:8]) != _MAGIC:
                raise ValueError("wrong magic")
            (length,) = struct.unpack_from("<I", view, 8)
            header = json.loads(bytes(view[12 : 12 + length]))
            position = 12 + length
            tracks: list[TrackTable] = []
            for fields in header:
                columns, position = _columns(view, position, fields.pop("n"))
                tracks.append(TrackTable(**fields, **columns))
            if position != len(view):
                raise ValueError("bytes left over")
        except (ValueError, TypeError, KeyError, AttributeError, struct.error) as error:
            raise IntegrityBroken(f"The sample table cannot be read: {error}.") from error
        return cls(tuple(tracks))


def _columns(view: memoryview, position: int, n: int) -> tuple[dict[str, Any], int]:
    if not isinstance(n, int) or not 0 <= n <= MAX_SAMPLES:
        raise ValueError(f"{n} samples")
    columns: dict[str, Any] = {}
    for name, dtype in _COLUMNS:
        columns[name] = np.frombuffer(view, dtype, n, position) if n else np.empty(0, dtype)
        length = columns[name].nbytes
        position += length + -length % 8
    if position > len(view):
        raise ValueError("it is cut off")
    return columns, position
