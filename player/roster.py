"""The shift roster: entering shifts, once each, and taking them back. Decided inside the appending transaction."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from evidence.catalog.roster_rows import find_shift, standing
from evidence.clock import from_text
from evidence.errors import Invalid, LinesRejected, NotFound, RejectedLine
from evidence.roster_entries import ShiftId, ShiftRostered, ShiftWithdrawn, shift_id
from player.cases.csv_cases import OddLine, decoded, instant_of, names_in

# Header name → our own.
COLUMNS = {"人员": "officer", "设备": "device", "单位": "unit", "值班开始": "start_at", "值班结束": "end_at"}
MAX_SHIFTS = 2000
_LONGEST_H = 48


@dataclass(frozen=True, slots=True)
class ShiftWords:
    """A shift as somebody says it. Times are as `evidence.clock.to_text` writes them."""

    officer: str
    device: str | None
    unit: str | None
    start_at: str
    end_at: str

    @property
    def id(self) -> ShiftId:
        return shift_id(self.officer, self.device, self.start_at, self.end_at)


def require_shift(words: ShiftWords) -> None:
    """Raises Invalid."""
    if not words.officer:
        raise Invalid("A shift names its officer.")
    hours = (from_text(words.end_at) - from_text(words.start_at)).total_seconds() / 3600
    if not 0 < hours <= _LONGEST_H:
        raise Invalid(f"A shift ends after it begins, within {_LONGEST_H} hours.")


def roster(connection: Connection, shifts: Sequence[ShiftWords], by: str, at: str) -> tuple[ShiftRostered, ...]:
    """The entries of those that do not stand yet. Raises Invalid."""
    wanted = {each.id: each for each in shifts}
    for each in wanted.values():
        require_shift(each)
    there = standing(connection, wanted)
    return tuple(
        ShiftRostered(
            at=at,
            shift=shift,
            officer=each.officer,
            device=each.device,
            unit=each.unit,
            start_at=each.start_at,
            end_at=each.end_at,
            by=by,
        )
        for shift, each in wanted.items()
        if shift not in there
    )


def withdraw(connection: Connection, shift: str, reason: str, by: str, at: str) -> ShiftWithdrawn:
    """Raises NotFound."""
    if find_shift(connection, shift) is None:
        raise NotFound("There is no such shift.")
    return ShiftWithdrawn(at=at, shift=ShiftId(shift), reason=reason, by=by)


def is_roster(data: bytes) -> bool:
    """Whether a dropped CSV is a roster, by its header; cases have another."""
    try:
        text, _ = decoded(data, COLUMNS)
        names = {COLUMNS.get(cell, cell) for cell in names_in(text)}
    except Invalid:
        return False
    return {"officer", "start_at", "end_at"} <= names <= set(COLUMNS.values())


def read_roster(data: bytes, zone: ZoneInfo) -> tuple[tuple[int, ShiftWords], ...]:
    """(line, shift) of a CSV roster. Raises Invalid, LinesRejected."""
    text, _ = decoded(data, COLUMNS)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, ShiftWords]] = []
    rejected: list[RejectedLine] = []
    try:
        names = [COLUMNS.get(cell.strip(), cell.strip()) for cell in next(reader, [])]
        for cells in reader:
            row = dict.fromkeys(COLUMNS.values(), "") | {n: c.strip() for n, c in zip(names, cells, strict=False)}
            if not any(row.values()):
                continue
            try:
                found.append((reader.line_num, _words(row, zone)))
            except (OddLine, Invalid) as odd:
                zh = odd.zh if isinstance(odd, OddLine) else "班次时间有误或没有人员。"
                rejected.append(RejectedLine(reader.line_num, zh, str(odd)))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is no CSV: {error}.") from error
    if rejected:
        raise LinesRejected(tuple(rejected))
    if not 0 < len(found) <= MAX_SHIFTS:
        raise Invalid(f"A roster has 1 to {MAX_SHIFTS} lines.")
    return tuple(found)


def _words(row: dict[str, str], zone: ZoneInfo) -> ShiftWords:
    start, end = instant_of(row["start_at"], zone), instant_of(row["end_at"], zone)
    if start is None or end is None:
        raise OddLine("缺少值班时间。", "The times of duty are missing.")
    words = ShiftWords(row["officer"], row["device"] or None, row["unit"] or None, start, end)
    require_shift(words)
    return words
