"""A filmed room for tests of the HTTP side: the daemon's own parts, with channels that the test films."""

from __future__ import annotations

from datetime import timedelta

from evidence.clock import ManualClock
from mediad.room_house import Ground
from player.feeds import Broadcaster
from tests.integration.ingest.filmed_room import ZONE, FilmedChannel, make_house
from tests.integration.player.site import ORIGIN, UNIT, Store


class RoomKeys:
    """Room "a" of the unit of officer and supervisor, ready to be used."""

    def __init__(self, store: Store) -> None:
        self.events = Broadcaster()
        ground = Ground(store.engine, store.ledger, store.blobs, store.clock, "测试站", ORIGIN, ZONE, {})
        self.house, self.channels = make_house(ground, self.events, unit=UNIT)
        self.clock = store.clock
        self.house.recorders.start()

    @property
    def front(self) -> FilmedChannel:
        return self.channels["正面近景"]

    def film(self, seconds: int) -> None:
        """Only on a clock that the test moves."""
        assert isinstance(self.clock, ManualClock)
        for _ in range(seconds):
            self.clock.advance(timedelta(seconds=1))
            for channel in self.channels.values():
                channel.film(1)
