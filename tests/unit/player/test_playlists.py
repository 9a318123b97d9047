"""Playlists say exactly what the segments are, whatever their lengths."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from player.playlists import PlaylistSegment, media_playlist

START = datetime(2026, 11, 24, 8, 30, 0, 123_000, tzinfo=UTC)


def _segments(durations_ms: list[int]) -> list[PlaylistSegment]:
    edges = [0]
    for each in durations_ms:
        edges.append(edges[-1] + each)
    return [PlaylistSegment(a, b) for a, b in itertools.pairwise(edges)]


def test_a_playlist_in_full() -> None:
    assert media_playlist(_segments([4_000, 3_999, 40]), START) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T08:30:00.123+00:00\n#EXTINF:4.000,\n0.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T08:30:04.123+00:00\n#EXTINF:3.999,\n1.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T08:30:08.122+00:00\n#EXTINF:0.040,\n2.m4s\n"
        "#EXT-X-ENDLIST\n"
    )


@given(st.lists(st.integers(1, 30_000), max_size=60))
def test_durations_are_exact_and_the_target_bounds_them(durations_ms: list[int]) -> None:
    text = media_playlist(_segments(durations_ms), START)
    said = [Decimal(found) for found in re.findall(r"^#EXTINF:([\d.]+),$", text, re.MULTILINE)]
    assert [each * 1000 for each in said] == durations_ms
    target = int(re.search(r"TARGETDURATION:(\d+)", text).group(1))  # type: ignore[union-attr]
    assert all(each <= target for each in said)
    assert target <= max([1, *(each / 1000 + 1 for each in durations_ms)])
    assert re.findall(r"^(\d+)\.m4s$", text, re.MULTILINE) == [str(n) for n in range(len(durations_ms))]
    assert text.endswith("#EXT-X-ENDLIST\n")


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=60))
def test_wall_clock_follows_the_segments_without_drift(durations_ms: list[int]) -> None:
    text = media_playlist(_segments(durations_ms), START)
    moments = [datetime.fromisoformat(found) for found in re.findall(r"DATE-TIME:(.+)$", text, re.MULTILINE)]
    assert moments[-1] == START + timedelta(milliseconds=sum(durations_ms[:-1]))
