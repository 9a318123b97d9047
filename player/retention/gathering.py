"""Gathers what bears on how long recordings are kept, and asks the rules. Runs inside the caller's transaction."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.catalog import retention_facts as rows
from evidence.catalog.handover_rows import Elsewhere, elsewhere
from evidence.catalog.item_queries import adoptions
from evidence.catalog.retention_facts import ActivityFacts, CaseFacts, HoldRow, MemberRow, RecordingRow
from evidence.catalog.retention_queries import items_in_force
from evidence.clock import from_text, to_text
from policy.item_list import ClockTrust, ItemList, parse
from policy.matching import bears_on, placement
from policy.retention import Facts, Held, Kept, Manual, Membership, Table, judge, table_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# So uncertain a time may be at most (`ClockTrust`, and player.api.case_shapes.TimeBody for a corrected one); around it
# activities are looked for.
SLACK = timedelta(hours=2)
# What a device's stated time may be wrong by where a hold names a stretch of time: rather too much is held.
_HOLD_SLACK = timedelta(days=1)
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
    activities: _Activities
    holds: tuple[HoldRow, ...]
    manual: dict[tuple[str, str], str]
    elsewhere: dict[str, Elsewhere]
    checked: tuple[list[int], list[datetime]]
    trust: ClockTrust


class _Activities:
    """Activities by whose footage may belong to them, each list in order of beginning."""

    def __init__(self, activities: Iterable[ActivityFacts]) -> None:
        self._of: dict[str, list[tuple[int, int, ActivityFacts]]] = {}
        self._longest_ms = 0
        for activity in activities:
            start, end = _ms(activity.started_at), _ms(activity.ended_at)
            self._longest_ms = max(self._longest_ms, end - start)
            for name in {*activity.officers, *activity.devices}:
                self._of.setdefault(name, []).append((start, end, activity))
        for found in self._of.values():
            found.sort(key=_beginning)

    def bearing(self, row: RecordingRow, trust: ClockTrust) -> Iterator[ActivityFacts]:
        """Those that the recording bears on by time and by officer or device, whatever people said."""
        if row.kind not in ("video", "audio"):
            return
        placed = placement(row.started_at_origin, row.uncertainty_ms, trust)
        if placed.uncertainty_ms is None:
            return
        start = _ms(row.started_at)
        taken, slack = (start, start + row.duration_ms), placed.uncertainty_ms + placed.resolution_ms
        seen: set[str] = set()
        for name, of_device in ((row.officer, False), (row.device, True)):
            found = self._of.get(name or "", ())
            first = bisect_left(found, start - slack - self._longest_ms, key=_beginning)
            for at in range(first, bisect_right(found, taken[1] + slack, key=_beginning)):
                begun, ended, activity = found[at]
                if activity.id in seen or name not in (activity.devices if of_device else activity.officers):
                    continue
                if bears_on((begun, ended), taken, placed, None):
                    seen.add(activity.id)
                    yield activity


def _beginning(placed: tuple[int, int, ActivityFacts]) -> int:
    return placed[0]


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
    window: tuple[str | None, str | None] = (None, None)
    if ids is not None:
        starts = [from_text(row.started_at) for row in found]
        longest = timedelta(milliseconds=max(row.duration_ms for row in found))
        window = (to_text(min(starts) - SLACK), to_text(max(starts) + longest + SLACK))
    acts = rows.activity_facts(connection, *window)
    named = {each.case for each in acts} | {m.case for ms in members.values() for m in ms if m.case is not None}
    checked = rows.checked_times(connection)
    return _Known(
        members,
        rows.case_facts(connection, None if ids is None else tuple(sorted(named))),
        _Activities(acts),
        rows.active_holds(connection),
        rows.manual_classes(connection),
        elsewhere(connection),
        ([index for index, _ in checked], [from_text(at) for _, at in checked]),
        trust,
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
    for activity in known.activities.bearing(row, known.trust):
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
    return hold.target == row.device and _within(hold, row)


def _within(hold: HoldRow, row: RecordingRow) -> bool:
    """Is it of the time that the hold names? Where its time is not known, it is."""
    if row.started_at_origin == "receipt":
        return hold.from_at is None or row.received_at >= hold.from_at
    start = from_text(row.started_at)
    end = start + timedelta(milliseconds=row.duration_ms)
    late_enough = hold.from_at is None or end + _HOLD_SLACK > from_text(hold.from_at)
    return late_enough and (hold.until_at is None or start - _HOLD_SLACK < from_text(hold.until_at))


def _manual(row: RecordingRow, known: _Known, memberships: Iterable[Membership]) -> Iterator[Manual]:
    own = known.manual.get(("recording", row.id))
    if own is not None:
        yield Manual(own)
    for each in {m.case: m for m in memberships if m.case is not None and m.how in _OWNED}.values():
        code = known.manual.get(("case", each.case or ""))
        if code is not None:
            yield Manual(code, each.number, each.closed_at)


def _ms(text: str) -> int:
    return (from_text(text) - _EPOCH) // timedelta(milliseconds=1)
