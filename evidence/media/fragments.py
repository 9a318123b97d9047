"""Virtual fragments: the `moof` of a segment, and the byte ranges of the original that are its `mdat`. Pure, numpy.

Runs in the daemon, without FFmpeg. One `trun` per run of access units that lie next to each other in the file. Why no
copy: docs/design/media.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media import moof as boxes
from evidence.media.cuts import Cut, CutPart
from evidence.media.samples import SampleTable, TrackTable

# Every track is moved by the same whole number of seconds, so that B-frames never need a negative tfdt: this many, or
# as many as an edit list takes off. Players take the start of the first fragment off again.
BASE_S = 10


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
    moof_size = boxes.moof_bytes([(part.count, len(run.first)) for (_, part), run in zip(parts, runs, strict=True)])
    places, ranges, payload = _layout(runs, moof_size)
    if moof_size + 8 + payload > boxes.MAX_FRAGMENT_BYTES:
        raise MediaUnreadable("A segment of more than 2 GiB cannot be played.")
    base_s = _base_s(table)
    trafs = [_traf(*each, run, place, base_s) for each, run, place in zip(parts, runs, places, strict=True)]
    head = boxes.moof((sequence or cut.seq) + 1, trafs) + boxes.mdat_header(payload)
    return Fragment(head, ranges, len(head) + payload)


def _runs(track: TrackTable, part: CutPart) -> _Runs:
    stretch = slice(part.first, part.first + part.count)
    offset, size = track.offset[stretch], track.size[stretch].astype(np.int64)
    if part.count and int(offset.min()) < 0:
        raise MediaUnreadable("This container does not say where its samples lie.")
    return _Runs(*_joined(offset, size))


def _joined(offset: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """(index of the first, offset, length) of each run of pieces that follow upon each other."""
    first = np.flatnonzero(np.concatenate(([True], offset[1:] != offset[:-1] + size[:-1])))
    return first, offset[first], np.add.reduceat(size, first)


def _layout(runs: list[_Runs], moof_size: int) -> tuple[list[NDArray[np.int64]], tuple[tuple[int, int], ...], int]:
    """Where each run's data begins, counted from the moof; the file ranges in file order, joined; their sum."""
    offset = np.concatenate([run.offset for run in runs])
    length = np.concatenate([run.length for run in runs])
    order = np.argsort(offset, kind="stable")
    ends = np.cumsum(length[order])
    place = np.empty(len(offset), np.int64)
    place[order] = ends - length[order] + moof_size + 8
    _, starts, lengths = _joined(offset[order], length[order])
    ranges = tuple(zip(starts.tolist(), lengths.tolist(), strict=True))
    borders = np.cumsum([len(run.offset) for run in runs])[:-1]
    return np.split(place, borders), ranges, int(ends[-1])


def _base_s(table: SampleTable) -> int:
    """An edit list that shows a stretch from the middle of the file puts what lies before it below zero."""
    return max(BASE_S, *(-(-(track.shift - int(track.dts[0])) // track.timescale) for track in table.played()))


def _traf(track: TrackTable, part: CutPart, runs: _Runs, place: NDArray[np.int64], base_s: int) -> boxes.Traf:
    stretch = slice(part.first, part.first + part.count)
    samples = np.empty(part.count, boxes.SAMPLE)
    samples["size"] = track.size[stretch]
    samples["flags"] = np.where(track.key[stretch], boxes.KEY, boxes.DELTA)
    samples["cts"] = track.cts[stretch]
    # The time to the next access unit, so that decode times after this fragment continue those of the next.
    dts = track.dts[part.first : part.first + part.count + 1]
    samples["duration"][: len(dts) - 1] = np.clip(np.diff(dts), 0, 0x7FFFFFFF)[: part.count]
    if len(dts) == part.count:
        samples["duration"][-1] = track.duration[part.first + part.count - 1]
    tfdt = max(0, int(dts[0]) - track.shift + base_s * track.timescale)
    stops = [*runs.first[1:].tolist(), part.count]
    spans = zip(runs.first.tolist(), stops, place.tolist(), strict=True)
    return boxes.Traf(track.track_id, tfdt, samples, tuple(map(boxes.Run._make, spans)))
