"""Draws (随机抽查): a sample that nobody can choose and everybody can recompute. Pure.

`docs/design/sampling.md` says who could bias a draw and how it shows; `docs/reference/integrity-formats.md` says the
same as here in a form that needs nothing of ours. Both must change when this does, and `SPEC` with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import pairwise

from evidence.canonical import Digest, sha256
from evidence.errors import IntegrityBroken
from evidence.merkle import leaf_hash, root_of

SPEC = "mediad/draw/1"
_NUMBERS = 1 << 64  # a number is the first eight bytes of a block


def population_text(ids: Iterable[str]) -> bytes:
    """The list that is committed to: each id once, in the order of its bytes, one per line."""
    return "".join(f"{each}\n" for each in sorted(set(ids))).encode("ascii")


def read_population(data: bytes) -> tuple[str, ...]:
    """Raises IntegrityBroken for a list that `population_text` would not have written."""
    try:
        ids = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise IntegrityBroken("The population is not a list of ids.") from error
    if ids.pop() != "" or "" in ids or not all(a < b for a, b in pairwise(ids)):
        raise IntegrityBroken("The population is not in order, or names something twice.")
    return tuple(ids)


def population_root(ids: Iterable[str]) -> Digest:
    """RFC 6962 root over the ids as leaves: one of them can be shown to be in it without the others."""
    return Digest(root_of([leaf_hash(each.encode("ascii")) for each in ids]).hex())


def seed_of(leaf: bytes, nonce: bytes, word: str) -> bytes:
    """What everything follows from: the commitment's leaf hash, the server's nonce, and the person's word.

    The commitment holds the SHA-256 of nonce and word: neither side knows the other's when it names its own.
    """
    return hashlib.sha256(f"{SPEC}\n".encode() + leaf + nonce + word.encode()).digest()


def numbers(seed: bytes) -> Iterator[int]:
    """Uniform numbers below 2^64: SHA-256 over the seed and a counter of eight bytes."""
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()[:8], "big")
        counter += 1


def draw(ids: tuple[str, ...], size: int, seed: bytes) -> tuple[str, ...]:
    """The first `size` of a shuffle (Fisher and Yates), in the order drawn. Every order is equally likely."""
    if not 0 <= size <= len(ids):
        raise ValueError(f"{size} cannot be drawn from {len(ids)}")
    left, stream = list(ids), numbers(seed)
    for place in range(size):
        other = place + _below(len(ids) - place, stream)
        left[place], left[other] = left[other], left[place]
    return tuple(left[:size])


def _below(bound: int, stream: Iterator[int]) -> int:
    """A uniform number below `bound`: what does not divide evenly is thrown away, not folded in."""
    even = _NUMBERS - _NUMBERS % bound
    return next(number for number in stream if number < even) % bound


def digest_of(secret: bytes | str) -> Digest:
    """How nonce and word are committed to."""
    return sha256(secret.encode() if isinstance(secret, str) else secret)
