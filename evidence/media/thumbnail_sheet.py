"""A recording's thumbnails in one blob: a ZIP file, stored and not compressed, one `<milliseconds>.jpg` each.

Readable with any tool; the reader here needs no OpenCV and is for the daemon. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import bisect
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import IntegrityBroken, NotFound

# ZIP's own beginning of time: the same thumbnails are the same bytes whenever they are made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENDING = ".jpg"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    at_ms: int  # presentation time from the recording's first picture
    jpeg: bytes


def pack(thumbnails: Mapping[int, bytes]) -> bytes:
    """The blob for JPEGs by presentation time in milliseconds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as sheet:
        for at_ms in sorted(thumbnails):
            sheet.writestr(zipfile.ZipInfo(f"{at_ms}{_ENDING}", _EPOCH), thumbnails[at_ms])
    return buffer.getvalue()


class ThumbnailSheet:
    """Reads single thumbnails of a sheet; opens the file for each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with zipfile.ZipFile(path) as sheet:
                self.times_ms = tuple(sorted(int(name.removesuffix(_ENDING)) for name in sheet.namelist()))
        except (zipfile.BadZipFile, ValueError) as error:
            raise IntegrityBroken(f"The thumbnails cannot be read: {error}.") from error

    def at(self, at_ms: int) -> Thumbnail:
        """The last thumbnail at or before that time, or the first of all. NotFound in an empty sheet."""
        if not self.times_ms:
            raise NotFound("There is no thumbnail of this recording.")
        chosen = self.times_ms[max(0, bisect.bisect_right(self.times_ms, at_ms) - 1)]
        try:
            with zipfile.ZipFile(self._path) as sheet:
                return Thumbnail(chosen, sheet.read(f"{chosen}{_ENDING}"))
        except zipfile.BadZipFile as error:
            raise IntegrityBroken(f"The thumbnails cannot be read: {error}.") from error
