"""A segment's bytes: virtual fragments of the stored file, or the muxer's output from a worker process."""

from __future__ import annotations

from evidence.media.fragments import fragment
from player.door import Footage
from player.off_loop import OffLoop
from player.reels import Packager, Reel

SEGMENT_TYPE = "video/mp4"


async def segment_footage(reel: Reel, seq: int, packager: Packager, off_loop: OffLoop) -> Footage:
    """What segment `seq` consists of; nothing is sent yet. Raises MediaUnreadable, WorkerFailed."""
    if reel.packaged:
        return Footage(SEGMENT_TYPE, await off_loop.run(lambda: packager.segment(reel, seq)))
    made = fragment(reel.table, reel.segments[seq].cut)
    return Footage(SEGMENT_TYPE, made.head, reel.path, made.ranges)
