"""Dock to screen on the HTTP side: open, playlist, segments, claims, log."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from evidence.entries import LogRead, ViewingClosed, ViewingDelivered, ViewingOpened, ViewingRefused, ViewingRendered
from tests.integration.player.conftest import Footage, Sealed
from tests.integration.player.site import OFFICER, Server, Store, opened


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    """On SQLite and on PostgreSQL."""
    with opened(tmp_path, url=database_url) as store:
        yield store


def _pictures(source: Path | io.BytesIO) -> list[bytes]:
    with av.open(source if isinstance(source, io.BytesIO) else str(source)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def test_what_a_viewer_receives_decodes_to_the_frames_of_the_original(
    server: Server, sealed: Sealed, footage: Footage
) -> None:
    browser = server.browser(OFFICER)
    opened = browser.open(sealed.own)
    assert opened.status == 201, opened.body
    viewing = opened.json["id"]
    assert opened.json["media"] == {"kind": "hls", "url": f"/api/v1/viewings/{viewing}/index.m3u8"}
    playlist = browser.get(opened.json["media"]["url"])
    names = [line for line in playlist.body.decode().splitlines() if line.endswith(".m4s")]
    assert len(names) >= 6
    starts = [s["start_ms"] for s in browser.get(f"/api/v1/recordings/{sealed.own}/segments").json["segments"]]
    pieces = [browser.get(f"/api/v1/viewings/{viewing}/init.mp4").body]
    for seq in range(len(names)):
        answer = browser.segment(viewing, seq, starts[seq])
        assert answer.status == 200, answer.body
        assert answer.headers["Cache-Control"] == "no-store"
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        pieces.append(answer.body)
    assert _pictures(io.BytesIO(b"".join(pieces))) == _pictures(footage.long)


def test_every_segment_is_in_the_ledger_with_its_statement(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own, note="投诉 12345", case="2026-081").json["id"]
    browser.segment(viewing, 0, 0)
    browser.segment(viewing, 1, 1500)
    [opened] = store.entries(ViewingOpened)
    assert (opened.account, opened.purpose, opened.note, opened.case) == (OFFICER, "case", "投诉 12345", "2026-081")
    assert opened.policies == ("viewing.officer-own",)
    assert opened.address == "127.0.0.1"
    delivered = store.entries(ViewingDelivered)
    stated = browser.get(f"/api/v1/recordings/{sealed.own}/segments").json["segments"]
    assert [(e.seq, e.start_ms, e.end_ms, e.statement) for e in delivered] == [
        (s["seq"], s["start_ms"], s["end_ms"], s["statement"]) for s in stated[:2]
    ]
    assert [e.playhead_ms for e in delivered] == [0, 1500]
    assert delivered[0].timescale and delivered[0].end_pts > delivered[0].start_pts


def test_segments_beyond_the_read_ahead_are_refused_and_not_logged(
    server: Server, sealed: Sealed, store: Store
) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own).json["id"]
    assert browser.segment(viewing, 3).status == 200
    far = browser.segment(viewing, 4)
    assert (far.status, far.code) == (429, "read-ahead-exceeded")
    assert far.headers["Retry-After"] == "1"
    # The picture moved on, and so does the window; a playhead once reported is remembered.
    assert browser.segment(viewing, 4, 4_200).status == 200
    assert browser.segment(viewing, 4).status == 200
    assert [e.seq for e in store.entries(ViewingDelivered)] == [3, 4, 4]
    assert browser.segment(viewing, 99, 90_000).status == 404


def test_claims_are_compared_with_what_was_delivered(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own).json["id"]
    browser.segment(viewing, 0)
    url = f"/api/v1/viewings/{viewing}/rendered"

    def claim(start_ms: int, end_ms: int) -> int:
        answer = browser.post(url, {"spans": [{"start_ms": start_ms, "end_ms": end_ms}], "playhead_ms": end_ms})
        assert answer.status == 202, answer.body
        return int(answer.json["undelivered_ms"])

    assert claim(0, 3_000) == 0
    assert claim(3_000, 9_000) == 5_000
    assert [e.undelivered_ms for e in store.entries(ViewingRendered)] == [0, 5_000]
    assert b"mediad_undelivered_milliseconds_total 5000.0" in server.metrics.text()
    assert browser.post(f"/api/v1/viewings/{viewing}/close", {"spans": [{"start_ms": 0, "end_ms": 500}]}).status == 204
    [summary] = server.browser("oversight").get("/api/v1/viewing-log").json["viewings"]
    assert summary["spans"] == [[0, 4_000]]
    assert (summary["delivered_ms"], summary["rendered_ms"], summary["undelivered_ms"]) == (4_000, 4_000, 5_000)
    assert summary["closed_reason"] == "closed"


def test_a_photo_is_logged_and_is_the_original(server: Server, sealed: Sealed, footage: Footage, store: Store) -> None:
    browser = server.browser(OFFICER)
    opened = browser.open(sealed.photo).json
    assert opened["media"]["kind"] == "photo"
    answer = browser.get(opened["media"]["url"])
    assert answer.body == footage.photo.read_bytes()
    assert answer.headers["Content-Type"] == "image/jpeg"
    [delivered] = store.entries(ViewingDelivered)
    assert (delivered.item, delivered.recording, delivered.source) == ("photo", sealed.photo, "original")


def test_a_refusal_is_logged_with_its_reason(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    refused = browser.open(sealed.other)
    assert (refused.status, refused.code) == (403, "forbidden")
    [entry] = store.entries(ViewingRefused)
    assert (entry.account, entry.recording, entry.purpose) == (OFFICER, sealed.other, "case")
    log = server.browser("oversight").get("/api/v1/viewing-log").json
    assert [each["recording"] for each in log["refusals"]] == [sealed.other]


def test_purposes_must_be_known_and_fit_the_role(server: Server, sealed: Sealed) -> None:
    officer, oversight = server.browser(OFFICER), server.browser("oversight")
    assert officer.open(sealed.own, "curiosity").status == 400
    assert officer.open(sealed.own, "").status == 400
    assert officer.open(sealed.own, "oversight").status == 403
    assert officer.open(sealed.own, "legal-review").status == 403
    assert oversight.open(sealed.own, "case").status == 403
    assert oversight.open(sealed.own, "oversight").status == 201
    assert server.browser("legal").open(sealed.other, "legal-review").status == 201


def test_a_page_that_goes_away_closes_with_the_token_in_the_body(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    viewing = browser.open(sealed.own).json["id"]
    csrf, browser.csrf = browser.csrf, ""
    url = f"/api/v1/viewings/{viewing}/close"
    assert browser.post(url, {"csrf": "wrong"}).status == 403
    assert browser.post(url, {"csrf": csrf, "spans": []}, Content_Type="text/plain;charset=UTF-8").status == 204
    assert [e.reason for e in store.entries(ViewingClosed)] == ["left"]
    assert browser.segment(viewing, 0).status == 410


def test_reading_the_log_is_logged(server: Server, sealed: Sealed, store: Store) -> None:
    viewing = server.browser(OFFICER).open(sealed.own).json["id"]
    oversight = server.browser("oversight")
    assert oversight.get(f"/api/v1/viewing-log?recording={sealed.own}&limit=5").status == 200
    detail = oversight.get(f"/api/v1/viewing-log/{viewing}")
    assert detail.status == 200 and detail.json["deliveries"] == []
    assert oversight.get(f"/api/v1/recordings/{sealed.own}/viewings").json["viewings"][0]["id"] == viewing
    assert oversight.get("/api/v1/ledger/entries/0").status == 200
    reads = store.entries(LogRead)
    assert [e.what for e in reads] == ["viewing-log", "viewing-log", "viewings-of", "ledger"]
    assert f'"recording":"{sealed.own}"' in reads[0].query
    assert {e.account for e in reads} == {"oversight"}
