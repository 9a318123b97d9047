"""The recording thread of a channel: disk and ledger are waited for here, so that watchers need not wait for them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import structlog

from evidence.errors import StoreUnavailable
from ingest.recorders.tape import Closed, Tape

# Fragments that may wait for the disk; then the worker is made to wait, and the source with it.
_MAX_WAITING = 16
_TICK_S = 1.0
_log = structlog.get_logger()

Call = Callable[[Tape], None]


class Recorder:
    """Owns the thread; every call on the tape runs there, in the order in which it was put. Thread-safe."""

    def __init__(self, name: str, tape: Tape) -> None:
        self._tape = tape
        self._queue: queue.Queue[Call | None] = queue.Queue()
        self._room = threading.Semaphore(_MAX_WAITING)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"recorder-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, call: Call) -> None:
        self._queue.put(call)

    def closed(self, fragment: Closed) -> None:
        """Put a fragment; waits while too many are on their way."""
        while not self._room.acquire(timeout=_TICK_S):
            if self._stopping.is_set():
                raise StoreUnavailable("The server is stopping.")

        def take(tape: Tape) -> None:
            try:
                tape.closed(fragment)
            finally:
                self._room.release()

        self._queue.put(take)

    def wait(self, call: Call, timeout_s: float) -> bool:
        """Put a call and wait until it was carried out; False if it was not in time."""
        done = threading.Event()

        def run(tape: Tape) -> None:
            try:
                call(tape)
            finally:
                done.set()

        self._queue.put(run)
        return done.wait(timeout_s)

    def release(self, timeout_s: float) -> bool:
        """Record up to this moment and end; False if that was not done in time."""
        done = threading.Event()
        self._queue.put(lambda tape: tape.release(done.set))
        return done.wait(timeout_s)

    def stop(self) -> None:
        """Carry out what was put, end what is being recorded, then the thread."""
        self._stopping.set()
        self._queue.put(lambda tape: tape.stop())
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        """The supervisor: a call that fails costs what it was about, never the channel."""
        while True:
            try:
                call = self._queue.get(timeout=_TICK_S)
            except queue.Empty:
                call = Tape.tick
            if call is None:
                return
            try:
                call(self._tape)
            except Exception:
                _log.exception("recorder failed", action="live.recorder-failed", recorder=self._thread.name)
