"""Still pictures: thumbnails out of a rendition, and what kind of picture a photo is. Blocking; reads files."""

from __future__ import annotations

from pathlib import Path

from evidence.errors import StoreUnavailable
from evidence.media.thumbnail_sheet import Thumbnail, ThumbnailSheet

# First bytes of picture formats that cameras write; what is none of these is handed out as plain bytes.
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def photo_type(path: Path) -> str:
    """The media type of a stored photo, from its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise StoreUnavailable(f"A stored photo cannot be read: {error.strerror}.") from error
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "application/octet-stream")


def still_of(path: Path, at_ms: int | None) -> Thumbnail:
    """The thumbnail at or before `at_ms`; None: the one in the middle. Raises NotFound, IntegrityBroken."""
    try:
        sheet = ThumbnailSheet(path)
        times_ms = sheet.times_ms or (0,)
        return sheet.at(times_ms[len(times_ms) // 2] if at_ms is None else at_ms)
    except OSError as error:
        raise StoreUnavailable(f"The thumbnails cannot be read: {error.strerror}.") from error
