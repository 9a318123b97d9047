"""Still pictures: thumbnails out of a rendition, and what kind of picture a photo is. Blocking; reads files."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import NotFound, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Still:
    at_ms: int  # presentation time it was taken at
    jpeg: bytes


# First bytes of picture formats that cameras write; what is none of these is handed out as plain bytes.
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF", "image/webp"),
)


def photo_type(path: Path) -> str:
    """The media type of a stored photo, from its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise StoreUnavailable(f"A stored photo cannot be read: {error.strerror}.") from error
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "application/octet-stream")


def still_of(path: Path, at_ms: int | None) -> Still:
    """The thumbnail at or before `at_ms` (the first that is later, if none is; None: the middle one)."""
    try:
        with zipfile.ZipFile(path) as stills:
            moments = sorted(int(name.removesuffix(".jpg")) for name in stills.namelist())
            if not moments:
                raise NotFound("There is no thumbnail of this recording.")
            chosen = _choose(moments, at_ms)
            return Still(chosen, stills.read(f"{chosen}.jpg"))
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise StoreUnavailable(f"The thumbnails cannot be read: {error}.", remedy="Run `mediad check`.") from error


def _choose(moments: list[int], at_ms: int | None) -> int:
    if at_ms is None:
        return moments[len(moments) // 2]
    return max((each for each in moments if each <= at_ms), default=moments[0])
