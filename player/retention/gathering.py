"""Gathers what bears on how long recordings are kept, and asks the rules. Runs inside the caller's transaction."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog import retention_facts as rows
from evidence.catalog.handover_rows import Elsewhere, elsewhere
from evidence.catalog.item_queries import adoptions
from evidence.catalog.retention_facts import CaseFacts, HoldRow, MemberRow, RecordingRow
from evidence.catalog.retention_queries import items_in_force
from evidence.clock import from_text
from evidence.intervals import Span
from player.cases.timing import Timing, from_ms, load_timing, reach_of, to_ms
from player.retention.proposing import Activities, window_of
from policy.item_list import ClockTrust, ItemList, parse
from policy.retention import Facts, Held, Kept, Manual, Membership, Table, judge, table_of

# What a device's stated time may be wrong by where a hold names a stretch of time: rather too much is held.
_HOLD_SLACK_MS = 86_400_000
_OWNED = ("confirmed", "clip", "sitting")


@dataclass(frozen=True, slots=True)
class Judged:
    """A recording and how long it is kept."""

    row: RecordingRow
    facts: Facts
    kept: Kept

    @property
    def cases(self) -> frozenset[str]:
        """Ids of the cases that it belongs to, or may."""
        return frozenset(each.case for each in self.facts.memberships if each.case is not None)


class RetentionRules:
    """The classes in force. Thread-safe; an item list that was read once is kept."""

    def __init__(self, items: ItemList, blobs: Blobs) -> None:
        self.items = items
        self._blobs = blobs
        self._lists: dict[Digest, ItemList] = {}
        self._lock = threading.Lock()

    def in_force(self, connection: Connection) -> Table:
        """Those that a change brought into force last, or else those of the first list adopted."""
        found = items_in_force(connection)
        return table_of(self.items) if found is None else self.of(*found)

    def of(self, version: str, digest: str) -> Table:
        """Those of an adopted list. Raises NotFound, IntegrityBroken, ConfigInvalid: then nothing is judged."""
        return table_of(self._read(version, Digest(digest)))

    def _read(self, version: str, digest: Digest) -> ItemList:
        with self._lock:
            known = self._lists.get(digest)
        if known is None:
            known = parse(self._blobs.read(digest), version).items
            with self._lock:
                self._lists[digest] = known
        return known

    def lists(self, connection: Connection) -> tuple[ItemList, ...]:
        """Every list that ever came into force; before there is one, the configured list."""
        rows = adoptions(connection)
        return tuple(self._read(row.version, row.items) for row in rows) or (self.items,)

    @property
    def trust(self) -> ClockTrust:
        return self.items.clock


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all recordings."""

    members: dict[str, list[MemberRow]]
    cases: dict[str, CaseFacts]
    activities: Activities
    holds: tuple[HoldRow, ...]
    manual: dict[tuple[str, str], str]
    elsewhere: dict[str, Elsewhere]
    checked: tuple[list[int], list[datetime]]
    timing: Timing


def judged_all(
    connection: Connection,
    rules: RetentionRules,
    ids: tuple[str, ...] | None = None,
    *,
    table: Table | None = None,
    manual: dict[tuple[str, str], str] | None = None,
) -> Iterator[Judged]:
    """These recordings or all, without what was destroyed. `table` and `manual`: as they might be, to simulate."""
    found = list(rows.recording_rows(connection, ids))
    if not found:
        return
    table = rules.in_force(connection) if table is None else table
    known = _known(connection, found, ids, rules.trust)
    if manual is not None:
        known = replace(known, manual=known.manual | manual)
    for row in found:
        facts = _facts(row, known)
        yield Judged(row, facts, judge(facts, table))


def judged_one(connection: Connection, rules: RetentionRules, recording: str) -> Judged | None:
    return next(judged_all(connection, rules, (recording,)), None)


def _known(connection: Connection, found: list[RecordingRow], ids: tuple[str, ...] | None, trust: ClockTrust) -> _Known:
    members: dict[str, list[MemberRow]] = {}
    for member in rows.member_rows(connection, ids):
        members.setdefault(member.recording, []).append(member)
    timing = load_timing(connection, found, trust)
    if ids is None:
        acts = rows.activity_facts(connection)
    else:
        window = window_of(found, timing)
        # Its end is out of it, and the texts of both go to the millisecond.
        acts = [] if window is None else rows.activity_facts(connection, from_ms(window[0]), from_ms(window[1] + 1))
    named = {each.case for each in acts} | {m.case for ms in members.values() for m in ms if m.case is not None}
    checked = rows.checked_times(connection)
    cases = rows.case_facts(connection, None if ids is None else tuple(sorted(named)))
    return _Known(
        members,
        cases,
        Activities(acts, cases),
        rows.active_holds(connection),
        rows.manual_classes(connection),
        elsewhere(connection),
        ([index for index, _ in checked], [from_text(at) for _, at in checked]),
        timing,
    )


