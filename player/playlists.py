"""HLS media playlists (RFC 8216, protocol version 7, fMP4). Pure: segments in, text out.

Durations are those of the segments, never a nominal one: a playlist that rounds its segments to one length makes
players seek to the wrong picture and shows gaps where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class PlaylistSegment:
    start_ms: int
    end_ms: int  # half-open


def media_playlist(segments: Sequence[PlaylistSegment], started_at: datetime, map_uri: str = "init.mp4") -> str:
    """A complete (VOD) playlist; segment n is `n.m4s`. `started_at` is the wall clock of the first picture, aware."""
    longest_ms = max((each.end_ms - each.start_ms for each in segments), default=0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        # RFC 8216 §4.3.3.1: each EXTINF, rounded to the nearest second, is at most this. Rounded up is always right.
        f"#EXT-X-TARGETDURATION:{max(1, -(-longest_ms // 1000))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{map_uri}"',
    ]
    for seq, segment in enumerate(segments):
        moment = started_at + timedelta(milliseconds=segment.start_ms)
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment.isoformat(timespec='milliseconds')}")
        lines.append(f"#EXTINF:{_seconds(segment.end_ms - segment.start_ms)},")
        lines.append(f"{seq}.m4s")
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _seconds(duration_ms: int) -> str:
    """Exact decimal, never through a float."""
    return f"{duration_ms // 1000}.{duration_ms % 1000:03d}"
