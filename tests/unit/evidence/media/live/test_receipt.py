"""Receipt times without jitter, and what a step from picture to picture means."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence.media.live.receipt import BREAK_US, Pace, ReceiptClock


@given(st.lists(st.integers(0, 400_000), min_size=50, max_size=200), st.floats(-1e-4, 1e-4))
def test_jitter_and_slow_clocks_do_not_move_the_estimate(jitter_us: list[int], drift: float) -> None:
    clock, base_us = ReceiptClock(), 1_700_000_000_000_000
    for number, late_us in enumerate(jitter_us):
        media_us = number * 40_000
        true_us = base_us + round(media_us * (1 + drift))
        estimate_us = clock.received_us(media_us, true_us + late_us)
        assert estimate_us <= true_us + late_us
        assert estimate_us >= true_us - 10_000


def test_what_waited_in_buffers_is_put_right_by_what_comes_later() -> None:
    clock = ReceiptClock()
    clock.received_us(0, 5_600_000)  # arrived 600 ms late: the source was being opened
    assert clock.at_us(0) == 5_600_000
    clock.received_us(1_000_000, 6_000_000)
    assert clock.at_us(0) == 5_000_000


def test_what_lay_in_a_file_is_told_by_its_last_change_and_not_by_when_it_was_read() -> None:
    clock = ReceiptClock(1_000_000, settled_us=3_600_000_000)
    # Read an hour later, an hour of it at once: neither late nor let go of.
    for media_us in range(0, 3_600_000_000, 400_000_000):
        assert clock.received_us(media_us, 9_000_000_000) == media_us + 1_000_000
        assert clock.late_us(media_us, 9_000_000_000) == 0
    # What comes now is followed as ever: no later than it arrived.
    assert clock.received_us(3_601_000_000, 3_601_900_000) == 3_601_900_000


def step(step_us: int, late_us: int = 0) -> str:
    return Pace(40_000, 10_000_000).step(10_000_000 + step_us, late_us)[0]


def test_steps() -> None:
    assert Pace().step(123, 0)[0] == "on"
    assert step(40_000) == "on"
    assert step(200_000) == "on"  # a slow camera, or one picture late
    assert step(400_000) == "hole"
    assert step(0) == "backwards"
    assert step(-900_000) == "backwards"
    assert step(-5_000_000) == "leap"
    assert step(BREAK_US + 1) == "break"
    assert step(3_600_000_000, late_us=-3_599_000_000) == "leap"


def test_a_slower_camera_becomes_usual() -> None:
    pace = Pace(40_000, 0)
    for number in range(1, 60):
        kind, _, pace = pace.step(number * 200_000, 0)
        assert kind == "on"
    assert abs(pace.usual_us - 200_000) < 2_000
