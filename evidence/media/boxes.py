"""Walks ISO base media boxes (ISO/IEC 14496-12 §4.2) over memory, bounds-checked. Pure; trusts nothing it reads."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from evidence.errors import MediaUnreadable

Bytes = bytes | memoryview | mmap
# A file of tiny boxes is an attack or garbage: real ones have a handful at each level.
MAX_BOXES = 2_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """A box at [start, end) of the buffer; its payload begins at `body`."""

    type: bytes
    start: int
    body: int
    end: int
    complete: bool  # False: it claims to go on past the end of the buffer; `end` is then the buffer's

    @property
    def name(self) -> str:
        return self.type.decode("latin-1")


def boxes(data: Bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets. Stops after an incomplete one. MediaUnreadable on a size that makes no sense."""
    position, count = start, 0
    while end - position >= 8:
        size, kind = struct.unpack_from(">I4s", data, position)
        body = position + 8
        if size == 1:
            if end - position < 16:
                yield Box(kind, position, end, end, False)
                return
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = end - position
        if size < body - position:
            raise MediaUnreadable(f"The box structure is broken at byte {position}: a box of {size} bytes.")
        stop = position + size
        yield Box(kind, position, body, min(stop, end), stop <= end)
        if stop > end:
            return
        position = stop
        count += 1
        if count > MAX_BOXES:
            raise MediaUnreadable("The box structure is broken: there are millions of boxes.")


def child(data: Bytes, parent: Box, *path: bytes) -> Box | None:
    """The first box found by walking down `path`, or None. The boxes on the way must be complete."""
    found: Box | None = parent
    for kind in path:
        if found is None:
            return None
        found = next((b for b in boxes(data, found.body, found.end) if b.type == kind and b.complete), None)
    return found


def need(data: Bytes, parent: Box, *path: bytes) -> Box:
    """`child`, or MediaUnreadable naming what is missing."""
    found = child(data, parent, *path)
    if found is None:
        raise MediaUnreadable(f"The index of the file is incomplete: {path[-1].decode('latin-1')} is missing.")
    return found


def unpack(layout: str, data: Bytes, box: Box, offset: int = 0) -> tuple[int, ...]:
    """Read fixed fields at `offset` of a box's payload. MediaUnreadable if they do not fit."""
    if box.body + offset + struct.calcsize(layout) > box.end:
        raise MediaUnreadable(f"The index of the file is damaged: box {box.name} is too short.")
    return struct.unpack_from(layout, data, box.body + offset)
