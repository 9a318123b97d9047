"""A segment's bytes: virtual fragments of the stored file, or the muxer's output from a worker process."""

from __future__ import annotations

from typing import Protocol

import msgspec

from evidence.media.fragments import fragment
from evidence.media.workers import Workers
from player.door import Footage
from player.off_loop import OffLoop
from player.reels import Reel

SEGMENT_TYPE = "video/mp4"


class Packager(Protocol):
    """Makes a segment of a container that browsers cannot read. Blocking."""

    def segment(self, reel: Reel, seq: int) -> bytes:
        """`moof` and `mdat`. Raises MediaUnreadable, WorkerFailed."""
        ...


class WorkerPackager:
    """The muxer in a media worker. Thread-safe."""

    def __init__(self, workers: Workers, timeout_s: float) -> None:
        self._workers = workers
        self._timeout_s = timeout_s

    def segment(self, reel: Reel, seq: int) -> bytes:
        args = {
            "path": str(reel.path),
            "samples": str(reel.samples_path),
            "cut": msgspec.to_builtins(reel.segments[seq].cut),
        }
        return self._workers.run("segment", args, timeout_s=self._timeout_s).payload


async def segment_footage(reel: Reel, seq: int, packager: Packager, off_loop: OffLoop) -> Footage:
    """What segment `seq` consists of; nothing is sent yet. Raises MediaUnreadable, WorkerFailed."""
    if reel.packaged:
        return Footage(SEGMENT_TYPE, await off_loop.run(lambda: packager.segment(reel, seq)))
    made = fragment(reel.table, reel.segments[seq].cut)
    return Footage(SEGMENT_TYPE, made.head, reel.path, made.ranges)
