"""The configured item list: what a new site begins with. Later a file changes nothing by itself: a list comes into
force when one person proposes it and another approves."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from evidence.case_entries import ItemsAdopted
from evidence.catalog.engine import connected
from evidence.catalog.item_queries import adoptions
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from mediad.store import Store
from policy.item_drift import drift_of
from policy.item_list import ItemListText

_log = structlog.get_logger("mediad.items")


def found_items(store: Store, configured: ItemListText, clock: Clock) -> None:
    """Adopt the list if the ledger has none yet; else say in the log how it differs from the one in force."""
    digest = store.blobs.put(configured.data)

    def decide(connection: Connection) -> Sequence[AnyEntry]:
        if adoptions(connection):
            return ()
        at, version = to_text(clock.now()), configured.items.version
        return (ItemsAdopted(at=at, v=2, version=version, items=digest, by="configuration", from_at=at),)

    store.ledger.decide(decide).result()
    with connected(store.engine) as connection:
        drift = drift_of(
            configured.items.version, digest, [(each.version, each.items) for each in adoptions(connection)]
        )
    if drift.state != "same":
        _log.warning("the configured item list is not the one in force", action="items.drift", reason=drift.en)
