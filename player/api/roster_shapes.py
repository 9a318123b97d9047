"""Bodies, queries and answers about the shift roster. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from player.api.absence_shapes import AbsenceKind
from player.api.case_shapes import Instant
from player.api.shapes import Answer, Asked, Name, Said, Words
from policy.duty import DutyState
from policy.explaining import Standing
from policy.roster import Verdict


class ShiftBody(Asked, frozen=True, kw_only=True):
    officer: Name
    device: Name | None = None
    unit: Name | None = None
    start_at: Instant
    end_at: Instant


class RosterBody(Asked, frozen=True, kw_only=True):
    shifts: Annotated[tuple[ShiftBody, ...], Meta(min_length=1, max_length=500)]


class CorrectionBody(Asked, frozen=True, kw_only=True):
    shift: ShiftBody
    reason: Said


class RosterQuery(Asked, frozen=True, kw_only=True):
    """At most 62 days."""

    from_: Instant = msgspec.field(name="from")
    to: Instant


class AdoptQuery(Asked, frozen=True, kw_only=True):
    """`plan`: of the answer that was looked at."""

    plan: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    without_refused: bool = False
    reason: Words = ""


class ShiftFinding(Answer, frozen=True, kw_only=True):
    """Missing footage that bears on a shift; its key and state are as in `/absences`."""

    key: str
    kind: AbsenceKind
    zh: str
    en: str
    state: Standing


class ShiftAnswer(Answer, frozen=True, kw_only=True):
    """`expected_ms`: of `duty_ms`, what the item list asks for; `due_at`: until when footage is handed in."""

    id: str
    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str
    by: str
    at: str
    duty_ms: int
    expected_ms: int
    recorded_ms: int
    missing_ms: int
    state: DutyState
    due_at: str
    recordings: tuple[str, ...]
    finding: ShiftFinding | None
    others: tuple[ShiftFinding, ...]
    may_change: bool


class ShiftSaid(Answer, frozen=True, kw_only=True):
    """A shift as somebody said it."""

    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str


class ShiftChangeAnswer(Answer, frozen=True, kw_only=True):
    """A shift that was taken back, or corrected: `instead` stands now."""

    shift: ShiftSaid
    instead: ShiftSaid | None
    reason: str
    by: str
    at: str


class RosterAnswer(Answer, frozen=True, kw_only=True):
    percent: int  # of the time on duty, that the item list in force asks for
    hand_in_h: int
    shifts: tuple[ShiftAnswer, ...]
    changes: tuple[ShiftChangeAnswer, ...]  # the latest first


class PlannedLine(Answer, frozen=True, kw_only=True):
    """`zh`, `en`: why it is refused; empty otherwise. `before`: the shift that it takes the place of."""

    line: int
    verdict: Verdict
    shift: ShiftSaid | None  # None: it cannot be read
    before: ShiftSaid | None
    zh: str
    en: str


class RosterPlanAnswer(Answer, frozen=True, kw_only=True):
    """What would become of a file. `plan`: to be given when it is adopted."""

    plan: str
    form: Literal["csv", "json"]
    encoding: str
    new: int
    changed: int
    same: int
    refused: int
    lines: tuple[PlannedLine, ...]
