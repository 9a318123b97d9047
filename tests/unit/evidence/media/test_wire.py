from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator

import pytest

from evidence.media import wire


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@pytest.mark.parametrize(
    "message",
    [
        wire.Request("segment", {"path": "/x", "cut": {"seq": 3}}, 30.0),
        wire.Progress(0.5),
        wire.Answer({"a": [1, 2]}, 1000),
        wire.Refusal("media-unreadable", "不能读", None, 1000),
        wire.Failure("it broke"),
    ],
)
def test_a_message_arrives_as_it_was_sent(line: tuple[socket.socket, socket.socket], message: wire.Message) -> None:
    wire.send(line[0], message, b"payload")
    assert wire.receive(line[1]) == (message, b"payload")


def test_descriptors_reach_who_asks_for_them_and_nobody_else(line: tuple[socket.socket, socket.socket]) -> None:
    request, fds = wire.Request("digest", {}, 1.0), []
    with tempfile.TemporaryFile() as file:
        file.write(b"strides")
        file.flush()
        wire.send(line[0], request, b"payload", fds=[file.fileno()])
        before = len(os.listdir("/proc/self/fd"))
        assert wire.receive(line[1], fds=fds) == (request, b"payload")
        assert len(fds) == 1 and os.pread(fds[0], 7, 0) == b"strides"
        os.close(fds[0])
        wire.send(line[0], request, b"payload", fds=[file.fileno()])
        assert wire.receive(line[1]) == (request, b"payload")
        assert len(os.listdir("/proc/self/fd")) == before


def test_the_end_of_the_line_is_not_garbage(line: tuple[socket.socket, socket.socket]) -> None:
    line[0].close()
    for fds in (None, []):
        with pytest.raises(wire.LineClosed):
            wire.receive(line[1], fds=fds)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"MDW1" + b"\xff" * 12,
        b"MDW1" + (2).to_bytes(4, "little") + bytes(8) + b"{}",
        b"MDW1" + (4).to_bytes(4, "little") + bytes(8) + b"\xff\xfe\x00\x01",
    ],
)
def test_garbage_is_refused(line: tuple[socket.socket, socket.socket], garbage: bytes) -> None:
    line[0].sendall(garbage)
    with pytest.raises(wire.WireBroken):
        wire.receive(line[1])


def test_a_frame_cut_short_is_a_closed_line(line: tuple[socket.socket, socket.socket]) -> None:
    line[0].sendall(b"MDW1" + (100).to_bytes(4, "little") + bytes(8) + b"{")
    line[0].close()
    with pytest.raises(wire.LineClosed):
        wire.receive(line[1])
