"""Every role at every endpoint. A new route without a line here fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from evidence.media import specimens
from player.api.routes import ROUTES, SITE_ROUTES
from policy.item_list import SHIPPED
from tests.integration.player.conftest import Sealed
from tests.integration.player.room_keys import RoomKeys
from tests.integration.player.site import OFFICER, Browser, Response, Server, add_people, opened

ROLES = ("officer", "supervisor", "legal", "oversight", "custodian", "admin")
ALL = frozenset(ROLES)
LISTING = ALL - {"admin"}
VIEWING = frozenset({"officer", "supervisor", "legal", "oversight"})
NOBODY: frozenset[str] = frozenset()
# The case is the officer's own and of the supervisor's unit.
CASES = frozenset({"officer", "supervisor", "legal", "oversight"})
# How long footage is kept: who may look, and who may have a hand in it (always with a second person).
READERS = frozenset({"custodian", "legal", "oversight"})
KEEPERS = frozenset({"custodian", "legal"})
ITEMS = frozenset({"legal", "custodian"})
OVERSEEING = frozenset({"supervisor", "legal", "oversight"})
SAMPLING = frozenset({"supervisor", "oversight"})

# Route → who may. "own" is a recording of the officer and the supervisor's unit, "other" is neither's.
TABLE: dict[str, frozenset[str]] = {
    "GET /site": ALL,
    "POST /session": ALL,
    "GET /session": ALL,
    "DELETE /session": ALL,
    # The same again: 409.
    "POST /session/password": ALL,
    "GET /bays": ALL - {"legal"},
    "GET /events": ALL,
    "GET /bays/{bay}/attempts": ALL - {"legal"},
    "GET /recordings": LISTING,
    "GET /facets": LISTING,
    "GET /recordings/{id}": LISTING,
    "GET /recordings/{id}/segments": LISTING,
    "GET /recordings/{id}/seal": LISTING,
    "POST /recordings/{id}/seal/check": LISTING,
    "GET /recordings/{id}/notes": LISTING,
    "GET /recordings/{id}/viewings": frozenset({"supervisor", "legal", "oversight"}),
    "POST /viewings": VIEWING,
    "GET /viewings/{vid}/index.m3u8": VIEWING,
    "GET /viewings/{vid}/init.mp4": VIEWING,
    "GET /viewings/{vid}/{seq}.m4s": VIEWING,
    "GET /viewings/{vid}/photo": VIEWING,
    "GET /viewings/{vid}/thumbnails/{recording}.jpg": VIEWING,
    "GET /viewings/{vid}/live": VIEWING,
    "GET /viewings/{vid}/rewind.m3u8": VIEWING,
    "GET /viewings/{vid}/live.m3u8": VIEWING,
    "GET /viewings/{vid}/live/{recording}/init.mp4": VIEWING,
    "GET /viewings/{vid}/live/{recording}/{seq}.m4s": VIEWING,
    "GET /viewings/{vid}/live/{recording}/{seq}/{part}.m4s": VIEWING,
    "POST /viewings/{vid}/rendered": VIEWING,
    "POST /viewings/{vid}/renew": VIEWING,
    "POST /viewings/{vid}/close": VIEWING,
    "GET /viewing-log": frozenset({"oversight"}),
    "GET /viewing-log/{vid}": frozenset({"oversight"}),
    "GET /ledger/checkpoint": frozenset({"oversight"}),
    "GET /ledger/entries/{index}": frozenset({"oversight"}),
    "GET /ledger/consistency": frozenset({"oversight"}),
    "GET /rooms": ALL,
    "GET /rooms/{room}": ALL,
    "GET /rooms/{room}/coverage": ALL,
    "POST /rooms/{room}/unsealed/{recording}": frozenset({"officer", "supervisor", "custodian"}),
    "POST /rooms/{room}/sittings": frozenset({"officer", "supervisor"}),
    "GET /sittings": ALL,
    "GET /sittings/{sid}": frozenset({"officer", "supervisor", "legal", "oversight"}),
    "POST /sittings/{sid}/marks": frozenset({"officer", "supervisor"}),
    "POST /sittings/{sid}/notes": frozenset({"officer", "supervisor", "legal"}),
    "GET /sittings/{sid}/receipt.pdf": frozenset({"officer", "supervisor", "legal", "oversight"}),
    "POST /sittings/{sid}/end": frozenset({"officer", "supervisor"}),
    "GET /alarms": ALL,
    "POST /alarms/{aid}/acknowledge": frozenset({"officer", "supervisor", "custodian"}),
    "POST /recordings/{id}/renditions/{kind}": frozenset({"legal", "custodian", "admin"}),
    "GET /jobs": frozenset({"oversight", "custodian", "admin"}),
    "GET /items": ALL,
    "GET /items/history": ALL,
    "GET /items/lists/{digest}": ALL,
    "POST /items/draft": ITEMS,
    "POST /items/proposals": ITEMS,
    "POST /items/proposals/{proposal}/decision": ITEMS,
    "GET /cases": CASES,
    "GET /findings": CASES,
    "POST /cases": CASES - {"oversight"},
    "GET /cases/{case}": CASES,
    "POST /cases/{case}": CASES - {"oversight"},
    "POST /cases/{case}/activities": CASES - {"oversight"},
    "POST /cases/{case}/activities/{activity}": CASES - {"oversight"},
    "POST /cases/{case}/activities/{activity}/withdraw": CASES - {"oversight"},
    "POST /cases/{case}/activities/{activity}/emergency": CASES - {"oversight"},
    "POST /cases/{case}/activities/{activity}/approval": CASES - {"oversight"},
    "POST /cases/{case}/footage": CASES - {"oversight"},
    "POST /cases/{case}/clips": CASES - {"oversight"},
    "POST /cases/{case}/clips/{clip}/withdraw": CASES - {"oversight"},
    "POST /cases/{case}/explanations": CASES - {"oversight"},
    "POST /cases/{case}/explanations/{explanation}/decision": frozenset({"supervisor", "legal"}),
    "POST /cases/{case}/close": CASES - {"oversight"},
    "POST /cases/{case}/archive": CASES - {"oversight"},
    "POST /cases/{case}/reopen": frozenset({"supervisor", "legal"}),
    "POST /cases/{case}/handovers": frozenset({"supervisor", "legal"}),
    "POST /cases/{case}/handovers/{handover}/end": frozenset({"supervisor", "legal"}),
    "GET /attention": ALL,
    "GET /roster": CASES | {"custodian"},
    "POST /roster": frozenset({"supervisor", "custodian"}),
    "POST /roster/preview": frozenset({"supervisor", "custodian"}),
    "POST /roster/adopt": frozenset({"supervisor", "custodian"}),
    "POST /roster/{shift}/correct": frozenset({"supervisor", "custodian"}),
    "POST /roster/{shift}/withdraw": frozenset({"supervisor", "custodian"}),
    # There is no such explanation: 404 to who may explain or read at all.
    "POST /explanations/{explanation}/documents": frozenset({"officer", "supervisor", "legal", "custodian"}),
    "GET /explanations/{explanation}/documents/{document}": CASES | {"custodian"},
    "GET /absences": CASES | {"custodian"},
    # There is nothing missing to be explained: 404 to who may see such things, 403 to who may not.
    "POST /absences/explanations": CASES | {"custodian"},
    "POST /absences/explanations/{explanation}/decision": frozenset({"supervisor", "legal"}),
    "POST /recordings/{id}/time": frozenset({"custodian"}),
    "GET /retention": READERS,
    "GET /retention/expiring": READERS,
    "POST /retention/simulate": READERS,
    "GET /retention/changes": READERS,
    "POST /retention/changes": KEEPERS,
    "POST /retention/changes/{change}/approve": KEEPERS,
    "POST /retention/changes/{change}/cancel": KEEPERS,
    "POST /retention/clock": frozenset({"custodian", "admin"}),
    "GET /holds": READERS,
    "POST /holds": KEEPERS,
    "POST /holds/{hold}/lift": KEEPERS,
    "GET /destructions": READERS,
    "POST /destructions": KEEPERS,
    "POST /destructions/{destruction}/approve": KEEPERS,
    "POST /destructions/{destruction}/cancel": KEEPERS,
    "GET /destructions/{destruction}/certificate.pdf": READERS,
    "GET /recordings/{id}/retention": LISTING,
    "GET /cases/{case}/retention": CASES,
    "GET /compliance": OVERSEEING,
    "GET /compliance/list": OVERSEEING,
    "GET /compliance/figures.csv": OVERSEEING,
    "GET /compliance/list.csv": OVERSEEING,
    "GET /samples": OVERSEEING,
    "POST /samples": SAMPLING,
    "GET /sample-population": SAMPLING,
    "GET /samples/{sample}": OVERSEEING,
    "GET /samples/{sample}/population": OVERSEEING,
    "POST /samples/{sample}/draw": SAMPLING,
    "POST /samples/{sample}/abandon": SAMPLING,
    "POST /samples/{sample}/reviews": SAMPLING,
    "GET /slate": ALL,
    "GET /clocks": ALL - {"legal"},
    "GET /recordings/{id}/clock": LISTING,
    "GET /healthz": ALL,
    "GET /metrics": frozenset({"admin"}),
}
OTHERS: dict[str, frozenset[str]] = {
    "GET /recordings/{id}": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/segments": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/seal": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/clock": frozenset({"legal", "oversight", "custodian"}),
    "POST /recordings/{id}/seal/check": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/notes": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/retention": frozenset({"legal", "oversight", "custodian"}),
    "GET /recordings/{id}/viewings": frozenset({"legal", "oversight"}),
    "POST /viewings": frozenset({"legal", "oversight"}),
    "POST /recordings/{id}/time": frozenset({"custodian"}),
}
OTHER_CASE = {
    route: frozenset({"legal", "oversight"}) if route.startswith("GET ") else frozenset({"legal"})
    for route in TABLE
    if "{case}" in route
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Sealed]]:
    root = tmp_path_factory.mktemp("roles")
    small = {"width": 160, "height": 96}
    with opened(root) as store:
        add_people(store)
        sealed = Sealed(
            store.seal(specimens.make("mp4", root / "a.mp4", seconds=5, **small)),
            store.seal(specimens.make("mp4", root / "b.mp4", seconds=4, **small), officer="P-2", unit="二大队"),
            store.seal(specimens.make("photo", root / "c.jpg", **small)),
        )
        keys = RoomKeys(store)
        with Server(store, rooms=keys.house, events=keys.events) as server:
            boss = server.browser("legal")
            for number, officer, unit in (("own", OFFICER, "一大队"), ("other", "P-2", "二大队")):
                body = _CASE | {"number": number, "officers": [officer], "unit": unit}
                made = boss.post("/api/v1/cases", body)
                assert made.status == 201, made.body
                CASE_IDS[number] = made.json["id"]
            yield server, sealed


_CASE = {
    "kind": "penalty",
    "title": "测试",
    "subject": {"kind": "person", "name": "某人"},
}
CASE_IDS: dict[str, str] = {}
_HOLD, _CHANGE, _DESTRUCTION = ("h" + "a" * 26, "g" + "a" * 26, "d" + "a" * 26)
_ACTIVITY, _CLIP, _EXPLANATION = ("a" + "a" * 26, "k" + "a" * 26, "x" + "a" * 26)
_PROPOSAL, _DIGEST = "p" + "a" * 26, "0" * 64
_LIST = SHIPPED.read_text("utf-8")


def _case_body(path: str, role: str, recording: str) -> dict[str, object] | None:
    """A well-formed body for a route of cases or of the item list; None for the others."""
    if path.startswith("/items/"):
        words: dict[str, object] = {"draft": {"text": _LIST}, "proposals": {"text": _LIST, "note": "x"}}
        found = words.get(path.rpartition("/")[2], {"approved": True})
        return found if isinstance(found, dict) else None
    if path == "/cases":
        officers, unit = ([OFFICER], "一大队")
        return _CASE | {"number": f"of {role}", "officers": officers, "unit": unit}
    if path.startswith("/roster"):
        times = {"start_at": "2026-11-24T00:00:00Z", "end_at": "2026-11-24T08:00:00Z"}
        shift = {"officer": "P-9", "unit": "一大队", **times}
        one: dict[str, object] = {"shift": shift, "reason": "调班"} if path.endswith("correct") else {"reason": "调班"}
        return one if path.endswith(("correct", "withdraw")) else {"shifts": [shift]}
    if path == "/absences/explanations":
        return {"absence": "0" * 16, "cause": "other", "statement": "说明"}
    if path.startswith("/absences/explanations/"):
        return {"approved": True}
    if path.endswith("/time"):
        return {"started_at": "2026-11-24T00:30:00Z", "uncertainty_ms": 500, "reason": "对时"}
    bodies: dict[str, dict[str, object]] = {
        "activities": {"item": "text", "stage": "start"},
        _ACTIVITY: {"item": "text", "stage": "start"},
        "footage": {"activity": _ACTIVITY, "recording": recording, "verdict": "confirmed"},
        "clips": {"recording": recording, "start_ms": 0, "end_ms": 100},
        "explanations": {"finding": "0" * 16, "cause": "other", "statement": "说明"},
        "decision": {"approved": True},
        "withdraw": {"reason": "误登"},
        "emergency": {"emergency": True, "reason": "洪水"},
        "approval": {"approved_at": "2026-11-24T00:30:00Z", "approver": "局长"},
        "reopen": {"reason": "补证"},
        "close": {},
        "archive": {},
        "handovers": {"to": {"kind": "police", "name": "市公安局"}, "number": "移1号", "approver": "局长"},
        "end": {"outcome": "returned", "reason": "不予立案"},
    }
    if not path.startswith("/cases/"):
        return None
    last = path.rpartition("/")[2]
    officer, unit = ("P-2", "二大队") if last == CASE_IDS["other"] else (OFFICER, "一大队")
    return bodies.get(last, _CASE | {"number": last, "officers": [officer], "unit": unit})


def _retention_body(path: str, recording: str) -> dict[str, object] | None:
    """A well-formed body for a route of retention; None for the others."""
    change = {"of": "recordings", "recordings": [recording], "code": "routine"}
    return {
        "/retention/simulate": change,
        "/retention/changes": change | {"reason": "日常"},
        "/holds": {"on": "device", "target": "DSJ1", "reason": "复议"},
        "/destructions": {"recordings": [recording], "reason": "期满"},
        f"/holds/{_HOLD}/lift": {"reason": "结束"},
        f"/retention/changes/{_CHANGE}/cancel": {"reason": "有异议"},
        f"/destructions/{_DESTRUCTION}/cancel": {"reason": "有异议"},
    }.get(path)


_PERIODS = {
    "/compliance": "?from=2026-11-02&to=2026-11-30",
    "/compliance/figures.csv": "?from=2026-11-02&to=2026-11-30",
    "/compliance/list": "?from=2026-11-02&to=2026-11-30&figure=late",
    "/compliance/list.csv": "?from=2026-11-02&to=2026-11-30&figure=late",
    "/sample-population": "?of=recordings&unit=%E4%B8%80%E5%A4%A7%E9%98%9F&from=2026-11-02&to=2026-11-30",
}


def _sample_body(path: str, recording: str) -> dict[str, object] | None:
    """A well-formed body for a route of samples; None for the others."""
    period = {"from_at": "2026-11-02T00:00:00Z", "to_at": "2026-11-30T00:00:00Z"}
    bodies: dict[str, dict[str, object]] = {
        "samples": period | {"title": "抽查", "of": "recordings", "unit": "一大队", "size": 1, "word_digest": "0" * 64},
        "draw": {"word": "4261135266142611"},
        "abandon": {"reason": "条件选错"},
        "reviews": {"item": recording, "result": "in-order"},
    }
    return bodies.get(path.rpartition("/")[2]) if path.startswith("/samples") else None


_KEPT: dict[tuple[int, str], Browser] = {}


def _browser(server: Server, role: str) -> Browser:
    """Signed in; shared, but for what ends sessions or fills them."""
    key = (server.port, role)
    if key not in _KEPT:
        _KEPT[key] = _fresh(server, role)
    return _KEPT[key]


def _fresh(server: Server, role: str) -> Browser:
    return server.browser(OFFICER if role == "officer" else role)


def _purpose(role: str) -> str:
    return "oversight" if role == "oversight" else "case"


def _viewing(browser: Browser, role: str, recording: str) -> str:
    """A viewing of one's own; whoever may open none gets an id that looks like one."""
    opened = browser.open(recording, _purpose(role))
    return str(opened.json["id"]) if opened.status == 201 else "v" + "a" * 26


