"""Names and numbers that go with answers about retention. Never writes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from evidence.catalog.case_schema import item_lists
from evidence.catalog.retention_schema import destruction_items
from evidence.catalog.schema import recordings


def adopted_versions(connection: Connection) -> tuple[str, ...]:
    """Versions of the item lists that were ever adopted, latest first."""
    c = item_lists.c
    return tuple(connection.execute(select(c.version).order_by(c.entry.desc())).scalars())


def n_destroyed(connection: Connection) -> int:
    c = destruction_items.c
    query = select(func.count()).select_from(destruction_items).where(c.state == "done")
    return int(connection.execute(query).scalar_one())


def names_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Recording → file name."""
    c = recordings.c
    rows = connection.execute(select(c.id, c.name).where(c.id.in_(tuple(ids))))
    return {row.id: row.name for row in rows}
