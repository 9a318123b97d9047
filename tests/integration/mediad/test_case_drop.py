"""Cases dropped as JSON: entered once, changed as layers, refused in words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evidence import case_entries as ce
from evidence.catalog.accounts import AccountRow, add_account
from evidence.catalog.case_file import CaseFile, load_case
from evidence.catalog.case_queries import case_of_number
from evidence.catalog.engine import connected
from evidence.catalog.roster_rows import shifts_between
from evidence.clock import ManualClock
from evidence.entries import decode
from evidence.errors import StoreUnavailable
from mediad.case_drop import CaseDrop
from mediad.config import load
from mediad.site_files import NewSite
from mediad.store import Store, open_store
from player.roster import enter
from policy.findings import Rules
from policy.item_list import load as load_items
from policy.roster import ShiftWords
from tests.sites import make_site

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ACTIVITY = {
    "ref": "7",
    "item": "seizure",
    "stage": "investigation",
    "place": "三号码头",
    "started_at": "2026-11-24T09:00:00+08:00",
    "ended_at": "2026-11-24T09:30:00+08:00",
    "officers": ["P-1", "P-2"],
    "devices": ["DSJ1"],
}
CASE = {
    "number": "水查〔2026〕1号",
    "kind": "seizure",
    "title": "非法采砂",
    "subject": {"kind": "person", "name": "某人"},
    "unit": "一中队",
    "officers": ["P-1"],
    "activities": [ACTIVITY],
}


@dataclass
class Desk:
    store: Store
    folder: Path
    drop: CaseDrop

    def put(self, case: Any, name: str = "a.json", age_s: float = 10) -> None:
        path = self.folder / name
        path.write_bytes(case if isinstance(case, bytes) else json.dumps(case).encode())
        then = (NOW - timedelta(seconds=age_s)).timestamp()
        os.utime(path, (then, then))

    def entries(self) -> list[str]:
        found = (decode(data) for _, data in self.store.reader.entries(1, self.store.reader.size()))
        return [type(entry).__name__ for entry in found]

    def file(self) -> CaseFile:
        with connected(self.store.engine) as connection:
            found = load_case(connection, case_of_number(connection, CASE["number"]) or "")
        assert found is not None
        return found

    def reason(self, name: str = "a") -> str:
        return (self.folder / "refused" / f"{name}.reason.txt").read_text("utf-8")


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    clock = ManualClock(NOW)
    config = make_site(tmp_path / "site", NewSite(catalog_url=database_url), clock)
    folder = tmp_path / "drop"
    folder.mkdir()
    with open_store(load(config.path, {})) as store:
        rules = Rules(load_items().items, ZoneInfo("Asia/Shanghai"))
        yield Desk(store, folder, CaseDrop(folder, store.ledger, clock, lambda: rules))


def test_a_case_is_entered_with_its_activities_and_once(desk: Desk) -> None:
    for _ in range(2):
        desk.put(CASE)
        assert desk.drop.scan() == 1
    assert desk.entries() == ["CaseRecorded", "ActivityRecorded"]
    assert (desk.folder / "done" / "a.json").exists() and desk.drop.scan() == 0
    file = desk.file()
    (activity,) = file.activities
    assert (file.case.title, file.case.opened_by, activity.started_at) == (
        "非法采砂",
        "case-system",
        "2026-11-24T01:00:00.000000Z",
    )


def test_what_changed_is_a_new_layer(desk: Desk) -> None:
    desk.put(CASE)
    desk.drop.scan()
    longer = ACTIVITY | {"ended_at": "2026-11-24T09:45:00+08:00"}
    desk.put(CASE | {"title": "非法采砂船", "activities": [longer, ACTIVITY | {"ref": "8"}]})
    desk.drop.scan()
    assert desk.entries()[2:] == ["CaseRecorded", "ActivityRecorded", "ActivityRecorded"]
    file = desk.file()
    assert (file.case.title, len(file.activities)) == ("非法采砂船", 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "gone"}, "no kind of case"),
        ({"nmber": "x"}, "nmber"),
        ({"number": ""}, "length"),
        ({"activities": [ACTIVITY | {"started_at": "2026-11-24 09:00"}]}, "no time with its offset"),
        ({"activities": [ACTIVITY | {"item": "gone"}]}, "no item"),
        ({"activities": [ACTIVITY | {"ended_at": "2027-01-01T00:00:00Z"}]}, "future"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk: Desk, change: dict[str, Any], said: str) -> None:
    desk.put(CASE | change)
    desk.put(b"no json", "b.json")
    assert desk.drop.scan() == 2
    assert said in desk.reason() and desk.reason("b") and not list(desk.folder.glob("*.json"))


def test_another_system_cannot_ask_for_less_or_change_what_is_closed(desk: Desk) -> None:
    desk.put(CASE)
    desk.drop.scan()
    shorter = ACTIVITY | {"ended_at": "2026-11-24T09:10:00+08:00"}
    for less in ({"activities": [shorter]}, {"activities": [ACTIVITY | {"item": "text"}]}, {"kind": "penalty"}):
        desk.put(CASE | less)
        desk.drop.scan()
        assert "asks for less than before" in desk.reason(), less
    case = desk.file().case.id
    at = "2026-11-24T08:00:00.000000Z"
    closed = ce.CaseClosed(at=at, case=ce.CaseId(case), items="x", explanations=(), note="", by="law")
    desk.store.ledger.append(closed)
    desk.put(CASE | {"title": "另一名称"})
    desk.drop.scan()
    assert "closed" in desk.reason()


def test_links_large_and_unfinished_files_are_left_or_refused(desk: Desk) -> None:
    (desk.folder / "secret.json").symlink_to("/etc/hostname")
    desk.put(CASE, "young.json", age_s=0.5)
    desk.put(b" " * (1 << 20) + b"{}", "large.json")
    assert desk.drop.scan() == 1
    assert "larger" in desk.reason("large")
    assert (desk.folder / "young.json").exists() and (desk.folder / "secret.json").is_symlink()


def test_a_folder_that_is_gone_is_an_error_and_not_an_empty_one(desk: Desk) -> None:
    desk.folder.rmdir()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        desk.drop.scan()


CSV_HEADER = (
    "案件编号,案件类别,案件名称,对象类型,对象名称,承办单位,办案人员,活动编号,事项,地点,实际开始,实际结束,执法人员"
)
CSV_LINE = (
    "水查〔2026〕1号,查封扣押案件,非法采砂,个人,某人,一中队,P-1,"
    "{ref},查封、扣押,三号码头,2026-11-24 09:00,{end},P-1、P-2"
)


def _csv(*lines: str) -> str:
    return "\r\n".join([CSV_HEADER, *lines, ""])


def _answer(desk: Desk, folder: str) -> list[str]:
    return (desk.folder / folder / "a.answer.csv").read_text("utf-8-sig").splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_spreadsheet_is_entered_whole_and_once(desk: Desk, encoding: str) -> None:
    data = _csv(CSV_LINE.format(ref=7, end="2026-11-24 09:30"), CSV_LINE.format(ref=8, end="")).encode(encoding)
    for _ in range(2):
        desk.put(data, "a.csv")
        assert desk.drop.scan() == 1
    assert desk.entries() == ["CaseRecorded", "ActivityRecorded", "ActivityRecorded"]
    assert len(desk.file().activities) == 2
    assert [line.split(",")[:2] for line in _answer(desk, "done")[1:]] == [["2", "已登记"], ["3", "已登记"]]
    # The same as JSON says of the same case: one activity per reference, whatever it came as.
    desk.put(CASE)
    desk.drop.scan()
    assert len(desk.file().activities) == 2


def test_one_odd_line_keeps_the_whole_spreadsheet_out(desk: Desk) -> None:
    odd = CSV_LINE.format(ref=8, end="2027-01-01 00:00")
    desk.put(_csv(CSV_LINE.format(ref=7, end=""), odd).encode(), "a.csv")
    assert desk.drop.scan() == 1 and desk.entries() == []
    (line,) = _answer(desk, "refused")[1:]
    assert line.startswith("3,退回,") and "future" in line and "line 3" in desk.reason()


def test_a_spreadsheet_cannot_ask_for_less_either_and_changes_nothing_besides(desk: Desk) -> None:
    desk.put(_csv(CSV_LINE.format(ref=7, end="2026-11-24 09:30")).encode(), "a.csv")
    desk.drop.scan()
    entered = desk.entries()
    new = CSV_LINE.format(ref=9, end="2026-11-24 09:30")
    desk.put(_csv(new, CSV_LINE.format(ref=7, end="2026-11-24 09:10")).encode(), "a.csv")
    desk.drop.scan()
    assert desk.entries() == entered and "asks for less" in desk.reason()
    assert desk.store.ledger.append() == ()
    with connected(desk.store.engine) as connection:
        assert load_case(connection, desk.file().case.id) is not None


ROSTER = (
    "人员,设备,单位,值班开始,值班结束\r\n"
    "P-1,DSJ1,一中队,2026-11-24 08:00,2026-11-24 18:00\r\nP-2,,一中队,{start},{end}\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_roster_is_entered_once_and_whole(desk: Desk, encoding: str) -> None:
    data = ROSTER.format(start="2026/11/24 18:00", end="2026/11/25 02:00").encode(encoding)
    for _ in range(2):
        desk.put(data, "a.csv")
        desk.drop.scan()
    with connected(desk.store.engine) as connection:
        first, second = shifts_between(connection, "")
    assert desk.entries() == ["ShiftRostered"] * 2
    assert (first.officer, first.device, first.start_at) == ("P-1", "DSJ1", "2026-11-24T00:00:00.000000Z")
    assert (second.officer, second.device, second.end_at) == ("P-2", None, "2026-11-24T18:00:00.000000Z")
    assert [line.split(",")[:2] for line in _answer(desk, "done")[1:]] == [["2", "已登记"], ["3", "已登记"]]


@pytest.mark.parametrize(("start", "end"), [("", ""), ("2026-11-25 02:00", "2026-11-24 18:00"), ("昨天", "今天")])
def test_an_odd_shift_keeps_the_whole_roster_out(desk: Desk, start: str, end: str) -> None:
    desk.put(ROSTER.format(start=start, end=end).encode(), "a.csv")
    desk.drop.scan()
    (line,) = _answer(desk, "refused")[1:]
    assert desk.entries() == [] and line.startswith("3,退回,")


def test_a_roster_may_come_as_json_and_asks_for_no_less_than_before(desk: Desk) -> None:
    def put(end: str, name: str) -> None:
        shift = {"officer": "P-1", "unit": "一中队", "start_at": "2026-11-24 08:00", "end_at": f"2026-11-24 {end}"}
        desk.put({"shifts": [shift]}, name)
        desk.drop.scan()

    put("18:00", "first.json")
    put("19:00", "longer.json")
    assert desk.entries() == ["ShiftRostered", "ShiftCorrected"]
    put("17:00", "shorter.json")
    assert "asks for less" in desk.reason("shorter") and len(desk.entries()) == 2
    answer = (desk.folder / "refused" / "shorter.answer.csv").read_text("utf-8-sig").splitlines()
    assert answer[1].startswith("1,退回,") and "要求更少" in answer[1]
    assert (desk.folder / "done" / "longer.answer.csv").exists()
    desk.put({"shifts": [], "number": "1"}, "odd.json")
    desk.drop.scan()
    assert "nothing else" in desk.reason("odd")
    with connected(desk.store.engine) as connection:
        (stands,) = shifts_between(connection, "")
    assert stands.end_at == "2026-11-24T11:00:00.000000Z"


def test_a_dropped_roster_lends_no_officer_to_another_unit(desk: Desk) -> None:
    now = "2026-11-24T00:00:00.000000Z"
    account = AccountRow("P-2", "P-2", ("officer",), "二中队", "x", True, now, now)
    desk.store.writer.write(lambda connection: add_account(connection, account))
    data = ROSTER.format(start="2026/11/24 18:00", end="2026/11/25 02:00").encode()
    desk.put(data, "a.csv")
    desk.drop.scan()
    (line,) = _answer(desk, "refused")[1:]
    assert desk.entries() == [] and line.startswith("3,退回,") and "保管员" in line
    lent = ShiftWords("P-2", None, "一中队", "2026-11-24T10:00:00.000000Z", "2026-11-24T17:00:00.000000Z")
    desk.store.ledger.decide(lambda connection: enter(connection, [lent], "keeper", now)).result()
    desk.put(data, "a.csv")
    desk.drop.scan()
    assert desk.entries() == ["ShiftRostered", "ShiftRostered", "ShiftCorrected"], "what a person entered may be longer"