def _ask(server: Server, role: str, route: str, sealed: Sealed, recording: str, case: str = "own") -> Response:
    method, _, path = route.partition(" ")
    browser = (_fresh if "viewings" in path or path == "/session" else _browser)(server, role)
    if method == "POST" and path == "/viewings":
        return browser.open(recording, _purpose(role))
    if "{vid}" in path and not path.startswith("/viewing-log"):
        path = path.replace("{vid}", _viewing(browser, role, sealed.photo if "photo" in path else recording))
    path = _filled(path, recording, _sitting(server), case)
    path += _PERIODS.get(path, "")
    path += "?old=1&new=2" if path.endswith("consistency") else ""
    path += "?name=a.pdf" if path.endswith("/documents") else ""
    path += "?plan=0000000000000000" if path == "/roster/adopt" else ""
    if (method, path) == ("GET", "/roster"):
        path += "?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z"
    path += "?from=2026-11-25&to=2026-11-26" if path == "/rooms/a/coverage" else ""
    prefix = "" if path in ("/healthz", "/metrics") else "/api/v1"
    # Through a proxy: a scraper on this machine needs no account, people do.
    headers = {"X_Forwarded_For": "10.0.0.9"} if path == "/metrics" else {}
    body = {
        "/session": {"account": browser and OFFICER, "password": "a long enough one"},
        "/session/password": {"old": "a long enough one", "new": "a long enough one"},
        "/rooms/a/sittings": {"kind": "inquiry"},
    }.get(path, {"spans": [], "playhead_ms": 0} if path.endswith("rendered") else {})
    body = {"text": "核对"} if path.endswith("/notes") else body
    body = _case_body(path, role, recording) or _retention_body(path, recording) or body
    body = _case_body(path, role, recording) or _sample_body(path, recording) or body
    if path == "/events":
        return _first_of_stream(browser)
    return browser.send(method, prefix + path, body if method == "POST" else None, headers)


