"""The file of a recording being made: created once, only ever appended to, durable after every append.

A write or sync that fails ends the file: nothing is ever tried again on it, since after a failed sync nobody knows
what the disk holds (the kernel forgets what it could not write). What stands behind the last durable append is moved
aside later (`ingest.recorders.finishing`). Used from one thread.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Protocol

from evidence.canonical import Digest, sha256
from evidence.errors import DiskFull, MediadError, StoreUnavailable


class Disk(Protocol):
    """What a live file asks of the operating system; another one only to inject faults. Raises OSError."""

    def create(self, path: Path) -> int:
        """A descriptor of a file that did not exist."""
        ...

    def write(self, fd: int, data: memoryview) -> int: ...

    def sync(self, fd: int) -> None: ...

    def sync_directory(self, path: Path) -> None: ...


class LocalDisk:
    def create(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, fd: int, data: memoryview) -> int:
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        os.fsync(fd)

    def sync_directory(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


class LiveFile:
    """Durable up to `size_bytes`."""

    def __init__(self, path: Path, disk: Disk) -> None:
        """Create it, empty, and make its name durable. DiskFull, StoreUnavailable."""
        self.path = path
        self.size_bytes = 0
        self._disk = disk
        self._fd: int | None = None
        try:
            self._fd = disk.create(path)
            disk.sync_directory(path.parent)
        except OSError as error:
            self.close()
            raise disk_trouble(error) from error

    def append(self, data: bytes) -> tuple[int, Digest]:
        """Make `data` durable at the end: (offset, SHA-256). DiskFull, StoreUnavailable: the file is over then."""
        if self._fd is None:
            raise StoreUnavailable("Nothing more can be written to this recording.")
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._disk.write(self._fd, rest) :]
            self._disk.sync(self._fd)
        except OSError as error:
            self.close()
            raise disk_trouble(error) from error
        offset = self.size_bytes
        self.size_bytes += len(data)
        return offset, sha256(data)

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def disk_trouble(error: OSError) -> MediadError:
    """A failure of the recordings' disk in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk of the recordings is full.", remedy="Free space or add a disk.")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreUnavailable(f"The disk of the recordings cannot be written: {reason}.", remedy="Look at the disk.")
