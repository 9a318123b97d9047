"""Bodies, queries and answers about retention, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from evidence.retention_entries import ChangeOf, HoldOn
from player.api.case_shapes import Code, Instant
from player.api.shapes import Answer, Asked, Line, Name, RecordingId, Said

CaseId = Annotated[str, Meta(pattern="^c[a-z2-7]{26}$")]
Days = Annotated[int, Meta(ge=0, le=36_525)]
Some = Annotated[tuple[RecordingId, ...], Meta(max_length=500)]


# ---- what is asked ------------------------------------------------------------------------------------------
class SetHold(Asked, frozen=True, kw_only=True):
    """`target`: recording id, case id, a subject's name or number, device number."""

    on: HoldOn
    target: Name
    reason: Said
    from_at: Instant | None = None
    until_at: Instant | None = None


class WithReason(Asked, frozen=True, kw_only=True):
    reason: Said


class WithNote(Asked, frozen=True, kw_only=True):
    note: Line = ""


class WantedChange(Asked, frozen=True, kw_only=True):
    of: ChangeOf
    items: Code | None = None  # version of an adopted item list
    recordings: Some = ()
    case: CaseId | None = None
    code: Code | None = None  # the class


class ProposeChange(WantedChange, frozen=True, kw_only=True):
    reason: Said


class RequestDestruction(Asked, frozen=True, kw_only=True):
    recordings: Annotated[tuple[RecordingId, ...], Meta(min_length=1, max_length=500)]
    reason: Said


class ExpiringQuery(Asked, frozen=True, kw_only=True):
    """What has expired, or will within so many days."""

    days: Days = 0
    code: Code | None = None


# ---- what is answered ---------------------------------------------------------------------------------------
class ClassAnswer(Answer, frozen=True, kw_only=True):
    code: str
    zh: str
    en: str
    days: int | None  # null: for good


class ClockAnswer(Answer, frozen=True, kw_only=True):
    """`doubted_at`: since then nothing happens by itself."""

    doubted_at: str | None
    now: str


class CountAnswer(Answer, frozen=True, kw_only=True):
    code: str  # "" for what has none
    n_recordings: int
    size_bytes: int
    n_expired: int
    first_until: str | None


class RetentionAnswer(Answer, frozen=True, kw_only=True):
    version: str  # of the item list whose classes are in force
    classes: tuple[ClassAnswer, ...]
    lists: tuple[str, ...]  # versions of adopted item lists, newest first
    counts: tuple[CountAnswer, ...]
    n_recordings: int
    n_destroyed: int
    change_days: int
    destruction_days: int
    clock: ClockAnswer


class ReasonAnswer(Answer, frozen=True, kw_only=True):
    because: str
    zh: str
    en: str
    until: str | None


class HoldAnswer(Answer, frozen=True, kw_only=True):
    id: str
    on: HoldOn
    target: str
    named: str  # a case's number, a recording's file name; else the target
    from_at: str | None
    until_at: str | None
    reason: str
    by: str
    at: str
    lifted_by: str | None
    lifted_at: str | None
    lifted_reason: str | None
    may_lift: bool


class HoldsAnswer(Answer, frozen=True, kw_only=True):
    holds: tuple[HoldAnswer, ...]


class PendingAnswer(Answer, frozen=True, kw_only=True):
    """A destruction that goes on. `stays`: why nothing is destroyed as things stand, whatever was approved."""

    destruction: str
    state: Literal["requested", "approved"]
    by: str
    at: str
    due_at: str | None
    stays: ReasonAnswer | None


class TombstoneAnswer(Answer, frozen=True, kw_only=True):
    """What is left of a recording that was destroyed. `returned_at`: the same content was docked again."""

    destruction: str
    state: Literal["begun", "done", "returned"]
    reason: str
    requested_by: str
    approved_by: str
    begun_at: str
    done_at: str | None
    returned_at: str | None
    original: str
    manifest: str
    begun_entry: int
    done_entry: int | None
    certificate: bool


class KeptAnswer(Answer, frozen=True, kw_only=True):
    """How long one recording is kept, and why. The first reason decides."""

    recording: str
    until: str | None  # null: never by itself
    expired: bool
    code: str | None
    reasons: tuple[ReasonAnswer, ...]
    holds: tuple[HoldAnswer, ...]
    pending: PendingAnswer | None
    destroyed: tuple[TombstoneAnswer, ...]  # latest first


class ExpiringRecording(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    kind: str
    device: str | None
    officer: str | None
    unit: str | None
    started_at: str
    received_at: str
    size_bytes: int
    duration_ms: int
    until: str | None
    code: str | None
    reason: ReasonAnswer
    pending: str | None  # destruction that it is listed in


class ExpiringAnswer(Answer, frozen=True, kw_only=True):
    """The first 500, soonest first."""

    recordings: tuple[ExpiringRecording, ...]
    n_recordings: int
    size_bytes: int


class SimulatedAnswer(Answer, frozen=True, kw_only=True):
    """What a change would do now; the first 200 of those that would be expired."""

    n_recordings: int
    n_expired: int
    n_sooner: int
    n_later: int
    by_class: dict[str, int]
    expired: tuple[ExpiringRecording, ...]


class ChangeApprovalAnswer(Answer, frozen=True, kw_only=True):
    by: str
    at: str
    note: str


class ChangeAnswer(Answer, frozen=True, kw_only=True):
    id: str
    of: ChangeOf
    items: str | None
    recordings: tuple[str, ...]
    case: str | None
    code: str | None
    n_expired: int
    n_sooner: int
    n_later: int
    reason: str
    by: str
    at: str
    state: Literal["proposed", "approved", "cancelled", "in-force"]
    due_at: str | None
    ended_by: str | None
    ended_at: str | None
    ended_reason: str | None
    approvals: tuple[ChangeApprovalAnswer, ...]
    may_approve: bool
    may_cancel: bool


class ChangesAnswer(Answer, frozen=True, kw_only=True):
    changes: tuple[ChangeAnswer, ...]


class DestructionItem(Answer, frozen=True, kw_only=True):
    recording: str
    name: str
    state: Literal["listed", "spared", "begun", "done", "returned"]
    reason: str | None
    code: str | None
    expired_at: str | None
    size_bytes: int | None
    begun_entry: int | None
    done_entry: int | None
    done_at: str | None
    stays: ReasonAnswer | None  # of what is listed: why it is not destroyed as things stand


class DestructionAnswer(Answer, frozen=True, kw_only=True):
    id: str
    reason: str
    by: str
    at: str
    state: Literal["requested", "approved", "cancelled", "done"]
    approved_by: str | None
    approved_at: str | None
    approved_note: str | None
    due_at: str | None
    cancelled_by: str | None
    cancelled_at: str | None
    cancelled_reason: str | None
    certificate: bool
    items: tuple[DestructionItem, ...]
    may_approve: bool
    may_cancel: bool


class DestructionsAnswer(Answer, frozen=True, kw_only=True):
    destructions: tuple[DestructionAnswer, ...]


class CasePending(PendingAnswer, frozen=True, kw_only=True):
    """`stays`: of the first of those that stay."""

    recordings: tuple[str, ...]
    stay: tuple[str, ...]  # those of them that are not destroyed as things stand


class CaseRetentionAnswer(Answer, frozen=True, kw_only=True):
    """Holds and destructions that concern recordings of a case."""

    holds: tuple[HoldAnswer, ...]
    pending: tuple[CasePending, ...]
    n_recordings: int
    destroyed: tuple[str, ...]
