"""Makes the catalog again from the ledger and the blobs, compares it row by row, and replaces what differs.

Promise I3 rests on this: the projected tables say nothing that ledger and blobs do not. The second catalog is made
in a scratch SQLite file, whatever database the site has: the rows must be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError as RowRefused
from sqlalchemy.exc import NoResultFound

from evidence.blobs.store import Blobs
from evidence.catalog.bigrams import terms
from evidence.catalog.engine import connected, migrate, open_engine
from evidence.catalog.ledger_rows import head_size
from evidence.catalog.projection import Projector
from evidence.catalog.recording_rows import search_texts
from evidence.catalog.schema import PROJECTED, recordings
from evidence.catalog.search import clear_terms, put_terms
from evidence.catalog.tally_rows import forget
from evidence.entries import decode
from evidence.errors import IntegrityBroken
from evidence.ledger_reader import LedgerReader
from evidence.records import EntryIndex, RecordingId
from evidence.stages import Advance, Stage, silent

# Rows held at a time when copying or comparing.
_CHUNK = 1_000
# Per statement: as an option of the connection it would hold for every later statement too.
_STREAMED = {"yield_per": _CHUNK}
# Entries projected in one transaction of the scratch file.
_BATCH = 5_000
# A catalog that differs everywhere needs no list of every row.
_MAX_NAMED = 100


# What projecting an entry raises that the ledger would never have taken: doubled, out of place, or with values that
# make no sense.
_SENSELESS = (IntegrityBroken, RowRefused, NoResultFound, ValueError, LookupError, OverflowError)


def _words(error: Exception) -> str:
    if isinstance(error, RowRefused):
        return f"it contradicts what stands before it ({error.orig})."
    return error.message if isinstance(error, IntegrityBroken) else f"it makes no sense ({error})."


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that the catalog has otherwise than ledger and blobs say."""

    table: str
    key: tuple[object, ...]
    what: str  # "missing", "unexpected", or the names of the columns that differ


class Replica:
    """A second catalog in a scratch file, brought up to a length of the ledger."""

    def __init__(self, site: Engine, blobs: Blobs, scratch: Path) -> None:
        self._site = site
        self._engine = open_engine(f"sqlite:///{scratch}")
        migrate(self._engine)
        self._project = Projector(blobs)
        self.size = 0

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The catalog as it is at this length of the ledger. Of the ledger itself it has nothing."""
        with connected(self._engine) as connection:
            yield connection

    def follow(self, size: int, advance: Advance = lambda _n: None) -> None:
        """Project the entries up to `size`. IntegrityBroken if one cannot be read or projected."""
        reader = LedgerReader(self._site)
        while self.size < size:
            stop = min(self.size + _BATCH, size)
            self._take(reader.entries(self.size, stop))
            advance(stop - self.size)
            self.size = stop

    def _take(self, entries: Iterator[tuple[int, bytes]]) -> None:
        with connected(self._engine, writes=True) as connection:
            for index, data in entries:
                try:
                    self._project(connection, EntryIndex(index), decode(data))
                except _SENSELESS as error:
                    raise IntegrityBroken(f"Ledger entry {index} cannot be projected: {_words(error)}") from error

    def differences(self, connection: Connection, stage: Stage = silent) -> tuple[Difference, ...]:
        """What the site's catalog has otherwise; at most `_MAX_NAMED` of it. `connection` reads the site."""
        found: list[Difference] = []
        with connected(self._engine) as mine, stage("Comparing rows", self._n_rows(mine)) as advance:
            for table in PROJECTED:
                for difference in compare(table, mine, connection, advance):
                    found.append(difference)
                    if len(found) >= _MAX_NAMED:
                        return tuple(found)
            if missing := _unsearchable(connection):
                found.append(Difference("recording_search", (), f"{missing} recordings cannot be found by text"))
        return tuple(found)

    def _n_rows(self, mine: Connection) -> int:
        return sum(mine.execute(select(func.count()).select_from(table)).scalar_one() for table in PROJECTED)

    def replace(self, connection: Connection) -> None:
        """Put this catalog's rows in the place of the site's, in the caller's transaction."""
        for table in reversed(PROJECTED):
            connection.execute(delete(table))
        clear_terms(connection)
        # Judged by rows that may have been wrong.
        forget(connection)
        with connected(self._engine) as mine:
            for table in PROJECTED:
                for rows in _chunks(mine, table):
                    connection.execute(insert(table), [dict(row._mapping) for row in rows])
            for rows in _chunks(mine, recordings):
                for row in rows:
                    put_terms(connection, RecordingId(row.id), terms(*search_texts(dict(row._mapping))))


def rebuild(
    site: Engine, blobs: Blobs, scratch: Path, *, replace: bool, stage: Stage = silent
) -> tuple[Difference, ...]:
    """Compare the site's catalog with a new one and, if `replace`, put the new one in its place where it differs.

    Projecting and comparing run beside a working daemon, which waits for nothing: they read one state of the site.
    Only an exchange holds the ledger's head, so that nothing is appended in between. `scratch` must not exist yet.
    Raises IntegrityBroken.
    """
    replica = Replica(site, blobs, scratch)
    try:
        with connected(site, snapshot=True) as connection:
            size = head_size(connection)
            with stage("Projecting", size) as advance:
                replica.follow(size, advance)
            found = replica.differences(connection, stage)
        if found and replace:
            with connected(site, writes=True) as connection:
                replica.follow(head_size(connection, lock=True))
                replica.replace(connection)
        return found
    finally:
        replica.close()


def compare(
    table: Table, wanted: Connection, found: Connection, advance: Advance = lambda _n: None
) -> Iterator[Difference]:
    """Walk both tables in the order of their keys and tell where they differ."""
    keys = [column.name for column in table.primary_key.columns]

    def key_of(row: Row[Any]) -> tuple[Any, ...]:
        return tuple(row._mapping[name] for name in keys)

    left, right = _sorted_rows(wanted, table), _sorted_rows(found, table)
    mine, theirs = next(left, None), next(right, None)
    while mine is not None or theirs is not None:
        if mine is not None:
            advance(1)
        if mine is not None and (theirs is None or key_of(mine) < key_of(theirs)):
            yield Difference(table.name, key_of(mine), "missing")
            mine = next(left, None)
        elif theirs is not None and (mine is None or key_of(theirs) < key_of(mine)):
            yield Difference(table.name, key_of(theirs), "unexpected")
            theirs = next(right, None)
        elif mine is not None and theirs is not None:
            changed = [name for name in table.c.keys() if mine._mapping[name] != theirs._mapping[name]]  # noqa: SIM118
            if changed:
                yield Difference(table.name, key_of(mine), ", ".join(changed))
            mine, theirs = next(left, None), next(right, None)


def _sorted_rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Rows in the order in which Python compares their keys: byte order for text, whatever the database's locale."""
    order = [
        column.collate("C") if connection.dialect.name == "postgresql" and column.type.python_type is str else column
        for column in table.primary_key.columns
    ]
    for rows in _chunks(connection, table, order):
        yield from rows


def _chunks(connection: Connection, table: Table, order: list[Any] | None = None) -> Iterator[list[Row[Any]]]:
    query = select(table).order_by(*(order or table.primary_key.columns))
    result = connection.execute(query, execution_options=_STREAMED)
    for rows in result.partitions(_CHUNK):
        yield list(rows)


def _unsearchable(connection: Connection) -> int:
    """How many recordings the full-text table lacks."""
    query = "SELECT count(*) FROM recordings WHERE id NOT IN (SELECT recording FROM recording_search)"
    return int(connection.execute(text(query)).scalar_one())
