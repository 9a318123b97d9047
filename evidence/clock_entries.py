"""Ledger entries about devices' clocks. What a device said stands in its manifests and is never changed by these.

An *offset* is what a device's clock says minus the true time, in milliseconds: positive where it is ahead. It is known
within bounds only, and one of them may be missing.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from evidence.canonical import Digest
from evidence.entry import Entry
from evidence.records import RecordingId

# What became of a time slate that was found in a recording (policy.slates says when).
SlateVerdict = Literal[
    "accepted",
    "forged",  # not signed by the key that it names
    "unknown-key",  # signed by a key that this site never announced, or by one that was not in use then
    "too-short",  # fewer than two codes: a photograph of one would look the same
    "uneven",  # the codes do not go on as the pictures do
    "too-late",  # it tells a time at which the server had the recording already
    "far",  # too far from what the device says to be believed without a person
    "replayed",  # another recording of this device shows the same codes
]
HowMeasured = Literal["dock", "gps"]
JumpKind = Literal["backward", "reset"]


class SlateKeyAnnounced(Entry, frozen=True, kw_only=True, tag="slate.key"):
    """From here on time slates are signed with this key. It lives in the daemon's memory and ends with it."""

    kid: str  # 6 hex digits: the first 3 bytes of SHA-256 over the raw public key
    key: str  # base64 of the raw Ed25519 public key


class SlateRead(Entry, frozen=True, kw_only=True, tag="slate.read"):
    """Codes of time slates were found in a recording, and this is what they are taken for. The latest one counts."""

    recording: RecordingId
    device: str | None
    codes: Digest  # blob: what was read, and in which pictures (evidence.slate_codes)
    verdict: SlateVerdict
    case_number: str | None  # of the case that an accepted slate names
    start_ms: int  # where they are in the recording, presentation time
    end_ms: int
    told_at: str | None  # the first server time that was read
    earliest_at: str | None  # between these two lies the first picture; null unless accepted
    latest_at: str | None
    best_at: str | msgspec.UnsetType | None = msgspec.UNSET  # and likely here; from v 2 on, absent before


class ClockMeasured(Entry, frozen=True, kw_only=True, tag="clock.measured"):
    """A device's clock was compared with another."""

    device: str
    how: HowMeasured
    recording: RecordingId  # by which
    stated_at: str  # the instant as the device tells it
    true_at: str  # dock: it was no later than this, server's clock; gps: about when it was
    low_ms: int | None  # the offset is at least this
    high_ms: int | None  # and at most this
    spread_ms: int | None  # how far the device's own statements (name, container, file time) are apart


class ClockJumped(Entry, frozen=True, kw_only=True, tag="clock.jumped"):
    """A later file of a device says an earlier time than the one before it."""

    device: str
    kind: JumpKind  # reset: to a time at which nobody used the device
    before: RecordingId
    after: RecordingId
    before_at: str  # stated end of the one
    after_at: str  # stated beginning of the next
    unsure: tuple[RecordingId, ...]  # of this docking: their stated times say nothing


ClockEntry = SlateKeyAnnounced | SlateRead | ClockMeasured | ClockJumped
