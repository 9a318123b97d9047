"""The daemon's pool of media workers: who runs which task, time-outs, replacement after a crash, recycling.

Thread-safe; `run` blocks its caller. Imports neither PyAV nor OpenCV. Two lanes keep long work out of the way of
short: "slow" workers make renditions at low priority, "fast" ones package and index, and as long as there are two,
one fast worker is always left for packaging.
"""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evidence.clock import Clock, SystemClock
from evidence.errors import MediadError, WorkerFailed, WorkersUnavailable
from evidence.media import wire

Lane = Literal["fast", "patient", "slow"]
# What a player waits for is fast; what a dock waits for is patient; what nobody waits for is slow.
LANES: dict[str, Lane] = {
    "segment": "fast",
    "init": "fast",
    "index": "patient",
    "plan": "patient",
    "digest": "patient",
    "esd": "patient",
    "viewing_copy": "slow",
    "thumbnails": "slow",
    "phashes": "slow",
    "observations": "slow",
    "slates": "slow",
}
_SLOW_NICENESS = 10
_RESPAWN_DELAY_S = 1.0
_ROOT = Path(__file__).resolve().parents[2]
# Nothing of the daemon's environment but this reaches a worker: no credentials, no sockets.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
# Numeric libraries start a thread per core otherwise, each with its own arena.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Result:
    """What a task handed back."""

    value: Any  # JSON
    payload: bytes


@dataclass(frozen=True, slots=True)
class Recycling:
    """When a healthy worker is replaced, so that memory never grows."""

    max_tasks: int = 5_000
    max_rss_bytes: int = 600 << 20  # a worker that has decoded 1080p rests at about 250 MB


@dataclass(slots=True, eq=False)
class _Slot:
    """One place in the pool; the process in it may change."""

    slow: bool
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    n_tasks: int = 0
    rss_bytes: int = 0
    path: str | None = None  # the last footage, or its scratch directory: what it needs is still open in the worker
    idle: bool = False
    patient: bool = False  # busy with patient work


@dataclass(slots=True)
class _Pool:
    slots: list[_Slot] = field(default_factory=list)
    trouble: str | None = None  # why no worker can be started
    closed: bool = False


