"""What a live viewer is sent, skipped and told, with a clock that stands until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from evidence.live import ChannelId, Interrupted, Opening, Piece, Sealed
from evidence.records import RecordingId, Track
from player.live_queue import Framed, LiveQueue, Opened, Out, Skipped

R1, R2 = RecordingId("r1"), RecordingId("r2")
CHANNEL = ChannelId("room/front")


@dataclass
class StillClock:
    now_s: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 25, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return self.now_s


def _track(number: int, kind: str) -> Track:
    return Track(number, kind, "", "", 1000, 0, 0)  # type: ignore[arg-type]


def opened(recording: RecordingId = R1, *kinds: str) -> Opened:
    tracks = tuple(_track(n, kind) for n, kind in enumerate(kinds or ("video", "audio")))
    return Opened(Opening(CHANNEL, recording, tracks, (), 0, ""), 1)


def piece(start_ms: int, *, key: bool = False, track: int = 0, recording: RecordingId = R1) -> Framed:
    return Framed(Piece(recording, track, 0, key, start_ms, start_ms + 40, b"x"), bytes(100))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def queue(clock: StillClock) -> Iterator[LiveQueue]:
    yield LiveQueue(clock, max_wait_s=2.0, max_bytes=10_000)


def taken(queue: LiveQueue) -> list[Out]:
    async def all_of_it() -> list[Out]:
        found = []
        while (item := await queue.take(0.001)) is not None:
            found.append(item)
        return found

    return asyncio.run(all_of_it())


def test_one_begins_with_a_keyframe_and_without_earlier_sound(queue: LiveQueue) -> None:
    first, key, sound, delta = opened(), piece(40, key=True), piece(50, track=1), piece(80)
    for item in (first, piece(0), piece(0, track=1), key, piece(20, track=1), sound, delta):
        queue.put(item)
    assert taken(queue) == [first, key, sound, delta]


def test_a_sound_only_channel_begins_with_any_unit(queue: LiveQueue) -> None:
    first, unit = opened(R1, "audio"), piece(0, key=True)
    queue.put(first)
    queue.put(unit)
    assert taken(queue) == [first, unit]


def test_who_is_slow_goes_on_with_the_next_keyframe_and_is_told(queue: LiveQueue, clock: StillClock) -> None:
    for item in (opened(), piece(0, key=True), piece(40)):
        queue.put(item)
    clock.now_s = 2.1
    for item in (piece(80), piece(90, track=1), piece(120, key=True), piece(160)):
        queue.put(item)
    assert taken(queue) == [opened(), Skipped("slow", R1, 0, 120), piece(120, key=True), piece(160)]


def test_the_burst_at_joining_makes_nobody_slow(queue: LiveQueue) -> None:
    burst = [opened(), piece(0, key=True), *(piece(n * 40) for n in range(1, 90))]
    for item in burst:
        queue.put(item)
    assert len(taken(queue)) == 91


def test_memory_is_bounded(queue: LiveQueue) -> None:
    queue.put(opened())
    queue.put(piece(0, key=True))
    for n in range(1, 300):
        queue.put(piece(n * 40))
    assert len(taken(queue)) == 1


def test_pictures_that_the_log_held_up_are_told_as_such(queue: LiveQueue) -> None:
    for item in (opened(), piece(0, key=True), piece(40)):
        queue.put(item)
    queue.skip("log")
    queue.put(piece(80, key=True))
    assert taken(queue) == [opened(), Skipped("log", R1, 0, 80), piece(80, key=True)]


def test_a_new_recording_begins_with_its_own_keyframe(queue: LiveQueue) -> None:
    one, two = opened(), opened(R2)
    end, sealed = Interrupted(CHANNEL, "lost"), Sealed(R1, 0, 0, 80, "")  # type: ignore[arg-type]
    key = piece(0, key=True, recording=R2)
    for item in (one, piece(0, key=True), end, piece(40), sealed, two, piece(40, recording=R2), key):
        queue.put(item)
    assert taken(queue) == [one, piece(0, key=True), end, sealed, two, key]


def test_a_pause_is_no_loss(queue: LiveQueue) -> None:
    for item in (opened(), piece(0, key=True)):
        queue.put(item)
    queue.pause()
    queue.put(piece(40))
    queue.resume((piece(80, key=True), piece(120)))
    queue.put(piece(160))
    assert taken(queue) == [opened(), piece(80, key=True), piece(120), piece(160)]


def test_a_closed_queue_ends(queue: LiveQueue) -> None:
    queue.put(opened())
    queue.close()
    assert taken(queue) == []
