"""What is missing of devices, kept up with the ledger: found once, and again only for the devices, people and shifts
that something has happened to.

Sound by default: an entry that nobody has said anything about makes everything be looked at again. In memory only: the
first question after a start looks at everything. Thread-safe; one thread looks at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine

from evidence.catalog.absence_queries import Whose, footage_places, missed_since, taken_since
from evidence.catalog.engine import connected
from evidence.catalog.roster_rows import shifts_between
from evidence.catalog.tally_rows import ledger_length, recording_place, telling_entries
from player.absence_facts import Looking, looking, missed_of, shift_of, taken_of
from policy.absences import Absence, Missed, Taken, absences, in_order, unrecorded
from policy.duty import Shift
from policy.findings import Rules

# What is said about viewing, cases, rooms, rosters' explanations and copies changes nothing that is missing.
_SILENT = (
    "absence.",
    "account.",
    "activity.emergency",
    "activity.unrecorded",
    "alarm.",
    "approval.",
    "case.",
    "clip.",
    "clock.",
    "concern.",
    "document.",
    "explanation.",
    "finding.",
    "hold.",
    "items.",  # the rules that count are part of what is kept
    "live.",
    "log.",
    "rendition.",
    "retention.",
    "sample.",
    "session.",
    "site-clock.",
    "sitting.",
    "slate.",
    "source.cleared",
    "viewing.",
)


class _Told(msgspec.Struct, frozen=True):
    """What of an entry tells whom it may concern."""

    recording: str | None = None
    device: str | None = None
    activity: str | None = None


@dataclass(slots=True)
class _News:
    """Whom the entries since may concern. None among the devices: recordings of no known device."""

    devices: set[str | None] = field(default_factory=set)
    officers: set[str] = field(default_factory=set)

    def add(self, device: str | None, officer: str | None) -> None:
        self.devices.add(device)
        if officer is not None:
            self.officers.add(officer)


@dataclass(slots=True)
class _State:
    looking: Looking
    position: int
    of_device: dict[str | None, tuple[Absence, ...]]
    shifts: dict[str, Shift]
    of_shift: dict[str, Absence | None]
    ordered: tuple[Absence, ...] = ()

    def order(self) -> None:
        everything = [each for found in self.of_device.values() for each in found]
        self.ordered = in_order([*everything, *(each for each in self.of_shift.values() if each is not None)])


class KeptAbsences:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looking = threading.Lock()
        self._state: _State | None = None

    def find(self, rules: Rules, now: datetime) -> tuple[Absence, ...]:
        """Everything that is missing, latest known first. Raises StoreUnavailable."""
        wanted, now_ms = looking(rules, now), int(now.timestamp() * 1000)
        with self._looking, connected(self._engine, snapshot=True) as connection:
            state = self._follow(connection, wanted)
        # Of a shift it is kept before it is known: then only time is to pass.
        return tuple(each for each in state.ordered if each.kind != "duty-unrecorded" or each.known_ms <= now_ms)

    def _follow(self, connection: Connection, wanted: Looking) -> _State:
        length, state = ledger_length(connection), self._state
        if state is None or state.looking != wanted or state.position > length:
            state = _everything(connection, wanted, length)
        elif state.position < length:
            news = _news(connection, state.position, length)
            if news is None:
                state = _everything(connection, wanted, length)
            else:
                _catch_up(connection, state, news)
                state.position = length
        self._state = state
        return state


def _everything(connection: Connection, wanted: Looking, length: int) -> _State:
    by_device: dict[str | None, list[Taken]] = {}
    by_officer: dict[str | None, list[Taken]] = {}
    for taken in map(taken_of, taken_since(connection, wanted.since)):
        by_device.setdefault(taken.device, []).append(taken)
        by_officer.setdefault(taken.officer, []).append(taken)
    gone = _by_device(missed_of(row) for row in missed_since(connection, wanted.since))
    state = _State(wanted, length, {}, {}, {})
    for device in {*by_device, *gone}:
        state.of_device[device] = absences(by_device.get(device, ()), gone.get(device, ()), wanted.terms)
    for shift in map(shift_of, shifts_between(connection, wanted.since)):
        own = by_officer.get(shift.officer) if shift.device is None else by_device.get(shift.device)
        state.shifts[shift.id] = shift
        state.of_shift[shift.id] = unrecorded(shift, _spans(own or ()), wanted.terms)
    state.order()
    return state


def _news(connection: Connection, start: int, stop: int) -> _News | None:
    """None: anything may have changed."""
    news = _News()
    for kind, data in telling_entries(connection, start, stop, _SILENT):
        told = msgspec.json.decode(data, type=_Told)
        if kind == "file.missed":
            news.devices.add(told.device)
        elif kind.startswith(("recording.", "footage.")) and told.recording is not None:
            place = recording_place(connection, told.recording)
            if place is not None:
                news.add(place.device, place.officer)
        elif kind.startswith("activity.") and told.activity is not None:
            for device, officer in footage_places(connection, told.activity):
                news.add(device, officer)
        elif not kind.startswith("shift."):
            return None
    return news


def _catch_up(connection: Connection, state: _State, news: _News) -> None:
    wanted = state.looking
    if news.devices:
        gone = _by_device(missed_of(row) for row in missed_since(connection, wanted.since))
        for device in news.devices:
            whose = Whose(no_device=True) if device is None else Whose(device=device)
            taken = [taken_of(row) for row in taken_since(connection, wanted.since, whose)]
            state.of_device[device] = absences(taken, gone.get(device, ()), wanted.terms)
    before, state.shifts = state.shifts, {}
    for shift in map(shift_of, shifts_between(connection, wanted.since)):
        state.shifts[shift.id] = shift
        concerned = shift.officer in news.officers if shift.device is None else shift.device in news.devices
        if concerned or before.get(shift.id) != shift:
            whose = Whose(officer=shift.officer) if shift.device is None else Whose(device=shift.device)
            own = [taken_of(each) for each in taken_since(connection, wanted.since, whose)]
            state.of_shift[shift.id] = unrecorded(shift, _spans(own), wanted.terms)
    for gone_id in before.keys() - state.shifts.keys():
        del state.of_shift[gone_id]
    state.order()


def _by_device(missed: Iterable[Missed]) -> dict[str | None, list[Missed]]:
    found: dict[str | None, list[Missed]] = {}
    for each in missed:
        found.setdefault(each.device, []).append(each)
    return found


def _spans(taken: Iterable[Taken]) -> Iterator[tuple[int, int]]:
    return ((each.start_ms, each.end_ms) for each in taken)
