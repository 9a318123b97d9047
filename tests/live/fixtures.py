"""A site with people and one generated room, for tests of the HTTP side: import what is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from player.site import ViewingLimits
from tests.integration.player.site import UNIT, Server, Store, add_people, opened
from tests.live.feed import Room, TwinFeed, twin_room


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        add_people(store)
        yield store


@pytest.fixture
def twin(store: Store) -> Iterator[tuple[Room, TwinFeed]]:
    with twin_room(store.ledger, store.blobs, store.root / "live", UNIT) as twin:
        yield twin


@pytest.fixture
def room(twin: tuple[Room, TwinFeed]) -> Room:
    return twin[0]


@pytest.fixture
def server(store: Store, twin: tuple[Room, TwinFeed]) -> Iterator[Server]:
    with Server(store, viewing=ViewingLimits(ledger_wait_s=1), live=twin[1]) as server:
        yield server
