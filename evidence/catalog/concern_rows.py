"""Table `concerns`: open findings with how long they have waited. Projection and reads."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from evidence import concern_entries as oe
from evidence.catalog.case_projection import Rule
from evidence.catalog.case_queries import CasesVisible, visible_cases
from evidence.catalog.concern_schema import concerns
from evidence.entry import Entry
from evidence.records import EntryIndex


def _opened(connection: Connection, index: EntryIndex, entry: oe.ConcernOpened) -> None:
    said = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in concerns.c}
    connection.execute(insert(concerns), said | {"id": entry.concern, "opened_at": entry.at, "entry": index})


def _raised(connection: Connection, _index: EntryIndex, entry: oe.ConcernRaised) -> None:
    values = {"step": entry.step, "step_at": entry.at}
    connection.execute(update(concerns).where(concerns.c.id == entry.concern), values)


def _settled(connection: Connection, _index: EntryIndex, entry: oe.ConcernSettled) -> None:
    connection.execute(update(concerns).where(concerns.c.id == entry.concern), {"settled_at": entry.at})


CONCERN_RULES: dict[type[Entry], Rule] = {
    oe.ConcernOpened: _opened,
    oe.ConcernRaised: _raised,
    oe.ConcernSettled: _settled,
}

# (case, kind, activity, device, about): what makes a concern the same one.
Key = tuple[str | None, str, str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class ConcernRow:
    id: str
    case: str | None
    activity: str | None
    device: str | None
    kind: str
    about: str
    opened_at: str
    step: str | None
    step_at: str | None

    @property
    def key(self) -> Key:
        return self.case, self.kind, self.activity, self.device, self.about


def open_concerns(connection: Connection, case: str | None = None) -> tuple[ConcernRow, ...]:
    """Those that are not settled; of one case, where it is named."""
    names = ConcernRow.__dataclass_fields__
    query = select(*(concerns.c[name] for name in names)).where(concerns.c.settled_at.is_(None))
    if case is not None:
        query = query.where(concerns.c.case == case)
    rows = connection.execute(query.order_by(concerns.c.entry))
    return tuple(ConcernRow(**row._mapping) for row in rows)


@dataclass(frozen=True, slots=True)
class OwnScope:
    """Whose missing footage somebody may know of."""

    everything: bool
    officer: str | None = None
    unit: str | None = None


def count_steps(connection: Connection, cases: CasesVisible | None, devices: OwnScope | None) -> dict[str, int]:
    """How many open concerns that somebody may know of stand at each step that was taken."""
    claims: list[ColumnElement[bool]] = []
    c = concerns.c
    if cases is not None:
        claims.append(c.case.in_(visible_cases(cases)))
    if devices is not None:
        own = [] if devices.officer is None else [c.officer == devices.officer]
        own += [] if devices.unit is None else [c.unit == devices.unit]
        if devices.everything or own:
            claims.append(c.case.is_(None) if devices.everything else and_(c.case.is_(None), or_(*own)))
    if not claims:
        return {}
    query = select(c.step, func.count()).where(c.settled_at.is_(None), c.step.is_not(None), or_(*claims))
    return {row[0]: row[1] for row in connection.execute(query.group_by(c.step))}
