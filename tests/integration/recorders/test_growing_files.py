"""A folder that a recorder writes into is a channel: files are recorded while they grow, or said to be unreadable until
they are finished and then taken in whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence import entries as e
from evidence.clock import ManualClock
from evidence.errors import SourceVanished
from evidence.live import ChannelId, Gone
from evidence.media import specimens
from ingest.recorders.inputs import GrowingFiles
from ingest.recorders.worker_process import WorkerSettings
from mediad.config import Config, parse
from tests.integration.recorders.site import site_on
from tests.integration.recorders.test_rooms_live import House, checked, running

FRONT = ChannelId("room/front")


def configured(root: Path) -> Config:
    with site_on(root):
        (root / "recorder").mkdir()
    text = (root / "site" / "mediad.toml").read_text(encoding="utf-8")
    text = text.replace("file_minutes = 60", "file_minutes = 60\nstall_s = 2.0")
    text += '[[rooms]]\nname = "room"\nmode = "always"\n[[rooms.channels]]\nname = "front"\n'
    return parse(text + f'folder = "{root}/recorder"\n', root / "site" / "mediad.toml", {})


@contextmanager
def written(data: bytes, path: Path, seconds: float) -> Iterator[None]:
    """A recorder that writes the file little by little."""
    stop = threading.Event()

    def write() -> None:
        step = max(1, len(data) // int(seconds * 20))
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(data), step):
                file.write(data[start : start + step])
                if stop.wait(0.05):
                    return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
        thread.join()
    finally:
        stop.set()
        thread.join()


def pictures(house: House) -> int:
    reader = house.store.reader
    entries = (e.decode(data) for _, data in reader.entries(0, reader.size()))
    return sum(
        part.n_au
        for each in entries
        if isinstance(each, e.LiveSegment)
        for part in each.signed.statement.tracks
        if part.kind == "video"
    )


@pytest.mark.parametrize("kind", ["fmp4", "ts", "mkv", "avi-h264"])
def test_every_picture_of_a_growing_file_is_recorded(tmp_path: Path, kind: str) -> None:
    config = configured(tmp_path)
    made = specimens.make(kind, tmp_path / "made", seconds=6, width=160, height=90, bframes=0)
    with running(config) as house, written(made.read_bytes(), tmp_path / "recorder" / f"1{made.suffix}", 6):
        house.until(lambda: house.state() == "recording")
        house.until(lambda: any(row.ended_reason == "lost" for row in house.recordings()))
        assert pictures(house) == 150
    checked(config, tmp_path)


def test_a_file_whose_index_comes_last_is_taken_in_whole_when_it_is_finished(tmp_path: Path) -> None:
    config = configured(tmp_path)
    made = specimens.make("mp4", tmp_path / "made", seconds=6, width=160, height=90)
    with running(config) as house:
        with written(made.read_bytes(), tmp_path / "recorder" / "1.mp4", 4):
            house.until(lambda: house.rooms.channel(FRONT).code == "unsupported")
            assert "taken in when" in house.rooms.channel(FRONT).reason

        def sealed() -> list[e.RecordingSealed]:
            reader = house.store.reader
            entries = (e.decode(data) for _, data in reader.entries(0, reader.size()))
            return [each for each in entries if isinstance(each, e.RecordingSealed)]

        house.until(lambda: bool(sealed()))
        assert sealed()[0].size_bytes == made.stat().st_size and house.recordings() == ()
    checked(config, tmp_path)


class Waiting:
    def __init__(self) -> None:
        self.expected: list[str] = []

    def expect(self, path: Path) -> None:
        self.expected.append(path.name)

    def look(self) -> None:
        return


def test_files_are_followed_once_and_the_oldest_first(tmp_path: Path) -> None:
    clock, whole = ManualClock(datetime.now(UTC)), Waiting()
    files = GrowingFiles(tmp_path, replace(WorkerSettings(1 << 28), silence_s=60.0), clock, whole)
    assert files.next() is None
    for name in ("b.ts", "a.ts", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    first = files.next()
    assert first is not None and first[0].address.endswith("b.ts")
    files.over(Gone(code="ended", reason=""))
    second = files.next()
    assert second is not None and second[0].address.endswith("a.ts")
    files.over(Gone(code="unsupported", reason=""))
    assert files.next() is None and whole.expected == ["a.ts"]


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    files = GrowingFiles(tmp_path / "none", WorkerSettings(1 << 28), ManualClock(datetime.now(UTC)), Waiting())
    with pytest.raises(SourceVanished, match="none"):
        files.next()
