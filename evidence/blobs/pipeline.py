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

from evidence.blobs.store import Span, Witness
from evidence.blobs.stride import (
    Stride,
    StrideMemory,
    bypass_page_cache,
    compare_stride,
    drop_from_cache,
    room_to_read_back,
    write_stride,
)
from evidence.canonical import Digest

# One being filled, one hashed and written, one compared, one to even out the pace.
_STRIDES = 4
# A witness sees a stride together with the one before.
_STRIDES_FOR_WITNESS = 2

Inbox = queue.SimpleQueue[Stride | None]
# Returns the stride that it has no more use for, if there is one.
Work = Callable[[Stride], Stride | None]


class Pipeline:
    """Owned by one blob writer and used from its thread."""

    def __init__(self, fd: int, back_fd: int, *, direct: bool, witness: Witness | None = None) -> None:
        self._fd = fd
        self._back_fd = back_fd
        self._direct = direct
        self._witness = witness
        self._hash = hashlib.sha256()
        self._max_strides = _STRIDES + (_STRIDES_FOR_WITNESS if witness else 0)
        self._memory = StrideMemory(self._max_strides)
        self._free: queue.SimpleQueue[Stride] = queue.SimpleQueue()
        self._n_strides = 0
        self._seen: Stride | None = None  # the last stride shown, held until the next one was
        self._stages: list[tuple[threading.Thread, Inbox]] = []
        self._entrances: list[Inbox] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._back: mmap.mmap | None = None

    def stride(self) -> Stride:
        """An empty stride; waits for one when all are on their way. Raises what a stage failed with."""
        self._raise_failure()
        if self._n_strides < self._max_strides and self._free.empty():
            self._n_strides += 1
            return self._memory.stride(self._n_strides - 1)
        return self._free.get()

    def push(self, stride: Stride) -> None:
        """Send a full stride on its way."""
        self._raise_failure()
        if not self._stages:
            self._start()
        stride.n_users = len(self._entrances)
        for inbox in self._entrances:
            inbox.put(stride)

    def finish(self, last: Stride | None) -> Digest:
        """Pass the last, partly filled stride and wait until everything is compared."""
        if last is not None and self._stages:
            self.push(last)
        elif last is not None:
            self._hash.update(last.content())
            self._write(last)
            self._compare(last)
        self._join()
        self._raise_failure()
        return Digest(self._hash.hexdigest())

    def stop(self) -> None:
        """End the threads and give the memory back; what is on its way is still written. Once, at the end."""
        self._join()
        self._memory.close()

    def _join(self) -> None:
        # In the order they were started: writing feeds comparing.
        for thread, inbox in self._stages:
            inbox.put(None)
            thread.join()
        self._stages.clear()

    def _start(self) -> None:
        to_compare: Inbox = queue.SimpleQueue()

        def write(stride: Stride) -> None:
            self._write(stride)
            to_compare.put(stride)

        def add_hash(stride: Stride) -> Stride:
            self._hash.update(stride.content())
            return stride

        self._entrances = [self._add_stage("blob-hash", add_hash), self._add_stage("blob-write", write)]
        self._add_stage("blob-compare", self._compare, to_compare)
        if self._witness is not None:
            bypass_page_cache(self._back_fd, on=self._direct)
            self._entrances.append(self._add_stage("blob-witness", self._show))

    def _add_stage(self, name: str, work: Work, inbox: Inbox | None = None) -> Inbox:
        source = inbox or queue.SimpleQueue()

        def run() -> None:
            while (stride := source.get()) is not None:
                free = self._attempt(work, stride)
                if free is not None:
                    self._release(free)

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._stages.append((thread, source))
        thread.start()
        return source

    def _attempt(self, work: Work, stride: Stride) -> Stride | None:
        """Run one stage on one stride; after a failure strides only drain. What is free now."""
        if self._failure is not None:
            return stride
        try:
            return work(stride)
        except BaseException as error:
            # Heard by the owner's thread at its next call; this thread must go on to drain.
            self._failure = error
            return stride

    def _write(self, stride: Stride) -> None:
        write_stride(self._fd, stride)
        if not self._direct:
            drop_from_cache(self._fd, stride)

    def _compare(self, stride: Stride) -> Stride:
        if self._back is None:
            self._back = room_to_read_back()
        compare_stride(self._back_fd, stride, self._back)
        return stride

    def _show(self, stride: Stride) -> Stride | None:
        """Show a stride, together with the one before. What is free is the one before."""
        before, self._seen = self._seen, stride
        if self._witness is not None:
            spans = tuple(Span(each.at, each.offset, each.length) for each in (before, stride) if each)
            if not self._witness.see(self._memory.fd, spans):
                # Whatever reads the blob next will read the disk: leave it the pages.
                self._witness = None
                bypass_page_cache(self._back_fd, on=False)
        return before

    def _release(self, stride: Stride) -> None:
        with self._lock:
            stride.n_users -= 1
            if stride.n_users == 0:
                self._free.put(stride)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
