"""Drives one channel worker the way the daemon does: starts it, reads what it says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from evidence.clock import SystemClock
from evidence.live import Chunk, Fragment, Gone, Noticed, Open, Opened, Said
from evidence.media import wire

T = TypeVar("T")
_decode: Callable[[bytes], Said] = msgspec.json.Decoder(Said).decode  # type: ignore[assignment]


@dataclass
class ChannelWorker:
    process: subprocess.Popen[bytes]
    line: socket.socket
    said: list[tuple[Said, bytes]] = field(default_factory=list)

    def until(self, enough: Callable[[Said], bool], timeout_s: float = 30.0) -> Said:
        """Read on until something is said; TimeoutError if it is not, EOFError if the worker ends before."""
        deadline_s = SystemClock().monotonic_s() + timeout_s

        def wait() -> None:
            left_s = deadline_s - SystemClock().monotonic_s()
            if left_s <= 0:
                raise TimeoutError(f"Not said; the last was {[type(each).__name__ for each, _ in self.said[-5:]]}.")
            self.line.settimeout(left_s)

        while True:
            try:
                said, payload = wire.receive_as(_decode, self.line, wait)
            except wire.LineClosed as error:
                raise EOFError("The worker ended.") from error
            self.said.append((said, payload))
            if enough(said):
                return said

    def all(self, kind: type[T]) -> list[T]:
        return [said for said, _ in self.said if isinstance(said, kind)]

    def payloads(self, kind: type[Said]) -> list[bytes]:
        return [payload for said, payload in self.said if isinstance(said, kind)]

    def file(self) -> bytes:
        """What the daemon would have written: the init segment and the fragments, of the first run."""
        runs = [n for n, (said, _) in enumerate(self.said) if isinstance(said, Opened)]
        first = self.said[runs[0] : runs[1] if len(runs) > 1 else None]
        opened, init = first[0]
        assert isinstance(opened, Opened)
        return init[: opened.sizes[0]] + b"".join(payload for said, payload in first if isinstance(said, Fragment))

    def watched(self, track: int) -> bytes:
        """What a browser's buffer of a track is fed with."""
        opened, init = next((said, payload) for said, payload in self.said if isinstance(said, Opened))
        start = sum(opened.sizes[: track + 1])
        pieces = [payload for said, payload in self.said if isinstance(said, Chunk) and said.track == track]
        return init[start : start + opened.sizes[track + 1]] + b"".join(pieces)


def is_kind(*kinds: str) -> Callable[[Said], bool]:
    return lambda said: isinstance(said, Noticed) and said.kind in kinds


def is_fragment(seq: int) -> Callable[[Said], bool]:
    return lambda said: isinstance(said, Fragment) and said.seq == seq


def is_gone(said: Said) -> bool:
    return isinstance(said, Gone)


@contextmanager
def channel_worker(wanted: Open) -> Iterator[ChannelWorker]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            limits = (str(theirs.fileno()), str(os.getpid()), str(1 << 30))
            command = [sys.executable, "-m", "evidence.media.live.worker", *limits]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        try:
            wire.send(ours, wanted)
            yield ChannelWorker(process, ours)
        finally:
            process.kill()
            process.wait()
