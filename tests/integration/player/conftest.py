"""Footage made once, and a site with people and sealed recordings for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.media import specimens
from evidence.records import RecordingId
from tests.integration.player.site import Server, Store, add_people, opened


@dataclass(frozen=True, slots=True)
class Footage:
    long: Path  # 26 s, a keyframe a second: seven segments
    short: Path
    photo: Path


@dataclass(frozen=True, slots=True)
class Sealed:
    own: RecordingId  # of officer P-20311, unit 一大队
    other: RecordingId  # of officer P-2, unit 二大队
    photo: RecordingId  # of officer P-20311


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    folder = tmp_path_factory.mktemp("footage")
    small = {"width": 160, "height": 96}
    return Footage(
        specimens.make("mp4", folder / "long.mp4", seconds=26, **small),
        specimens.make("mp4-bframes", folder / "short.mp4", seconds=5, **small),
        specimens.make("photo", folder / "photo.jpg", **small),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


@pytest.fixture
def sealed(store: Store, footage: Footage) -> Sealed:
    add_people(store)
    return Sealed(
        store.seal(footage.long),
        store.seal(footage.short, officer="P-2", unit="二大队"),
        store.seal(footage.photo),
    )


@pytest.fixture
def server(store: Store, sealed: Sealed) -> Iterator[Server]:
    with Server(store) as server:
        yield server
