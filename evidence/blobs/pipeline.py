"""Moves strides through hashing, writing and comparing at the same time, each on a thread of its own.

`hashlib`, the system calls and numpy let go of the interpreter's lock, so the stages overlap on two cores. A
blob of one stride or less never starts a thread: ten thousand small files cost no thread each.
"""

from __future__ import annotations

import hashlib
import mmap
import queue
import threading
from collections.abc import Callable

from evidence.blobs.stride import STRIDE_BYTES, Stride, compare_stride, drop_from_cache, write_stride
from evidence.canonical import Digest

# One being filled, one hashed and written, one compared, one to even out the pace.
_STRIDES = 4


class Pipeline:
    """Owned by one blob writer and used from its thread."""

    def __init__(self, fd: int, back_fd: int, *, direct: bool) -> None:
        self._fd = fd
        self._back_fd = back_fd
        self._direct = direct
        self._hash = hashlib.sha256()
        self._free: queue.SimpleQueue[Stride] = queue.SimpleQueue()
        self._n_strides = 0
        self._stages: list[tuple[threading.Thread, queue.SimpleQueue[Stride | None]]] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._back: mmap.mmap | None = None

    def stride(self) -> Stride:
        """An empty stride; waits for one when all are on their way. Raises what a stage failed with."""
        self._raise_failure()
        if self._n_strides < _STRIDES and self._free.empty():
            self._n_strides += 1
            return Stride()
        return self._free.get()

    def push(self, stride: Stride) -> None:
        """Send a full stride on its way."""
        self._raise_failure()
        if not self._stages:
            self._start()
        stride.n_users = 2
        for _thread, inbox in self._stages[:2]:
            inbox.put(stride)

    def finish(self, last: Stride | None) -> Digest:
        """Pass the last, partly filled stride and wait until everything is compared."""
        if last is not None and self._stages:
            self.push(last)
        elif last is not None:
            self._hash.update(last.content())
            self._write(last)
            self._compare(last)
        self.stop()
        self._raise_failure()
        return Digest(self._hash.hexdigest())

    def stop(self) -> None:
        """End the threads; what is on its way is still written. Safe to call twice."""
        # Hashing and writing first: writing feeds comparing.
        for thread, inbox in self._stages:
            inbox.put(None)
            thread.join()
        self._stages.clear()

    def _start(self) -> None:
        compare_inbox: queue.SimpleQueue[Stride | None] = queue.SimpleQueue()

        def write(stride: Stride) -> None:
            self._write(stride)
            compare_inbox.put(stride)

        self._add_stage("blob-hash", lambda stride: self._hash.update(stride.content()), frees=True)
        self._add_stage("blob-write", write, frees=False)
        self._add_stage("blob-compare", self._compare, frees=True, inbox=compare_inbox)

    def _add_stage(
        self,
        name: str,
        work: Callable[[Stride], None],
        *,
        frees: bool,
        inbox: queue.SimpleQueue[Stride | None] | None = None,
    ) -> None:
        source = inbox or queue.SimpleQueue()

        def run() -> None:
            while (stride := source.get()) is not None:
                failed = self._attempt(work, stride)
                if frees or failed:
                    self._release(stride)

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._stages.append((thread, source))
        thread.start()

    def _attempt(self, work: Callable[[Stride], None], stride: Stride) -> bool:
        """Run one stage on one stride; after a failure strides only drain. True if it was not passed on."""
        if self._failure is not None:
            return True
        try:
            work(stride)
        except BaseException as error:
            # Heard by the owner's thread at its next call; this thread must go on to drain.
            self._failure = error
            return True
        return False

    def _write(self, stride: Stride) -> None:
        write_stride(self._fd, stride)
        if not self._direct:
            drop_from_cache(self._fd, stride)

    def _compare(self, stride: Stride) -> None:
        if self._back is None:
            self._back = mmap.mmap(-1, STRIDE_BYTES)
        compare_stride(self._back_fd, stride, self._back)

    def _release(self, stride: Stride) -> None:
        with self._lock:
            stride.n_users -= 1
            if stride.n_users == 0:
                self._free.put(stride)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
