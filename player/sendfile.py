"""Sends stretches of a file to a socket, in threads beside the event loop.

The kernel takes half a millisecond for a segment whose pages are in memory, and for others as long as a busy disk
lets it wait: on the loop every other viewer would wait too. The bytes never pass through Python.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Executor
from pathlib import Path

from evidence.errors import StoreUnavailable

# (offset, length), bytes.
Ranges = tuple[tuple[int, int], ...]


class FileTooShort(Exception):
    """The file ends inside a stretch that was to be sent."""


class SendFile:
    """For coroutines on one event loop."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def send(self, socket_fd: int, file_fd: int, ranges: Ranges) -> None:
        """All of it, to a non-blocking stream socket that nobody else writes to meanwhile.

        Raises ConnectionError if the other side leaves; with part of it sent FileTooShort, or OSError of the disk.
        """
        loop = asyncio.get_running_loop()
        # Our own descriptors: the number of one that is closed elsewhere may be another viewer's a moment later.
        out, file = os.dup(socket_fd), os.dup(file_fd)
        work = loop.run_in_executor(self._executor, _begin, out, file, ranges)
        try:
            # Shielded: whoever leaves early must not take the descriptors from a thread that is still at work.
            while left := await asyncio.shield(work):
                await _writable(loop, out)
                work = loop.run_in_executor(self._executor, _push, out, file, left)
        finally:
            work.add_done_callback(lambda done: _close(done, out, file))


def open_footage(path: Path) -> int:
    """A descriptor for reading. Raises StoreUnavailable."""
    try:
        try:
            # Noting the time of access writes to the disk's journal, and waits while that is being written.
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOATIME)
        except PermissionError:
            # Only a file's owner may ask for that.
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreUnavailable(f"A stored file cannot be read: {error.strerror}.") from error


def _begin(out: int, file: int, ranges: Ranges) -> Ranges:
    for offset, length in ranges:
        os.posix_fadvise(file, offset, length, os.POSIX_FADV_WILLNEED)
    return _push(out, file, ranges)


def _push(out: int, file: int, ranges: Ranges) -> Ranges:
    """Send until the socket takes no more; what is left."""
    for number, (offset, length) in enumerate(ranges):
        end = offset + length
        while offset < end:
            try:
                sent = os.sendfile(out, file, offset, end - offset)
            except BlockingIOError:
                return ((offset, end - offset), *ranges[number + 1 :])
            if not sent:
                raise FileTooShort
            offset += sent
    return ()


def _close(done: asyncio.Future[Ranges], out: int, file: int) -> None:
    os.close(out)
    os.close(file)
    if not done.cancelled():
        # Raised to the caller, if one still waits; reading it here marks it as seen.
        done.exception()


async def _writable(loop: asyncio.AbstractEventLoop, out: int) -> None:
    """Wait until the socket takes more, or its other side is gone."""
    ready = loop.create_future()
    loop.add_writer(out, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_writer(out)
