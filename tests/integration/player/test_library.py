"""The library, seals, log pages and proofs, as a UI asks for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert, update

from evidence import merkle
from evidence.canonical import Digest
from evidence.catalog import schema
from evidence.catalog.bigrams import terms
from evidence.catalog.search import put_terms
from evidence.records import RecordingId, recording_id
from tests.integration.player.conftest import Footage, Sealed
from tests.integration.player.site import OFFICER, Browser, Server, Store, opened


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[Store]:
    """On SQLite and on PostgreSQL."""
    with opened(tmp_path, url=database_url) as store:
        yield store


def _fill(store: Store, like: str, count: int) -> list[str]:
    """Catalog rows beside the sealed ones: the library reads the catalog only."""
    row = next(each for each in store.rows(schema.recordings) if each["id"] == like)
    rows = []
    for n in range(count):
        # Groups of three share their start, so that ties are broken too.
        started = f"2026-10-{1 + n // 24:02}T{n % 24 // 3:02}:00:00.000000Z"
        original = Digest(f"{n:064x}")
        rows.append(
            row | {"id": recording_id(original), "original": original, "started_at": started, "officer": f"P-{n % 7}"}
        )

    def add(connection: object) -> None:
        connection.execute(insert(schema.recordings), rows)  # type: ignore[attr-defined]

    store.writer.write(add)
    return [each["id"] for each in rows]


def test_pages_join_without_holes_or_repeats_in_every_order(server: Server, sealed: Sealed, store: Store) -> None:
    added = _fill(store, sealed.own, 100)
    browser = server.browser("legal")
    everything = {*added, sealed.own, sealed.other, sealed.photo}
    for order in ("-started_at", "started_at", "-received_at"):
        seen: list[dict[str, str]] = []
        url = f"/api/v1/recordings?order={order}&limit=9"
        cursor = ""
        while True:
            page = browser.get(url + cursor).json
            assert page["total"] == len(everything)
            seen += page["recordings"]
            if page["next"] is None:
                break
            assert len(page["recordings"]) == 9
            cursor = f"&cursor={page['next']}"
        assert len(seen) == len(everything) and {each["id"] for each in seen} == everything
        key = order.removeprefix("-")
        keys = [(each[key], each["id"]) for each in seen]
        assert keys == sorted(keys, reverse=order.startswith("-"))


def test_filters_narrow_the_list(server: Server, sealed: Sealed, store: Store) -> None:
    _fill(store, sealed.own, 30)
    browser = server.browser("legal")

    def ids(query: str) -> set[str]:
        answer = browser.get(f"/api/v1/recordings?limit=200&{query}")
        assert answer.status == 200, answer.body
        return {each["id"] for each in answer.json["recordings"]}

    assert ids("officer=P-2&from=2026-11-01") == {sealed.other}
    assert ids("kind=photo") == {sealed.photo}
    assert ids("playback=image") == {sealed.photo}
    assert ids("unit=%E4%BA%8C%E5%A4%A7%E9%98%9F") == {sealed.other}
    assert len(ids("from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00%2B00:00")) == 24
    assert ids("to=2026-10-01T08:00:00%2B08:00") == set()


def test_the_word_null_is_a_word_and_no_missing_value(server: Server) -> None:
    browser = server.browser("legal")
    assert browser.get("/api/v1/recordings?playback=null").status == 400
    assert browser.get("/api/v1/recordings?q=null").status == 200


def test_chinese_is_found_by_two_characters(server: Server, sealed: Sealed, store: Store) -> None:
    store.writer.write(
        lambda connection: put_terms(connection, RecordingId(sealed.own), terms("王伟强", "城东水政监察"))
    )
    browser = server.browser("legal")

    def found(q: str) -> list[str]:
        return [each["id"] for each in browser.get(f"/api/v1/recordings?q={quote(q)}").json["recordings"]]

    assert found("王伟") == found("水政") == found("强") == [sealed.own]
    assert found("王强") == found("？！") == []


def test_a_recording_in_detail(server: Server, sealed: Sealed) -> None:
    detail = server.browser(OFFICER).get(f"/api/v1/recordings/{sealed.own}").json
    assert detail["ready"] and detail["playback"] == "direct" and detail["viewing_copy"] is None
    assert detail["officer"] == OFFICER and detail["started_at_origin"] == "container"
    assert [track["codec"] for track in detail["tracks"]] == ["h264", "aac"]
    assert detail["sources"][0]["path"] == "DCIM/long.mp4"
    assert server.browser(OFFICER).get("/api/v1/recordings/r" + "a" * 20).status == 404


def test_a_seal_says_what_is_proven(server: Server, sealed: Sealed) -> None:
    browser = server.browser(OFFICER)
    quick = browser.get(f"/api/v1/recordings/{sealed.own}/seal").json
    assert (quick["signature"], quick["inclusion"], quick["findings"], quick["verified_at"]) == ("ok", "ok", [], None)
    assert quick["checkpoint"].startswith("mediad.test/player\n")
    full = _read_again(browser, sealed.own)
    assert full["findings"] == [] and full["verified_at"] is not None and full["check"]["progress"] == 1
    assert browser.get(f"/api/v1/jobs?recording={sealed.own}").json["jobs"][0] == full["check"]


def test_a_seal_names_what_is_broken(server: Server, sealed: Sealed, store: Store, footage: Footage) -> None:
    browser = server.browser(OFFICER)
    url = f"/api/v1/recordings/{sealed.own}/seal"
    row = next(each for each in store.rows(schema.recordings) if each["id"] == sealed.own)
    _flip(store.path(row["original"]), footage.long.stat().st_size // 2)
    full = _read_again(browser, sealed.own)
    codes = [each["code"] for each in full["findings"]]
    assert codes == ["original-broken", "segment-differs"] and full["signature"] == "ok"
    # Half of the bytes lie before the flipped one, and about half of the seven segments: the timeline marks it.
    assert full["findings"][1]["seq"] in (2, 3, 4)
    assert f"segment {full['findings'][1]['seq']} " in full["findings"][0]["message"]

    def forge(connection: object) -> None:
        entries = schema.ledger_entries
        entry = next(e for e in store.rows(entries) if e["idx"] == row["entry"])
        changed = entry["entry"].replace(b'"size_bytes":', b'"size_bytes":1')
        connection.execute(update(entries).where(entries.c.idx == row["entry"]).values(entry=changed))  # type: ignore[attr-defined]

    store.writer.write(forge)
    forged = browser.get(url).json
    assert (forged["inclusion"], forged["findings"][0]["code"]) == ("broken", "ledger-broken")
    _flip(store.path(row["manifest"]), 200)
    broken = browser.get(url).json
    assert broken["signature"] == "broken" and broken["findings"][0]["code"] == "manifest-broken"


def _read_again(browser: Browser, recording: str) -> Any:
    """Ask for a full check and follow it to its end, as the page does; the seal's answer afterwards."""
    url = f"/api/v1/recordings/{recording}/seal"
    started = browser.post(f"{url}/check", {})
    assert started.status == 202 and started.json["check"]["state"] == "queued"
    for _ in range(600):
        answer = browser.get(url).json
        if answer["check"]["state"] not in ("queued", "running"):
            return answer
        time.sleep(0.05)
    raise AssertionError("the check did not end")


