"""Cases as a spreadsheet hands them over: CSV, one line per activity. Read whole: a file is entered with every line or
not at all, and each line that cannot be is named with its reason.

The text is UTF-8, or GB18030 as spreadsheets write it in China. Which of the two is never guessed: bytes that are no
UTF-8 count as GB18030 only if its reading gives a header of Chinese names that are all known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from evidence.clock import to_text
from evidence.entries import AnyEntry
from evidence.errors import Invalid, LinesRejected, MediadError, RejectedLine, StoreUnavailable
from player.cases.changes import Asking
from player.cases.dropped import DroppedActivity, DroppedCase, steps_of
from policy.item_list import ItemList

MAX_LINES = 200
# Header name → our own. Each may be written either way.
COLUMNS: dict[str, str] = {
    "案件编号": "number",
    "案件类别": "kind",
    "案件名称": "title",
    "对象类型": "subject_kind",
    "对象名称": "subject_name",
    "对象证号": "subject_number",
    "案件环节": "case_stage",
    "承办单位": "unit",
    "办案人员": "officers",
    "活动编号": "ref",
    "事项": "item",
    "环节": "stage",
    "地点": "place",
    "计划开始": "planned_start",
    "计划结束": "planned_end",
    "实际开始": "started_at",
    "实际结束": "ended_at",
    "执法人员": "activity_officers",
    "设备": "devices",
    "备注": "note",
}
_NEEDED = ("number", "kind", "title", "subject_kind", "subject_name")
_OF_CASE = (*_NEEDED, "subject_number", "case_stage", "unit", "officers")
_SUBJECTS = {"个人": "person", "单位": "organisation", "person": "person", "organisation": "organisation"}
_STAGES = {"启动": "start", "调查取证": "investigation", "审查": "review", "决定": "decision", "送达": "service"} | {
    "执行": "execution"
}
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
Encoding = Literal["UTF-8", "GB18030"]


@dataclass(frozen=True, slots=True)
class CsvCase:
    """A case with its activities, and the line that each part stands on."""

    case: DroppedCase
    line: int
    lines: tuple[int, ...]  # of the activities


@dataclass(frozen=True, slots=True)
class CsvFile:
    encoding: Encoding
    cases: tuple[CsvCase, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(sorted({line for each in self.cases for line in (each.line, *each.lines)}))


def read_csv(data: bytes, items: ItemList, zone: ZoneInfo) -> CsvFile:
    """Raises Invalid for what is no such file, LinesRejected naming every line that makes no sense."""
    text, encoding = decoded(data)
    rows = _rows(text)
    rejected: list[RejectedLine] = []
    first: dict[str, tuple[int, dict[str, str]]] = {}
    activities: dict[str, list[tuple[int, DroppedActivity]]] = {}
    for line, row in rows:
        try:
            _same_case(row, line, first)
            activity = _activity(row, items, zone)
        except OddLine as odd:
            rejected.append(RejectedLine(line, odd.zh, odd.en))
            continue
        of_case = activities.setdefault(row["number"], [])
        if activity is not None:
            of_case.append((line, activity))
    cases = []
    for number, (line, row) in first.items():
        found = activities.get(number, [])
        try:
            cases.append(CsvCase(_case(row, found, items), line, tuple(n for n, _ in found)))
        except OddLine as odd:
            rejected.append(RejectedLine(line, odd.zh, odd.en))
    if rejected:
        raise LinesRejected(tuple(sorted(rejected, key=lambda each: each.line)))
    return CsvFile(encoding, tuple(cases))


def enter(file: CsvFile, asking: Asking) -> Callable[[Connection], Iterator[AnyEntry]]:
    """Decides all of a file in one transaction: each step sees what the ones before entered.

    Raises LinesRejected at the end if any line was refused; then nothing is entered.
    """

    def decide(connection: Connection) -> Iterator[AnyEntry]:
        rejected: list[RejectedLine] = []
        for each in file.cases:
            first, *steps = steps_of(each.case, asking)
            try:
                yield from first(connection)
            except StoreUnavailable:
                raise
            except MediadError as error:
                said = dict.fromkeys((each.line, *each.lines))
                rejected += [RejectedLine(line, str(error), str(error)) for line in said]
                continue
            for line, step in zip(each.lines, steps, strict=True):
                try:
                    yield from step(connection)
                except StoreUnavailable:
                    raise
                except MediadError as error:
                    rejected.append(RejectedLine(line, str(error), str(error)))
        if rejected:
            raise LinesRejected(tuple(sorted(rejected, key=lambda one: one.line)))

    return decide


def answer(lines: Sequence[int], rejected: Sequence[RejectedLine], encoding: str) -> bytes:
    """The answer file: a line per line, and what became of it. UTF-8 with its mark, for spreadsheets."""
    reasons: Mapping[int, RejectedLine] = {each.line: each for each in rejected}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["行号", "结果", "原因", "reason", f"编码 {encoding}"])
    # One line keeps the whole file out: the others say so.
    fine = "已登记" if not rejected else "未登记（本文件有被退回的行）"
    for line in sorted({*lines, *reasons}):
        odd = reasons.get(line)
        row = [line, fine, "", ""] if odd is None else [line, "退回", _plain(odd.zh), _plain(odd.en)]
        writer.writerow(row)
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """No formula, whatever a spreadsheet makes of its first character."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


