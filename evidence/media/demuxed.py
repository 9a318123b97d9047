"""Sample tables and ESD-1 digests of containers without byte tables (TS, MKV, AVI, MOV with PCM), through PyAV.

Runs in a worker process: one demux pass. Access units keep the container's order; damaged stretches are skipped
and counted. PCM and G.711 become blocks of 20 ms from the first sample on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np

from evidence.errors import MediaUnreadable
from evidence.media.esd import PCM_BLOCK_MS, AccessUnits
from evidence.media.samples import MAX_SAMPLES, TrackTable

# Bytes per value of the uncompressed codecs that bodies and recorders write; their packets are re-blocked.
_PCM_BYTES = {
    "pcm_s16le": 2,
    "pcm_s16be": 2,
    "pcm_u8": 1,
    "pcm_s24le": 3,
    "pcm_s32le": 4,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
}
_BIG_ENDIAN = {"pcm_s16be": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Demuxed:
    """One track: its table, 32 bytes of digest per access unit, and its parameter sets' digest."""

    table: TrackTable
    digests: bytes
    units: AccessUnits
    out_of_order: int  # timestamps that ran backwards or were missing


@dataclass(slots=True)
class _Column:
    """What is collected of one stream."""

    stream: Any
    units: AccessUnits
    rows: list[tuple[int, int, int, int, bool]] = field(default_factory=list)  # size, dts, pts, duration, key
    digests: list[bytes] = field(default_factory=list)
    block: int = 0  # bytes of a PCM block, 0 for everything else
    pending: bytes = b""
    out_of_order: int = 0


def demux(path: Path, progress: Callable[[float], None] | None = None) -> tuple[tuple[Demuxed, ...], str | None]:
    """All video and audio tracks, and what went wrong at the end, in words. MediaUnreadable if nothing opens."""
    try:
        container = av.open(str(path))
    except (av.FFmpegError, ValueError) as error:
        raise MediaUnreadable(f"The file cannot be opened as media: {_words(error)}.") from error
    trouble: str | None = None
    with container:
        columns = {s.index: _column(s) for s in container.streams if s.type in ("video", "audio")}
        total = container.size or 0
        try:
            for packet in container.demux([c.stream for c in columns.values()]):
                if packet.size:
                    _add(columns[packet.stream.index], packet)
                    if progress and total and packet.pos:
                        progress(min(1.0, packet.pos / total))
        except IndexError:
            # A stream that turned up after opening (TS) trips PyAV when it flushes: everything has been read.
            pass
        except av.FFmpegError as error:
            trouble = f"Reading stopped before the end: {_words(error)}."
        done = tuple(_finish(column) for column in columns.values())
    return done, trouble


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def _column(stream: Any) -> _Column:
    context = stream.codec_context
    name = context.name if context else "unknown"
    column = _Column(stream, AccessUnits(_ffmpeg_name(name), bytes((context and context.extradata) or b"")))
    if name in _PCM_BYTES:
        column.block = stream.sample_rate * PCM_BLOCK_MS // 1000 * _PCM_BYTES[name] * stream.channels
    return column


def _ffmpeg_name(decoder: str) -> str:
    """Decoders may be named after a library; the codec is what counts."""
    return {"libdav1d": "av1", "mp3float": "mp3"}.get(decoder, decoder)


def _add(column: _Column, packet: Any) -> None:
    if len(column.rows) >= MAX_SAMPLES:
        raise MediaUnreadable(f"More than {MAX_SAMPLES} access units in one track.")
    data = bytes(packet)
    column.units.damaged += packet.is_corrupt
    if column.block:
        _add_pcm(column, data, packet)
        return
    last = column.rows[-1] if column.rows else None
    pts = packet.pts if packet.pts is not None else packet.dts
    dts = packet.dts
    if dts is None or (last is not None and dts <= last[1]):
        # Missing or backwards: one tick later than the last, so that nothing is dropped and order is kept.
        # (The first dts of Matroska with B-frames is missing and guessed: what follows it is no fault.)
        column.out_of_order += dts is not None and len(column.rows) > 16
        dts = last[1] + 1 if last is not None else (pts or 0)
    if pts is None:
        pts = dts
    column.rows.append((len(data), dts, pts, packet.duration or 0, bool(packet.is_keyframe)))
    column.digests.append(column.units.digest(data, 0, len(data)))


def _add_pcm(column: _Column, data: bytes, packet: Any) -> None:
    """Blocks of 20 ms, timed by counting values: a PCM clock is its sample count."""
    swap = _BIG_ENDIAN.get(column.units.codec)
    if swap:
        data = np.frombuffer(data[: len(data) // swap * swap], ">u2").astype("<u2").tobytes()
    data = column.pending + data
    whole = len(data) // column.block * column.block
    for start in range(0, whole, column.block):
        _add_block(column, data[start : start + column.block])
    column.pending = data[whole:]


def _add_block(column: _Column, data: bytes) -> None:
    rate = column.stream.sample_rate
    values = len(data) * rate * PCM_BLOCK_MS // 1000 // column.block
    start = column.rows[-1][1] + column.rows[-1][3] if column.rows else _first_value(column.stream)
    column.rows.append((len(data), start, start, values, True))
    column.digests.append(hashlib.sha256(data).digest())


def _first_value(stream: Any) -> int:
    """Where the stream's clock starts, in values."""
    start: int = round((stream.start_time or 0) * stream.time_base * stream.sample_rate)
    return start


def _finish(column: _Column) -> Demuxed:
    stream = column.stream
    if column.pending:
        _add_block(column, column.pending)
    rows = np.array(column.rows or np.empty((0, 5)), np.int64).reshape(-1, 5)
    size, dts, pts, duration, key = rows.T
    timescale = stream.sample_rate if column.block else stream.time_base.denominator
    scale = 1 if column.block else stream.time_base.numerator
    missing = duration == 0
    if missing.any() and len(dts) > 1:
        steps = np.diff(dts, append=dts[-1] + max(1, int(np.median(np.diff(dts)))))
        duration = np.where(missing, steps, duration)
    table = TrackTable(
        number=stream.index,
        track_id=stream.index + 1,
        kind=stream.type,
        codec=column.units.codec,
        timescale=timescale,
        shift=0,
        offset=np.full(len(rows), -1, np.int64),
        size=size.astype(np.uint32),
        dts=dts * scale,
        cts=np.clip((pts - dts) * scale, -0x7FFFFFFF, 0x7FFFFFFF).astype(np.int32),
        duration=np.clip(duration * scale, 0, 0xFFFFFFFF).astype(np.uint32),
        key=key.astype(np.bool_),
    )
    return Demuxed(table, b"".join(column.digests), column.units, column.out_of_order)
