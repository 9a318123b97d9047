"""Is a device file finished? Decided from what the scans saw and what the kernel says about writers.

A file is complete when nobody writes to it and it has stood still: over two scans, or for `settle_s` by its own
time. A half-copied file must never count as collected; a finished one should not wait for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidence.errors import MediadError
from ingest.device_files import DeviceFile, DeviceFolder
from ingest.writers import has_writer


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as the previous scan saw it, and when that was on the monotonic clock."""

    file: DeviceFile
    first_seen_s: float  # since when it looks exactly like this


def is_complete(sighting: Sighting, *, now_s: float, wall: datetime, settle_s: float, writer: bool | None) -> bool:
    """Pure. `writer`: somebody has the file open for writing; None: the kernel cannot tell."""
    if writer is True:
        return False
    stood_still_s = now_s - sighting.first_seen_s
    if stood_still_s >= settle_s > 0 or (settle_s == 0 and stood_still_s > 0):
        return True
    if writer is None:
        return False
    # A card's finished files need no second look: nobody writes, and their time is past. A time in the future
    # says nothing.
    age_s = wall.timestamp() - sighting.file.mtime_ns / 1e9
    return age_s >= settle_s


def writer_of(folder: DeviceFolder, file: DeviceFile) -> bool | None:
    """Ask the kernel; a file that cannot be opened now tells nothing."""
    try:
        with folder.opened(file) as fd:
            return has_writer(fd)
    except MediadError:
        return None
