"""An activity that must be recorded and is not, is told within 30 s: through the daemon, with a real recorder."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.clock import SystemClock
from tests.integration.mediad.daemon_process import Daemon, daemon, new_site
from tests.recorder.recorder import recorder
from tests.sites import add_account

UNIT = "一中队"
WITHIN_S = 30
_ROOM = """
[[rooms]]
name = "room-1"
title = "一号询问室"
unit = "一中队"

[[rooms.channels]]
name = "front"
url = "{url}"
"""
_CASE = {
    "number": "水罚〔2026〕9号",
    "kind": "penalty",
    "title": "非法采砂",
    "subject": {"kind": "person", "name": "某人"},
    "unit": UNIT,
    "officers": ["P-1"],
}


def test_an_interview_that_nobody_records_is_told_within_thirty_seconds(tmp_path: Path) -> None:
    with recorder({"path": "/front", "audio": "none", "width": 320, "height": 176, "gop": 25}) as camera:
        site = new_site(tmp_path / "site", bays=())
        site.write_text(site.read_text() + _ROOM.format(url=camera.address("/front")))
        for name, roles, unit in (("boss", ("supervisor",), UNIT), ("boss-2", ("supervisor",), "二中队")):
            add_account(site, name, roles, unit)
        with daemon(site, tmp_path) as running:
            _tell_and_clear(running)


def _tell_and_clear(running: Daemon) -> None:
    running.sign_in("boss")
    _until(running, lambda: _room(running)["channels"][0]["state"] == "ready")
    case = _made(running, "/cases", _CASE)["id"]
    entered = time.monotonic()
    interview = _begin(running, case, "一号询问室")
    _begin(running, case, "河边")
    _until(running, lambda: bool(_room(running)["unrecorded"]))
    told_after_s = time.monotonic() - entered
    assert told_after_s < WITHIN_S, told_after_s
    (alarm,) = _alarms(running)
    assert (alarm["case"], alarm["activity"], alarm["room_title"]) == (case, interview, "一号询问室")
    assert _live(running, case) == {"一号询问室": "unrecorded", "河边": "field"}
    running.sign_in("boss-2")
    assert running.get("/attention")["unrecorded"] == [], "another unit's case"
    running.sign_in("boss")

    _made(running, "/rooms/room-1/sittings", {"kind": "inquiry"})
    _until(running, lambda: not _room(running)["unrecorded"] and not _alarms(running))
    assert _live(running, case)["一号询问室"] == "recorded"

    # A sitting that ends while the activity goes on is an activity that nobody records.
    sitting = _room(running)["sitting"]["id"]
    _made(running, f"/sittings/{sitting}/end", {})
    _until(running, lambda: len(_alarms(running)) == 1)


def _begin(running: Daemon, case: str, place: str) -> str:
    started = datetime.now(UTC) - timedelta(seconds=1)
    body = {"item": "interview-room", "stage": "investigation", "place": place, "started_at": started.isoformat()}
    return str(_made(running, f"/cases/{case}/activities", body)["id"])


def _made(running: Daemon, path: str, body: dict[str, Any]) -> Any:
    status, answer = running.call("POST", path, body)
    assert status in (200, 201), (status, answer)
    return running.decode(answer)


def _room(running: Daemon) -> Any:
    return running.get("/rooms/room-1")["room"]


def _alarms(running: Daemon) -> list[dict[str, Any]]:
    return list(running.get("/attention")["unrecorded"])


def _live(running: Daemon, case: str) -> dict[str, str]:
    return {each["place"]: each["live"] for each in running.get(f"/cases/{case}")["activities"]}


def _until(running: Daemon, claim: Any, timeout_s: float = 60) -> None:
    clock = SystemClock()
    deadline_s = clock.monotonic_s() + timeout_s
    while not claim():
        assert clock.monotonic_s() < deadline_s, (running.get("/rooms"), running.get("/attention"))
        assert running.process.poll() is None, "the daemon ended"
        time.sleep(0.1)
