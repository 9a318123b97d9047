"""Reads the sample tables of MP4 and MOV files, classic and fragmented, without demuxing (ISO/IEC 14496-12 §8).

Pure over a mapped file, runs in a worker process. Every sample must lie inside the file's media data: a hostile table
raises MediaUnreadable. `Unsupported` says that the tables are fine but not of a kind that can be served as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media.boxes import Box, Bytes, boxes, child, need, unpack
from evidence.media.mp4_fragments import FragmentReader
from evidence.media.samples import MAX_SAMPLES, TrackTable

# Ten years: no recording is longer, and nanoseconds of it fit into 64 bits.
_MAX_SECONDS = 10 * 366 * 86_400
# What a device writes at the top level; anything else at the end is not part of the recording.
_KNOWN_TOPS = frozenset(b"ftyp styp moov moof mdat mfra sidx ssix free skip wide uuid meta udta emsg prft pnot".split())
_NO_MOOV = "The recording was cut off before its index (moov) was written."


class Unsupported(MediaUnreadable):
    """Readable, but encrypted, spread over files or of several formats in one track."""

    code = "media-unsupported"


@dataclass(frozen=True, slots=True)
class Movie:
    """What the boxes of a file say."""

    tracks: tuple[TrackTable, ...]
    media_data: tuple[tuple[int, int], ...]  # [start, end) of each mdat's payload
    fragmented: bool
    rotation_deg: dict[int, int]  # track number → clockwise degrees of its display matrix
    truncated: str | None  # what is missing at the end, in words


@dataclass(frozen=True, slots=True)
class _TrackHead:
    number: int
    track_id: int
    kind: Literal["video", "audio"] | None
    timescale: int
    shift: int
    codec: str
    stbl: Box
    rotation_deg: int


def read_movie(data: Bytes, length: int) -> Movie:
    """Parse a mapped file of `length` bytes. MediaUnreadable in words if it is no whole movie."""
    try:
        return _read_movie(data, length)
    except (struct.error, IndexError, OverflowError) as error:
        # A field that lies outside its box, or a number no table can hold.
        raise MediaUnreadable("The index of the file is damaged.") from error


def coded(movie: Movie, setup: Mapping[int, tuple[str, bytes]]) -> tuple[TrackTable, ...]:
    """The tables of the tracks that FFmpeg knows, under its names for their codecs. `setup`: `facts.extradata`.

    Unsupported for uncompressed sound: its samples are no access units.
    """
    tables = tuple(replace(t, codec=setup[t.number][0]) for t in movie.tracks if t.number in setup)
    if any(t.codec.startswith("pcm_") for t in tables):
        raise Unsupported("The sound is uncompressed.")
    return tables


def _read_movie(data: Bytes, length: int) -> Movie:
    tops = _tops(data, length)
    moov = next((b for b in tops if b.type == b"moov"), None)
    if moov is None:
        raise MediaUnreadable(_NO_MOOV if any(b.type in (b"ftyp", b"mdat") for b in tops) else "This is no MP4 file.")
    if not moov.complete:
        raise MediaUnreadable("The recording was cut off in the middle of its index (moov).")
    media = tuple((b.body, b.end) for b in tops if b.type == b"mdat")
    heads = _heads(data, moov)
    fragments = [b for b in tops if b.type == b"moof" and b.complete]
    if fragments or child(data, moov, b"mvex") is not None:
        tracks = _fragmented(data, moov, heads, fragments)
    else:
        tracks = tuple(_classic(data, head) for head in heads if head.kind)
    whole = tuple(_within(track, media) for track in tracks)
    cut = _missing(tops[-1], length, tracks, whole)
    rotation = {head.number: head.rotation_deg for head in heads}
    return Movie(whole, media, bool(fragments), rotation, cut)


def _tops(data: Bytes, length: int) -> list[Box]:
    """The top-level boxes; what follows the moov need not make sense."""
    tops: list[Box] = []
    try:
        for box in boxes(data, 0, length):
            tops.append(box)
    except MediaUnreadable:
        if not any(box.type == b"moov" and box.complete for box in tops):
            raise
    return tops


def _missing(last: Box, length: int, tracks: tuple[TrackTable, ...], whole: tuple[TrackTable, ...]) -> str | None:
    lost = sum(len(a) - len(b) for a, b in zip(tracks, whole, strict=True))
    if lost:
        return f"The file was cut off: {lost} of its frames are missing at the end."
    if not last.complete and last.type in _KNOWN_TOPS:
        return "The file was cut off in its last part."
    if last.end < length or last.type not in _KNOWN_TOPS:
        return "Bytes that are no part of the recording follow its end."
    return None


def _within(track: TrackTable, media: tuple[tuple[int, int], ...]) -> TrackTable:
    """The track without the samples that lie past the end of the file. MediaUnreadable if one lies elsewhere."""
    if not len(track):
        return track
    starts = np.array([m[0] for m in media] or [0], np.int64)
    ends = np.array([m[1] for m in media] or [0], np.int64)
    home = np.searchsorted(starts, track.offset, side="right") - 1
    # Differences, not sums: an offset near 2^63 plus a size is negative.
    inside = (home >= 0) & (track.offset >= 0) & (track.size <= ends[home] - track.offset)
    if inside.all():
        return _once(track, media)
    first = int(np.argmin(inside))
    # Only a lost tail is damage we can live with; anything else is a table that lies.
    tail = bool((track.offset[first:] > ends[-1] - track.size[first:]).any()) and first > 0
    if not tail:
        raise MediaUnreadable("The index of the file points outside its media data.")
    return _once(_head_of(track, first), media)


def _once(track: TrackTable, media: tuple[tuple[int, int], ...]) -> TrackTable:
    """Refuses tables that name the same bytes again and again: a small file would make work without end."""
    if int(track.size.sum(dtype=np.int64)) > sum(end - start for start, end in media):
        raise MediaUnreadable("The index of the file names the same media data several times.")
    return track


def _head_of(track: TrackTable, n: int) -> TrackTable:
    return replace(
        track,
        offset=track.offset[:n],
        size=track.size[:n],
        dts=track.dts[:n],
        cts=track.cts[:n],
        duration=track.duration[:n],
        key=track.key[:n],
    )


def _heads(data: Bytes, moov: Box) -> list[_TrackHead]:
    (movie_scale,) = unpack(">I", data, need(data, moov, b"mvhd"), 20 if data[need(data, moov, b"mvhd").body] else 12)
    traks = [b for b in boxes(data, moov.body, moov.end) if b.type == b"trak"]
    if len(traks) > 64:
        raise MediaUnreadable("The index of the file names more than 64 tracks.")
    return [_head(data, number, trak, movie_scale) for number, trak in enumerate(traks)]


def _head(data: Bytes, number: int, trak: Box, movie_scale: int) -> _TrackHead:
    tkhd, mdhd = need(data, trak, b"tkhd"), need(data, trak, b"mdia", b"mdhd")
    (track_id,) = unpack(">I", data, tkhd, 20 if data[tkhd.body] == 1 else 12)
    (timescale,) = unpack(">I", data, mdhd, 20 if data[mdhd.body] == 1 else 12)
    hdlr = need(data, trak, b"mdia", b"hdlr")
    handler = bytes(data[hdlr.body + 8 : hdlr.body + 12])
    kind: Literal["video", "audio"] | None = {b"vide": "video", b"soun": "audio"}.get(handler)  # type: ignore[assignment]
    if kind and not 0 < timescale <= 1_000_000_000:
        raise MediaUnreadable(f"The index of the file gives track {track_id} a time base of {timescale}.")
    stbl = need(data, trak, b"mdia", b"minf", b"stbl")
    codec = _codec(data, stbl) if kind else ""
    if kind:
        _require_own_data(data, trak)
    return _TrackHead(
        number,
        track_id,
        kind,
        timescale,
        _shift(data, trak, movie_scale, timescale),
        codec,
        stbl,
        _rotation(data, tkhd),
    )


def _rotation(data: Bytes, tkhd: Box) -> int:
    """Clockwise degrees of the track header's matrix (§8.3.2), for the four right angles; else 0."""
    a, b, _, c, d = unpack(">5i", data, tkhd, 52 if data[tkhd.body] == 1 else 40)
    sa, sb, sc, sd = ((value > 0) - (value < 0) for value in (a, b, c, d))
    return {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}.get((sa, sb, sc, sd), 0)


