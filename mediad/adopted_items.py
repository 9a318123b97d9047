"""The item list in force: read from its file at start, and adopted in the ledger whenever it is another than before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from evidence.case_entries import ItemsAdopted
from evidence.catalog.case_queries import adopted_items, items_digest
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.errors import ConfigInvalid
from mediad.store import Store
from policy.item_list import ItemListText


def adopt(store: Store, found: ItemListText, clock: Clock) -> None:
    """Log the list unless it is the one in force. ConfigInvalid if its version once named another list."""
    digest, version = store.blobs.put(found.data), found.items.version

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        named = items_digest(connection, version)
        if named is not None and named != digest:
            raise ConfigInvalid(
                f"The item list {version} was changed without a new version.", remedy="Give it a new `version`."
            )
        if adopted_items(connection) == (version, digest):
            return ()
        return (ItemsAdopted(at=to_text(clock.now()), version=version, items=digest, by="configuration"),)

    store.ledger.decide(decide).result()
