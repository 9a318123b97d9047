"""Databases for tests: empty ones, and ones with the newest schema.

Migrating takes a hundred times as long as copying what was migrated once. That the migrations lead from nothing to the
schema is proven by tests/integration/evidence/test_migrations.py.
"""

from __future__ import annotations

import itertools
import tempfile
from functools import cache
from pathlib import Path

import psycopg

from evidence.catalog.engine import migrate, open_engine

_numbers = itertools.count(1)


def new_database(server: str, like: str = "template1") -> str:
    """A new database of the server: an empty one, or a copy of one that nobody uses now (its URL or name)."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2]}")
    return f"{server.rpartition('/')[0]}/{name}"


def migrated_database(server: str) -> str:
    """A new database of the server with the newest schema and nothing in it."""
    return new_database(server, like=_template(server))


def migrated_file(path: Path) -> str:
    """A new SQLite database at `path` with the newest schema and nothing in it."""
    path.write_bytes(_template_file())
    return f"sqlite:///{path}"


@cache
def _template(server: str) -> str:
    url = new_database(server)
    _migrate(url)
    return url


@cache
def _template_file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="mediad-schema-") as folder:
        path = Path(folder) / "catalog.sqlite3"
        _migrate(f"sqlite:///{path}")
        return path.read_bytes()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
