"""Retention as the API tells it. Reads what an answer needs besides; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from evidence.catalog import retention_facts
from evidence.catalog import retention_queries as queries
from evidence.catalog.case_queries import find_case
from evidence.catalog.retention_counts import adopted_versions, n_destroyed, names_of
from evidence.catalog.retention_facts import HoldRow
from evidence.catalog.retention_queries import ChangeRow, DestructionRow, ItemRow
from evidence.clock import from_text, to_text
from player.api import retention_shapes as s
from player.retention.asking import Asking, doubted_since
from player.retention.changes import Moved, Simulated
from player.retention.gathering import Judged, judged_all, judged_one
from player.retention.kept_terms import ClassTerms, KeptTerms
from policy.retention import Kept, Reason, Table
from policy.retention_words import HELD, in_words

_MAX_EXPIRING = 500
_MAX_SIMULATED = 200
_CHANGE_FIELDS = tuple(
    name for name in s.ChangeAnswer.__struct_fields__ if name not in ("approvals", "may_approve", "may_cancel")
)
_DESTRUCTION_FIELDS = tuple(
    name
    for name in s.DestructionAnswer.__struct_fields__
    if name not in ("certificate", "items", "may_approve", "may_cancel")
)
_HOLD_FIELDS = tuple(name for name in s.HoldAnswer.__struct_fields__ if name not in ("named", "may_lift"))


def overview_answer(connection: Connection, asking: Asking, terms: KeptTerms) -> s.RetentionAnswer:
    table, found = asking.rules.in_force(connection), terms.follow(connection)
    order = {code: n for n, code in enumerate(table.classes)}
    return s.RetentionAnswer(
        version=table.version,
        classes=tuple(
            s.ClassAnswer(code=code, zh=each.zh, en=each.en, days=each.days) for code, each in table.classes.items()
        ),
        lists=adopted_versions(connection),
        counts=tuple(_count(each, asking) for each in sorted(found, key=lambda each: order.get(each.code, len(order)))),
        n_recordings=sum(each.n_recordings for each in found),
        n_destroyed=n_destroyed(connection),
        change_days=asking.delays.change.days,
        destruction_days=asking.delays.destruction.days,
        clock=s.ClockAnswer(doubted_at=doubted_since(connection), now=asking.at),
    )


def _count(found: ClassTerms, asking: Asking) -> s.CountAnswer:
    return s.CountAnswer(
        code=found.code,
        n_recordings=found.n_recordings,
        size_bytes=found.size_bytes,
        n_expired=found.expired(asking.now)[0],
        first_until=to_text(found.ending[0][0]) if found.ending else None,
    )


def expiring_answer(
    connection: Connection, asking: Asking, terms: KeptTerms, days: int, code: str | None
) -> s.ExpiringAnswer:
    """Those that are listed are judged anew."""
    table, edge = asking.rules.in_force(connection), asking.now + timedelta(days=days)
    wanted = [each for each in terms.follow(connection) if code in (None, each.code)]
    expired = [each.expired(edge) for each in wanted]
    first = merge(*(each.ending[:n] for each, (n, _) in zip(wanted, expired, strict=True)))
    ids = tuple(recording for _, recording in islice(first, _MAX_EXPIRING))
    shown = [each for each in judged_all(connection, asking.rules, ids) if each.kept.expired(edge)] if ids else []
    shown.sort(key=lambda each: (each.kept.until, each.row.id))
    pending = queries.pending_of(connection, ids)
    return s.ExpiringAnswer(
        recordings=tuple(_expiring(each, each.kept, table, pending) for each in shown),
        n_recordings=sum(n for n, _ in expired),
        size_bytes=sum(size_bytes for _, size_bytes in expired),
    )


def simulated_answer(connection: Connection, found: Simulated, asking: Asking) -> s.SimulatedAnswer:
    table = asking.rules.in_force(connection)
    shown: list[Moved] = sorted(found.expired, key=lambda each: (each.after.until or asking.now, each.judged.row.id))
    return s.SimulatedAnswer(
        n_recordings=found.n_recordings,
        n_expired=len(found.expired),
        n_sooner=len(found.sooner),
        n_later=len(found.later),
        by_class=found.by_class,
        expired=tuple(_expiring(each.judged, each.after, table, {}) for each in shown[:_MAX_SIMULATED]),
    )


def _expiring(judged: Judged, kept: Kept, table: Table, pending: dict[str, DestructionRow]) -> s.ExpiringRecording:
    row = judged.row
    going = pending.get(row.id)
    return s.ExpiringRecording(
        id=row.id,
        name=row.name,
        kind=row.kind,
        device=row.device,
        officer=row.officer,
        unit=row.unit,
        started_at=row.started_at,
        received_at=row.received_at,
        size_bytes=row.size_bytes,
        duration_ms=row.duration_ms,
        until=None if kept.until is None else to_text(kept.until),
        code=kept.code,
        reason=_reason(kept.reasons[0], table),
        pending=None if going is None else going.id,
    )


def _reason(reason: Reason, table: Table, told: bool = True) -> s.ReasonAnswer:
    words = HELD if reason.because == "hold" and not told else in_words(reason, table)
    until = None if reason.until is None else to_text(reason.until)
    return s.ReasonAnswer(because=reason.because, zh=words.zh, en=words.en, until=until)


def kept_answer(connection: Connection, recording: str, asking: Asking, told: bool) -> s.KeptAnswer:
    """Also of what was destroyed: then there is nothing to keep, and `destroyed` says why. `told`: who asks may know
    why something is on hold."""
    judged, table = judged_one(connection, asking.rules, recording), asking.rules.in_force(connection)
    pending = queries.pending_of(connection, (recording,)).get(recording)
    items = queries.items_of_recordings(connection, (recording,))
    kept = None if judged is None else judged.kept
    held = set() if judged is None else {each.hold for each in judged.facts.holds}
    holds = [each for each in retention_facts.active_holds(connection) if each.id in held]
    return s.KeptAnswer(
        recording=recording,
        until=None if kept is None or kept.until is None else to_text(kept.until),
        expired=kept is not None and kept.expired(asking.now),
        code=None if kept is None else kept.code,
        reasons=() if kept is None else tuple(_reason(each, table, told) for each in kept.reasons),
        holds=tuple(hold_answer(connection, each, asking.account, told) for each in holds),
        pending=None
        if pending is None
        else s.PendingAnswer(**_pending(pending), stays=_stays(kept, pending.due_at, table, asking, told)),
        destroyed=tuple(_tombstone(connection, each) for each in items if each.state in ("begun", "done", "returned")),
    )


def _tombstone(connection: Connection, item: ItemRow) -> s.TombstoneAnswer:
    row = queries.find_destruction(connection, item.destruction)
    state: Any = item.state
    return s.TombstoneAnswer(
        destruction=item.destruction,
        state=state,
        reason="" if row is None else row.reason,
        requested_by="" if row is None else row.by,
        approved_by="" if row is None else row.approved_by or "",
        begun_at=item.begun_at or "",
        done_at=item.done_at,
        returned_at=item.returned_at,
        original=item.original or "",
        manifest=item.manifest or "",
        begun_entry=item.begun_entry or 0,
        done_entry=item.done_entry,
        certificate=row is not None and row.pdf is not None,
    )


def _stays(kept: Kept | None, due_at: str | None, table: Table, asking: Asking, told: bool) -> s.ReasonAnswer | None:
    """Why a recording whose destruction goes on would be spared: the same question that is asked before a byte goes."""
    day = asking.now if due_at is None else max(asking.now, from_text(due_at))
    return None if kept is None or kept.expired(day) else _reason(kept.reasons[0], table, told)


def staying(
    connection: Connection, rows: Iterable[DestructionRow], asking: Asking, told: bool
) -> dict[str, s.ReasonAnswer]:
    """Recording → why it would be spared, of all listed in destructions that go on; `told` as in `kept_answer`."""
    due = {
        item.recording: row.due_at
        for row in rows
        if row.state in ("requested", "approved")
        for item in row.items
        if item.state == "listed"
    }
    if not due:
        return {}
    table = asking.rules.in_force(connection)
    judged = judged_all(connection, asking.rules, tuple(sorted(due)))
    found = {each.row.id: _stays(each.kept, due[each.row.id], table, asking, told) for each in judged}
    return {recording: reason for recording, reason in found.items() if reason is not None}


def _pending(row: DestructionRow) -> dict[str, Any]:
    return {"destruction": row.id, "state": row.state, "by": row.by, "at": row.at, "due_at": row.due_at}


def hold_answer(connection: Connection, row: HoldRow, account: str, told: bool = True) -> s.HoldAnswer:
    values: dict[str, Any] = {name: getattr(row, name) for name in _HOLD_FIELDS}
    if not told:
        # That it is held everybody may see who may read it; why could warn somebody of an inquiry.
        values |= {"reason": "", "by": ""}
    may_lift = row.lifted_at is None and row.by != account
    return s.HoldAnswer(**values, named=_named(connection, row), may_lift=may_lift)


def _named(connection: Connection, row: HoldRow) -> str:
    if row.on == "case":
        case = find_case(connection, row.target)
        return row.target if case is None else case.number
    return names_of(connection, (row.target,)).get(row.target, row.target) if row.on == "recording" else row.target


def change_answer(row: ChangeRow, account: str) -> s.ChangeAnswer:
    values: dict[str, Any] = {name: getattr(row, name) for name in _CHANGE_FIELDS}
    others = row.by != account and account not in {each.by for each in row.approvals}
    return s.ChangeAnswer(
        **values,
        approvals=tuple(s.ChangeApprovalAnswer(by=each.by, at=each.at, note=each.note) for each in row.approvals),
        may_approve=row.state == "proposed" and others,
        may_cancel=row.state in ("proposed", "approved"),
    )


def destruction_answer(
    connection: Connection, row: DestructionRow, account: str, stays: Mapping[str, s.ReasonAnswer]
) -> s.DestructionAnswer:
    values: dict[str, Any] = {name: getattr(row, name) for name in _DESTRUCTION_FIELDS}
    names = names_of(connection, [each.recording for each in row.items])
    return s.DestructionAnswer(
        **values,
        certificate=row.pdf is not None,
        items=tuple(_item(each, names, stays) for each in row.items),
        may_approve=row.state == "requested" and row.by != account,
        may_cancel=row.state in ("requested", "approved"),
    )


def _item(item: ItemRow, names: dict[str, str], stays: Mapping[str, s.ReasonAnswer]) -> s.DestructionItem:
    state: Any = item.state
    return s.DestructionItem(
        recording=item.recording,
        name=names.get(item.recording, ""),
        state=state,
        reason=item.reason,
        code=item.code,
        expired_at=item.expired_at,
        size_bytes=item.size_bytes,
        begun_entry=item.begun_entry,
        done_entry=item.done_entry,
        done_at=item.done_at,
        stays=stays.get(item.recording) if item.state == "listed" else None,
    )


def case_answer(connection: Connection, case: str, asking: Asking, told: bool) -> s.CaseRetentionAnswer:
    """Through the recordings that belong to the case, or may."""
    ids = tuple(retention_facts.recordings_of_case(connection, case))
    judged = list(judged_all(connection, asking.rules, ids)) if ids else []
    mine = [each for each in judged if case in each.cases]
    held = {hold.hold for each in mine for hold in each.facts.holds}
    held |= {hold.id for hold in retention_facts.active_holds(connection) if (hold.on, hold.target) == ("case", case)}
    holds = [each for each in retention_facts.active_holds(connection) if each.id in held]
    pending = queries.pending_of(connection, ids)
    stays = staying(connection, _distinct(pending.values()), asking, told)
    return s.CaseRetentionAnswer(
        holds=tuple(hold_answer(connection, each, asking.account, told) for each in holds),
        pending=tuple(_case_pending(row, pending, stays) for row in _distinct(pending.values())),
        n_recordings=len(mine),
        destroyed=tuple(sorted(queries.destroyed_at(connection, ids))),
    )


def _case_pending(
    row: DestructionRow, pending: dict[str, DestructionRow], stays: Mapping[str, s.ReasonAnswer]
) -> s.CasePending:
    recordings = tuple(sorted(each for each, going in pending.items() if going.id == row.id))
    stay = tuple(each for each in recordings if each in stays)
    return s.CasePending(**_pending(row), recordings=recordings, stay=stay, stays=stays[stay[0]] if stay else None)


def _distinct(rows: Iterable[DestructionRow]) -> list[DestructionRow]:
    return list({row.id: row for row in rows}.values())
