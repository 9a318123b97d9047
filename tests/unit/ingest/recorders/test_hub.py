"""Watchers hear what is recorded, in order, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.canonical import Digest
from evidence.errors import NotFound
from evidence.live import ChannelId, Chunk, Interrupted, LiveItem, Opening, Piece, Sealed
from evidence.records import RecordingId, Track
from ingest.recorders.hub import Hub, Relay

FRONT = ChannelId("a/front")
TRACKS = (
    Track(0, "video", "h264", "avc1.42c01e", 90_000, 0, 0),
    Track(1, "audio", "aac", "mp4a.40.2", 16_000, 0, 0),
)
STOPPED = Interrupted(FRONT, "stopped")


def opening(name: str = "r1", zero_us: int = 0) -> Opening:
    return Opening(FRONT, RecordingId(name), TRACKS, (b"v", b"a"), zero_us, "2026-11-25T08:00:00.000000Z")


def show(relay: Relay, seq: int, second: float, *, key: bool = False, track: int = 0) -> None:
    scale = TRACKS[track].timescale
    at, lasts = int(second * scale), scale // 25
    said = Chunk(track=track, seq=seq, key=key, dts=at, pts=at, duration=lasts, received_at="", digest=Digest("0" * 64))
    relay.chunk(said, f"{seq}@{second}".encode(), starts=key and track == 0)


def shown(heard: list[LiveItem]) -> list[str]:
    return [item.data.decode() if isinstance(item, Piece) else type(item).__name__ for item in heard]


def test_nothing_is_shown_that_is_not_recorded() -> None:
    relay, heard = Relay(FRONT), list[LiveItem]()
    relay.subscribe(heard.append)
    show(relay, 0, 0, key=True)
    show(relay, 0, 0.04)
    assert heard == [STOPPED]
    relay.open(opening(), 0, 1)
    show(relay, 0, 0.08)
    assert shown(heard[1:]) == ["Opening", "0@0", "0@0.04", "0@0.08"]


def test_a_joiner_is_handed_the_pictures_since_the_newest_keyframe() -> None:
    relay = Relay(FRONT)
    relay.open(opening(), 0, 5)
    for n in range(50):
        show(relay, 0, n / 25, key=n % 25 == 0)
    heard: list[LiveItem] = []
    relay.subscribe(heard.append)
    assert shown(heard)[:2] == ["Opening", "0@1.0"] and len(heard) == 26


def test_pieces_wait_until_their_recording_is_in_the_ledger() -> None:
    """Fragment 2 is of the next file: it is handed on when that file is there, from its first picture."""
    relay, heard = Relay(FRONT), list[LiveItem]()
    relay.subscribe(heard.append)
    relay.open(opening("r1"), 0, 1)
    show(relay, 1, 2.0, key=True)
    show(relay, 2, 4.0, key=True)
    show(relay, 2, 4.04)
    show(relay, 2, 5.0, key=True)
    show(relay, 1, 4.0, track=1)
    assert shown(heard[1:]) == ["Opening", "1@2.0", "1@4.0"]
    relay.open(opening("r2", 4_000_000), 2, 3)
    pieces = [item for item in heard if isinstance(item, Piece) and item.recording == "r2"]
    assert [(each.seq, each.start_ms, each.end_ms) for each in pieces] == [(0, 0, 40), (0, 40, 80), (0, 1000, 1040)]


def test_what_becomes_allowed_later_is_handed_on_then() -> None:
    relay, heard = Relay(FRONT), list[LiveItem]()
    relay.subscribe(heard.append)
    relay.open(opening(), 0, 1)
    show(relay, 2, 4.0, key=True)
    assert shown(heard[1:]) == ["Opening"]
    relay.allow(3)
    relay.allow(3)
    assert shown(heard[1:]) == ["Opening", "2@4.0"]


def test_an_end_shows_nothing_beyond_the_fragment_of_its_moment() -> None:
    relay, heard = Relay(FRONT), list[LiveItem]()
    relay.subscribe(heard.append)
    relay.open(opening(), 0, 2)
    show(relay, 1, 2.0, key=True)
    assert relay.freeze() == 1
    show(relay, 1, 2.04)
    show(relay, 2, 4.0, key=True)
    relay.allow(3)
    assert shown(heard[1:]) == ["Opening", "1@2.0", "1@2.04"]
    relay.close(STOPPED)
    relay.open(opening("r2"), 3, 4)
    show(relay, 3, 6.0, key=True)
    assert shown(heard)[-1] == "3@6.0"


def test_a_source_that_begins_anew_hands_on_nothing_old() -> None:
    relay, heard = Relay(FRONT), list[LiveItem]()
    relay.open(opening(), 0, 5)
    show(relay, 0, 0, key=True)
    relay.opened()
    relay.close(Interrupted(FRONT, "lost"))
    relay.subscribe(heard.append)
    relay.open(opening("r2"), 0, 1)
    assert shown(heard) == ["Interrupted", "Opening"] and heard[0] == Interrupted(FRONT, "lost")


def test_seals_are_told_and_nothing_comes_after_leaving() -> None:
    relay, heard = Relay(FRONT), list[LiveItem]()
    leave = relay.subscribe(heard.append)
    seal = Sealed(RecordingId("r1"), 0, 0, 2000, "00" * 32)  # type: ignore[arg-type]
    relay.sealed(seal)
    leave()
    leave()
    relay.sealed(seal)
    assert heard == [STOPPED, seal]


def test_channels_are_told_apart(tmp_path: Path) -> None:
    hub = Hub([FRONT], tmp_path)
    with pytest.raises(NotFound, match="a/back"):
        hub.subscribe(ChannelId("a/back"), lambda _item: None)
    assert hub.file_of(RecordingId("r1")) is None
    (tmp_path / "r1.mp4").touch()
    assert hub.file_of(RecordingId("r1")) == tmp_path / "r1.mp4"
