"""Documents attached to explanations: by whom, what, and that nothing leaves before it is logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from evidence.canonical import sha256
from evidence.catalog.engine import connected
from evidence.clock import ManualClock, to_text
from evidence.document_entries import DocumentDelivered, ExplanationDocumented
from player.site import ViewingLimits
from policy.documents import MAX_BYTES, MAX_DOCUMENTS
from tests.integration.player.site import OFFICER, UNIT, Browser, Server, add_people, opened
from tests.integration.player.test_absences import NOW, _missed

PDF = b"%PDF-1.7\n" + b"x" * 3_000_000  # more than a JSON body may have
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, str]]:
    """The server, an explanation of a case's finding by the officer, one of missing footage by the custodian."""
    with opened(tmp_path_factory.mktemp("documents"), ManualClock(NOW)) as store:
        add_people(store)
        store.ledger.append(_missed("DCIM/5.mp4", 5))
        with Server(store, viewing=ViewingLimits(ledger_wait_s=1)) as server:
            officer, keeper = server.browser(OFFICER), server.browser("custodian")
            case = {"number": "1", "kind": "seizure", "title": "采砂", "unit": UNIT, "officers": [OFFICER]}
            made = officer.post("/api/v1/cases", case | {"subject": {"kind": "person", "name": "某人"}}).json["id"]
            times = {
                "started_at": to_text(NOW - timedelta(minutes=20)),
                "ended_at": to_text(NOW - timedelta(minutes=10)),
            }
            body = times | {"item": "seizure", "stage": "investigation", "officers": [OFFICER, "P-3"]}
            assert officer.post(f"/api/v1/cases/{made}/activities", body).status == 201
            finding = next(
                f for f in officer.get(f"/api/v1/cases/{made}").json["findings"] if f["kind"] == "no-footage"
            )
            said = {"cause": "device", "statement": "设备损坏"}
            first = officer.post(f"/api/v1/cases/{made}/explanations", said | {"finding": finding["key"]})
            gone = keeper.get("/api/v1/absences").json["absences"][0]["key"]
            second = keeper.post("/api/v1/absences/explanations", said | {"absence": gone})
            yield server, first.json["id"], second.json["id"]


def attach(
    who: Browser, explanation: str, data: bytes = PDF, kind: str = "application/pdf", name: str = "a.pdf"
) -> Any:
    path = f"/api/v1/explanations/{explanation}/documents?name={name}"
    return who.send("POST", path, data, {"Content_Type": kind})


def test_attached_by_who_explains_and_saved_by_who_may_read(place: tuple[Server, str, str]) -> None:
    server, first, second = place
    owners = {first: server.browser(OFFICER), second: server.browser("custodian")}
    for explanation, owner in owners.items():
        made = attach(owner, explanation, name="%E7%BB%B4%E4%BF%AE%E5%8D%95.pdf")
        assert made.status == 201, made.body
        entry = server.store.entries(ExplanationDocumented)[-1]
        assert (entry.name, entry.size_bytes, entry.by) == ("维修单.pdf", len(PDF), entry.by)
        assert server.store.blobs.read(entry.blob) == PDF
        path = f"/api/v1/explanations/{explanation}/documents/{made.json['id']}"
        for name in ("supervisor", "legal", "oversight"):
            n = len(server.store.entries(DocumentDelivered))
            answer = server.browser(name).get(path)
            assert answer.status == 200 and answer.body == PDF
            assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%BB%B4")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Frame-Options"] == "DENY"
            delivered = server.store.entries(DocumentDelivered)
            assert len(delivered) == n + 1 and delivered[-1].account == name
        for name, status in (("admin", 403), ("boss-2", 403), ("P-2", 403)):
            assert server.browser(name).get(path).status == status, name
    assert server.browser("custodian").get(f"/api/v1/explanations/{first}/documents/{'d' + 'a' * 26}").status == 403
    law = server.browser("legal")
    assert law.get(f"/api/v1/explanations/{first}/documents/{'d' + 'a' * 26}").status == 404
    (gone,) = law.get("/api/v1/absences").json["absences"]
    assert [each["name"] for each in gone["explanations"][0]["documents"]] == ["维修单.pdf"]


def test_nobody_else_attaches_and_nothing_but_documents(place: tuple[Server, str, str]) -> None:
    server, first, second = place
    n = len(server.store.entries(ExplanationDocumented))
    for name, explanation in (
        ("supervisor", first),
        ("legal", first),
        (OFFICER, second),
        ("admin", first),
        ("P-2", first),
    ):
        assert attach(server.browser(name), explanation).status == 403, name
    officer = server.browser(OFFICER)
    for data, kind in (
        (b"<html><script>alert(1)</script>", "text/html"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"<html>", "application/pdf"),
        (PDF, "image/png"),
        (b"PK\x05\x06", DOCX),
        (b"", "application/pdf"),
        (b"%PDF-" + bytes(MAX_BYTES), "application/pdf"),
    ):
        assert attach(officer, first, data, kind).status == 400, (data[:20], kind)
    assert attach(officer, first, name="..%2Fetc%2Fpasswd").status == 400
    assert attach(Browser(server.port), first).status == 401
    without_token = Browser(server.port, cookie=officer.cookie)
    assert attach(without_token, first).status == 403
    assert len(server.store.entries(ExplanationDocumented)) == n


def test_no_document_leaves_while_the_ledger_cannot_be_written(place: tuple[Server, str, str]) -> None:
    server, first, _ = place
    officer = server.browser(OFFICER)
    made = attach(officer, first, b"\x89PNG\r\n\x1a\n", "image/png", "a.png").json["id"]
    with connected(server.store.engine, writes=True):
        answer = officer.get(f"/api/v1/explanations/{first}/documents/{made}")
    assert answer.status == 503 and b"PNG" not in answer.body


def test_decided_it_takes_no_more_documents(place: tuple[Server, str, str]) -> None:
    server, _, second = place
    decision = f"/api/v1/absences/explanations/{second}/decision"
    assert server.browser("legal").post(decision, {"approved": True}).status == 204
    assert attach(server.browser("custodian"), second).status == 409


def test_what_is_one_too_many_is_not_kept_in_the_store(place: tuple[Server, str, str]) -> None:
    """Nothing would name it, and nobody could take it away: a way to fill the disk."""
    server, first, _ = place
    officer = server.browser(OFFICER)
    statuses = [attach(officer, first, b"%PDF-1.7 " + bytes([n])).status for n in range(MAX_DOCUMENTS + 1)]
    assert set(statuses) == {201, 409} and statuses[-1] == 409
    more = b"%PDF-1.7 one too many"
    assert attach(officer, first, more).status == 409 and not server.store.blobs.has(sha256(more))
