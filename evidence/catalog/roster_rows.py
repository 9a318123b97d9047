"""Tables `shifts` and `shift_changes`: who was on duty when, with which device, and what was taken back or corrected.
Schema, projection, reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Connection, Index, Integer, Table, Text, delete, insert, select, update

from evidence.catalog.case_projection import Rule
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata
from evidence.entry import Entry
from evidence.records import EntryIndex
from evidence.roster_entries import ShiftCorrected, ShiftId, ShiftRostered, ShiftWithdrawn

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
    _c("entry", BigInteger, "ledger index of shift.rostered, or of the shift.corrected that entered it"),
)
Index("shifts_end", shifts.c.end_at, shifts.c.officer)
Index("shifts_start", shifts.c.start_at, shifts.c.officer)
shift_changes = Table(
    "shift_changes",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer(), "sqlite"),
        "ledger index of shift.withdrawn or shift.corrected",
        primary_key=True,
        autoincrement=False,
    ),
    _c("shift", Text, "the shift that stood until then"),
    _c("instead", Text, "the one that stands instead; null: none", nullable=True),
    _c("reason", Text, "why, in words"),
    _c("by", Text, "who did it"),
    _c("at", Text, "when"),
)
Index("shift_changes_shift", shift_changes.c.shift)
ROSTER_TABLES = (shifts, shift_changes)


def _rostered(connection: Connection, index: EntryIndex, entry: ShiftRostered) -> None:
    _enter(connection, index, entry, entry.shift)


def _withdrawn(connection: Connection, index: EntryIndex, entry: ShiftWithdrawn) -> None:
    _take_back(connection, index, entry, None)


def _corrected(connection: Connection, index: EntryIndex, entry: ShiftCorrected) -> None:
    _take_back(connection, index, entry, entry.instead)
    _enter(connection, index, entry, entry.instead)


def _enter(connection: Connection, index: EntryIndex, entry: ShiftRostered | ShiftCorrected, shift: ShiftId) -> None:
    connection.execute(delete(shifts).where(shifts.c.id == shift))
    said = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in shifts.c}
    connection.execute(insert(shifts), said | {"id": shift, "entry": index})


def _take_back(
    connection: Connection, index: EntryIndex, entry: ShiftWithdrawn | ShiftCorrected, instead: ShiftId | None
) -> None:
    connection.execute(update(shifts).where(shifts.c.id == entry.shift), {"withdrawn_at": entry.at})
    said = {"shift": entry.shift, "instead": instead, "reason": entry.reason, "by": entry.by, "at": entry.at}
    connection.execute(insert(shift_changes), said | {"entry": index})


ROSTER_RULES: dict[type[Entry], Rule] = {
    ShiftRostered: _rostered,
    ShiftWithdrawn: _withdrawn,
    ShiftCorrected: _corrected,
}


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


@dataclass(frozen=True, slots=True)
class ShiftChangeRow:
    """A shift that was taken back or corrected, as it was, and the one that stands instead."""

    shift: ShiftRow
    instead: ShiftRow | None
    reason: str
    by: str
    at: str


_COLUMNS = tuple(shifts.c[name] for name in ShiftRow.__dataclass_fields__)


def shifts_between(connection: Connection, since: str, until: str | None = None) -> tuple[ShiftRow, ...]:
    """Those that stand and end in [since, until), in order of time."""
    query = select(*_COLUMNS).where(shifts.c.withdrawn_at.is_(None), shifts.c.end_at >= since)
    if until is not None:
        query = query.where(shifts.c.end_at < until)
    return _rows(connection, query.order_by(shifts.c.start_at, shifts.c.id))


def shifts_begun(connection: Connection, since: str, until: str) -> tuple[ShiftRow, ...]:
    """Those that stand and begin in [since, until), in order of time."""
    begun = (shifts.c.start_at >= since, shifts.c.start_at < until)
    query = select(*_COLUMNS).where(shifts.c.withdrawn_at.is_(None), *begun)
    return _rows(connection, query.order_by(shifts.c.start_at, shifts.c.id))


def shifts_over(connection: Connection, officers: Iterable[str], since: str, until: str) -> tuple[ShiftRow, ...]:
    """Those of these officers that stand and reach into [since, until), in order of time."""
    over = (shifts.c.start_at < until, shifts.c.end_at > since)
    query = select(*_COLUMNS).where(shifts.c.withdrawn_at.is_(None), *over, shifts.c.officer.in_(sorted(set(officers))))
    return _rows(connection, query.order_by(shifts.c.start_at, shifts.c.id))


def shift_changes_begun(connection: Connection, since: str, until: str) -> tuple[ShiftChangeRow, ...]:
    """What was taken back or corrected of shifts that began in [since, until), latest first."""
    c = shift_changes.c
    query = select(shift_changes, *(column.label(f"was_{column.name}") for column in _COLUMNS))
    query = query.join(shifts, shifts.c.id == c.shift)
    query = query.where(shifts.c.start_at >= since, shifts.c.start_at < until).order_by(c.entry.desc())
    found = connection.execute(query).all()
    names = [row.instead for row in found if row.instead is not None]
    later = {row.id: row for row in _rows(connection, select(*_COLUMNS).where(shifts.c.id.in_(names)))}
    return tuple(
        ShiftChangeRow(
            ShiftRow(**{name: row._mapping[f"was_{name}"] for name in ShiftRow.__dataclass_fields__}),
            later.get(row.instead),
            row.reason,
            row.by,
            row.at,
        )
        for row in found
    )


def find_shift(connection: Connection, shift: str) -> ShiftRow | None:
    """One that stands."""
    query = select(*_COLUMNS).where(shifts.c.id == shift, shifts.c.withdrawn_at.is_(None))
    return next(iter(_rows(connection, query)), None)


def _rows(connection: Connection, query: object) -> tuple[ShiftRow, ...]:
    return tuple(ShiftRow(**row._mapping) for row in connection.execute(query))  # type: ignore[call-overload]
