"""The channels of a room compared over a stretch of time: what each covers, what all of them together cover, where they
differ and why. Pure.

Times are milliseconds since 1970 by the server's clock at receipt, half-open. A hole that no picture fits into is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence import intervals
from evidence.catalog.live_queries import LiveEventRow, LiveRecording
from evidence.clock import from_text
from evidence.intervals import Span, Spans
from evidence.live import ChannelId

# A picture's duration at 25 per second: recordings that follow each other within it join.
JOIN_MS = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch that a channel did not record."""

    start_ms: int
    end_ms: int
    reason: str  # code of the gap that explains it; "" if none does
    detail: str


@dataclass(frozen=True, slots=True)
class ChannelCoverage:
    channel: ChannelId
    covered: Spans
    holes: tuple[Hole, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch that some channels recorded and others did not."""

    start_ms: int
    end_ms: int
    covered_by: tuple[ChannelId, ...]
    missing_in: tuple[ChannelId, ...]


@dataclass(frozen=True, slots=True)
class RoomCoverage:
    """`covered` and `missing` are disjoint and together the whole stretch."""

    whole: Span
    channels: tuple[ChannelCoverage, ...]
    covered: Spans  # by at least one channel
    missing: Spans  # in all of them
    differences: tuple[Difference, ...]


def millis(text: str) -> int:
    """A time of the ledger as milliseconds since 1970."""
    return round((from_text(text) - _EPOCH) / timedelta(milliseconds=1))


def room_coverage(
    from_at: str,
    until_at: str,
    channels: Sequence[ChannelId],
    recordings: Iterable[LiveRecording],
    events: Iterable[LiveEventRow],
) -> RoomCoverage:
    """Compare the channels over [from_at, until_at). `recordings` and `events`: those that touch it."""
    whole = (millis(from_at), millis(until_at))
    recorded = tuple(recordings)
    gaps = tuple(event for event in events if event.kind == "gap")
    found = tuple(
        _channel(
            whole,
            channel,
            [each for each in recorded if each.channel == channel],
            [gap for gap in gaps if gap.channel == channel],
        )
        for channel in channels
    )
    covered = intervals.merged(span for each in found for span in each.covered)
    missing = intervals.difference((whole,) if whole[0] < whole[1] else (), covered)
    return RoomCoverage(whole, found, covered, missing, _differences(whole, found))


def _channel(
    whole: Span, channel: ChannelId, recordings: Sequence[LiveRecording], gaps: Sequence[LiveEventRow]
) -> ChannelCoverage:
    spans = intervals.merged((millis(each.zero_at), millis(each.end_at)) for each in recordings if each.n_segments)
    covered = intervals.intersection(_without_slits(spans), (whole,))
    holes = intervals.difference((whole,) if whole[0] < whole[1] else (), covered)
    return ChannelCoverage(channel, covered, tuple(_hole(span, gaps) for span in holes))


def _without_slits(spans: Spans) -> Spans:
    """Spans joined where no picture fits in between."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= JOIN_MS:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _hole(span: Span, gaps: Sequence[LiveEventRow]) -> Hole:
    """The hole with the gap that overlaps it most."""

    def shared(gap: LiveEventRow) -> int:
        until_ms = span[1] if gap.until_at is None else millis(gap.until_at)
        return min(span[1], until_ms) - max(span[0], millis(gap.from_at))

    best = max(gaps, key=shared, default=None)
    if best is None or shared(best) <= 0:
        return Hole(*span, "", "")
    return Hole(*span, best.reason, best.detail)


def _differences(whole: Span, channels: Sequence[ChannelCoverage]) -> tuple[Difference, ...]:
    """The whole cut at every border; stretches in which the channels do not agree, joined where they differ alike."""
    borders = {whole[0], whole[1], *(edge for each in channels for span in each.covered for edge in span)}
    edges = sorted(borders)
    found: list[Difference] = []
    for start, end in itertools.pairwise(edges):
        by = tuple(each.channel for each in channels if intervals.intersection(each.covered, ((start, end),)))
        out = tuple(each.channel for each in channels if each.channel not in by)
        if not by or not out:
            continue
        last = found[-1] if found else None
        if last is not None and (last.end_ms, last.covered_by, last.missing_in) == (start, by, out):
            found[-1] = Difference(last.start_ms, end, by, out)
        else:
            found.append(Difference(start, end, by, out))
    return tuple(found)
