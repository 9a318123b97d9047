"""Playlists of what a channel records: to look back (RFC 8216), and low-latency HLS for browsers that cannot be sent
pictures over a WebSocket (draft-pantos-hls-rfc8216bis). Pure: segments in, text out.

Segments are the recording's own fragments, each recording with its own init segment; between two recordings stands a
discontinuity, joined or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence.records import RecordingId


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a segment that is still being made."""

    number: int  # in the segment
    start_ms: int
    end_ms: int
    independent: bool  # begins with a keyframe
    holds: tuple[int, int]  # ms; of sound besides, which may begin before the pictures and end behind them


@dataclass(frozen=True, slots=True)
class ListedSegment:
    recording: RecordingId
    zero_at: datetime  # wall clock of 0 ms of its recording
    seq: int
    start_ms: int
    end_ms: int
    parts: tuple[Part, ...] = ()
    complete: bool = True


# How far from the end a player stays: twice the longest part at least (draft-pantos-hls-rfc8216bis §4.4.3.8).
_HOLD_BACK_MS = 600


@dataclass(frozen=True, slots=True)
class LowLatency:
    """What a low-latency playlist says besides its segments."""

    part_target_ms: int
    media_sequence: int  # of the first segment listed
    discontinuities: int  # before it


def rewind_playlist(segments: Sequence[ListedSegment], *, ended: bool, back_ms: int = 0) -> str:
    """All segments from the first on; grows until `ended`. Players begin `back_ms` before its end, so that nothing
    is fetched that nobody looks at."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", _target(segments), "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:EVENT"]
    if back_ms:
        lines.append(f"#EXT-X-START:TIME-OFFSET=-{_seconds(back_ms)},PRECISE=YES")
    for before, segment in zip((None, *segments), segments, strict=False):
        lines += [*_begin(before, segment), *_whole(segment)]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def low_latency_playlist(segments: Sequence[ListedSegment], terms: LowLatency) -> str:
    """The newest segments; the last one may be open. Parts are those of the segments that have them."""
    hold_back = _seconds(max(_HOLD_BACK_MS, 2 * terms.part_target_ms))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        _target(segments),
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back}",
        f"#EXT-X-PART-INF:PART-TARGET={_seconds(terms.part_target_ms)}",
        f"#EXT-X-MEDIA-SEQUENCE:{terms.media_sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{terms.discontinuities}",
    ]
    for before, segment in zip((None, *segments), segments, strict=False):
        lines += _begin(before, segment)
        lines += [_part(segment, part) for part in segment.parts]
        if segment.complete:
            lines += _whole(segment)[-2:]
        else:
            lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{_part_uri(segment, len(segment.parts))}"')
    return "\n".join(lines) + "\n"


def _target(segments: Sequence[ListedSegment]) -> str:
    longest_ms = max((each.end_ms - each.start_ms for each in segments), default=0)
    # RFC 8216 §4.3.3.1: each EXTINF, rounded to the nearest second, is at most this.
    return f"#EXT-X-TARGETDURATION:{max(1, (longest_ms + 500) // 1000)}"


def _begin(before: ListedSegment | None, segment: ListedSegment) -> list[str]:
    moment = segment.zero_at + timedelta(milliseconds=segment.start_ms)
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:{moment.isoformat(timespec='milliseconds')}"]
    if before is None or before.recording != segment.recording:
        # The page counts in the recording's own time: this names its zero.
        zero = segment.zero_at.isoformat(timespec="milliseconds")
        lines.insert(0, f'#EXT-X-DATERANGE:ID="{segment.recording}",START-DATE="{zero}"')
        lines.insert(0, f'#EXT-X-MAP:URI="live/{segment.recording}/init.mp4"')
        if before is not None:
            lines.insert(0, "#EXT-X-DISCONTINUITY")
    return lines


def _whole(segment: ListedSegment) -> list[str]:
    duration = _seconds(segment.end_ms - segment.start_ms)
    return [f"#EXTINF:{duration},", f"live/{segment.recording}/{segment.seq}.m4s"]


def _part(segment: ListedSegment, part: Part) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    duration = _seconds(part.end_ms - part.start_ms)
    return f'#EXT-X-PART:DURATION={duration},URI="{_part_uri(segment, part.number)}"{independent}'


def _part_uri(segment: ListedSegment, number: int) -> str:
    return f"live/{segment.recording}/{segment.seq}/{number}.m4s"


def _seconds(duration_ms: int) -> str:
    """Exact decimal, never through a float."""
    return f"{duration_ms // 1000}.{duration_ms % 1000:03d}"
