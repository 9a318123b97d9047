"""Bays on real folders and disks: what is found, waited for, refused, and what a person sees."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evidence.catalog import schema
from evidence.clock import SystemClock
from evidence.entries import RecordingSealed, RecordingSighted
from evidence.media.workers import Workers
from ingest import transfer
from ingest.bay import REMOVED, BayConfig, BayTiming
from ingest.bay_state import BaySnapshot, BayState
from ingest.docks import Docks
from ingest.identify import BayAssignment
from ingest.sealing import BayTerms
from tests.integration.ingest.site import Site, opened_site

FAST = BayTiming(rescan_s=0.3, settle_s=0.3)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(1, 2 << 30, SystemClock())
    yield pool
    pool.close()


@dataclass(slots=True)
class Dock:
    """A running dock with one bay or more, and everything it has shown."""

    site: Site
    docks: Docks
    shown: list[BaySnapshot] = field(default_factory=list)

    def until(
        self, state: BayState, name: str = "bay-1", *, files: int | None = None, done: int | None = None
    ) -> BaySnapshot:
        """Wait until the bay shows the state, with so many files if given."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            snapshot = self.docks.snapshot(name)
            assert snapshot is not None
            fits = files in (None, snapshot.files_total) and done in (None, snapshot.files_done)
            if snapshot.state == state and fits:
                return snapshot
            time.sleep(0.02)
        raise AssertionError(f"{name} never became {state}: {self.docks.snapshot(name)}")

    def sealed(self) -> list[RecordingSealed]:
        return [entry for entry in self.site.entries() if isinstance(entry, RecordingSealed)]


Start = Callable[..., contextlib.AbstractContextManager[Dock]]


@pytest.fixture
def start(tmp_path: Path, workers: Workers) -> Start:
    @contextlib.contextmanager
    def starter(*bays: Path, clear: bool = False, store: Path | None = None, **more: object) -> Iterator[Dock]:
        root = tmp_path / "site"
        root.mkdir(exist_ok=True)
        shown: list[BaySnapshot] = []
        with opened_site(root, workers=workers, store=store, **more) as site:  # type: ignore[arg-type]
            configs = [
                BayConfig(BayTerms(f"bay-{n}", BayAssignment(officer="012345"), clear), str(bay))
                for n, bay in enumerate(bays, 1)
            ]
            docks = Docks(configs, FAST, site.intake, SystemClock(), shown.append)
            docks.start()
            try:
                yield Dock(site, docks, shown)
            finally:
                docks.stop()

    return starter


@pytest.fixture
def bay(tmp_path: Path) -> Path:
    path = tmp_path / "bay"
    path.mkdir()
    return path


@contextlib.contextmanager
def mounted(path: Path, size: str = "200m") -> Iterator[None]:
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(path)], capture_output=True)
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        if os.path.ismount(path):
            subprocess.run(["umount", "-l", str(path)], check=True)


def test_an_empty_bay_then_files_then_green(start: Start, bay: Path) -> None:
    with start(bay) as dock:
        dock.until("empty")
        (bay / "DCIM" / "100MEDIA").mkdir(parents=True)
        (bay / "DCIM" / "100MEDIA" / "a.dat").write_bytes(b"a" * 100_000)
        (bay / "b.dat").write_bytes(b"b")
        shown = dock.until("safe", files=2)
        assert (shown.files_done, shown.files_failed, shown.bytes_done) == (2, 0, 100_001)
        assert shown.last_finished_at is not None and shown.current is None
        assert {"copying", "safe"} <= {snapshot.state for snapshot in dock.shown}
        assert len(dock.sealed()) == 2


