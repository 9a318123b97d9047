"""Table `handovers`: cases that were handed over to another authority, and what came of it. Schema, projection, reads.

While one is running its footage is kept as that of an open case (`policy.retention`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, Text, insert, select, update

from evidence.canonical import canonical
from evidence.catalog.case_moves import Move, note_move
from evidence.catalog.case_projection import Rule
from evidence.catalog.case_schema import cases
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.entry import Entry
from evidence.handover_entries import AuthorityKind, CaseHandedOver, HandoverEnded, Outcome
from evidence.records import EntryIndex

handovers = Table(
    "handovers",
    metadata,
    _c("id", Text, "handover id", primary_key=True),
    _c("case", Text, "case id", index=True),
    _c("before", Text, "state of the case before: open | closed | archived"),
    _c("to_kind", Text, "police | supervision | procuratorate | court | administration"),
    _c("to_name", Text, "the authority"),
    _c("number", Text, "number of the document that hands it over"),
    _c("approver", Text, "who decided it, in words"),
    _c("note", Text, "in words"),
    _c("recordings", Text, "JSON: recordings that belong to the case and were there"),
    _c("destroyed", Text, "JSON: recordings that belonged to it and were destroyed before"),
    _c("clips", Text, "JSON: clips"),
    _c("items", Text, "version of the item list in force then"),
    _c("by", Text, "who handed it over"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of case.handed-over"),
    _c("outcome", Text, "returned | settled; null while it is running", nullable=True, index=True),
    _c("ended_number", Text, "number of the document that says so", nullable=True),
    _c("ended_reason", Text, "in words", nullable=True),
    _c("ended_by", Text, "who entered it", nullable=True),
    _c("ended_at", Text, "when", nullable=True),
    _c("ended_entry", BigInteger, "ledger index of case.handover-ended", nullable=True),
)
HANDOVER_TABLES = (handovers,)
HANDED_OVER = "handed-over"


@dataclass(frozen=True, slots=True)
class HandoverRow:
    id: str
    case: str
    before: str  # open | closed | archived
    to_kind: AuthorityKind
    to_name: str
    number: str
    approver: str
    note: str
    recordings: tuple[str, ...]
    destroyed: tuple[str, ...]
    clips: tuple[str, ...]
    items: str
    by: str
    at: str
    entry: int
    outcome: Outcome | None  # None while it is running
    ended_number: str | None
    ended_reason: str | None
    ended_by: str | None
    ended_at: str | None
    ended_entry: int | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What handing over means for how long a case's footage is kept."""

    running: tuple[str, ...]  # authorities that have not said what became of it
    ended_at: str | None  # when the last of those that did said so


def handovers_of(connection: Connection, case: str) -> tuple[HandoverRow, ...]:
    """Oldest first."""
    query = select(handovers).where(handovers.c.case == case).order_by(handovers.c.entry)
    return tuple(_row(each._mapping) for each in connection.execute(query))


def elsewhere(connection: Connection) -> dict[str, Elsewhere]:
    """Every case that was ever handed over."""
    c = handovers.c
    found: dict[str, Elsewhere] = {}
    for row in connection.execute(select(c.case, c.to_name, c.outcome, c.ended_at).order_by(c.entry)):
        known = found.get(row.case, Elsewhere((), None))
        running = known.running if row.outcome else (*known.running, row.to_name)
        ended = max(filter(None, (known.ended_at, row.ended_at)), default=None)
        found[row.case] = Elsewhere(running, ended)
    return found


def all_handovers(connection: Connection) -> tuple[HandoverRow, ...]:
    """In the ledger's order."""
    query = select(handovers).order_by(handovers.c.entry)
    return tuple(_row(each._mapping) for each in connection.execute(query))


def _row(values: Any) -> HandoverRow:
    lists = {name: tuple(json.loads(values[name])) for name in ("recordings", "destroyed", "clips")}
    return HandoverRow(**dict(values) | lists)


def _handed_over(connection: Connection, index: EntryIndex, entry: CaseHandedOver) -> None:
    before = connection.execute(select(cases.c.state).where(cases.c.id == entry.case)).scalar_one_or_none()
    if before == HANDED_OVER:
        # Written by something else than this program, which refuses it; `check` names it.
        before = "open"
    row = {
        "id": entry.handover,
        "case": entry.case,
        "before": before or "open",
        "to_kind": entry.to.kind,
        "to_name": entry.to.name,
        "number": entry.number,
        "approver": entry.approver,
        "note": entry.note,
        "recordings": canonical(list(entry.recordings)).decode(),
        "destroyed": canonical(list(entry.destroyed)).decode(),
        "clips": canonical(list(entry.clips)).decode(),
        "items": entry.items,
        "by": entry.by,
        "at": entry.at,
        "entry": index,
    }
    connection.execute(insert(handovers), row)
    values = {"state": HANDED_OVER, "items": entry.items}
    connection.execute(update(cases).where(cases.c.id == entry.case), values)
    note_move(connection, index, entry, Move(entry.case, "handed-over", entry.by, entry.note, entry.to.name))


def _ended(connection: Connection, index: EntryIndex, entry: HandoverEnded) -> None:
    h = handovers.c
    row = connection.execute(select(h.before, h.to_name).where(h.id == entry.handover)).one_or_none()
    if row is None:
        return
    ended = {
        "outcome": entry.outcome,
        "ended_number": entry.number,
        "ended_reason": entry.reason,
        "ended_by": entry.by,
        "ended_at": entry.at,
        "ended_entry": index,
    }
    connection.execute(update(handovers).where(h.id == entry.handover), ended)
    note_move(connection, index, entry, Move(entry.case, entry.outcome, entry.by, entry.reason, row.to_name))
    others = connection.execute(select(h.id).where(h.case == entry.case, h.outcome.is_(None))).first()
    there = cases.c.id == entry.case, cases.c.state == HANDED_OVER
    if others is None:
        connection.execute(update(cases).where(*there), _state_after(row.before, entry))


def _state_after(before: str, entry: HandoverEnded) -> dict[str, Any]:
    """It is what it was before; what was open and has been dealt with elsewhere is closed."""
    if before != "open":
        return {"state": before}
    if entry.outcome == "returned":
        return {"state": "open", "items": None}
    return {"state": "closed", "closed_at": entry.at, "closed_by": entry.by, "items": entry.items}


HANDOVER_RULES: dict[type[Entry], Rule] = {CaseHandedOver: _handed_over, HandoverEnded: _ended}
