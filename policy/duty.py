"""How much of a shift was recorded, and how much the list asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evidence.intervals import Span, intersection, length, merged

# Where a shift stands: it lies ahead; goes on; is over, and its footage may still be handed in; is too far back to be
# judged; or was judged.
DutyState = Literal["ahead", "running", "collecting", "past", "enough", "short"]


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody on duty, by the roster; with a device, only what that one recorded counts."""

    id: str
    officer: str
    device: str | None
    unit: str | None
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Duty:
    """What was recorded of a shift, and what the list asks for."""

    recorded_ms: int
    duty_ms: int
    percent: int

    @property
    def expected_ms(self) -> int:
        return -(-self.duty_ms * self.percent // 100)

    @property
    def missing_ms(self) -> int:
        return max(0, self.expected_ms - self.recorded_ms)


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """What the item list says about it. `since_ms`: what ended before is not judged."""

    percent: int
    hand_in_ms: int
    since_ms: int


def duty_of(shift: Shift, recorded: Iterable[Span], percent: int) -> Duty:
    """`recorded`: when its device or, if none is named, its officer recorded, in any order."""
    there = length(intersection(merged(recorded), ((shift.start_ms, shift.end_ms),)))
    return Duty(there, shift.end_ms - shift.start_ms, percent)


def known_ms(shift: Shift, hand_in_ms: int) -> int:
    """From when on too little is a finding: all its footage should have been handed in."""
    return shift.end_ms + hand_in_ms


def duty_state(shift: Shift, duty: Duty, terms: DutyTerms, now_ms: int) -> DutyState:
    if now_ms < shift.start_ms:
        return "ahead"
    if now_ms < shift.end_ms:
        return "running"
    if shift.end_ms < terms.since_ms:
        return "past"
    if duty.missing_ms == 0:
        return "enough"
    return "collecting" if now_ms < known_ms(shift, terms.hand_in_ms) else "short"
