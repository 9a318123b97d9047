"""Rooms recorded from a real RTSP recorder by the real workers, with its faults on command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from evidence import entries as e
from evidence.catalog.engine import connected
from evidence.catalog.live_queries import LiveRecording, recordings_of_room
from evidence.clock import SystemClock, from_text
from evidence.live import ChannelId, LiveItem, Piece
from ingest.recorders.channel import Channel
from ingest.recorders.channel_state import RoomSnapshot
from ingest.recorders.rooms import Rooms
from mediad.config import Config, load, parse
from mediad.intake_parts import make_intake, make_workers
from mediad.recorder_parts import Recorders, make_recorders, make_rooms
from mediad.store import Store, open_reading, open_store
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


def recorded(house: House, n_segments: int = 2) -> None:
    """Begin, and wait until so many more segments are durable."""
    if not house.rooms.snapshot("room").wanted:
        house.until(lambda: house.state() == "ready")
        house.rooms.begin("room", None)
    before = house.segments()
    house.until(lambda: house.segments() >= before + n_segments)


def gaps(store: Store) -> list[e.LiveEvent]:
    reader = store.reader
    entries = (e.decode(data) for _, data in reader.entries(0, reader.size()))
    return [each for each in entries if isinstance(each, e.LiveEvent) and each.kind == "gap"]


def require_whole_time(house: House) -> None:
    """Coverage and gaps are the time from the first picture to the last: nothing is counted twice or left out."""
    rows = sorted((row for row in house.recordings() if row.n_segments), key=lambda row: row.entry)
    ended = [gap for gap in gaps(house.store) if gap.until_at is not None]
    covered = sum(((from_text(row.end_at) - from_text(row.zero_at)) for row in rows), timedelta(0))
    missing = sum(((from_text(gap.until_at or "") - from_text(gap.from_at)) for gap in ended), timedelta(0))
    wall = from_text(rows[-1].end_at) - from_text(rows[0].zero_at)
    assert abs(covered + missing - wall) <= timedelta(milliseconds=40)
    assert all(gap.reason for gap in ended)


def test_a_killed_worker_is_started_again(camera: Recorder, root: Path) -> None:
    config = configured(root, camera.address("/h264"))
    with running(config) as house:
        recorded(house)
        pid = house.channel().worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        house.until(lambda: house.state() in ("offline", "connecting"))
        house.until(lambda: house.state() == "recording")
        recorded(house)
        house.rooms.end("room")
        first, second = house.recordings()
        assert (first.ended_reason, second.continues) == ("lost", None)
        begun, ended = gaps(house.store)
        assert (begun.until_at, begun.from_at, ended.from_at) == (None, first.end_at, first.end_at)
        assert ended.until_at == second.zero_at and "SIGKILL" in ended.detail
        require_whole_time(house)
    checked(config, root)


def test_what_watchers_were_handed_is_recorded_though_the_worker_is_killed_and_the_server_stops(
    camera: Recorder, root: Path
) -> None:
    """The fragment that nobody closed holds every picture that was shown of it."""
    config = configured(root, camera.address("/h264"))
    shown: dict[str, int] = {}

    def hear(item: LiveItem) -> None:
        if isinstance(item, Piece) and item.track == 0:
            shown[item.recording] = max(shown.get(item.recording, 0), item.end_ms)

    with running(config) as house:
        house.recorders.hub.subscribe(FRONT, hear)
        recorded(house, 1)
        first = house.recordings()[0].id
        # Into the second half of a fragment of two seconds: pictures of an open one have been shown.
        house.until(lambda: shown.get(first, 0) % 2000 > 1000)
        pid = house.channel().worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        house.until(lambda: len(house.recordings()) == 2 and house.recordings()[-1].n_segments >= 1)
        second = house.recordings()[-1].id
        house.until(lambda: shown.get(second, 0) % 2000 > 1000)
        house.rooms.stop()
        reached = {row.id: row.duration_ms for row in house.recordings()}
        # A picture's own length is an estimate while it is the newest one.
        assert all(reached[recording] >= end_ms - 80 for recording, end_ms in shown.items()), (reached, shown)
        assert {row.ended_reason for row in house.recordings()} == {"lost", "restart"}
    checked(config, root)


def test_a_source_that_cuts_its_connections_is_opened_again(camera: Recorder, root: Path) -> None:
    config = configured(root, camera.address("/h264"))
    with running(config) as house:
        recorded(house)
        camera.order("/h264", "reset")
        house.until(lambda: house.state() in ("offline", "connecting"))
        house.until(lambda: house.state() == "recording")
        recorded(house)
        house.rooms.end("room")
        require_whole_time(house)
        assert len(gaps(house.store)) >= 2
    checked(config, root)


def test_pictures_that_stop_for_a_while_are_a_gap(camera: Recorder, root: Path) -> None:
    config = configured(root, camera.address("/h264"))
    with running(config) as house:
        recorded(house)
        camera.order("/h264", "drop")
        threading.Event().wait(4)  # how long nothing is to come
        camera.order("/h264", "drop", False)
        recorded(house, 3)
        house.rooms.end("room")
        require_whole_time(house)
        assert [gap for gap in gaps(house.store) if gap.until_at is not None]
    checked(config, root)


def test_another_size_begins_another_file(camera: Recorder, root: Path) -> None:
    config = configured(root, camera.address("/h264"))
    with running(config) as house:
        recorded(house)
        camera.order("/h264", "size", [320, 192])
        house.until(lambda: len(house.recordings()) >= 2)
        recorded(house)
        house.rooms.end("room")
        sizes = [row.tracks[0].width for row in house.recordings() if row.n_segments]
        assert (sizes[0], sizes[-1]) == (640, 320)
        require_whole_time(house)
    camera.order("/h264", "size", [640, 360])
    checked(config, root)


def test_credentials_reach_the_source_and_nothing_else(
    camera: Recorder, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "credentials").write_text("kamera:geh:eim@1\n")
    url = camera.address("/guarded", "x", "y").replace("x:y@", "")
    config = configured(root, url)
    with running(config) as house:
        recorded(house, 1)
        pid = house.channel().worker_pid
        argv = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        house.rooms.end("room")
    (root / "credentials").write_text("kamera:falsch-1\n")
    with running(config) as house:
        house.until(lambda: house.state() == "offline" and house.rooms.channel(FRONT).reason != "")
        shown = str(house.rooms.snapshots())
        entries = b"".join(data for _, data in house.store.reader.entries(0, house.store.reader.size()))
    said = "".join(capfd.readouterr())
    for secret in ("geh:eim@1", "geh%3Aeim%401", "falsch-1"):
        assert secret not in said and secret not in shown
        assert secret.encode() not in entries and secret.encode() not in argv


def test_an_absent_source_is_said_and_opened_once_it_is_there(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    config = configured(root, f"rtsp://127.0.0.1:{port}/none")
    with running(config) as house:
        house.until(lambda: house.rooms.channel(FRONT).code == "unreachable")
        since = house.rooms.channel(FRONT).since
        house.until(lambda: house.channel().n_tries >= 2)
        assert (house.state(), house.rooms.channel(FRONT).since) == ("offline", since)
        with recorder({"path": "/late"}) as late:
            channel = house.channel()
            channel._source._url = late.address("/late")  # type: ignore[attr-defined]
            house.until(lambda: house.state() == "ready")


def test_a_killed_daemon_loses_the_open_fragment_only(camera: Recorder, root: Path) -> None:
    """SIGKILL of `mediad serve` in mid-recording, then a second start: everything closed is sealed, the gap is said."""
    text = (root / "site" / "mediad.toml").read_text(encoding="utf-8").replace("port = 8300", "port = 0")
    text += '[[rooms]]\nname = "room"\nmode = "always"\n'
    text += f'[[rooms.channels]]\nname = "front"\nurl = "{camera.address("/h264")}"\n'
    path = root / "site" / "mediad.toml"
    path.write_text(text, encoding="utf-8")
    config = load(path, {})

    def rows() -> tuple[LiveRecording, ...]:
        with open_reading(config) as site, connected(site.engine) as connection:
            return recordings_of_room(connection, "room", "0", "9")

    killed_at = None
    for last in (False, True):
        process = subprocess.Popen(
            [sys.executable, "-m", "mediad", "serve", "-c", str(path)], stderr=subprocess.DEVNULL
        )
        before = sum(row.n_segments for row in rows())
        deadline_s = CLOCK.monotonic_s() + 60
        while sum(row.n_segments for row in rows()) < before + 3:
            assert CLOCK.monotonic_s() < deadline_s and process.poll() is None
            threading.Event().wait(0.1)
        process.send_signal(signal.SIGTERM if last else signal.SIGKILL)
        killed_at = killed_at or CLOCK.now()
        process.wait(timeout=30)
    first, second = (row for row in rows() if row.n_segments)
    assert (first.ended_reason, second.ended_reason) == ("restart", "restart")
    # The open fragment, and the sound that its end waits for.
    assert killed_at is not None and killed_at - from_text(first.end_at) < timedelta(seconds=5)
    with open_store(config) as store:
        (gap,) = (each for each in gaps(store) if each.until_at is not None and each.reason == "restart")
        assert (gap.from_at, gap.until_at) == (first.end_at, second.zero_at)
    checked(config, root)


def burnt_in_ms(picture: Any) -> int:
    """The test recorder's clock, read from the blocks in the picture's top row: milliseconds, lowest 32 bits."""
    luma = picture.to_ndarray(format="gray")
    block = luma.shape[1] // 32
    bits = [int(luma[block // 2, n * block + block // 2] > 128) for n in range(32)]
    return int("".join(map(str, bits)), 2)


def test_wall_time_is_that_of_the_pictures(camera: Recorder, root: Path) -> None:
    """The clock burnt into the first and the last picture, against what the ledger says of their time."""
    config = configured(root, camera.address("/h264"))
    with running(config) as house:
        recorded(house, 5)
        house.rooms.end("room")
        house.until(lambda: all(row.state == "sealed" for row in house.recordings()))
        (row,) = house.recordings()
        (sealed,) = (
            entry
            for _, data in house.store.reader.entries(0, house.store.reader.size())
            if isinstance(entry := e.decode(data), e.RecordingSealed)
        )
        with av.open(str(house.store.blobs.path(sealed.original))) as original:
            clocks = [burnt_in_ms(picture) for picture in original.decode(video=0)]
    zero_ms = from_text(row.zero_at).timestamp() * 1000 % (1 << 32)
    # From the making of a picture to its receipt: encoding, sending, a picture's length in the encoder.
    assert 0 <= zero_ms - clocks[0] < 500
    wall_ms = (from_text(row.end_at) - from_text(row.zero_at)) / timedelta(milliseconds=1)
    assert abs(wall_ms - (clocks[-1] - clocks[0] + 40)) <= 40
