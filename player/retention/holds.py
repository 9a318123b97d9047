"""Legal hold (保全): set by one person, lifted by another. Decided in the transaction that appends."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import retention_entries as rt
from evidence.catalog.case_queries import find_case
from evidence.catalog.recording_queries import facts_of
from evidence.catalog.retention_facts import find_hold
from evidence.catalog.retention_queries import destroyed_at
from evidence.errors import Conflict, Invalid, NotFound, RecordingDestroyed
from player.retention.asking import Asking
from policy.two_people import require_other


@dataclass(frozen=True, slots=True)
class HoldWords:
    """What is to be held. Times are as `evidence.clock.to_text` writes them."""

    on: rt.HoldOn
    target: str
    reason: str
    from_at: str | None = None
    until_at: str | None = None


def set_hold(connection: Connection, hold: str, words: HoldWords, asking: Asking) -> rt.HoldSet:
    """Raises NotFound for a recording or case that is not there, RecordingDestroyed for one that nobody can hold any
    more, Invalid for a stretch of time that makes no sense."""
    if words.on == "recording":
        _require_there(connection, words.target)
    if words.on == "case" and find_case(connection, words.target) is None:
        raise NotFound("There is no such case.")
    if words.on != "device" and (words.from_at is not None or words.until_at is not None):
        raise Invalid("Only a hold on a device names a stretch of time.")
    if words.from_at is not None and words.until_at is not None and words.from_at >= words.until_at:
        raise Invalid("The hold ends before it begins.")
    return rt.HoldSet(
        at=asking.at,
        hold=rt.HoldId(hold),
        on=words.on,
        target=words.target,
        from_at=words.from_at,
        until_at=words.until_at,
        reason=words.reason,
        by=asking.account,
    )


def _require_there(connection: Connection, recording: str) -> None:
    if facts_of(connection, recording) is None:
        raise NotFound("There is no such recording.")
    gone = destroyed_at(connection, (recording,)).get(recording)
    if gone is not None:
        raise RecordingDestroyed(gone)


def lift_hold(connection: Connection, hold: str, reason: str, asking: Asking) -> rt.HoldLifted:
    """Raises NotFound, Conflict if it was lifted already, Forbidden for who set it."""
    found = find_hold(connection, hold)
    if found is None:
        raise NotFound("There is no such hold.")
    if found.lifted_at is not None:
        raise Conflict("The hold was lifted already.")
    require_other(asking.account, found.by, "set this hold")
    return rt.HoldLifted(at=asking.at, hold=rt.HoldId(hold), reason=reason, by=asking.account)
