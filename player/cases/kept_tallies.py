"""The tallies of all cases, kept up with the ledger: judged once, and again only when something has happened that may
change the judgement.

Sound by default: an entry that nobody has said anything about makes every case be judged again. What was kept survives
a restart if it was judged by the same item list, zone, calendar and program. Thread-safe; one thread judges at a time.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import msgspec
from sqlalchemy import Connection, Engine

from evidence.catalog.case_queries import case_of_number
from evidence.catalog.clock_queries import clocks_off
from evidence.catalog.engine import connected
from evidence.catalog.tally_rows import (
    Head,
    all_cases,
    forget,
    keep,
    kept_head,
    kept_tallies,
    ledger_length,
    newest_case,
    recording_place,
    telling_entries,
    wearers_of,
)
from evidence.catalog.writer import Writer
from evidence.clock import Clock
from evidence.errors import MediadError
from player.cases.judging import judge, to_ms
from player.cases.tallying import tally_of
from policy.findings import Rules
from policy.holidays import edition
from policy.slates import FAR_MS
from policy.tallies import CaseTally

# Raise it when a tally's members or their meaning change: what was kept before is thrown away.
_FORM = 1
# A recording this far from an activity does not bear on it, wherever clocks and corrections put it; and no recording
# is longer (player.cases.judging).
_REACH_MS = 2 * 86_400_000
# A case that could not be judged (a blob is missing) is tried again after this.
_AGAIN_S = 60.0
# The head alone is written at the latest after so many entries that changed nothing.
_HEAD_EVERY = 5_000
_decoder = msgspec.json.Decoder(CaseTally)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Standing:
    """The tallies as of a length of the ledger. `pending`: cases that are still to be judged and are in no figure;
    `failed`: cases that cannot be judged, and why."""

    position: int
    tallies: Mapping[str, CaseTally]
    pending: int
    failed: Mapping[str, str]
    # What was reckoned from these very tallies, by whoever reckoned it; gone with them.
    reckoned: dict[object, object] = field(default_factory=dict, compare=False)


class _Told(msgspec.Struct, frozen=True):
    """What of an entry tells which cases it may concern."""

    case: str | None = None
    recording: str | None = None
    device: str | None = None
    kind: str | None = None
    case_number: str | None = None  # that a time slate names
    started_at: str | None = None


@dataclass(slots=True)
class _State:
    position: int = 0
    tallies: dict[str, CaseTally] = field(default_factory=dict)
    pending: dict[str, None] = field(default_factory=dict)  # in order
    named: dict[str, set[str]] = field(default_factory=dict)  # officer or device → cases with an activity of theirs
    counting: dict[str, set[str]] = field(default_factory=dict)  # recording → cases that count it
    failed: dict[str, tuple[str, float]] = field(default_factory=dict)  # case → (why, when)


class KeptTallies:
    def __init__(self, engine: Engine, writer: Writer, rules: Callable[[], Rules], clock: Clock, program: str) -> None:
        """`rules`: those of now. Others than before, and everything is judged anew."""
        self._engine = engine
        self._writer = writer
        self._rules = rules
        self._clock = clock
        self._program = f"{_FORM} {edition()} {program}"
        self._name = ""
        self._judging = threading.Lock()
        self._state: _State | None = None
        self._shown: _State | None = None  # what `standing` was made from
        self._written = -1  # position of the head in the table
        self._standing = Standing(0, MappingProxyType({}), 0, MappingProxyType({}))

    @property
    def standing(self) -> Standing:
        return self._standing

    def warm(self) -> None:
        """Judge the case that was opened last, for nothing: statements are compiled before a person waits for it.
        Raises StoreUnavailable, and what judging raises."""
        with self._judging, connected(self._engine) as connection:
            newest = newest_case(connection)
            if newest is not None:
                judge(connection, newest, self._rules())

    def advance(self, budget_s: float) -> Standing:
        """Follow the ledger and judge what is pending, for about so long. Raises StoreUnavailable."""
        with self._judging:
            rules = self._rules()
            self._name = f"{self._program} {_name_of(rules)}"
            until_s = self._clock.monotonic_s() + budget_s
            with connected(self._engine, snapshot=True) as connection:
                state, gone = self._follow(connection)
                made = tuple(self._judge_pending(connection, state, rules, until_s))
            self._keep(state, gone, made)
            why = {case: reason for case, (reason, _) in state.failed.items()}
            before, same = self._standing, not gone and not made and state is self._shown
            if same and (before.pending, before.failed) == (len(state.pending), why):
                self._standing = replace(before, position=state.position)
            else:
                tallies = MappingProxyType(dict(state.tallies))
                self._standing = Standing(state.position, tallies, len(state.pending), MappingProxyType(why))
            self._shown = state
            return self._standing

    def _follow(self, connection: Connection) -> tuple[_State, set[str]]:
        """Bring the state to the ledger's length: what may have changed is pending now. Also: whose rows must go."""
        length = ledger_length(connection)
        head = kept_head(connection)
        usable = head is not None and head.rules == self._name and head.position <= length
        state = self._state
        if state is None or not usable or (head is not None and head.position != self._written):
            state = self._load(connection) if usable and head is not None else _State(length)
            if not usable:
                state.pending = dict.fromkeys(all_cases(connection))
            self._state, self._written = state, head.position if usable and head is not None else -1
        gone: set[str] = set()
        if state.position < length:
            gone = self._concerned(connection, state, length)
            state.position = length
        for case in gone:
            _drop(state, case)
            state.pending[case] = None
        now_s = self._clock.monotonic_s()
        for case in [case for case, (_, at_s) in state.failed.items() if now_s - at_s > _AGAIN_S]:
            del state.failed[case]
            state.pending[case] = None
        return state, gone

    def _load(self, connection: Connection) -> _State:
        head = kept_head(connection)
        state = _State(0 if head is None else head.position)
        with _come_to_stay():
            for case, data in kept_tallies(connection):
                _add(state, _decoder.decode(data), case)
        # Judged by an earlier run that ended before it was through.
        state.pending = dict.fromkeys(case for case in all_cases(connection) if case not in state.tallies)
        return state

    def _concerned(self, connection: Connection, state: _State, length: int) -> set[str]:
        """The cases whose judgement the entries since may change."""
        found: set[str] = set()
        for kind, data in telling_entries(connection, state.position, length):
            told = msgspec.json.decode(data, type=_Told)
            if kind.startswith("rendition.") and told.kind not in ("observations", "slates"):
                continue
            if kind.startswith(("slate.", "clock.")):
                found |= self._by_clock(connection, state, told)
            elif told.case is not None:
                found.add(told.case)  # only entries about one case name one; those that type a number are silent
            elif told.recording is not None:
                found |= self._by_recording(connection, state, told)
            elif told.device is not None:
                found |= self._by_device(connection, state, told.device)
            else:
                return set(all_cases(connection))
        return found

    def _by_device(self, connection: Connection, state: _State, device: str) -> set[str]:
        """Cases with an activity of the device or of somebody who wore it."""
        names = (device, *wearers_of(connection, device))
        return {case for name in names for case in state.named.get(name, ())}

    def _by_clock(self, connection: Connection, state: _State, told: _Told) -> set[str]:
        """What is known of a clock moves every recording of its device, and a slate may name a case."""
        found = self._by_recording(connection, state, told)
        if told.device is not None:
            found |= self._by_device(connection, state, told.device)
        case = None if told.case_number is None else case_of_number(connection, told.case_number)
        return found | ({case} if case is not None else set())

    def _by_recording(self, connection: Connection, state: _State, told: _Told) -> set[str]:
        """Cases that count the recording, and those with an activity near it of its officer or device."""
        recording = told.recording or ""
        place = recording_place(connection, recording)
        found = set(state.counting.get(recording, ()))
        if place is None:
            return found
        starts = [place.started_at] + ([told.started_at] if told.started_at else [])
        # A clock that was found to be off by days states a time that is days from the true one.
        least, greatest = clocks_off(connection, FAR_MS, place.device or "").get(place.device or "", (0, 0))
        spans = [
            (to_ms(start) - max(greatest, 0) - _REACH_MS, to_ms(start) - min(least, 0) + place.duration_ms + _REACH_MS)
            for start in starts
        ]
        for name in filter(None, (place.officer, place.device)):
            for case in state.named.get(name, ()):
                if any(_near(state.tallies[case], span) for span in spans):
                    found.add(case)
        return found

    def _judge_pending(
        self, connection: Connection, state: _State, rules: Rules, until_s: float
    ) -> Iterator[CaseTally]:
        while state.pending and self._clock.monotonic_s() < until_s:
            case = next(iter(state.pending))
            del state.pending[case]
            try:
                tally = tally_of(judge(connection, case, rules))
            except MediadError as error:
                state.failed[case] = (str(error), self._clock.monotonic_s())
                continue
            _add(state, tally, case)
            yield tally

    def _keep(self, state: _State, gone: set[str], made: tuple[CaseTally, ...]) -> None:
        if not gone and not made and self._written >= 0 and state.position - self._written < _HEAD_EVERY:
            return
        head = Head(state.position, self._name)
        rows = tuple((tally.id, _encoder.encode(tally)) for tally in made)
        fresh = self._written < 0

        def write(connection: Connection) -> None:
            if fresh:
                forget(connection)
            keep(connection, head, gone, rows)

        try:
            self._writer.write(write)
        except MediadError:
            # Memory and table have parted: begin again from the table.
            self._state = None
            raise
        self._written = state.position