class OddLine(Exception):
    """A line that makes no sense."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def decoded(data: bytes, columns: Mapping[str, str] = COLUMNS) -> tuple[str, Encoding]:
    """The text, and what it was. `columns`: the Chinese names that prove it. Raises Invalid."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("The file is UTF-16.", remedy="Save it as CSV UTF-8.")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Invalid("The file is neither UTF-8 nor GB18030.", remedy="Save it as CSV UTF-8.") from error
    names = names_in(text)
    known = all(name in columns for name in names if not name.isascii())
    if not known or not any(name in columns for name in names):
        raise Invalid(
            "The file is no UTF-8, and its header does not show that it is GB18030.", remedy="Save it as CSV UTF-8."
        )
    return text, "GB18030"


def names_in(text: str) -> list[str]:
    """The cells of the first line. Raises Invalid."""
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(text, newline="")), [])]
    except csv.Error as error:
        raise Invalid(f"The file is no CSV: {error}.", remedy="Save it as CSV UTF-8.") from error


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """(line number, own column name → value) of every line that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _header(next(reader, []))
        rows, last = [], reader.line_num
        for cells in reader:
            line, last = last + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                rows.append((line, _row(names, cells, line)))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is no CSV: {error}.") from error
    if not rows:
        raise Invalid("The file has no line with a case.")
    if len(rows) > MAX_LINES:
        raise Invalid(f"The file has {len(rows)} lines; {MAX_LINES} are entered at once.", remedy="Divide it.")
    return rows


def _header(cells: Sequence[str]) -> list[str]:
    own = set(COLUMNS.values())
    names = []
    for cell in cells:
        name = COLUMNS.get(cell.strip(), cell.strip())
        if name not in own:
            raise Invalid(f"The column {cell.strip()!r} is unknown.")
        if name in names:
            raise Invalid(f"The column {cell.strip()!r} is there twice.")
        names.append(name)
    lacking = [zh for zh, name in COLUMNS.items() if name in _NEEDED and name not in names]
    if lacking:
        raise Invalid(f"Columns are missing: {', '.join(lacking)}.")
    return names


def _row(names: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        raise LinesRejected((RejectedLine(line, "列数多于表头。", "There are more cells than columns."),))
    padded = [*cells, *([""] * len(names))]
    row = dict.fromkeys(COLUMNS.values(), "")
    return row | {name: value.strip() for name, value in zip(names, padded, strict=False)}


def _same_case(row: dict[str, str], line: int, first: dict[str, tuple[int, dict[str, str]]]) -> None:
    """Notes a case's first line; the others may leave its columns blank, and must not say otherwise."""
    number = row["number"]
    if not number:
        raise OddLine("没有案件编号。", "The case number is missing.")
    if number not in first:
        for name in _NEEDED:
            if not row[name]:
                zh = next(zh for zh, own in COLUMNS.items() if own == name)
                raise OddLine(f"缺少“{zh}”。", f"{name} is missing.")
        first[number] = (line, row)
        return
    begun, known = first[number]
    for name in _OF_CASE:
        if row[name] and row[name] != known[name]:
            zh = next(zh for zh, own in COLUMNS.items() if own == name)
            raise OddLine(f"“{zh}”与第 {begun} 行不同。", f"{name} is not what line {begun} says.")


