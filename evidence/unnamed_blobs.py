"""Blobs that nothing names: being taken in right now, left by something that broke off, or of entries that were lost
with a database. Reads only.

None of them is ever removed: one may be footage whose sealing broke off, or the manifest of a recording that was sealed
and whose entry is lost.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog import check_queries as queries
from evidence.catalog.copies_in_hand import all_in_hand
from evidence.catalog.engine import connected
from evidence.errors import IntegrityBroken
from evidence.signing import SealVerifier
from evidence.statements import Manifest
from evidence.verify import verify_manifest

# A manifest of ten hours has some 9,000 statements of 1.5 kB; what is longer is none.
_MAX_MANIFEST_BYTES = 64 << 20
# Where and what files begin with (a container's first box says so behind its length).
_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "film or sound (MP4)"),
    (8, b"AVI ", "film (AVI)"),
    (8, b"WAVE", "sound (WAV)"),
    (0, b"\x1aE\xdf\xa3", "film (Matroska)"),
    (0, b"G\x40", "film (MPEG-TS)"),
    (0, b"\xff\xd8\xff", "picture (JPEG)"),
    (0, b"\x89PNG", "picture (PNG)"),
    (0, b"%PDF", "document (PDF)"),
)
_ENOUGH_BYTES = 16


def unnamed(engine: Engine, blobs: Blobs, candidates: Iterable[Digest] | None = None) -> tuple[Digest, ...]:
    """Those of the store, or of `candidates`, that neither the catalog nor a copy in hand names. The store is read
    first: what a daemon at work names meanwhile is not among them."""
    there = list(blobs if candidates is None else candidates)
    if not there:
        return ()
    with connected(engine) as connection:
        named = {use.digest for use in queries.blob_uses(connection)}
        named.update(blob for blob, _recording in all_in_hand(connection))
    return tuple(digest for digest in there if digest not in named)


def manifest_of(blobs: Blobs, digest: Digest, seal: SealVerifier) -> Manifest | None:
    """The manifest that a blob is, if it is one that this site signed."""
    if blobs.size(digest) > _MAX_MANIFEST_BYTES or not _beginning(blobs, digest).startswith(b'{"'):
        return None
    try:
        return verify_manifest(blobs.read(digest), seal)
    except IntegrityBroken:
        return None


def looks_like(blobs: Blobs, digest: Digest) -> str:
    """What a blob is by its first bytes, in words; empty if they tell nothing."""
    head = _beginning(blobs, digest)
    return next((words for at, text, words in _BEGINNINGS if head[at:].startswith(text)), "")


def _beginning(blobs: Blobs, digest: Digest) -> bytes:
    with blobs.path(digest).open("rb") as file:
        return file.read(_ENOUGH_BYTES)
