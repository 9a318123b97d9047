"""Alarms of all channels: facts come from the channels' threads, decisions are made four times a second on a thread
of its own, entered in the ledger and told to whoever listens. The rules are policy.alarms.

An alarm is shown even while the ledger cannot be written; its entries follow in order as soon as it can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from sqlalchemy import Engine

from evidence.catalog.engine import connected
from evidence.catalog.sitting_queries import AlarmRow, find_alarm, uncleared_alarms
from evidence.clock import Clock, to_text
from evidence.entries import AlarmAcknowledged, AlarmCleared, AlarmRaised
from evidence.errors import Conflict, NotFound
from evidence.ledger import Ledger
from evidence.live import ChannelId, Heard, Seen, SittingId
from evidence.sittings import Actor, AlarmId, AlarmKind, new_alarm_id
from ingest.recorders.channel_state import ChannelSnapshot, RoomSnapshot
from ingest.recorders.outbox import Outbox
from policy.alarms import AlarmLimits, Alive, Fact, Look, Raised, Sound, Up, Watch

TICK_S = 0.25


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that is going on."""

    id: AlarmId
    room: str
    channel: ChannelId
    sitting: SittingId | None
    kind: AlarmKind
    since_at: str
    detail: str
    raised_at: str
    cleared_at: str | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """The latest sound of a channel, dBFS."""

    channel: ChannelId
    rms_db: float
    peak_db: float


@dataclass(slots=True)
class _Watched:
    watch: Watch
    sitting: SittingId | None = None
    open: dict[AlarmKind, OpenAlarm] = field(default_factory=dict)
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Listeners:
    """Told from the alarms' thread; must not block. `levels`: those that changed since the last time."""

    alarm: Callable[[OpenAlarm], None] = lambda _alarm: None
    levels: Callable[[str, tuple[Level, ...]], None] = lambda _room, _levels: None


