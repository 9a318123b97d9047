"""Typed reads about cases: lists of them, and what is said of one. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true, tuple_

from evidence.case_entries import Stage, SubjectKind
from evidence.catalog.case_schema import case_people, cases, explanations, item_lists


@dataclass(frozen=True, slots=True)
class CaseRow:
    id: str
    number: str
    kind: str
    title: str
    stage: Stage
    subject_kind: SubjectKind
    subject_name: str
    subject_number: str
    unit: str | None
    state: str  # open | closed | handed-over | archived
    opened_at: str
    opened_by: str
    changed_at: str
    closed_at: str | None
    closed_by: str | None
    items: str | None
    entry: int
    officers: tuple[str, ...]  # named on the case now
    people: frozenset[str]  # ever named on the case or on one of its activities


@dataclass(frozen=True, slots=True)
class CasesVisible:
    """The cases somebody may list: all, those a person is on, those of a unit, or either of the two."""

    everything: bool
    officer: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    visible: CasesVisible
    q: str | None = None  # in number, title or subject
    state: str | None = None
    kind: str | None = None
    subject: str | None = None  # a subject's name or number, exactly
    after: tuple[str, str] | None = None  # (opened_at, id) of the last row before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CasePage:
    rows: tuple[CaseRow, ...]
    after: tuple[str, str] | None


_c = cases.c


def cases_page(connection: Connection, wanted: CaseFilter) -> CasePage:
    """Newest first."""
    query = select(cases).where(_conditions(wanted))
    if wanted.after is not None:
        query = query.where(tuple_(_c.opened_at, _c.id) < tuple_(*wanted.after))
    found = connection.execute(query.order_by(_c.opened_at.desc(), _c.id.desc()).limit(wanted.limit + 1)).all()
    rows = _case_rows(connection, found[: wanted.limit])
    last = rows[-1] if len(found) > wanted.limit else None
    return CasePage(rows, (last.opened_at, last.id) if last else None)


def find_case(connection: Connection, case: str) -> CaseRow | None:
    rows = _case_rows(connection, connection.execute(select(cases).where(_c.id == case)).all())
    return rows[0] if rows else None


def case_of_number(connection: Connection, number: str) -> str | None:
    """The id of the case with this number."""
    return connection.execute(select(_c.id).where(_c.number == number)).scalars().first()


def closed_cases(connection: Connection) -> tuple[str, ...]:
    """All that were ended: closed, handed over, archived."""
    return tuple(connection.execute(select(_c.id).where(_c.state != "open").order_by(_c.id)).scalars())


def items_digest(connection: Connection, version: str) -> str | None:
    """The digest of the list that was adopted under this version."""
    i = item_lists.c
    return connection.execute(select(i["items"]).where(i.version == version)).scalar_one_or_none()


def visible_cases(who: CasesVisible) -> Select[Any]:
    """The ids of the cases that somebody may list, to be asked for within another query."""
    return select(_c.id).where(_visible(who))


def case_of_explanation(connection: Connection, explanation: str) -> tuple[str, str, str] | None:
    """(case, who explained, state) of an explanation of a case's finding."""
    x = explanations.c
    row = connection.execute(select(x.case, x.by, x.state).where(x.id == explanation)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def open_cases(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(_c.id).where(_c.state == "open").order_by(_c.id)).scalars())


def _conditions(wanted: CaseFilter) -> ColumnElement[bool]:
    claims = [_visible(wanted.visible)]
    for column, value in ((_c.state, wanted.state), (_c.kind, wanted.kind)):
        if value is not None:
            claims.append(column == value)
    if wanted.subject is not None:
        claims.append(or_(_c.subject_name == wanted.subject, _c.subject_number == wanted.subject))
    if wanted.q:
        fields = (_c.number, _c.title, _c.subject_name, _c.subject_number)
        claims.append(or_(*(func.lower(field).contains(wanted.q.lower(), autoescape=True) for field in fields)))
    return and_(*claims)


def _visible(who: CasesVisible) -> ColumnElement[bool]:
    if who.everything:
        return true()
    mine = select(case_people.c.case).where(case_people.c.account == who.officer, case_people.c.current)
    either: list[ColumnElement[bool]] = [] if who.officer is None else [_c.id.in_(mine)]
    if who.unit is not None:
        either.append(_c.unit == who.unit)
    return or_(*either) if either else ~true()


def _case_rows(connection: Connection, rows: Iterable[Any]) -> tuple[CaseRow, ...]:
    values = [dict(row._mapping) for row in rows]
    p = case_people.c
    named: dict[str, list[tuple[str, bool]]] = {}
    wanted = select(case_people).where(p.case.in_([each["id"] for each in values])).order_by(p.account)
    for case, account, current in connection.execute(wanted):
        named.setdefault(case, []).append((account, current))
    return tuple(
        CaseRow(
            **each,
            officers=tuple(account for account, current in named.get(each["id"], ()) if current),
            people=frozenset(account for account, _ in named.get(each["id"], ())),
        )
        for each in values
    )
