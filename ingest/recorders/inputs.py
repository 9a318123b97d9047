"""What channels open: a camera's address, or the newest file that a recorder is writing into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from evidence.clock import Clock
from evidence.errors import SourceVanished
from evidence.live import Gone, Open
from ingest.recorders.address import Address, network_address
from ingest.recorders.worker_process import WorkerSettings


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

    Files that were there before and are not growing are not ours: a bay on the folder takes them in.
    """

    def __init__(self, folder: Path, settings: WorkerSettings, clock: Clock, whole: Whole) -> None:
        self._folder, self._settings, self._clock = folder, settings, clock
        self._whole = whole
        self._done: dict[Path, int] = {}  # what was followed → its length then
        self._current: Path | None = None

    def next(self) -> tuple[Open, Address] | None:
        self._whole.look()
        self._current = self._growing()
        if self._current is None:
            return None
        s = self._settings
        name = str(self._current)
        message = Open(kind="file", address=name, fragment_ms=s.fragment_ms, answer_s=s.answer_s, silence_s=s.silence_s)
        return message, Address(name, name)

    def over(self, gone: Gone) -> None:
        path, self._current = self._current, None
        if path is None:
            return
        self._done[path] = _length(path)
        if gone.code == "unsupported":
            self._whole.expect(path)

    def _growing(self) -> Path | None:
        """The oldest file that was written to a moment ago and was not followed to its end."""
        try:
            found = [path for path in self._folder.iterdir() if path.is_file() and not path.name.startswith(".")]
        except OSError as error:
            raise SourceVanished(f"The folder {self._folder} cannot be read: {error.strerror}.") from error
        now_s = self._clock.now().timestamp()
        times = {path: _modified_s(path) for path in found if path not in self._done}
        fresh = [path for path, at_s in times.items() if now_s - at_s <= self._settings.silence_s]
        return min(fresh, key=lambda path: (times[path], path.name), default=None)


def _modified_s(path: Path) -> float:
    """Seconds since 1970; a file that is gone by now was never written to."""
    try:
        return path.stat().st_mtime
    except OSError:
        return float("-inf")


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