def test_moved_in_directories_hard_links_and_renames_are_found(start: Start, bay: Path, tmp_path: Path) -> None:
    prepared = tmp_path / "prepared" / "deep"
    prepared.mkdir(parents=True)
    (prepared / "one.dat").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    with start(bay) as dock:
        dock.until("empty")
        (tmp_path / "prepared").rename(bay / "moved")
        os.link(tmp_path / "two", bay / "two.dat")
        dock.until("safe", files=2)
        (bay / "two.dat").rename(bay / "renamed.dat")
        dock.until("safe", files=2)
        deadline = time.monotonic() + 20
        while not any(isinstance(entry, RecordingSighted) for entry in dock.site.entries()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(dock.sealed()) == 2
        assert {row["path"] for row in dock.site.rows(schema.sources)} == {
            "moved/deep/one.dat",
            "two.dat",
            "renamed.dat",
        }


def test_a_file_that_is_held_open_is_waited_for(start: Start, bay: Path) -> None:
    with (bay / "growing.mp4").open("wb") as camera:
        camera.write(b"1" * 1000)
        camera.flush()
        with start(bay) as dock:
            dock.until("waiting")
            time.sleep(1.0)
            assert dock.until("waiting").files_done == 0
            camera.write(b"2" * 1000)
            camera.close()
            dock.until("safe", files=1)
            assert [entry.size_bytes for entry in dock.sealed()] == [2000]


def test_a_growing_file_leaves_no_trail_of_attempts(start: Start, bay: Path) -> None:
    with start(bay) as dock, (bay / "growing.mp4").open("wb") as camera:
        for _ in range(8):
            camera.write(b"x" * 1000)
            camera.flush()
            time.sleep(0.3)
        assert dock.site.attempts.page("bay-1") == ()


def test_what_leads_out_of_the_bay_is_refused_and_shown(start: Start, bay: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "shadow").write_text("root")
    (bay / "link.mp4").symlink_to(secret / "shadow")
    (bay / "DCIM").symlink_to(secret)
    os.mkfifo(bay / "pipe.mp4")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(bay / "socket.mp4"))
    if os.geteuid() == 0:
        os.mknod(bay / "device.mp4", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    (bay / "good.dat").write_bytes(b"good")
    with start(bay) as dock:
        shown = dock.until("attention", done=1)
        assert shown.reason is not None and "not taken in" in shown.reason
        assert (shown.files_total, shown.files_done) == (1, 1)
        assert [entry.size_bytes for entry in dock.sealed()] == [4]
        refused = {row["path"]: row["reason"] for row in dock.site.rows(schema.attempts) if row["code"]}
        assert {"link.mp4", "DCIM", "pipe.mp4", "socket.mp4"} <= set(refused)
        assert "symbolic link" in refused["DCIM"]


def test_names_that_text_cannot_hold(start: Start, bay: Path) -> None:
    names = [b"new\nline.dat", "执法\U0001f6a8.dat".encode(), b"\xff\xfe-latin\xe9.dat", b"back\\slash.dat"]
    for n, name in enumerate(names):
        (Path(os.fsdecode(os.fsencode(bay) + b"/" + name))).write_bytes(bytes([n]))
    with start(bay) as dock:
        dock.until("safe", files=4)
        assert {row["path"] for row in dock.site.rows(schema.sources)} == {
            "new\\x0aline.dat",
            "执法\U0001f6a8.dat",
            "\\xff\\xfe-latin\\xe9.dat",
            "back\\x5cslash.dat",
        }


def test_what_desktops_leave_is_not_evidence(start: Start, bay: Path) -> None:
    (bay / "System Volume Information").mkdir()
    (bay / "System Volume Information" / "x").write_text("x")
    (bay / "thumbs.db").write_text("x")
    (bay / "a.dat").write_text("a")
    with start(bay) as dock:
        dock.until("safe", files=1)


def test_docking_again_makes_nothing_twice(start: Start, bay: Path, tmp_path: Path) -> None:
    (bay / "a.dat").write_bytes(b"a")
    (bay / "a.gpx").write_bytes(b"<gpx/>")
    with start(bay) as dock:
        dock.until("safe", files=2)
        bay.rename(tmp_path / "away")
        dock.until("absent")
        (tmp_path / "away").rename(bay)
        shown = dock.until("safe", files=2)
        assert shown.files_done == 2
    with start(bay) as dock:
        dock.until("safe", files=2)
        assert len(dock.site.entries()) == 1
        assert len(dock.site.rows(schema.attempts)) == 2


def test_a_swap_behind_the_same_name_length_and_time_is_noticed(start: Start, bay: Path, tmp_path: Path) -> None:
    path = bay / "a.dat"
    path.write_bytes(b"first")
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    with start(bay) as dock:
        dock.until("safe", files=1)
        bay.rename(tmp_path / "away")
        dock.until("absent")
        bay.mkdir()
        path.write_bytes(b"other")
        os.utime(path, ns=times)
        dock.until("safe", files=1)
        assert len(dock.sealed()) == 2


def slow_reader(fd: int) -> transfer.Read:
    """Reads as a slow card does, so that something can happen meanwhile."""
    read = transfer.reader_of(fd)

    def slowly(room: memoryview) -> int:
        time.sleep(0.02)
        return read(room[: 1 << 18])

    return slowly


def test_a_camera_that_is_pulled_out_and_docked_again(start: Start, bay: Path, tmp_path: Path) -> None:
    data = os.urandom(8 << 20)
    with mounted(bay), start(bay, reader_of=slow_reader) as dock:
        (bay / "film.mp4").write_bytes(data)
        dock.until("copying")
        time.sleep(0.3)
        subprocess.run(["umount", "-l", str(bay)], check=True)
        shown = dock.until("attention")
        assert shown.reason == REMOVED
        assert dock.sealed() == [] and dock.site.leftovers() == []
        failed = dock.site.attempts.page("bay-1")[0]
        assert (failed.state, failed.code) == ("failed", "source-vanished")
        subprocess.run(["mount", "-t", "tmpfs", "none", str(bay)], check=True)
        (bay / "film.mp4").write_bytes(data)
        dock.until("safe", files=1)
        assert [entry.size_bytes for entry in dock.sealed()] == [len(data)]


def test_what_a_camera_took_with_it_is_said_until_it_is_sealed(start: Start, tmp_path: Path) -> None:
    bay, other = tmp_path / "bay", tmp_path / "other"
    other.mkdir()
    data = os.urandom(8 << 20)
    with mounted(bay), start(bay, other, reader_of=slow_reader) as dock:
        (bay / "film.mp4").write_bytes(data)
        times = (bay / "film.mp4").stat()
        dock.until("copying")
        subprocess.run(["umount", "-l", str(bay)], check=True)
        dock.until("attention")
        subprocess.run(["mount", "-t", "tmpfs", "none", str(bay)], check=True)
        (bay / "second.dat").write_bytes(b"another camera")
        shown = dock.until("safe", files=1)
        assert shown.reason == "An earlier camera was removed before film.mp4 was copied. Dock it again."
        subprocess.run(["umount", "-l", str(bay)], check=True)
        assert dock.until("attention").reason == REMOVED
        (tmp_path / "film.mp4").write_bytes(data)
        os.utime(tmp_path / "film.mp4", ns=(times.st_atime_ns, times.st_mtime_ns))
        (tmp_path / "film.mp4").rename(other / "film.mp4")
        dock.until("safe", "bay-2", files=1)
        assert dock.until("empty").reason is None


def test_a_read_error_stays_with_its_file(start: Start, bay: Path) -> None:
    (bay / "bad.dat").write_bytes(b"b" * 3_000_000)
    (bay / "good.dat").write_bytes(b"g")
    # A descriptor of a process's memory at an unmapped place: read(2) answers EIO, as a dying card does.
    broken = os.open("/proc/self/mem", os.O_RDONLY)

    def reader_of(fd: int) -> transfer.Read:
        read = transfer.reader_of(fd)
        is_bad = os.fstat(fd).st_size == 3_000_000

        def failing(room: memoryview) -> int:
            if is_bad and os.lseek(fd, 0, os.SEEK_CUR) >= 1 << 20:
                return os.readv(broken, [room])
            return read(room)

        return failing

    try:
        with start(bay, reader_of=reader_of) as dock:
            shown = dock.until("attention", done=1)
            assert shown.reason is not None and "bad.dat could not be read" in shown.reason
            assert (shown.files_done, shown.files_failed) == (1, 1)
            assert [entry.size_bytes for entry in dock.sealed()] == [1]
            assert dock.site.leftovers() == []
            assert (bay / "bad.dat").stat().st_size == 3_000_000
    finally:
        os.close(broken)


def test_a_full_disk_is_said_and_got_over(start: Start, bay: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with mounted(store, "8m"):
        (store / "ballast").write_bytes(bytes(6 << 20))
        (bay / "big.dat").write_bytes(os.urandom(4 << 20))
        with start(bay, store=store) as dock:
            shown = dock.until("attention")
            assert shown.reason is not None and "full" in shown.reason
            assert dock.site.leftovers() == []
            (store / "ballast").unlink()
            dock.until("safe", files=1)
            assert len(dock.sealed()) == 1


def test_a_failing_bay_harms_no_other(start: Start, tmp_path: Path) -> None:
    good, odd = tmp_path / "good", tmp_path / "odd"
    good.mkdir()
    odd.mkdir()
    (odd / "a.dat").write_bytes(b"odd")
    (good / "a.dat").write_bytes(b"good")
    calls = threading.Event()

    def reader_of(fd: int) -> transfer.Read:
        if os.fstat(fd).st_size == 3:
            calls.set()
            raise RuntimeError("a mistake of ours")
        return transfer.reader_of(fd)

    with start(odd, good, reader_of=reader_of) as dock:
        dock.until("safe", "bay-2")
        shown = dock.until("attention", "bay-1")
        assert shown.reason == "a mistake of ours" and calls.is_set()
        (good / "b.dat").write_bytes(b"more")
        dock.until("safe", "bay-2", files=2)


def test_a_site_that_clears_deletes_only_what_is_sealed(start: Start, bay: Path) -> None:
    (bay / "a.dat").write_bytes(b"a" * 10)
    (bay / "a.srt").write_bytes(b"1")
    with start(bay, clear=True) as dock:
        shown = dock.until("safe")
        assert (shown.files_total, shown.files_done) == (2, 2)
        assert list(bay.iterdir()) == []
        (source,) = dock.site.rows(schema.sources)
        assert source["cleared_at"] is not None


def test_the_same_content_in_four_bays_at_once_is_one_recording(start: Start, tmp_path: Path) -> None:
    bays = [tmp_path / f"b{n}" for n in range(4)]
    data = os.urandom(1 << 20)
    for path in bays:
        path.mkdir()
        (path / "same.dat").write_bytes(data)
    with start(*bays) as dock:
        for n in range(1, 5):
            dock.until("safe", f"bay-{n}")
        assert len(dock.sealed()) == 1
        assert len(dock.site.rows(schema.sources)) == 4


def test_many_small_files_take_time_in_proportion(start: Start, bay: Path) -> None:
    for n in range(600):
        folder = bay / f"{n % 15:03}MEDIA"
        folder.mkdir(exist_ok=True)
        (folder / f"{n:05}.log").write_bytes(b"%d" % n)
    with start(bay) as dock:
        dock.until("safe", files=600)
        done = [(snapshot.files_done, n) for n, snapshot in enumerate(dock.shown)]
        assert done[-1][0] == 600
        assert len(dock.shown) < 600  # Progress is not told file by file.
        assert len(dock.sealed()) == 600
