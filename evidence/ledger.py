"""The ledger's only write door: entries become leaves of an RFC 6962 tree, with a signed checkpoint per commit.

Runs on the writer's thread. Several processes may append to one site (a daemon and a command): every transaction
first locks the head row and reloads the tree's right edge if another process moved it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, Protocol

from sqlalchemy import Connection, insert, update

from evidence import merkle
from evidence.catalog import schema
from evidence.catalog.ledger_rows import TILE_HEIGHT, head_size, load_frontier
from evidence.catalog.writer import BatchHook, Writer
from evidence.checkpoint import make_note
from evidence.entries import AnyEntry, encode, type_of
from evidence.errors import StoreUnavailable
from evidence.records import EntryIndex
from evidence.signing import NoteSigner

# Made once: to build and look up a statement costs as much as to run it.
_MOVE_HEAD = update(schema.ledger_head)
_ADD_ENTRIES = insert(schema.ledger_entries)
_ADD_CHECKPOINT = insert(schema.ledger_checkpoints)


class Projection(Protocol):
    """Called before the entry's own row is written, in the same transaction."""

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
        self._seen = 0  # so long was the ledger already
        self._added: list[dict[str, Any]] = []  # rows of this transaction, written together at its end
        writer.add_hook(BatchHook(self._begin, self._end, self._aborted))

    def submit(
        self, *entries: AnyEntry, also: Callable[[Connection], None] | None = None
    ) -> Future[tuple[EntryIndex, ...]]:
        """Append entries in order, atomically, and run `also` in the same transaction."""
        return self._submit(lambda _connection: entries, also)

    def decide(self, decide: Callable[[Connection], Iterable[AnyEntry]]) -> Future[tuple[EntryIndex, ...]]:
        """Append what `decide` returns, having read the catalog in the very transaction that appends.

        Nobody, in no process, can change between the reading and the entry what it was decided by. What `decide`
        raises is raised to the caller and nothing is appended. It runs on the writer's thread: keep it short.
        A generator sees what it yielded before in the catalog.
        """

        def informed(connection: Connection) -> Iterable[AnyEntry]:
            # Entries that stand before this one in the same transaction are part of what it is decided by.
            self._write_added(connection)
            return decide(connection)

        return self._submit(informed, None)

    def _submit(
        self, decide: Callable[[Connection], Iterable[AnyEntry]], also: Callable[[Connection], None] | None
    ) -> Future[tuple[EntryIndex, ...]]:
        def work(connection: Connection) -> tuple[EntryIndex, ...]:
            before, added, n_added = self._frontier, self._added, len(self._added)
            try:
                indices = tuple(self._add(connection, entry) for entry in decide(connection))
                if also is not None:
                    also(connection)
            except BaseException:
                # The savepoint takes the rows back; the tree's edge must go back with them.
                self._frontier, self._added = before, added[:n_added]
                raise
            return indices

        return self._writer.submit(work)

    def secret(self, text: str) -> bytes:
        """32 bytes that nobody can know without the ledger's key; the same again for the same text.

        Ed25519 signatures are deterministic (RFC 8032). The text must not look like a checkpoint: it begins with a
        name that no origin has.
        """
        return hashlib.sha256(self._signer.sign(f"mediad secret\n{text}".encode())).digest()

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
        self._added.append({"idx": index, "type": type_of(entry), "at": entry.at, "entry": data, "leaf_hash": leaf})
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
        """Lock the head against other processes; reload the edge if it is not ours. A ledger that became shorter is
        another database: nothing is signed over it."""
        size = head_size(connection, lock=True)
        committed = 0 if self._frontier is None else self._frontier.size
        self._seen = max(self._seen, committed)
        if size < self._seen:
            raise StoreUnavailable(
                f"The ledger has {size} entries and had {self._seen}: an older database was put in its place.",
                remedy="Stop the daemon, and put the newest database back.",
            )
        self._seen = size
        if self._frontier is None or self._frontier.size != size:
            self._frontier = load_frontier(connection, size)
        self._signed_size = size

    def _end(self, connection: Connection) -> None:
        frontier = self._frontier
        if frontier is None or frontier.size == self._signed_size:
            return
        root = frontier.root()
        note = make_note(self._origin, frontier.size, root, self._signer)
        self._write_added(connection)
        connection.execute(_ADD_CHECKPOINT, {"size": frontier.size, "root": root, "note": note})
        connection.execute(_MOVE_HEAD, {"size": frontier.size})

    def _write_added(self, connection: Connection) -> None:
        if self._added:
            connection.execute(_ADD_ENTRIES, self._added)
            # A new list: the old one comes back with the savepoint that takes its rows back.
            self._added = []

    def _aborted(self) -> None:
        self._added = []
        self._frontier = None
