"""Tables `emergencies` and `approvals`: measures taken at once, and their approval afterwards. Schema, projection,
reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Boolean, Connection, Table, Text, delete, insert, select

from evidence.catalog.case_projection import Rule
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.emergency_entries import ApprovalMadeUp, EmergencyStated
from evidence.entry import Entry
from evidence.records import EntryIndex

emergencies = Table(
    "emergencies",
    metadata,
    _c("activity", Text, "activity id", primary_key=True),
    _c("case", Text, "case id", index=True),
    _c("emergency", Boolean, "was an emergency measure"),
    _c("reason", Text, "why, in words"),
    _c("by", Text, "who said so last"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of activity.emergency"),
)
approvals = Table(
    "approvals",
    metadata,
    _c("id", Text, "approval id", primary_key=True),
    _c("activity", Text, "activity id", index=True),
    _c("case", Text, "case id"),
    _c("approved_at", Text, "when it was approved"),
    _c("approver", Text, "by whom, in words"),
    _c("number", Text, "number of the document"),
    _c("by", Text, "who entered it"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of approval.made-up"),
)
EMERGENCY_TABLES = (emergencies, approvals)


def _stated(connection: Connection, index: EntryIndex, entry: EmergencyStated) -> None:
    connection.execute(delete(emergencies).where(emergencies.c.activity == entry.activity))
    connection.execute(insert(emergencies), _columns(emergencies, entry) | {"entry": index})


def _made_up(connection: Connection, index: EntryIndex, entry: ApprovalMadeUp) -> None:
    connection.execute(insert(approvals), _columns(approvals, entry) | {"id": entry.approval, "entry": index})


def _columns(table: Table, entry: Entry) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}


EMERGENCY_RULES: dict[type[Entry], Rule] = {EmergencyStated: _stated, ApprovalMadeUp: _made_up}


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    id: str
    activity: str
    case: str
    approved_at: str
    approver: str
    number: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """An activity that was an emergency measure, with its latest approval."""

    activity: str
    reason: str
    by: str
    at: str
    approval: ApprovalRow | None


def emergencies_of(connection: Connection, activities: Iterable[str]) -> dict[str, EmergencyRow]:
    """By activity; only those that are emergency measures."""
    ids = tuple(activities)
    e = emergencies.c
    stated = connection.execute(select(emergencies).where(e.activity.in_(ids), e.emergency)).all()
    if not stated:
        return {}
    a = approvals.c
    names = ApprovalRow.__dataclass_fields__
    query = select(*(a[name] for name in names)).where(a.activity.in_(ids)).order_by(a.entry)
    latest = {row.activity: ApprovalRow(**row._mapping) for row in connection.execute(query)}
    return {
        row.activity: EmergencyRow(row.activity, row.reason, row.by, row.at, latest.get(row.activity)) for row in stated
    }


def find_approval(connection: Connection, approval: str) -> ApprovalRow | None:
    names = ApprovalRow.__dataclass_fields__
    row = connection.execute(
        select(*(approvals.c[name] for name in names)).where(approvals.c.id == approval)
    ).one_or_none()
    return None if row is None else ApprovalRow(**row._mapping)
