"""Entries that must reach the ledger in order, however long it cannot be written. Never blocks its owner."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future

import structlog

from evidence.entries import AnyEntry
from evidence.errors import MediadError
from evidence.ledger import Ledger
from evidence.records import EntryIndex

_log = structlog.get_logger("ingest.outbox")


class Outbox:
    """`put` from any thread; `flush` from one, again and again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._waiting: deque[AnyEntry] = deque()
        self._writing: Future[tuple[EntryIndex, ...]] | None = None
        self._n_writing = 0

    def put(self, *entries: AnyEntry) -> None:
        with self._lock:
            self._waiting.extend(entries)

    def flush(self, *, wait: bool = False) -> None:
        """Hand over what waits, all at once; what the ledger refuses stays for the next time. `wait`: for the end."""
        if self._writing is not None and (wait or self._writing.done()):
            self._settle(self._writing)
        if self._writing is not None:
            return
        with self._lock:
            entries = tuple(self._waiting)
        if not entries:
            return
        try:
            writing = self._ledger.submit(*entries)
        except MediadError as error:
            _log.error("entries wait for the ledger", reason=str(error), waiting=len(entries))
            return
        self._writing, self._n_writing = writing, len(entries)
        if wait:
            self._settle(writing)

    def _settle(self, writing: Future[tuple[EntryIndex, ...]]) -> None:
        error = writing.exception()
        self._writing = None
        if error is not None:
            _log.error("entries wait for the ledger", reason=str(error), waiting=len(self._waiting))
            return
        with self._lock:
            for _ in range(self._n_writing):
                self._waiting.popleft()
