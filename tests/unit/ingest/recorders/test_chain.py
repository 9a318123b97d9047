"""Fragments of a worker become the chained statements of a recording, rebased; what does not follow is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import Digest, sha256
from evidence.clock import from_text, to_text
from evidence.live import Fragment, FragmentTrack
from evidence.media.esd import timing_digest
from evidence.records import RecordingId, Track
from evidence.statements import statement_digest
from ingest.recorders.chain import Chain, OutOfSequence

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
PICTURE = Track(0, "video", "h264", "avc1.42c01e", 90_000, 0, 0, width=16, height=16)
SOUND = Track(1, "audio", "aac", "mp4a.40.2", 16_000, 0, 0)
R1, R2 = RecordingId("r1"), RecordingId("r2")


def fragment(n: int, *, drift_ms: int = 0, sound: bool = True, **changes: Any) -> Fragment:
    """Number n of a stream of 2 s each: 50 pictures, 31 blocks of sound."""
    pts = tuple(n * 180_000 + 3_600 * k for k in range(50))
    tracks = [
        FragmentTrack(track=0, first_au=50 * n, au_digest=digest(n), pts=pts, durations=(3600,) * 50, keys=keys(50))
    ]
    if sound:
        blocks = tuple(n * 32_000 + 1_024 * k for k in range(31))
        tracks.append(
            FragmentTrack(
                track=1, first_au=31 * n, au_digest=digest(-n), pts=blocks, durations=(1024,) * 31, keys=keys(31)
            )
        )
    said = Fragment(
        seq=n,
        tracks=tuple(tracks),
        start_us=2_000_000 * n,
        end_us=2_000_000 * (n + 1),
        received_at=to_text(START + timedelta(seconds=2 * n, milliseconds=drift_ms)),
        camera_at=None,
    )
    return msgspec.structs.replace(said, **changes)


def digest(n: int) -> Digest:
    return sha256(str(n).encode())


def keys(n: int) -> tuple[bool, ...]:
    return (True, *(False,) * (n - 1))


def beginning(n: int) -> Chain:
    return Chain.beginning(R1, (PICTURE, SOUND), 2_000_000 * n, START + timedelta(seconds=2 * n))


def test_numbers_and_times_count_from_the_recordings_own_beginning() -> None:
    first, chain = beginning(5).link(fragment(5))
    second, chain = chain.link(fragment(6))
    assert [(s.seq, s.start_ms, s.end_ms) for s in (first, second)] == [(0, 0, 2000), (1, 2000, 4000)]
    assert [(t.track, t.first_au, t.n_au) for t in second.tracks] == [(0, 50, 50), (1, 31, 31)]
    # Media time is what the file's boxes say, and is left as it is.
    assert second.tracks[0].start_pts == 6 * 180_000 and second.tracks[0].end_pts == 7 * 180_000
    pts, durations = np.array(fragment(6).tracks[0].pts), np.full(50, 3600, np.uint32)
    assert second.tracks[0].timing_digest == timing_digest(50, pts, durations, np.array(keys(50)), 90_000)
    assert (first.prev, second.prev) == (None, statement_digest(first)) and chain.prev == statement_digest(second)


def test_a_file_that_follows_begins_where_the_other_ended() -> None:
    _, chain = beginning(0).link(fragment(0))
    statement, after = chain.joined(R2).link(fragment(1))
    assert (statement.recording, statement.seq, statement.prev, statement.start_ms) == (R2, 0, None, 0)
    assert statement.wall_start == to_text(chain.end_at) and statement.tracks[0].first_au == 0
    assert after.duration_ms == 2000


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 2},
        {"start_us": 2_000_001},
        {"end_us": 2_000_000},
        {"tracks": ()},
        {"tracks": (msgspec.structs.replace(fragment(1).tracks[0], first_au=51),)},
        {"tracks": (msgspec.structs.replace(fragment(1).tracks[0], track=7),)},
        {"tracks": (msgspec.structs.replace(fragment(1).tracks[0], durations=(1,)),)},
    ],
)
def test_what_does_not_follow_is_refused(changes: dict[str, Any]) -> None:
    _, chain = beginning(0).link(fragment(0))
    chain.link(fragment(1))
    for each in (chain, chain.joined(R2)):
        with pytest.raises(OutOfSequence):
            each.link(fragment(1, **changes))


def test_a_track_that_comes_late_counts_from_its_first_unit() -> None:
    _, chain = beginning(0).link(fragment(0, sound=False))
    statement, _ = chain.link(fragment(1))
    assert [(t.track, t.first_au) for t in statement.tracks] == [(0, 50), (1, 0)]


@given(st.lists(st.integers(-200, 200), min_size=1, max_size=40))
def test_wall_time_is_covered_without_a_hole_and_follows_the_receipt(drifts: list[int]) -> None:
    chain = beginning(0)
    reached = START
    for n, drift_ms in enumerate(drifts):
        statement, chain = chain.link(fragment(n, drift_ms=drift_ms))
        assert from_text(statement.wall_start or "") == reached
        reached = from_text(statement.wall_end or "")
        length = reached - from_text(statement.wall_start or "")
        assert abs(length - timedelta(seconds=2)) <= timedelta(milliseconds=20)
    assert reached == chain.end_at


def test_a_camera_whose_clock_drifts_is_followed() -> None:
    """A thousandth too slow for an hour: the recording covers the hour, not 3,596 seconds of it."""
    chain = beginning(0)
    for n in range(1800):
        _, chain = chain.link(fragment(n, drift_ms=2 * n))
    assert abs(chain.end_at - (START + timedelta(seconds=3600 * 1.001))) < timedelta(milliseconds=10)
