"""How much of a shift was recorded, and where it stands."""

from __future__ import annotations

import pytest

from policy.duty import Duty, DutyTerms, Shift, duty_of, duty_state

HOUR = 3_600_000
SHIFT = Shift("j1", "P-1", None, None, 100 * HOUR, 108 * HOUR)
TERMS = DutyTerms(percent=5, hand_in_ms=24 * HOUR, since_ms=50 * HOUR)


def test_only_what_lies_in_the_shift_counts_and_once() -> None:
    spans = [(99 * HOUR, 101 * HOUR), (100 * HOUR, 101 * HOUR), (107 * HOUR, 120 * HOUR), (0, HOUR)]
    duty = duty_of(SHIFT, spans, 50)
    assert (duty.recorded_ms, duty.duty_ms) == (2 * HOUR, 8 * HOUR)
    assert (duty.expected_ms, duty.missing_ms) == (4 * HOUR, 2 * HOUR)


def test_a_share_of_a_millisecond_is_asked_for_whole() -> None:
    assert Duty(0, 1, 5).expected_ms == 1 and Duty(5, 100, 5).missing_ms == 0


@pytest.mark.parametrize(
    ("recorded", "hours", "state"),
    [
        (0, 99, "ahead"),
        (0, 100, "running"),
        (8 * HOUR, 107, "running"),
        (0, 108, "collecting"),
        (HOUR, 108, "enough"),
        (0, 131, "collecting"),
        (0, 132, "short"),
    ],
)
def test_where_a_shift_stands(recorded: int, hours: int, state: str) -> None:
    assert duty_state(SHIFT, Duty(recorded, 8 * HOUR, 5), TERMS, hours * HOUR) == state


def test_what_lies_too_far_back_is_not_judged() -> None:
    assert duty_state(SHIFT, Duty(0, 8 * HOUR, 5), DutyTerms(5, 24 * HOUR, 109 * HOUR), 500 * HOUR) == "past"