def _flip(path: Path, position: int) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_the_log_in_pages_with_refusals_among_viewings(server: Server, sealed: Sealed) -> None:
    officer = server.browser(OFFICER)
    opened = []
    for _ in range(5):
        opened.append(officer.open(sealed.own).json["id"])
        officer.open(sealed.other)
    oversight = server.browser("oversight")
    viewings: list[str] = []
    moments: list[str] = []
    cursor = ""
    while True:
        page = oversight.get(f"/api/v1/viewing-log?limit=3{cursor}").json
        viewings += [each["id"] for each in page["viewings"]]
        moments += [each["at"] for each in page["refusals"]]
        if page["next"] is None:
            break
        assert len(page["viewings"]) + len(page["refusals"]) == 3
        cursor = f"&cursor={page['next']}"
    assert viewings == opened[::-1]
    assert len(moments) == 5 and moments == sorted(moments, reverse=True)
    assert oversight.get("/api/v1/viewing-log?account=legal").json["viewings"] == []
    assert len(oversight.get(f"/api/v1/viewing-log?account={OFFICER}&purpose=case").json["viewings"]) == 5
    assert oversight.get("/api/v1/viewing-log?to=2020-01-01").json == {"viewings": [], "refusals": [], "next": None}


def test_proofs_hold_outside(server: Server, sealed: Sealed) -> None:
    oversight = server.browser("oversight")
    answer = oversight.get("/api/v1/ledger/entries/1").json
    proof = answer["proof"]
    path = [bytes.fromhex(each) for each in proof["path"]]
    leaf = bytes.fromhex(answer["leaf_hash"])
    merkle.check_inclusion(leaf, 1, proof["size"], path, bytes.fromhex(proof["root"]))
    grown = oversight.get("/api/v1/ledger/entries/1").json["proof"]
    steps = oversight.get(f"/api/v1/ledger/consistency?old={proof['size']}&new={grown['size']}").json["path"]
    old, new = bytes.fromhex(proof["root"]), bytes.fromhex(grown["root"])
    merkle.check_consistency(proof["size"], old, grown["size"], new, [bytes.fromhex(each) for each in steps])
    note = oversight.get("/api/v1/ledger/checkpoint")
    assert note.headers["Content-Type"].startswith("text/plain") and note.body.startswith(b"mediad.test/player\n")
    assert oversight.get("/api/v1/ledger/entries/99999").status == 404
    assert oversight.get("/api/v1/ledger/consistency?old=5&new=2").status == 400
