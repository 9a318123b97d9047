"""Looks through all open findings now and then: what opened, what is overdue, what is settled. Each is entered once:
decided in the transaction that appends it, against other processes too. Called by the daemon, on a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from evidence.catalog.case_queries import open_cases
from evidence.catalog.concern_rows import open_concerns
from evidence.catalog.engine import connected
from evidence.clock import Clock, to_text
from evidence.entries import AnyEntry
from evidence.ledger import Ledger
from player.cases.changes import Asking
from player.concerns import see_absences, sweep_absences, sweep_case
from player.kept_absences import KeptAbsences
from policy.explaining import Person
from policy.findings import Rules

EVERY_S = 30.0
# Judging takes processor time: at most a twentieth of it is spent on this.
_REST = 20.0


class ConcernSweep:
    """`rules`: as they are in force. `absences`: what the page of missing footage asks too."""

    def __init__(
        self, engine: Engine, ledger: Ledger, clock: Clock, rules: Callable[[], Rules], absences: KeptAbsences
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._clock = clock
        self._rules = rules
        self._absences = absences
        self._not_before_s = float("-inf")

    def run(self) -> int:
        """Look now, unless the last look took so long that it is too early; how many entries. StoreUnavailable."""
        began_s = self._clock.monotonic_s()
        if began_s < self._not_before_s:
            return 0
        with connected(self._engine) as connection:
            left = {each.case for each in open_concerns(connection) if each.case is not None}
            cases = sorted(left | set(open_cases(connection)))
        n = 0
        for case in cases:
            n += self._enter(lambda connection, case=case: sweep_case(connection, case, self._asking()))  # type: ignore[misc]
        asking = self._asking()
        missing = self._absences.find(asking.rules, asking.now)
        with connected(self._engine) as connection:
            seen = see_absences(connection, missing, asking)
        n += self._enter(lambda connection: sweep_absences(connection, seen, asking))
        self._not_before_s = self._clock.monotonic_s() + _REST * (self._clock.monotonic_s() - began_s)
        return n

    def _enter(self, look: Callable[[Connection], Sequence[AnyEntry]]) -> int:
        """Most of the time there is nothing to enter: that is found out beside the writer."""
        with connected(self._engine) as connection:
            if not look(connection):
                return 0
        return len(self._ledger.decide(look).result())

    def _asking(self) -> Asking:
        now = self._clock.now()
        return Asking(Person("system", ()), to_text(now), now, self._rules())