def _require_own_data(data: Bytes, trak: Box) -> None:
    """Unsupported if the samples lie in another file (§8.7.2): flag 1 of a data entry says "in this one"."""
    dref = child(data, trak, b"mdia", b"minf", b"dinf", b"dref")
    for entry in boxes(data, dref.body + 8, dref.end) if dref else ():
        if not unpack(">I", data, entry)[0] & 1:
            raise Unsupported("The media data of a track is in another file.")


def _codec(data: Bytes, stbl: Box) -> str:
    """The sample description's four characters; Unsupported for several or for encrypted ones."""
    stsd = need(data, stbl, b"stsd")
    (count,) = unpack(">I", data, stsd, 4)
    kinds = [b.type for b in boxes(data, stsd.body + 8, stsd.end)]
    if not kinds:
        raise MediaUnreadable("The index of the file does not say how a track is coded.")
    if count > 1 or len(kinds) > 1:
        raise Unsupported("The format changes in the middle of a track.")
    if kinds[0] in (b"encv", b"enca"):
        raise Unsupported("The recording is encrypted.")
    return kinds[0].decode("latin-1")


def _shift(data: Bytes, trak: Box, movie_scale: int, timescale: int) -> int:
    """Ticks that the edit list takes off pts (§8.6.6): media time of the first edit less empty edits before it."""
    elst = child(data, trak, b"edts", b"elst")
    if elst is None or movie_scale == 0:
        return 0
    (count,) = unpack(">I", data, elst, 4)
    layout, step = (">Qq", 20) if data[elst.body] == 1 else (">Ii", 12)
    empty = 0
    for n in range(min(count, 1000)):
        duration, media_time = unpack(layout, data, elst, 8 + n * step)
        if media_time >= 0:
            shift: int = media_time - empty * timescale // movie_scale
            if abs(shift) > _MAX_SECONDS * max(timescale, 1):
                raise MediaUnreadable("The index of the file holds impossible times.")
            return shift
        empty += duration
    return 0


