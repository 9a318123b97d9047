"""Scratch folders of commands that work beside the daemon, as `mediad ingest` does. Each carries an advisory lock of
its process for as long as that lives, so that sweeping takes a dead process's and leaves a living one's.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "ingest-"


@contextlib.contextmanager
def held_scratch(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`, gone at the end. What dead processes left there goes first."""
    parent.mkdir(exist_ok=True)
    sweep(parent)
    path, fd = _create_held(parent)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(fd)


def sweep(parent: Path) -> int:
    """Remove the folders of processes that are no more; how many."""
    n_removed = 0
    for path in parent.glob(f"{_PREFIX}*"):
        if not _is_of_living(path.name) and _remove(path):
            n_removed += 1
    return n_removed


def _create_held(parent: Path) -> tuple[Path, int]:
    """Again if a sweep took it before the lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Where folders cannot be locked (some network file systems) none is ever swept.
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(fd), path.stat()):
                return path, fd
        os.close(fd)


def _remove(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # no folder, or another sweep was first
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
        return not path.exists()
    except OSError:
        return False
    finally:
        os.close(fd)


def _is_of_living(name: str) -> bool:
    """Versions before had no lock, and their process id in the name: `ingest-4711-x1y2z3`."""
    number, dash, _ = name.removeprefix(_PREFIX).partition("-")
    return bool(dash) and number.isdigit() and Path("/proc", number).exists()
