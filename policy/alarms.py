"""When a channel of a room needs somebody now: a state machine over what its worker sees and hears. Pure.

Facts go in with their time (seconds that never run backwards), decisions come out. A condition must hold for its
span before it alarms, and must be away for `clear_after_s` before the alarm is over, so that nothing flutters.
Design: docs/design/sittings.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from evidence.sittings import AlarmKind

KINDS: tuple[AlarmKind, ...] = get_args(AlarmKind)


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """A room's thresholds. Luma is 0..255 of a picture made small, sound dBFS."""

    lost_after_s: float = 2.0
    stalled_after_s: float = 4.0  # nothing comes although the channel is up
    unrecorded_after_s: float = 4.5  # the first fragment closes after 2 s and a GOP
    black_luma: float = 24.0  # video black is 16
    black_deviation: float = 6.0
    black_after_s: float = 2.0
    frozen_change: float = 0.02  # a camera's noise alone moves a still scene by more
    frozen_after_s: float = 2.0
    silent_db: float = -70.0  # an open microphone's own noise lies above; 0 in A-law is -72
    silent_drop_db: float = 18.0  # so far below the room's own floor: a cable, not a pause
    silent_after_s: float = 4.0
    clear_after_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Up:
    """The channel's source answers, or not; whether what comes is being kept."""

    up: bool
    recorded: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the picture. `change`: mean absolute difference from the look before."""

    mean: float
    deviation: float
    change: float | None


@dataclass(frozen=True, slots=True)
class Sound:
    rms_db: float


@dataclass(frozen=True, slots=True)
class Alive:
    """Something came: a packet, a fragment."""


Fact = Up | Look | Sound | Alive


@dataclass(frozen=True, slots=True)
class Raised:
    kind: AlarmKind
    since_s: float
    detail: str


@dataclass(frozen=True, slots=True)
class Cleared:
    kind: AlarmKind


@dataclass(slots=True)
class _Condition:
    """Whether something holds, since when, and whether that is an alarm already."""

    bad_since_s: float | None = None
    good_since_s: float | None = None
    raised: bool = False
    detail: str = ""

    def say(self, now_s: float, bad: bool | None, detail: str = "", *, since_s: float | None = None) -> None:
        """None: neither clearly bad nor clearly good: whatever it was, it stays."""
        if bad is None:
            return
        if bad:
            self.good_since_s = None
            self.detail = detail
            if self.bad_since_s is None:
                self.bad_since_s = now_s if since_s is None else since_s
        else:
            if self.raised and self.good_since_s is None:
                self.good_since_s = now_s
            if not self.raised:
                self.bad_since_s = None

    def forget(self) -> None:
        self.bad_since_s = self.good_since_s = None
        self.raised = False


@dataclass(slots=True)
class Watch:
    """One channel, as it is watched. Not thread-safe: its owner serializes."""

    limits: AlarmLimits
    has_sound: bool = True
    armed: bool = False
    _conditions: dict[AlarmKind, _Condition] = field(default_factory=lambda: {kind: _Condition() for kind in KINDS})
    _state: Up = Up(up=False, recorded=False)
    _alive_s: float | None = None
    _look_s: float | None = None
    _look_gap_s: float = 0.0
    _floor_db: float | None = None
    _quiet_db: float = -100.0  # the loudest of the silence that is going on

    def arm(self, now_s: float, armed: bool) -> tuple[Cleared, ...]:
        """Watch from now on, or stop watching: then every alarm is over."""
        if armed == self.armed:
            return ()
        self.armed = armed
        over = tuple(Cleared(kind) for kind, each in self._conditions.items() if each.raised)
        for each in self._conditions.values():
            each.forget()
        self._alive_s = self._look_s = now_s if armed else None
        self._judge_state(now_s)
        return over

    def hear(self, now_s: float, fact: Fact) -> None:
        """Take a fact in; `decide` says what follows from it."""
        match fact:
            case Up():
                self._state = fact
                self._judge_state(now_s)
            case Look():
                self._alive_s = now_s
                self._judge_look(now_s, fact)
            case Sound():
                self._alive_s = now_s
                self._judge_sound(now_s, fact.rms_db)
            case Alive():
                self._alive_s = now_s

    def decide(self, now_s: float) -> tuple[Raised | Cleared, ...]:
        """What is to be raised or cleared at this time. Ask several times a second."""
        if not self.armed:
            return ()
        self._judge_state(now_s)
        said: list[Raised | Cleared] = []
        for kind, each in self._conditions.items():
            if each.raised:
                if each.good_since_s is not None and now_s - each.good_since_s >= self.limits.clear_after_s:
                    each.forget()
                    said.append(Cleared(kind))
            elif each.bad_since_s is not None and now_s - each.bad_since_s >= self._after_s(kind):
                each.raised = True
                said.append(Raised(kind, each.bad_since_s, each.detail))
        return tuple(said)

    def raised(self) -> tuple[AlarmKind, ...]:
        return tuple(kind for kind, each in self._conditions.items() if each.raised)

    def _after_s(self, kind: AlarmKind) -> float:
        limits = self.limits
        return {
            "lost": limits.lost_after_s,
            "not-recording": limits.unrecorded_after_s,
            "black": limits.black_after_s,
            "frozen": limits.frozen_after_s,
            "silent": limits.silent_after_s,
        }[kind]

    def _judge_state(self, now_s: float) -> None:
        state = self._state
        lost, kept = self._conditions["lost"], self._conditions["not-recording"]
        if not state.up:
            lost.say(now_s, True, state.reason or "The channel is down.")
            # What does not come is neither black nor silent.
            for kind in ("black", "frozen", "silent"):
                self._conditions[kind].say(now_s, False)
            kept.say(now_s, False)
            return
        quiet_s = 0.0 if self._alive_s is None else now_s - self._alive_s
        stalled = self.armed and quiet_s >= self.limits.stalled_after_s
        lost.say(now_s, stalled, "Nothing comes from the channel.", since_s=self._alive_s if stalled else None)
        kept.say(now_s, not state.recorded, state.reason or "What comes is not being kept.")

    def _judge_look(self, now_s: float, look: Look) -> None:
        limits = self.limits
        black = _between(
            look.mean <= limits.black_luma and look.deviation <= limits.black_deviation,
            look.mean > limits.black_luma + 4 or look.deviation > limits.black_deviation + 2,
        )
        self._conditions["black"].say(now_s, black, f"The picture is black (luma {look.mean:.0f}).")
        if look.change is not None:
            # A black picture does not move either: one alarm for one cause.
            still = look.change <= limits.frozen_change and black is not True
            frozen = _between(still, look.change > 2 * limits.frozen_change or black is True)
            self._conditions["frozen"].say(now_s, frozen, "The picture does not change.", since_s=self._look_s)
        self._look_s = now_s

    def _judge_sound(self, now_s: float, rms_db: float) -> None:
        limits, silent = self.limits, self._conditions["silent"]
        floor = self._floor_db
        bound = limits.silent_db
        if floor is not None:
            bound = max(bound, min(floor - limits.silent_drop_db, limits.silent_db + 15))
        if rms_db <= bound:
            self._quiet_db = rms_db if silent.bad_since_s is None else max(self._quiet_db, rms_db)
            silent.say(now_s, True, f"There is no sound ({rms_db:.0f} dBFS).")
            return
        if silent.raised and floor is not None and rms_db > bound + 3:
            # It was a quiet room after all: what counted as silence is its floor from now on.
            self._floor_db = min(floor, max(self._quiet_db, limits.silent_db))
        silent.say(now_s, False if rms_db > bound + 3 or not silent.raised else None)
        self._learn(rms_db)

    def _learn(self, rms_db: float) -> None:
        """The room's own noise: falls to what is heard within seconds, rises within minutes (5 levels a second)."""
        floor = self._floor_db
        if floor is None:
            self._floor_db = rms_db
        else:
            self._floor_db = floor + (rms_db - floor) * (0.04 if rms_db < floor else 0.003)


def _between(bad: bool, good: bool) -> bool | None:
    return True if bad else False if good else None
