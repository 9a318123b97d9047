"""Table `shifts`: who was on duty when, with which device. Schema, projection, reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Connection, Index, Table, Text, delete, insert, select, update

from evidence.catalog.case_projection import Rule
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.entry import Entry
from evidence.records import EntryIndex
from evidence.roster_entries import ShiftRostered, ShiftWithdrawn

shifts = Table(
    "shifts",
    metadata,
    _c("id", Text, "shift id, follows from officer, device and times", primary_key=True),
    _c("officer", Text, "who was on duty"),
    _c("device", Text, "with which device, if said", nullable=True),
    _c("unit", Text, "unit", nullable=True),
    _c("start_at", Text, "begin of duty"),
    _c("end_at", Text, "its end, half-open"),
    _c("by", Text, "who entered it"),
    _c("at", Text, "when"),
    _c("withdrawn_at", Text, "when it was taken back", nullable=True),
    _c("entry", BigInteger, "ledger index of shift.rostered"),
)
Index("shifts_end", shifts.c.end_at, shifts.c.officer)
ROSTER_TABLES = (shifts,)


def _rostered(connection: Connection, index: EntryIndex, entry: ShiftRostered) -> None:
    connection.execute(delete(shifts).where(shifts.c.id == entry.shift))
    said = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in shifts.c}
    connection.execute(insert(shifts), said | {"id": entry.shift, "entry": index})


def _withdrawn(connection: Connection, _index: EntryIndex, entry: ShiftWithdrawn) -> None:
    connection.execute(update(shifts).where(shifts.c.id == entry.shift), {"withdrawn_at": entry.at})


ROSTER_RULES: dict[type[Entry], Rule] = {ShiftRostered: _rostered, ShiftWithdrawn: _withdrawn}


@dataclass(frozen=True, slots=True)
class ShiftRow:
    id: str
    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str
    by: str
    at: str


def shifts_between(connection: Connection, since: str, until: str | None = None) -> tuple[ShiftRow, ...]:
    """Those that stand and end in [since, until), in order of time."""
    s = shifts.c
    query = select(*(s[name] for name in ShiftRow.__dataclass_fields__)).where(s.withdrawn_at.is_(None))
    query = query.where(s.end_at >= since)
    if until is not None:
        query = query.where(s.end_at < until)
    return tuple(ShiftRow(**row._mapping) for row in connection.execute(query.order_by(s.start_at, s.id)))


def find_shift(connection: Connection, shift: str) -> ShiftRow | None:
    """One that stands."""
    s = shifts.c
    query = select(*(s[name] for name in ShiftRow.__dataclass_fields__)).where(s.id == shift, s.withdrawn_at.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else ShiftRow(**row._mapping)


def standing(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Which of these stand already."""
    query = select(shifts.c.id).where(shifts.c.id.in_(tuple(ids)), shifts.c.withdrawn_at.is_(None))
    return frozenset(connection.execute(query).scalars())
