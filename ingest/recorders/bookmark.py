"""Which file of a folder was followed last, for the process that comes after this one.

A hint and no evidence: what was recorded of that file is in the ledger. A bookmark that is lost or cannot be written
costs what `inputs.GrowingFiles` says. Used from the channel's thread.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import structlog

from evidence.durable_file import replace_file

_OWN = 0o640  # the service's, and its group's
_log = structlog.get_logger()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A file, as it was when it was seen last."""

    name: str
    device: int
    inode: int
    changed_ns: int  # its last change then
    is_over: bool = False  # it was followed to its end

    @classmethod
    def of(cls, path: Path, *, is_over: bool = False) -> Mark | None:
        """None if it is gone."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(
            name=path.name,
            device=found.st_dev,
            inode=found.st_ino,
            changed_ns=found.st_mtime_ns,
            is_over=is_over,
        )

    def is_of(self, path: Path) -> bool:
        """Is it this very file, and not another one of its name?"""
        now = Mark.of(path)
        return now is not None and (now.name, now.device, now.inode) == (self.name, self.device, self.inode)


class Bookmark:
    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mark | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, mark: Mark) -> None:
        """Durable when this returns, or said in the service's log."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, msgspec.json.encode(mark), mode=_OWN)
        except OSError as error:
            _log.warning("bookmark not kept", action="live.no-bookmark", path=str(self._path), reason=str(error))
