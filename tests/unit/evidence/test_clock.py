"""Clocks and their text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.clock import ManualClock, SystemClock, from_text, to_text

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day inside the years that have four digits, so that any zone's UTC has them too.
moments = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=zones)


def test_text_is_utc_with_microseconds() -> None:
    beijing = datetime(2026, 11, 24, 16, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert to_text(beijing) == "2026-11-24T08:00:00.000005Z"


@given(moments)
def test_text_reads_back(moment: datetime) -> None:
    back = from_text(to_text(moment))
    assert back == moment
    assert back.tzinfo is UTC


@given(moments, moments)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    assert (one < other) == (to_text(one) < to_text(other))
    assert len(to_text(one)) == 27


def test_years_before_1000_have_four_digits_too() -> None:
    assert to_text(datetime(1, 2, 3, tzinfo=UTC)) == "0001-02-03T00:00:00.000000Z"


def test_other_offsets_are_read() -> None:
    assert from_text("2026-11-24T16:00:00+08:00") == START


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_text(START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no time zone"):
        from_text("2026-11-24T08:00:00")


def test_a_manual_clock_moves_only_when_told_to() -> None:
    clock = ManualClock(START.astimezone(timezone(timedelta(hours=8))))
    assert (clock.now(), clock.monotonic_s()) == (START, 0.0)
    clock.advance(timedelta(seconds=1.5))
    assert (clock.now(), clock.monotonic_s()) == (START + timedelta(seconds=1.5), 1.5)
    assert clock.now().tzinfo is UTC


def test_the_system_clock_is_aware_and_never_runs_backwards() -> None:
    clock = SystemClock()
    before = clock.monotonic_s()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic_s() >= before