def _facts(row: RecordingRow, known: _Known) -> Facts:
    memberships = tuple(_memberships(row, known))
    return Facts(
        received_at=_received(row, known.checked),
        memberships=memberships,
        holds=tuple(
            Held(hold.id, hold.by, hold.reason) for hold in known.holds if _covers(hold, row, known, memberships)
        ),
        manual=tuple(_manual(row, known, memberships)),
    )


def _received(row: RecordingRow, checked: tuple[list[int], list[datetime]]) -> datetime:
    """When it came; never before the last time that the server's clock was found right ahead of its sealing, so that
    a clock that was set back while it was taken in makes it no older."""
    indices, times = checked
    before = bisect_left(indices, row.entry)
    received = from_text(row.received_at)
    return max(received, times[before - 1]) if before else received


def _memberships(row: RecordingRow, known: _Known) -> Iterator[Membership]:
    said: set[str] = set()
    for member in known.members.get(row.id, ()):
        if member.activity is not None and member.how in ("confirmed", "rejected"):
            said.add(member.activity)
        yield _membership(member, known)
    for activity in known.activities.proposed(row, known.timing):
        if activity.id not in said:
            case = known.cases[activity.case]
            closed_at, handed_to = _ended(case.id, case.closed_at, known)
            is_open = case.state == "open"
            yield Membership("proposed", case.id, case.number, case.kind, activity.item, is_open, closed_at, handed_to)


def _membership(member: MemberRow, known: _Known) -> Membership:
    closed_at, handed_to = _ended(member.case, member.closed_at, known)
    how: Any = member.how
    is_open = member.state == "open"
    return Membership(how, member.case, member.number, member.kind, member.item, is_open, closed_at, handed_to)


def _ended(case: str | None, closed_at: str | None, known: _Known) -> tuple[datetime | None, str]:
    """(since when its days count, who has it now): closed, and dealt with elsewhere where it was handed over."""
    gone = known.elsewhere.get(case or "", Elsewhere((), None))
    since = max(filter(None, (closed_at, gone.ended_at)), default=None)
    return None if since is None else from_text(since), "、".join(gone.running)


def _covers(hold: HoldRow, row: RecordingRow, known: _Known, memberships: Iterable[Membership]) -> bool:
    if hold.on == "recording":
        return hold.target == row.id
    cases = {each.case for each in memberships if each.case is not None}
    if hold.on == "case":
        return hold.target in cases
    if hold.on == "subject":
        found = (known.cases[case] for case in cases)
        return any(hold.target in (each.subject_name, each.subject_number) for each in found)
    return hold.target == row.device and _within(hold, row, known.timing)


def _within(hold: HoldRow, row: RecordingRow, timing: Timing) -> bool:
    """Is it of the time that the hold names, by what the device says or by what is known of its clock? Where its time
    is not known, it is."""
    if row.started_at_origin == "receipt":
        return hold.from_at is None or row.received_at >= hold.from_at
    reach = reach_of(timing.place(row), row.duration_ms)
    stated_ms = to_ms(row.started_at)
    stated = stated_ms, stated_ms + row.duration_ms
    return reach is None or _meets(hold, stated) or _meets(hold, reach)


def _meets(hold: HoldRow, taken: Span) -> bool:
    late_enough = hold.from_at is None or taken[1] + _HOLD_SLACK_MS > to_ms(hold.from_at)
    return late_enough and (hold.until_at is None or taken[0] - _HOLD_SLACK_MS < to_ms(hold.until_at))


def _manual(row: RecordingRow, known: _Known, memberships: Iterable[Membership]) -> Iterator[Manual]:
    own = known.manual.get(("recording", row.id))
    if own is not None:
        yield Manual(own)
    for each in {m.case: m for m in memberships if m.case is not None and m.how in _OWNED}.values():
        code = known.manual.get(("case", each.case or ""))
        if code is not None:
            yield Manual(code, each.number, each.closed_at)
