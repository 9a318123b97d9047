from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from evidence.errors import SourceChanged, SourceVanished
from ingest import transfer
from ingest.device_files import DeviceFile, DeviceFolder
from tests.unit.evidence.blobs.memory import MemoryBlobs

DATA = bytes(range(256)) * 10_000


@pytest.fixture
def file(tmp_path: Path) -> DeviceFile:
    (tmp_path / "a.mp4").write_bytes(DATA)
    return DeviceFolder(os.fsencode(tmp_path)).find(b"a.mp4")


def copy(tmp_path: Path, file: DeviceFile, fd: int, read: transfer.Read | None = None) -> tuple[str, list[int]]:
    seen: list[int] = []
    with MemoryBlobs(tmp_path).begin() as writer:
        transfer.copy(file, fd, read or transfer.reader_of(fd), writer, seen.append)
        return writer.keep(), seen


def test_the_copy_has_the_bytes_and_tells_its_progress(tmp_path: Path, file: DeviceFile) -> None:
    with DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd:
        digest, seen = copy(tmp_path, file, fd)
        assert digest == hashlib.sha256(DATA).hexdigest()
        assert seen == sorted(seen) and seen[-1] == len(DATA)


def test_hashing_again_gives_the_same_digest(tmp_path: Path, file: DeviceFile) -> None:
    with DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd:
        digest = transfer.digest_of(file, fd, transfer.reader_of(fd), lambda _n: None)
    assert digest == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("code", [errno.EIO, errno.ENODEV, errno.ESTALE, errno.ENOTCONN])
def test_a_read_error_is_a_vanished_source(tmp_path: Path, file: DeviceFile, code: int) -> None:
    def failing(_room: memoryview) -> int:
        raise OSError(code, os.strerror(code))

    with (
        DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd,
        pytest.raises(SourceVanished, match=os.strerror(code)),
    ):
        copy(tmp_path, file, fd, failing)


def test_a_file_that_grows_meanwhile_is_not_taken(tmp_path: Path, file: DeviceFile) -> None:
    with DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd:
        read = transfer.reader_of(fd)

        def growing(room: memoryview) -> int:
            with (tmp_path / "a.mp4").open("ab") as more:
                more.write(b"x")
            return read(room)

        with pytest.raises(SourceChanged):
            copy(tmp_path, file, fd, growing)


def test_a_file_that_was_replaced_is_not_taken(tmp_path: Path, file: DeviceFile) -> None:
    (tmp_path / "b").write_bytes(DATA)
    os.utime(tmp_path / "b", ns=(file.mtime_ns, file.mtime_ns))
    (tmp_path / "b").rename(tmp_path / "a.mp4")
    with DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd, pytest.raises(SourceChanged):
        copy(tmp_path, file, fd)


def test_a_source_that_gives_less_than_it_says_is_not_taken(tmp_path: Path, file: DeviceFile) -> None:
    with (
        DeviceFolder(os.fsencode(tmp_path)).opened(file) as fd,
        pytest.raises(SourceChanged, match="gave 0 bytes"),
    ):
        copy(tmp_path, file, fd, lambda _room: 0)
