"""The roster over HTTP: who enters and sees shifts, and what too little footage on duty comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.clock import ManualClock, to_text
from evidence.roster_entries import ShiftRostered
from tests.integration.player.site import OFFICER, UNIT, Server, add_people, opened
from tests.integration.player.test_absences import NOW

BEGAN = NOW - timedelta(hours=40)
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
    assert (row["officer"], row["by"]) == (OFFICER, "supervisor")
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
