"""Makes long or large footage quickly: a short stretch is encoded once and its packets are repeated.

For measurements. The burnt-in clock starts again with every repetition; container, tables and sizes are real.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from evidence.media import specimens
from evidence.media.specimens import SHIFT_START


@dataclass(frozen=True, slots=True)
class _Piece:
    """One packet of the short stretch; times in ticks of its own track."""

    track: int
    data: bytes
    dts: int
    pts: int
    duration: int
    key: bool


def make_large(
    out: Path,
    *,
    size_bytes: int | None = None,
    seconds: float | None = None,
    start: datetime = SHIFT_START,
    stretch_s: int = 8,
    **changes: Any,
) -> Path:
    """An H.264 + AAC MP4 of about `size_bytes`, or of `seconds`, with a valid moov; exactly one of the two.

    `changes` as for `specimens.make` (width, height, fps, gop, bitrate, faststart, ...); without them 1080p
    at 30 pictures a second, 6 Mbit/s, a keyframe every 2 s.
    """
    if (size_bytes is None) == (seconds is None):
        raise ValueError("give size_bytes or seconds, not both")
    settings: dict[str, Any] = {
        "width": 1920,
        "height": 1080,
        "fps": 30,
        "gop": 60,
        "bitrate": 6_000_000,
        "noise": 6,
    }
    settings |= changes
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        short = specimens.make("mp4", Path(scratch) / "short.mp4", seconds=stretch_s, start=start, **settings)
        length_bytes = short.stat().st_size
        rounds = -(-size_bytes // length_bytes) if size_bytes is not None else -(-int(seconds or 1) // stretch_s)
        _repeat(short, out, max(1, rounds), stretch_s, faststart=bool(settings.get("faststart")))
    return out


def _repeat(short: Path, out: Path, rounds: int, stretch_s: int, *, faststart: bool) -> None:
    options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if faststart else {})
    with (
        av.open(str(short)) as source,
        av.open(str(out), "w", format="mp4", options=options) as target,
    ):
        target.metadata.update(source.metadata)
        streams = [target.add_stream_from_template(stream, opaque=True) for stream in source.streams]
        bases = [stream.time_base or Fraction(1, 1000) for stream in source.streams]
        pieces = _pieces(source, bases, stretch_s)
        for number in range(rounds):
            for piece in pieces:
                shift = int(number * stretch_s / bases[piece.track])
                packet: Any = av.Packet(piece.data)
                packet.stream = streams[piece.track]
                packet.time_base = bases[piece.track]
                packet.dts, packet.pts = piece.dts + shift, piece.pts + shift
                packet.duration, packet.is_keyframe = piece.duration, piece.key
                target.mux_one(packet)


def _pieces(source: Any, bases: list[Fraction], stretch_s: int) -> list[_Piece]:
    """The packets that lie within the stretch: what reaches over its ends would overlap the next round.

    Pictures always do: a negative dts there only comes from reordering.
    """
    kinds = [stream.type for stream in source.streams]
    return [
        _Piece(p.stream_index, bytes(p), p.dts, p.pts, p.duration or 0, p.is_keyframe)
        for p in source.demux()
        if p.size
        and (
            kinds[p.stream_index] == "video"
            or (p.dts >= 0 and (p.dts + p.duration) * bases[p.stream_index] <= stretch_s)
        )
    ]
