"""Where a recording is cut into segments: whole GOPs, half-open stretches of every track.

Pure. The first video track decides (its keyframes, in decode order); every other track is cut by binary search
at the same instants, so each access unit is in exactly one segment. Recordings without pictures are cut by time.
Runs in workers (to make the cuts) and in the daemon (to read stored ones back).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evidence.media.samples import SampleTable, TrackTable

TARGET_MS = 4_000
MAX_MS = 10_000


@dataclass(frozen=True, slots=True)
class TrackCut:
    """A stretch of one track."""

    track: int
    first_au: int  # decode order
    n_au: int  # at least 1
    start_pts: int  # lowest pts of the stretch, raw media ticks
    end_pts: int  # highest pts + duration: half-open


@dataclass(frozen=True, slots=True)
class Cut:
    """One segment: tracks without access units in it are left out."""

    seq: int  # from 0
    start_ms: int  # presentation time from the recording's first picture
    end_ms: int  # half-open: the next cut's start_ms
    tracks: tuple[TrackCut, ...]


class _Stretch(Protocol):
    @property
    def track(self) -> int: ...
    @property
    def first_au(self) -> int: ...
    @property
    def n_au(self) -> int: ...
    @property
    def start_pts(self) -> int: ...
    @property
    def end_pts(self) -> int: ...


class Stored(Protocol):
    """What a cut can be read back from: `records.Segment` and `statements.SegmentStatement` are such."""

    @property
    def seq(self) -> int: ...
    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def tracks(self) -> Sequence[_Stretch]: ...


def cut_of(stored: Stored) -> Cut:
    """The cut that a stored segment or a segment statement describes."""
    return Cut(
        stored.seq,
        stored.start_ms,
        stored.end_ms,
        tuple(TrackCut(t.track, t.first_au, t.n_au, t.start_pts, t.end_pts) for t in stored.tracks),
    )


def cuts_of(segments: Iterable[Stored]) -> tuple[Cut, ...]:
    return tuple(cut_of(segment) for segment in segments)


def cut(table: SampleTable, target_ms: int = TARGET_MS, max_ms: int = MAX_MS) -> tuple[Cut, ...]:
    """Cut a recording into segments of `target_ms` or more; a GOP is never split, so one longer than `max_ms`
    makes a longer segment. Every access unit of every track is in exactly one segment."""
    anchor = _anchor(table)
    if anchor is None:
        return ()
    firsts = _anchor_cuts(anchor, target_ms, max_ms)
    instants = _instants(anchor, firsts)
    tail = _tail_instants(table, anchor, instants, target_ms)
    bounds = instants + tail
    stretches = []
    for track in table.tracks:
        if track is anchor:
            edges = [*firsts, *[len(track)] * (len(tail) + 1)]
        else:
            edges = _edges(track, anchor.timescale, bounds)
        stretches.append(_stretches(track, edges))
    return _assemble(stretches, _edges_ms(table, anchor, bounds))


def longest_gop_ms(table: SampleTable) -> int:
    """The longest distance between two keyframes of the first video track (or to its end); 0 without pictures."""
    anchor = _anchor(table)
    if anchor is None or anchor.kind != "video":
        return 0
    times = timeline(anchor)
    keys = np.flatnonzero(anchor.key)
    marks = np.concatenate(([times[0]], times[keys], [times[-1] + int(anchor.duration[-1])]))
    return int(np.diff(marks).max()) * 1000 // anchor.timescale


def timeline(track: TrackTable) -> NDArray[np.int64]:
    """Decode times made non-decreasing: where the recorded ones run back, the sample's own duration counts.

    Equal to `dts` where the stamps are sound.
    """
    if len(track) < 2:
        return track.dts
    steps = np.diff(track.dts)
    if (steps >= 0).all():
        return track.dts
    steps = np.where(steps >= 0, steps, track.duration[:-1].astype(np.int64))
    return np.concatenate((track.dts[:1], track.dts[0] + np.cumsum(steps)))


def _anchor(table: SampleTable) -> TrackTable | None:
    """The track whose access units decide where to cut: the played video, any video, or the longest track."""
    filled = [track for track in table.tracks if len(track)]
    videos = [track for track in filled if track.kind == "video"]
    sounds = [track for track in filled if track.kind == "audio"]
    ranked = videos or sounds or filled
    return next((track for track in ranked if track.played), ranked[0] if ranked else None)


def _anchor_cuts(anchor: TrackTable, target_ms: int, max_ms: int) -> list[int]:
    """The first access unit of each segment; the first is always 0."""
    times = timeline(anchor)
    keys = np.flatnonzero(anchor.key) if anchor.kind == "video" else np.arange(len(anchor))
    candidates: list[int] = [int(n) for n in keys if n > 0] if len(keys) < 1 << 16 else keys[keys > 0].tolist()
    at: list[int] = times[candidates].tolist() if candidates else []
    target, limit = target_ms * anchor.timescale // 1000, max_ms * anchor.timescale // 1000
    firsts, start, passed = [0], int(times[0]), 0
    while True:
        here = bisect_left(at, start + target, passed)
        # A short first part beats a stretch that is longer than a segment should be.
        reach = at[here] if here < len(at) else int(times[-1]) + int(anchor.duration[-1])
        if reach - start > limit and here > passed:
            here -= 1
        if here >= len(at):
            return firsts
        firsts.append(candidates[here])
        start, passed = at[here], here + 1


def _instants(anchor: TrackTable, firsts: list[int]) -> list[int]:
    """The presentation time at which each segment begins, in the anchor's ticks, never decreasing.

    It is the lowest pts of the segment, not its keyframe's: in an open GOP the leading pictures are shown first.
    """
    shown = anchor.cts + timeline(anchor) + anchor.shift
    lows = np.minimum.reduceat(shown, firsts)
    return [int(low) for low in np.maximum.accumulate(lows)]


def _tail_instants(table: SampleTable, anchor: TrackTable, instants: list[int], target_ms: int) -> list[int]:
    """Further instants for sound that goes on after the last picture."""
    step = max(1, target_ms * anchor.timescale // 1000)
    end = _end(anchor)
    last = max((_rescale(_end(t), t.timescale, anchor.timescale) for t in table.tracks if t.kind == "audio"), default=0)
    start = max(end, instants[-1] + 1)
    return list(range(start, last, step)) if last - end >= step else []


def _end(track: TrackTable) -> int:
    """The presentation time at which the track ends, in its ticks."""
    if not len(track):
        return 0
    return int((timeline(track) + track.cts + track.duration).max()) + track.shift


def _rescale(ticks: int, timescale: int, other: int) -> int:
    return -(-ticks * other // timescale)


def _edges(track: TrackTable, timescale: int, bounds: list[int]) -> list[int]:
    """The first access unit of `track` at or after each instant (the first segment takes all before it, too)."""
    if not len(track):
        return [0] * (len(bounds) + 1)
    shown = np.maximum.accumulate(timeline(track) + track.cts + track.shift)
    instants = np.array([_rescale(b, timescale, track.timescale) for b in bounds[1:]], dtype=np.int64)
    return [0, *np.searchsorted(shown, instants, side="left").tolist(), len(track)]


def _stretches(track: TrackTable, edges: list[int]) -> list[TrackCut | None]:
    pts = track.pts
    ends = pts + track.duration
    result: list[TrackCut | None] = []
    for first, stop in pairwise(edges):
        if stop <= first:
            result.append(None)
            continue
        low, high = int(pts[first:stop].min()), int(ends[first:stop].max())
        result.append(TrackCut(track.number, first, stop - first, low, high))
    return result


def _edges_ms(table: SampleTable, anchor: TrackTable, bounds: list[int]) -> list[int]:
    """Segment borders in ms: the first at 0, the last where the last picture or sound ends (rounded up)."""
    ends = [-(-_end(t) * 1000 // t.timescale) for t in table.tracks if len(t) and (t.kind != "data" or t is anchor)]
    inner = [max(0, b * 1000 // anchor.timescale) for b in bounds[1:]]
    return [0, *inner, max([*ends, *inner[-1:], 0])]


def _assemble(stretches: list[list[TrackCut | None]], edges_ms: list[int]) -> tuple[Cut, ...]:
    cuts = []
    for seq, parts in enumerate(zip(*stretches, strict=True)):
        tracks = tuple(part for part in parts if part is not None)
        cuts.append(Cut(seq, edges_ms[seq], edges_ms[seq + 1], tracks))
    return tuple(cuts)
