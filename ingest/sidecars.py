"""Which small files belong to which recording. Pure.

Cameras write tracks, subtitles and logs beside a recording under the same name. They are kept with it; one whose
recording is not there is evidence by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ingest import names
from ingest.device_files import DeviceFile

SidecarKind = Literal["gps", "subtitle", "other"]

KINDS: dict[str, SidecarKind] = {
    ".gpx": "gps",
    ".nmea": "gps",
    ".gps": "gps",
    ".srt": "subtitle",
    ".ass": "subtitle",
    ".xml": "other",
    ".json": "other",
    ".txt": "other",
    ".log": "other",
}
VIDEO = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".ts", ".m2ts", ".mts", ".mpg", ".3gp", ".wmv", ".flv")
AUDIO = (".wav", ".mp3", ".m4a", ".aac", ".amr", ".flac", ".ogg")
PHOTO = (".jpg", ".jpeg", ".png", ".heic")
# Of several files with one stem, the sidecars go to the first kind that is there.
_MAIN_ORDER = (VIDEO, AUDIO, PHOTO)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file and what the device wrote beside it."""

    main: DeviceFile
    sidecars: tuple[DeviceFile, ...] = ()

    @property
    def files(self) -> tuple[DeviceFile, ...]:
        return (self.main, *self.sidecars)


def bundle(files: Iterable[DeviceFile]) -> tuple[Bundle, ...]:
    """Every file exactly once, as a main file or a sidecar, in the order of the main files' paths."""
    by_stem: dict[bytes, list[DeviceFile]] = defaultdict(list)
    loose: list[DeviceFile] = []
    for file in files:
        if names.extension(file.path) in KINDS:
            loose.append(file)
        else:
            by_stem[names.stem(file.path)].append(file)
            # Some cameras append: REC1.MP4.srt.
            by_stem[file.path].append(file)
    owned: dict[bytes, list[DeviceFile]] = defaultdict(list)
    orphans: list[DeviceFile] = []
    for file in loose:
        candidates = by_stem.get(names.stem(file.path))
        if candidates:
            owned[min(candidates, key=_rank).path].append(file)
        else:
            orphans.append(file)
    mains = {file.path: file for group in by_stem.values() for file in group}
    bundles = [Bundle(main, tuple(owned.get(path, ()))) for path, main in mains.items()]
    bundles += [Bundle(file) for file in orphans]
    return tuple(sorted(bundles, key=lambda item: item.main.path))


def _rank(file: DeviceFile) -> tuple[int, bytes]:
    extension = names.extension(file.path)
    order = next((n for n, group in enumerate(_MAIN_ORDER) if extension in group), len(_MAIN_ORDER))
    return order, file.path
