"""A live file is durable after every append, and over after a failed one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from evidence.canonical import sha256
from evidence.errors import DiskFull, StoreUnavailable
from ingest.recorders.live_file import LiveFile, LocalDisk


class Watched(LocalDisk):
    """Writes down what is asked of the disk, and fails at one of it."""

    def __init__(self, fail: str = "", number: int = errno.EIO, short: int = 0) -> None:
        self.asked: list[str] = []
        self.fail, self.number, self.short = fail, number, short

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what == self.fail:
            raise OSError(self.number, "injected")

    def create(self, path: Path) -> int:
        self._ask("create")
        return super().create(path)

    def write(self, fd: int, data: memoryview) -> int:
        self._ask("write")
        return super().write(fd, data[: self.short] if self.short else data)

    def sync(self, fd: int) -> None:
        self._ask("sync")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        self._ask("sync directory")
        super().sync_directory(path)


def test_every_append_is_synced_before_it_counts(tmp_path: Path) -> None:
    disk = Watched()
    file = LiveFile(tmp_path / "r.mp4", disk)
    assert disk.asked == ["create", "sync directory"]
    assert file.append(b"head") == (0, sha256(b"head"))
    assert file.append(b"fragment") == (4, sha256(b"fragment"))
    assert disk.asked[2:] == ["write", "sync", "write", "sync"] and file.size_bytes == 12
    assert (tmp_path / "r.mp4").read_bytes() == b"headfragment"
    file.close()


def test_short_writes_are_continued(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "r.mp4", Watched(short=3))
    file.append(b"0123456789")
    file.close()
    assert (tmp_path / "r.mp4").read_bytes() == b"0123456789"


def test_a_file_that_exists_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "r.mp4"
    path.write_bytes(b"evidence")
    with pytest.raises(StoreUnavailable):
        LiveFile(path, LocalDisk())
    assert path.read_bytes() == b"evidence"


@pytest.mark.parametrize("fail", ["write", "sync"])
def test_after_a_failure_the_disk_is_not_asked_again(tmp_path: Path, fail: str) -> None:
    disk = Watched()
    file = LiveFile(tmp_path / "r.mp4", disk)
    file.append(b"whole")
    disk.fail = fail
    with pytest.raises(StoreUnavailable):
        file.append(b"lost")
    n = len(disk.asked)
    disk.fail = ""
    with pytest.raises(StoreUnavailable):
        file.append(b"more")
    assert len(disk.asked) == n and file.size_bytes == 5


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    disk = Watched("write", errno.ENOSPC)
    file = LiveFile(tmp_path / "r.mp4", disk)
    with pytest.raises(DiskFull, match="full"):
        file.append(b"x")


def test_no_descriptor_is_left_when_the_name_cannot_be_made_durable(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(StoreUnavailable):
        LiveFile(tmp_path / "r.mp4", Watched("sync directory"))
    assert len(os.listdir("/proc/self/fd")) == before
