"""The load generator, a process of its own: `python -m bench.load`, a job on standard input, the result on output.

Each connection is a thread that asks for one answer after the other and throws the bodies away; the kernel joins a
body's pieces (MSG_WAITALL), so that the generator takes little of the cores it shares with the server.
"""

from __future__ import annotations

import itertools
import socket
import sys
import threading
import time
from collections.abc import Iterator

import msgspec

_TIMEOUT_S = 60.0
_HEAD_BYTES = 64 * 1024


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request: its path and further header lines, and the length of the right answer."""

    path: str
    length: int
    headers: dict[str, str]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`n_requests` in all, from `requests` over and over, by so many connections at one time."""

    host: str
    port: int
    n_connections: int
    n_requests: int
    requests: tuple[Asked, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All answers had status 200 and the right length; otherwise the process ends with an error instead."""

    seconds: float
    n_requests: int
    n_bytes: int
    waits_ms: tuple[float, ...]  # per request, from the request's first byte to the answer's last; sorted

    @property
    def per_s(self) -> float:
        return self.n_requests / self.seconds

    def wait_ms(self, share: float) -> float:
        return self.waits_ms[min(len(self.waits_ms) - 1, int(share * len(self.waits_ms)))]


class _Connection:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._socket = socket.create_connection((job.host, job.port), _TIMEOUT_S)
        # A time-out would make Python poll before each receive; the kernel's own costs nothing.
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._room = memoryview(bytearray(max(asked.length for asked in job.requests)))

    def fetch(self, asked: Asked) -> None:
        """Raises ValueError on anything but the right answer."""
        lines = [f"GET {asked.path} HTTP/1.1", f"Host: {self._job.host}"]
        lines += [f"{name}: {value}" for name, value in asked.headers.items()]
        self._socket.sendall("\r\n".join((*lines, "", "")).encode())
        head = b""
        while (end := head.find(b"\r\n\r\n")) < 0:
            piece = self._socket.recv(_HEAD_BYTES)
            if not piece:
                raise ValueError(f"{asked.path}: the connection was closed")
            head += piece
        fields = head[:end].decode("latin-1").lower().split("\r\n")
        if " 200 " not in fields[0] or f"content-length: {asked.length}" not in fields:
            raise ValueError(f"{asked.path}: {fields}")
        left = asked.length - (len(head) - end - 4)
        if self._socket.recv_into(self._room, left, socket.MSG_WAITALL) != left:
            raise ValueError(f"{asked.path}: cut off")


def run(job: Job) -> Outcome:
    """Carry out a job. Raises ValueError on a wrong answer."""
    turns = iter(range(job.n_requests))
    requests = itertools.cycle(job.requests)
    lock = threading.Lock()
    waits_ms: list[float] = []
    faults: list[BaseException] = []

    def next_request() -> Iterator[Asked]:
        while not faults:
            with lock:
                if next(turns, None) is None:
                    return
                asked = next(requests)
            yield asked

    def work(connection: _Connection) -> None:
        try:
            for asked in next_request():
                began_s = time.perf_counter()
                connection.fetch(asked)
                waits_ms.append((time.perf_counter() - began_s) * 1000)
        except (ValueError, OSError) as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(_Connection(job),)) for _ in range(job.n_connections)]
    began_s = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began_s
    if faults:
        raise ValueError(str(faults[0]))
    n_bytes = sum(asked.length for asked in itertools.islice(itertools.cycle(job.requests), job.n_requests))
    return Outcome(seconds=seconds, n_requests=job.n_requests, n_bytes=n_bytes, waits_ms=tuple(sorted(waits_ms)))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
