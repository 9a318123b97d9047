"""Ledger entries about how long footage is kept: holds, changes of retention, destruction, and doubts of the clock.

`by` is an account's name, "mediad" for what the daemon carries out. Times are RFC 3339 UTC. What is destroyed is named
before a byte goes (`destruction.begun`) and after (`destruction.done`); neither entry can be taken back.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Literal, NewType

import msgspec

from evidence.canonical import Digest
from evidence.case_entries import CaseId
from evidence.entry import Entry
from evidence.records import RecordingId

HoldId = NewType("HoldId", str)  # "h" + 26 random base32 characters
ChangeId = NewType("ChangeId", str)  # "g" + 26
DestructionId = NewType("DestructionId", str)  # "d" + 26

HoldOn = Literal["recording", "case", "subject", "device"]
ChangeOf = Literal["items", "recordings", "case"]


def new_id(letter: Literal["h", "g", "d"]) -> str:
    return letter + b32encode(secrets.token_bytes(17)).decode().lower()[:26]


class HoldSet(Entry, frozen=True, kw_only=True, tag="hold.set"):
    """From here on nothing that it covers expires (保全)."""

    hold: HoldId
    on: HoldOn
    target: str  # recording id, case id, a subject's name or number, device number
    from_at: str | None  # for a device: footage of this time on
    until_at: str | None  # … and before this
    reason: str
    by: str


class HoldLifted(Entry, frozen=True, kw_only=True, tag="hold.lifted"):
    hold: HoldId
    reason: str
    by: str  # never who set it


class RetentionProposed(Entry, frozen=True, kw_only=True, tag="retention.proposed"):
    """Somebody wants footage to be kept for another time; what would follow was simulated."""

    change: ChangeId
    of: ChangeOf
    items: str | None  # version of an adopted item list whose classes are to be in force
    recordings: tuple[RecordingId, ...]
    case: CaseId | None
    code: str | None  # class for the recordings or the case
    n_expired: int  # recordings that would be expired at once and are not now
    n_sooner: int  # that would expire sooner than now
    n_later: int
    reason: str
    by: str


class RetentionApproved(Entry, frozen=True, kw_only=True, tag="retention.approved"):
    change: ChangeId
    note: str
    by: str
    due_at: str | None  # with the last approval that it takes: not in force before


class RetentionCancelled(Entry, frozen=True, kw_only=True, tag="retention.cancelled"):
    change: ChangeId
    reason: str
    by: str


class RetentionChanged(Entry, frozen=True, kw_only=True, tag="retention.changed"):
    """It is in force."""

    change: ChangeId


class DestructionRequested(Entry, frozen=True, kw_only=True, tag="destruction.requested"):
    """Each of these had expired."""

    destruction: DestructionId
    recordings: tuple[RecordingId, ...]
    reason: str
    by: str


class DestructionApproved(Entry, frozen=True, kw_only=True, tag="destruction.approved"):
    destruction: DestructionId
    due_at: str  # nothing is destroyed before
    note: str
    by: str  # never who requested it


class DestructionCancelled(Entry, frozen=True, kw_only=True, tag="destruction.cancelled"):
    destruction: DestructionId
    reason: str
    by: str


class DestructionSpared(Entry, frozen=True, kw_only=True, tag="destruction.spared"):
    """At the moment of destruction it was not to be destroyed any more, and stays."""

    destruction: DestructionId
    recording: RecordingId
    reason: str  # in Chinese and, on the next line, in English


class DestructionBegun(Entry, frozen=True, kw_only=True, tag="destruction.begun"):
    """Judged again in this very transaction: expired, not held, no case open. Its bytes go now."""

    destruction: DestructionId
    recording: RecordingId
    original: Digest
    manifest: Digest  # kept: it says what there was
    size_bytes: int
    blobs: tuple[Digest, ...]  # original, sidecars and everything derived from it
    expired_at: str
    code: str  # class that it expired by
    requested_by: str
    approved_by: str


class DestructionDone(Entry, frozen=True, kw_only=True, tag="destruction.done"):
    """No byte of it is in the store any more, but for blobs that another recording has too."""

    destruction: DestructionId
    recording: RecordingId
    shared: tuple[Digest, ...]  # of `blobs`: kept, because something else needs them


class DestructionCertified(Entry, frozen=True, kw_only=True, tag="destruction.certified"):
    """The certificate (销毁证明): its facts, signed with the seal key, and the paper that was set from them."""

    destruction: DestructionId
    facts: Digest  # blob: canonical JSON with signature
    pdf: Digest  # blob
    size_bytes: int  # of the PDF
    tool: str


class ClockDoubted(Entry, frozen=True, kw_only=True, tag="site-clock.doubted"):
    """The server's clock stepped: what happens by itself stops until somebody has looked."""

    expected_at: str
    found_at: str


class ClockChecked(Entry, frozen=True, kw_only=True, tag="site-clock.checked"):
    """About once a day: the clock went on as it should since the entry of this kind before."""


class ClockConfirmed(Entry, frozen=True, kw_only=True, tag="site-clock.confirmed"):
    """A person compared the server's clock with another: `at` is right."""

    note: str
    by: str


RetentionEntry = (
    HoldSet
    | HoldLifted
    | RetentionProposed
    | RetentionApproved
    | RetentionCancelled
    | RetentionChanged
    | DestructionRequested
    | DestructionApproved
    | DestructionCancelled
    | DestructionSpared
    | DestructionBegun
    | DestructionDone
    | DestructionCertified
    | ClockDoubted
    | ClockChecked
    | ClockConfirmed
)


class CertificateLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recording on a certificate."""

    recording: RecordingId
    original: Digest
    manifest: Digest
    size_bytes: int
    name: str
    device: str | None
    officer: str | None
    started_at: str
    duration_ms: int
    code: str
    expired_at: str
    sealed_entry: int
    begun_entry: int
    done_entry: int
    done_at: str


class CertificateFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a certificate says; signed over its canonical JSON."""

    spec: str  # "mediad-destruction/1"
    site: str
    ledger: str  # origin line
    destruction: DestructionId
    reason: str
    requested_by: str
    requested_at: str
    approved_by: str
    approved_at: str
    due_at: str
    destroyed: tuple[CertificateLine, ...]
    spared: tuple[tuple[RecordingId, str], ...]
    checkpoint_size: int  # the first signed tree that all entries above stand in
    checkpoint_root: str


class SignedCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    facts: CertificateFacts
    keyid: str
    signature: str  # base64, over the canonical JSON of `facts`
