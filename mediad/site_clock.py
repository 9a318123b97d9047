"""Watches the server's clock for what happens by itself: believed, or in doubt until a person has confirmed it.

A doubt is an entry, so that it outlives the process; so is, about once a day, that all was well. Runs on the caller's
thread.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

import structlog
from sqlalchemy import Engine

from evidence.catalog.engine import connected
from evidence.catalog.retention_queries import latest_entry, latest_of, times_from
from evidence.clock import Clock, from_text, to_text
from evidence.ledger import Ledger
from evidence.retention_entries import ClockChecked, ClockDoubted
from player.retention.asking import doubted_since
from policy.site_clock import Doubt, Looked, along_ledger, between_looks

_CHECKED_EVERY = timedelta(hours=24)
_TRUSTED = ("site-clock.checked", "site-clock.confirmed")
_log = structlog.get_logger("mediad.site_clock")


class SiteClock:
    """One per daemon. Made before the daemon writes anything: the ledger then ends with what ran before it."""

    def __init__(self, engine: Engine, ledger: Ledger, clock: Clock, longest_silence: timedelta) -> None:
        self._engine = engine
        self._ledger = ledger
        self._clock = clock
        self._silence = longest_silence
        self._looked: Looked | None = None
        # Compared from here on: the last entry known to be right, or else the last there is.
        with connected(engine) as connection:
            trusted, last = latest_of(connection, _TRUSTED), latest_entry(connection)
        self._from = trusted[0] if trusted is not None else 0 if last is None else last[0]
        self._checked_at = None if trusted is None else from_text(trusted[1])

    def is_believed(self) -> bool:
        """Look at both clocks and at the ledger. A new doubt is written down; False as long as one is open."""
        now = Looked(self._clock.now(), self._clock.monotonic_s())
        before, self._looked = self._looked, now
        with connected(self._engine) as connection:
            if doubted_since(connection) is not None:
                self._checked_at = None
                return False
            confirmed = latest_of(connection, ("site-clock.confirmed",))
            if confirmed is not None and confirmed[0] > self._from:
                # Somebody looked at the clock after it stepped: the step is behind us.
                self._from, before = confirmed[0], None
            last = latest_entry(connection)
            times = map(from_text, times_from(connection, self._from))
            stepped = along_ledger(chain(times, (now.at,)), self._silence)
        doubt = (None if before is None else between_looks(before, now)) or stepped
        if doubt is not None:
            self._doubt(doubt, now.at)
            return False
        if last is not None:
            self._from = last[0]
        self._note_checked(now.at)
        return True

    def _doubt(self, doubt: Doubt, now: datetime) -> None:
        _log.error(
            "the server's clock stepped; nothing expires until it is confirmed",
            action="site-clock.doubted",
            expected_at=to_text(doubt.expected_at),
            found_at=to_text(doubt.found_at),
        )
        self._ledger.append(
            ClockDoubted(at=to_text(now), expected_at=to_text(doubt.expected_at), found_at=to_text(doubt.found_at))
        )

    def _note_checked(self, now: datetime) -> None:
        if self._checked_at is None or now - self._checked_at >= _CHECKED_EVERY:
            self._ledger.append(ClockChecked(at=to_text(now)))
            self._checked_at = now