def _case(row: dict[str, str], activities: Sequence[tuple[int, DroppedActivity]], items: ItemList) -> DroppedCase:
    kinds = {name: kind.code for kind in items.kinds for name in (kind.zh, kind.en, kind.code)}
    kind = _one_of(kinds, row["kind"], "案件类别", "kind")
    subject = _one_of(_SUBJECTS, row["subject_kind"], "对象类型", "subject")
    values = {
        "number": row["number"],
        "kind": kind,
        "title": row["title"],
        "subject": {"kind": subject, "name": row["subject_name"], "number": row["subject_number"]},
        "stage": _stage(row["case_stage"]) or "start",
        "unit": row["unit"] or None,
        "officers": _names(row["officers"]),
    }
    made: DroppedCase = _converted(values, DroppedCase)
    return msgspec.structs.replace(made, activities=tuple(activity for _, activity in activities))


def _activity(row: dict[str, str], items: ItemList, zone: ZoneInfo) -> DroppedActivity | None:
    """None for a line that says nothing of an activity."""
    said = ("ref", "item", "place", "planned_start", "planned_end", "started_at", "ended_at", "activity_officers")
    if not any(row[name] for name in said):
        return None
    if not row["ref"] or not row["item"]:
        raise OddLine("活动需要“活动编号”和“事项”。", "An activity needs ref and item.")
    codes = {name: item.code for item in items.items for name in (item.zh, item.en, item.code)}
    code = _one_of(codes, row["item"], "事项", "item")
    item = items.item(code)
    values: dict[str, Any] = {
        "ref": row["ref"],
        "item": code,
        "stage": _stage(row["stage"]) or (item.stage if item else "start"),
        "place": row["place"],
        "officers": _names(row["activity_officers"]),
        "devices": _names(row["devices"]),
        "note": row["note"],
    }
    for name in ("planned_start", "planned_end", "started_at", "ended_at"):
        values[name] = instant_of(row[name], zone)
    return _converted(values, DroppedActivity)  # type: ignore[no-any-return]


def _converted(values: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise OddLine(f"内容不符合要求：{error}", f"{error}") from error


def _one_of(known: Mapping[str, str], said: str, zh: str, en: str) -> str:
    if said not in known:
        raise OddLine(f"“{zh}”没有“{said}”。", f"There is no {en} {said!r}.")
    return known[said]


def _stage(said: str) -> str:
    if not said:
        return ""
    return _one_of({**_STAGES, **{each: each for each in _STAGES.values()}}, said, "环节", "stage")


def _names(said: str) -> list[str]:
    for mark in ("，", "、", "；", ";"):
        said = said.replace(mark, ",")
    return list(dict.fromkeys(name.strip() for name in said.split(",") if name.strip()))


def instant_of(said: str, zone: ZoneInfo) -> str | None:
    """A time with its offset, or the site's own: 2026-11-24 09:00, 2026/11/24 9:00:00."""
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        for form in _TIMES:
            try:
                moment = datetime.strptime(said, form).replace(tzinfo=zone)
                break
            except ValueError:
                moment = None
    if moment is None:
        raise OddLine(f"“{said}”不是时间，应为 2026-11-24 09:00。", f"{said!r} is no time like 2026-11-24 09:00.")
    if moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset():
        raise OddLine(
            f"“{said}”在调整时钟的一小时内，请写明时差。", f"{said!r} is ambiguous: write it with its offset."
        )
    return to_text(moment)
