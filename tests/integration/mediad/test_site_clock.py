"""A clock that is moved destroys nothing early: the doubt is in the ledger and outlives the process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence import retention_entries as rt
from evidence.clock import ManualClock, to_text
from mediad.site_clock import SiteClock
from tests.integration.player.site import Store, opened

T = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SILENCE = timedelta(hours=72)


class Stepping(ManualClock):
    def step(self, delta: timedelta) -> None:
        """Somebody sets the wall clock; the other goes on."""
        self._now += delta


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Store, Stepping]]:
    clock = Stepping(T)
    with opened(tmp_path, clock) as store:
        yield store, clock


def watch(store: Store) -> SiteClock:
    return SiteClock(store.engine, store.ledger, store.clock, SILENCE)


def test_a_clock_that_goes_on_is_noted_once_a_day(place: tuple[Store, Stepping]) -> None:
    store, clock = place
    site_clock = watch(store)
    for _ in range(50):
        assert site_clock.is_believed()
        clock.advance(timedelta(hours=1))
    assert len(store.entries(rt.ClockChecked)) == 3


@pytest.mark.parametrize("delta", [timedelta(days=400), timedelta(hours=1), timedelta(hours=-1), timedelta(days=-400)])
def test_a_step_while_the_daemon_runs(place: tuple[Store, Stepping], delta: timedelta) -> None:
    store, clock = place
    site_clock = watch(store)
    assert site_clock.is_believed()
    clock.advance(timedelta(minutes=1))
    clock.step(delta)
    assert not site_clock.is_believed() and not site_clock.is_believed()
    (doubt,) = store.entries(rt.ClockDoubted)
    assert (doubt.expected_at, doubt.found_at) == (
        to_text(T + timedelta(minutes=1)),
        to_text(T + timedelta(minutes=1) + delta),
    )
    # A new process knows it as well, and putting the clock right does not settle it: a person has to look.
    clock.step(-delta)
    again = watch(store)
    assert not again.is_believed()
    store.ledger.append(rt.ClockConfirmed(at=to_text(clock.now()), note="核对", by="keeper"))
    assert again.is_believed() and site_clock.is_believed()
    assert len(store.entries(rt.ClockDoubted)) == 1


def test_a_step_while_the_daemon_was_off(place: tuple[Store, Stepping]) -> None:
    store, clock = place
    assert watch(store).is_believed()
    clock.step(timedelta(days=400))
    # A command writes an entry with the moved clock before the daemon starts: the step before it is still there.
    store.ledger.append(rt.HoldSet(at=to_text(clock.now()), hold=rt.HoldId("h"), on="device", target="D", from_at=None,
                                   until_at=None, reason="x", by="root"))  # fmt: skip
    clock.advance(timedelta(minutes=1))
    assert not watch(store).is_believed()
    assert len(store.entries(rt.ClockDoubted)) == 1


def test_a_long_weekend_is_no_step(place: tuple[Store, Stepping]) -> None:
    store, clock = place
    assert watch(store).is_believed()
    clock.step(SILENCE)
    assert watch(store).is_believed()
