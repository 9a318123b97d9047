"""What a content-addressed store of immutable bytes must do. No I/O here; `local` does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from evidence.canonical import Digest


class BlobWriter(Protocol):
    """One blob being written. A context manager: leaves nothing behind unless `keep` returned."""

    def space(self) -> memoryview:
        """Writable room for the next bytes, never empty: fill its front, then `advance`. Saves a copy."""
        ...

    def advance(self, n_bytes: int) -> None:
        """The first `n_bytes` of the last `space` are content now. Raises DiskFull, StoreUnavailable."""
        ...

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes. Raises DiskFull, StoreUnavailable."""
        ...

    def keep(self) -> Digest:
        """Make the bytes durable under their address and return it. Idempotent for content already there.

        Durable means: written, read back past the page cache and compared, fsynced, linked, directory
        fsynced. Raises DiskFull, StoreUnavailable, IntegrityBroken when the disk gives back other bytes.
        """
        ...

    def __enter__(self) -> BlobWriter: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Blobs(Protocol):
    """Thread-safe. Several processes may share one store."""

    def begin(self, size_hint: int = 0) -> BlobWriter:
        """Start a blob; room for `size_hint` bytes is reserved, so that a full disk is known at once."""
        ...

    def put(self, data: bytes) -> Digest: ...

    def put_file(self, path: Path) -> Digest:
        """Take over a finished scratch file of ours: hash, fsync, link to its address, unlink `path`."""
        ...

    def path(self, digest: Digest) -> Path:
        """Where a blob lies, to be opened for reading only. Raises NotFound."""
        ...

    def read(self, digest: Digest) -> bytes:
        """The whole of a small blob, hashed again. Raises NotFound, IntegrityBroken."""
        ...

    def has(self, digest: Digest) -> bool: ...

    def size(self, digest: Digest) -> int:
        """Length in bytes. Raises NotFound."""
        ...

    def __iter__(self) -> Iterator[Digest]:
        """All blobs, in the order of their digests."""
        ...

    def sweep(self) -> int:
        """Remove unfinished files of dead processes, never those of living ones; how many. At start."""
        ...
