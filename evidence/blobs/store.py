"""What a content-addressed store of immutable bytes must do. No I/O here; `local` does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from evidence.canonical import Digest


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a blob in memory: its bytes from `offset` on lie at `at` of the memory."""

    at: int
    offset: int
    length: int


class Witness(Protocol):
    """Is shown the very memory that a blob's digest and its comparison with the disk are taken from."""

    def see(self, memory_fd: int, spans: tuple[Span, ...]) -> bool:
        """The last of `spans` is new, the one before it was seen already. False: show no more.

        Strides come in order, on a thread of the writer; the memory can be mapped for reading and stays as it is
        until this returns. What was seen is the blob's content only if `keep` returns. Raises nothing.
        """
        ...


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

    def begin(self, size_hint: int = 0, witness: Witness | None = None) -> BlobWriter:
        """Start a blob; room for `size_hint` bytes is reserved, so that a full disk is known at once.

        `witness` may be shown the content while it is written: all of it, a part, or nothing.
        """
        ...

    def put(self, data: bytes) -> Digest: ...

    def put_file(self, path: Path, *, keep: bool = False) -> Digest:
        """Take over a finished file of ours: hash, fsync, link to its address, unlink `path` unless `keep`."""
        ...

    def path(self, digest: Digest) -> Path:
        """Where a blob lies, to be opened for reading only. Raises NotFound."""
        ...

    def read(self, digest: Digest) -> bytes:
        """The whole of a small blob, hashed again. Raises NotFound, IntegrityBroken."""
        ...

    def verify(self, digest: Digest) -> None:
        """Read a blob of any length back from the disk. Raises NotFound, IntegrityBroken, StoreUnavailable."""
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
