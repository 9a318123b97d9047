from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from evidence.media.copy_timeline import TICKS_PER_S, Timeline


@dataclass
class Frame:
    pts: int | None
    time_base: Fraction = Fraction(1, 1000)
    key_frame: bool = False


@dataclass
class Packet:
    pts: int | None
    dts: int | None
    time_base: Fraction = Fraction(1, 25)


def placed_ms(times_ms: list[int | None], zero_ms: int = 0) -> list[float]:
    timeline = Timeline(Fraction(zero_ms, 1000), counted=False)
    return [timeline.place(Frame(time)) * 1000 / TICKS_PER_S for time in times_ms]


def test_a_variable_rate_stays_as_it_is() -> None:
    assert placed_ms([5000, 5040, 5120, 5133], zero_ms=5000) == [0, 40, 120, 133]


def test_gaps_stay_gaps() -> None:
    assert placed_ms([0, 40, 9000]) == [0, 40, 9000]


def test_a_clock_set_back_runs_on_instead_of_piling_up() -> None:
    assert placed_ms([0, 40, 80, 10_000, 10_040, 0, 40]) == [0, 40, 80, 10_000, 10_040, 10_080, 10_120]


def test_jitter_backwards_is_one_tick() -> None:
    first, second, third = placed_ms([0, 40, 39])
    assert (first, second) == (0, 40) and 40 < third < 40.1


def test_a_missing_time_is_one_step_later() -> None:
    assert placed_ms([0, 40, None, 120]) == [0, 40, 80, 120]


def test_nothing_comes_before_the_beginning() -> None:
    assert placed_ms([10, 60], zero_ms=20) == [0, 40]


def test_pictures_without_presentation_times_get_those_of_their_packets_in_order() -> None:
    timeline = Timeline(Fraction(1, 25), counted=True)
    for number in range(4):
        timeline.announce(Packet(pts=number + 1, dts=number))
    out_of_decode_order = [Frame(1), Frame(3), Frame(4), Frame(2)]
    assert [timeline.place(frame) / TICKS_PER_S for frame in out_of_decode_order] == [0, 0.04, 0.08, 0.12]


def test_a_keyframe_puts_the_count_right_after_a_loss() -> None:
    timeline = Timeline(Fraction(0), counted=True)
    for number in range(10):
        timeline.announce(Packet(pts=number, dts=number))
    timeline.place(Frame(0, Fraction(1, 25), key_frame=True))
    assert timeline.place(Frame(8, Fraction(1, 25), key_frame=True)) == 8 * TICKS_PER_S // 25


def test_the_first_picture_stands_at_the_beginning() -> None:
    timeline = Timeline(Fraction(0), counted=False)
    assert timeline.begin_at_zero(timeline.place(Frame(400))) == 0
    assert timeline.place(Frame(440)) == 440 * TICKS_PER_S // 1000
