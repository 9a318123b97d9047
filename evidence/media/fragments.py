"""Virtual fragments: the `moof` of a segment, and the byte ranges of the original that are its `mdat`. Pure, numpy.

Runs in the daemon, without FFmpeg. ISO/IEC 14496-12 §8.8: `tfhd` default-base-is-moof, `tfdt` version 1, one `trun`
version 1 per run of access units that lie next to each other in the file. Why no copy: docs/design/media.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media.cuts import Cut, CutPart
from evidence.media.samples import SampleTable, TrackTable

# Every track is moved by the same whole number of seconds, so that B-frames never need a negative tfdt. Players
# take the start of the first fragment off again.
BASE_S = 10
_SAMPLE = np.dtype([("duration", ">u4"), ("size", ">u4"), ("flags", ">u4"), ("cts", ">i4")])
_TRUN_FLAGS = 0x01 | 0x100 | 0x200 | 0x400 | 0x800  # data offset; duration, size, flags, cts per sample
_KEY, _DELTA = 0x02000000, 0x01010000  # sample_depends_on / is_non_sync_sample
_MAX_FRAGMENT = 0x7FFFFFFF  # a trun's data offset is a signed 32-bit number
_TRUN_HEAD = 20  # size, type, version+flags, sample count, data offset


@dataclass(frozen=True, slots=True)
class Fragment:
    head: bytes  # moof, and the header of mdat
    ranges: tuple[tuple[int, int], ...]  # (offset, length) in the original, to be sent in this order
    length: int  # of the whole: head and ranges


@dataclass(frozen=True, slots=True)
class _Runs:
    """The contiguous runs of one part: index of the first access unit, offset and length in the file."""

    first: NDArray[np.int64]
    offset: NDArray[np.int64]
    length: NDArray[np.int64]


def fragment(table: SampleTable, cut: Cut, sequence: int | None = None) -> Fragment:
    """The fragment of a cut, of the tracks that are played. MediaUnreadable if the table has no byte offsets."""
    tracks = {track.number: track for track in table.played()}
    parts = [(tracks[part.track], part) for part in cut.parts if part.track in tracks]
    if not parts:
        raise MediaUnreadable("There is nothing to play in this segment.")
    runs = [_runs(track, part) for track, part in parts]
    sizes = [_traf_size(part, run) for (_, part), run in zip(parts, runs, strict=True)]
    moof_size = 8 + 16 + sum(sizes)
    places, ranges, payload = _layout(runs, moof_size)
    if moof_size + 8 + payload > _MAX_FRAGMENT:
        raise MediaUnreadable("A segment of more than 2 GiB cannot be played.")
    pieces = [struct.pack(">I4s", moof_size, b"moof"), struct.pack(">I4sII", 16, b"mfhd", 0, (sequence or cut.seq) + 1)]
    for (track, part), run, size, place in zip(parts, runs, sizes, places, strict=True):
        pieces += _traf(track, part, run, size, place)
    pieces.append(_mdat_header(payload))
    head = b"".join(pieces)
    return Fragment(head, ranges, len(head) + payload)


def _mdat_header(payload: int) -> bytes:
    return struct.pack(">I4s", payload + 8, b"mdat")


def _runs(track: TrackTable, part: CutPart) -> _Runs:
    stretch = slice(part.first, part.first + part.count)
    offset, size = track.offset[stretch], track.size[stretch].astype(np.int64)
    if part.count and int(offset.min()) < 0:
        raise MediaUnreadable("This container does not say where its samples lie.")
    breaks = np.flatnonzero(offset[1:] != offset[:-1] + size[:-1]) + 1
    first = np.concatenate((np.zeros(1, np.int64), breaks))
    return _Runs(first, offset[first], np.add.reduceat(size, first))


def _layout(runs: list[_Runs], moof_size: int) -> tuple[list[NDArray[np.int64]], tuple[tuple[int, int], ...], int]:
    """Where each run's data begins, counted from the moof; the file ranges in file order, joined; their sum."""
    offset = np.concatenate([run.offset for run in runs])
    length = np.concatenate([run.length for run in runs])
    order = np.argsort(offset, kind="stable")
    ends = np.cumsum(length[order])
    place = np.empty(len(offset), np.int64)
    place[order] = ends - length[order] + moof_size + 8
    ranges: list[tuple[int, int]] = []
    for start, size in zip(offset[order].tolist(), length[order].tolist(), strict=True):
        if ranges and sum(ranges[-1]) == start:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + size)
        else:
            ranges.append((start, size))
    borders = np.cumsum([len(run.offset) for run in runs])[:-1]
    return np.split(place, borders), tuple(ranges), int(ends[-1])


def _traf_size(part: CutPart, runs: _Runs) -> int:
    return 8 + 16 + 20 + _TRUN_HEAD * len(runs.first) + _SAMPLE.itemsize * part.count


def _traf(track: TrackTable, part: CutPart, runs: _Runs, size: int, place: NDArray[np.int64]) -> list[bytes]:
    stretch = slice(part.first, part.first + part.count)
    samples = np.empty(part.count, _SAMPLE)
    samples["size"] = track.size[stretch]
    samples["flags"] = np.where(track.key[stretch], _KEY, _DELTA)
    samples["cts"] = track.cts[stretch]
    # The time to the next access unit, so that decode times after this fragment continue those of the next.
    dts = track.dts[part.first : part.first + part.count + 1]
    samples["duration"][: len(dts) - 1] = np.clip(np.diff(dts), 0, 0x7FFFFFFF)[: part.count]
    if len(dts) == part.count:
        samples["duration"][-1] = track.duration[part.first + part.count - 1]
    data = samples.tobytes()
    tfdt = max(0, int(dts[0]) - track.shift + BASE_S * track.timescale)
    pieces = [
        struct.pack(">I4s", size, b"traf"),
        struct.pack(">I4sII", 16, b"tfhd", 0x020000, track.track_id),
        struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, tfdt),
    ]
    stops = [*runs.first[1:].tolist(), part.count]
    for first, stop, position in zip(runs.first.tolist(), stops, place.tolist(), strict=True):
        body = data[first * _SAMPLE.itemsize : stop * _SAMPLE.itemsize]
        head = (_TRUN_HEAD + len(body), b"trun", 0x01000000 | _TRUN_FLAGS, stop - first, position)
        pieces += [struct.pack(">I4sIIi", *head), body]
    return pieces
