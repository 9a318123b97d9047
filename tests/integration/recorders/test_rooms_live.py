"""Rooms recorded from a real RTSP recorder by the real workers, with its faults on command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveRecording, recordings_of_room
from evidence.clock import SystemClock, from_text
from evidence.live import ChannelId
from ingest.recorders.channel import Channel
from ingest.recorders.channel_state import RoomSnapshot
from ingest.recorders.rooms import Rooms
from mediad.config import Config, parse
from mediad.intake_parts import make_intake, make_workers
from mediad.recorder_parts import Recorders, make_recorders, make_rooms
from mediad.store import Store, open_store
from tests.integration.recorders.site import Site, site_on
from tests.recorder.recorder import Recorder, recorder

FRONT = ChannelId("room/front")
CLOCK = SystemClock()


@dataclass
class House:
    """A site whose rooms run."""

    store: Store
    rooms: Rooms
    recorders: Recorders
    changed: threading.Condition = field(default_factory=threading.Condition)

    def on_room(self, _room: RoomSnapshot) -> None:
        with self.changed:
            self.changed.notify_all()

    def until(self, true: Callable[[], bool], timeout_s: float = 30.0) -> None:
        with self.changed:
            # The catalog changes without a snapshot: looked at again now and then.
            deadline_s = CLOCK.monotonic_s() + timeout_s
            while not true():
                assert CLOCK.monotonic_s() < deadline_s, self.rooms.snapshots()
                self.changed.wait(0.1)

    def recordings(self) -> tuple[LiveRecording, ...]:
        with connected(self.store.engine) as connection:
            return recordings_of_room(connection, "room", "0", "9")

    def channel(self) -> Channel:
        found = self.rooms._channels["room"][0]
        assert isinstance(found, Channel)
        return found

    def state(self) -> str:
        return self.rooms.channel(FRONT).state

    def segments(self) -> int:
        return sum(row.n_segments for row in self.recordings())


def configured(root: Path, url: str, extra: str = "") -> Config:
    text = (root / "site" / "mediad.toml").read_text(encoding="utf-8")
    text = text.replace("file_minutes = 60", extra or "file_minutes = 60")
    text += f'[[rooms]]\nname = "room"\nunit = "队"\n[[rooms.channels]]\nname = "front"\nurl = "{url}"\n'
    text += f'credentials = "{root}/credentials"\n' if (root / "credentials").exists() else ""
    return parse(text, root / "site" / "mediad.toml", {})


@contextmanager
def running(config: Config) -> Iterator[House]:
    with open_store(config) as store:
        workers = make_workers(config.workers, CLOCK)
        holder: list[House] = []

        def tell(room: RoomSnapshot) -> None:
            for house in holder:
                house.on_room(room)

        try:
            intake = make_intake(store, workers, CLOCK, config.scratch_dir / "intake")
            recorders = make_recorders(store, workers, CLOCK, lambda _id: None)
            house = House(store, make_rooms(recorders, config, intake, CLOCK, tell), recorders)
            holder.append(house)
            recorders.start()
            house.rooms.start()
            try:
                yield house
            finally:
                house.rooms.stop()
                recorders.stop()
        finally:
            workers.close()


@pytest.fixture(scope="module")
def camera() -> Iterator[Recorder]:
    mounts: tuple[dict[str, Any], ...] = (
        {"path": "/h264", "video": "h264", "audio": "alaw"},
        {"path": "/guarded", "user": "kamera", "password": "geh:eim@1"},
    )
    with recorder(*mounts) as running_recorder:
        yield running_recorder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with site_on(tmp_path):
        pass
    return tmp_path


def checked(config: Config, folder: Path) -> Site:
    """Seal what is left, and prove the site's promises."""
    with site_on(folder) as site:
        recovered = site.recover()
        site.finish(*recovered.to_seal)
        found = site.check()
        assert found.findings == () and found.notices == ()
        return site


def test_a_room_is_recorded_from_begin_to_end(camera: Recorder, root: Path) -> None:
    config = configured(root, camera.address("/h264"), "file_minutes = 0.1")
    with running(config) as house:
        house.until(lambda: house.state() == "ready")
        began = CLOCK.now()
        house.rooms.begin("room", None)
        house.until(lambda: len(house.recordings()) >= 2 and house.segments() >= 4)
        house.rooms.end("room")
        ended = CLOCK.now()
        rows = house.recordings()
        assert [row.ended_reason for row in rows] == ["rotated"] * (len(rows) - 1) + ["stopped"]
        assert [row.continues for row in rows] == [None, *(row.id for row in rows[:-1])]
        assert from_text(rows[0].zero_at) <= began
        assert from_text(rows[-1].end_at) >= ended - timedelta(seconds=3)
        assert rows[0].source_codecs == ("h264", "pcm_alaw")
        house.until(lambda: all(row.state == "sealed" for row in house.recordings()))
    checked(config, root)
