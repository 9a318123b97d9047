"""Typed reads about item lists: what came into force when, and what was proposed. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, or_, select

from evidence.canonical import Digest
from evidence.catalog.item_schema import item_adoptions, item_proposals


@dataclass(frozen=True, slots=True)
class AdoptionRow:
    """A list that came, or will come, into force."""

    entry: int
    version: str
    items: Digest
    from_at: str
    at: str
    by: str
    proposal: str | None  # None: the founding list


@dataclass(frozen=True, slots=True)
class ProposalRow:
    id: str
    version: str
    items: Digest
    base: Digest
    from_at: str | None
    note: str
    by: str
    at: str
    state: Literal["waiting", "approved", "rejected"]
    decided_by: str | None
    decided_at: str | None
    decision: str | None
    entry: int


def adoptions(connection: Connection) -> tuple[AdoptionRow, ...]:
    """In the order in which they were adopted, which is that in which they come into force."""
    rows = connection.execute(select(item_adoptions).order_by(item_adoptions.c.entry))
    return tuple(AdoptionRow(**row._mapping) for row in rows)


def proposals(connection: Connection, limit: int = 100) -> tuple[ProposalRow, ...]:
    """The latest first."""
    rows = connection.execute(select(item_proposals).order_by(item_proposals.c.entry.desc()).limit(limit))
    return tuple(ProposalRow(**row._mapping) for row in rows)


def find_proposal(connection: Connection, proposal: str) -> ProposalRow | None:
    row = connection.execute(select(item_proposals).where(item_proposals.c.id == proposal)).one_or_none()
    return None if row is None else ProposalRow(**row._mapping)


def is_known_list(connection: Connection, digest: str) -> bool:
    """Was a list with these bytes ever proposed or adopted? No other blob is handed out as one."""
    adopted = select(item_adoptions.c.entry).where(item_adoptions.c["items"] == digest)
    p = item_proposals.c
    proposed = select(p.entry).where(or_(p["items"] == digest, p.base == digest))
    return any(connection.execute(query.limit(1)).first() is not None for query in (adopted, proposed))
