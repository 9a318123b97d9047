"""What every answer carries, what every bad request gets, and the UI's pages."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from player.feeds import Job
from tests.integration.player.conftest import Sealed
from tests.integration.player.site import OFFICER, Browser, Server, Store, bay


def test_every_answer_is_guarded(server: Server, sealed: Sealed) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own).json["id"]
    for answer in (
        browser.get("/api/v1/site"),
        browser.get("/api/v1/nothing"),
        browser.segment(viewing, 0),
        browser.get("/"),
        browser.get("/api/openapi.json"),
    ):
        csp = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp and "unsafe" not in csp
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
        assert answer.headers["Server"] == "mediad"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nothing", None, 404, "not-found"),
        ("GET", "/api/nothing", None, 404, "not-found"),
        ("PUT", "/api/v1/recordings", {}, 405, "method-not-allowed"),
        ("GET", "/api/v1/viewings", None, 405, "method-not-allowed"),
        ("GET", "/api/v1/recordings?limit=0", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?limit=x", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?colour=red", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?limit=5&limit=6", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?cursor=%00", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?cursor=abc", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?cursor=WzEsMl0", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?from=yesterday", None, 400, "invalid"),
        ("GET", "/api/v1/recordings?from=2026-13-01", None, 400, "invalid"),
        ("GET", "/api/v1/recordings/" + "x" * 21, None, 404, "not-found"),
        ("GET", "/api/v1/recordings/..%2F..%2Fetc", None, 404, "not-found"),
        ("GET", "/api/v1/bays/nowhere/attempts", None, 404, "not-found"),
        ("POST", "/api/v1/viewings", b"{", 400, "invalid"),
        ("POST", "/api/v1/viewings", b'{"scope":"\xff"}', 400, "invalid"),
        ("POST", "/api/v1/viewings", [1], 400, "invalid"),
        ("POST", "/api/v1/viewings", {"scope": "library", "purpose": "case", "note": "", "x": 1}, 400, "invalid"),
        ("POST", "/api/v1/viewings", {"scope": "recording", "purpose": "case", "note": ""}, 400, "invalid"),
        ("POST", "/api/v1/viewings", {"scope": "library", "purpose": "case", "note": "a\0"}, 400, "invalid"),
        ("POST", "/api/v1/viewings", {"scope": "library", "purpose": "case", "note": "a" * 300_000}, 413, "too-large"),
    ],
)
def test_a_bad_request_gets_a_clear_answer(
    server: Server, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = server.browser(OFFICER).send(method, path, body, {})
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["error"]["message"]
    if status == 405:
        assert answer.headers["Allow"]


def test_bytes_that_are_no_text_are_a_bad_request_and_no_fault_of_ours(server: Server, sealed: Sealed) -> None:
    browser = server.browser(OFFICER)
    assert browser.get("/api/v1/session", Cookie="mediad_session=" + "\xff" * 43).status == 401
    library = {"scope": "library", "purpose": "case", "note": ""}
    assert browser.post("/api/v1/viewings", library, User_Agent="a\xff\xfe").status == 201
    for path in ("?q=%ff", "?q=%ed%a0%80", "?officer=%c3", "?cursor=%ff"):
        assert browser.get(f"/api/v1/recordings{path}").status in (200, 400), path
    for note in (b"\\ud800", b"\xed\xa0\x80", b"\\udc00\\ud800"):
        body = b'{"scope":"library","purpose":"case","note":"' + note + b'"}'
        assert browser.post("/api/v1/viewings", body).status in (201, 400), note
        sign_in = b'{"account":"' + note + b'","password":"a long enough one"}'
        assert Browser(server.port).post("/api/v1/session", sign_in).status in (400, 401), note


def test_numbers_and_depths_that_nobody_means_are_a_bad_request(server: Server, sealed: Sealed) -> None:
    """Whatever stands in a cursor, a query or a body."""

    def cursor(value: str) -> str:
        return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")

    huge, deep = "9" * 30, "[" * 50_000
    custodian, legal = server.browser("custodian"), server.browser("legal")
    for browser, path in (
        (custodian, "/bays/bay-1/attempts?"),
        (custodian, "/recordings?"),
        (legal, "/cases?"),
        (legal, "/samples?"),
        (legal, "/compliance/list?from=2026-11-02&to=2026-11-30&figure=late&"),
        (server.browser("oversight"), "/viewing-log?"),
        (legal, "/sittings?"),
    ):
        odd = (huge, f"-{huge}", "-1", str(2**63), f'["a",{2**63}]', f'["a",{huge}]', '["\\u0000","a"]', deep[:200])
        for text in odd:
            answer = browser.get(f"/api/v1{path}cursor={cursor(text)}")
            assert answer.status in (200, 400), (path, text[:20], answer.body)
    for path in ("/session", "/viewings", "/cases", "/items/draft"):
        for body in (deep.encode(), b'{"a":' * 50_000, b'{"note":' + deep.encode()):
            assert legal.post(f"/api/v1{path}", body).status == 400, path
    for text in ("a = " + deep, "a = " + "{b=" * 20_000, "[" + "a." * 20_000 + "b]", "[[items]]\n" * 20_000):
        for edits in ([], [{"item": None, "key": "version", "value": "2"}]):
            assert legal.post("/api/v1/items/draft", {"text": text, "edits": edits}).status in (200, 400)


def test_a_wrong_content_type_is_refused(server: Server) -> None:
    body = b'{"account":"legal","password":"a long enough one"}'
    answer = Browser(server.port).post("/api/v1/session", body, Content_Type="text/plain")
    assert (answer.status, answer.code) == (400, "invalid")


def test_a_fault_of_ours_is_told_without_its_inside(server: Server, sealed: Sealed) -> None:
    server.dock.shown = None  # type: ignore[assignment]
    answer = server.browser(OFFICER).get("/api/v1/bays")
    assert (answer.status, answer.code) == (500, "internal") and b"NoneType" not in answer.body


def test_health_and_metrics(server: Server, sealed: Sealed) -> None:
    browser = Browser(server.port)
    assert browser.get("/healthz").json["status"] == "ok"
    server.failing = ("docks", "bay-1 cannot be read")
    answer = browser.get("/healthz")
    assert answer.status == 503 and answer.json["failing"] == "docks"
    assert answer.json["reason"] == "bay-1 cannot be read"
    # Through a proxy anybody may ask whether it is well, and an administrator why it is not.
    for account, reason in ((None, None), (OFFICER, None), ("admin", "bay-1 cannot be read")):
        answer = server.browser(account).get("/healthz", X_Forwarded_For="10.0.0.9")
        assert (answer.status, answer.json["failing"], answer.json["reason"]) == (503, "docks", reason)
    metrics = browser.get("/metrics")
    assert metrics.status == 200 and b"mediad_http_requests_total" in metrics.body
    assert b'route="/healthz",status="503"' in metrics.body


def _events(server: Server, account: str, count: int) -> Iterator[tuple[str, dict[str, object]]]:
    browser = server.browser(account)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/api/v1/events", headers={"Cookie": browser.cookie})
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream"
    try:
        for _ in range(count):
            line = response.readline().decode()
            while line.startswith(":") or line == "\n":
                line = response.readline().decode()
            kind = line.strip().removeprefix("event: ")
            data = json.loads(response.readline().decode().removeprefix("data: "))
            assert response.readline() == b"\n"
            yield kind, data
    finally:
        response.close()
        connection.close()


def _job(name: str, recording: str | None) -> Job:
    return Job(
        id=name, kind="thumbnails", recording=recording, state="running", progress=0.5, reason=None, updated_at=""
    )


def test_events_begin_with_a_snapshot_and_go_on_with_changes(server: Server, sealed: Sealed) -> None:
    stream = _events(server, OFFICER, 5)
    assert [next(stream)[1]["name"] for _ in range(2)] == ["bay-1", "bay-2"]
    # Told of its own recording's job, not of another's.
    server.events.publish(_job("theirs", sealed.other))
    server.events.publish(_job("mine", sealed.own))
    server.events.publish(bay("bay-2", state="copying", bytes_done=1))
    server.events.publish(bay("bay-2", state="safe"))
    told: list[str] = []
    while not told or told[-1] != "safe":
        _kind, data = next(stream)
        told.append(data.get("id") or data["state"])
    # The latest state per thing is promised, not every one in between: "copying" may be passed over.
    assert [each for each in told if each != "copying"] == ["mine", "safe"]
    stream.close()  # type: ignore[attr-defined]


def test_who_sees_recordings_but_no_bay_and_no_room_is_told_of_their_jobs(server: Server, sealed: Sealed) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/api/v1/events", headers={"Cookie": server.browser("legal").cookie})
    with contextlib.closing(connection), connection.getresponse() as stream:
        assert stream.readline() == b": nothing yet\n"
        server.events.publish(bay("bay-1", state="safe"))
        server.events.publish(_job("theirs", sealed.other))
        told = next(line for line in stream if line.startswith(b"data: "))
        assert json.loads(told.removeprefix(b"data: "))["id"] == "theirs"


def test_jobs_of_a_recording_are_told_to_who_may_read_it(server: Server, sealed: Sealed) -> None:
    server.dock.known_jobs = [_job("a", sealed.own), _job("b", sealed.other)]
    officer = server.browser(OFFICER)
    assert [job["id"] for job in officer.get(f"/api/v1/jobs?recording={sealed.own}").json["jobs"]] == ["a"]
    assert officer.get(f"/api/v1/jobs?recording={sealed.other}").status == 403
    assert officer.get("/api/v1/jobs").status == 403
    assert len(server.browser("admin").get("/api/v1/jobs").json["jobs"]) == 2


def test_a_copy_that_failed_is_asked_for_again_once(server: Server, sealed: Sealed) -> None:
    server.dock.known_jobs = [msgspec.structs.replace(_job("a", sealed.own), kind="viewing-copy", state="failed")]
    path = f"/api/v1/recordings/{sealed.own}/renditions"
    custodian = server.browser("custodian")
    assert custodian.post(f"{path}/thumbnails", {}).status == 409
    assert custodian.post(f"{path}/originals", {}).status == 404
    assert custodian.post(f"{path}/viewing-copy", {}).status == 204
    again = custodian.post(f"{path}/viewing-copy", {})
    assert (again.status, again.json["error"]["code"]) == (409, "conflict")


def test_an_unbuilt_ui_says_so(server: Server) -> None:
    answer = Browser(server.port).get("/")
    assert answer.status == 503 and b"not built" in answer.body


def test_the_ui_is_served_with_its_addresses(store: Store, tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html>index")
    (static / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    with Server(store, static=static) as server:
        browser = Browser(server.port)
        for path in ("/", "/recordings/rabc", "/log"):
            answer = browser.get(path)
            assert answer.body == b"<!doctype html>index" and answer.headers["Cache-Control"] == "no-cache"
        asset = browser.get("/assets/app-1a2b.js")
        assert "immutable" in asset.headers["Cache-Control"]
        assert "javascript" in asset.headers["Content-Type"]
        assert browser.get("/assets/gone.js").status == 404
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
            assert b"secret" not in browser.get(path).body
