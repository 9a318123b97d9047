"""Who asks for something about retention, when, and under which of the site's rules. Data and small checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from evidence.catalog import retention_facts
from evidence.catalog.retention_queries import latest_of
from evidence.clock import to_text
from evidence.errors import Conflict
from player.retention.gathering import Judged, RetentionRules
from policy.two_people import require_uninvolved

_CLOCK_ENTRIES = ("site-clock.doubted", "site-clock.confirmed")


@dataclass(frozen=True, slots=True)
class Delays:
    """How long people have to object."""

    change: timedelta = timedelta(days=14)
    destruction: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asking:
    account: str
    now: datetime
    rules: RetentionRules
    delays: Delays = Delays()

    @property
    def at(self) -> str:
        return to_text(self.now)


def doubted_since(connection: Connection) -> str | None:
    """When the site's clock began to be in doubt, if nobody has confirmed it since."""
    found = latest_of(connection, _CLOCK_ENTRIES)
    return found[1] if found is not None and found[2] == "site-clock.doubted" else None


def require_sure_clock(connection: Connection) -> None:
    """Raises Conflict: what is decided now would count its days from a time that may be wrong."""
    if doubted_since(connection) is not None:
        raise Conflict(
            "The server's clock is in doubt.", remedy="Compare it with another clock and confirm it on this page first."
        )


def require_strangers(connection: Connection, account: str, found: list[Judged]) -> None:
    """Raises Forbidden if one of the recordings is this person's own, or of a case that they were ever on."""
    people = retention_facts.people_of(connection, {case for each in found for case in each.cases})
    for each in found:
        named = (person for case in each.cases for person in people.get(case, ()))
        require_uninvolved(account, each.row.id, each.row.officer, named)
