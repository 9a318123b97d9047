"""Stretches of a real file into real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.errors import StoreUnavailable
from player.sendfile import FileTooShort, Ranges, SendFile, open_footage

DATA = os.urandom(3_000_000)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "original"
    path.write_bytes(DATA)
    descriptor = open_footage(path)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Ours, which does not block, and the viewer's. A small buffer: most sends must wait for the viewer."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20_000)
    with ours, theirs:
        yield ours, theirs


def _send(ours: socket.socket, file: int, ranges: Ranges) -> None:
    async def run() -> None:
        with ThreadPoolExecutor(2) as executor:
            await SendFile(executor).send(ours.fileno(), file, ranges)

    asyncio.run(run())


def _received(theirs: socket.socket, length: int) -> bytes:
    pieces = []
    while length:
        pieces.append(theirs.recv(min(length, 50_000)))
        length -= len(pieces[-1])
    return b"".join(pieces)


def test_a_slow_viewer_gets_every_stretch_in_order(line: tuple[socket.socket, socket.socket], file: int) -> None:
    ours, theirs = line
    ranges = ((1_000_000, 900_000), (0, 7), (2_999_999, 1), (5, 300_000))
    with ThreadPoolExecutor(1) as viewer:
        got = viewer.submit(_received, theirs, sum(length for _, length in ranges))
        _send(ours, file, ranges)
        assert got.result(20) == b"".join(DATA[start : start + length] for start, length in ranges)


def test_a_viewer_who_leaves_is_a_connection_error(line: tuple[socket.socket, socket.socket], file: int) -> None:
    ours, theirs = line
    with ThreadPoolExecutor(1) as viewer:
        viewer.submit(lambda: (_received(theirs, 100_000), theirs.close()))
        with pytest.raises(ConnectionError):
            _send(ours, file, ((0, len(DATA)),))


def test_a_file_that_ends_early_is_told_apart(line: tuple[socket.socket, socket.socket], file: int) -> None:
    ours, _ = line
    with pytest.raises(FileTooShort):
        _send(ours, file, ((len(DATA) - 10, 11),))


def test_a_caller_who_is_cancelled_takes_no_descriptor_from_the_thread(
    line: tuple[socket.socket, socket.socket], file: int
) -> None:
    ours, theirs = line
    before = len(os.listdir("/proc/self/fd"))

    async def run() -> None:
        asked, go_on = threading.Event(), threading.Event()
        with ThreadPoolExecutor(1) as executor:
            # The one thread is busy: the work waits behind it, as it does on a disk that does not answer.
            executor.submit(lambda: (asked.set(), go_on.wait(20)))
            sending = asyncio.ensure_future(SendFile(executor).send(ours.fileno(), file, ((0, 1000),)))
            await asyncio.to_thread(asked.wait, 20)
            sending.cancel()
            await asyncio.wait({sending})
            held = os.listdir("/proc/self/fd")
            go_on.set()
            assert await asyncio.to_thread(_received, theirs, 1000) == DATA[:1000]
        assert sending.cancelled() and len(held) >= before + 2

    asyncio.run(run())
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_file_that_is_gone_is_an_unavailable_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_footage(tmp_path / "gone")


def test_a_file_of_another_owner_can_be_sent() -> None:
    """Only the owner may ask that the time of access is not noted. /etc/passwd is root's and for all to read."""
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(65534)
        with pytest.raises(PermissionError):
            os.open("/etc/passwd", os.O_RDONLY | os.O_NOATIME)
        descriptor = open_footage(Path("/etc/passwd"))
    finally:
        os.seteuid(was)
    assert os.read(descriptor, 1)
    os.close(descriptor)
