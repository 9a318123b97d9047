"""Opens the database and brings its schema up to date. Runs wherever it is called; engines are thread-safe."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from evidence.errors import ConfigInvalid, StoreUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
# A writer waits this long for another process's transaction (an intake on the command line, say), on either database.
_BUSY_TIMEOUT_MS = 15_000
# After these an SQLite connection is of no use, even when the disk was mended: its files are not those of the path.
_LOST_FILE = ("disk i/o error", "readonly database", "unable to open", "malformed", "not a database")


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`. Opens no connection yet.

    The connection used last is used next, so that few of a pool are warm and the others cost nothing.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_use_lifo=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if backend != "sqlite":
        raise ConfigInvalid(f"Database {backend!r} is not supported.", remedy="Use sqlite:/// or postgresql://.")
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}, pool_use_lifo=True)
    if parsed.database not in (None, "", ":memory:"):
        event.listen(engine, "do_connect", _Once(parsed.database))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _give_up_lost_file)
    return engine


def _prepare_postgresql(connection: psycopg.Connection[Any], _record: object) -> None:
    # Without it a lock that somebody forgot holds up intake and viewings for ever, and nobody is told.
    connection.execute(f"SET lock_timeout = {_BUSY_TIMEOUT_MS}")
    # Compiling takes longer than any query of ours: it pays for reports over millions of rows.
    connection.execute("SET jit = off")
    # A server that is told to answer before a commit is on its disk would lose, with its power, what we called safe.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


class _Once:
    """Lets SQLite make the file at the first connection only: a disk that comes off later must not leave an empty
    database at its mount point, in which the site would seem to have lost everything."""

    def __init__(self, path: str | None) -> None:
        self._path = str(path)
        self._existed = False

    def __call__(self, _dialect: object, _record: object, arguments: list[Any], keywords: dict[str, Any]) -> None:
        if self._existed:
            # https://www.sqlite.org/uri.html
            arguments[0] = f"file:{quote(os.path.abspath(self._path))}?mode=rw"
            keywords["uri"] = True
        self._existed = True


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # We emit BEGIN ourselves: the driver's implicit one is deferred and loses races as "locked" errors.
    connection.isolation_level = None
    # No larger page cache than SQLite's 2 MB: each connection of the pool fills its own, and what is missed there the
    # kernel has (measured in docs/design/performance.md).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _give_up_lost_file(context: ExceptionContext) -> None:
    """Open the database anew at the next use, with every connection of the pool."""
    if any(words in str(context.original_exception).lower() for words in _LOST_FILE):
        context.is_disconnect = True


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version, in one transaction."""
    with connected(engine, writes=True) as connection:
        command.upgrade(_alembic(connection), "head")


def require_current(engine: Engine) -> None:
    """Raise ConfigInvalid unless the schema is the one this program was written for."""
    with connected(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        wanted = ScriptDirectory.from_config(_alembic(connection)).get_current_head()
    if found != wanted:
        raise ConfigInvalid(
            f"The database has schema {found or 'none'}, this program needs {wanted}.",
            remedy="Run `mediad init` for a new site or `mediad serve --migrate` for an existing one.",
        )


class connected:
    """`with connected(engine, writes=True) as conn:` — one transaction; foreign errors become StoreUnavailable.

    `snapshot`: every statement sees the database as it was at the first. SQLite's transactions always do.
    """

    def __init__(self, engine: Engine, *, writes: bool = False, snapshot: bool = False) -> None:
        self._engine = engine
        self._writes = writes
        self._snapshot = snapshot and engine.dialect.name == "postgresql"
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect().execution_options(writes=self._writes)
            if self._snapshot:
                self._connection = self._connection.execution_options(isolation_level="REPEATABLE READ")
            self._connection.begin()
        except DBAPIError as error:
            self._close()
            raise unavailable(error) from error
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            if error is None:
                connection.commit()
            else:
                connection.rollback()
        except DBAPIError as failed:
            raise unavailable(failed) from failed
        finally:
            self._close()
        if isinstance(error, OperationalError):
            raise unavailable(error) from error

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def unavailable(error: DBAPIError) -> StoreUnavailable:
    """A database failure in words. A server's own words name its host and our user there: those stay private."""
    reason = str(error.orig).strip().rstrip(".") or type(error).__name__
    if isinstance(error.orig, psycopg.Error):
        return StoreUnavailable(
            "The database cannot be used.",
            private=f"The database server says: {reason}.",
            remedy="Look at the log, at the database server and its disk.",
        )
    return StoreUnavailable(
        f"The database cannot be used: {reason}.",
        remedy="Look at the disk and the rights of the data directory.",
    )