def _filled(path: str, recording: str, sitting: str, case: str = "own") -> str:
    """A route's path with something of the right form in every place."""
    parts = {
        "vid": "v" + "a" * 26, "id": recording, "recording": recording, "kind": "thumbnails", "bay": "bay-1",
        "seq": "0", "part": "0", "index": "0", "room": "a", "sid": sitting, "aid": "a" + "b" * 26,
        "case": CASE_IDS[case], "activity": _ACTIVITY, "clip": _CLIP, "explanation": _EXPLANATION,
        "document": "d" + "a" * 26, "shift": "j" + "a" * 26, "hold": _HOLD, "change": _CHANGE,
        "destruction": _DESTRUCTION, "proposal": _PROPOSAL, "digest": _DIGEST, "sample": "d" + "a" * 26,
        "handover": "m" + "a" * 26,
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], path)


def _sitting(server: Server) -> str:
    """The sitting that was begun first: it goes on, or has ended by now."""
    chief = _browser(server, "supervisor")
    found = chief.get("/api/v1/sittings").json["sittings"]
    return str(found[-1]["id"] if found else chief.post("/api/v1/rooms/a/sittings", {"kind": "inquiry"}).json["id"])


def _first_of_stream(browser: Browser) -> Response:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=10)
    connection.request("GET", "/api/v1/events", headers={"Cookie": browser.cookie})
    raw = connection.getresponse()
    response = Response(raw.status, raw.headers, raw.read1(100))
    raw.close()
    connection.close()
    return response


