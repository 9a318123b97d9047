"""Windows of the log: aligned, joining, and begun anew where pictures do not join on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence.records import RecordingId
from player.live_coverage import WINDOW_MS, Coverage

R1, R2 = RecordingId("r1"), RecordingId("r2")


def test_a_window_ends_on_the_grid_that_all_viewers_share() -> None:
    covered = Coverage()
    covered.go_to(R1, 3_120)
    assert (covered.from_ms, covered.until_ms) == (3_120, 3_120)
    assert covered.window_until(3_160) == 4_000
    assert covered.window_until(4_000) == 4_000
    assert covered.window_until(4_040) == 6_000
    covered.until_ms = 4_000
    # Asked for ahead: the next one, whatever is being sent now.
    assert covered.window_until(3_200) == 6_000


def test_what_does_not_join_on_begins_anew() -> None:
    covered = Coverage(R1, 0, 4_000)
    covered.go_to(R1, 5_000)
    assert (covered.from_ms, covered.until_ms) == (0, 4_000)
    covered.go_to(R1, 9_000)
    assert (covered.from_ms, covered.until_ms) == (9_000, 9_000)
    covered.go_to(R1, 100)
    assert covered.from_ms == 100
    covered.go_to(R2, 0)
    assert (covered.recording, covered.from_ms, covered.until_ms) == (R2, 0, 0)


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=50))
def test_windows_cover_every_picture_and_join(lengths: list[int]) -> None:
    covered, at_ms = Coverage(), 777
    windows: list[tuple[int, int]] = []
    for length in lengths:
        covered.go_to(R1, at_ms)
        while covered.until_ms < at_ms + length:
            until_ms = covered.window_until(at_ms + length)
            windows.append((covered.until_ms, until_ms))
            covered.until_ms = until_ms
        at_ms += length
    assert windows[0][0] == 777 and all(end % WINDOW_MS == 0 for _, end in windows)
    assert [start for start, _ in windows[1:]] == [end for _, end in windows[:-1]]
    assert windows[-1][1] >= at_ms
