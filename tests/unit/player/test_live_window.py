"""Parts and segments made of pieces, as they come."""

from __future__ import annotations

import asyncio

from evidence.live import ChannelId, Interrupted, Opening, Piece, Sealed
from evidence.records import RecordingId, Track
from player.live_queue import Framed, Opened
from player.live_window import LiveWindow

R1, R2 = RecordingId("r" + "a" * 20), RecordingId("r" + "b" * 20)
CHANNEL = ChannelId("room/front")
ZERO = "2026-11-25T08:00:00.000000Z"


def opened(recording: RecordingId) -> Opened:
    tracks = (Track(0, "video", "", "", 1000, 0, 0), Track(1, "audio", "", "", 1000, 0, 0))
    return Opened(Opening(CHANNEL, recording, tracks, (), 0, ZERO), 1)


def piece(n: int, recording: RecordingId = R1, *, track: int = 0) -> Framed:
    """Picture number n: 25 a second, a keyframe a second; the fragments hold one second."""
    data = f"{track}{n % 25:02}".encode()
    key = track == 0 and n % 25 == 0
    return Framed(Piece(recording, track, n // 25, key, n * 40, n * 40 + 40, data), b"")


def fed(n_pictures: int, first: int = 0) -> LiveWindow:
    window = LiveWindow()
    window.put(opened(R1))
    for n in range(first, n_pictures):
        window.put(piece(n))
        if n % 10 == 0:
            window.put(piece(n, track=1))
    return window


def test_parts_hold_what_came_and_are_no_longer_than_said() -> None:
    window = fed(60)
    found = [window.part(R1, 1, n) for n in range(6)]
    assert [None if each is None else (each[0].start_ms, each[0].end_ms) for each in found] == [
        (1000, 1200), (1200, 1400), (1400, 1600), (1600, 1800), (1800, 2000), None,
    ]  # fmt: skip
    assert found[0] is not None and found[0][0].independent and found[0][1] == b"000001002003004"
    assert found[1] is not None and not found[1][0].independent and found[1][1] == b"005105006007008009"


def test_a_part_says_of_when_its_sound_is_too() -> None:
    """What is logged before it leaves is all that is in it."""
    window = fed(31)
    late = Piece(R1, 1, 1, False, 900, 1_190, b"sound of before")
    early = Piece(R1, 1, 1, False, 1_390, 1_560, b"sound of later")
    for n in range(31, 40):
        window.put(piece(n))
        if n == 32:
            window.put(Framed(late, b""))
            window.put(Framed(early, b""))
    found = window.part(R1, 1, 1)
    assert found is not None and b"sound of before" in found[1] and b"sound of later" in found[1]
    assert (found[0].start_ms, found[0].end_ms, found[0].holds) == (1200, 1400, (900, 1_560))


def test_the_segment_that_was_joined_in_its_middle_is_not_listed() -> None:
    window = fed(51, first=3)
    assert not window.is_ready() and "EXTINF" not in window.playlist()
    later = fed(76)
    assert later.is_ready() and later.playlist().count("#EXTINF") == 2


def test_old_segments_go_and_the_numbers_say_so() -> None:
    window = fed(25 * 12 + 3)
    text = window.playlist()
    assert text.count("#EXTINF") == 6 and "#EXT-X-MEDIA-SEQUENCE:5" in text
    # The newest three with their parts: an open one, and two complete ones.
    assert text.count("#EXT-X-PART:") == 10
    assert window.reaches(10, None) and not window.reaches(11, None) and not window.reaches(11, 0)
    assert window.is_beyond(15) and not window.is_beyond(14)


def test_a_new_recording_is_a_discontinuity() -> None:
    window = fed(60)
    window.put(Interrupted(CHANNEL, "lost"))
    window.put(piece(61))
    window.put(opened(R2))
    for n in range(30):
        window.put(piece(n, R2))
    text = window.playlist()
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1 and text.count("#EXT-X-MAP") == 2
    # What had begun is complete as far as it came.
    assert "#EXTINF:0.400," in text
    assert window.may_come(R2, 1) and not window.may_come(R1, 2) and window.knows(R1, 2)


def test_one_waits_for_what_is_announced() -> None:
    async def scenario() -> None:
        window = fed(52)
        waiting = asyncio.ensure_future(window.wait(lambda: window.part(R1, 2, 0) is not None, 5))
        await asyncio.sleep(0)
        assert not waiting.done()
        for n in range(52, 56):
            window.put(piece(n))
        assert await waiting
        assert not await window.wait(lambda: window.is_durable(R1, 1), 0.01)
        window.put(Sealed(R1, 1, 1000, 2000, ""))  # type: ignore[arg-type]
        assert await window.wait(lambda: window.is_durable(R1, 1), 0.01)

    asyncio.run(scenario())
