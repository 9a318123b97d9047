"""The watch over activities that go on unrecorded: its entries, and what a restart makes of an open alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evidence import case_entries as ce
from evidence.catalog.engine import connected
from evidence.catalog.unrecorded_rows import uncleared
from evidence.clock import ManualClock, to_text
from evidence.entries import decode
from evidence.unrecorded_entries import ActivityUnrecorded, ActivityUnrecordedOver
from mediad.config import load
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from mediad.unrecorded_watch import EVERY_S, UnrecordedWatch
from player.rooms import Room
from policy.findings import Rules
from policy.item_list import load as load_items
from tests.sites import make_site

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ROOM = Room(
    name="r1",
    title="一号询问室",
    unit=None,
    mode="sittings",
    must_record=True,
    recorded=False,
    sitting=None,
    channels=(),
    alarms=(),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    config = make_site(tmp_path / "site", NewSite(), clock)
    with open_store(load(config.path, {})) as store:
        yield store


def enter(store: Store, item: str = "interview-room", ended_at: str | None = None) -> None:
    at = to_text(NOW)
    case, activity = ce.CaseId("c1"), ce.ActivityId("a1")
    subject = ce.Subject("person", "某人")
    store.ledger.append(
        ce.CaseRecorded(
            at=at,
            case=case,
            number="1",
            kind="penalty",
            title="采砂",
            stage="start",
            subject=subject,
            unit=None,
            officers=(),
            by="law",
        ),
        ce.ActivityRecorded(
            at=at,
            activity=activity,
            case=case,
            item=item,
            stage="investigation",
            place="一号询问室",
            planned_start=None,
            planned_end=None,
            started_at=at,
            ended_at=ended_at,
            officers=(),
            devices=(),
            note="",
            by="law",
        ),
    )


def look(store: Store, clock: ManualClock, watch: UnrecordedWatch, times: int) -> None:
    for _ in range(times):
        watch.tick()
        clock.advance(timedelta(seconds=EVERY_S))
        # What was handed over is written before this returns.
        store.ledger.append()
    watch.tick()
    store.ledger.append()


def said(store: Store) -> list[object]:
    entries = (decode(data) for _, data in store.reader.entries(1, store.reader.size()))
    return [each for each in entries if isinstance(each, ActivityUnrecorded | ActivityUnrecordedOver)]


def make(store: Store, clock: ManualClock, told: list[str] | None = None) -> UnrecordedWatch:
    on_change = told.append if told is not None else lambda _room: None
    rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
    return UnrecordedWatch(store.engine, store.ledger, clock, lambda: rules, lambda: (ROOM,), on_change)


def test_raised_once_over_when_the_activity_ends_and_told_both_times(store: Store, clock: ManualClock) -> None:
    told: list[str] = []
    watch = make(store, clock, told)
    enter(store)
    look(store, clock, watch, 12)
    (alarm,) = watch.going_on("r1")
    assert (alarm.activity, alarm.since_at) == ("a1", to_text(NOW)) and watch.going_on("r2") == ()
    enter(store, ended_at=to_text(NOW + timedelta(seconds=1)))
    look(store, clock, watch, 2)
    raised, over = said(store)
    assert isinstance(raised, ActivityUnrecorded) and raised.detail == "No sitting was started in this room."
    assert isinstance(over, ActivityUnrecordedOver) and over.reason == "ended"
    assert watch.going_on("r1") == () and told == ["r1", "r1"]


def test_a_restart_ends_the_open_alarm_and_raises_what_still_holds(store: Store, clock: ManualClock) -> None:
    enter(store)
    look(store, clock, make(store, clock), 8)
    look(store, clock, make(store, clock), 8)
    first, over, second = said(store)
    assert isinstance(over, ActivityUnrecordedOver) and over.reason == "restart"
    assert isinstance(first, ActivityUnrecorded) and isinstance(second, ActivityUnrecorded)
    assert first.alarm == over.alarm != second.alarm
    with connected(store.engine) as connection:
        assert [each.id for each in uncleared(connection)] == [second.alarm]


def test_what_need_not_be_recorded_in_full_raises_nothing(store: Store, clock: ManualClock) -> None:
    enter(store, item="inspection")
    look(store, clock, make(store, clock), 8)
    assert said(store) == []