def _array(data: Bytes, box: Box, offset: int, count: int, dtype: str, columns: int = 1) -> NDArray[np.int64]:
    """`count` rows of big-endian numbers at `offset` of a box, as int64. Refuses counts that do not fit."""
    width = np.dtype(dtype).itemsize * columns
    if count > MAX_SAMPLES or box.body + offset + count * width > box.end:
        raise MediaUnreadable(f"The index of the file is damaged: table {box.name} claims {count} rows.")
    flat = np.frombuffer(data, dtype, count * columns, box.body + offset).astype(np.int64)
    return flat.reshape(count, columns) if columns > 1 else flat


def _classic(data: Bytes, head: _TrackHead) -> TrackTable:
    size = _sizes(data, head.stbl)
    n = len(size)
    stts = need(data, head.stbl, b"stts")
    runs = _array(data, stts, 8, unpack(">I", data, stts, 4)[0], ">u4", 2)
    duration = _expand(runs, n, "stts")
    dts = np.concatenate((np.zeros(1, np.int64), np.cumsum(duration)))[:n] if n else np.empty(0, np.int64)
    return _table(
        head, _offsets(data, head.stbl, size), size, dts, _cts(data, head.stbl, n), duration, _keys(data, head, n)
    )


def _table(
    head: _TrackHead,
    offset: NDArray[np.int64],
    size: NDArray[np.int64],
    dts: NDArray[np.int64],
    cts: NDArray[np.int64],
    duration: NDArray[np.int64],
    key: NDArray[np.bool_],
) -> TrackTable:
    limit = _MAX_SECONDS * head.timescale
    if len(cts) and (
        int(np.abs(cts).max()) > 0x7FFFFFFF
        or int(duration.max()) > 0xFFFFFFFF
        or int(dts.min()) < 0
        or int(dts.max()) > limit
    ):
        raise MediaUnreadable("The index of the file holds impossible times.")
    return TrackTable(
        number=head.number,
        track_id=head.number + 1,
        kind=head.kind or "video",
        codec=head.codec,
        timescale=head.timescale,
        shift=head.shift,
        offset=offset,
        size=size.astype(np.uint32),
        dts=dts,
        cts=cts.astype(np.int32),
        duration=duration.astype(np.uint32),
        key=key,
    )


def _sizes(data: Bytes, stbl: Box) -> NDArray[np.int64]:
    stsz = child(data, stbl, b"stsz")
    if stsz is None:
        raise Unsupported("The index of the file uses compact sample sizes.")
    uniform, count = unpack(">II", data, stsz, 4)
    if not uniform:
        return _array(data, stsz, 12, count, ">u4")
    if count > MAX_SAMPLES:
        # Uncompressed sound counts every single value as a sample: fine, but not served this way.
        raise Unsupported(f"The index of the file lists {count} samples.")
    return np.full(count, uniform, np.int64)


