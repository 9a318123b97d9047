"""The one door for writes: a thread that runs many callers' work in one transaction (group commit).

A piece of work that raises is undone alone and hears its own error; the others are committed together. Savepoints,
which cost as much as the work of most pieces, are set only then: the transaction is rolled back and all of it is run
again, each piece in a savepoint of its own. So work does nothing but read and write through its connection. A future
resolves only after the commit: what it acknowledges is durable.
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
_Outcome = tuple[Any, BaseException | None]  # value, or what its caller hears instead
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
        try:
            outcomes = self._together(works)
        except BaseException as error:
            reason = unavailable(error) if isinstance(error, DBAPIError) else error
            for work in works:
                work.done.set_exception(reason)
            return
        for work, (value, failure) in zip(works, outcomes, strict=True):
            if failure is None:
                work.done.set_result(value)
            else:
                work.done.set_exception(failure)

    def _together(self, works: list[_Work]) -> list[_Outcome]:
        try:
            return self._transaction(works, _plainly)
        except _WorkFailed as failed:
            if len(works) == 1:
                return [(None, failed.error)]
        return self._transaction(works, _apart)

    def _transaction(self, works: list[_Work], run: Callable[[Connection, _Work], _Outcome]) -> list[_Outcome]:
        try:
            with connected(self._engine, writes=True) as connection:
                for hook in self._hooks:
                    hook.begin(connection)
                outcomes = [run(connection, work) for work in works]
                for hook in self._hooks:
                    hook.end(connection)
        except BaseException:
            for hook in self._hooks:
                hook.aborted()
            raise
        return outcomes


class _WorkFailed(Exception):
    """Carries the error of one piece of work out of a transaction that is otherwise well."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def _plainly(connection: Connection, work: _Work) -> _Outcome:
    """Run work in the transaction itself. _WorkFailed if it raises."""
    try:
        return work.run(connection), None
    except BaseException as error:
        raise _WorkFailed(_own_error(connection, error)) from error


def _apart(connection: Connection, work: _Work) -> _Outcome:
    """Run work in a savepoint. The caller's error goes to the caller's future; the thread lives on."""
    savepoint = connection.begin_nested()
    try:
        value = work.run(connection)
        savepoint.commit()
    except BaseException as error:
        savepoint.rollback()
        return None, _own_error(connection, error)
    return value, None


def _own_error(connection: Connection, error: BaseException) -> BaseException:
    """What the one caller hears; raises `error` where the whole transaction is lost with it."""
    if not isinstance(error, DBAPIError):
        return error
    if connection.invalidated or _poisoned(error):
        raise error
    return unavailable(error)


def _poisoned(error: DBAPIError) -> bool:
    """True where the whole transaction is lost, not this piece alone (disk full, read-only, I/O error)."""
    text = str(error.orig).lower()
    return any(word in text for word in ("disk is full", "readonly", "disk i/o", "no space", "malformed"))
