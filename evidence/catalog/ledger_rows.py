"""Reads the ledger's tables: leaves, tiles, checkpoints, and hashes of any range of leaves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from evidence import merkle
from evidence.catalog.schema import ledger_entries, ledger_head, ledger_tiles
from evidence.errors import IntegrityBroken

# Roots of complete subtrees are stored at every eighth level, as in C2SP tlog-tiles: proofs stay cheap.
TILE_HEIGHT = 8


def stored_bytes(value: object) -> bytes:
    """A blob column as bytes. An edit with SQL text functions leaves text: to be looked at, not to crash on."""
    return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]


# Made once: to build and look up a statement costs as much as to run it.
_HEAD = select(ledger_head.c.size)
_LOCK_HEAD = _HEAD.with_for_update()


def head_size(connection: Connection, *, lock: bool = False) -> int:
    """How many entries the ledger has. `lock`: nothing is appended by others until this transaction ends. Raises
    IntegrityBroken unless there is exactly one head."""
    query: Select[Any] = _LOCK_HEAD if lock else _HEAD
    heads = connection.execute(query).scalars().all()
    if len(heads) != 1:
        raise IntegrityBroken(f"The ledger has {len(heads)} heads instead of one.")
    return int(heads[0])


def leaf_hashes(connection: Connection, start: int, stop: int) -> list[bytes]:
    """Leaf hashes of [start, stop). Raises IntegrityBroken if one is missing."""
    query = (
        select(ledger_entries.c.leaf_hash)
        .where(ledger_entries.c.idx >= start, ledger_entries.c.idx < stop)
        .order_by(ledger_entries.c.idx)
    )
    hashes = [stored_bytes(row[0]) for row in connection.execute(query)]
    if len(hashes) != stop - start:
        raise IntegrityBroken(f"The ledger lacks entries between {start} and {stop}.")
    return hashes


def subtree(connection: Connection, start: int, stop: int) -> bytes:
    """RFC 6962 root of the leaves [start, stop), from stored tiles where whole ones fit.

    `start` is a multiple of the largest power of two below the length, as in every RFC 6962 subtree.
    """
    length = stop - start
    level = length.bit_length() - 1
    if length == 1 << level:
        return _complete(connection, level, start >> level)
    half = 1 << level
    return merkle.node_hash(subtree(connection, start, start + half), subtree(connection, start + half, stop))


def _complete(connection: Connection, level: int, idx: int) -> bytes:
    """Root of the complete subtree number `idx` of height `level`."""
    stored = level - level % TILE_HEIGHT
    first = idx << (level - stored)
    count = 1 << (level - stored)
    if stored == 0:
        return merkle.root_of(leaf_hashes(connection, first, first + count))
    query = (
        select(ledger_tiles.c.hash)
        .where(ledger_tiles.c.level == stored, ledger_tiles.c.idx >= first, ledger_tiles.c.idx < first + count)
        .order_by(ledger_tiles.c.idx)
    )
    hashes = [stored_bytes(row[0]) for row in connection.execute(query)]
    if len(hashes) != count:
        raise IntegrityBroken(f"The ledger lacks tiles of level {stored} from {first}.")
    return _fold(hashes)


def _fold(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [merkle.node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def load_frontier(connection: Connection, size: int) -> merkle.Frontier:
    """The right edge of the tree of `size` leaves: the roots of its complete subtrees, largest first."""
    hashes: list[bytes] = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            hashes.append(_complete(connection, level, start >> level))
            start += 1 << level
    return merkle.Frontier.from_hashes(size, tuple(hashes))