class Workers:
    """Starts `count` fast and `background` slow workers; `close` ends them all."""

    def __init__(
        self,
        count: int,
        memory_bytes: int,
        clock: Clock | None = None,
        *,
        background: int = 1,
        module: str = "evidence.media.worker",
        recycling: Recycling | None = None,
    ) -> None:
        if count < 1 or background < 0:
            raise ValueError("at least one worker")
        self._memory_bytes = memory_bytes
        self._module = module
        self._recycling = recycling or Recycling()
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._pool = _Pool([_Slot(slow=False) for _ in range(count)] + [_Slot(slow=True) for _ in range(background)])
        self._empty: queue.SimpleQueue[_Slot | None] = queue.SimpleQueue()
        for slot in self._pool.slots:
            self._empty.put(slot)
        # One thread starts all workers and lives as long as the pool: the kernel ties a child's
        # "parent died" signal to the thread that started it.
        self._starter = threading.Thread(target=self._keep_full, name="media-workers", daemon=True)
        self._starter.start()

    def run(
        self,
        task: str,
        args: dict[str, Any],
        *,
        timeout_s: float,
        progress: Callable[[float], None] | None = None,
        lane: Lane | None = None,
        fds: Sequence[int] = (),
        patience_s: float | None = None,
    ) -> Result:
        """Run a task in a worker and wait. The time-out counts from the moment a worker takes it.

        `fds` are handed to the worker for this task; `patience_s` is how long to wait for one that is free.

        Raises the MediadError that the task raised (MediaUnreadable, ...), or WorkerFailed with the reason in
        words if the worker crashed, hung or passed its memory limit: that worker is gone when this raises.
        Other callers never notice. WorkersUnavailable if none could be asked.
        """
        lane = lane or LANES.get(task, "fast")
        slot = self._acquire(lane, args.get("scratch") or args.get("path"), patience_s)
        healthy = False
        try:
            result = self._converse(slot, wire.Request(task, args, timeout_s), progress, fds)
            healthy = True
            return result
        except _Refused as refused:
            healthy = True
            raise refused.error from None
        finally:
            self._release(slot, healthy)

    def close(self) -> None:
        """End all workers, also those at work: their callers get WorkerFailed. Idempotent."""
        with self._changed:
            if self._pool.closed:
                return
            self._pool.closed = True
            for slot in self._pool.slots:
                if slot.idle:
                    slot.idle = False
                    _end(slot)
                elif slot.process is not None:
                    # Its caller sees the line close, and cleans up.
                    slot.process.kill()
            self._changed.notify_all()
        self._empty.put(None)
        self._starter.join()

    def _acquire(self, lane: Lane, path: str | None, patience_s: float | None) -> _Slot:
        patience_end_s = None if patience_s is None else self._clock.monotonic_s() + patience_s
        with self._changed:
            while True:
                if self._pool.closed:
                    raise WorkersUnavailable("The media workers are shutting down.")
                slot = self._choose(lane, path)
                if slot is not None:
                    slot.idle, slot.path, slot.patient = False, path, lane != "fast" and not slot.slow
                    return slot
                if self._pool.trouble and not any(s.process for s in self._pool.slots):
                    raise WorkersUnavailable(f"No media worker can be started: {self._pool.trouble}.")
                left_s = None if patience_end_s is None else patience_end_s - self._clock.monotonic_s()
                if left_s is not None and left_s <= 0:
                    raise WorkersUnavailable("All media workers are busy.")
                self._changed.wait(left_s)

    def _choose(self, lane: Lane, path: str | None) -> _Slot | None:
        """An idle worker for the lane, best one that has the footage open already. Ends workers found dead."""
        slow = lane == "slow" and any(s.slow for s in self._pool.slots)
        mine = [s for s in self._pool.slots if s.slow == slow]
        for slot in mine:
            if slot.idle and slot.process is not None and slot.process.poll() is not None:
                slot.idle = False
                self._refill(slot)
        idle = [s for s in mine if s.idle]
        if lane != "fast" and not slow and len(mine) > 1 and sum(s.patient for s in mine) >= len(mine) - 1:
            return None
        return min(idle, key=lambda s: (s.path != path, s.n_tasks), default=None)

    def _converse(
        self, slot: _Slot, request: wire.Request, progress: Callable[[float], None] | None, fds: Sequence[int]
    ) -> Result:
        deadline_s = self._clock.monotonic_s() + request.timeout_s
        line, process = slot.line, slot.process
        if line is None or process is None:
            raise WorkersUnavailable("The media workers are shutting down.")

        def wait() -> None:
            left_s = deadline_s - self._clock.monotonic_s()
            if left_s <= 0:
                raise TimeoutError
            line.settimeout(left_s)

        try:
            wait()
            wire.send(line, request, fds=fds)
            while True:
                message, payload = wire.receive(line, wait)
                if not isinstance(message, wire.Progress):
                    return _taken(slot, request.task, message, payload)
                if progress is not None:
                    progress(message.done)
        except TimeoutError as error:
            raise WorkerFailed(
                f"The media worker did not finish '{request.task}' within {request.timeout_s:g} s and was stopped."
            ) from error
        except (wire.LineClosed, BrokenPipeError, ConnectionResetError) as error:
            raise WorkerFailed(f"The media worker ended during '{request.task}': {last_words(process)}.") from error
        except wire.WireBroken as error:
            raise WorkerFailed(f"The media worker said something senseless during '{request.task}'.") from error

    def _release(self, slot: _Slot, healthy: bool) -> None:
        with self._changed:
            slot.patient = False
            slot.n_tasks += 1
            rules = self._recycling
            worn = slot.n_tasks >= rules.max_tasks or slot.rss_bytes > rules.max_rss_bytes
            if self._pool.closed:
                _end(slot)
            elif healthy and not worn:
                slot.idle = True
            else:
                self._refill(slot)
            self._changed.notify_all()

    def _refill(self, slot: _Slot) -> None:
        _end(slot)
        self._empty.put(slot)

    def _keep_full(self) -> None:
        """The starter thread: puts a process into every empty slot, until the pool closes."""
        while (slot := self._empty.get()) is not None:
            if self._pool.closed:
                continue
            try:
                process, line = self._start(slot)
            except OSError as error:
                with self._changed:
                    self._pool.trouble = error.strerror or str(error)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._pool.closed, _RESPAWN_DELAY_S)
                self._empty.put(slot)
                continue
            with self._changed:
                slot.process, slot.line, slot.n_tasks, slot.rss_bytes, slot.path = process, line, 0, 0, None
                self._pool.trouble = None
                slot.idle = not self._pool.closed
                if self._pool.closed:
                    _end(slot)
                self._changed.notify_all()

    def _start(self, slot: _Slot) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            limits = (os.getpid(), self._memory_bytes, _SLOW_NICENESS if slot.slow else 0)
            try:
                process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                    [sys.executable, "-m", self._module, str(theirs.fileno()), *map(str, limits)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=worker_environment(),
                )
            except OSError:
                ours.close()
                raise
        return process, ours


class _Refused(Exception):
    """Carries one of our own errors out of a conversation that left the worker well."""

    def __init__(self, error: MediadError) -> None:
        super().__init__(error)
        self.error = error


def _taken(slot: _Slot, task: str, message: wire.Message, payload: bytes) -> Result:
    """The end of a conversation, as a result or an error."""
    if isinstance(message, wire.Answer):
        slot.rss_bytes = message.rss_bytes
        return Result(message.value, payload)
    if isinstance(message, wire.Refusal):
        slot.rss_bytes = message.rss_bytes
        raise _Refused(_error(message))
    if isinstance(message, wire.Failure):
        raise WorkerFailed(f"The media worker gave up '{task}': {message.reason}.")
    raise wire.WireBroken("no answer")


def _error(refusal: wire.Refusal) -> MediadError:
    """The same class that was raised in the worker."""
    classes = list(MediadError.__subclasses__())
    for cls in classes:
        classes += cls.__subclasses__()
        if cls.code == refusal.code:
            return cls(refusal.message, remedy=refusal.remedy)
    return WorkerFailed(refusal.message, remedy=refusal.remedy)


def last_words(process: subprocess.Popen[bytes]) -> str:
    """Why a process is gone."""
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "it closed its line"
    if code == -signal.SIGXCPU:
        return "it used more processor time than it may"
    if code == -signal.SIGKILL:
        return "it was killed (SIGKILL), perhaps for lack of memory"
    if code < 0:
        return f"it crashed ({signal.Signals(-code).name})"
    return f"it exited with code {code}"


def _end(slot: _Slot) -> None:
    """Kill and reap. Workers hold nothing that a kill could damage."""
    process, line = slot.process, slot.line
    slot.process = slot.line = None
    if line is not None:
        line.close()
    if process is not None:
        process.kill()
        process.wait()


def worker_environment() -> dict[str, str]:
    """What of the daemon's environment a worker gets."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return kept | _ONE_THREAD | {"PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