def _expand(runs: NDArray[np.int64], n: int, name: str) -> NDArray[np.int64]:
    """(count, value) rows → one value per sample."""
    if int(runs[:, 0].sum()) < n:
        raise MediaUnreadable(f"The index of the file is damaged: table {name} covers fewer samples than there are.")
    ends = np.cumsum(runs[:, 0])
    return runs[np.searchsorted(ends, np.arange(n), side="right"), 1] if n else np.empty(0, np.int64)


def _cts(data: Bytes, stbl: Box, n: int) -> NDArray[np.int64]:
    ctts = child(data, stbl, b"ctts")
    if ctts is None:
        return np.zeros(n, np.int64)
    runs = _array(data, ctts, 8, unpack(">I", data, ctts, 4)[0], ">u4", 2)
    # Version 0 is unsigned on paper; writers put negative offsets there all the same.
    runs[:, 1] = runs[:, 1].astype(np.uint32).astype(np.int32)
    return _expand(runs, n, "ctts")


def _keys(data: Bytes, head: _TrackHead, n: int) -> NDArray[np.bool_]:
    stss = child(data, head.stbl, b"stss")
    if stss is None:
        return np.ones(n, np.bool_)
    numbers = _array(data, stss, 8, unpack(">I", data, stss, 4)[0], ">u4") - 1
    if len(numbers) and not (int(numbers.min()) >= 0 and int(numbers.max()) < max(n, 1)):
        raise MediaUnreadable("The index of the file names keyframes that do not exist.")
    key = np.zeros(n, np.bool_)
    key[numbers] = True
    return key


def _offsets(data: Bytes, stbl: Box, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Byte offset of every sample from the chunk tables (§8.7.4, §8.7.5)."""
    stco = child(data, stbl, b"stco")
    table, dtype = (stco, ">u4") if stco is not None else (need(data, stbl, b"co64"), ">i8")
    chunk = _array(data, table, 8, unpack(">I", data, table, 4)[0], dtype)
    stsc = need(data, stbl, b"stsc")
    runs = _array(data, stsc, 8, unpack(">I", data, stsc, 4)[0], ">u4", 3)
    n = len(size)
    if n == 0:
        return np.empty(0, np.int64)
    if not len(chunk) or not len(runs) or runs[0, 0] != 1 or (np.diff(runs[:, 0]) <= 0).any():
        raise MediaUnreadable("The index of the file is damaged: its chunk tables do not fit together.")
    if (runs[:, 2] != runs[0, 2]).any():
        raise Unsupported("The format changes in the middle of a track.")
    per_chunk = runs[np.searchsorted(runs[:, 0], np.arange(1, len(chunk) + 1), side="right") - 1, 1]
    ends = np.cumsum(per_chunk)
    if int(ends[-1]) < n or int(per_chunk.max()) > MAX_SAMPLES:
        raise MediaUnreadable("The index of the file is damaged: its chunks hold fewer samples than there are.")
    home = np.searchsorted(ends, np.arange(n), side="right")
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(size)))[:n]
    first = (ends - per_chunk)[home]
    offset: NDArray[np.int64] = chunk[home] + before - before[first]
    return offset


def _fragmented(data: Bytes, moov: Box, heads: list[_TrackHead], moofs: list[Box]) -> tuple[TrackTable, ...]:
    """The samples of the moov's own tables, where it has any (a file that was begun before it was cut into fragments),
    and behind them those of the fragments."""
    played = [head for head in heads if head.kind]
    begun = {head.number: _classic(data, head) for head in played if _has_samples(data, head)}
    ends = {heads[n].track_id: int(table.dts[-1]) + int(table.duration[-1]) for n, table in begun.items()}
    reader = FragmentReader(data, moov, ends)
    for moof in moofs:
        reader.read(moof)
    tables = (_table(head, *reader.columns(head.track_id, head.kind == "video")) for head in played)
    return tuple(_joined(begun[t.number], t) if t.number in begun else t for t in tables)


def _has_samples(data: Bytes, head: _TrackHead) -> bool:
    stsz = child(data, head.stbl, b"stsz") or child(data, head.stbl, b"stz2")
    return stsz is not None and unpack(">I", data, stsz, 8)[0] > 0


def _joined(first: TrackTable, second: TrackTable) -> TrackTable:
    return replace(
        first,
        offset=np.concatenate((first.offset, second.offset)),
        size=np.concatenate((first.size, second.size)),
        dts=np.concatenate((first.dts, second.dts)),
        cts=np.concatenate((first.cts, second.cts)),
        duration=np.concatenate((first.duration, second.duration)),
        key=np.concatenate((first.key, second.key)),
    )
