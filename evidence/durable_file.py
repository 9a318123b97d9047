"""Replaces a small file so that at every moment, a power cut included, either the old one is there or the new one."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from evidence.blobs.local import sync_directory


def replace_file(path: Path, data: bytes, *, mode: int) -> None:
    """Temporary file, fsync, rename, fsync of the folder. OSError where the disk refuses.

    Several processes may do it at once: the last one wins. A kill leaves a temporary file beside it, which the next
    call removes.
    """
    for left in path.parent.glob(f".{path.name}.*.part"):
        if not _is_held(left):
            left.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, mode)  # whatever the umask
            file.write(data)
            file.flush()
            os.fsync(fd)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def _is_held(part: Path) -> bool:
    """Whether the process that began it still runs on this machine."""
    number = part.name.split(".")[-2].partition("-")[0]
    return not number.isdecimal() or Path("/proc", number).exists()
