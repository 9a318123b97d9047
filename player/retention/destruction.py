"""Destruction, as far as it is decided: requested by one, approved by another, judged again when its time has come.

Each function decides inside the transaction that appends what it returns. The bytes go by `mediad.destroyer`.
"""

from __future__ import annotations

from sqlalchemy import Connection

from evidence import retention_entries as rt
from evidence.catalog.retention_queries import DestructionRow, doomed, find_destruction, pending_of
from evidence.clock import to_text
from evidence.errors import Conflict, NotFound
from evidence.records import RecordingId
from player.retention.asking import Asking, require_strangers, require_sure_clock
from player.retention.gathering import Judged, RetentionRules, judged_all
from policy.retention_words import in_words
from policy.two_people import require_other

# The longest list of recordings in one destruction: it is judged in one transaction.
MAX_RECORDINGS = 500


def request(
    connection: Connection, destruction: str, recordings: tuple[str, ...], reason: str, asking: Asking
) -> rt.DestructionRequested:
    """Raises NotFound, Forbidden for somebody involved, Conflict unless every one of them has expired."""
    require_sure_clock(connection)
    wanted = tuple(dict.fromkeys(recordings))
    found = _require_expired(connection, wanted, asking)
    require_strangers(connection, asking.account, found)
    pending = pending_of(connection, wanted)
    if pending:
        first = next(iter(pending))
        raise Conflict(f"The destruction of recording {first} was requested already.")
    return rt.DestructionRequested(
        at=asking.at,
        destruction=rt.DestructionId(destruction),
        recordings=tuple(RecordingId(each) for each in wanted),
        reason=reason,
        by=asking.account,
    )


def approve(connection: Connection, destruction: str, note: str, asking: Asking) -> rt.DestructionApproved:
    """Raises NotFound, Conflict unless it waits and all have expired, Forbidden for the requester or the involved."""
    require_sure_clock(connection)
    found = _require(connection, destruction)
    if found.state != "requested":
        raise Conflict("The destruction does not wait for approval.")
    require_other(asking.account, found.by, "requested this")
    judged = _require_expired(connection, tuple(each.recording for each in found.items), asking)
    require_strangers(connection, asking.account, judged)
    return rt.DestructionApproved(
        at=asking.at,
        destruction=rt.DestructionId(destruction),
        due_at=to_text(asking.now + asking.delays.destruction),
        note=note,
        by=asking.account,
    )


def cancel(connection: Connection, destruction: str, reason: str, asking: Asking) -> rt.DestructionCancelled:
    """By anybody who may, as long as something is left. Raises NotFound, Conflict."""
    if _require(connection, destruction).state not in ("requested", "approved"):
        raise Conflict("The destruction is over or was cancelled.")
    return rt.DestructionCancelled(
        at=asking.at, destruction=rt.DestructionId(destruction), reason=reason, by=asking.account
    )


def begin(
    connection: Connection, destruction: str, recording: str, rules: RetentionRules, asking: Asking
) -> rt.DestructionBegun | rt.DestructionSpared | None:
    """The last judgement of one recording, when the delay is over; None if there is nothing to do any more."""
    found = _require(connection, destruction)
    item = next((each for each in found.items if each.recording == recording), None)
    if found.state != "approved" or item is None or item.state != "listed":
        return None
    if found.due_at is None or found.due_at > asking.at or found.approved_by is None:
        return None
    require_sure_clock(connection)
    judged = next(judged_all(connection, rules, (recording,)), None)
    bytes_of = doomed(connection, recording)
    if judged is None or bytes_of is None:
        return _spared(found, recording, "已不在库中。\nIt is not there any more.", asking)
    if not judged.kept.expired(asking.now) or judged.kept.until is None:
        words = in_words(judged.kept.reasons[0], rules.in_force(connection))
        return _spared(found, recording, f"{words.zh}\n{words.en}", asking)
    return rt.DestructionBegun(
        at=asking.at,
        destruction=rt.DestructionId(found.id),
        recording=RecordingId(recording),
        original=bytes_of.original,
        manifest=bytes_of.manifest,
        size_bytes=bytes_of.size_bytes,
        blobs=bytes_of.blobs,
        expired_at=to_text(judged.kept.until),
        code=judged.kept.code or "",
        requested_by=found.by,
        approved_by=found.approved_by,
    )


def _spared(found: DestructionRow, recording: str, reason: str, asking: Asking) -> rt.DestructionSpared:
    return rt.DestructionSpared(
        at=asking.at,
        destruction=rt.DestructionId(found.id),
        recording=RecordingId(recording),
        reason=reason,
    )


def _require(connection: Connection, destruction: str) -> DestructionRow:
    found = find_destruction(connection, destruction)
    if found is None:
        raise NotFound("There is no such destruction.")
    return found


def _require_expired(connection: Connection, wanted: tuple[str, ...], asking: Asking) -> list[Judged]:
    found = list(judged_all(connection, asking.rules, wanted))
    missing = set(wanted) - {each.row.id for each in found}
    if missing:
        raise NotFound(f"There is no recording {min(missing)}, or it was destroyed.")
    for each in found:
        if not each.kept.expired(asking.now):
            words = in_words(each.kept.reasons[0], asking.rules.in_force(connection))
            raise Conflict(f"Recording {each.row.id} has not expired. {words.en}")
    return found
