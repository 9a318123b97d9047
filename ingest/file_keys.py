"""Device files and how attempts name them. Pure."""

from __future__ import annotations

from evidence.catalog.attempts import Attempt, FileKey
from ingest import names
from ingest.device_files import DeviceFile


def key_of(file: DeviceFile) -> FileKey:
    """How attempts name a device file."""
    return FileKey(file.text, file.size_bytes, file.mtime_ns)


def as_noticed(attempt: Attempt) -> DeviceFile:
    """The file of an attempt, though its device may be gone."""
    return DeviceFile(names.to_bytes(attempt.key.path), attempt.key.size_bytes, attempt.key.mtime_ns, 0, 0)
