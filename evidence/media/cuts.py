"""Cuts a recording into segments of whole GOPs. Pure, numpy; every access unit is in exactly one segment.

Boundaries are keyframes of the lead track, at least `target_ms` apart; the other tracks are cut at the same
instants, half-open. A GOP is never split: one longer than `target_ms` makes a longer segment. Sound that goes on after
the last picture gets segments of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.errors import MediaUnreadable
from evidence.media.samples import SampleTable, TrackTable
from evidence.statements import SegmentStatement

TARGET_MS = 4_000
# Longer segments are allowed where the GOP is, and warned about: seeking and the log get coarse.
LONG_MS = 10_000
MAX_TAIL_SEGMENTS = 100_000  # four days of sound


@dataclass(frozen=True, slots=True)
class CutPart:
    """A stretch of one track, in decode order."""

    track: int  # TrackTable.number
    first: int
    count: int
    start_pts: int  # raw ticks: lowest pts, and highest pts + duration
    end_pts: int


@dataclass(frozen=True, slots=True)
class Cut:
    seq: int
    start_ms: int  # presentation time from the first picture, half-open; segments join without a hole
    end_ms: int
    parts: tuple[CutPart, ...]  # tracks without access units here are left out


def cut(table: SampleTable, target_ms: int = TARGET_MS) -> tuple[Cut, ...]:
    """All segments of a recording, in order; () if there is nothing to show."""
    lead = table.lead()
    if lead is None or len(lead) == 0:
        return ()
    firsts = _boundaries(lead, target_ms)
    starts_s = _starts(lead, firsts)
    end_s = max(_end_s(track) for track in (lead, *table.played()))
    tail_s = _tail(max(_end_s(lead), starts_s[-1]), end_s, target_ms / 1000)
    firsts = np.concatenate((firsts, np.full(len(tail_s), len(lead), np.int64)))
    starts_s += tail_s
    borders = {t.number: firsts if t is lead else _borders(t, starts_s) for t in table.tracks}
    zero_s = starts_s[0]
    edges_ms = [round((s - zero_s) * 1000) for s in starts_s]
    filled: list[tuple[int, tuple[CutPart, ...]]] = []
    for seq, edge_ms in enumerate(edges_ms):
        parts = tuple(p for p in (_part(t, borders[t.number], seq) for t in table.tracks) if p.count)
        # An instant at which nothing happens (sound with a hole) opens no segment.
        if parts:
            filled.append((edge_ms, parts))
    stops_ms = [edge_ms for edge_ms, _ in filled[1:]]
    stops_ms.append(max(filled[-1][0] + 1, round((end_s - zero_s) * 1000)))
    cuts = [Cut(seq, start_ms, stops_ms[seq], parts) for seq, (start_ms, parts) in enumerate(filled)]
    return tuple(cuts)


def _tail(lead_end_s: float, end_s: float, target_s: float) -> list[float]:
    """Where to cut what goes on after the lead track; less than a segment's length joins the last one."""
    count = int((end_s - lead_end_s) // target_s)
    if count > MAX_TAIL_SEGMENTS:
        raise MediaUnreadable("The sound claims to go on for days after the last picture.")
    return [lead_end_s + n * target_s for n in range(count)]


def _boundaries(lead: TrackTable, target_ms: int) -> NDArray[np.int64]:
    """Indices of the access units that open a segment. The first opens one whether or not it is a key."""
    keys = np.flatnonzero(lead.key)
    gap = target_ms * lead.timescale // 1000
    chosen = [0]
    times = lead.dts[keys]
    reached = int(lead.dts[0])
    limit = LONG_MS * lead.timescale // 1000
    end = int(lead.dts[-1]) + int(lead.duration[-1])
    position = 0
    while position < len(keys):
        # Half a millisecond of tolerance: 3.9999 s is 4 s in a time base that cannot say 4.
        position = int(np.searchsorted(times, reached + gap - lead.timescale // 2000, side="left"))
        ahead = int(times[position]) if position < len(keys) else end
        # A short segment now is better than one that is longer than a segment should be.
        if ahead - reached > limit and position > 0 and int(keys[position - 1]) > chosen[-1]:
            position -= 1
        if position >= len(keys):
            break
        if int(keys[position]) > chosen[-1]:
            chosen.append(int(keys[position]))
        reached = max(int(times[position]), reached + 1)
    return np.array(chosen, np.int64)


def _starts(lead: TrackTable, firsts: NDArray[np.int64]) -> list[float]:
    """Presentation start of each segment: its lowest pts (open GOPs begin before their keyframe), never backwards."""
    lowest = np.minimum.reduceat(lead.pts, firsts)
    lowest = np.maximum.accumulate(lowest)
    return [lead.shown_s(int(pts)) for pts in lowest]


def _end_s(track: TrackTable) -> float:
    return track.shown_s(int((track.pts + track.duration).max()))


def _borders(track: TrackTable, starts_s: list[float]) -> NDArray[np.int64]:
    """Where another track is cut: the first access unit that is shown at or after each start."""
    instants = np.array([round(s * track.timescale) + track.shift for s in starts_s], np.int64)
    # Decode order is kept whole even where timestamps run backwards.
    borders = np.searchsorted(np.maximum.accumulate(track.pts), instants, side="left")
    borders[0] = 0
    return borders.astype(np.int64)


def _part(track: TrackTable, borders: NDArray[np.int64], seq: int) -> CutPart:
    first = int(borders[seq])
    stop = int(borders[seq + 1]) if seq + 1 < len(borders) else len(track)
    if stop <= first:
        return CutPart(track.number, first, 0, 0, 0)
    pts = track.dts[first:stop] + track.cts[first:stop]
    return CutPart(track.number, first, stop - first, int(pts.min()), int((pts + track.duration[first:stop]).max()))


def require_cuts(table: SampleTable, cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
    """Cuts that were made elsewhere. MediaUnreadable unless every access unit is in exactly one of them."""
    reached = {track.number: 0 for track in table.tracks}
    for piece in cuts:
        for part in piece.parts:
            if part.count <= 0 or reached.get(part.track) != part.first:
                raise MediaUnreadable(f"Segment {piece.seq} does not follow the one before in track {part.track}.")
            reached[part.track] += part.count
    for track in table.tracks:
        n_cut, n = reached[track.number], len(track)
        if n_cut != n:
            raise MediaUnreadable(f"The segments hold {n_cut} access units of track {track.number}; the file has {n}.")
    return cuts


def cuts_of(statements: Iterable[SegmentStatement]) -> tuple[Cut, ...]:
    """The cuts that were sealed: what is played is what was stated, whatever `cut` does in a later version."""
    return tuple(
        Cut(
            s.seq,
            s.start_ms,
            s.end_ms,
            tuple(CutPart(t.track, t.first_au, t.n_au, t.start_pts, t.end_pts) for t in s.tracks),
        )
        for s in statements
    )