def test_the_table_names_every_route() -> None:
    assert set(TABLE) == {f"{route.method} {route.path}" for route in (*ROUTES, *SITE_ROUTES)}


def test_what_names_a_recording_is_tried_with_another_units_too() -> None:
    """That a copy is made again is the machine's matter, whosever the footage."""
    assert {each for each in TABLE if "{id}" in each} - set(OTHERS) == {"POST /recordings/{id}/renditions/{kind}"}


# What a permitted request may answer besides success: there is no such thing (yet), or not in this viewing.
# 409: the case is not in the state that this asks for.
_FINE = frozenset({200, 201, 202, 204, 404, 409})
# Besides: the room is in use, the sitting goes on or has ended; the copy has not failed.
_CONFLICTS = frozenset({409})


@pytest.mark.parametrize("route", TABLE)
def test_who_may(place: tuple[Server, Sealed], route: str) -> None:
    server, sealed = place
    for role in ROLES:
        status = _ask(server, role, route, sealed, sealed.own).status
        refused = 410 if "{vid}" in route and "viewing-log" not in route else 403
        if role in TABLE[route]:
            may_conflict = "sitting" in route or "renditions" in route
            assert status in _FINE | (_CONFLICTS if may_conflict else frozenset()), (role, status)
        else:
            assert status == refused, (role, status)


