"""What is known about one docking: the files seen, done, failed and refused since the camera was put in.

A new docking starts from nothing: a camera that comes back is read again before its bay shows green. No I/O and
no clock of its own; used from the bay's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest.completeness import Sighting
from ingest.device_files import DeviceFile, Refused, Scan
from ingest.sidecars import Bundle, bundle

# A file that failed is tried again after 2, 4, 8 … s, at most this.
_MAX_BACK_OFF_S = 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in, and when to try again on the monotonic clock."""

    file: DeviceFile
    reason: str
    n_tries: int
    retry_at_s: float


class Docking:
    """`identity` is the mounted folder's (device, inode): another one is another docking."""

    def __init__(self, identity: tuple[int, int], *, clears: bool) -> None:
        self.identity = identity
        self.n_growing = 0
        self.bytes_total = 0
        self.bytes_done = 0
        self.fresh_refused: tuple[Refused, ...] = ()  # what the last look saw first
        self.fresh_lost: tuple[DeviceFile, ...] = ()  # what the last look missed first, and that was not done
        self.growing: frozenset[bytes] = frozenset()  # paths that the device was still writing at the last look
        self._clears = clears
        self._n_cleared = 0
        self._bytes_cleared = 0
        self._seen: dict[bytes, Sighting] = {}
        self._done: dict[bytes, DeviceFile] = {}
        self._failures: dict[bytes, Failure] = {}
        self._refused: tuple[Refused, ...] = ()
        self._lost: dict[bytes, DeviceFile] = {}

    @property
    def n_files(self) -> int:
        return len(self._seen) + self._n_cleared

    @property
    def files(self) -> tuple[DeviceFile, ...]:
        """What the last look saw."""
        return tuple(sighting.file for sighting in self._seen.values())

    @property
    def n_done(self) -> int:
        return len(self._done) + self._n_cleared

    @property
    def n_failed(self) -> int:
        return len(self._failures) + len(self._refused) + len(self._lost)

    @property
    def is_finished(self) -> bool:
        """Everything that was seen is sealed."""
        return self.n_done == self.n_files

    def look(self, scan: Scan, now_s: float, is_complete: Callable[[Sighting], bool]) -> tuple[Bundle, ...]:
        """Take note of a scan; what is complete and neither done nor waiting for another try."""
        before = self._seen
        self._seen = {file.path: _sighting(before.get(file.path), file, now_s) for file in scan.files}
        known = set(self._refused)
        self.fresh_refused = tuple(item for item in scan.refused if item not in known)
        self._refused = scan.refused
        inodes = {(file.device_number, file.inode) for file in scan.files}
        self.fresh_lost = tuple(
            sighting.file
            for path, sighting in before.items()
            # Another name for the same inode: renamed, and seen under the new one.
            if path not in self._seen
            and path not in self._done
            and (sighting.file.device_number, sighting.file.inode) not in inodes
        )
        self._forget_changed(inodes)
        ready: list[Bundle] = []
        growing: list[Bundle] = []
        for item in bundle(scan.files):
            if all(file.path in self._done for file in item.files):
                continue
            failure = self._failures.get(item.main.path)
            if failure is not None and now_s < failure.retry_at_s:
                continue
            if all(file.path in self._done or is_complete(self._seen[file.path]) for file in item.files):
                ready.append(item)
            else:
                growing.append(item)
        self.n_growing = len(growing)
        self.growing = frozenset(file.path for item in growing for file in item.files)
        self._count()
        return tuple(ready)

    def unfinished(self) -> tuple[DeviceFile, ...]:
        """What was seen and is not sealed."""
        return tuple(sighting.file for path, sighting in self._seen.items() if path not in self._done)

    def note_done(self, item: Bundle) -> None:
        for file in item.files:
            if file.path not in self._done:
                self.bytes_done += file.size_bytes
            self._done[file.path] = file
            self._failures.pop(file.path, None)

    def note_growing(self, item: Bundle, now_s: float) -> None:
        """It changed while it was copied: an ordinary wait, from now."""
        for file in item.files:
            self._seen[file.path] = replace(self._seen[file.path], first_seen_s=now_s)
        self.n_growing += 1

    def note_failure(self, item: Bundle, reason: str, now_s: float) -> None:
        earlier = self._failures.get(item.main.path)
        n_tries = earlier.n_tries + 1 if earlier else 1
        retry_at_s = now_s + min(2.0**n_tries, _MAX_BACK_OFF_S)
        self._failures[item.main.path] = Failure(item.main, reason, n_tries, retry_at_s)

    def next_retry_s(self) -> float | None:
        return min((failure.retry_at_s for failure in self._failures.values()), default=None)

    def trouble(self) -> str | None:
        """The first thing a person must look at, in words."""
        if self._failures:
            return next(iter(self._failures.values())).reason
        if self._lost:
            return f"{next(iter(self._lost.values())).text} disappeared from the camera before it was copied."
        if self._refused:
            first = self._refused[0]
            more = f" (and {len(self._refused) - 1} more)" if len(self._refused) > 1 else ""
            return f"{first.text}{more} was not taken in: {first.reason}."
        return None

    def _is_seen(self, file: DeviceFile) -> bool:
        seen = self._seen.get(file.path)
        return seen is not None and seen.file == file

    def _forget_changed(self, inodes: set[tuple[int, int]]) -> None:
        """A file that was written to again is open again; one that failed and is gone is lost, unless renamed."""
        for path, file in list(self._done.items()):
            if self._is_seen(file):
                continue
            del self._done[path]
            if self._clears and path not in self._seen:
                self._n_cleared += 1
                self._bytes_cleared += file.size_bytes
        for path, failure in list(self._failures.items()):
            if self._is_seen(failure.file):
                continue
            del self._failures[path]
            if path not in self._seen and (failure.file.device_number, failure.file.inode) not in inodes:
                self._lost[path] = failure.file
        self._lost = {path: file for path, file in self._lost.items() if path not in self._seen}

    def _count(self) -> None:
        """Once per scan, so that progress costs the same with ten files and with ten thousand."""
        self.bytes_total = self._bytes_cleared + sum(s.file.size_bytes for s in self._seen.values())
        self.bytes_done = self._bytes_cleared + sum(file.size_bytes for file in self._done.values())


def _sighting(before: Sighting | None, file: DeviceFile, now_s: float) -> Sighting:
    return before if before is not None and before.file == file else Sighting(file, now_s)
