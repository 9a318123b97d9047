"""What channels open: a camera's address, or the newest file that a recorder is writing into a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from evidence.clock import Clock
from evidence.errors import SourceVanished
from evidence.live import Gone, Open, Taken
from ingest.recorders.address import Address, network_address
from ingest.recorders.bookmark import Bookmark, Mark
from ingest.recorders.worker_process import WorkerSettings

# A file that was opened so often without a new fragment is given up.
_MAX_TRIES = 5
_log = structlog.get_logger()


class Camera:
    """A network camera or recorder; its credentials are read anew each time, so that they can be changed."""

    def __init__(self, url: str, credentials: Path | None, settings: WorkerSettings) -> None:
        self._url, self._credentials, self._settings = url, credentials, settings

    def next(self) -> tuple[Open, Address]:
        address = network_address(self._url, self._credentials)
        s = self._settings
        message = Open(
            kind="rtsp",
            address=address.secret,
            fragment_ms=s.fragment_ms,
            answer_s=s.answer_s,
            silence_s=s.silence_s,
        )
        return message, address

    def over(self, gone: Gone) -> None:
        return


class Whole(Protocol):
    """What becomes of files that cannot be read while they grow; `ingest.recorders.whole_files.WholeFiles` does it."""

    def expect(self, path: Path) -> None: ...

    def look(self) -> None: ...


class GrowingFiles:
    """Files that a recorder writes into a folder, one after the other. Each is followed once, the oldest first.

    A file that was left in its middle, by a worker or a daemon that ended, is followed on from where it is durable in
    the ledger (`taken`). Of the others, those are ours that grow, or have changed since the last one that we followed;
    what was there before is not: a bay on the folder takes it in.
    """

    def __init__(
        self,
        folder: Path,
        settings: WorkerSettings,
        clock: Clock,
        whole: Whole,
        bookmark: Bookmark,
        taken: Callable[[], tuple[Taken, ...]],
    ) -> None:
        """`taken`: what the ledger has of the channel's newest fragment."""
        self._folder, self._settings, self._clock = folder, settings, clock
        self._whole, self._bookmark, self._taken = whole, bookmark, taken
        self._mark = bookmark.read()
        self._done: set[Path] = set()  # what was followed to its end
        self._current: Path | None = None
        self._stuck = _Stuck()

    def next(self) -> tuple[Open, Address] | None:
        self._whole.look()
        self._current = self._left() or self._new()
        if self._current is None:
            return None
        after = self._taken() if self._mark is not None and self._mark.is_of(self._current) else ()
        self._stuck = self._stuck.tried(self._current, after)
        if self._stuck.is_hopeless:
            _log.error("file given up", action="live.file-given-up", path=self._current.name)
            self._leave(self._current)
            return None
        self._note(self._current, is_over=False)
        s = self._settings
        name = str(self._current)
        message = Open(
            kind="file",
            address=name,
            fragment_ms=s.fragment_ms,
            answer_s=s.answer_s,
            silence_s=s.silence_s,
            after=after,
        )
        return message, Address(name, name)

    def over(self, gone: Gone) -> None:
        path, self._current = self._current, None
        if path is None:
            return
        self._leave(path)
        if gone.code == "unsupported":
            self._whole.expect(path)

    def _leave(self, path: Path) -> None:
        self._done.add(path)
        self._note(path, is_over=True)

    def _note(self, path: Path, *, is_over: bool) -> None:
        mark = Mark.of(path, is_over=is_over)
        if mark is not None:
            self._mark = mark
            self._bookmark.put(mark)

    def _left(self) -> Path | None:
        """The file that was followed, and not to its end."""
        mark = self._mark
        if mark is None or mark.is_over:
            return None
        path = self._folder / mark.name
        return path if mark.is_of(path) else None

    def _new(self) -> Path | None:
        """The oldest file that nobody followed and that changed a moment ago, or since the last one was followed."""
        try:
            found = [path for path in self._folder.iterdir() if path.is_file() and not path.name.startswith(".")]
        except OSError as error:
            raise SourceVanished(f"The folder {self._folder} cannot be read: {error.strerror}.") from error
        fresh_ns = round((self._clock.now().timestamp() - self._settings.silence_s) * 1e9)
        since_ns = fresh_ns if self._mark is None else min(fresh_ns, self._mark.changed_ns + 1)
        times = {path: _modified_ns(path) for path in found if not self._is_over(path)}
        ours = [path for path, at_ns in times.items() if at_ns >= since_ns]
        return min(ours, key=lambda path: (times[path], path.name), default=None)

    def _is_over(self, path: Path) -> bool:
        """Was it followed to its end, and has not gone on since? Only the newest one is followed on: of an older one
        nobody could say where."""
        mark = self._mark
        if mark is not None and mark.is_over and mark.is_of(path):
            return _modified_ns(path) <= mark.changed_ns
        return path in self._done


@dataclass(frozen=True, slots=True)
class _Stuck:
    """How often a file was opened without anything of it becoming durable: one that ends every worker must not keep
    those behind it waiting for ever."""

    path: Path | None = None
    after: tuple[Taken, ...] = ()
    n: int = 0

    @property
    def is_hopeless(self) -> bool:
        return self.n > _MAX_TRIES

    def tried(self, path: Path, after: tuple[Taken, ...]) -> _Stuck:
        return _Stuck(path, after, self.n + 1 if (path, after) == (self.path, self.after) else 1)


def _modified_ns(path: Path) -> int:
    """Nanoseconds since 1970; a file that is gone by now was never written to."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