@pytest.mark.parametrize("route", OTHERS)
def test_who_may_with_a_recording_of_another_unit(place: tuple[Server, Sealed], route: str) -> None:
    server, sealed = place
    for role in ROLES:
        status = _ask(server, role, route, sealed, sealed.other).status
        assert (status in _FINE) == (role in OTHERS[route]), (role, status)
        assert status in _FINE or status == 403


@pytest.mark.parametrize("route", OTHER_CASE)
def test_who_may_with_a_case_of_another_unit(place: tuple[Server, Sealed], route: str) -> None:
    server, sealed = place
    for role in ROLES:
        status = _ask(server, role, route, sealed, sealed.other, "other").status
        assert (status in _FINE) == (role in OTHER_CASE[route]), (role, status)
        assert status in _FINE or status == 403


def test_a_case_list_holds_what_may_be_read(place: tuple[Server, Sealed]) -> None:
    server, _ = place
    for role, expected in (("officer", {"own"}), ("supervisor", {"own"}), ("legal", {"own", "other"})):
        listed = {each["id"] for each in _browser(server, role).get("/api/v1/cases").json["cases"]}
        assert listed & set(CASE_IDS.values()) == {CASE_IDS[number] for number in expected}
    officer = _browser(server, "officer")
    assert officer.get(f"/api/v1/cases/{'c' + 'b' * 26}").status == 404
    assert _browser(server, "custodian").get(f"/api/v1/cases/{'c' + 'b' * 26}").status == 403


