"""Real disks for the tests: small ones, and ones that fail. They need root; elsewhere the test is skipped by name."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout.strip()


def unmount(path: Path) -> None:
    """Take a disk away from under whoever uses it, as a pulled plug does."""
    # Not os.path.ismount: a folder bound over itself is on the same device as its parent.
    while f" {path} " in Path("/proc/self/mountinfo").read_text(encoding="utf-8"):
        _run("umount", "-l", path)


@contextmanager
def memory_disk(path: Path, size: str) -> Iterator[Path]:
    """A tmpfs at `path`."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", path)
    except OSError as error:
        pytest.skip(f"mounting is not permitted here: {error}")
    try:
        yield path
    finally:
        unmount(path)


class LoopDisk:
    """An ext4 file system on a block device whose medium is a file."""

    def __init__(self, image: Path) -> None:
        self.image = image
        try:
            self.device = _run("losetup", "-f", "--show", image)
        except OSError as error:
            pytest.skip(f"loop devices are not permitted here: {error}")

    def copy(self, image: Path) -> contextlib.AbstractContextManager[LoopDisk]:
        """Another disk with what has reached this one's medium."""
        shutil.copyfile(self.image, image)
        return _attached(image)

    def mount(self, path: Path, *options: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "ext4", "-o", ",".join(("noatime", *options)), self.device, path)

    def abort(self, path: Path) -> None:
        """What the kernel does when it meets a damaged file system: from now on nothing can be written."""
        _run("mount", "-o", "remount,abort", path)

    def detach(self) -> None:
        _run("losetup", "-d", self.device)


@contextmanager
def _attached(image: Path) -> Iterator[LoopDisk]:
    disk = LoopDisk(image)
    try:
        yield disk
    finally:
        disk.detach()


def loop_disk(image: Path, size_bytes: int) -> contextlib.AbstractContextManager[LoopDisk]:
    """A new, empty one."""
    with image.open("wb") as file:
        file.truncate(size_bytes)
    # No lazy tables, which the kernel would write later.
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
    return _attached(image)


@contextmanager
def read_only_view(path: Path) -> Iterator[None]:
    """The same folder, mounted read-only over itself: files that are opened from now on cannot be written."""
    try:
        _run("mount", "--bind", path, path)
        _run("mount", "-o", "remount,bind,ro", path)
    except OSError as error:
        pytest.skip(f"mounting is not permitted here: {error}")
    try:
        yield
    finally:
        unmount(path)
