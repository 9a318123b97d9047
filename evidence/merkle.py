"""The Merkle tree of RFC 6962 §2.1: hashes, proofs and their checks. Pure: bytes in, bytes out, no storage.

Proofs ask for the hashes they need through `subtree(start, stop)`, the root over the leaves start … stop-1; a
store answers from `complete_subtrees` and `join`. Sizes and indexes count leaves from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence.errors import IntegrityBroken

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # RFC 6962 §2.1: the hash of an empty list

Subtree = Callable[[int, int], bytes]
Completed = tuple[int, int, bytes]  # (level, number of the subtree at that level, hash)

_sha256 = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    return _sha256(b"\x01" + left + right).digest()


def join(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size, left to right."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def complete_subtrees(start: int, stop: int) -> tuple[tuple[int, int], ...]:
    """The (level, number) of the complete subtrees that a range falls into, left to right.

    `start` must be a multiple of the largest power of two not above `stop - start`, as in every range that a
    proof asks for.
    """
    found = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        if start & ((1 << level) - 1):
            raise ValueError(f"no subtree of one tree spans leaves {start} to {stop}")
        found.append((level, start >> level))
        start += 1 << level
    return tuple(found)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over a whole list of leaf hashes."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (RFC 6962 §2.1: k)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """The audit path of a leaf, lowest sibling first (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path = []
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
    """The proof that the tree of `new` leaves begins with the tree of `old` (RFC 6962 §2.1.2).

    Empty for old = 0 and for old = new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {old} leaves inside one of {new}")
    if old in (0, new):
        return ()
    path = []
    start, stop, whole = 0, new, True  # whole: the old tree's root is known to the reader as it stands
    while old < stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(subtree(start, stop))
    return tuple(reversed(path))


def _require_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise IntegrityBroken("The proof holds a hash that is not 32 bytes long.")


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise IntegrityBroken unless the leaf hash stands at `index` of the tree (RFC 9162 §2.1.3.2)."""
    _require_hashes(leaf, root, *path)
    if not 0 <= index < size:
        raise IntegrityBroken(f"The inclusion proof names leaf {index} of a tree of {size}.")
    node, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise IntegrityBroken(f"The inclusion proof of leaf {index} is too long.")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise IntegrityBroken(f"The inclusion proof of leaf {index} is too short.")
    if computed != root:
        raise IntegrityBroken(f"Leaf {index} is not in the tree of {size} with this root.")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise IntegrityBroken unless the old tree is the beginning of the new one (RFC 9162 §2.1.4.2)."""
    _require_hashes(old_root, new_root, *path)
    if not 0 <= old <= new:
        raise IntegrityBroken(f"The log went back from {old} entries to {new}.")
    if old in (0, new):
        _check_trivial(old, old_root, new_root, path)
        return
    if not path:
        raise IntegrityBroken("The consistency proof is empty.")
    # A complete old tree is itself the first node; the proof leaves it out.
    nodes = iter(path if old & (old - 1) else (old_root, *path))
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = next(nodes)
    for sibling in nodes:
        if last == 0:
            raise IntegrityBroken("The consistency proof is too long.")
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise IntegrityBroken("The consistency proof is too short.")
    if before != old_root or after != new_root:
        raise IntegrityBroken(f"The log of {new} entries does not begin with the log of {old} entries.")


def _check_trivial(old: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """The two cases that need no proof: an empty old tree, and the same tree twice."""
    if path:
        raise IntegrityBroken("The consistency proof is too long.")
    if old == 0 and old_root != EMPTY_ROOT:
        raise IntegrityBroken("The root of the empty log is wrong.")
    if old != 0 and old_root != new_root:
        raise IntegrityBroken(f"Two different logs of {old} entries were shown.")


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree's right edge: enough to add leaves and to know the root, without the leaves.

    `hashes` are the complete subtrees that the size falls into, largest first: one per set bit of `size`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def from_hashes(cls, size: int, hashes: Sequence[bytes]) -> Frontier:
        """Reload an edge: the hashes of `complete_subtrees(0, size)`. IntegrityBroken if they cannot be that."""
        if size < 0 or len(hashes) != size.bit_count():
            raise IntegrityBroken(f"{len(hashes)} hashes cannot be the edge of a tree of {size}.")
        _require_hashes(*hashes)
        return cls(size, tuple(hashes))

    def add(self, leaf: bytes) -> tuple[Frontier, tuple[Completed, ...]]:
        """One leaf hash more: the new edge, and every subtree of level 1 and up that it completed."""
        size, hashes = self.size, self.hashes
        if not size & 1:
            return Frontier(size + 1, (*hashes, leaf)), ()
        completed: list[Completed] = []
        kept, level, number, top = len(hashes), 0, size, leaf
        while number & 1:
            kept -= 1
            top = _sha256(b"\x01" + hashes[kept] + top).digest()
            level, number = level + 1, number >> 1
            completed.append((level, number, top))
        return Frontier(size + 1, (*hashes[:kept], top)), tuple(completed)

    def root(self) -> bytes:
        """The RFC 6962 root of the tree so far."""
        return join(self.hashes)
