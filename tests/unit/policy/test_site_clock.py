"""A clock that steps is doubted, whichever way and wherever it steps; one that goes on is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policy.site_clock import TOLERANCE, Looked, along_ledger, between_looks

T = datetime(2026, 11, 24, tzinfo=UTC)
SILENCE = timedelta(hours=72)


@given(st.floats(0, 1e6), st.integers(-599, 599))
def test_a_clock_that_goes_on_is_believed(elapsed_s: float, off_s: int) -> None:
    now = Looked(T + timedelta(seconds=elapsed_s + off_s), 5.0 + elapsed_s)
    assert between_looks(Looked(T, 5.0), now) is None


@given(st.floats(0, 1e6), st.integers(601, 10**8), st.sampled_from([1, -1]))
def test_a_step_is_doubted_either_way(elapsed_s: float, off_s: int, way: int) -> None:
    found = between_looks(Looked(T, 5.0), Looked(T + timedelta(seconds=elapsed_s + way * off_s), 5.0 + elapsed_s))
    assert found is not None and abs(found.step - timedelta(seconds=way * off_s)) < timedelta(seconds=1)


def test_a_silence_is_no_step_and_a_longer_one_is() -> None:
    assert along_ledger((T, T + SILENCE), SILENCE) is None
    doubt = along_ledger((T, T + timedelta(hours=1), T + timedelta(hours=74)), SILENCE)
    assert doubt is not None and doubt.step == timedelta(hours=73)


def test_entries_of_several_processes_may_be_a_little_out_of_order() -> None:
    assert along_ledger((T, T - TOLERANCE), SILENCE) is None
    assert along_ledger((T, T - TOLERANCE - timedelta(seconds=1)), SILENCE) is not None


def test_a_step_between_two_entries_is_found_though_the_last_look_harmless() -> None:
    year = timedelta(days=365)
    assert along_ledger((T, T + year, T + year + timedelta(minutes=1)), SILENCE) is not None


def test_nothing_to_compare_is_no_doubt() -> None:
    assert along_ledger((), SILENCE) is None and along_ledger((T,), SILENCE) is None
