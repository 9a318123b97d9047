"""Blobs on a local disk: `root/sha256/ab/<digest>`, mode 0444, and unfinished ones in `root/tmp`.

The only function of the project that makes a file durable under its address is here. A blob appears at its
address by a hard link of a finished, synced and compared file: it is whole or absent. Unfinished files carry
an advisory lock of their process, so that sweeping never takes a living one's.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from evidence.blobs.pipeline import Pipeline
from evidence.blobs.store import Witness
from evidence.blobs.stride import STRIDE_BYTES, Stride, bypass_page_cache, open_for_reading_back
from evidence.canonical import Digest, sha256
from evidence.errors import DiskFull, IntegrityBroken, MediadError, NotFound, StoreUnavailable

_HEX = frozenset("0123456789abcdef")


class LocalBlobs:
    """Thread-safe; several processes may share one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tmp = root / "tmp"
        self._folders: set[Path] = set()  # of blobs, whose own names are known to be durable
        try:
            for directory in (root, root / "sha256", self._tmp):
                directory.mkdir(parents=True, exist_ok=True)
                sync_directory(directory.parent)
        except OSError as error:
            raise _unavailable(error, root) from error

    def begin(self, size_hint: int = 0, witness: Witness | None = None) -> LocalBlobWriter:
        return LocalBlobWriter(self, self._tmp, size_hint, witness)

    def put(self, data: bytes) -> Digest:
        with self.begin(len(data)) as writer:
            writer.write(data)
            return writer.keep()

    def put_file(self, path: Path, *, keep: bool = False) -> Digest:
        """Take over a finished file; from another file system it is copied."""
        try:
            if path.stat().st_dev != self._tmp.stat().st_dev:
                return self._copy_in(path, keep=keep)
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                digest = Digest(hashlib.file_digest(file, "sha256").hexdigest())
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
                size_bytes = os.fstat(file.fileno()).st_size
            self.link(path, digest, size_bytes)
            if not keep:
                path.unlink()
        except OSError as error:
            raise _unavailable(error, self.root) from error
        return digest

    def _copy_in(self, path: Path, *, keep: bool) -> Digest:
        with path.open("rb", buffering=0) as file, self.begin(path.stat().st_size) as writer:
            while n_bytes := file.readinto(writer.space()):
                writer.advance(n_bytes)
            digest = writer.keep()
        if not keep:
            path.unlink()
        return digest

    def path(self, digest: Digest) -> Path:
        path = self.address(digest)
        if not path.is_file():
            raise NotFound(f"There is no blob {digest}.")
        return path

    def read(self, digest: Digest) -> bytes:
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _unavailable(error, self.root) from error
        if sha256(data) != digest:
            raise IntegrityBroken(f"Blob {digest} does not have the bytes of its name.")
        return data

    def has(self, digest: Digest) -> bool:
        return self.address(digest).is_file()

    def size(self, digest: Digest) -> int:
        return self.path(digest).stat().st_size

    def __iter__(self) -> Iterator[Digest]:
        for directory in sorted((self.root / "sha256").iterdir()):
            for path in sorted(directory.iterdir()):
                if len(path.name) == 64 and set(path.name) <= _HEX:
                    yield Digest(path.name)

    def sweep(self) -> int:
        n_removed = 0
        for path in self._tmp.iterdir():
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                path.unlink()
                n_removed += 1
        return n_removed

    def verify(self, digest: Digest) -> None:
        path = self.path(digest)
        with translated(path), path.open("rb", buffering=0) as file:
            # What the page cache holds says nothing about the disk.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise _damaged(digest, "it holds other bytes")

    def link(self, finished: Path, digest: Digest, size_bytes: int) -> None:
        """Give a finished, synced file its address. What is there already must be the same, as the disk gives it
        back: whoever hears that the content is kept may delete where it came from. Raises IntegrityBroken."""
        address = self.address(digest)
        if address.parent not in self._folders:
            # Also where it is there: another thread or process may have made but not yet synced it.
            address.parent.mkdir(exist_ok=True)
            sync_directory(address.parent.parent)
            self._folders.add(address.parent)
        try:
            os.link(finished, address)
        except FileExistsError:
            found = address.stat().st_size
            if found != size_bytes:
                raise _damaged(digest, f"{found} bytes instead of {size_bytes}") from None
            if not address.samefile(finished):
                self.verify(digest)
        # Also for content already there: another process may have linked but not yet synced it.
        sync_directory(address.parent)

    def address(self, digest: Digest) -> Path:
        """Where a blob lies, or would. Raises NotFound for what is no digest."""
        if len(digest) != 64 or not set(digest) <= _HEX:
            raise NotFound(f"{digest!r} is not a SHA-256 digest.")
        return self.root / "sha256" / digest[:2] / digest


