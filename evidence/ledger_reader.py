"""Reads the ledger: entries, checkpoints and proofs. Needs no writer and no key; safe from any thread."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, select

from evidence import merkle
from evidence.catalog.engine import connected
from evidence.catalog.ledger_rows import head_size, stored_bytes, subtree
from evidence.catalog.schema import ledger_checkpoints, ledger_entries
from evidence.errors import Invalid, NotFound

_EMPTY_ROOT = merkle.root_of(())
# Entries are read in slices of this many, so that a long ledger needs no long transaction.
_SLICE = 2_000


class LedgerReader:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self) -> int:
        with connected(self._engine) as connection:
            return head_size(connection)

    def checkpoint(self) -> str:
        """The latest signed note. NotFound on an empty ledger."""
        query = select(ledger_checkpoints.c.note).order_by(ledger_checkpoints.c.size.desc()).limit(1)
        with connected(self._engine) as connection:
            note = connection.execute(query).scalar()
        if note is None:
            raise NotFound("The ledger is empty: it has no checkpoint yet.")
        return str(note)

    def checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        """All signed checkpoints as (size, root, note), oldest first."""
        query = select(ledger_checkpoints).order_by(ledger_checkpoints.c.size)
        with connected(self._engine) as connection:
            for row in connection.execute(query):
                yield int(row.size), stored_bytes(row.root), str(row.note)

    def entry(self, index: int) -> bytes:
        """The canonical JSON of one entry. NotFound past the end."""
        with connected(self._engine) as connection:
            data = connection.execute(select(ledger_entries.c.entry).where(ledger_entries.c.idx == index)).scalar()
        if data is None:
            raise NotFound(f"The ledger has no entry {index}.")
        return stored_bytes(data)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(index, canonical JSON) of [start, stop), in order."""
        stop = self.size() if stop is None else stop
        while start < stop:
            query = (
                select(ledger_entries.c.idx, ledger_entries.c.entry)
                .where(ledger_entries.c.idx >= start, ledger_entries.c.idx < min(start + _SLICE, stop))
                .order_by(ledger_entries.c.idx)
            )
            with connected(self._engine) as connection:
                rows = [(int(row[0]), stored_bytes(row[1])) for row in connection.execute(query)]
            yield from rows
            start += _SLICE

    def of_type(self, kind: str) -> Iterator[tuple[int, bytes]]:
        """(index, canonical JSON) of every entry of one type, in order. For types of which there are few."""
        c = ledger_entries.c
        query = select(c.idx, c.entry).where(c.type == kind).order_by(c.idx)
        with connected(self._engine) as connection:
            rows = [(int(row[0]), stored_bytes(row[1])) for row in connection.execute(query)]
        yield from rows

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """RFC 6962 §2.1.1 audit path of a leaf in the tree of `size` leaves."""
        with connected(self._engine) as connection:
            _require(0 <= index < size <= head_size(connection), "no such leaf in a tree of that size")
            return merkle.inclusion_path(index, size, lambda start, stop: subtree(connection, start, stop))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """RFC 6962 §2.1.2 consistency proof between two tree sizes."""
        with connected(self._engine) as connection:
            _require(0 < old <= new <= head_size(connection), "sizes must satisfy 0 < old <= new <= size")
            return merkle.consistency_path(old, new, lambda start, stop: subtree(connection, start, stop))

    def root(self, size: int) -> bytes:
        with connected(self._engine) as connection:
            _require(0 <= size <= head_size(connection), "the ledger is not that long")
            return subtree(connection, 0, size) if size else _EMPTY_ROOT


def _require(claim: bool, message: str) -> None:
    if not claim:
        raise Invalid(f"Not a proof this ledger can give: {message}.")
