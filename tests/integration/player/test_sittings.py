"""Sittings and alarms over HTTP, on a clock that the test moves: what is answered, told, and refused."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.clock import ManualClock, to_text
from evidence.live import ChannelId, Heard, Seen
from tests.integration.ingest.filmed_room import START
from tests.integration.player.room_keys import RoomKeys
from tests.integration.player.site import OFFICER, Browser, Server, add_people, opened

ASKED = {
    "kind": "inquiry",
    "case": "江水罚〔2026〕17号",
    "activity": "询问当事人",
    "people": [{"name": "王建国", "role": "party"}, {"name": "张伟", "role": "officer"}],
    "must_record": True,
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Server, RoomKeys]]:
    with opened(tmp_path, ManualClock(START)) as store:
        add_people(store)
        keys = RoomKeys(store)
        with Server(store, rooms=keys.house, events=keys.events) as server:
            yield server, keys


def _start(browser: Browser, **changes: Any) -> Any:
    answer = browser.post("/api/v1/rooms/a/sittings", ASKED | changes)
    assert answer.status == 201, answer.body
    return answer.json


def test_a_sitting_from_the_button_to_the_receipt(place: tuple[Server, RoomKeys]) -> None:
    server, keys = place
    officer = server.browser(OFFICER)
    (room,) = officer.get("/api/v1/rooms").json["rooms"]
    assert (room["sitting"], room["recorded"], [each["state"] for each in room["channels"]]) == (
        None, False, ["ready", "ready"],
    )  # fmt: skip
    sitting = _start(officer)
    keys.film(4)
    room = officer.get("/api/v1/rooms/a").json["room"]
    assert room["sitting"]["id"] == sitting["id"] and "王建国" not in json.dumps(room, ensure_ascii=False)
    url = f"/api/v1/sittings/{sitting['id']}"
    # What is being filmed and not sealed yet is no gap while the sitting goes on.
    keys.clock.advance(timedelta(milliseconds=900))
    assert [each["gaps"] for each in officer.get(url).json["channels"]] == [[], []]
    keys.clock.advance(timedelta(milliseconds=-900))
    marked = officer.post(f"{url}/marks", {"label": "出示证件"}).json
    assert [(each["kind"], each["at_ms"]) for each in marked["notes"]] == [("mark", 4000)]
    keys.front.lose("The camera closed the connection.")
    keys.film(3)
    keys.front.find(3, "The camera closed the connection.")
    keys.film(3)
    noted = server.browser("legal").post(
        f"{url}/notes", {"text": "听不清", "at": to_text(START + timedelta(seconds=2))}
    )
    assert noted.status == 201
    ended = officer.post(f"{url}/end", {}).json
    front, backup = ended["channels"]
    assert front["covered"] == [[0, 4000], [7000, 10000]] and backup["covered"] == [[0, 10000]]
    assert [(g["start_ms"], g["end_ms"], g["reason"]) for g in front["gaps"]] == [(4000, 7000, "network")]
    assert [(r["start_ms"], r["end_ms"], r["sealed"]) for r in front["recordings"]] == [
        (-2000, 4000, False), (7000, 10000, False),
    ]  # fmt: skip
    assert ended["receipt"] and len(ended["digest"]) == 64 and ended["ended_name"] == "Officer"
    receipt = officer.get(f"{url}/receipt.pdf")
    assert receipt.headers["Content-Type"] == "application/pdf" and receipt.body.startswith(b"%PDF")
    assert receipt.headers["Cache-Control"] == "no-store"
    assert server.browser("oversight").get(f"{url}/receipt.pdf").body == receipt.body


def test_two_channels_of_a_room_are_compared(place: tuple[Server, RoomKeys]) -> None:
    server, keys = place
    officer = server.browser(OFFICER)
    sitting = _start(officer)
    keys.film(4)
    keys.front.lose("The camera closed the connection.")
    keys.film(3)
    keys.front.find(3, "The camera closed the connection.")
    keys.film(3)
    officer.post(f"/api/v1/sittings/{sitting['id']}/end", {})
    start, end = (to_text(START + timedelta(seconds=each)).replace("+", "%2B") for each in (0, 10))
    found = officer.get(f"/api/v1/rooms/a/coverage?from={start}&to={end}").json
    front, backup = found["channels"]
    assert (found["covered_ms"], found["missing"]) == (10_000, [])
    assert (front["covered_ms"], backup["covered_ms"], backup["holes"]) == (7_000, 10_000, [])
    (hole,) = front["holes"]
    assert (hole["reason"], hole["from"]) == ("network", to_text(START + timedelta(seconds=4)))
    (difference,) = found["differences"]
    assert (difference["covered_by"], difference["missing_in"]) == (["a/backup"], ["a/front"])
    assert officer.get(f"/api/v1/rooms/a/coverage?from={end}&to={start}").status == 400
    assert officer.get(f"/api/v1/rooms/b/coverage?from={start}&to={end}").status == 404


def test_a_refusal_names_the_channel_and_why(place: tuple[Server, RoomKeys]) -> None:
    server, keys = place
    keys.front.turn("offline", "The camera does not answer.")
    answer = server.browser(OFFICER).post("/api/v1/rooms/a/sittings", ASKED)
    assert answer.status == 409
    assert "正面近景: The camera does not answer." in answer.json["error"]["message"]
    assert answer.json["error"]["remedy"]


def test_units_keep_to_themselves_and_the_custodian_learns_no_names(place: tuple[Server, RoomKeys]) -> None:
    server, _ = place
    sitting = _start(server.browser(OFFICER))["id"]
    for name in ("P-2", "boss-2"):
        other = server.browser(name)
        assert other.get("/api/v1/rooms").json["rooms"] == []
        assert other.get("/api/v1/rooms/a").status == 403
        assert other.get("/api/v1/sittings").json["sittings"] == []
        for method, path in (("GET", ""), ("POST", "/marks"), ("POST", "/end"), ("GET", "/receipt.pdf")):
            body = {} if method == "POST" else None
            assert other.send(method, f"/api/v1/sittings/{sitting}{path}", body, {}).status == 403
    custodian = server.browser("custodian")
    assert custodian.get("/api/v1/rooms/a").json["room"]["sitting"]["id"] == sitting
    assert custodian.get("/api/v1/sittings").json["sittings"] == []
    assert custodian.get(f"/api/v1/sittings/{sitting}").status == 403


def test_what_is_asked_in_a_wrong_way_is_said_so(place: tuple[Server, RoomKeys]) -> None:
    server, _ = place
    officer = server.browser(OFFICER)
    for body in ({}, {"kind": "party"}, ASKED | {"people": [{"name": "", "role": "party"}]}, ASKED | {"more": 1}):
        assert officer.post("/api/v1/rooms/a/sittings", body).status == 400
    assert officer.post("/api/v1/rooms/b/sittings", ASKED).status == 404
    sitting = _start(officer)["id"]
    assert officer.post(f"/api/v1/sittings/{sitting}/marks", {"at": "2026-02-30T00:00:00Z"}).status == 400
    assert officer.post(f"/api/v1/sittings/{sitting}/notes", {"text": "  "}).status == 400
    assert officer.post(f"/api/v1/sittings/s{'a' * 26}/marks", {}).status == 404


class Stream:
    """The event stream of a browser, event by event."""

    def __init__(self, browser: Browser, query: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=10)
        self._connection.request("GET", f"/api/v1/events{query}", headers={"Cookie": browser.cookie})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200

    def until(self, kind: str, wanted: Any) -> Any:
        """The first event of a kind that fulfils `wanted`; what comes before is passed over."""
        name = ""
        while line := self._answer.readline().decode().rstrip("\n"):
            pass
        while True:
            line = self._answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: ") and name == kind and wanted(data := json.loads(line[6:])):
                return data

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


def test_rooms_alarms_and_levels_are_told_as_they_happen(place: tuple[Server, RoomKeys]) -> None:
    server, keys = place
    assert isinstance(keys.clock, ManualClock)
    officer = server.browser(OFFICER)
    sitting = _start(officer)["id"]
    stream = Stream(server.browser("legal"), "?levels=true")
    try:
        channel = ChannelId("a/front")
        for _ in range(4):
            keys.house.alarms.seen(channel, Seen(at_us=0, mean=16, deviation=0.1, change=0.0))
            keys.house.alarms.heard(channel, Heard(at_us=0, rms_db=-30.0, peak_db=-12.0))
            keys.film(1)
            keys.house.alarms.alive(ChannelId("a/backup"))
            keys.house.alarms.tick()
        levels = stream.until("levels", lambda data: True)
        assert levels == {"room": "a", "levels": [{"channel": "a/front", "rms_db": -30.0, "peak_db": -12.0}]}
        # Nothing says that the alarm's room is told only now: an inbox keeps the latest state of each thing.
        keys.house._publish("a")
        room = stream.until("room", lambda data: data["alarms"] != [])
        (alarm,) = room["alarms"]
        assert (alarm["kind"], alarm["channel"], alarm["sitting"]) == ("black", "a/front", sitting)
    finally:
        stream.close()
    keys.house.alarms._outbox.flush(wait=True)
    (listed,) = officer.get("/api/v1/alarms").json["alarms"]
    assert listed["id"] == alarm["id"]
    answer = server.browser("custodian").post(f"/api/v1/alarms/{alarm['id']}/acknowledge", {"note": "镜头被遮"})
    assert (answer.json["acknowledged_name"], answer.json["acknowledged_note"]) == ("Custodian", "镜头被遮")
    assert officer.post(f"/api/v1/alarms/{alarm['id']}/acknowledge", {}).status == 409
    assert officer.get("/api/v1/rooms/a").json["room"]["alarms"][0]["acknowledged_by"] == "Custodian"
    assert server.browser("P-2").get("/api/v1/alarms").json["alarms"] == []
    assert server.browser("P-2").post(f"/api/v1/alarms/{alarm['id']}/acknowledge", {}).status == 403


def test_levels_are_told_only_to_who_asks(place: tuple[Server, RoomKeys]) -> None:
    server, keys = place
    stream = Stream(server.browser(OFFICER))
    try:
        keys.house.alarms.heard(ChannelId("a/front"), Heard(at_us=0, rms_db=-30.0, peak_db=-12.0))
        keys.house.alarms.tick()
        keys.front.turn("offline", "gone")
        stream.until("room", lambda data: data["channels"][0]["state"] == "offline")
    finally:
        stream.close()
