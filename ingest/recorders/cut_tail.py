"""Moves what stands behind the whole part of a live file aside, beside it as `<recording>.cut`. Nothing is thrown away.

A process killed in between does it again: the copy is durable before the file is shortened.
"""

from __future__ import annotations

import os
from pathlib import Path

from evidence.errors import IntegrityBroken
from ingest.recorders.live_file import disk_trouble

_CHUNK_BYTES = 1 << 20


def cut_tail(path: Path, whole_bytes: int) -> int:
    """Shorten the file to what the ledger says is whole; how many bytes were moved aside.

    IntegrityBroken if it is shorter than that or missing; DiskFull, StoreUnavailable.
    """
    try:
        length = path.stat().st_size
    except FileNotFoundError as error:
        raise IntegrityBroken(f"The file {path.name} is missing; {whole_bytes} bytes of it were signed.") from error
    if length < whole_bytes:
        raise IntegrityBroken(f"The file {path.name} has {length} bytes; {whole_bytes} were synced and signed.")
    if length == whole_bytes:
        return 0
    try:
        _copy_tail(path, whole_bytes, length)
        with path.open("r+b", buffering=0) as file:
            file.truncate(whole_bytes)
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_trouble(error) from error
    return length - whole_bytes


def _copy_tail(path: Path, start: int, end: int) -> None:
    partial = path.with_suffix(".cut.part")
    with path.open("rb", buffering=0) as source, partial.open("wb", buffering=0) as target:
        while start < end:
            data = os.pread(source.fileno(), min(_CHUNK_BYTES, end - start), start)
            if not data:
                break
            target.write(data)
            start += len(data)
        os.fsync(target.fileno())
    partial.rename(path.with_suffix(".cut"))
    fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
