"""A device's clock against a model of the world: true offsets drawn at random, measured within their bounds."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from policy.clocks import DRIFT_MS_PER_DAY, DeviceClock, Offset, Reading, drift_ms, together

HOUR, DAY = 3_600_000, 86_400_000
TRUST = 3_000


@st.composite
def _clocks(draw: st.DrawFn) -> tuple[dict[int, float], tuple[Reading, ...]]:
    """A clock that drifts within the limit and is never set: its true offset at some device times, and measurements of
    it, each with an error within its bounds, some one-sided."""
    times = sorted(draw(st.sets(st.integers(0, 70 * DAY), min_size=1, max_size=9)))
    offset = float(draw(st.integers(-8 * HOUR, 8 * HOUR)))
    truth: dict[int, float] = {}
    for n, at in enumerate(times):
        if n:
            span = (at - times[n - 1]) * DRIFT_MS_PER_DAY / DAY
            offset += draw(st.floats(-1, 1)) * span
        truth[at] = offset
    readings = []
    for at in draw(st.lists(st.sampled_from(times), max_size=6)):
        below, above = draw(st.integers(0, 5_000)), draw(st.integers(0, 5_000))
        low, high = math.floor(truth[at] - below), math.ceil(truth[at] + above)
        readings.append(Reading(at, low, high if draw(st.booleans()) else None))
    return truth, tuple(readings)


@given(_clocks())
def test_the_true_offset_lies_within_the_answer(world: tuple[dict[int, float], tuple[Reading, ...]]) -> None:
    truth, readings = world
    clock = DeviceClock.of("a", readings)
    for at, true in truth.items():
        found = clock.offset_at(at, TRUST)
        if found.believed == "assumed" and abs(true) > TRUST:
            continue  # Nobody measured it: the assumption is the item list's.
        if found.believed == "stale" and not readings:
            continue
        assert found.low_ms - 1 <= true, found
        assert found.high_ms is None or true <= found.high_ms + 1, found


@given(_clocks())
def test_a_clock_that_was_never_set_shows_no_jump(world: tuple[dict[int, float], tuple[Reading, ...]]) -> None:
    _, readings = world
    assert DeviceClock.of("a", readings).jumps() == ()


@given(st.integers(2 * HOUR, 20 * HOUR), st.integers(-HOUR, HOUR), st.integers(20_000, HOUR), st.booleans())
def test_between_two_that_disagree_it_may_be_as_either_says(at: int, before: int, step: int, later: bool) -> None:
    """The clock was set by `step`, before or after the moment that is asked about."""
    clock = DeviceClock.of("a", [Reading(0, before - 50, before + 50), Reading(DAY, before + step, before + step)])
    true = before if later else before + step
    found = clock.offset_at(at, TRUST)
    assert found.believed == "jumped" and found.high_ms is not None
    assert found.low_ms <= true <= found.high_ms
    assert clock.jumps() == ((0, DAY),)


def test_nobody_measured_it() -> None:
    assert DeviceClock.of("a", ()).offset_at(5, TRUST) == Offset(-TRUST, TRUST, "assumed")


def test_it_widens_with_drift_and_narrows_between_two() -> None:
    seven = 7 * 60_000
    once = DeviceClock.of("a", [Reading(0, seven - 100, seven + 100)])
    assert once.offset_at(0, TRUST) == Offset(seven - 100, seven + 100, "measured")
    assert once.offset_at(DAY // 2, TRUST) == Offset(seven - 1_600, seven + 1_600, "measured")
    twice = DeviceClock.of("a", [Reading(0, seven - 100, seven + 100), Reading(2 * DAY, seven - 100, seven + 100)])
    assert twice.offset_at(DAY, TRUST) == Offset(seven - 3_100, seven + 3_100, "between")


def test_long_after_a_measurement_it_may_have_been_set_right() -> None:
    clock = DeviceClock.of("a", [Reading(0, 420_000, 420_000)])
    assert clock.offset_at(10 * DAY, TRUST) == Offset(-TRUST, 450_000, "stale")
    # Near is a day, before or after it.
    assert {clock.offset_at(at, TRUST).believed for at in (-DAY, DAY)} == {"measured"}
    assert {clock.offset_at(at, TRUST).believed for at in (-DAY - 1, DAY + 1)} == {"stale"}


def test_a_file_that_ends_after_it_was_docked_refutes_the_clock() -> None:
    clock = DeviceClock.of("a", [Reading(1_000, 400_000, None)])
    found = clock.offset_at(1_000, TRUST)
    assert found == Offset(400_000, None, "refuted") and found.uncertainty_ms is None
    # Within the trust it only narrows it.
    assert DeviceClock.of("a", [Reading(0, 1_000, None)]).offset_at(0, TRUST) == Offset(1_000, TRUST, "assumed")
    # A bound that says nothing changes nothing.
    assert DeviceClock.of("a", [Reading(0, -9_000_000, None)]).offset_at(0, TRUST).believed == "assumed"


def test_recordings_that_share_a_clock() -> None:
    one, other = Offset(100, 200, "measured"), Offset(120, 260, "between")
    assert together([one, other]) == Offset(100, 260, "measured")
    assert together([one, Offset(300, None, "refuted")]) == Offset(100, None, "refuted")


def test_drift() -> None:
    assert (drift_ms(0), drift_ms(DAY), drift_ms(-DAY), drift_ms(1)) == (0, 3_000, 3_000, 1)
