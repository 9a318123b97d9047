"""The Merkle tree of RFC 6962 §2.1: hashes, inclusion and consistency proofs. Pure; bytes in, bytes out.

Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2 and returns None or raises IntegrityBroken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.errors import IntegrityBroken

# Root of the leaves [start, stop); only asked for ranges that are subtrees in the sense of RFC 6962.
Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf's data: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; of none, SHA-256 of the empty string."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier, _ = frontier.add(leaf)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PATH(index, D[size]), leaf to root. Raises ValueError unless 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PROOF(old, D[new]). Raises ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof between {old} and {new}")
    path: list[bytes] = []
    start, stop = 0, new
    whole = True  # the old tree is still the complete left edge of what is looked at
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
            whole = False
    if not whole:
        path.append(subtree(start, stop))
    return tuple(reversed(path))


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise IntegrityBroken unless `path` shows that leaf hash at `index` under `root` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        raise IntegrityBroken(f"The inclusion proof is for leaf {index} of a tree of {size}: there is none.")
    position, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise IntegrityBroken("The inclusion proof is longer than the tree is high.")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        position >>= 1
        last >>= 1
    if last or value != root:
        raise IntegrityBroken(f"The inclusion proof of leaf {index} does not lead to the checkpoint's root.")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise IntegrityBroken unless the tree of `new` leaves extends that of `old` (RFC 9162 §2.1.4.2)."""
    broken = IntegrityBroken(f"The ledger of {new} entries does not extend the one of {old}: history was rewritten.")
    if not 0 < old <= new:
        raise broken
    if old == new:
        if path or old_root != new_root:
            raise broken
        return
    proof = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not proof:
        raise broken
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old_value = new_value = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            raise broken
        if position & 1 or position == last:
            old_value = node_hash(sibling, old_value)
            new_value = node_hash(sibling, new_value)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new_value = node_hash(new_value, sibling)
        position >>= 1
        last >>= 1
    if last or old_value != old_root or new_value != new_root:
        raise broken


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a growing tree: roots of its complete subtrees, largest first. Immutable."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def from_hashes(cls, size: int, hashes: tuple[bytes, ...]) -> Frontier:
        """Reload an edge. ValueError unless there is one hash per set bit of `size`."""
        if size < 0 or len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves does not have {len(hashes)} complete subtrees at its edge")
        return cls(size, hashes)

    def add(self, leaf: bytes) -> tuple[Frontier, tuple[tuple[int, int, bytes], ...]]:
        """The edge with one leaf more, and every (level, number, root) of a subtree this completes."""
        hashes = list(self.hashes)
        value, level, position = leaf, 0, self.size
        completed = [(0, position, leaf)]
        while position & 1:
            value = node_hash(hashes.pop(), value)
            level += 1
            position >>= 1
            completed.append((level, position, value))
        return Frontier(self.size + 1, (*hashes, value)), tuple(completed)

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        value = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            value = node_hash(left, value)
        return value
