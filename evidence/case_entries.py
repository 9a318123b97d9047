"""Ledger entries about cases. A change is a new layer: the whole of the thing as it is from then on, and why.

Nothing is overwritten: what was said before stands in the ledger. `by` is an account's name. Times are RFC 3339 UTC.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Literal, NewType

import msgspec

from evidence.canonical import Digest
from evidence.entry import Entry
from evidence.records import RecordingId

CaseId = NewType("CaseId", str)  # "c" + 26 random base32 characters
ActivityId = NewType("ActivityId", str)  # "a" + 26
ClipId = NewType("ClipId", str)  # "k" + 26
ExplanationId = NewType("ExplanationId", str)  # "x" + 26
ProposalId = NewType("ProposalId", str)  # "p" + 26

SubjectKind = Literal["person", "organisation"]
Stage = Literal["start", "investigation", "review", "decision", "service", "execution"]
Verdict = Literal["confirmed", "rejected"]


def new_id(letter: Literal["c", "a", "k", "x", "p", "m"]) -> str:
    return letter + b32encode(secrets.token_bytes(17)).decode().lower()[:26]


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the case is about (执法对象)."""

    kind: SubjectKind
    name: str
    number: str = ""  # identity or credit code; with it, all material of one subject is found together


class ItemsAdopted(Entry, frozen=True, kw_only=True, tag="items.adopted"):
    """An item list comes into force. Without a proposal it is the founding list, which a site begins with."""

    version: str
    items: Digest  # blob: the TOML file
    by: str  # "configuration", or the account that approved the proposal
    # From v 2 on, absent before: acts that begin from then on are judged by it.
    from_at: str | msgspec.UnsetType = msgspec.UNSET
    proposal: ProposalId | msgspec.UnsetType = msgspec.UNSET


class CaseRecorded(Entry, frozen=True, kw_only=True, tag="case.recorded"):
    """A case was opened, or what is said about it changed."""

    case: CaseId
    number: str
    kind: str  # code of the item list
    title: str
    stage: Stage
    subject: Subject
    unit: str | None
    officers: tuple[str, ...]  # accounts
    by: str
    reason: str = ""


class CaseClosed(Entry, frozen=True, kw_only=True, tag="case.closed"):
    """No finding was open: judged in the transaction that wrote this."""

    case: CaseId
    items: str  # version of the item list in force then
    explanations: tuple[ExplanationId, ...]  # approved ones that it rests on
    note: str
    by: str
    # From v 2 on: versions of the lists that its activities were judged by, each by the one in force when it began.
    judged_by: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class CaseArchived(Entry, frozen=True, kw_only=True, tag="case.archived"):
    """Judged again; it takes no more changes."""

    case: CaseId
    items: str
    explanations: tuple[ExplanationId, ...]
    note: str
    by: str
    judged_by: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET  # from v 2 on


class CaseReopened(Entry, frozen=True, kw_only=True, tag="case.reopened"):
    case: CaseId
    reason: str
    by: str


class ActivityRecorded(Entry, frozen=True, kw_only=True, tag="activity.recorded"):
    """An enforcement step with its required interval, entered or changed."""

    activity: ActivityId
    case: CaseId
    item: str  # code of the item list
    stage: Stage
    place: str
    planned_start: str | None
    planned_end: str | None
    started_at: str | None  # the required interval, half-open
    ended_at: str | None
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    note: str
    by: str
    reason: str = ""


class ActivityWithdrawn(Entry, frozen=True, kw_only=True, tag="activity.withdrawn"):
    activity: ActivityId
    case: CaseId
    reason: str
    by: str


class FootageMatched(Entry, frozen=True, kw_only=True, tag="footage.matched"):
    """A person says that a recording belongs to an activity, or that it does not."""

    case: CaseId
    activity: ActivityId
    recording: RecordingId
    verdict: Verdict
    reason: str
    by: str


class RecordingTimed(Entry, frozen=True, kw_only=True, tag="recording.timed"):
    """A recording's true start, as somebody found it out. What the device said stays in the manifest."""

    recording: RecordingId
    started_at: str
    uncertainty_ms: int  # it may be this much earlier or later
    reason: str
    by: str


class ClipMarked(Entry, frozen=True, kw_only=True, tag="clip.marked"):
    """An in and an out of a recording, linked to a case; with a moment, it is that key moment's mark."""

    clip: ClipId
    case: CaseId
    activity: ActivityId | None
    recording: RecordingId
    start_ms: int  # presentation time, half-open
    end_ms: int
    moment: str | None  # code of the item list
    note: str
    by: str


class ClipWithdrawn(Entry, frozen=True, kw_only=True, tag="clip.withdrawn"):
    clip: ClipId
    case: CaseId
    reason: str
    by: str


class FindingExplained(Entry, frozen=True, kw_only=True, tag="finding.explained"):
    """What one person says about one finding. The finding follows from the rules and is named by its facts."""

    explanation: ExplanationId
    case: CaseId
    activity: ActivityId | None
    kind: str
    about: str
    start_ms: int  # since 1970
    end_ms: int
    items: str  # version of the item list that found it
    cause: str  # code: device, battery, operation, weather, emergency, other
    statement: str
    by: str


class ExplanationDecided(Entry, frozen=True, kw_only=True, tag="explanation.decided"):
    """What a second person, who is not on the case, says about an explanation."""

    explanation: ExplanationId
    case: CaseId
    approved: bool
    note: str
    by: str


CaseEntry = (
    ItemsAdopted
    | CaseRecorded
    | CaseClosed
    | CaseArchived
    | CaseReopened
    | ActivityRecorded
    | ActivityWithdrawn
    | FootageMatched
    | RecordingTimed
    | ClipMarked
    | ClipWithdrawn
    | FindingExplained
    | ExplanationDecided
)
