"""What was read of time slates in a recording, as it is kept: texts and the pictures that show them. Pure.

Nothing is judged here, so that it can be judged again (`policy.slates`). Other QR codes are none of our business and
are not kept.
"""

from __future__ import annotations

import msgspec

from evidence.canonical import canonical
from evidence.errors import IntegrityBroken


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture that shows a code."""

    at_ms: int  # presentation time from the first picture
    text: str


class SlateCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    frame_ms: int  # between two pictures, rounded up
    seen: tuple[Seen, ...]  # in order of time

    def to_bytes(self) -> bytes:
        return canonical(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> SlateCodes:
        """IntegrityBroken on anything that does not fit."""
        try:
            found = msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise IntegrityBroken("What was read of a time slate cannot be read.") from error
        times = [each.at_ms for each in found.seen]
        if found.frame_ms < 0 or times != sorted(times) or any(at < 0 for at in times):
            raise IntegrityBroken("What was read of a time slate is out of order.")
        return found
