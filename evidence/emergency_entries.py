"""Ledger entries about measures taken at once, whose approval is made up afterwards (行政强制法 第十九条)."""

from __future__ import annotations

from evidence.case_entries import ActivityId, CaseId, ExplanationId
from evidence.entry import Entry


class EmergencyStated(Entry, frozen=True, kw_only=True, tag="activity.emergency"):
    """An activity was an emergency measure, to be approved afterwards; or it was none after all."""

    activity: ActivityId
    case: CaseId
    emergency: bool
    reason: str
    by: str


class ApprovalMadeUp(Entry, frozen=True, kw_only=True, tag="approval.made-up"):
    """The approval that was made up, as somebody enters it. A later entry about the same activity takes its place."""

    approval: ExplanationId  # documents are attached under it, as to an explanation
    activity: ActivityId
    case: CaseId
    approved_at: str
    approver: str  # who is responsible, in words
    number: str  # of the document
    by: str


EmergencyEntry = EmergencyStated | ApprovalMadeUp
