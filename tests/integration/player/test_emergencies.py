"""Emergency measures over HTTP: a case that cannot close before the approval is made up in time, or explained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.clock import ManualClock, to_text
from tests.integration.player.site import OFFICER, UNIT, Browser, Server, add_people, opened
from tests.integration.player.test_absences import NOW
from tests.integration.player.test_documents import attach

BEGAN = NOW - timedelta(hours=30)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Server, Browser, str]]:
    """The officer, and the path of an activity that began 30 hours ago."""
    with opened(tmp_path, ManualClock(NOW)) as store:
        add_people(store)
        with Server(store) as server:
            officer = server.browser(OFFICER)
            case = {"number": "1", "kind": "seizure", "title": "采砂", "unit": UNIT, "officers": [OFFICER]}
            made = officer.post("/api/v1/cases", case | {"subject": {"kind": "person", "name": "某人"}}).json["id"]
            times = {"started_at": to_text(BEGAN), "ended_at": to_text(BEGAN + timedelta(hours=1))}
            body = times | {"item": "seizure", "stage": "investigation", "officers": [OFFICER, "P-3"]}
            activity = officer.post(f"/api/v1/cases/{made}/activities", body).json["id"]
            yield server, officer, f"/api/v1/cases/{made}/activities/{activity}"


def findings(who: Browser, path: str) -> list[str]:
    found = who.get(path.partition("/activities")[0]).json["findings"]
    return [each["kind"] for each in found if each["kind"].startswith("approval")]


def approval(hours: float) -> dict[str, Any]:
    return {"approved_at": to_text(BEGAN + timedelta(hours=hours)), "approver": "王局长", "number": "水强批〔2026〕1号"}


def test_the_approval_is_missing_then_there_with_its_document(place: tuple[Server, Browser, str]) -> None:
    server, officer, path = place
    assert officer.post(f"{path}/approval", approval(5)).status == 409, "it is no emergency measure"
    assert findings(officer, path) == []
    assert officer.post(f"{path}/emergency", {"emergency": True, "reason": "洪水将至"}).status == 204
    assert findings(officer, path) == ["approval-missing"]
    assert officer.post(f"{path}/approval", approval(31)).status == 400, "in the future"
    assert officer.post(f"{path}/approval", approval(-1)).status == 400, "before it began"
    made = officer.post(f"{path}/approval", approval(23.9))
    assert made.status == 201 and findings(officer, path) == []
    assert attach(officer, made.json["id"]).status == 201
    assert attach(server.browser("legal"), made.json["id"]).status == 403
    case = officer.get(path.partition("/activities")[0]).json
    (said,) = (each["emergency"] for each in case["activities"])
    assert said["due_at"] == to_text(BEGAN + timedelta(hours=24)) and said["approval"]["approver"] == "王局长"
    assert [each["name"] for each in said["approval"]["documents"]] == ["a.pdf"]


def test_late_is_late_and_only_who_may_ask_for_less_takes_it_back(place: tuple[Server, Browser, str]) -> None:
    server, officer, path = place
    officer.post(f"{path}/emergency", {"emergency": True, "reason": "洪水将至"})
    officer.post(f"{path}/approval", approval(25))
    assert findings(officer, path) == ["approval-late"]
    # Who is on the case neither corrects the time nor says that it was no emergency after all.
    assert officer.post(f"{path}/approval", approval(20)).status == 403
    assert officer.post(f"{path}/emergency", {"emergency": False, "reason": "误标"}).status == 403
    law = server.browser("legal")
    assert law.post(f"{path}/approval", approval(20)).status == 201 and findings(officer, path) == []
    assert law.post(f"{path}/emergency", {"emergency": False, "reason": "误标"}).status == 204
    assert findings(officer, path) == []
    for who in ("oversight", "custodian", "boss-2"):
        assert server.browser(who).post(f"{path}/emergency", {"emergency": True, "reason": "x"}).status == 403
