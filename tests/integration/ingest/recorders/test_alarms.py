"""Alarms from a channel's facts to the ledger, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.catalog.engine import connected
from evidence.catalog.sitting_queries import recent_alarms, uncleared_alarms
from evidence.clock import from_text
from evidence.errors import Conflict, NotFound, StoreUnavailable
from evidence.live import ChannelId, Heard, Seen
from evidence.sittings import AlarmId
from tests.integration.ingest.filmed_room import ASKED, CHEN, ZHANG, Scene, filmed_room, open_room

FRONT = ChannelId("a/front")
BLACK = Seen(at_us=0, mean=16, deviation=0.3, change=0.0)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with filmed_room(tmp_path, f"sqlite:///{tmp_path}/catalog.sqlite3") as scene:
        yield scene


def _goes_black(scene: Scene, seconds: int) -> None:
    for _ in range(seconds):
        scene.alarms.seen(FRONT, BLACK)
        scene.goes(1)
    scene.alarms._outbox.flush(wait=True)


def test_a_black_picture_is_told_entered_and_acknowledged(scene: Scene) -> None:
    sitting = scene.sittings.start(ASKED, ZHANG).id
    scene.goes(10)
    began = scene.clock.now()
    _goes_black(scene, 5)
    (told,) = scene.told
    assert (told.kind, told.channel, told.sitting) == ("black", FRONT, sitting)
    assert from_text(told.raised_at) - began <= timedelta(seconds=5)
    assert from_text(told.since_at) - began < timedelta(seconds=1)
    (going_on,) = scene.alarms.going_on("a")
    row = scene.alarms.acknowledge(going_on.id, "镜头被遮", CHEN)
    assert (row.acknowledged_name, row.acknowledged_note, row.cleared_at) == ("陈志远", "镜头被遮", None)
    with pytest.raises(Conflict, match="陈志远"):
        scene.alarms.acknowledge(going_on.id, "", ZHANG)
    with pytest.raises(NotFound):
        scene.alarms.acknowledge(AlarmId("a" + "b" * 26), "", ZHANG)
    scene.sittings.end(sitting, ZHANG)
    assert scene.alarms.going_on("a") == ()
    assert [each.cleared_at is None for each in scene.told] == [True, True, False]


def test_nothing_alarms_in_a_room_that_nobody_uses(scene: Scene) -> None:
    _goes_black(scene, 10)
    assert scene.told == []


def test_a_room_that_is_always_recorded_is_always_watched(tmp_path: Path) -> None:
    with filmed_room(tmp_path, f"sqlite:///{tmp_path}/catalog.sqlite3", "always") as scene:
        _goes_black(scene, 5)
        assert [(each.kind, each.sitting) for each in scene.told] == [("black", None)]


def test_an_alarm_waits_for_a_ledger_that_cannot_be_written_and_is_told_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.sittings.start(ASKED, ZHANG)
    submit = scene.store.ledger.submit

    def refuse(*_: object, **__: object) -> object:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(scene.store.ledger, "submit", refuse)
    for _ in range(4):
        scene.alarms.seen(FRONT, BLACK)
        scene.clock.advance(timedelta(seconds=1))
        for each in scene.channels.values():
            scene.alarms.alive(each.terms.id)
        scene.alarms.tick()
    assert [each.kind for each in scene.told] == ["black"]
    with connected(scene.store.engine) as connection:
        assert uncleared_alarms(connection) == ()
    monkeypatch.setattr(scene.store.ledger, "submit", submit)
    scene.alarms._outbox.flush(wait=True)
    with connected(scene.store.engine) as connection:
        (row,) = recent_alarms(connection, ["a"], open_only=True, limit=10)
    assert row.id == scene.told[0].id


def test_what_a_dead_daemon_left_open_is_over_and_raised_anew_if_it_still_holds(scene: Scene) -> None:
    scene.sittings.start(ASKED, ZHANG)
    _goes_black(scene, 5)
    again = open_room(scene.store, scene.clock)
    again.alarms.start()
    again.alarms.stop()
    with connected(scene.store.engine) as connection:
        assert uncleared_alarms(connection) == ()
    again.sittings.recover()
    _goes_black(again, 5)
    assert [each.kind for each in again.told] == ["black"] and again.told[0].id != scene.told[0].id


def test_levels_are_told_once_each(scene: Scene) -> None:
    heard: list[tuple[str, tuple[object, ...]]] = []
    object.__setattr__(scene.alarms._listeners, "levels", lambda room, levels: heard.append((room, levels)))
    scene.alarms.heard(FRONT, Heard(at_us=0, rms_db=-30, peak_db=-12))
    scene.alarms.heard(FRONT, Heard(at_us=1, rms_db=-31, peak_db=-13))
    scene.alarms.tick()
    scene.alarms.tick()
    assert [(room, [(each.rms_db, each.peak_db) for each in levels]) for room, levels in heard] == [  # type: ignore[attr-defined]
        ("a", [(-31, -13)])
    ]
