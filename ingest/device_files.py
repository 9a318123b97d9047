"""The regular files below a bay's folder, reached without ever following a link.

Every directory and file is opened relative to its parent's descriptor with O_NOFOLLOW, so that neither a symlink
nor a directory swapped in between can lead outside. Paths are bytes. Runs on the bay's thread.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence.clock import to_text as time_text
from evidence.errors import SourceRefused, SourceVanished
from evidence.records import Source
from ingest import names
from ingest.volumes import born_ns, volume_of

# What desktop systems leave on a card; never evidence. Matched without regard to case.
DEFAULT_IGNORED = ("System Volume Information", ".Trashes", "Thumbs.db", ".DS_Store", "lost+found")
# Cameras use two or three levels; the bound keeps a hostile tree from exhausting descriptors.
_MAX_DEPTH = 32
_MAX_NS = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """One regular file as a scan saw it."""

    path: bytes  # below the folder, '/'-separated
    size_bytes: int
    mtime_ns: int
    device_number: int  # st_dev
    inode: int

    @property
    def text(self) -> str:
        return names.to_text(self.path)

    def is_same(self, found: os.stat_result) -> bool:
        """Neither replaced nor written to since it was seen."""
        seen = (self.device_number, self.inode, self.size_bytes, self.mtime_ns)
        return seen == (found.st_dev, found.st_ino, found.st_size, _mtime_ns(found))

    def source(self, bay: str) -> Source:
        return Source(bay=bay, path=self.text, size_bytes=self.size_bytes, mtime=mtime_text(self.mtime_ns))


@dataclass(frozen=True, slots=True)
class Refused:
    """Something in a bay that is never taken in."""

    path: bytes
    reason: str

    @property
    def text(self) -> str:
        return names.to_text(self.path)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder held at one moment; both in the order of their paths."""

    files: tuple[DeviceFile, ...]
    refused: tuple[Refused, ...]


