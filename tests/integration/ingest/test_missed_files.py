"""Files that were seen in a bay and are gone, at real docks: entered once, with what is known, and back when docked."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from evidence.absence_entries import FileMissed
from evidence.catalog.absence_queries import missed_since
from evidence.catalog.engine import connected
from ingest import transfer
from tests.integration.ingest.site import Site
from tests.integration.ingest.test_docks import Dock, Start, mounted, slow_reader
from tests.integration.ingest.test_docks import bay as bay
from tests.integration.ingest.test_docks import start as start
from tests.integration.ingest.test_docks import workers as workers

NAME = "DSJ0001_012345_20261124103000_0007.mp4"


def missed(site: Site) -> list[FileMissed]:
    return [entry for entry in site.entries() if isinstance(entry, FileMissed)]


def wait_for(dock: Dock, n: int) -> list[FileMissed]:
    deadline = time.monotonic() + 20
    while len(found := missed(dock.site)) < n:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def returned(site: Site) -> list[bool]:
    with connected(site.engine) as connection:
        return [row.returned for row in missed_since(connection, "")]


def test_a_camera_that_leaves_with_a_file_and_comes_back_with_it(start: Start, bay: Path) -> None:
    data = os.urandom(8 << 20)
    with mounted(bay), start(bay, reader_of=slow_reader) as dock:
        (bay / NAME).write_bytes(data)
        times = (bay / NAME).stat()
        dock.until("copying")
        subprocess.run(["umount", "-l", str(bay)], check=True)
        dock.until("attention")
        (one,) = wait_for(dock, 1)
        assert (one.path, one.lost, one.device, one.officer, one.sequence) == (NAME, "removed", "DSJ0001", "012345", 7)
        assert (one.size_bytes, one.started_at, one.growing) == (8 << 20, "2026-11-24T02:30:00.000000Z", False)
        assert returned(dock.site) == [False]
        subprocess.run(["mount", "-t", "tmpfs", "none", str(bay)], check=True)
        (bay / NAME).write_bytes(data)
        os.utime(bay / NAME, ns=(times.st_atime_ns, times.st_mtime_ns))
        dock.until("safe", files=1)
        assert len(missed(dock.site)) == 1 and returned(dock.site) == [True]


def failing_reader(fd: int) -> transfer.Read:
    """The card cannot read this one."""

    def fail(room: memoryview) -> int:
        raise OSError(5, "Input/output error")

    return fail if os.fstat(fd).st_size == 77 else transfer.reader_of(fd)


def test_a_file_deleted_from_a_docked_camera_is_told_with_why_it_was_not_copied(start: Start, bay: Path) -> None:
    (bay / NAME).write_bytes(b"x" * 77)
    (bay / "kept.mp4").write_bytes(b"kept")
    (bay / "renamed.mp4").write_bytes(b"y" * 77)
    with start(bay, reader_of=failing_reader) as dock:
        dock.until("attention", done=1)
        (bay / "renamed.mp4").rename(bay / "other.mp4")
        (bay / NAME).unlink()
        (bay / "kept.mp4").unlink()
        (one,) = wait_for(dock, 1)
        assert (one.path, one.lost) == (NAME, "vanished") and "Input/output error" in one.trouble
        assert one.first_seen_at < one.at
    # Another start tells it no second time; what was renamed is there.
    with start(bay, reader_of=failing_reader) as dock:
        dock.until("attention")
        assert [each.path for each in missed(dock.site)] == [NAME]


def test_what_is_gone_after_a_restart_is_missed(start: Start, bay: Path) -> None:
    (bay / NAME).write_bytes(b"x" * 77)
    (bay / "done.mp4").write_bytes(b"done")
    with start(bay, reader_of=failing_reader) as dock:
        dock.until("attention", done=1)
        assert missed(dock.site) == []
    (bay / NAME).unlink()
    with start(bay) as dock:
        (one,) = wait_for(dock, 1)
        assert (one.path, one.lost) == (NAME, "restart")
        dock.until("safe", files=1)


def test_a_camera_taken_out_while_the_server_was_down(start: Start, bay: Path, tmp_path: Path) -> None:
    (bay / NAME).write_bytes(b"x" * 77)
    with start(bay, reader_of=failing_reader) as dock:
        dock.until("attention")
    bay.rename(tmp_path / "away")
    with start(bay) as dock:
        assert [each.lost for each in wait_for(dock, 1)] == ["restart"]
        (tmp_path / "away").rename(bay)
        dock.until("safe", files=1)
        assert returned(dock.site) == [True]


def test_a_film_that_still_grows_when_the_camera_is_taken_out(start: Start, bay: Path, tmp_path: Path) -> None:
    with start(bay) as dock, _growing(bay / NAME) as grow:
        grow()
        dock.until("waiting")
        bay.rename(tmp_path / "away")
        (one,) = wait_for(dock, 1)
        assert one.growing and one.lost == "removed"
        grow()
        (tmp_path / "away").rename(bay)
    with start(bay) as dock:
        dock.until("safe", files=1)
        assert returned(dock.site) == [True]


@contextlib.contextmanager
def _growing(path: Path) -> Iterator[Callable[[], None]]:
    with path.open("wb") as camera:

        def grow() -> None:
            camera.write(b"1" * 1000)
            camera.flush()

        yield grow