@pytest.mark.parametrize(
    "route", [each for each in TABLE if each not in ("GET /site", "POST /session", "GET /healthz")]
)
def test_nobody_gets_anything_without_signing_in(place: tuple[Server, Sealed], route: str) -> None:
    server, sealed = place
    method, _, path = route.partition(" ")
    path = _filled(path, sealed.own, "s" + "b" * 26)
    headers = {"X_Forwarded_For": "10.0.0.9"} if path == "/metrics" else {}
    url = path if path == "/metrics" else f"/api/v1{path}"
    answer = Browser(server.port).send(method, url, {} if method == "POST" else None, headers)
    assert (answer.status, answer.code) == (401, "unauthenticated")


def test_a_list_holds_what_may_be_listed(place: tuple[Server, Sealed]) -> None:
    server, sealed = place
    own = {sealed.own, sealed.photo}
    for role, expected in (
        ("officer", own),
        ("supervisor", own),
        ("legal", own | {sealed.other}),
        ("oversight", own | {sealed.other}),
        ("custodian", own | {sealed.other}),
    ):
        answer = _browser(server, role).get("/api/v1/recordings").json
        assert {each["id"] for each in answer["recordings"]} == expected
        assert answer["total"] == len(expected)
    facets = _browser(server, "officer").get("/api/v1/facets").json
    assert facets["officers"] == [OFFICER] and facets["units"] == ["一大队"]


def test_may_tells_the_ui_which_rooms_there_are(place: tuple[Server, Sealed]) -> None:
    server, _ = place
    rooms = {role: set(_browser(server, role).get("/api/v1/session").json["may"]) for role in ROLES}
    assert "viewing.open" not in rooms["custodian"] | rooms["admin"]
    assert rooms["admin"] == {
        "dock.read", "job.read", "metrics.read", "rendition.ask", "room.read", "site-clock.confirm",
    }  # fmt: skip
    assert {role for role in ROLES if "rendition.ask" in rooms[role]} == {"legal", "custodian", "admin"}
    assert {role for role in ROLES if "viewing.read" in rooms[role]} == {"oversight"}
    assert {role for role in ROLES if "viewing.live" in rooms[role]} == {"supervisor", "legal", "oversight"}
