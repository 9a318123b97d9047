"""The shift roster as a file: CSV as spreadsheets write it, or JSON. Both become the same rows, read in the same way.
Pure.

JSON is `{"shifts": [{"officer": …, "device": …, "unit": …, "start_at": …, "end_at": …}]}`; its keys may be the Chinese
names of the columns, and its times are as in CSV. A line of it is the place in the list, from 1.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from evidence.errors import Invalid, RejectedLine
from player.cases.csv_cases import OddLine, decoded, instant_of, names_in
from policy.roster import ShiftWords, refused

# Header name → our own.
COLUMNS = {"人员": "officer", "设备": "device", "单位": "unit", "值班开始": "start_at", "值班结束": "end_at"}
_NEEDED = frozenset({"officer", "start_at", "end_at"})
MAX_SHIFTS = 2000
MAX_BYTES = 1 << 20
_LONGEST_NAME = 200
Form = Literal["csv", "json"]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What stands on each line, and which cannot be read. `encoding`: what a CSV was written in."""

    form: Form
    encoding: str
    shifts: tuple[tuple[int, ShiftWords], ...]
    odd: tuple[RejectedLine, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(sorted({line for line, _ in self.shifts} | {each.line for each in self.odd}))


def is_roster(data: bytes, form: Form) -> bool:
    """Whether a dropped file is a roster and no case: by the header of a CSV, by the one key of a JSON document."""
    try:
        if form == "json":
            return isinstance(document := _document(data), dict) and "shifts" in document
        text, _ = decoded(data, COLUMNS)
        names = {_own(cell) for cell in names_in(text)}
    except Invalid:
        return False
    return names >= _NEEDED and names <= set(COLUMNS.values())


def read_roster(data: bytes, form: Form, zone: ZoneInfo) -> RosterFile:
    """Raises Invalid for what is no roster at all."""
    if len(data) > MAX_BYTES:
        raise Invalid("The file is larger than 1 MiB.")
    rows, encoding = (_json_rows(data), "UTF-8") if form == "json" else _csv_rows(data)
    if not rows:
        raise Invalid("The roster has no line.")
    if len(rows) > MAX_SHIFTS:
        raise Invalid(f"The roster has {len(rows)} lines; {MAX_SHIFTS} are entered at once.", remedy="Divide it.")
    found: list[tuple[int, ShiftWords]] = []
    odd: list[RejectedLine] = []
    for line, row in rows:
        try:
            found.append((line, _words(row, zone)))
        except OddLine as wrong:
            odd.append(RejectedLine(line, wrong.zh, wrong.en))
    return RosterFile(form, encoding, tuple(found), tuple(odd))


def _own(cell: str) -> str:
    return COLUMNS.get(cell.strip(), cell.strip())


def _csv_rows(data: bytes) -> tuple[list[tuple[int, dict[str, str]]], str]:
    text, encoding = decoded(data, COLUMNS)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        names = [_own(cell) for cell in next(reader, [])]
        _require_names(names)
        for cells in reader:
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
            if any(row.values()):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is no CSV: {error}.") from error
    return rows, encoding


def _require_names(names: list[str]) -> None:
    for name in names:
        if name not in COLUMNS.values():
            raise Invalid(f"The column {name!r} is unknown.")
        if names.count(name) > 1:
            raise Invalid(f"The column {name!r} is there twice.")
    lacking = [zh for zh, name in COLUMNS.items() if name in _NEEDED and name not in names]
    if lacking:
        raise Invalid(f"Columns are missing: {', '.join(lacking)}.")


def _document(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"This is no JSON: {error}.") from error


def _json_rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    document = _document(data)
    listed = document.get("shifts") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(document) != 1:
        raise Invalid('A roster in JSON is {"shifts": […]} and nothing else.')
    return [(line, _json_row(each)) for line, each in enumerate(listed, 1)]


def _json_row(said: Any) -> dict[str, str]:
    """What is no text, and what is no column, is kept to be refused with its line."""
    if not isinstance(said, dict):
        return {"": "x"}
    return {_own(str(name)): _text(value) for name, value in said.items()}


def _text(value: Any) -> str:
    return "" if value is None else value.strip() if isinstance(value, str) else "\x00"


def _words(row: dict[str, str], zone: ZoneInfo) -> ShiftWords:
    """Raises OddLine."""
    if unknown := [name for name in row if name not in COLUMNS.values()]:
        raise OddLine(f"没有“{unknown[0]}”这一栏。", f"There is no column {unknown[0]!r}.")
    for zh, name in COLUMNS.items():
        value = row.get(name, "")
        if len(value) > _LONGEST_NAME or "\x00" in value:
            raise OddLine(f"“{zh}”不是合适的文字。", f"{name} is no fitting text.")
    start, end = instant_of(row.get("start_at", ""), zone), instant_of(row.get("end_at", ""), zone)
    if start is None or end is None:
        raise OddLine("缺少值班时间。", "The times of duty are missing.")
    words = ShiftWords(row.get("officer", ""), row.get("device") or None, row.get("unit") or None, start, end)
    if why := refused(words):
        raise OddLine(why.zh, why.en)
    return words
