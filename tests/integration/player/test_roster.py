"""The roster over HTTP: who enters, corrects and sees shifts, by hand and from a file, and what too little footage on
duty comes to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.clock import ManualClock, to_text
from evidence.media import specimens
from evidence.roster_entries import ShiftCorrected, ShiftRostered, ShiftWithdrawn
from tests.integration.player.site import OFFICER, UNIT, Browser, Server, add_people, opened
from tests.integration.player.test_absences import NOW

BEGAN = NOW - timedelta(hours=40)
MINUTE = 60_000
STRETCH = f"from={to_text(BEGAN)}&to={to_text(NOW)}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with opened(tmp_path, ManualClock(NOW)) as store:
        add_people(store)
        with Server(store) as running:
            yield running


def shift(officer: str = OFFICER, **more: Any) -> dict[str, Any]:
    times = {"start_at": to_text(BEGAN), "end_at": to_text(BEGAN + timedelta(hours=8))}
    return {"shifts": [{"officer": officer, "unit": UNIT, **times} | more]}


def test_a_shift_without_footage_is_missing_footage_until_it_is_taken_back(server: Server) -> None:
    boss, officer = server.browser("supervisor"), server.browser(OFFICER)
    for _ in range(2):
        assert boss.post("/api/v1/roster", shift()).status == 204
    assert len(server.store.entries(ShiftRostered)) == 1
    (missing,) = officer.get("/api/v1/absences").json["absences"]
    assert missing["kind"] == "duty-unrecorded" and "值班 480 分钟，录像 0 分钟" in missing["zh"]
    (row,) = officer.get(f"/api/v1/roster?{STRETCH}").json["shifts"]
    assert (row["officer"], row["by"], row["state"], row["may_change"]) == (OFFICER, "supervisor", "short", False)
    assert (row["duty_ms"], row["expected_ms"], row["recorded_ms"], row["missing_ms"]) == (
        480 * MINUTE,
        24 * MINUTE,
        0,
        24 * MINUTE,
    )
    assert (row["finding"]["key"], row["finding"]["state"]) == (missing["key"], "open")
    path = f"/api/v1/roster/{row['id']}/withdraw"
    for who, status in ((OFFICER, 403), ("boss-2", 403), ("legal", 403), ("supervisor", 204), ("supervisor", 404)):
        assert server.browser(who).post(path, {"reason": "调班"}).status == status, who
    assert officer.get("/api/v1/absences").json["absences"] == []
    assert boss.post("/api/v1/roster", shift()).status == 204
    assert len(officer.get("/api/v1/absences").json["absences"]) == 1, "entered again, it stands again"


def test_wrong_people_and_shifts_are_refused(server: Server) -> None:
    for who in (OFFICER, "boss-2", "legal", "oversight", "admin"):
        assert server.browser(who).post("/api/v1/roster", shift()).status == 403, who
    boss = server.browser("supervisor")
    assert boss.post("/api/v1/roster", shift("supervisor")).status == 403, "nobody enters the own shifts"
    assert boss.post("/api/v1/roster", shift(unit="二大队")).status == 403
    for end in (BEGAN, BEGAN + timedelta(days=3)):
        assert boss.post("/api/v1/roster", shift(end_at=to_text(end))).status == 400
    assert server.store.entries(ShiftRostered) == []
    assert server.browser("admin").get(f"/api/v1/roster?{STRETCH}").status == 403
    assert boss.get(f"/api/v1/roster?from={to_text(BEGAN)}&to={to_text(BEGAN + timedelta(days=63))}").status == 400


def test_an_officer_of_another_unit_is_lent_by_the_custodian_only(server: Server) -> None:
    boss, keeper = server.browser("supervisor"), server.browser("custodian")
    refused = boss.post("/api/v1/roster", shift("P-2"))
    assert refused.status == 403 and "lent" in refused.json["error"]["message"]
    row = f"P-2,,{UNIT},2026-11-24 08:00,2026-11-24 18:00"
    as_json = {"officer": "P-2", "unit": UNIT, "start_at": "2026-11-24 08:00", "end_at": "2026-11-24 18:00"}
    as_json_file = json.dumps({"shifts": [as_json]}).encode()
    for data, kind in ((lines(row), "text/csv"), (as_json_file, "application/json")):
        seen = send(boss, "preview", data, kind).json
        assert seen["refused"] == 1 and "借调" in seen["lines"][0]["zh"], kind
        assert send(boss, f"adopt?plan={seen['plan']}", data, kind).code == "lines-rejected"
    assert server.store.entries(ShiftRostered) == []

    assert keeper.post("/api/v1/roster", shift("P-2")).status == 204
    (stands,) = boss.get(f"/api/v1/roster?{STRETCH}").json["shifts"]
    assert not stands["may_change"], "seen by the unit that has the officer, changed by the custodian"
    longer = shift("P-2", end_at=to_text(BEGAN + timedelta(hours=9)))["shifts"][0]
    body = {"shift": longer, "reason": "延长"}
    assert boss.post(f"/api/v1/roster/{stands['id']}/correct", body).status == 403
    assert boss.post(f"/api/v1/roster/{stands['id']}/withdraw", {"reason": "误登"}).status == 403
    assert keeper.post(f"/api/v1/roster/{stands['id']}/correct", body).status == 204
    assert boss.post("/api/v1/roster", shift("P-77")).status == 204, "who has no account is nobody else's"
    (own,) = (each for each in boss.get(f"/api/v1/roster?{STRETCH}").json["shifts"] if each["officer"] == "P-77")
    body = {"shift": shift("P-2", start_at=to_text(BEGAN + timedelta(hours=20)),
                           end_at=to_text(BEGAN + timedelta(hours=22)))["shifts"][0], "reason": "换人"}  # fmt: skip
    assert boss.post(f"/api/v1/roster/{own['id']}/correct", body).status == 403, "nor by correcting another's shift"


def test_what_was_recorded_counts_and_a_late_file_is_named(server: Server, tmp_path: Path) -> None:
    film = specimens.make("mp4", tmp_path / "a.mp4", seconds=5, width=160, height=96)
    server.store.seal(film, started=BEGAN + timedelta(hours=1), device="D1")
    boss = server.browser("supervisor")
    assert boss.post("/api/v1/roster", shift(device="D1")).status == 204
    assert boss.post("/api/v1/roster", shift(device="D2")).status == 204
    shown = {row["device"]: row for row in boss.get(f"/api/v1/roster?{STRETCH}").json["shifts"]}
    assert (shown["D1"]["recorded_ms"], shown["D2"]["recorded_ms"]) == (5000, 0)
    assert [each["kind"] for each in shown["D1"]["others"]] == ["late-hand-in"] and not shown["D2"]["others"]
    assert len(shown["D1"]["recordings"]) == 1 and shown["D1"]["may_change"]


def test_a_correction_takes_the_place_of_a_shift_and_says_why(server: Server) -> None:
    boss = server.browser("supervisor")
    boss.post("/api/v1/roster", shift())
    (row,) = boss.get(f"/api/v1/roster?{STRETCH}").json["shifts"]
    path = f"/api/v1/roster/{row['id']}/correct"
    later = shift(end_at=to_text(BEGAN + timedelta(hours=9)))["shifts"][0]
    body = {"shift": later, "reason": "加班一小时"}
    for who, status in ((OFFICER, 403), ("boss-2", 403), ("legal", 403)):
        assert server.browser(who).post(path, body).status == status, who
    assert boss.post(path, body | {"shift": later | {"unit": "二大队"}}).status == 403, "not into another unit"
    assert boss.post(path, {"shift": later}).status == 400, "not without a reason"
    assert boss.post(path, body | {"shift": shift()["shifts"][0]}).code == "conflict"
    assert boss.post(path, body).status == 204
    answer = boss.get(f"/api/v1/roster?{STRETCH}").json
    (now,), (change,) = answer["shifts"], answer["changes"]
    assert now["duty_ms"] == 540 * MINUTE and now["id"] != row["id"]
    assert (change["shift"]["end_at"], change["instead"]["end_at"]) == (row["end_at"], now["end_at"])
    assert (change["reason"], change["by"]) == ("加班一小时", "supervisor")
    assert boss.post(path, body).status == 404, "it stands no more"
    assert boss.post("/api/v1/roster", shift()).code == "conflict", "it overlaps with the corrected one"
    assert len(server.store.entries(ShiftCorrected)) == 1
    assert boss.post(f"/api/v1/roster/{now['id']}/withdraw", {"reason": "误登"}).status == 204
    assert len(boss.get(f"/api/v1/roster?{STRETCH}").json["changes"]) == 2
    assert server.browser("boss-2").get(f"/api/v1/roster?{STRETCH}").json["changes"] == []


def lines(*rows: str) -> bytes:
    return "\r\n".join(["人员,设备,单位,值班开始,值班结束", *rows, ""]).encode()


FILE = lines(
    f"{OFFICER},,{UNIT},2026-11-24 08:00,2026-11-24 18:00",
    f"P-3,,{UNIT},2026-11-24 08:00,2026-11-24 18:00",
    "P-2,,二大队,2026-11-24 08:00,2026-11-24 18:00",
    f"P-4,,{UNIT},昨天,今天",
)


def send(who: Browser, path: str, data: bytes, kind: str = "text/csv") -> Any:
    return who.send("POST", f"/api/v1/roster/{path}", data, {"Content_Type": kind})


def test_a_file_is_looked_at_and_adopted_as_it_was_looked_at(server: Server) -> None:
    boss, keeper = server.browser("supervisor"), server.browser("custodian")
    early = {"start_at": "2026-11-24T00:00:00Z", "end_at": "2026-11-24T08:00:00Z"}
    assert boss.post("/api/v1/roster", shift("P-3", **early)).status == 204
    seen = send(boss, "preview", FILE).json
    assert (seen["form"], seen["new"], seen["changed"], seen["same"], seen["refused"]) == ("csv", 1, 1, 0, 2)
    assert [(each["line"], each["verdict"]) for each in seen["lines"]] == [
        (2, "new"),
        (3, "changed"),
        (4, "refused"),
        (5, "refused"),
    ]
    assert seen["lines"][1]["before"]["end_at"] == "2026-11-24T08:00:00.000000Z"
    assert "其他单位" in seen["lines"][2]["zh"] and "昨天" in seen["lines"][3]["zh"]
    assert len(server.store.entries(ShiftRostered)) == 1, "nothing is kept by looking"
    asked = f"adopt?plan={seen['plan']}"
    assert send(boss, asked, FILE).code == "lines-rejected"
    assert send(boss, asked + "&without_refused=true", FILE).code == "invalid", "a correction without a reason"
    full = asked + "&without_refused=true&reason=%E6%96%B0%E8%A1%A8"
    assert send(boss, full, FILE).status == 204
    (corrected,) = server.store.entries(ShiftCorrected)
    assert (corrected.officer, corrected.reason, corrected.by) == ("P-3", "新表", "supervisor")
    assert len(server.store.entries(ShiftRostered)) == 2
    assert send(boss, full, FILE).code == "conflict", "it would become something else now"
    assert send(keeper, "preview", FILE).json["same"] == 2
    for who in (OFFICER, "legal", "oversight", "admin"):
        assert send(server.browser(who), "preview", FILE).status == 403, who


def test_json_is_read_as_csv_is_and_other_files_are_refused(server: Server) -> None:
    boss = server.browser("supervisor")
    times = {"值班开始": "2026-11-24 08:00", "值班结束": "2026-11-24 18:00"}
    one = json.dumps({"shifts": [{"人员": "P-3", "单位": UNIT, **times}]})
    seen = send(boss, "preview", one.encode(), "application/json").json
    assert (seen["form"], seen["new"]) == ("json", 1)
    assert send(boss, f"adopt?plan={seen['plan']}", one.encode(), "application/json").status == 204
    assert send(boss, "preview", lines(f"P-3,,{UNIT},2026-11-24 08:00,2026-11-24 18:00")).json["same"] == 1
    for data, kind in ((b"%PDF", "application/pdf"), (b"x" * 2_000_000, "text/csv"), (b"{}", "application/json")):
        assert send(boss, "preview", data, kind).code == "invalid", kind
    assert server.store.entries(ShiftWithdrawn) == []