class LocalBlobWriter:
    """One blob on its way; used from one thread."""

    def __init__(self, blobs: LocalBlobs, tmp: Path, size_hint: int, witness: Witness | None = None) -> None:
        self._blobs = blobs
        self._size_bytes = 0
        try:
            self._path, self._fd = _create_locked(tmp)
        except OSError as error:
            raise _unavailable(error, tmp) from error
        self._stride: Stride | None = None
        self._pipeline: Pipeline | None = None
        self._back_fd = -1
        direct = bypass_page_cache(self._fd, on=True)
        try:
            self._back_fd = open_for_reading_back(self._path)
            self._pipeline = Pipeline(self._fd, self._back_fd, direct=direct, witness=witness)
        except OSError as error:
            self._let_go()
            raise _unavailable(error, tmp) from error
        if size_hint > STRIDE_BYTES:
            self._reserve(size_hint)

    def _reserve(self, size_hint: int) -> None:
        """A full disk shows now and not after an hour; and the file lies in one piece."""
        try:
            os.posix_fallocate(self._fd, 0, size_hint)
        except OSError as error:
            # Reserving is a courtesy that not every file system offers; no room is an answer.
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                self._close()
                raise _unavailable(error, self._path) from error

    def space(self) -> memoryview:
        if self._pipeline is None:
            raise ValueError("blob writer is closed")
        if self._stride is None:
            with translated(self._path):
                self._stride = self._pipeline.stride()
            self._stride.offset, self._stride.length = self._size_bytes, 0
        return self._stride.buffer[self._stride.length :]

    def advance(self, n_bytes: int) -> None:
        if self._pipeline is None or self._stride is None:
            raise ValueError("advance without space")
        self._stride.length += n_bytes
        self._size_bytes += n_bytes
        if self._stride.length == STRIDE_BYTES:
            full, self._stride = self._stride, None
            with translated(self._path):
                self._pipeline.push(full)

    def write(self, data: bytes | memoryview) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            room = self.space()
            n_bytes = min(len(room), len(rest))
            room[:n_bytes] = rest[:n_bytes]
            self.advance(n_bytes)
            rest = rest[n_bytes:]

    def keep(self) -> Digest:
        if self._pipeline is None:
            raise ValueError("blob writer is closed")
        try:
            with translated(self._path):
                digest = self._pipeline.finish(self._stride)
                # The last stride was padded to whole blocks, and more may have been reserved.
                os.ftruncate(self._fd, self._size_bytes)
                os.fchmod(self._fd, 0o444)
                os.fsync(self._fd)
                self._blobs.link(self._path, digest, self._size_bytes)
        finally:
            self._close()
        return digest

    def _close(self) -> None:
        if self._pipeline is None:
            return
        self._pipeline.stop()
        self._pipeline = None
        self._stride = None
        self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        for fd in (self._back_fd, self._fd):
            if fd >= 0:
                os.close(fd)

    def __enter__(self) -> LocalBlobWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


def _create_locked(tmp: Path) -> tuple[Path, int]:
    """A new temporary file that this process holds; again if a sweep took it before the lock."""
    while True:
        path = tmp / secrets.token_hex(16)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:
            return path, fd
        os.close(fd)


def sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _damaged(digest: Digest, how: str) -> IntegrityBroken:
    return IntegrityBroken(
        f"Blob {digest} is damaged: {how}.",
        remedy="Restore it from a backup, or move the damaged file away and dock the camera again; "
        "`mediad verify --all` lists what else is damaged.",
    )


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """What a disk fails with, as DiskFull or StoreUnavailable."""
    try:
        yield
    except OSError as error:
        raise _unavailable(error, path) from error


def _unavailable(error: OSError, path: Path) -> MediadError:
    """A disk's failure in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            "The disk of the evidence store is full.",
            remedy="Free space or add a disk; the device file is untouched.",
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreUnavailable(f"The evidence store cannot be used: {reason} ({path}).")
