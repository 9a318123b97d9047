"""A change of how long footage is kept: simulated, proposed, approved by two others, in force after the delay.

Each function but `simulate` decides inside the transaction that appends its entry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import retention_entries as rt
from evidence.case_entries import CaseId
from evidence.catalog.case_queries import find_case, items_digest
from evidence.catalog.recording_queries import facts_of
from evidence.catalog.retention_queries import ChangeRow, find_change
from evidence.clock import from_text, to_text
from evidence.errors import Conflict, Invalid, MediadError, NotFound
from evidence.records import RecordingId
from player.retention.asking import Asking, require_sure_clock
from player.retention.gathering import Judged, RetentionRules, judged_all
from policy.retention import Kept, Table
from policy.two_people import APPROVALS_OF_CHANGE, require_new_approver

# The longest list of recordings in one change.
MAX_RECORDINGS = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of the three: the classes of an adopted item list, or a class for recordings or for a case."""

    of: rt.ChangeOf
    items: str | None = None
    recordings: tuple[str, ...] = ()
    case: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A recording that would be kept for another time."""

    judged: Judged  # as it is now
    after: Kept


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would follow. `expired`: at once, though not now."""

    n_recordings: int
    expired: tuple[Moved, ...]
    sooner: tuple[Moved, ...]
    later: tuple[Moved, ...]

    @property
    def by_class(self) -> dict[str, int]:
        """Of those that would be expired, by the class that decides."""
        return dict(Counter(each.after.code or "" for each in self.expired))


def simulate(connection: Connection, wanted: Wanted, rules: RetentionRules, now: str) -> Simulated:
    """Judge the whole catalog as it is and as it would be. Raises as `propose`."""
    _require_sense(connection, wanted, rules)
    table, manual = _would_be(connection, wanted, rules)
    return compare(connection, rules, table, manual, now)


def compare(
    connection: Connection, rules: RetentionRules, table: Table, manual: dict[tuple[str, str], str], now: str
) -> Simulated:
    """The catalog under the classes in force, and under these."""
    moment = from_text(now)
    after = {each.row.id: each.kept for each in judged_all(connection, rules, table=table, manual=manual)}
    n_recordings = 0
    expired: list[Moved] = []
    sooner: list[Moved] = []
    later: list[Moved] = []
    for judged in judged_all(connection, rules):
        n_recordings += 1
        moved = Moved(judged, after[judged.row.id])
        if moved.after.expired(moment) and not judged.kept.expired(moment):
            expired.append(moved)
        elif moved.after.until != judged.kept.until:
            (sooner if _is_sooner(moved) else later).append(moved)
    return Simulated(n_recordings, tuple(expired), tuple(sooner), tuple(later))


def _is_sooner(moved: Moved) -> bool:
    before, after = moved.judged.kept.until, moved.after.until
    return after is not None and (before is None or after < before)


def propose(
    connection: Connection, change: str, wanted: Wanted, found: Simulated, reason: str, asking: Asking
) -> rt.RetentionProposed:
    """`found`: what `simulate` said a moment ago; it takes too long to be asked in here. Raises Invalid, NotFound, and
    Conflict while the clock is in doubt."""
    require_sure_clock(connection)
    _require_sense(connection, wanted, asking.rules)
    return rt.RetentionProposed(
        at=asking.at,
        change=rt.ChangeId(change),
        of=wanted.of,
        items=wanted.items,
        recordings=tuple(RecordingId(each) for each in wanted.recordings),
        case=None if wanted.case is None else CaseId(wanted.case),
        code=wanted.code,
        n_expired=len(found.expired),
        n_sooner=len(found.sooner),
        n_later=len(found.later),
        reason=reason,
        by=asking.account,
    )


def approve(connection: Connection, change: str, note: str, asking: Asking) -> rt.RetentionApproved:
    """Raises NotFound, Conflict unless it waits for approval, Forbidden for who proposed it."""
    require_sure_clock(connection)
    found = _require(connection, change)
    if found.state != "proposed":
        raise Conflict("The change does not wait for approval.")
    require_new_approver(asking.account, found.by, (each.by for each in found.approvals))
    last = len(found.approvals) + 1 >= APPROVALS_OF_CHANGE
    due_at = to_text(asking.now + asking.delays.change) if last else None
    return rt.RetentionApproved(at=asking.at, change=rt.ChangeId(change), note=note, by=asking.account, due_at=due_at)


def cancel(connection: Connection, change: str, reason: str, asking: Asking) -> rt.RetentionCancelled:
    """By anybody who may, until it is in force. Raises NotFound, Conflict."""
    if _require(connection, change).state not in ("proposed", "approved"):
        raise Conflict("The change is in force or was cancelled.")
    return rt.RetentionCancelled(at=asking.at, change=rt.ChangeId(change), reason=reason, by=asking.account)


def bring_into_force(
    connection: Connection, change: str, rules: RetentionRules, now: str
) -> rt.RetentionChanged | rt.RetentionCancelled | None:
    """What the daemon does when the delay is over; None if there is nothing to do any more."""
    found = _require(connection, change)
    if found.state != "approved" or found.due_at is None or found.due_at > now:
        return None
    wanted = Wanted(_of(found.of), found.items, found.recordings, found.case, found.code)
    try:
        _require_sense(connection, wanted, rules)
    except MediadError as error:
        return rt.RetentionCancelled(at=now, change=rt.ChangeId(change), reason=error.message, by="mediad")
    return rt.RetentionChanged(at=now, change=rt.ChangeId(change))


def _of(text: str) -> rt.ChangeOf:
    for known in ("items", "recordings", "case"):
        if text == known:
            return known
    raise ValueError(text)


def _require(connection: Connection, change: str) -> ChangeRow:
    found = find_change(connection, change)
    if found is None:
        raise NotFound("There is no such change.")
    return found


def _require_sense(connection: Connection, wanted: Wanted, rules: RetentionRules) -> None:
    given = (wanted.items is not None, bool(wanted.recordings), wanted.case is not None, wanted.code is not None)
    if given != {"items": (True, False, False, False), "recordings": (False, True, False, True),
                 "case": (False, False, True, True)}[wanted.of]:  # fmt: skip
        raise Invalid("A change names either an item list, or recordings and a class, or a case and a class.")
    if wanted.items is not None and items_digest(connection, wanted.items) is None:
        raise NotFound(f"No item list {wanted.items} was adopted.")
    if wanted.code is not None and wanted.code not in rules.in_force(connection).classes:
        raise Invalid(f"The classes in force have no {wanted.code!r}.")
    if wanted.case is not None and find_case(connection, wanted.case) is None:
        raise NotFound("There is no such case.")
    for each in wanted.recordings:
        if facts_of(connection, each) is None:
            raise NotFound(f"There is no recording {each}.")


def _would_be(
    connection: Connection, wanted: Wanted, rules: RetentionRules
) -> tuple[Table, dict[tuple[str, str], str]]:
    if wanted.items is not None:
        return rules.of(wanted.items, items_digest(connection, wanted.items) or ""), {}
    code = wanted.code or ""
    manual = {("recording", each): code for each in wanted.recordings}
    if wanted.case is not None:
        manual[("case", wanted.case)] = code
    return rules.in_force(connection), manual
