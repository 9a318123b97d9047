"""What happens by itself to how long footage is kept: changes come into force, destruction is carried out, certified.

Only while the server's clock is believed. Called by the daemon every minute, on a thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import due_changes, uncertified
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.ledger import Ledger
from mediad.certificates import Certificates
from mediad.destroyer import Destroyer
from mediad.site_clock import SiteClock
from player.retention.changes import bring_into_force
from player.retention.gathering import RetentionRules

EVERY_S = 60.0


class RetentionWatch:
    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        clock: Clock,
        rules: RetentionRules,
        site_clock: SiteClock,
        destroyer: Destroyer,
        certificates: Certificates,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._clock = clock
        self._rules = rules
        self._site_clock = site_clock
        self._destroyer = destroyer
        self._certificates = certificates

    def run(self) -> None:
        """One round. What was begun is finished and certified whatever the clock says."""
        believed = self._site_clock.is_believed()
        self._destroyer.finish()
        if believed:
            self._bring_into_force()
            self._destroyer.run_due()
        with connected(self._engine) as connection:
            done = uncertified(connection)
        for each in done:
            self._certificates.make(each)

    def _bring_into_force(self) -> None:
        now = to_text(self._clock.now())
        with connected(self._engine) as connection:
            due = due_changes(connection, now)
        for change in due:

            def decide(connection: Connection, change: str = change.id) -> Sequence[AnyEntry]:
                found = bring_into_force(connection, change, self._rules, now)
                return () if found is None else (found,)

            self._ledger.decide(decide).result()
