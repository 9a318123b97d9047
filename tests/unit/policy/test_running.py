"""An activity that must be recorded and goes on where nothing is recorded is told, in time, once, and no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy.running import (
    CLEAR_AFTER_S,
    RAISE_AFTER_S,
    Over,
    RoomNow,
    RunningActivity,
    RunningWatch,
    Unrecorded,
    live_answer,
    room_of,
)

LOOK_S = 2.0
QUIET = RoomNow("room-1", "一号询问室", False, "No sitting was started in this room.")
LOUD = RoomNow("room-1", "一号询问室", True)
ONE = RunningActivity("a1", "c1", "一号询问室", ())


def test_the_room_is_named_by_place_or_by_channel() -> None:
    rooms = (QUIET, RoomNow("room-2", "二号", False))
    for place in ("一号询问室", " 一号询问室 ", "room-1", "ROOM-1"):
        assert room_of(place, (), rooms) == QUIET
    assert room_of("河边", ("room-2/front",), rooms) == rooms[1]
    assert room_of("一号询问室", ("room-2/front",), rooms) == rooms[1], "the channel says it exactly"
    for place in ("", "河边", "一号"):
        assert room_of(place, ("DSJ1",), rooms) is None


def test_in_the_field_nothing_is_known() -> None:
    assert live_answer("河边", ("DSJ1",), (QUIET,)) == "field"
    assert live_answer("room-1", (), (QUIET,)) == "unrecorded" and live_answer("room-1", (), (LOUD,)) == "recorded"


def test_raised_once_and_over_once() -> None:
    watch, said = RunningWatch(), []
    for n in range(20):
        said += watch.look(n * LOOK_S, [ONE], [QUIET])
    assert said == [Unrecorded(ONE, QUIET, 0.0)]
    assert watch.look(50, [ONE], [LOUD]) == () and watch.look(50 + CLEAR_AFTER_S, [ONE], [LOUD]) == (
        Over("a1", "recorded"),
    )
    assert watch.look(60, [ONE], [LOUD]) == ()


def test_an_activity_that_ends_ends_its_alarm() -> None:
    watch = RunningWatch()
    for n in range(10):
        watch.look(n * LOOK_S, [ONE], [QUIET])
    assert watch.look(99, [], [QUIET]) == (Over("a1", "ended"),)
    assert watch.look(100, [], [QUIET]) == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_alarms_follow_what_is_so(states: list[tuple[bool, bool]]) -> None:
    """(goes on, is recorded) at each look. Whatever is bad for long enough is raised; nothing flutters."""
    watch, is_open, bad_since_s = RunningWatch(), False, None
    for n, (goes_on, recorded) in enumerate(states):
        now_s = n * LOOK_S
        said = watch.look(now_s, [ONE] if goes_on else [], [LOUD if recorded else QUIET])
        assert len(said) <= 1
        for each in said:
            assert isinstance(each, Unrecorded) != is_open, "raised and over take turns"
            is_open = isinstance(each, Unrecorded)
        bad = goes_on and not recorded
        bad_since_s = (now_s if bad_since_s is None else bad_since_s) if bad else None
        if bad_since_s is not None and now_s - bad_since_s >= RAISE_AFTER_S:
            assert is_open
        if not goes_on:
            assert not is_open
