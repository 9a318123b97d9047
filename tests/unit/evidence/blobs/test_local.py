"""What only a real disk can do wrong."""

from __future__ import annotations

import errno
import mmap
import multiprocessing
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.blobs import local
from evidence.blobs.local import LocalBlobs
from evidence.blobs.stride import STRIDE_BYTES, StrideMemory, bypass_page_cache, compare_stride, write_stride
from evidence.canonical import Digest, sha256
from evidence.errors import DiskFull, IntegrityBroken, NotFound, StoreUnavailable


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MB: a tmpfs of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not permitted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def tmp_files(root: Path) -> list[Path]:
    return list((root / "tmp").iterdir())


def test_a_blob_is_read_only_at_its_address(tmp_path: Path) -> None:
    digest = LocalBlobs(tmp_path).put(b"evidence")
    path = tmp_path / "sha256" / digest[:2] / digest
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.stat().st_nlink == 1
    assert tmp_files(tmp_path) == []


def test_a_full_disk_is_known_at_the_start_and_nothing_is_left(small_disk: Path) -> None:
    blobs = LocalBlobs(small_disk)
    with pytest.raises(DiskFull):
        blobs.begin(64 << 20)
    assert tmp_files(small_disk) == []


@pytest.mark.parametrize("hint", [0, 1000])
def test_a_disk_that_fills_up_in_between_leaves_nothing(small_disk: Path, hint: int) -> None:
    blobs = LocalBlobs(small_disk)
    with pytest.raises(DiskFull, match="full"), blobs.begin(hint) as writer:
        for _ in range(64):
            writer.write(os.urandom(1 << 20))
        writer.keep()
    assert tmp_files(small_disk) == []
    assert list(blobs) == []
    blobs.put(b"there is room again")


def test_a_damaged_blob_of_another_size_is_not_taken_for_the_same(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    path = blobs.path(blobs.put(b"whole"))
    path.chmod(0o600)
    path.write_bytes(b"who")
    with pytest.raises(IntegrityBroken, match="3 bytes instead of 5"):
        blobs.put(b"whole")
    assert tmp_files(tmp_path) == []


def test_a_damaged_blob_of_the_same_size_is_not_taken_for_the_same(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    path = blobs.path(blobs.put(b"whole"))
    path.chmod(0o600)
    path.write_bytes(b"whale")
    (tmp_path / "scratch").write_bytes(b"whole")
    with pytest.raises(IntegrityBroken, match="other bytes"):
        blobs.put(b"whole")
    with pytest.raises(IntegrityBroken, match="other bytes"):
        blobs.put_file(tmp_path / "scratch")
    assert (tmp_path / "scratch").exists()
    assert tmp_files(tmp_path) == []
    path.unlink()
    assert blobs.read(blobs.put(b"whole")) == b"whole"


def test_a_blob_is_read_back_from_the_disk(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest = blobs.put(b"whole")
    blobs.verify(digest)
    blobs.path(digest).chmod(0o600)
    blobs.path(digest).write_bytes(b"whale")
    with pytest.raises(IntegrityBroken, match=digest):
        blobs.verify(digest)
    blobs.path(digest).unlink()
    with pytest.raises(NotFound):
        blobs.verify(digest)


def test_a_folder_that_another_process_made_is_made_durable_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made it may not have come to syncing its name."""
    blobs = LocalBlobs(tmp_path)
    digest = sha256(b"whole")
    (tmp_path / "sha256" / digest[:2]).mkdir()
    synced: list[Path] = []
    monkeypatch.setattr(local, "sync_directory", synced.append)
    blobs.put(b"whole")
    assert synced == [tmp_path / "sha256", tmp_path / "sha256" / digest[:2]]


def test_reading_notices_a_swapped_byte(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    digest = blobs.put(b"whole")
    blobs.path(digest).chmod(0o600)
    blobs.path(digest).write_bytes(b"whale")
    with pytest.raises(IntegrityBroken):
        blobs.read(digest)


@pytest.mark.parametrize("direct", [True, False])
def test_bytes_that_come_back_changed_are_refused(tmp_path: Path, direct: bool) -> None:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    stride, back = StrideMemory(1).stride(0), mmap.mmap(-1, STRIDE_BYTES)
    stride.length = 100_000
    stride.buffer[: stride.length] = os.urandom(stride.length)
    if direct and not bypass_page_cache(fd, on=True):
        pytest.skip("no O_DIRECT here")
    write_stride(fd, stride)
    compare_stride(fd, stride, back)
    bypass_page_cache(fd, on=False)
    os.pwrite(fd, bytes([stride.buffer[77_777] ^ 1]), 77_777)
    with pytest.raises(IntegrityBroken, match="other bytes"):
        compare_stride(fd, stride, back)
    os.close(fd)


def test_a_stride_cut_short_is_refused(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    stride, back = StrideMemory(1).stride(0), mmap.mmap(-1, STRIDE_BYTES)
    stride.length = STRIDE_BYTES
    write_stride(fd, stride)
    os.ftruncate(fd, STRIDE_BYTES - 4096)
    with pytest.raises(IntegrityBroken):
        compare_stride(fd, stride, back)
    os.close(fd)


def _hold_open(root: Path, ready: object, done: object) -> None:
    with LocalBlobs(root).begin() as writer:
        writer.write(b"busy")
        ready.set()  # type: ignore[attr-defined]
        done.wait(30)  # type: ignore[attr-defined]
        writer.keep()


def test_a_writer_that_cannot_begin_leaves_nothing_open_and_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = LocalBlobs(tmp_path)
    n_open = len(os.listdir("/proc/self/fd"))

    def too_many_files(_path: Path) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(local, "open_for_reading_back", too_many_files)
        with pytest.raises(StoreUnavailable, match="Too many open files"):
            blobs.begin()
    assert tmp_files(tmp_path) == [] and len(os.listdir("/proc/self/fd")) == n_open
    blobs.put(b"it goes on")


def test_sweeping_takes_dead_files_and_leaves_living_ones(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_hold_open, args=(tmp_path, ready, done))
    process.start()
    assert ready.wait(30)
    (tmp_path / "tmp" / "left-by-a-dead-process").write_bytes(b"half")
    assert LocalBlobs(tmp_path).sweep() == 1
    done.set()
    process.join(30)
    assert process.exitcode == 0
    assert LocalBlobs(tmp_path).has(LocalBlobs(tmp_path).put(b"busy"))
    assert len(list(LocalBlobs(tmp_path))) == 1


def test_many_threads_putting_the_same_content_make_one_blob(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    data = os.urandom(STRIDE_BYTES + 1)
    digests: list[Digest] = []
    threads = [threading.Thread(target=lambda: digests.append(blobs.put(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 6 and len(set(digests)) == 1 and len(list(blobs)) == 1


def test_no_path_can_be_smuggled_in_as_a_digest(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        LocalBlobs(tmp_path).path(Digest("../../etc/passwd"))
