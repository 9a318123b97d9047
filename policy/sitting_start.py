"""Whether a sitting may begin now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import Conflict


@dataclass(frozen=True, slots=True)
class Readiness:
    """A channel of the room as it is now."""

    label: str
    required: bool
    ready: bool
    reason: str  # why it is not ready, in words


def require_ready(channels: Sequence[Readiness], *, must_record: bool) -> None:
    """A sitting that must be recorded in full does not begin while a required channel could not record it.

    Any sitting needs one channel at least. Raises Conflict, naming every channel that is missing and why.
    """
    missing = [each for each in channels if each.required and not each.ready]
    if must_record and missing:
        said = "; ".join(f"{each.label}: {each.reason.rstrip('.') or 'not ready'}" for each in missing)
        raise Conflict(
            f"This sitting must be recorded, and not every required channel is ready. {said}.",
            remedy="Repair the channel, or use another room.",
        )
    if not any(each.ready for each in channels):
        raise Conflict("No channel of this room is ready.", remedy="Repair a channel, or use another room.")
