"""Cuts a recording into segments of whole GOPs. Pure, numpy; every access unit is in exactly one segment.

Boundaries are keyframes of the lead track, at least `target_ms` apart; the other tracks are cut at the same
instants, half-open. A GOP is never split: one longer than `target_ms` makes a longer segment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.media.samples import SampleTable, TrackTable
from evidence.statements import SegmentStatement

TARGET_MS = 4_000
# Longer segments are allowed where the GOP is, and warned about: seeking and the log get coarse.
LONG_MS = 10_000


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
    borders = {t.number: firsts if t is lead else _borders(t, starts_s) for t in table.tracks}
    zero_s = starts_s[0]
    edges_ms = [round((s - zero_s) * 1000) for s in starts_s]
    edges_ms.append(max(edges_ms[-1] + 1, round((_end_s(lead) - zero_s) * 1000)))
    cuts: list[Cut] = []
    for seq in range(len(firsts)):
        parts = [_part(t, borders[t.number], seq) for t in table.tracks]
        cuts.append(Cut(seq, edges_ms[seq], edges_ms[seq + 1], tuple(p for p in parts if p.count)))
    return tuple(cuts)


def _boundaries(lead: TrackTable, target_ms: int) -> NDArray[np.int64]:
    """Indices of the access units that open a segment. The first opens one whether or not it is a key."""
    keys = np.flatnonzero(lead.key)
    gap = target_ms * lead.timescale // 1000
    chosen = [0]
    times = lead.dts[keys]
    reached = int(lead.dts[0])
    position = 0
    while position < len(keys):
        # Half a millisecond of tolerance: 3.9999 s is 4 s in a time base that cannot say 4.
        position = int(np.searchsorted(times, reached + gap - lead.timescale // 2000, side="left"))
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
    pts = track.pts[first:stop]
    return CutPart(track.number, first, stop - first, int(pts.min()), int((pts + track.duration[first:stop]).max()))


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
