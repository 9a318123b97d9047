"""The in-memory twin of the blob store: passes the same contract test as the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from evidence.blobs.store import Witness
from evidence.canonical import Digest, sha256
from evidence.errors import NotFound


class MemoryBlobs:
    """`path` writes the blob to a directory, as some callers need a real file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._blobs: dict[Digest, bytes] = {}

    def begin(self, size_hint: int = 0, witness: Witness | None = None) -> MemoryBlobWriter:
        return MemoryBlobWriter(self._blobs)

    def put(self, data: bytes) -> Digest:
        with self.begin() as writer:
            writer.write(data)
            return writer.keep()

    def put_file(self, path: Path, *, keep: bool = False) -> Digest:
        digest = self.put(path.read_bytes())
        if not keep:
            path.unlink()
        return digest

    def path(self, digest: Digest) -> Path:
        path = self._directory / digest
        path.write_bytes(self.read(digest))
        return path

    def read(self, digest: Digest) -> bytes:
        if digest not in self._blobs:
            raise NotFound(f"There is no blob {digest}.")
        return self._blobs[digest]

    def verify(self, digest: Digest) -> None:
        self.read(digest)

    def has(self, digest: Digest) -> bool:
        return digest in self._blobs

    def size(self, digest: Digest) -> int:
        return len(self.read(digest))

    def __iter__(self) -> Iterator[Digest]:
        return iter(sorted(self._blobs))

    def sweep(self) -> int:
        return 0


class MemoryBlobWriter:
    def __init__(self, blobs: dict[Digest, bytes]) -> None:
        self._blobs = blobs
        self._data = bytearray()
        self._room = bytearray(1 << 16)
        self._open = True

    def space(self) -> memoryview:
        if not self._open:
            raise ValueError("blob writer is closed")
        return memoryview(self._room)

    def advance(self, n_bytes: int) -> None:
        self._data += self._room[:n_bytes]

    def write(self, data: bytes | memoryview) -> None:
        if not self._open:
            raise ValueError("blob writer is closed")
        self._data += data

    def keep(self) -> Digest:
        if not self._open:
            raise ValueError("blob writer is closed")
        self._open = False
        data = bytes(self._data)
        digest = sha256(data)
        self._blobs[digest] = data
        return digest

    def __enter__(self) -> MemoryBlobWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
