"""Turns entries about item lists into catalog rows. Deterministic, like `evidence.catalog.projection`, its caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, update

from evidence.case_entries import ItemsAdopted
from evidence.catalog.case_schema import item_lists
from evidence.catalog.item_schema import item_adoptions, item_proposals
from evidence.entry import Entry
from evidence.item_entries import ItemsApproved, ItemsProposed, ItemsRejected
from evidence.records import EntryIndex

Rule = Callable[[Connection, EntryIndex, Any], None]


def _adopted(connection: Connection, index: EntryIndex, entry: ItemsAdopted) -> None:
    row: dict[str, Any] = {
        "version": entry.version,
        "items": entry.items,
        "at": entry.at,
        "by": entry.by,
        "entry": index,
    }
    connection.execute(delete(item_lists).where(item_lists.c.version == entry.version))
    connection.execute(insert(item_lists), row)
    from_at = entry.at if entry.from_at is msgspec.UNSET else entry.from_at
    proposal = None if entry.proposal is msgspec.UNSET else entry.proposal
    connection.execute(insert(item_adoptions), row | {"from_at": from_at, "proposal": proposal})


def _proposed(connection: Connection, index: EntryIndex, entry: ItemsProposed) -> None:
    row = {name: getattr(entry, name) for name in ("version", "items", "base", "from_at", "note", "by", "at")}
    connection.execute(insert(item_proposals), row | {"id": entry.proposal, "state": "waiting", "entry": index})


def _decided(connection: Connection, _index: EntryIndex, entry: ItemsApproved | ItemsRejected) -> None:
    state = "approved" if isinstance(entry, ItemsApproved) else "rejected"
    values = {"state": state, "decided_by": entry.by, "decided_at": entry.at, "decision": entry.note}
    connection.execute(update(item_proposals).where(item_proposals.c.id == entry.proposal).values(**values))


ITEM_RULES: dict[type[Entry], Rule] = {
    ItemsAdopted: _adopted,
    ItemsProposed: _proposed,
    ItemsApproved: _decided,
    ItemsRejected: _decided,
}
