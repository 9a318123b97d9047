"""Keeps the ledger's newest checkpoint outside of the database while the daemon runs. On the caller's thread."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.errors import StoreUnavailable
from evidence.kept_entries import CheckpointKept
from mediad.store import Store

# What a restored database can lose unseen: entries of the last seconds before a kill.
EVERY_S = 5.0
_log = structlog.get_logger("mediad.checkpoint")


class CheckpointWatch:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self) -> None:
        """At the start: keep it, and say once in the ledger that it is kept. In this order: a kill in between leaves
        a file that nobody misses, not one that is missed and was never there."""
        try:
            self._store.kept.keep()
        except StoreUnavailable as error:
            # Each round tries again, and the daemon's health names it.
            _log.warning("the checkpoint cannot be kept", action="checkpoint.not-kept", reason=str(error))
            return

        def decide(_connection: Connection) -> Sequence[AnyEntry]:
            if next(self._store.reader.of_type("checkpoint.kept"), None) is not None:
                return ()
            return (CheckpointKept(at=to_text(self._clock.now())),)

        self._store.ledger.decide(decide).result()

    def run(self) -> None:
        """One round. IntegrityBroken where the database was exchanged under the daemon, StoreUnavailable where a file
        cannot be written: either is shown by its health."""
        self._store.kept.keep()
