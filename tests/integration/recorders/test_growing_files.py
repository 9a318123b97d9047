"""A folder that a recorder writes into is a channel: files are recorded while they grow, or said to be unreadable until
they are finished and then taken in whole."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

import pytest

from evidence import entries as e
from evidence.canonical import Digest
from evidence.clock import ManualClock, from_text
from evidence.errors import SourceVanished
from evidence.live import ChannelId, Gone, Taken
from evidence.media import specimens
from ingest.recorders.bookmark import Bookmark
from ingest.recorders.inputs import GrowingFiles
from ingest.recorders.worker_process import WorkerSettings
from mediad.config import Config, parse
from tests.integration.recorders.site import site_on
from tests.integration.recorders.test_rooms_live import CLOCK, House, checked, running

FRONT = ChannelId("room/front")


def configured(root: Path) -> Config:
    with site_on(root):
        (root / "recorder").mkdir()
    text = (root / "site" / "mediad.toml").read_text(encoding="utf-8")
    text = text.replace("file_minutes = 60", "file_minutes = 60\nstall_s = 2.0")
    text += '[[rooms]]\nname = "room"\nmode = "always"\n[[rooms.channels]]\nname = "front"\n'
    return parse(text + f'folder = "{root}/recorder"\n', root / "site" / "mediad.toml", {})


@contextmanager
def written(data: bytes, path: Path, seconds: float, mode: Literal["wb", "ab"] = "wb") -> Iterator[None]:
    """A recorder that writes the file little by little."""
    stop = threading.Event()

    def write() -> None:
        step = max(1, len(data) // int(seconds * 20))
        with path.open(mode, buffering=0) as file:
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


T = TypeVar("T", bound=e.Entry)


def entries(house: House, kind: type[T]) -> list[T]:
    reader = house.store.reader
    found = (e.decode(data) for _, data in reader.entries(0, reader.size()))
    return [each for each in found if isinstance(each, kind)]


def pictures(house: House) -> int:
    parts = (part for each in entries(house, e.LiveSegment) for part in each.signed.statement.tracks)
    return sum(part.n_au for part in parts if part.kind == "video")


@pytest.mark.parametrize("kind", ["fmp4", "ts", "mkv", "avi-h264"])
def test_every_picture_of_a_growing_file_is_recorded(tmp_path: Path, kind: str) -> None:
    config = configured(tmp_path)
    made = specimens.make(kind, tmp_path / "made", seconds=6, width=160, height=90, bframes=0)
    with running(config) as house, written(made.read_bytes(), tmp_path / "recorder" / f"1{made.suffix}", 6):
        house.until(lambda: house.state() == "recording")
        house.until(lambda: any(row.ended_reason == "lost" for row in house.recordings()))
        assert pictures(house) == 150
    checked(config, tmp_path)


def test_what_was_in_the_file_before_ends_where_it_was_written_last(tmp_path: Path) -> None:
    """Half of a film lies there already and is read at once; the other half comes as it is filmed."""
    config = configured(tmp_path)
    made = specimens.make("ts", tmp_path / "made", seconds=12, width=160, height=90, bframes=0)
    data, path = made.read_bytes(), tmp_path / "recorder" / "1.ts"
    path.write_bytes(data[: len(data) // 2])
    with running(config) as house, written(data[len(data) // 2 :], path, 6, mode="ab"):
        began = CLOCK.now()
        house.until(lambda: any(row.duration_ms > 3_000 for row in house.recordings()))
        # Never ahead of the present, though seconds of media came within a moment.
        for row in house.recordings():
            assert from_text(row.end_at) <= CLOCK.now()
        house.until(lambda: any(row.ended_reason == "lost" for row in house.recordings()))
        (row,) = house.recordings()
        assert abs(from_text(row.zero_at) - (began - timedelta(seconds=6))) < timedelta(seconds=2)
        wall = from_text(row.end_at) - from_text(row.zero_at)
        assert abs(wall - timedelta(milliseconds=row.duration_ms)) < timedelta(milliseconds=500)
        (told,) = (each for each in entries(house, e.LiveEvent) if each.kind == "backlog")
        assert told.recording == row.id and told.from_at == row.zero_at and (told.end_ms or 0) > 5_000
    checked(config, tmp_path)


def test_a_killed_worker_costs_no_picture_of_a_growing_file(tmp_path: Path) -> None:
    config = configured(tmp_path)
    made = specimens.make("fmp4", tmp_path / "made", seconds=8, width=160, height=90, bframes=0)
    with running(config) as house, written(made.read_bytes(), tmp_path / "recorder" / "1.mp4", 8):
        house.until(lambda: house.segments() >= 1)
        pid = house.channel().worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        house.until(lambda: len(house.recordings()) == 2)
        house.until(lambda: all(row.ended_reason == "lost" for row in house.recordings()))
        first, second = house.recordings()
        assert pictures(house) == 200
        assert (second.continues, second.zero_at) == (first.id, first.end_at)
        # The source was away, and nothing is missing: a gap without length.
        gaps = [each for each in entries(house, e.LiveEvent) if each.kind == "gap" and each.recording == first.id]
        assert [(each.from_at, each.until_at) for each in gaps] == [(first.end_at, None), (first.end_at, first.end_at)]
    checked(config, tmp_path)


def test_a_file_whose_index_comes_last_is_taken_in_whole_when_it_is_finished(tmp_path: Path) -> None:
    config = configured(tmp_path)
    made = specimens.make("mp4", tmp_path / "made", seconds=6, width=160, height=90)
    with running(config) as house:
        with written(made.read_bytes(), tmp_path / "recorder" / "1.mp4", 4):
            house.until(lambda: house.rooms.channel(FRONT).code == "unsupported")
            assert "taken in when" in house.rooms.channel(FRONT).reason

        def sealed() -> list[e.RecordingSealed]:
            return entries(house, e.RecordingSealed)

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


def followed(root: Path, clock: ManualClock, taken: tuple[Taken, ...] = ()) -> GrowingFiles:
    settings = replace(WorkerSettings(1 << 28), silence_s=60.0)
    return GrowingFiles(root / "files", settings, clock, Waiting(), Bookmark(root / "mark"), lambda: taken)


TAKEN = (Taken(track=0, start_pts=0, n_au=50, au_digest=Digest("0" * 64)),)


def test_another_process_goes_on_with_the_file_that_was_followed_and_with_what_came_since(tmp_path: Path) -> None:
    clock, folder = ManualClock(datetime.now(UTC)), tmp_path / "files"
    folder.mkdir()
    for n, name in enumerate(("old.ts", "a.ts", "b.ts")):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (clock.now().timestamp() - 3600 + 60 * n,) * 2)
    (folder / "a.ts").touch()
    first = followed(tmp_path, clock).next()
    assert first is not None and first[0].address.endswith("a.ts") and first[0].after == ()
    os.utime(folder / "b.ts", (clock.now().timestamp() + 5,) * 2)
    clock.advance(timedelta(hours=1))
    # Nothing grows any more; what was left in its middle goes on, then what was written meanwhile, and nothing else.
    files = followed(tmp_path, clock, TAKEN)
    second = files.next()
    assert second is not None and second[0].address.endswith("a.ts") and second[0].after == TAKEN
    files.over(Gone(code="ended", reason=""))
    third = files.next()
    assert third is not None and third[0].address.endswith("b.ts") and third[0].after == ()
    files.over(Gone(code="ended", reason=""))
    assert files.next() is None
    assert followed(tmp_path, clock, TAKEN).next() is None


def test_a_file_that_ends_every_worker_does_not_keep_the_next_one_waiting(tmp_path: Path) -> None:
    clock, folder = ManualClock(datetime.now(UTC)), tmp_path / "files"
    folder.mkdir()
    for name in ("a.ts", "b.ts"):
        (folder / name).write_bytes(b"x")
    files = followed(tmp_path, clock)
    opened = [files.next() for _ in range(7)]
    assert [each and Path(each[0].address).name for each in opened] == [*["a.ts"] * 5, None, "b.ts"]


def test_files_are_followed_once_and_the_oldest_first(tmp_path: Path) -> None:
    clock, whole = ManualClock(datetime.now(UTC)), Waiting()
    settings = replace(WorkerSettings(1 << 28), silence_s=60.0)
    files = GrowingFiles(tmp_path, settings, clock, whole, Bookmark(tmp_path / "b" / "mark"), lambda: ())
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
    bookmark = Bookmark(tmp_path / "mark")
    clock = ManualClock(datetime.now(UTC))
    files = GrowingFiles(tmp_path / "none", WorkerSettings(1 << 28), clock, Waiting(), bookmark, lambda: ())
    with pytest.raises(SourceVanished, match="none"):
        files.next()
