"""A page-aligned piece of a blob on its way to the disk, and the proof that the disk gives it back.

Works on the thread it is called from. A stride is written with O_DIRECT where the file system allows it, so
that reading it back asks the device and not the page cache; elsewhere the range is synced and dropped from
the cache before it is read.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path

import numpy as np

from evidence.errors import IntegrityBroken

# Large enough that a call's overhead vanishes, small enough that four bays with five strides take 160 MB.
STRIDE_BYTES = 8 << 20
# O_DIRECT wants whole blocks at aligned places; 4096 covers every block size in common use.
_BLOCK_BYTES = 4096


class Stride:
    """A buffer with its content's length and place in the file. `n_users` is kept by the pipeline."""

    __slots__ = ("buffer", "length", "n_users", "offset")

    def __init__(self, size_bytes: int = STRIDE_BYTES) -> None:
        self.buffer = mmap.mmap(-1, size_bytes)
        self.offset = 0
        self.length = 0
        self.n_users = 0

    def content(self) -> memoryview:
        return memoryview(self.buffer)[: self.length]

    def padded(self) -> memoryview:
        """The content, with zeros to the end of its last block."""
        end = -(-self.length // _BLOCK_BYTES) * _BLOCK_BYTES
        self.buffer[self.length : end] = bytes(end - self.length)
        return memoryview(self.buffer)[:end]


def bypass_page_cache(fd: int, *, on: bool) -> bool:
    """Switch O_DIRECT of an open file; False where the file system does not have it."""
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    try:
        fcntl.fcntl(fd, fcntl.F_SETFL, flags | os.O_DIRECT if on else flags & ~os.O_DIRECT)
    except OSError:
        return False
    return True


def open_for_reading_back(path: Path) -> int:
    """A second, buffered descriptor. What was written past the page cache is not in it, so the first buffered read
    asks the device; and it leaves the pages there for the indexing that follows, which saves reading 1 GB twice.

    Read-ahead is switched off: it could fetch a range that is about to be written and keep what was there before.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
    return fd


def write_stride(fd: int, stride: Stride) -> None:
    """Write a stride, padded to whole blocks: the file is cut to its length at the end."""
    data = stride.padded()
    done = 0
    while done < len(data):
        done += os.pwrite(fd, data[done:], stride.offset + done)


def drop_from_cache(fd: int, stride: Stride) -> None:
    """Without O_DIRECT: bring the range to the disk and forget it, so that the next read is a real one."""
    os.fdatasync(fd)
    os.posix_fadvise(fd, stride.offset, len(stride.padded()), os.POSIX_FADV_DONTNEED)


def compare_stride(fd: int, stride: Stride, back: mmap.mmap) -> None:
    """Read the stride back into `back` and compare every byte. Raises IntegrityBroken."""
    wanted = stride.padded()
    room = memoryview(back)[: len(wanted)]
    done = 0
    while done < len(wanted):
        n_bytes = os.preadv(fd, [room[done:]], stride.offset + done)
        if n_bytes == 0:
            break
        done += n_bytes
    # As 64-bit words and without the interpreter's lock: a memoryview comparison is 20 times slower.
    if done != len(wanted) or not np.array_equal(_words(room), _words(wanted)):
        raise IntegrityBroken(
            f"The disk gave back other bytes than were written, at offset {stride.offset}.",
            remedy="Replace the disk; the device file is untouched.",
        )


def _words(data: memoryview) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.frombuffer(data, dtype=np.uint64)
