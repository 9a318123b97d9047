"""Playlists of live footage, line by line."""

from __future__ import annotations

from datetime import UTC, datetime

from evidence.records import RecordingId
from player.live_playlists import ListedSegment, LowLatency, Part, low_latency_playlist, rewind_playlist

R1, R2 = RecordingId("r1"), RecordingId("r2")
ZERO = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_looking_back_over_two_recordings() -> None:
    segments = (
        ListedSegment(R1, ZERO, 0, 0, 2_040),
        ListedSegment(R1, ZERO, 1, 2_040, 4_000),
        ListedSegment(R2, ZERO.replace(minute=5), 0, 0, 2_000),
    )
    assert rewind_playlist(segments, ended=True).splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        '#EXT-X-MAP:URI="live/r1/init.mp4"',
        '#EXT-X-DATERANGE:ID="r1",START-DATE="2026-11-25T08:00:00.000+00:00"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T08:00:00.000+00:00",
        "#EXTINF:2.040,",
        "live/r1/0.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T08:00:02.040+00:00",
        "#EXTINF:1.960,",
        "live/r1/1.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="live/r2/init.mp4"',
        '#EXT-X-DATERANGE:ID="r2",START-DATE="2026-11-25T08:05:00.000+00:00"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T08:05:00.000+00:00",
        "#EXTINF:2.000,",
        "live/r2/0.m4s",
        "#EXT-X-ENDLIST",
    ]
    assert "ENDLIST" not in rewind_playlist(segments, ended=False)
    assert "TARGETDURATION:1\n" in rewind_playlist((), ended=False)


def test_low_latency_lists_parts_and_announces_the_next() -> None:
    segments = (
        ListedSegment(R1, ZERO, 4, 8_000, 10_000),
        ListedSegment(
            R1,
            ZERO,
            5,
            10_000,
            10_320,
            (Part(0, 10_000, 10_200, True, (10_000, 10_200)), Part(1, 10_200, 10_320, False, (10_200, 10_320))),
            False,
        ),
    )
    lines = low_latency_playlist(segments, LowLatency(200, 17, 2)).splitlines()
    assert lines[3:7] == [
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600",
        "#EXT-X-PART-INF:PART-TARGET=0.200",
        "#EXT-X-MEDIA-SEQUENCE:17",
        "#EXT-X-DISCONTINUITY-SEQUENCE:2",
    ]
    assert lines[-6:] == [
        "#EXTINF:2.000,",
        "live/r1/4.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T08:00:10.000+00:00",
        '#EXT-X-PART:DURATION=0.200,URI="live/r1/5/0.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.120,URI="live/r1/5/1.m4s"',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="live/r1/5/2.m4s"',
    ]