class Alarms:
    """Thread-safe. `limits`: room → its thresholds; a room that is not named has the usual ones."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        clock: Clock,
        limits: Mapping[str, AlarmLimits],
        listeners: Listeners | None = None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._clock = clock
        self._limits = limits
        self._listeners = listeners or Listeners()
        self._lock = threading.Lock()
        self._watched: dict[ChannelId, _Watched] = {}
        self._outbox = Outbox(ledger)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """What a dead process left open is over: whatever still holds is raised anew."""
        with connected(self._engine) as connection:
            left = uncleared_alarms(connection)
        now = to_text(self._clock.now())
        self._outbox.put(*(AlarmCleared(at=now, alarm=row.id, reason="restart") for row in left))
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._outbox.flush(wait=True)

    # ---- facts, from any thread ---------------------------------------------------------------------------------
    def room_changed(self, room: RoomSnapshot) -> None:
        """Watched while a sitting goes on, or always where the room is always recorded."""
        for channel in room.channels:
            with self._lock:
                watched = self._of(channel.id)
                if room.sitting is not None:
                    watched.sitting = room.sitting
                watched.watch.hear(self._clock.monotonic_s(), _up(channel))
                over = watched.watch.arm(self._clock.monotonic_s(), room.wanted)
                told = [self._cleared(watched, each.kind, "sitting-ended") for each in over]
                watched.sitting = room.sitting
            self._tell(told)

    def seen(self, channel: ChannelId, look: Seen) -> None:
        self._hear(channel, Look(look.mean, look.deviation, look.change))

    def heard(self, channel: ChannelId, sound: Heard) -> None:
        self._hear(channel, Sound(sound.rms_db))
        with self._lock:
            self._of(channel).level = Level(channel, sound.rms_db, sound.peak_db)

    def alive(self, channel: ChannelId) -> None:
        self._hear(channel, Alive())

    # ---- what people ask ----------------------------------------------------------------------------------------
    def going_on(self, room: str) -> tuple[OpenAlarm, ...]:
        with self._lock:
            found = [each for watched in self._watched.values() for each in watched.open.values() if each.room == room]
        return tuple(sorted(found, key=lambda each: each.raised_at))

    def acknowledge(self, alarm: AlarmId, note: str, by: Actor) -> AlarmRow:
        """NotFound; Conflict if somebody did it before."""
        row = self._row(alarm)
        if row.acknowledged_at is not None:
            raise Conflict(f"{row.acknowledged_name} took note of this alarm already.")
        entry = AlarmAcknowledged(
            at=to_text(self._clock.now()), alarm=alarm, note=note, by=by.account, display_name=by.display_name
        )
        self._ledger.append(entry)
        told = []
        with self._lock:
            for watched in self._watched.values():
                for kind, each in watched.open.items():
                    if each.id == alarm:
                        watched.open[kind] = replace(each, acknowledged_by=by.display_name)
                        told.append(watched.open[kind])
        self._tell(told)
        return self._row(alarm)

    def _row(self, alarm: AlarmId) -> AlarmRow:
        with connected(self._engine) as connection:
            row = find_alarm(connection, alarm)
        if row is None:
            raise NotFound("There is no such alarm.")
        return row

    # ---- the thread ---------------------------------------------------------------------------------------------
    def _run(self) -> None:
        while not self._stop.wait(TICK_S):
            self.tick()

    def tick(self) -> None:
        """Decide, write, tell. On the alarms' thread, or a test's."""
        told: list[OpenAlarm] = []
        levels: dict[str, list[Level]] = {}
        with self._lock:
            now_s = self._clock.monotonic_s()
            for channel, watched in self._watched.items():
                for said in watched.watch.decide(now_s):
                    if isinstance(said, Raised):
                        told.append(self._raised(channel, watched, said, now_s))
                    else:
                        told.append(self._cleared(watched, said.kind, "over"))
                if watched.level is not None:
                    levels.setdefault(_room_of(channel), []).append(watched.level)
                    watched.level = None
        self._tell(told)
        for room, some in levels.items():
            self._listeners.levels(room, tuple(some))
        self._outbox.flush()

    def _raised(self, channel: ChannelId, watched: _Watched, said: Raised, now_s: float) -> OpenAlarm:
        now = self._clock.now()
        since_at = to_text(now - timedelta(seconds=now_s - said.since_s))
        alarm = OpenAlarm(
            new_alarm_id(), _room_of(channel), channel, watched.sitting, said.kind, since_at, said.detail, to_text(now)
        )
        watched.open[said.kind] = alarm
        entry = AlarmRaised(
            at=alarm.raised_at,
            alarm=alarm.id,
            room=alarm.room,
            channel=channel,
            sitting=alarm.sitting,
            kind=said.kind,
            since_at=since_at,
            detail=said.detail,
        )
        self._outbox.put(entry)
        return alarm

    def _cleared(self, watched: _Watched, kind: AlarmKind, reason: Literal["over", "sitting-ended"]) -> OpenAlarm:
        now = to_text(self._clock.now())
        alarm = replace(watched.open.pop(kind), cleared_at=now)
        self._outbox.put(AlarmCleared(at=now, alarm=alarm.id, reason=reason))
        return alarm

    def _hear(self, channel: ChannelId, fact: Fact) -> None:
        with self._lock:
            self._of(channel).watch.hear(self._clock.monotonic_s(), fact)

    def _of(self, channel: ChannelId) -> _Watched:
        watched = self._watched.get(channel)
        if watched is None:
            limits = self._limits.get(_room_of(channel), AlarmLimits())
            watched = self._watched[channel] = _Watched(Watch(limits))
        return watched

    def _tell(self, alarms: list[OpenAlarm]) -> None:
        for alarm in alarms:
            self._listeners.alarm(alarm)


def _up(channel: ChannelSnapshot) -> Up:
    up = channel.state in ("ready", "recording", "trouble")
    return Up(up, channel.state == "recording", channel.reason)


def _room_of(channel: ChannelId) -> str:
    return channel.partition("/")[0]