class DeviceFolder:
    """A folder of device files. Holds no descriptor between calls: a bay may be unmounted at any time."""

    def __init__(self, root: bytes, ignored: tuple[str, ...] = DEFAULT_IGNORED) -> None:
        self.root = root
        self._ignored = tuple(pattern.lower() for pattern in ignored)

    def identity(self) -> tuple[int, int] | None:
        """(device, inode) of the folder; another one means another mount; None if it is not there."""
        try:
            found = os.stat(self.root)
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None

    def scan(self) -> Scan:
        """Everything below the folder, once. Raises SourceVanished if the folder cannot be read."""
        files: list[DeviceFile] = []
        refused: list[Refused] = []
        for path, found in self._walk(refused):
            if stat.S_ISREG(found.st_mode):
                files.append(_device_file(path, found))
            else:
                refused.append(Refused(path, _REFUSALS.get(stat.S_IFMT(found.st_mode), "not a regular file")))
        return Scan(
            tuple(sorted(files, key=lambda file: file.path)), tuple(sorted(refused, key=lambda item: item.path))
        )

    def find(self, path: bytes) -> DeviceFile:
        """One file by its path. Raises SourceVanished, SourceRefused."""
        with self._opened_parent(path) as (parent, name):
            try:
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except OSError as error:
                raise vanished(error, path) from error
        if not stat.S_ISREG(found.st_mode):
            raise SourceRefused(f"{names.to_text(path)} is {_REFUSALS.get(stat.S_IFMT(found.st_mode), 'special')}.")
        return _device_file(path, found)

    def witness(self, path: bytes) -> tuple[str | None, DeviceFile | None]:
        """(the volume that a file's place lies on, what is there or None): seen by one way down, so that the
        two belong together whatever is mounted meanwhile. Raises SourceVanished if the place cannot be read."""
        births: list[int] = []
        inodes: list[int] = []

        def passing(fd: int) -> None:
            births.append(born_ns(fd))
            inodes.append(os.fstat(fd).st_ino)

        with self._opened_parent(path, passing) as (parent, name):
            volume = volume_of(os.fstat(parent).st_dev, inodes[0], births)
            try:
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                return volume, None
            except OSError as error:
                raise vanished(error, path) from error
        return volume, _device_file(path, found)

    @contextlib.contextmanager
    def opened(self, file: DeviceFile) -> Iterator[int]:
        """A descriptor for reading the very file that was seen. Raises SourceVanished, SourceRefused."""
        with self._opened_parent(file.path) as (parent, name):
            try:
                # Non-blocking, as a pipe swapped in would otherwise hang the bay.
                fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
            except OSError as error:
                raise vanished(error, file.path) from error
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise SourceRefused(f"{file.text} is no longer a regular file.")
            yield fd
        finally:
            os.close(fd)

    def remove(self, file: DeviceFile) -> None:
        """Delete the very file that was seen. Raises SourceRefused if it is another one now, SourceVanished if it
        could not be deleted."""
        with self._opened_parent(file.path) as (parent, name):
            try:
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if not file.is_same(found):
                    raise SourceRefused(f"{file.text} changed after it was copied and was not cleared.")
                os.unlink(name, dir_fd=parent)
            except OSError as error:
                raise vanished(error, file.path) from error
            # It is deleted. Should the device forget that, the file is met again, and deleted again.
            with contextlib.suppress(OSError):
                os.fsync(parent)

    def _walk(self, refused: list[Refused]) -> Iterator[tuple[bytes, os.stat_result]]:
        """Everything but directories, depth first, one open directory per level."""
        try:
            root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise vanished(error, b"") from error
        yield from self._walk_directory(root, b"", refused, 0)

    def _walk_directory(
        self, fd: int, prefix: bytes, refused: list[Refused], depth: int
    ) -> Iterator[tuple[bytes, os.stat_result]]:
        """Takes over `fd`."""
        try:
            with os.scandir(fd) as entries:
                found = [(os.fsencode(entry.name), entry.stat(follow_symlinks=False)) for entry in _sound(entries)]
            for name, status in found:
                path = prefix + name
                if self._is_ignored(name):
                    continue
                if not stat.S_ISDIR(status.st_mode):
                    yield path, status
                elif depth == _MAX_DEPTH:
                    refused.append(Refused(path, f"nested deeper than {_MAX_DEPTH} folders"))
                else:
                    child = _open_directory(name, fd, path, refused)
                    if child is not None:
                        yield from self._walk_directory(child, path + b"/", refused, depth + 1)
        except OSError as error:
            raise vanished(error, prefix) from error
        finally:
            os.close(fd)

    def _is_ignored(self, name: bytes) -> bool:
        text = names.to_text(name).lower()
        return any(fnmatch.fnmatchcase(text, pattern) for pattern in self._ignored)

    @contextlib.contextmanager
    def _opened_parent(
        self, path: bytes, passing: Callable[[int], None] = lambda _fd: None
    ) -> Iterator[tuple[int, bytes]]:
        """The directory that holds `path`, reached step by step; and the last name. `passing` hears every step."""
        *directories, name = path.split(b"/")
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        fd = -1
        try:
            fd = os.open(self.root, flags)
            passing(fd)
            for directory in directories:
                if directory in (b"", b".", b".."):
                    raise SourceRefused(f"{names.to_text(path)} leaves the bay.")
                child = os.open(directory, flags | os.O_NOFOLLOW, dir_fd=fd)
                os.close(fd)
                fd = child
                passing(fd)
        except OSError as error:
            if fd >= 0:
                os.close(fd)
            raise vanished(error, path) from error
        except SourceRefused:
            os.close(fd)
            raise
        try:
            yield fd, name
        finally:
            os.close(fd)


def _sound(entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """The entries that still exist: a file may be removed between reading the list and looking at it."""
    for entry in entries:
        with contextlib.suppress(FileNotFoundError):
            entry.stat(follow_symlinks=False)
            yield entry


def _open_directory(name: bytes, parent: int, path: bytes, refused: list[Refused]) -> int | None:
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    except FileNotFoundError:
        return None  # Removed in between: the next scan tells.
    except (NotADirectoryError, PermissionError) as error:
        refused.append(Refused(path, f"cannot be opened: {error.strerror}"))
        return None


def _device_file(path: bytes, found: os.stat_result) -> DeviceFile:
    return DeviceFile(path, found.st_size, _mtime_ns(found), found.st_dev, found.st_ino)


def _mtime_ns(found: os.stat_result) -> int:
    """What 64 bits hold: a time after the year 2262, as some file systems have it, is written down as that year's."""
    return max(-_MAX_NS, min(found.st_mtime_ns, _MAX_NS))


_REFUSALS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def mtime_text(mtime_ns: int) -> str:
    """RFC 3339 UTC. A time outside the calendar (a damaged card) becomes the nearest one inside."""
    try:
        return time_text(_EPOCH + timedelta(microseconds=mtime_ns // 1000))
    except OverflowError:
        return time_text((datetime.max if mtime_ns > 0 else datetime.min).replace(tzinfo=UTC))


def vanished(error: OSError, path: bytes) -> SourceVanished:
    """A failure of the device's side in words."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    what = names.to_text(path) or "The bay's folder"
    return SourceVanished(f"{what} could not be read: {reason}.", remedy="Dock the camera again.")
