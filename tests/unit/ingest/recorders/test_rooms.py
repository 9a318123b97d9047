"""A room is recorded when it is to be, and refuses a sitting that it could not record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evidence.clock import ManualClock
from evidence.errors import Conflict, NotFound
from evidence.live import ChannelId, SittingId
from ingest.recorders.channel_state import ChannelSnapshot, ChannelTerms, Mode, RoomSnapshot, RoomTerms, State
from ingest.recorders.rooms import OnChannel, Rooms

CLOCK = ManualClock(datetime(2026, 11, 25, 8, tzinfo=UTC))
S1, S2 = SittingId("s1"), SittingId("s2")


class TwinChannel:
    """Writes down what the room asks of it."""

    def __init__(self, terms: ChannelTerms, on_change: OnChannel) -> None:
        self.heard: list[str] = []
        self._on_change = on_change
        self._snapshot = ChannelSnapshot(terms.id, terms.room, terms.title, terms.view, terms.required, "ready", "")

    def turn(self, state: State, reason: str = "") -> None:
        self._snapshot = replace(self._snapshot, state=state, reason=reason)
        self._on_change(self._snapshot)

    def start(self) -> None:
        self.heard.append("start")

    def stop(self) -> None:
        self.heard.append("stop")

    def record(self, sitting: SittingId | None) -> None:
        self.heard.append(f"record {sitting}")

    def release(self) -> None:
        self.heard.append("release")

    def snapshot(self) -> ChannelSnapshot:
        return self._snapshot


class Scene:
    def __init__(self, mode: Mode = "sittings", must_record: bool = True) -> None:
        self.channels: dict[str, TwinChannel] = {}
        self.shown: list[RoomSnapshot] = []
        terms = tuple(
            ChannelTerms(ChannelId(f"a/{name}"), "a", name, "front", required=name == "front")
            for name in ("front", "backup")
        )
        self.rooms = Rooms([RoomTerms("a", "甲", None, mode, must_record, terms)], self.make, CLOCK, self.shown.append)
        self.rooms.start()

    def make(self, terms: ChannelTerms, on_change: OnChannel) -> TwinChannel:
        self.channels[terms.title] = TwinChannel(terms, on_change)
        return self.channels[terms.title]

    @property
    def heard(self) -> list[list[str]]:
        return [channel.heard for channel in self.channels.values()]


def test_a_sitting_records_all_channels_until_it_ends() -> None:
    scene = Scene()
    assert scene.heard == [["start"]] * 2
    begun = scene.rooms.begin("a", S1)
    assert begun.wanted and begun.sitting == S1 and begun.since == "2026-11-25T08:00:00.000000Z"
    ended = scene.rooms.end("a")
    assert not ended.wanted and ended.sitting is None and ended.since is None
    scene.rooms.stop()
    assert scene.heard == [["start", "record s1", "release", "stop"]] * 2


def test_one_sitting_at_a_time() -> None:
    scene = Scene()
    scene.rooms.begin("a", S1)
    with pytest.raises(Conflict, match="in use"):
        scene.rooms.begin("a", S2)
    assert scene.rooms.snapshot("a").sitting == S1


def test_a_must_record_sitting_waits_for_required_sources_only() -> None:
    scene = Scene()
    scene.channels["backup"].turn("offline", "no route")
    scene.channels["front"].turn("offline", "no answer")
    with pytest.raises(Conflict, match=r"front \(no answer\)"):
        scene.rooms.begin("a", S1)
    assert not scene.rooms.snapshot("a").wanted and scene.heard == [["start"]] * 2
    scene.channels["front"].turn("ready")
    assert scene.rooms.begin("a", S1).missing == ()


def test_other_rooms_begin_whatever_is_down() -> None:
    scene = Scene(must_record=False)
    scene.channels["front"].turn("connecting")
    assert [each.id for each in scene.rooms.begin("a", None).missing] == ["a/front"]


def test_a_room_that_is_always_recorded_only_changes_the_sitting() -> None:
    scene = Scene("always")
    assert scene.rooms.snapshot("a").wanted
    scene.rooms.begin("a", S1)
    with pytest.raises(Conflict):
        scene.rooms.begin("a", S2)
    after = scene.rooms.end("a")
    assert after.wanted and after.sitting is None
    assert scene.heard == [["start", "record None", "record s1", "record None"]] * 2


def test_a_sitting_goes_on_after_a_restart_though_sources_are_down() -> None:
    scene = Scene()
    scene.channels["front"].turn("offline")
    resumed = scene.rooms.resume("a", S1, "2026-11-25T07:00:00.000000Z")
    assert resumed.sitting == S1 and resumed.since == "2026-11-25T07:00:00.000000Z"


def test_changes_of_channels_are_shown_with_their_room() -> None:
    scene = Scene()
    scene.channels["front"].turn("trouble", "The disk is full.")
    assert [each.state for each in scene.shown[-1].channels] == ["trouble", "ready"]
    assert scene.rooms.channel(ChannelId("a/front")).reason == "The disk is full."


def test_unknown_rooms_and_channels_are_named() -> None:
    scene = Scene()
    for call in (lambda: scene.rooms.begin("b", S1), lambda: scene.rooms.channel(ChannelId("a/side"))):
        with pytest.raises(NotFound, match=r"There is no (room b|channel a/side)"):
            call()
