"""How long everything is kept, added up for the overview: judged once, and again only where the ledger says that
something may have changed.

A memory, never the truth: whatever is requested, approved or destroyed is judged anew in its own transaction. Sound by
default: an entry that nobody has said anything about has everything judged again. Thread-safe.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

import msgspec
from sqlalchemy import Connection

from evidence.catalog.case_file import load_case
from evidence.catalog.clock_queries import recordings_of
from evidence.catalog.retention_facts import find_hold, recordings_of_case
from evidence.catalog.retention_queries import items_in_force
from evidence.catalog.tally_rows import ledger_length, telling_entries
from player.cases.searching import may_bear
from player.cases.timing import slack_ms
from player.retention.gathering import Judged, RetentionRules, judged_all
from policy.item_list import ClockTrust

# Beginnings of the types of entries that change nothing about how long a recording is kept. A recording that is being
# made is judged when it is sealed; the clock's last check counts for what is sealed after it.
_SILENT = (
    "absence.",
    "account.",
    "activity.emergency",
    "activity.unrecorded",
    "alarm.",
    "approval.",
    "concern.",
    "destruction.approved",
    "destruction.cancelled",
    "destruction.certified",
    "destruction.done",
    "destruction.requested",
    "destruction.spared",
    "document.",
    "explanation.",
    "file.",
    "finding.",
    "items.",  # the classes in force are part of what was judged by
    "live.",
    "log.",
    "recording.sighted",
    "rendition.",
    "retention.approved",
    "retention.cancelled",
    "retention.proposed",
    "sample.",
    "session.",
    "shift.",
    "site-clock.",
    "sitting.",
    "slate.key",
    "source.",
    "viewing.",
)
_OF_CLOCKS = ("clock.", "slate.")


class _Told(msgspec.Struct, frozen=True):
    """What of an entry tells which recordings it may concern."""

    case: str | None = None
    recording: str | None = None
    hold: str | None = None
    device: str | None = None  # whose clock it tells about


@dataclass(frozen=True, slots=True)
class _Term:
    until: datetime | None
    code: str
    size_bytes: int
    cases: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """The recordings whose time is decided by one class; "" by none."""

    code: str
    n_recordings: int
    size_bytes: int
    ending: tuple[tuple[datetime, str], ...]  # (until, recording) of those that expire by themselves, in order
    ending_bytes: tuple[int, ...]  # together, up to and with each of them

    def expired(self, at: datetime) -> tuple[int, int]:
        """How many have expired by then, and their bytes: the first of `ending`."""
        n = bisect_right(self.ending, at, key=_until)
        return n, self.ending_bytes[n - 1] if n else 0


@dataclass(slots=True)
class _State:
    by: tuple[str, str] | None  # whose classes it was judged by
    position: int
    terms: dict[str, _Term] = field(default_factory=dict)
    of_case: dict[str, set[str]] = field(default_factory=dict)


class KeptTerms:
    def __init__(self, rules: RetentionRules) -> None:
        self._rules = rules
        self._judging = threading.Lock()
        self._state: _State | None = None
        self._shown: tuple[ClassTerms, ...] = ()

    def follow(self, connection: Connection) -> tuple[ClassTerms, ...]:
        """As the ledger has it now, by class. Seconds for 50,000 recordings the first time, milliseconds then."""
        with self._judging:
            length, by = ledger_length(connection), items_in_force(connection)
            state, concerned = self._state, None
            if state is not None and state.by == by and state.position <= length:
                concerned = _concerned(connection, state, length, self._rules.trust)
            # What raises in between leaves nothing half done behind.
            self._state = None
            if state is None or concerned is None:
                state = _State(by, length)
                _keep(state, judged_all(connection, self._rules))
                self._shown = _by_class(state)
            elif concerned:
                for recording in concerned:
                    _drop(state, recording)
                _keep(state, judged_all(connection, self._rules, tuple(sorted(concerned))))
                self._shown = _by_class(state)
            state.position = length
            self._state = state
            return self._shown


def _concerned(connection: Connection, state: _State, length: int, trust: ClockTrust) -> set[str] | None:
    """The recordings that the entries since may concern; None for all."""
    found, cases, devices = set[str](), set[str](), set[str]()
    for kind, data in telling_entries(connection, state.position, length, _SILENT):
        told = msgspec.json.decode(data, type=_Told)
        recording, case = told.recording, told.case
        held = None if told.hold is None else find_hold(connection, told.hold)
        if held is not None:
            recording, case = (held.target if held.on == on else None for on in ("recording", "case"))
        # Whatever tells about a clock moves what its device recorded, before and after.
        device = told.device if kind.startswith(_OF_CLOCKS) else None
        if recording is None and case is None and device is None:
            return None
        for names, name in ((found, recording), (cases, case), (devices, device)):
            if name is not None:
                names.add(name)
    for case in cases:
        found |= _of_case(connection, state, case, trust)
    return found | (recordings_of(connection, devices) if devices else set())


def _of_case(connection: Connection, state: _State, case: str, trust: ClockTrust) -> set[str]:
    """What it tied to itself or might own before, and what it does now."""
    found = state.of_case.get(case, set()) | set(recordings_of_case(connection, case))
    file = load_case(connection, case)
    if file is None:
        return found
    near = may_bear(connection, file, {each.id: slack_ms(trust) for each in file.activities})
    return found.union(*near.values())


def _keep(state: _State, found: Iterable[Judged]) -> None:
    for each in found:
        cases = each.cases
        state.terms[each.row.id] = _Term(each.kept.until, each.kept.code or "", each.row.size_bytes, cases)
        for case in cases:
            state.of_case.setdefault(case, set()).add(each.row.id)


def _drop(state: _State, recording: str) -> None:
    term = state.terms.pop(recording, None)
    for case in () if term is None else term.cases:
        state.of_case[case].discard(recording)


def _by_class(state: _State) -> tuple[ClassTerms, ...]:
    by_code: dict[str, list[tuple[str, _Term]]] = {}
    for recording, term in state.terms.items():
        by_code.setdefault(term.code, []).append((recording, term))
    return tuple(_class_terms(code, found) for code, found in sorted(by_code.items()))


def _class_terms(code: str, found: list[tuple[str, _Term]]) -> ClassTerms:
    ending = sorted((term.until, recording, term.size_bytes) for recording, term in found if term.until is not None)
    return ClassTerms(
        code,
        len(found),
        sum(term.size_bytes for _, term in found),
        tuple((until, recording) for until, recording, _ in ending),
        tuple(accumulate(size_bytes for _, _, size_bytes in ending)),
    )


def _until(each: tuple[datetime, str]) -> datetime:
    return each[0]
