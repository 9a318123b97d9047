"""The ledger's only write door: entries become leaves of an RFC 6962 tree, with a signed checkpoint per commit.

Runs on the writer's thread. Several processes may append to one site (a daemon and a command): every transaction
first locks the head row and reloads the tree's right edge if another process moved it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

from sqlalchemy import Connection, insert, select, update

from evidence import merkle
from evidence.catalog import schema
from evidence.catalog.ledger_rows import TILE_HEIGHT, load_frontier
from evidence.catalog.writer import BatchHook, Writer
from evidence.checkpoint import make_note
from evidence.entries import AnyEntry, encode, type_of
from evidence.errors import StoreUnavailable
from evidence.records import EntryIndex
from evidence.signing import NoteSigner


class Projection(Protocol):
    def __call__(self, connection: Connection, index: EntryIndex, entry: AnyEntry) -> None: ...


class Ledger:
    """Thread-safe. What `append` returned for is durable, projected and covered by a signed checkpoint."""

    def __init__(self, writer: Writer, signer: NoteSigner, origin: str, project: Projection) -> None:
        self._writer = writer
        self._signer = signer
        self._origin = origin
        self._project = project
        self._frontier: merkle.Frontier | None = None  # None: reload from the database
        self._signed_size = -1
        writer.add_hook(BatchHook(self._begin, self._end, self._aborted))

    def submit(
        self, *entries: AnyEntry, also: Callable[[Connection], None] | None = None
    ) -> Future[tuple[EntryIndex, ...]]:
        """Append entries in order, atomically, and run `also` in the same transaction."""
        return self._submit(lambda _connection: entries, also)

    def decide(self, decide: Callable[[Connection], Sequence[AnyEntry]]) -> Future[tuple[EntryIndex, ...]]:
        """Append what `decide` returns, having read the catalog in the very transaction that appends.

        Nobody, in no process, can change between the reading and the entry what it was decided by. What `decide`
        raises is raised to the caller and nothing is appended. It runs on the writer's thread: keep it short.
        """
        return self._submit(decide, None)

    def _submit(
        self, decide: Callable[[Connection], Sequence[AnyEntry]], also: Callable[[Connection], None] | None
    ) -> Future[tuple[EntryIndex, ...]]:
        def work(connection: Connection) -> tuple[EntryIndex, ...]:
            before = self._frontier
            try:
                indices = tuple(self._add(connection, entry) for entry in decide(connection))
                if also is not None:
                    also(connection)
            except BaseException:
                # The savepoint takes the rows back; the tree's edge must go back with them.
                self._frontier = before
                raise
            return indices

        return self._writer.submit(work)

    def append(self, *entries: AnyEntry, also: Callable[[Connection], None] | None = None) -> tuple[EntryIndex, ...]:
        """`submit` and wait until durable. Raises StoreUnavailable if the ledger cannot be written."""
        return self.submit(*entries, also=also).result()

    def _add(self, connection: Connection, entry: AnyEntry) -> EntryIndex:
        if self._frontier is None:
            raise StoreUnavailable("The ledger is not open.")
        index = EntryIndex(self._frontier.size)
        data = encode(entry)
        leaf = merkle.leaf_hash(data)
        self._frontier, completed = self._frontier.add(leaf)
        connection.execute(
            insert(schema.ledger_entries),
            {"idx": index, "type": type_of(entry), "at": entry.at, "entry": data, "leaf_hash": leaf},
        )
        tiles = [
            {"level": level, "idx": position, "hash": value}
            for level, position, value in completed
            if level and level % TILE_HEIGHT == 0
        ]
        if tiles:
            connection.execute(insert(schema.ledger_tiles), tiles)
        self._project(connection, index, entry)
        return index

    def _begin(self, connection: Connection) -> None:
        """Lock the head against other processes; reload the edge if it is not ours."""
        size = connection.execute(select(schema.ledger_head.c.size).with_for_update()).scalar_one()
        if self._frontier is None or self._frontier.size != size:
            self._frontier = load_frontier(connection, size)
        self._signed_size = size

    def _end(self, connection: Connection) -> None:
        frontier = self._frontier
        if frontier is None or frontier.size == self._signed_size:
            return
        root = frontier.root()
        note = make_note(self._origin, frontier.size, root, self._signer)
        connection.execute(insert(schema.ledger_checkpoints), {"size": frontier.size, "root": root, "note": note})
        connection.execute(update(schema.ledger_head).values(size=frontier.size))

    def _aborted(self) -> None:
        self._frontier = None
