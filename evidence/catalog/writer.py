"""The one door for writes: a thread that runs many callers' work in one transaction (group commit).

Each piece of work gets a savepoint of its own: one that raises is undone alone and hears its own error, the
others are committed together. A future resolves only after the commit: what it acknowledges is durable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from evidence.catalog.engine import connected, unavailable
from evidence.errors import StoreUnavailable

T = TypeVar("T")
# So many pieces share one commit at most: bounds the latency of the first and the size of a transaction.
_MAX_BATCH = 256


@dataclass(frozen=True, slots=True)
class _Work:
    run: Callable[[Connection], Any]
    done: Future[Any]


@dataclass(frozen=True, slots=True)
class BatchHook:
    """Called once per transaction around the work: `begin` first, `end` last, `aborted` if nothing was kept."""

    begin: Callable[[Connection], None]
    end: Callable[[Connection], None]
    aborted: Callable[[], None]


class Writer:
    """Owns its thread. Thread-safe; `close` waits for what was submitted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._hooks: list[BatchHook] = []
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="catalog-writer", daemon=True)
        self._thread.start()

    def add_hook(self, hook: BatchHook) -> None:
        """For the ledger, before the first submit."""
        self._hooks.append(hook)

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work; the future resolves after the commit, or with the work's own error."""
        if self._closed:
            raise StoreUnavailable("The server is stopping.")
        done: Future[T] = Future()
        self._queue.put(_Work(work, done))
        return done

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run work and wait until it is durable."""
        return self.submit(work).result()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        stopping = False
        while not stopping:
            batch = [self._queue.get()]
            while len(batch) < _MAX_BATCH and batch[-1] is not None:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = batch[-1] is None
            works = [work for work in batch if work is not None and work.done.set_running_or_notify_cancel()]
            if works:
                self._commit(works)

    def _commit(self, works: list[_Work]) -> None:
        """One transaction for all; on failure of the transaction itself, everyone hears it."""
        outcomes: list[tuple[_Work, Any, BaseException | None]] = []
        try:
            with connected(self._engine, writes=True) as connection:
                for hook in self._hooks:
                    hook.begin(connection)
                for work in works:
                    outcomes.append(self._run(connection, work))
                for hook in self._hooks:
                    hook.end(connection)
        except BaseException as error:
            for hook in self._hooks:
                hook.aborted()
            reason = unavailable(error) if isinstance(error, DBAPIError) else error
            for work in works:
                work.done.set_exception(reason)
            return
        for work, value, failure in outcomes:
            if failure is None:
                work.done.set_result(value)
            else:
                work.done.set_exception(failure)

    def _run(self, connection: Connection, work: _Work) -> tuple[_Work, Any, BaseException | None]:
        savepoint = connection.begin_nested()
        try:
            value = work.run(connection)
            savepoint.commit()
        except DBAPIError as error:
            savepoint.rollback()
            if connection.invalidated or _poisoned(error):
                raise
            return work, None, unavailable(error)
        except BaseException as error:
            # The caller's error goes to the caller's future; the thread lives on.
            savepoint.rollback()
            return work, None, error
        return work, value, None


def _poisoned(error: DBAPIError) -> bool:
    """True where the whole transaction is lost, not this piece alone (disk full, read-only, I/O error)."""
    text = str(error.orig).lower()
    return any(word in text for word in ("disk is full", "readonly", "disk i/o", "no space", "malformed"))