@contextmanager
def _come_to_stay() -> Iterator[None]:
    """Hundreds of thousands of objects are made that live as long as the daemon. The garbage collector would look
    through all of them again and again meanwhile, three quarters of the time, and at every full collection after."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _name_of(rules: Rules) -> str:
    """Which lists were in force from when, and where."""
    lists = ",".join(f"{each.from_ms}:{each.items.version}" for each in rules.editions)
    return f"{rules.zone.key} {lists or rules.items.version}"


def _near(tally: CaseTally, span: tuple[int, int]) -> bool:
    """Has the case an activity in that time?"""
    return any(
        activity.start_ms is not None
        and activity.start_ms < span[1]
        and span[0] < (activity.end_ms or activity.start_ms)
        for activity in tally.activities
    )


def _add(state: _State, tally: CaseTally, case: str) -> None:
    state.tallies[case] = tally
    for names, key in _names(tally):
        index = state.named if key else state.counting
        for name in names:
            index.setdefault(name, set()).add(case)


def _drop(state: _State, case: str) -> None:
    state.failed.pop(case, None)
    tally = state.tallies.pop(case, None)
    if tally is None:
        return
    for names, key in _names(tally):
        index = state.named if key else state.counting
        for name in names:
            index.get(name, set()).discard(case)


def _names(tally: CaseTally) -> Iterator[tuple[tuple[str, ...], bool]]:
    """(officers and devices, True) and (recordings, False) of each activity."""
    for activity in tally.activities:
        yield (*activity.officers, *activity.devices), True
        yield tuple(each.id for each in activity.recordings), False
