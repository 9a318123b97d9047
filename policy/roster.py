"""What becomes of each line of a shift roster: entered, the same as before, in the place of a shift that stands, or
refused with the reason. Pure.

Times are as `evidence.clock.to_text` writes them: they sort as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from evidence.clock import from_text
from evidence.roster_entries import ShiftId, shift_id

LONGEST = timedelta(hours=48)
Verdict = Literal["new", "same", "changed", "refused"]


@dataclass(frozen=True, slots=True)
class ShiftWords:
    """A shift as somebody says it."""

    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str

    @property
    def id(self) -> ShiftId:
        return shift_id(self.officer, self.device, self.start_at, self.end_at)


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A line and what becomes of it. `before`: the shift whose place it takes."""

    line: int
    shift: ShiftWords | None  # None: the line could not be read
    verdict: Verdict
    before: ShiftWords | None = None
    why: Why | None = None


LENT = Why(
    "该人员属于其他单位：借调人员的班次由保管员登记和更正。",
    "The officer is of another unit: shifts of officers who are lent are entered and corrected by the custodian.",
)
# Why this shift must not be entered, or not in the place of that one; None: it may.
Objection = Callable[[ShiftWords, ShiftWords | None], Why | None]


def refused(words: ShiftWords) -> Why | None:
    """What is wrong with a shift by itself."""
    if not words.officer:
        return Why("没有人员。", "A shift names its officer.")
    if not timedelta() < from_text(words.end_at) - from_text(words.start_at) <= LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        zh = f"值班结束应晚于开始，且不超过 {hours} 小时。"
        return Why(zh, f"A shift ends after it begins, within {hours} hours.")
    return None


def is_lent(shift: ShiftWords, home: str | None) -> bool:
    """Would the shift be of another unit than its officer's account? Without either unit nobody says so."""
    return None not in (home, shift.unit) and home != shift.unit


def asks_less(new: ShiftWords, old: ShiftWords) -> bool:
    """Would less be asked of the officer than by the shift that stands? Without a device, whatever the officer recorded
    counts."""
    shorter = new.start_at > old.start_at or new.end_at < old.end_at
    return shorter or new.unit != old.unit or (old.device is not None and new.device != old.device)


def plan(
    lines: Iterable[tuple[int, ShiftWords]], standing: Sequence[ShiftWords], objection: Objection
) -> tuple[Planned, ...]:
    """In the order of the lines. `standing`: the shifts that stand, of these officers and around these times."""
    left = list(standing)
    taken: list[tuple[int, ShiftWords]] = []
    found = []
    for line, words in lines:
        planned = _one(line, words, left, taken, objection)
        if planned.verdict != "refused":
            taken.append((line, words))
            if planned.before is not None:
                left.remove(planned.before)
        found.append(planned)
    return tuple(found)


def _one(
    line: int, words: ShiftWords, left: list[ShiftWords], taken: list[tuple[int, ShiftWords]], objection: Objection
) -> Planned:
    if words in left or any(words == earlier for _, earlier in taken):
        return Planned(line, words, "same")
    why = refused(words) or _with_another_line(words, taken)
    if why is not None:
        return Planned(line, words, "refused", why=why)
    # The very shift, of another unit, or those that it overlaps with.
    over = [each for each in left if each.id == words.id] or [each for each in left if _collide(words, each)]
    if len(over) > 1:
        many = Why(
            f"与已登记的 {len(over)} 个班次重叠，请先撤销不对的。",
            f"It overlaps with {len(over)} shifts that stand: take back those that are wrong first.",
        )
        return Planned(line, words, "refused", why=many)
    before = over[0] if over else None
    why = objection(words, before)
    if why is not None:
        # What stands may be nothing that who asks may know of.
        return Planned(line, words, "refused", why=why)
    return Planned(line, words, "new" if before is None else "changed", before)


def _with_another_line(words: ShiftWords, taken: list[tuple[int, ShiftWords]]) -> Why | None:
    for line, earlier in taken:
        if _collide(words, earlier):
            return Why(f"与第 {line} 行是同一人重叠的值班。", f"It overlaps with line {line}, of the same officer.")
    return None


def _collide(one: ShiftWords, other: ShiftWords) -> bool:
    """The same officer cannot be on duty twice at once, but may wear two cameras."""
    same = one.officer == other.officer and (one.device == other.device or None in (one.device, other.device))
    return same and one.start_at < other.end_at and other.start_at < one.end_at
