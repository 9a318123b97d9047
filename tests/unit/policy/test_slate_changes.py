"""Where a recording likely began: to within one picture, whatever a usual network and screen take."""

from __future__ import annotations

import statistics

from hypothesis import given
from hypothesis import strategies as st

from evidence.slate import LAG_STEP_MS, REFRESH_MS
from policy.slate_changes import Change, likeliest_ms

T = 1_764_000_000_000  # the first picture, truly
# Whatever comes together: a screen that is 20 ms off, half a picture, and both codes in every picture that changes.
_WITHIN_MS = 50


@st.composite
def _visits(draw: st.DrawFn) -> tuple[float, list[Change]]:
    """Three seconds before a slate: (the camera's interval, changes). A usual network (a trip of up to 80 ms), a usual
    screen (15 to 55 ms), and pictures that nobody can read because both codes blend in them."""
    frame_ms = draw(st.sampled_from([1000 / 30, 40, 50, 1000 / 15]))
    trip_ms, screen_ms = draw(st.integers(3, 80)), draw(st.integers(15, 55))
    from_ms = draw(st.floats(2_000, 30_000))
    waits_ms = [draw(st.integers(0, 17)) for _ in range(3_000 // REFRESH_MS)]
    # As the page finds it.
    lag_ms = round((trip_ms / 2 + statistics.median(waits_ms)) / LAG_STEP_MS) * LAG_STEP_MS
    changes = []
    for n, wait_ms in enumerate(waits_ms):
        asked_ms = from_ms + n * REFRESH_MS + draw(st.integers(0, 17))
        seen_ms = asked_ms + trip_ms + wait_ms
        after = (seen_ms + screen_ms) // frame_ms + 1
        blend = draw(st.integers(0, 4)) == 0
        likely_ms = round(T + asked_ms + trip_ms / 2) + lag_ms
        changes.append(Change(round((after - 1 - blend) * frame_ms), round(after * frame_ms), likely_ms))
    return frame_ms, changes


@given(_visits())
def test_to_within_a_picture(visit: tuple[float, list[Change]]) -> None:
    frame_ms, changes = visit
    assert abs(likeliest_ms(changes, -(-int(frame_ms * 100) // 100)) - T) <= max(frame_ms, _WITHIN_MS)


def test_changes_that_were_not_seen_closely_do_not_count() -> None:
    close = [Change(n * 170, n * 170 + 40, T + n * 170) for n in range(4)]
    wide = [Change(5_000, 9_000, T + 5_100)] * 9
    assert likeliest_ms(close + wide, 40) == likeliest_ms(close, 40)
    assert likeliest_ms(wide, 40) < T  # and if there is nothing else, they do
