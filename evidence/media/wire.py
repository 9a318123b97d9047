"""How the daemon and a media worker talk: framed messages over a socket pair. Pure apart from the socket.

A frame is magic `MDW1`, u32 length of the head, u64 length of the payload (little-endian), the head (JSON, one of
the messages below) and the payload (raw bytes). Anything else on the line is garbage and ends the conversation.
Descriptors travel beside a request's header, from the daemon to the worker only: whoever does not ask for them with
`fds` refuses them.
"""

from __future__ import annotations

import array
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

_HEADER = struct.Struct("<4sIQ")
_MAGIC = b"MDW1"
# The index of a 24-hour recording is some 15 MB of JSON; the largest segment some 100 MB. Beyond is garbage.
_MAX_HEAD_BYTES = 64 << 20
_MAX_PAYLOAD_BYTES = 1 << 30
_MAX_FDS = 4


class WireBroken(Exception):
    """What arrived is no frame. Never leaves evidence.media: it becomes WorkerFailed."""


class LineClosed(WireBroken):
    """The other end is gone."""


class Request(msgspec.Struct, frozen=True, tag="request"):
    task: str
    args: dict[str, Any]
    timeout_s: float


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    done: float  # 0..1


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    value: Any
    rss_bytes: int  # of the worker, afterwards


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """The task raised one of our own errors; the worker is well."""

    code: str
    message: str
    remedy: str | None
    rss_bytes: int


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """The worker gives up and ends after this."""

    reason: str


Message = Request | Progress | Answer | Refusal | Failure
M = TypeVar("M")
_encode = msgspec.json.Encoder().encode
_decode: Callable[[bytes], Message] = msgspec.json.Decoder(Message).decode


def send(
    line: socket.socket, message: msgspec.Struct, payload: bytes | memoryview = b"", fds: Sequence[int] = ()
) -> None:
    """Blocks until all is handed over. OSError if the line is closed, TimeoutError after the line's time-out."""
    head = _encode(message)
    frame = _HEADER.pack(_MAGIC, len(head), len(payload)) + head
    n_sent = socket.send_fds(line, [frame], fds) if fds else 0
    line.sendall(frame[n_sent:])
    if payload:
        line.sendall(payload)


def receive(
    line: socket.socket, wait: Callable[[], None] = lambda: None, fds: list[int] | None = None
) -> tuple[Message, bytes]:
    """The next message and its payload. `wait` runs before each read (it may set the line's time-out).

    Descriptors that come with the message are added to `fds`; the caller closes them.
    WireBroken on garbage, LineClosed at the end, TimeoutError after the line's time-out.
    """
    return receive_as(_decode, line, wait, fds)


def receive_as(
    decode: Callable[[bytes], M],
    line: socket.socket,
    wait: Callable[[], None] = lambda: None,
    fds: list[int] | None = None,
) -> tuple[M, bytes]:
    """`receive` for another family of messages: `decode` raises MsgspecError on what is none."""
    begin = b"" if fds is None else _with_fds(line, fds)
    magic, head_length, payload_length = _HEADER.unpack(begin + _exactly(line, _HEADER.size - len(begin), wait))
    if magic != _MAGIC or head_length > _MAX_HEAD_BYTES or payload_length > _MAX_PAYLOAD_BYTES:
        raise WireBroken("no frame")
    head = _exactly(line, head_length, wait)
    try:
        message = decode(head)
    except msgspec.MsgspecError as error:
        raise WireBroken("no message") from error
    return message, _exactly(line, payload_length, wait)


def _with_fds(line: socket.socket, fds: list[int]) -> bytes:
    """The first bytes of a header, and the descriptors that came with them."""
    room = socket.CMSG_SPACE(_MAX_FDS * array.array("i").itemsize)
    try:
        data, beside, _flags, _address = line.recvmsg(_HEADER.size, room)
    except ConnectionError as error:
        raise LineClosed("closed") from error
    if not data:
        raise LineClosed("closed")
    for level, kind, content in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds += array.array("i", content)
    return data


def _exactly(line: socket.socket, length: int, wait: Callable[[], None]) -> bytes:
    data = bytearray(length)
    view, filled = memoryview(data), 0
    while filled < length:
        wait()
        try:
            got = line.recv_into(view[filled:])
        except ConnectionError as error:
            raise LineClosed("closed") from error
        if not got:
            raise LineClosed("closed")
        filled += got
    view.release()
    return bytes(data)
