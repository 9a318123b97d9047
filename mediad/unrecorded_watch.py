"""Looks every few seconds whether an activity that must be recorded goes on in a room in which no channel records.

The alarm is shown even while the ledger cannot be written; its entries follow as soon as it can. The rules are
policy.running. Called by the daemon's background work, one call at a time, and asked from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, Engine

from evidence.case_entries import ActivityId, CaseId
from evidence.catalog.engine import connected
from evidence.catalog.unrecorded_rows import begun_activities, uncleared
from evidence.clock import Clock, to_text
from evidence.ledger import Ledger
from evidence.sittings import AlarmId, new_alarm_id
from evidence.unrecorded_entries import ActivityUnrecorded, ActivityUnrecordedOver
from ingest.recorders.outbox import Outbox
from player.cases.judging import to_ms
from player.rooms import Room, UnrecordedActivity, room_now
from policy.findings import Rules
from policy.running import Over, RunningActivity, RunningWatch, Unrecorded

EVERY_S = 2.0


class UnrecordedWatch:
    """`rooms`: as they are now. `on_change` is told the room whose alarms changed."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        clock: Clock,
        rules: Callable[[], Rules],
        rooms: Callable[[], tuple[Room, ...]],
        on_change: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._rules = rules
        self._rooms = rooms
        self._on_change = on_change
        self._outbox = Outbox(ledger)
        self._watch = RunningWatch()
        self._lock = threading.Lock()
        self._open: dict[str, UnrecordedActivity] = {}  # by activity
        self._is_begun = False

    def going_on(self, room: str) -> tuple[UnrecordedActivity, ...]:
        """Oldest first."""
        with self._lock:
            found = [each for each in self._open.values() if each.room == room]
        return tuple(sorted(found, key=lambda each: each.raised_at))

    def tick(self) -> None:
        """Look, decide, write, tell. Raises StoreUnavailable: then what is shown stays as it is."""
        with connected(self._engine) as connection:
            running = self._running(connection)
            if not self._is_begun:
                self._end_left(connection)
        rooms = tuple(room_now(room) for room in self._rooms())
        changed = []
        for said in self._watch.look(self._clock.monotonic_s(), running, rooms):
            changed.append(self._raise(said) if isinstance(said, Unrecorded) else self._over(said))
        self._outbox.flush()
        for room in changed:
            self._on_change(room)

    def _running(self, connection: Connection) -> list[RunningActivity]:
        found = []
        for row in begun_activities(connection):
            rules = self._rules().of_act(row.item, to_ms(row.started_at))
            item = rules.items.item(row.item)
            if item is not None and item.mode == "full":
                found.append(RunningActivity(row.id, row.case, row.place, row.devices))
        return found

    def _end_left(self, connection: Connection) -> None:
        """What a dead process left open is over: whatever still holds is raised anew."""
        now = to_text(self._clock.now())
        left = uncleared(connection)
        self._outbox.put(*(ActivityUnrecordedOver(at=now, alarm=AlarmId(each.id), reason="restart") for each in left))
        self._is_begun = True

    def _raise(self, said: Unrecorded) -> str:
        now = self._clock.now()
        since_at = to_text(now - timedelta(seconds=self._clock.monotonic_s() - said.since_s))
        alarm = UnrecordedActivity(
            id=new_alarm_id(),
            room=said.room.name,
            case=said.activity.case,
            activity=said.activity.activity,
            since_at=since_at,
            raised_at=to_text(now),
            detail=said.room.why,
        )
        self._outbox.put(
            ActivityUnrecorded(
                at=alarm.raised_at,
                alarm=AlarmId(alarm.id),
                case=CaseId(alarm.case),
                activity=ActivityId(alarm.activity),
                room=alarm.room,
                since_at=since_at,
                detail=alarm.detail,
            )
        )
        with self._lock:
            self._open[alarm.activity] = alarm
        return alarm.room

    def _over(self, said: Over) -> str:
        with self._lock:
            alarm = self._open.pop(said.activity)
        now = to_text(self._clock.now())
        self._outbox.put(ActivityUnrecordedOver(at=now, alarm=AlarmId(alarm.id), reason=said.reason))
        return alarm.room
