"""The contract of `player.live_feed.LiveFeed`, kept by the recorders' hub over a real camera and by the tests' twin."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence.live import ChannelId, Interrupted, LiveItem, Opening, Piece, Sealed
from mediad.feeds import HubFeed
from player.live_feed import LiveFeed
from tests.integration.player.site import UNIT, opened
from tests.integration.recorders.site import site_on
from tests.integration.recorders.test_rooms_live import configured, running
from tests.live.feed import FRONT as TWIN
from tests.live.feed import twin_room
from tests.recorder.recorder import recorder


@dataclass(frozen=True)
class Held:
    """A feed with one room, and what people do in it."""

    feed: LiveFeed
    channel: ChannelId
    begin: Any
    end: Any


@contextmanager
def twin(root: Path) -> Iterator[Held]:
    with opened(root) as store, twin_room(store.ledger, store.blobs, root / "live", UNIT) as (room, feed):
        yield Held(feed, TWIN, room.record, room.stop)


@contextmanager
def hub(root: Path) -> Iterator[Held]:
    with site_on(root):
        pass
    with recorder({"path": "/front", "audio": "aac", "width": 320, "height": 176, "gop": 25}) as camera:
        config = configured(root, camera.address("/front"))
        with running(config) as house:
            house.until(lambda: house.state() == "ready")
            feed = HubFeed(house.recorders.hub, house.recorders.rooms)
            channel = ChannelId("room/front")
            yield Held(feed, channel, lambda: house.rooms.begin("room", None), lambda: house.rooms.end("room"))


@pytest.fixture(params=[twin, hub], ids=["twin", "hub"])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Held]:
    with request.param(tmp_path) as held:
        yield held


class Ear:
    """Hears a channel; items are taken in order."""

    def __init__(self, held: Held) -> None:
        self._heard: queue.SimpleQueue[LiveItem] = queue.SimpleQueue()
        self.leave = held.feed.subscribe(held.channel, self._heard.put)

    def next(self) -> LiveItem:
        return self._heard.get(timeout=20)

    def until(self, kind: type[Any]) -> Any:
        while not isinstance(item := self.next(), kind):
            pass
        return item

    @property
    def is_silent(self) -> bool:
        return self._heard.empty()


def test_the_contract_of_a_live_feed(held: Held) -> None:
    assert held.feed.channel(ChannelId("nowhere/front")) is None
    known = held.feed.channel(held.channel)
    assert known is not None and known.id == held.channel and known.room == held.channel.partition("/")[0]
    ear = Ear(held)
    # First comes how it stands.
    assert ear.next() == Interrupted(held.channel, "stopped")
    held.begin()
    opening = ear.until(Opening)
    assert len(opening.inits) == len(opening.tracks) and opening.channel == held.channel
    first = ear.until(Piece)
    assert first.recording == opening.recording
    pictures = [first] if first.track == 0 else []
    while len(pictures) < 40:
        item = ear.next()
        if isinstance(item, Piece) and item.track == 0:
            pictures.append(item)
    assert any(each.key for each in pictures)
    starts = [each.start_ms for each in pictures]
    assert starts == sorted(starts) and starts[-1] - starts[0] < 39 * 40 + 200
    assert [each.seq for each in pictures] == sorted(each.seq for each in pictures)
    assert pictures[0].data[4:8] == b"moof" and opening.inits[0][4:8] == b"ftyp"
    sealed = ear.until(Sealed)
    assert sealed.recording == opening.recording and sealed.start_ms < sealed.end_ms
    # Its bytes are there to be looked back at.
    path = held.feed.file_of(opening.recording)
    assert path is not None and path.stat().st_size > 0
    # Who comes later is handed the opening and what is needed to begin at once.
    late = Ear(held)
    assert late.next() == opening
    begins = late.until(Piece)
    while begins.track != 0:
        begins = late.until(Piece)
    assert begins.key
    late.leave()
    held.end()
    assert ear.until(Interrupted).reason == "stopped"
    ear.leave()
