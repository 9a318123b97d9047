"""One pass over a device file: read, hash and write at the same time. Runs on the bay's thread.

Never writes to the device. The blob writer hashes and writes on its own threads while this one reads.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from evidence.blobs.store import BlobWriter
from evidence.canonical import Digest
from evidence.errors import SourceChanged
from ingest.device_files import DeviceFile, vanished

# How much one read asks for: progress and a stop are felt this often.
_READ_BYTES = 1 << 20

# Fills a buffer from the device, returns the number of bytes, 0 at the end: `reader_of(fd)`, or a failing one.
Read = Callable[[memoryview], int]
# Hears the number of bytes read so far; may raise to end the copy (bay removed, daemon stopping).
Progress = Callable[[int], None]


def reader_of(fd: int) -> Read:
    """Reads a descriptor from its start."""
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    return lambda room: os.readv(fd, [room])


def copy(file: DeviceFile, fd: int, read: Read, writer: BlobWriter, progress: Progress) -> None:
    """Copy the whole file into `writer`.

    Raises SourceVanished on a read error, SourceChanged if the file was written to meanwhile, and what the
    writer and `progress` raise.
    """
    _require_same(file, fd)
    n_copied = 0
    while True:
        n_bytes = _read(read, writer.space()[:_READ_BYTES], file)
        if n_bytes == 0:
            break
        n_copied += n_bytes
        if n_copied > file.size_bytes:
            # A file that grows as fast as it is read would never end.
            raise SourceChanged(f"{file.text} is still being written.")
        writer.advance(n_bytes)
        progress(n_copied)
    _require_same(file, fd)
    if n_copied != file.size_bytes:
        raise SourceChanged(f"{file.text} gave {n_copied} bytes and is said to have {file.size_bytes}.")


def digest_of(file: DeviceFile, fd: int, read: Read, progress: Progress) -> Digest:
    """Hash a device file again without copying it. Raises as `copy` does."""
    _require_same(file, fd)
    # The page cache may still hold the last docking's bytes; it is the card that is to be read.
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    room = memoryview(bytearray(_READ_BYTES))
    hasher = hashlib.sha256()
    n_read = 0
    while n_bytes := _read(read, room, file):
        hasher.update(room[:n_bytes])
        n_read += n_bytes
        if n_read > file.size_bytes:
            raise SourceChanged(f"{file.text} is still being written.")
        progress(n_read)
    _require_same(file, fd)
    return Digest(hasher.hexdigest())


def _read(read: Read, room: memoryview, file: DeviceFile) -> int:
    try:
        return read(room)
    except OSError as error:
        raise vanished(error, file.path) from error


def _require_same(file: DeviceFile, fd: int) -> None:
    try:
        found = os.fstat(fd)
    except OSError as error:
        raise vanished(error, file.path) from error
    if not file.is_same(found):
        raise SourceChanged(f"{file.text} is still being written.")
