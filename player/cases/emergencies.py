"""Emergency measures: stating one, and entering the approval that was made up. Decided inside the transaction that
appends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import emergency_entries as me
from evidence.case_entries import ActivityId, CaseId, ExplanationId
from evidence.clock import from_text
from evidence.errors import Conflict, Invalid, NotFound
from player.cases.changes import Asking, require_open
from player.cases.judging import Judged
from policy.explaining import require_lessener


@dataclass(frozen=True, slots=True)
class ApprovalWords:
    """What is said about an approval. The time is as `evidence.clock.to_text` writes it."""

    approved_at: str
    approver: str
    number: str


def state_emergency(
    connection: Connection, case: str, activity: str, emergency: bool, reason: str, asking: Asking
) -> me.EmergencyStated:
    """Anybody on the case may say that it was one. That it was none asks for less: whoever may do that."""
    judged = _judged(connection, case, activity, asking)
    if not emergency and activity in judged.emergencies:
        _require_lessener(judged, activity, asking)
    return me.EmergencyStated(
        at=asking.at,
        activity=ActivityId(activity),
        case=CaseId(case),
        emergency=emergency,
        reason=reason,
        by=asking.person.account,
    )


def make_up(
    connection: Connection, case: str, activity: str, approval: str, words: ApprovalWords, asking: Asking
) -> me.ApprovalMadeUp:
    """Raises Conflict unless it is an emergency measure. What was entered is corrected by who may ask for less."""
    judged = _judged(connection, case, activity, asking)
    emergency, row = judged.emergencies.get(activity), judged.activity(activity)
    if emergency is None:
        raise Conflict("This activity is no emergency measure.")
    if from_text(words.approved_at) > asking.now:
        raise Invalid("An actual time lies in the future.")
    if row is not None and row.started_at is not None and words.approved_at < row.started_at:
        raise Invalid("It was approved before it began: then it is no emergency measure.")
    if emergency.approval is not None:
        _require_lessener(judged, activity, asking)
    return me.ApprovalMadeUp(
        at=asking.at,
        approval=ExplanationId(approval),
        activity=ActivityId(activity),
        case=CaseId(case),
        approved_at=words.approved_at,
        approver=words.approver,
        number=words.number,
        by=asking.person.account,
    )


def _judged(connection: Connection, case: str, activity: str, asking: Asking) -> Judged:
    judged = require_open(connection, case, asking.rules)
    if judged.activity(activity) is None:
        raise NotFound("The case has no such activity.")
    return judged


def _require_lessener(judged: Judged, activity: str, asking: Asking) -> None:
    row = judged.activity(activity)
    items = judged.rules_of(activity).items
    require_lessener(asking.person, items, "" if row is None else row.item, judged.on_the_case)
