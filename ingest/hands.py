"""Takes in small files side by side: each waits for the disk, a worker and the ledger more than it computes, and what
waits together is written together. Used from the bay's thread, which alone hears what became of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Literal

from ingest.sealing import Outcome
from ingest.sidecars import Bundle

# A bay keeps two workers and the disk's queue busy with so many; more would only keep other bays waiting.
_N_HANDS = 4

# Half a stride: copied without threads of its own, and in a moment from any card.
_SMALL_BYTES = 4 << 20

Stage = Literal["copying", "sealing"]
Taken = tuple[Bundle, Future[Outcome]]  # a finished future: an outcome or what was raised


def is_small(item: Bundle) -> bool:
    """A photo, a log, a second of film: nobody needs to see how far its copy is."""
    return all(file.size_bytes <= _SMALL_BYTES for file in item.files)


class Hands:
    """For one round of a bay. Leaving the block waits for what is still in hand."""

    def __init__(self, bay: str) -> None:
        self._pool = ThreadPoolExecutor(_N_HANDS, thread_name_prefix=f"bay-{bay}")
        self._busy: dict[Future[Outcome], Bundle] = {}
        self._stages: dict[bytes, Stage] = {}  # of what is in hand, by path
        self._lock = threading.Lock()

    def note(self, path: bytes, stage: Stage) -> Stage:
        """From any thread: how far a file is. What that makes of all: sealing once nothing is being copied."""
        with self._lock:
            self._stages[path] = stage
            return "copying" if "copying" in self._stages.values() else "sealing"

    def give(self, item: Bundle, take: Callable[[], Outcome]) -> Iterator[Taken]:
        """Begin; waits while every hand is full. What was finished meanwhile."""
        while len(self._busy) >= _N_HANDS:
            yield from self._finished()
        self._busy[self._pool.submit(take)] = item

    def rest(self) -> Iterator[Taken]:
        """Everything in hand, as it is finished."""
        while self._busy:
            yield from self._finished()

    def _finished(self) -> Iterator[Taken]:
        done, _ = wait(self._busy, return_when=FIRST_COMPLETED)
        for future in done:
            item = self._busy.pop(future)
            with self._lock:
                for file in item.files:
                    self._stages.pop(file.path, None)
            yield item, future

    def __enter__(self) -> Hands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True)
