"""How far ahead of the picture segments may be fetched, so that what is delivered tracks what is watched. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from evidence.records import RecordingId

# CTA-5004 header form with a custom key (reverse-DNS prefix): com.mediad-pt=<milliseconds>.
_PLAYHEAD = re.compile(r"(?:^|,)\s*com\.mediad-pt=(\d{1,12})\s*(?:,|$)")
# In a live viewing besides: the recording that the playhead is in.
_RECORDING = re.compile(r"(?:^|,)\s*com\.mediad-rid=\"(r[a-z2-7]{20})\"\s*(?:,|$)")


def playhead_of(header: str | None) -> int | None:
    """The playhead in a `CMCD-Request` header, ms; None if it says nothing readable."""
    found = _PLAYHEAD.search(header or "")
    return int(found.group(1)) if found else None


def recording_of(header: str | None) -> RecordingId | None:
    """The recording in a `CMCD-Request` header that the playhead is in."""
    found = _RECORDING.search(header or "")
    return RecordingId(found.group(1)) if found else None


def is_near(start_ms: int, length_ms: int, playhead_ms: int, ahead: int) -> bool:
    """The same bound where segments are not listed: may one that begins at `start_ms` be handed out? Both times on one
    clock; segments are taken to be as long as this one."""
    return start_ms - playhead_ms <= ahead * length_ms


def segment_at(starts_ms: Sequence[int], playhead_ms: int) -> int:
    """The number of the segment being shown; before the first it is 0, after the last the last."""
    return max(0, bisect_right(starts_ms, playhead_ms) - 1)


def is_allowed(seq: int, starts_ms: Sequence[int], playhead_ms: int, ahead: int) -> bool:
    """May segment `seq` be handed out now? Any behind the playhead may, and `ahead` beyond the one being shown."""
    return seq <= segment_at(starts_ms, playhead_ms) + ahead
