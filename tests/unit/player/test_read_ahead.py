"""The read-ahead bound and the header that moves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.read_ahead import is_allowed, is_near, playhead_of, recording_of, segment_at


@pytest.mark.parametrize(
    ("header", "playhead_ms"),
    [
        (None, None),
        ("", None),
        ("com.mediad-pt=1500", 1500),
        ("bl=2000,com.mediad-pt=0,mtp=25400", 0),
        ('sid="x", com.mediad-pt=42', 42),
        ("com.mediad-pt=-5", None),
        ("com.mediad-pt=1.5", None),
        ("com.mediad-pt=9999999999999", None),
        ("xcom.mediad-pt=7", None),
    ],
)
def test_the_playhead_in_a_header(header: str | None, playhead_ms: int | None) -> None:
    assert playhead_of(header) == playhead_ms


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=50), st.integers(0, 500_000), st.integers(0, 5))
def test_a_bounded_window_beyond_the_picture(durations: list[int], playhead_ms: int, ahead: int) -> None:
    starts = [sum(durations[:n]) for n in range(len(durations))]
    shown = segment_at(starts, playhead_ms)
    assert starts[shown] <= playhead_ms
    assert shown == len(starts) - 1 or playhead_ms < starts[shown + 1]
    allowed = [seq for seq in range(len(starts)) if is_allowed(seq, starts, playhead_ms, ahead)]
    assert allowed == list(range(min(len(starts), shown + ahead + 1)))


def test_the_recording_in_a_header() -> None:
    recording = f"r{'a' * 20}"
    assert recording_of(f'com.mediad-pt=5,com.mediad-rid="{recording}"') == recording
    for said in (None, "com.mediad-pt=5", f"com.mediad-rid={recording}", 'com.mediad-rid="x"'):
        assert recording_of(said) is None


def test_where_segments_are_of_one_length_both_bounds_agree() -> None:
    starts = list(range(0, 40_000, 2_000))
    for playhead_ms in range(0, 38_001, 2_000):
        near = [seq for seq, start_ms in enumerate(starts) if is_near(start_ms, 2_000, playhead_ms, 3)]
        assert near == [seq for seq in range(len(starts)) if is_allowed(seq, starts, playhead_ms, 3)]
